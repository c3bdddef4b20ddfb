/* SPDX-License-Identifier: Apache-2.0 */
/* espy-run: runs a saved program. Knows nothing of the language. */
#include <stdlib.h>
#include <unistd.h>

#include "base/argv.h"
#include "base/stdfds.h"
#include "plan/params.h"
#include "runtime/run_opts.h"

#define MAX_PROGRAM (256u << 20) /* bytes */

#define LETTERS "hV" RUN_OPTS_SHORT
enum {
	OPT_HELP = 'h',
	OPT_VERSION = 'V'
};

static const char help[] =
	"usage: espy-run [options] FILE [parameters]\n"
	"Runs a program that espy --save has written.\n"
	"\n"
	"  -p, --pid PID          only events of this process; ends with it\n"
	"  -c, --cmd COMMAND      run this command; ends with it\n"
	"      --user NAME        run it as this user\n"
	"  -o, --output FILE      write the program's output there\n"
	"  -f, --format FORM      of the output: text, json, json-bpftrace, csv,\n"
	"                         folded\n"
	"  -B, --buffering MODE   write by line, full (blocks) or none\n"
	"  -q, --quiet            do not tell how many probes are attached\n"
	"  -v, --verbose          tell more about what goes wrong\n"
	"      --test[=FORM]      run its tests; FORM: text, tap, json\n"
	"      --bench[=FORM]     run its benchmarks\n"
	"      --unsafe           allow programs that change the system\n"
	"      --dry-run          load and verify, do not attach\n"
	"      --verify           the same, and tell what that took; -f: text, json,\n"
	"                         csv\n"
	"      --compare FILE     ... and what grew since an earlier report (json)\n"
	"      --tolerance N      ... by more than N per cent (10)\n"
	"      --timeout TIME     end after so many seconds, or 500ms, 5m, 1h\n"
	"      --stats[=TIME]     tell at the end what each probe has cost, or also\n"
	"                         each time that so many seconds (or 500ms ...) passed\n"
	"      --no-warnings      say only errors, and what was lost\n"
	"      --no-feature LIST  do not use kprobe_multi, uprobe_multi\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n"
	"\n"
	"Parameters after FILE are the program's: $1, $2, ... and --name=value.\n";

struct command {
	struct run_opts run;
	struct diags diags;
	struct sources sources; /* lines of scripts, in messages */
	struct buf file;
};

static int finish(struct command *c, int status)
{
	run_print_diags(&c->diags, c->run.session.colour);
	diags_free(&c->diags);
	sources_free(&c->sources);
	buf_free(&c->file);
	return status;
}

static int usage(struct command *c, const char *what)
{
	if (what)
		diag_error(&c->diags, (struct span){ 0 }, D_USAGE, "%s", what);
	diag_hint(&c->diags, "espy-run --help tells how it is used");
	return finish(c, 1);
}

static int run_file(struct command *c, const char *path)
{
	struct machine *m;
	struct plan *p;
	int status;
	int err = buf_read_file(&c->file, path, MAX_PROGRAM);

	if (err) {
		diag_errno(&c->diags, err, D_IO, "cannot read '%s'", path);
		return 2;
	}
	p = plan_from_elf(buf_view(&c->file), &c->diags);
	if (!p)
		return run_status(&c->diags);
	m = machine_open(NULL, &c->diags);
	status = run_plan(p, m, &c->run, &c->diags);
	machine_close(m);
	plan_free(p);
	return status;
}

/* 0: go on; else the status + 1 to end with. */
static int take_option(struct command *c, int opt)
{
	int taken;

	if (opt == OPT_HELP) {
		fputs(help, stdout);
		return 1;
	}
	if (opt == OPT_VERSION) {
		puts("espy-run " PACKAGE_VERSION);
		return 1;
	}
	taken = run_opts_take(&c->run, opt, optarg, &c->diags);
	if (taken > 0)
		return 0;
	return 1 + usage(c, taken ? NULL
				  : "that option is not known, or "
				    "lacks its value");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		RUN_OPTS_LONG,
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ 0 },
	};
	static const struct argv_options words = { LETTERS, options, 0 };
	struct command c = { 0 };
	int opt, n = argv_sort(&argc, argv, &words);

	stdfds_open();
	c.diags.sources = &c.sources;
	run_opts_init(&c.run);
	c.run.session.is_foreign = true;
	opterr = 0;
	while ((opt = getopt_long(n, argv, "+" LETTERS, options, NULL)) != -1) {
		int end = take_option(&c, opt);

		if (end)
			return end - 1;
	}
	c.diags.tells_codes = c.run.session.verbose || isatty(STDERR_FILENO);
	if (!run_opts_check(&c.run, &c.diags))
		return usage(&c, NULL);
	if (n == argc)
		return usage(&c, "a saved program is missing");
	c.run.session.params = (const char *const *)argv + n + 1;
	c.run.session.n_params =
		param_drop_dashes(argv + n + 1, (size_t)(argc - n - 1));
	return finish(&c, run_file(&c, argv[n]));
}
