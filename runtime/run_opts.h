/* SPDX-License-Identifier: Apache-2.0 */
/* run_opts.h - what espy and espy-run share: the options of a run, opening
 * the output, printing diagnostics, and one plan from open to exit status.
 * Only the two main programs use it; it prints to stderr for them. */
#ifndef ESPY_RUNTIME_RUN_OPTS_H
#define ESPY_RUNTIME_RUN_OPTS_H

#include <getopt.h>

#include "runtime/session.h"

struct run_opts {
	struct session_opts session; /* out_fd is opened by run_plan() */
	const char *output; /* -o; NULL: stdout */
	bool verify; /* --verify: load and tell what that took */
	const char *compare; /* an earlier report of it; NULL: none */
	unsigned int tolerance; /* per cent by which things may have grown */
};

/* Defaults: stdout, stderr, line buffering, colour when stderr is a terminal
 * and NO_COLOR is not set (or empty). */
void run_opts_init(struct run_opts *r);

/* Short options for getopt_long() and rows for its table; values of long
 * options without a letter start at RUN_OPT_FIRST. */
#define RUN_OPTS_SHORT "p:c:f:o:qvB:"
enum {
	RUN_OPT_FIRST = 256,
	RUN_OPT_UNSAFE,
	RUN_OPT_DRY_RUN,
	RUN_OPT_TEST,
	RUN_OPT_BENCH,
	RUN_OPT_NO_FEATURE,
	RUN_OPT_NO_WARNINGS,
	RUN_OPT_TIMEOUT,
	RUN_OPT_STATS,
	RUN_OPT_VERIFY,
	RUN_OPT_COMPARE,
	RUN_OPT_TOLERANCE,
	RUN_OPT_USER,
	RUN_OPT_NEXT
};
#define RUN_OPTS_LONG                                                          \
	{ "pid", required_argument, NULL, 'p' },                               \
		{ "cmd", required_argument, NULL, 'c' },                       \
		{ "format", required_argument, NULL, 'f' },                    \
		{ "output", required_argument, NULL, 'o' },                    \
		{ "quiet", no_argument, NULL, 'q' },                           \
		{ "verbose", no_argument, NULL, 'v' },                         \
		{ "buffering", required_argument, NULL, 'B' },                 \
		{ "unsafe", no_argument, NULL, RUN_OPT_UNSAFE },               \
		{ "user", required_argument, NULL, RUN_OPT_USER },             \
		{ "test", optional_argument, NULL, RUN_OPT_TEST },             \
		{ "bench", optional_argument, NULL, RUN_OPT_BENCH },           \
		{ "no-feature", required_argument, NULL, RUN_OPT_NO_FEATURE }, \
		{ "no-warnings", no_argument, NULL, RUN_OPT_NO_WARNINGS },     \
		{ "timeout", required_argument, NULL, RUN_OPT_TIMEOUT },       \
		{ "stats", optional_argument, NULL, RUN_OPT_STATS },           \
		{ "verify", no_argument, NULL, RUN_OPT_VERIFY },               \
		{ "compare", required_argument, NULL, RUN_OPT_COMPARE },       \
		{ "tolerance", required_argument, NULL, RUN_OPT_TOLERANCE },   \
	{                                                                      \
		"dry-run", no_argument, NULL, RUN_OPT_DRY_RUN                  \
	}

/* Takes one option; 1 when it is one of ours, 0 when not, -1 after a report
 * (D_USAGE) of a wrong value. */
int run_opts_take(struct run_opts *r, int opt, const char *arg,
		  struct diags *d);

/* Options that exclude each other (-p with -c). False after a report. */
bool run_opts_check(const struct run_opts *r, struct diags *d);

/* Finds what a saved program is for, opens the session, runs it to its end and prints the maps. Returns the
 * process's exit status: exit(n)'s n, 1 or 2 with the reason in d. */
int run_plan(struct plan *p, struct machine *m, struct run_opts *r,
	     struct diags *d);

/* Prints what d holds to stderr and forgets it. */
void run_print_diags(struct diags *d, bool colour);

/* 0 without errors, 2 when the environment refused, else 1. */
int run_status(const struct diags *d);

#endif
