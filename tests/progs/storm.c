/* SPDX-License-Identifier: Apache-2.0 */
/* storm N [AT_ONCE] - N children, AT_ONCE (4) at a time, each of which calls
 * storm_forked(), becomes this program anew, calls storm_executed() and ends.
 * At an address of its own each time, linked dynamically. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "number.h"

#define PROBED __attribute__((noinline, noclone))

PROBED int storm_forked(int n);
PROBED int storm_executed(int n);

int storm_forked(int n)
{
	return n + 1;
}

int storm_executed(int n)
{
	return n + 2;
}

static int child(long n)
{
	char number[32];

	snprintf(number, sizeof(number), "%ld", n);
	if (storm_forked((int)n) != n + 1)
		return 1;
	execl("/proc/self/exe", "storm", "executed", number, NULL);
	return 127;
}

/* The status of one child; 0 when there is none. */
static int one_ended(void)
{
	int status;

	return wait(&status) > 0 ? status : 0;
}

int main(int argc, char **argv)
{
	long count, at_once, running = 0;
	int wrong = 0;

	if (argc > 2 && !strcmp(argv[1], "executed")) {
		long n = number_arg(argc, argv, 2, 0);

		return storm_executed((int)n) != n + 2;
	}
	count = number_arg(argc, argv, 1, 1);
	at_once = number_arg(argc, argv, 2, 4);
	for (long i = 0; i < count; i++) {
		pid_t pid;

		if (running == at_once) {
			wrong |= one_ended();
			running--;
		}
		pid = fork();
		if (pid == 0)
			_exit(child(i));
		if (pid < 0)
			return 1;
		running++;
	}
	while (running--)
		wrong |= one_ended();
	return wrong != 0;
}
