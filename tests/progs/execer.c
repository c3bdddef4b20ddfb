/* SPDX-License-Identifier: Apache-2.0 */
/* execer N [PATH] - N times, one after the other, fork a child that executes
 * PATH (this program, doing nothing) and wait for it. */
#include <sys/wait.h>
#include <unistd.h>

#include "number.h"

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 0);
	const char *path = argc > 2 ? argv[2] : "/proc/self/exe";

	for (long i = 0; i < count; i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			execl(path, argc > 2 ? path : "execer", NULL);
			_exit(127);
		}
		if (child < 0 || waitpid(child, &status, 0) < 0 || status)
			return 1;
	}
	return 0;
}
