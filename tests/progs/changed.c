/* SPDX-License-Identifier: Apache-2.0 */
/* changed [N] - things that happen to a program from outside, told on standard
 * output. Makes a getppid call, says which signals came meanwhile and to which
 * thread ("signal 10 to main"), then N (1) write calls of "before", 7 bytes, to
 * /dev/null, and says what is in the buffer after each. */
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "number.h"

static volatile sig_atomic_t came[65];

static void note(int signal)
{
	came[signal] = getpid() == syscall(SYS_gettid) ? 1 : 2;
}

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 1);
	int fd = open("/dev/null", O_WRONLY);
	char buffer[16] = "before";

	signal(SIGUSR1, note);
	signal(SIGUSR2, note);
	syscall(SYS_getppid);
	for (int i = 1; i < 65; i++)
		if (came[i])
			printf("signal %d to %s\n", i,
			       came[i] == 1 ? "main" : "another");
	for (long i = 0; i < count; i++) {
		if (write(fd, buffer, 7) != 7)
			return 1;
		printf("%.16s\n", buffer);
	}
	return 0;
}
