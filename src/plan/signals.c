/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/signals.h"

#include <signal.h>

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "SIGUSR1", SIGUSR1 }, { "SIGUSR2", SIGUSR2 },
	{ "SIGHUP", SIGHUP },   { "SIGQUIT", SIGQUIT },
	{ "SIGALRM", SIGALRM }, { "SIGCONT", SIGCONT },
	{ "SIGIO", SIGIO },     { "SIGPWR", SIGPWR },
	{ "SIGURG", SIGURG },   { "SIGWINCH", SIGWINCH },
};

/* "SIGRTMIN+3": from base in the direction of sign. */
static int real_time(struct str name, const char *base, int from, char sign)
{
	size_t n = strlen(base);
	int by = 0;

	if (!str_starts(name, base) || name.n > n + 3)
		return 0;
	for (size_t i = n; i < name.n; i++) {
		if (i == n && name.p[i] == sign && name.n > n + 1)
			continue;
		if (i == n || name.p[i] < '0' || name.p[i] > '9')
			return 0;
		by = by * 10 + name.p[i] - '0';
	}
	from += sign == '+' ? by : -by;
	return from >= SIGRTMIN && from <= SIGRTMAX ? from : 0;
}

int signal_number(struct str name)
{
	bool is_short = !str_starts(name, "SIG");
	size_t skip = is_short ? 3 : 0;
	int number;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (str_is(name, signals[i].name + skip))
			return signals[i].number;
	number = real_time(name, &"SIGRTMIN"[skip], SIGRTMIN, '+');
	if (!number)
		number = real_time(name, &"SIGRTMAX"[skip], SIGRTMAX, '-');
	return number;
}

void signal_suggest(struct str name, struct suggest *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		suggest_offer(s, name, str_from(signals[i].name));
}
