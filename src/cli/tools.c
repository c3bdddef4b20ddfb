/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tools.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "compile.h"

#define MAX_TOOL (1u << 20) /* bytes of a script */
#define SUFFIX   ".bt"

static int only_scripts(const struct dirent *e)
{
	return str_ends(str_from(e->d_name), SUFFIX);
}

/* --- the list ---------------------------------------------------------------------- */

/* What follows a mark in the script's first comment, to the end of the line. */
static struct str header(struct str text, const char *mark)
{
	const char *end = memmem(text.p, text.n, "*/", 2), *p;
	struct str rest;

	p = end ? memmem(text.p, (size_t)(end - text.p), mark, strlen(mark))
		: NULL;
	if (!p)
		return STR("");
	rest.p = p + strlen(mark);
	rest.n = (size_t)(end - rest.p);
	rest = str_split(rest, '\n', &rest);
	while (rest.n && *rest.p == ' ') {
		rest.p++;
		rest.n--;
	}
	return rest;
}

/* What a script says it needs, where that is not known before it is run. */
static const struct need {
	const char *word;
	bool (*is_here)(struct machine *m);
} needs_rows[] = {
	{ "kprobes", machine_has_kprobes },
	{ "BTF", machine_has_btf },
	{ "tracefs", machine_has_tracefs },
};

static bool has_needs(struct machine *m, struct str needs, struct buf *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs_rows); i++) {
		const struct need *n = &needs_rows[i];

		if (!memmem(needs.p, needs.n, n->word, strlen(n->word)) ||
		    n->is_here(m))
			continue;
		buf_printf(why, "this kernel has no %s", n->word);
		return false;
	}
	return true;
}

/* Does it compile here? Appends why not. */
static bool compiles(struct machine *m, struct str name, struct str text,
		     struct buf *why)
{
	struct sources sources = {};
	struct diags d = { .sources = &sources };
	const struct compile_opts o = { .machine = m, .last = STAGE_PLAN };
	struct plan *p =
		compile(&sources, source_add(&sources, name, text), &o, &d);

	if (!p && d.v.n)
		buf_str(why, d.v.v[0].text);
	plan_free(p);
	diags_free(&d);
	sources_free(&sources);
	return p;
}

static void list_one(struct machine *m, const char *folder, const char *file,
		     struct buf *out)
{
	struct str name = { file, strlen(file) - strlen(SUFFIX) };
	auto_buf struct buf path = {}, text = {}, why = {};
	struct str needs;
	bool ok;

	buf_printf(&path, "%s/%s", folder, file);
	if (buf_read_file(&text, path.p, MAX_TOOL))
		return;
	needs = header(buf_view(&text), "\n * needs:");
	ok = has_needs(m, needs, &why) &&
	     compiles(m, str_from(file), buf_view(&text), &why);
	buf_printf(out, "%-12.*s %-3s  %.*s\n", STR_ARG(name),
		   ok ? "yes" : "no",
		   STR_ARG(header(buf_view(&text), SUFFIX " - ")));
	buf_printf(out, "%18s[%.*s]", "", STR_ARG(needs));
	if (!ok && why.n)
		buf_printf(out, " %s", why.p);
	buf_putc(out, '\n');
}

bool tools_list(struct machine *m, struct buf *out, struct diags *d)
{
	auto_buf struct buf folder = {};
	struct dirent **found;
	int n;

	if (!tools_folder(&folder, d))
		return false;
	n = scandir(folder.p, &found, only_scripts, alphasort);
	if (n < 0)
		return !diag_errno(d, errno, D_IO, "cannot read '%s'",
				   folder.p);
	for (int i = 0; i < n; i++) {
		list_one(m, folder.p, found[i]->d_name, out);
		free(found[i]);
	}
	free(found);
	return true;
}

void tools_names(struct buf *out)
{
	auto_buf struct buf folder = {};
	struct diags d = {};
	struct dirent **found;
	int n = tools_folder(&folder, &d)
			? scandir(folder.p, &found, only_scripts, alphasort)
			: -1;

	for (int i = 0; i < n; i++) {
		buf_printf(out, "%.*s ",
			   (int)(strlen(found[i]->d_name) - strlen(SUFFIX)),
			   found[i]->d_name);
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	diags_free(&d);
}
