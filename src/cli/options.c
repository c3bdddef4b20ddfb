/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <unistd.h>

#include "base/argv.h"
#include "plan/params.h"

enum {
	CLI_EMIT = RUN_OPT_NEXT,
	CLI_SAVE,
	CLI_CHECK,
	CLI_NO_CACHE,
	CLI_FILTER,
	CLI_INCLUDE,
	CLI_INFO,
	CLI_DOC,
	CLI_DOCS,
	CLI_COMPLETION,
	CLI_TOOL,
	CLI_TOOLS,
	CLI_EXPLAIN,
};

#define LETTERS "e:ild:hVkbI:" RUN_OPTS_SHORT

const struct option cli_long_options[] = {
	RUN_OPTS_LONG,
	{ "list", no_argument, NULL, 'l' },
	{ "interactive", no_argument, NULL, 'i' },
	{ "warnings", no_argument, NULL, 'k' },
	{ "btf", no_argument, NULL, 'b' },
	{ "usdt-file-activation", no_argument, NULL, 'b' },
	{ "debug", required_argument, NULL, 'd' },
	{ "emit", required_argument, NULL, CLI_EMIT },
	{ "save", required_argument, NULL, CLI_SAVE },
	{ "check", no_argument, NULL, CLI_CHECK },
	{ "no-cache", no_argument, NULL, CLI_NO_CACHE },
	{ "probe-filter", required_argument, NULL, CLI_FILTER },
	{ "include", required_argument, NULL, CLI_INCLUDE },
	{ "info", no_argument, NULL, CLI_INFO },
	{ "help-function", required_argument, NULL, CLI_DOC },
	{ "docs", required_argument, NULL, CLI_DOCS },
	{ "completion", required_argument, NULL, CLI_COMPLETION },
	{ "tool", required_argument, NULL, CLI_TOOL },
	{ "tools", no_argument, NULL, CLI_TOOLS },
	{ "explain", optional_argument, NULL, CLI_EXPLAIN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{},
};

const char cli_help[] =
	"usage: espy [options] FILE [parameters]\n"
	"       espy [options] -e 'PROGRAM' [parameters]\n"
	"       espy [options] prog.o [parameters]\n"
	"       espy -l [PATTERN]\n"
	"       espy [-i [FILE]]\n"
	"\n"
	"Look inside the running kernel and its programs: a script's probes are\n"
	"compiled, proved safe by the kernel, attached, and what they count and\n"
	"print is shown.\n"
	"\n"
	"  -e PROGRAM        the script itself; FILE '-' is standard input\n"
	"  -i                interactive: type clauses and questions; FILE is\n"
	"                    loaded first. So is espy without a script\n"
	"  -p PID            only this process; end with it\n"
	"  -c COMMAND        start COMMAND once attached; end with it\n"
	"      --user NAME   run it as this user\n"
	"  -o FILE           write the script's output to FILE\n"
	"  -f FORM           of the output: text, json, json-bpftrace, csv, folded\n"
	"  -q                do not say what was attached\n"
	"  -v                say more; whole verifier logs\n"
	"  -k                warn of reads that fail and of missing map keys\n"
	"  -I DIR            look in DIR for what #include names\n"
	"      --include FILE\n"
	"                    read this C before the script's own\n"
	"  -B MODE           buffering of the output: line, full, none\n"
	"  -l [PATTERN]      list probes, or 'struct NAME'; -lv with arguments or\n"
	"                    members; -l FILE, -l -e PROGRAM: those of a script\n"
	"      --tools       the scripts that come with espy, what each needs and\n"
	"                    whether this kernel has it\n"
	"      --tool NAME   run one of them: espy --tool opens\n"
	"      --save FILE   write the compiled program, for espy-run\n"
	"      --check       only check the script, and tell what it costs, needs\n"
	"                    and changes; needs no root. With -q only mistakes\n"
	"      --dry-run     load and verify, attach nothing\n"
	"      --verify      the same, and tell what that took: instructions, states,\n"
	"                    memory; -f: text, json, csv\n"
	"      --compare FILE\n"
	"                    ... and what grew since an earlier report (json)\n"
	"      --tolerance N\n"
	"                    ... by more than N per cent (10)\n"
	"      --emit STAGE  print and stop: ast typed plan ll asm obj; time: how\n"
	"                    long each part of the start takes\n"
	"  -d STAGE          the same\n"
	"      --test[=FORM] run the script's tests; FORM: text, tap, json\n"
	"      --bench[=FORM]\n"
	"                    run its benchmarks\n"
	"      --probe-filter REGEX\n"
	"                    only probes with such names (and begin, end)\n"
	"      --no-cache    compile even if it was done before, and do not keep it\n"
	"      --unsafe      allow functions that change the system\n"
	"      --timeout TIME\n"
	"                    end after so many seconds, or 500ms, 5m, 1h\n"
	"      --stats[=TIME]\n"
	"                    tell at the end what each probe has cost, or also each\n"
	"                    time that so many seconds (or 500ms ...) have passed\n"
	"      --no-warnings say only errors, and what was lost\n"
	"      --no-feature LIST\n"
	"                    do not use kprobe_multi, uprobe_multi, fentry\n"
	"      --help-function NAME\n"
	"                    about a function, builtin, probe type or setting\n"
	"      --explain CODE\n"
	"                    what a message means, with an example; codes are told\n"
	"                    on a terminal and with -v; without CODE, all of them\n"
	"      --completion SHELL\n"
	"                    print what teaches bash, zsh or fish to complete\n"
	"      --info        what this build and this kernel can do\n"
	"  -V, --version     -h, --help\n"
	"\n"
	"examples:\n"
	"  espy -e 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }'\n"
	"  espy -e 'tracepoint:syscalls:sys_exit_read { @ = hist(args.ret); }'\n"
	"  espy -l 'tracepoint:sched:*'\n";

static bool take_stage(struct cli *c, const char *name, struct diags *d)
{
	if (!strcmp(name, "time")) {
		c->mode = MODE_TIME;
		return true;
	}
	for (int i = 0; i < STAGE_N; i++) {
		if (strcmp(name, stage_names[i]) != 0)
			continue;
		c->stage = (enum stage)i;
		c->mode = MODE_EMIT;
		return true;
	}
	diag_error(d, (struct span){}, D_USAGE, "no stage is called '%s'",
		   name);
	diag_hint(d,
		  "the stages are ast, typed, plan, ll, asm and obj; or time");
	return false;
}

static bool add_include(const char **list, const char *what, struct diags *d)
{
	size_t n = 0;

	while (list[n])
		n++;
	if (n == CLI_MAX_INCLUDES) {
		diag_error(d, (struct span){}, D_USAGE,
			   "more than %d of -I or --include", CLI_MAX_INCLUDES);
		return false;
	}
	list[n] = what;
	return true;
}

static bool take(struct cli *c, int opt, const char *arg, struct diags *d)
{
	switch (opt) {
	case 'e': c->program = arg; return true;
	case 'l': c->mode = MODE_LIST; return true;
	case 'i': c->mode = MODE_REPL; return true;
	case 'k': c->is_wary = true; return true;
	case 'b': return true; /* that is always so here */
	case 'd':
	case CLI_EMIT: return take_stage(c, arg, d);
	case CLI_NO_CACHE: c->no_cache = true; return true;
	case CLI_CHECK: c->mode = MODE_CHECK; return true;
	case CLI_FILTER: c->probe_filter = arg; return true;
	case 'I': return add_include(c->c_dirs, arg, d);
	case CLI_INCLUDE: return add_include(c->c_files, arg, d);
	case CLI_INFO: c->mode = MODE_INFO; return true;
	case 'h': c->mode = MODE_HELP; return true;
	case 'V': c->mode = MODE_VERSION; return true;
	case CLI_TOOL: c->tool = arg; return true;
	case CLI_TOOLS: c->mode = MODE_TOOLS; return true;
	case CLI_SAVE:
		c->mode = MODE_SAVE;
		c->save = arg;
		return true;
	case CLI_EXPLAIN:
		c->mode = MODE_EXPLAIN;
		c->word = arg;
		return true;
	case CLI_COMPLETION:
		c->mode = MODE_COMPLETION;
		c->word = arg;
		return true;
	case CLI_DOC:
	case CLI_DOCS:
		c->mode = MODE_DOC;
		c->word = arg;
		c->is_chapter = opt == CLI_DOCS;
		return true;
	default: return false; /* getopt's own report follows */
	}
}

static bool usage(struct diags *d, const char *fmt, const char *what)
{
	diag_error(d, (struct span){}, D_USAGE, fmt, what);
	diag_hint(d, "espy --help shows the options");
	return false;
}

static bool is_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* What follows the options: the script, unless -e gave it, then parameters. */
static bool take_words(struct cli *c, int n, char **words, struct diags *d)
{
	bool wants_script, has_script = c->program || c->tool;

	if (c->mode == MODE_RUN && !has_script && n == 0 && is_terminal())
		c->mode = MODE_REPL;
	wants_script = c->mode <= MODE_SAVE || (c->mode == MODE_REPL && n > 0);
	if ((c->mode == MODE_LIST || c->mode == MODE_EXPLAIN) && !c->word &&
	    !c->program && n > 0) {
		c->word = *words++;
		n--;
	} else if (wants_script && !has_script) {
		if (n == 0)
			return usage(d, "%s", "no script was given");
		c->file = *words++;
		n--;
	}
	c->params = (const char *const *)words;
	c->n_params = param_drop_dashes(words, (size_t)n);
	return true;
}

bool cli_parse(struct cli *c, int argc, char **argv, struct diags *d)
{
	/* the parameters of a tool are its own */
	static const struct argv_options options = { LETTERS, cli_long_options,
						     CLI_TOOL };
	int opt, n = argv_sort(&argc, argv, &options);

	run_opts_init(&c->run);
	opterr = 0;
	while ((opt = getopt_long(n, argv, "+:" LETTERS, cli_long_options,
				  NULL)) != -1) {
		const char *word = argv[optind - 1];

		if (opt == ':')
			return usage(d, "option '%s' needs a value", word);
		int ours =
			opt == '?' ? 0 : run_opts_take(&c->run, opt, optarg, d);

		if (ours < 0)
			return false;
		if (ours == 0 && !take(c, opt, optarg, d)) {
			return d->errors ? false
					 : usage(d, "no option is called '%s'",
						 word);
		}
	}
	if (!run_opts_check(&c->run, d) ||
	    !take_words(c, argc - n, argv + n, d))
		return false;
	c->run.session.params = c->params;
	c->run.session.n_params = c->n_params;
	return true;
}
