/* SPDX-License-Identifier: Apache-2.0 */
/* number.h - arguments of the test programs. */
#ifndef ESPY_TESTS_NUMBER_H
#define ESPY_TESTS_NUMBER_H

#include <stdio.h>
#include <stdlib.h>

/* Argument n as a number, or fallback when it was not given. Anything that is
 * not a number ends the program: a test that counts must not guess. */
static inline long number_arg(int argc, char **argv, int n, long fallback)
{
	char *end;
	long value;

	if (n >= argc)
		return fallback;
	value = strtol(argv[n], &end, 0);
	if (end == argv[n] || *end) {
		fprintf(stderr, "%s: not a number: %s\n", argv[0], argv[n]);
		exit(2);
	}
	return value;
}

#endif
