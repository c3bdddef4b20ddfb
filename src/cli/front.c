/* SPDX-License-Identifier: Apache-2.0 */
/* front.c - the command espy. It runs what is compiled already: saved programs,
 * and scripts that the cache has. All else is the compiler's, a program of its
 * own that takes this one's place: so nothing of LLVM is in memory, and no
 * time is spent on it, where nothing is compiled. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stdfds.h"
#include "cli/cache.h"
#include "cli/script.h"
#include "cli/tools.h"

/* Everything of one invocation. */
struct front {
	struct cli cli;
	struct diags diags;
	struct sources sources; /* none: for diags */
	struct buf text, path;
	char compiler[PATH_MAX];
};

/* --- where the compiler is ------------------------------------------------- */

static bool is_there(const char *path)
{
	return !access(path, X_OK);
}

/* In a build folder it is beside this program. Where that was installed below
 * some other folder than / (DESTDIR), so was the compiler. */
static void find_compiler(struct front *f)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	struct str dir = { exe, n > 0 ? (size_t)n : 0 };
	size_t size = sizeof(f->compiler);

	while (dir.n && dir.p[dir.n - 1] != '/')
		dir.n--;
	if (dir.n)
		dir.n--;
	if ((size_t)snprintf(f->compiler, size, "%.*s/compiler/espy",
			     STR_ARG(dir)) < size &&
	    is_there(f->compiler))
		return;
	if (str_ends(dir, ESPY_BIN_DIR)) {
		dir.n -= strlen(ESPY_BIN_DIR);
		if ((size_t)snprintf(f->compiler, size, "%.*s%s", STR_ARG(dir),
				     ESPY_COMPILER) < size &&
		    is_there(f->compiler))
			return;
	}
	snprintf(f->compiler, size, "%s", ESPY_COMPILER);
}

/* Does not come back. It says what is wrong with the command line. */
static int become_compiler(struct front *f, char **argv)
{
	execv(f->compiler, argv);
	fprintf(stderr, "espy: cannot start the compiler '%s': %s\n",
		f->compiler, strerror(errno));
	return 2;
}

/* --- what can be run at once ----------------------------------------------- */

/* The compiler reads the script again, which only files allow. */
static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool find_script(struct front *f)
{
	struct cli *c = &f->cli;

	if (c->mode != MODE_RUN || c->program)
		return c->mode == MODE_RUN;
	if (c->tool) {
		if (!tools_path(c->tool, &f->path, &f->diags))
			return false;
		c->tool = NULL;
		c->file = f->path.p;
	}
	return c->file && is_file(c->file);
}

static struct plan *find_plan(struct front *f)
{
	struct str name;
	struct cache k;
	struct plan *p;

	if (!find_script(f) ||
	    !script_read(&f->cli, &f->text, &f->path, &name, &f->diags))
		return NULL;
	if (plan_is_elf(buf_view(&f->text))) {
		f->cli.run.session.is_foreign = true;
		return plan_from_elf(buf_view(&f->text), &f->diags);
	}
	p = cache_open(&k, &f->cli, name, buf_view(&f->text), f->compiler)
		    ? cache_get(&k)
		    : NULL;
	cache_close(&k);
	f->cli.run.session.params_checked = p;
	return p;
}

static int run(struct front *f, struct plan *p)
{
	struct machine *m = machine_open(NULL, &f->diags);
	int status;

	f->diags.tells_codes =
		f->cli.run.session.verbose || isatty(STDERR_FILENO);
	status = run_plan(p, m, &f->cli.run, &f->diags);
	run_print_diags(&f->diags, f->cli.run.session.colour);
	machine_close(m);
	plan_free(p);
	return status;
}

static void finish(struct front *f)
{
	buf_free(&f->text);
	buf_free(&f->path);
	diags_free(&f->diags);
	sources_free(&f->sources);
}

int main(int argc, char **argv)
{
	struct front f = {};
	size_t size = ((size_t)argc + 1) * sizeof(*argv);
	char **words = xmalloc(size); /* reading them changes their order */
	struct plan *p = NULL;
	int status;

	stdfds_open();
	memcpy(words, argv, size);
	f.diags.sources = &f.sources;
	find_compiler(&f);
	if (cli_parse(&f.cli, argc, words, &f.diags))
		p = find_plan(&f);
	status = p ? run(&f, p) : become_compiler(&f, argv);
	finish(&f);
	free(words);
	return status;
}
