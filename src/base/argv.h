/* SPDX-License-Identifier: Apache-2.0 */
/* argv.h - which words of a command line are options of the command, and which
 * are a script's name and its parameters. */
#ifndef ESPY_BASE_ARGV_H
#define ESPY_BASE_ARGV_H

#include <getopt.h>

/* The options of a command, as getopt_long() takes them. */
struct argv_options {
	const char *letters; /* with a ':' behind those that take a value */
	const struct option *names; /* the last one has no name */
	int last; /* everything behind its value is words; 0: none */
};

/* Puts the options with their values before all other words, each in the order
 * they were in, and returns how many words argv[0] and the options are: what
 * getopt_long() is to see. Before the first word that is no option everything
 * with a dash is one. Behind it, where a script's name and parameters are, only
 * what is an option by its full name (as in bpftrace, `espy FILE -p 1`), but
 * for --help, which scripts have themselves. "--" ends the options; it is
 * dropped (*argc is one less) when it stands before the first word, else kept. */
int argv_sort(int *argc, char **argv, const struct argv_options *o);

#endif
