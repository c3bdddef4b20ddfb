/* SPDX-License-Identifier: Apache-2.0 */
/* sip BYTES MS - copy standard input to standard output, at most BYTES at a
 * time, with a pause of MS milliseconds after each: a slow reader. */
#include <time.h>
#include <unistd.h>

#include "number.h"

int main(int argc, char **argv)
{
	long size = number_arg(argc, argv, 1, 4096);
	long ms = number_arg(argc, argv, 2, 1);
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };
	char *bytes = malloc(size);
	ssize_t n;

	if (!bytes)
		return 1;
	while ((n = read(STDIN_FILENO, bytes, size)) > 0) {
		if (write(STDOUT_FILENO, bytes, n) != n)
			return 1;
		nanosleep(&pause, NULL);
	}
	return n < 0;
}
