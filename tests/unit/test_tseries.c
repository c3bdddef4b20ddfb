/* SPDX-License-Identifier: Apache-2.0 */
/* Series in time: how values get into their intervals, how what several CPUs
 * have becomes one, how it looks. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "espy.h"
#include "runtime/tseries.h"

#define SECOND 1000000000ll

static struct arena arena;
static struct types types;

static void open_types(void)
{
	setenv("TZ", "UTC", 1);
	types_init(&types, &arena);
}

static void close_types(void)
{
	arena_free(&arena);
}

TestSuite(tseries, .init = open_types, .fini = close_types);

#define HOW(kind, is_signed) ((unsigned int)(kind) << 1 | (is_signed))

/* Two values of one interval. */
static uint64_t two(uint64_t a, uint64_t b, uint64_t how)
{
	struct agg_slot slots[4] = { { 0 } };

	espy_tseries(slots, a, 100, 10, 4, how);
	espy_tseries(slots, b, 109, 10, 4, how);
	cr_expect_eq(slots[2].epoch, 10, "in the slot 10 modulo 4");
	return slots[2].value;
}

Test(tseries, values_of_an_interval_become_one)
{
	cr_expect_eq(two(3, 2, HOW(TSERIES_LAST, 0)), 2);
	cr_expect_eq(two(3, 2, HOW(TSERIES_SUM, 0)), 5);
	cr_expect_eq(two(3, 2, HOW(TSERIES_AVG, 0)), 5, "the sum so far");
	cr_expect_eq(two(3, 2, HOW(TSERIES_MIN, 0)), 2);
	cr_expect_eq(two(3, 2, HOW(TSERIES_MAX, 0)), 3);
	cr_expect_eq(two(3, -2, HOW(TSERIES_MIN, 1)), (uint64_t)-2);
	cr_expect_eq(two(3, -2, HOW(TSERIES_MAX, 1)), 3);
	cr_expect_eq(two(3, -2, HOW(TSERIES_MAX, 0)), (uint64_t)-2);
	cr_expect_eq(two(2, 3, HOW(TSERIES_MIN, 0)), 2);
	cr_expect_eq(two(2, 3, HOW(TSERIES_MAX, 0)), 3);
}

Test(tseries, an_interval_takes_the_place_of_an_old_one)
{
	struct agg_slot slots[2] = { { 0 } };

	espy_tseries(slots, 5, 10, 10, 2, HOW(TSERIES_SUM, 0));
	espy_tseries(slots, 6, 20, 10, 2, HOW(TSERIES_SUM, 0));
	espy_tseries(slots, 7, 30, 10, 2, HOW(TSERIES_SUM, 0));
	cr_expect_eq(slots[1].value, 7, "not 12");
	cr_expect_eq(slots[1].epoch, 3);
	cr_expect_eq(slots[0].value, 6);
}

static const struct type *series(enum tseries_kind kind, bool is_signed)
{
	return type_tseries(&types, SECOND, 4, kind, is_signed);
}

/* What two CPUs have of interval 5 together, as it is shown. */
static uint64_t together(enum tseries_kind kind, bool is_signed,
			 struct agg_slot a, struct agg_slot b)
{
	const struct type *t = series(kind, is_signed);
	struct agg_slot x[4] = { [1] = a }, y[4] = { [1] = b }, v[4];

	tseries_merge(t, x, y);
	cr_assert_eq(tseries_rows(t, x, v), 1);
	return v[0].value;
}

Test(tseries, cpus_are_combined)
{
	struct agg_slot a = { 8, 3, 5 }, b = { 4, 1, 5 }, old = { 9, 9, 1 };
	struct agg_slot low = { -4, 4, 5 }, none = { 0 };

	cr_expect_eq(together(TSERIES_LAST, false, a, b), 8, "by time");
	cr_expect_eq(together(TSERIES_LAST, false, b, a), 8);
	cr_expect_eq(together(TSERIES_SUM, false, a, b), 12);
	cr_expect_eq(together(TSERIES_AVG, false, a, b), 3);
	cr_expect_eq(together(TSERIES_MIN, false, a, b), 4);
	cr_expect_eq(together(TSERIES_MAX, false, b, a), 8);
	cr_expect_eq(together(TSERIES_MIN, true, a, low), (uint64_t)-4);
	cr_expect_eq(together(TSERIES_MAX, true, low, a), 8);
	cr_expect_eq(together(TSERIES_SUM, false, a, old), 8, "older: gone");
	cr_expect_eq(together(TSERIES_SUM, false, old, a), 8);
	cr_expect_eq(together(TSERIES_MIN, false, a, none), 8, "no value");
}

static void expect(const struct type *t, const struct agg_slot *slots,
		   const char *wanted)
{
	auto_buf struct buf text = { 0 };
	struct show show = { 0 };

	tseries_print(&show, t, slots, &text);
	cr_expect_str_eq(text.p ? text.p : "", wanted);
}

#define RULE    "___________________________________________________"
#define BETWEEN "                                                 "
#define GAP     "                                                  "

Test(tseries, rows_from_the_first_to_the_last)
{
	/* The clock of the intervals may be ahead by leap seconds. */
	uint64_t at =
		(uint64_t)(1000 * SECOND -
			   tseries_start(series(TSERIES_LAST, true), 1000)) /
			SECOND +
		3600;
	struct agg_slot v[4] = { { 0 } };

	v[0] = (struct agg_slot){ -10, 1, at };
	v[1] = (struct agg_slot){ 99, 1, at - 7 };
	v[2] = (struct agg_slot){ 90, 1, at + 2 };
	expect(series(TSERIES_LAST, true), v,
	       "                   -10" BETWEEN "90\n"
	       "hh:mm:ss.ns        |" RULE "|\n"
	       "01:00:00.000000000 |*" GAP "| -10\n"
	       "01:00:01.000000000 | " GAP "| -\n"
	       "01:00:02.000000000 |" GAP "*| 90\n"
	       "                   v" RULE "v\n"
	       "                   -10" BETWEEN "90\n");
}

Test(tseries, nothing_is_printed_of_nothing)
{
	struct agg_slot v[4] = { { 0 } };

	expect(series(TSERIES_SUM, false), v, "");
}

Test(tseries, division)
{
	const struct type *t = series(TSERIES_SUM, true);
	struct agg_slot v[4] = { { -2500, 0, 4 }, { 3999, 0, 5 } }, rows[4];

	tseries_divide(t, v, 1000);
	cr_assert_eq(tseries_rows(t, v, rows), 2);
	cr_expect_eq((int64_t)rows[0].value, -2);
	cr_expect_eq(rows[1].value, 3);
}
