/* SPDX-License-Identifier: Apache-2.0 */
/* napper MS - sleep MS milliseconds by the old system call, which the C library
 * does not use any more. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "number.h"

int main(int argc, char **argv)
{
	long ms = number_arg(argc, argv, 1, 1);
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	return syscall(SYS_nanosleep, &t, NULL) ? 1 : 0;
}
