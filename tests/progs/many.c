/* SPDX-License-Identifier: Apache-2.0 */
/* many [N [MS]] - 2000 functions to put user probes on, many_0000(i) to
 * many_1999(i), which return i plus their number. All are called N (1) times,
 * with i counting from 1 and a pause of MS (0) milliseconds before each time.
 */
#include <time.h>

#include "number.h"

#define PROBED __attribute__((noinline, noclone))

/* Each level adds a digit to the name. */
#define TEN(f, n)                                                       \
	f(n##0) f(n##1) f(n##2) f(n##3) f(n##4) f(n##5) f(n##6) f(n##7) \
		f(n##8) f(n##9)
#define HUNDRED(f, n)                                                   \
	f(n##0) f(n##1) f(n##2) f(n##3) f(n##4) f(n##5) f(n##6) f(n##7) \
		f(n##8) f(n##9)
#define THOUSAND(f, n)                                                  \
	f(n##0) f(n##1) f(n##2) f(n##3) f(n##4) f(n##5) f(n##6) f(n##7) \
		f(n##8) f(n##9)

#define FUNCTION(n)                      \
	PROBED int many_##n(int i);      \
	PROBED int many_##n(int i)       \
	{                                \
		return i + 1##n - 10000; \
	}
#define FUNCTIONS_10(n)  TEN(FUNCTION, n)
#define FUNCTIONS_100(n) HUNDRED(FUNCTIONS_10, n)

#define NAME(n)      many_##n,
#define NAMES_10(n)  TEN(NAME, n)
#define NAMES_100(n) HUNDRED(NAMES_10, n)

THOUSAND(FUNCTIONS_100, 0)
THOUSAND(FUNCTIONS_100, 1)

static int (*const all[])(int) = { THOUSAND(NAMES_100, 0) /**/
				   THOUSAND(NAMES_100, 1) };

int main(int argc, char **argv)
{
	long n = number_arg(argc, argv, 1, 1);
	long ms = number_arg(argc, argv, 2, 0);
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };
	long total = 0;

	for (int i = 1; i <= n; i++) {
		nanosleep(&pause, NULL);
		for (size_t f = 0; f < sizeof(all) / sizeof(all[0]); f++)
			total += all[f](i);
	}
	return total < 0;
}
