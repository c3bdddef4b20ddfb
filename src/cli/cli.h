/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h - what espy was asked to do, from the command line. */
#ifndef ESPY_CLI_CLI_H
#define ESPY_CLI_CLI_H

#include "compile.h"
#include "runtime/run_opts.h"

enum mode {
	MODE_RUN, /* compile, then run */
	MODE_CHECK, /* --check: make the code and report on it */
	MODE_EMIT, /* --emit=STAGE: print a stage */
	MODE_TIME, /* --emit=time */
	MODE_SAVE, /* --save FILE */
	MODE_REPL, /* -i, or no script on a terminal */
	MODE_LIST, /* -l */
	MODE_TOOLS, /* --tools */
	MODE_INFO, /* --info */
	MODE_COMPLETION, /* --completion SHELL */
	MODE_DOC, /* --help-function NAME, --docs CHAPTER */
	MODE_EXPLAIN, /* --explain CODE */
	MODE_HELP,
	MODE_VERSION,
};

#define CLI_MAX_INCLUDES 32 /* of -I, and of --include */

struct cli {
	enum mode mode;
	enum stage stage; /* MODE_EMIT */
	const char *program; /* -e */
	const char *file; /* a path or "-"; NULL with -e, or MODE_REPL */
	const char *tool; /* --tool: one of espy's own scripts; NULL: none */
	const char *save; /* MODE_SAVE */
	const char *probe_filter; /* NULL: all probes */
	const char *word; /* MODE_DOC: the name; MODE_LIST: the pattern;
			     MODE_EXPLAIN: the code, NULL: all */
	bool is_chapter; /* MODE_DOC: word names a chapter */
	bool is_wary; /* -k */
	bool no_cache; /* --no-cache */
	const char *c_dirs[CLI_MAX_INCLUDES + 1]; /* -I; NULL behind */
	const char *c_files[CLI_MAX_INCLUDES + 1]; /* --include; the same */
	const char *const *params; /* of the script */
	size_t n_params;
	struct run_opts run;
};

/* Reads the command line; false after a report (D_USAGE). */
bool cli_parse(struct cli *c, int argc, char **argv, struct diags *d);

/* The options with a name, for getopt_long(). */
extern const struct option cli_long_options[];

/* The text of --help. */
extern const char cli_help[];

/* The running system: compiler, libraries, what the kernel offers. */
void cli_info(struct machine *m, struct buf *out);

/* -l 'struct NAME': is a pattern about types? They and, when asked for, their
 * members are appended to out; how many there were. */
bool cli_is_type(struct str word);
size_t cli_list_types(struct machine *m, struct str pattern, bool with_members,
		      struct buf *out);

/* Appends the probes (with_args: and their arguments), or the types, that match
 * a pattern. False after a report, also when there are none. */
bool cli_list_pattern(struct machine *m, struct str pattern, bool with_args,
		      struct buf *out, struct diags *d);

/* -l: what matches c->word, or what the script would attach to. Exit
 * status. */
int cli_list(const struct cli *c, struct machine *m, struct sources *srcs,
	     struct diags *d);

#endif
