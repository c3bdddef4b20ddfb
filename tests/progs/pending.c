/* SPDX-License-Identifier: Apache-2.0 */
/* pending SIGNAL PROGRAM [ARG...]: runs a program that has a signal waiting from
 * its first instruction on: blocked and sent before exec(). */
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	int number;
} signals[] = { { "HUP", SIGHUP },
		{ "INT", SIGINT },
		{ "TERM", SIGTERM },
		{ "USR1", SIGUSR1 } };

int main(int argc, char **argv)
{
	sigset_t mask;
	size_t i;

	sigemptyset(&mask);
	for (i = 0; argc > 2 && i < sizeof(signals) / sizeof(*signals); i++) {
		if (strcmp(argv[1], signals[i].name))
			continue;
		sigaddset(&mask, signals[i].number);
		sigprocmask(SIG_BLOCK, &mask, NULL);
		raise(signals[i].number);
		execvp(argv[2], argv + 2);
	}
	return 2;
}
