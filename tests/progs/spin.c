/* SPDX-License-Identifier: Apache-2.0 */
/* spin MS - keep a processor busy for MS milliseconds of this process's own
 * processor time, in the function spin_here(). */
#include <stdint.h>
#include <time.h>

#include "number.h"

volatile uint64_t spin_turns;

__attribute__((noinline)) void spin_here(void)
{
	for (int i = 0; i < 10000; i++)
		spin_turns++;
}

static long used_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	long limit = number_arg(argc, argv, 1, 100);

	while (used_ms() < limit)
		spin_here();
	return 0;
}
