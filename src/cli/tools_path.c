/* SPDX-License-Identifier: Apache-2.0 */
/* Where the scripts that come with espy are. */
#include "cli/tools.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define SUFFIX ".bt"

static const struct span nowhere;

static bool is_folder(const char *path)
{
	DIR *dir = opendir(path);

	if (dir)
		closedir(dir);
	return dir;
}

/* A folder as seen from that of this program. */
static bool beside(const char *below, struct buf *path)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return false;
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	path->n = 0;
	buf_printf(path, "%s/%s", exe, below);
	if (!is_folder(path->p) || !realpath(path->p, exe))
		return false;
	path->n = 0; /* the same from wherever it was found */
	buf_puts(path, exe);
	return true;
}

/* In a build folder, and where it is installed; the compiler is a folder below
 * the command. */
static bool is_beside(struct buf *path)
{
	static const char *const places[] = {
		"examples",
		".tools",
		"../.tools",
		"../share/espy/tools",
		"../../share/espy/tools",
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (beside(places[i], path))
			return true;
	return false;
}

bool tools_folder(struct buf *path, struct diags *d)
{
	const char *given = getenv("ESPY_TOOLS");

	if (given)
		buf_puts(path, given);
	if (given ? is_folder(given) : is_beside(path))
		return true;
	if (!given) {
		path->n = 0;
		buf_puts(path, ESPY_TOOLS_DIR);
		if (is_folder(path->p))
			return true;
	}
	diag_error(d, nowhere, D_USAGE,
		   "the scripts that come with espy are not in '%s'", path->p);
	diag_hint(d, "ESPY_TOOLS names the folder they are in");
	return false;
}

static int only_scripts(const struct dirent *e)
{
	return str_ends(str_from(e->d_name), SUFFIX);
}

static void suggest(const char *folder, const char *name, struct diags *d)
{
	struct dirent **found;
	struct suggest near = {};
	int n = scandir(folder, &found, only_scripts, alphasort);

	for (int i = 0; i < n; i++)
		suggest_offer(&near, str_from(name),
			      (struct str){ found[i]->d_name,
					    strlen(found[i]->d_name) -
						    strlen(SUFFIX) });
	if (near.best.p)
		diag_hint(d, "did you mean '%.*s'?", STR_ARG(near.best));
	else
		diag_hint(d, "espy --tools lists them");
	for (int i = 0; i < n; i++)
		free(found[i]);
	if (n >= 0)
		free(found);
}

bool tools_path(const char *name, struct buf *path, struct diags *d)
{
	bool has_suffix = str_ends(str_from(name), SUFFIX);
	auto_buf struct buf folder = {};

	if (!tools_folder(&folder, d))
		return false;
	buf_printf(path, "%s/%s%s", folder.p, name, has_suffix ? "" : SUFFIX);
	if (!strchr(name, '/') && access(path->p, R_OK) == 0)
		return true;
	diag_error(d, nowhere, D_USAGE, "no script of espy is called '%s'",
		   name);
	suggest(folder.p, name, d);
	return false;
}
