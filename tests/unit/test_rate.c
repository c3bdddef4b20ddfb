/* SPDX-License-Identifier: Apache-2.0 */
/* ratelimit(): how many of a second are let through. */
#include <criterion/criterion.h>

#include "espy.h"

#define SECOND 1000000000ull

static uint64_t state;

/* How many of n calls at that time are. */
static int let_through(uint64_t most, uint64_t now, int n)
{
	int yes = 0;

	while (n--)
		yes += espy_rate(&state, most, now) != 0;
	return yes;
}

Test(rate, none)
{
	cr_expect_eq(let_through(0, SECOND, 100), 0);
	cr_expect_eq(let_through((uint64_t)-5, SECOND, 100), 0);
	cr_expect_eq(state, 0);
}

Test(rate, the_first_of_a_second)
{
	cr_expect_eq(let_through(3, 5 * SECOND, 2), 2);
	cr_expect_eq(let_through(3, 5 * SECOND + 999999999, 100), 1);
	cr_expect_eq(let_through(3, 6 * SECOND, 100), 3);
	cr_expect_eq(let_through(3, 1000 * SECOND, 2), 2);
}

Test(rate, all)
{
	cr_expect_eq(let_through(INT64_MAX, 5 * SECOND, 1000), 1000);
	cr_expect_eq(let_through(RATE_MOST, 6 * SECOND, 1000), 1000);
}

/* The clock of another CPU is a bit behind. */
Test(rate, a_second_does_not_come_back)
{
	cr_expect_eq(let_through(3, 7 * SECOND, 2), 2);
	cr_expect_eq(let_through(3, 7 * SECOND - 1, 5), 1);
	cr_expect_eq(let_through(3, 7 * SECOND, 5), 0);
}

/* After 136 years of seconds their number begins again. */
Test(rate, wraps)
{
	cr_expect_eq(let_through(1, 0x70000000ull * SECOND, 5), 1);
	cr_expect_eq(let_through(1, 0xe0000000ull * SECOND, 5), 1);
	cr_expect_eq(let_through(1, 0x100000005ull * SECOND, 5), 1);
}
