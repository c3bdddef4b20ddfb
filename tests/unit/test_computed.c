/* SPDX-License-Identifier: Apache-2.0 */
/* What print() computes from maps: percentiles, rates, tables of several. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plan/abi.h"
#include "runtime/joined.h"
#include "runtime/percentile.h"
#include "runtime/rate.h"

static struct arena arena;
static struct types types;

static void open_all(void)
{
	types_init(&types, &arena);
}

static void close_all(void)
{
	arena_free(&arena);
}

TestSuite(computed, .init = open_all, .fini = close_all);

/* --- percentiles ------------------------------------------------------------- */

static void expect_percentile(const struct type *t, const uint64_t *hist,
			      double percent, int64_t wanted)
{
	int64_t have = percentile(t, hist, percent);

	cr_expect_eq(have, wanted, "%.1f%%: %" PRId64 ", not %" PRId64, percent,
		     have, wanted);
}

Test(computed, percentiles_of_powers)
{
	const struct type *t = type_hist(&types, 0);
	uint64_t h[HIST_BUCKETS(0)] = { 0 };

	expect_percentile(t, h, 50, 0); /* nothing */
	h[1] = 50; /* zeros */
	h[2] = 50; /* ones */
	expect_percentile(t, h, 0, 0);
	expect_percentile(t, h, 50, 0);
	expect_percentile(t, h, 50.1, 1);
	expect_percentile(t, h, 100, 1);
	memset(h, 0, sizeof(h));
	h[5] = 1; /* 8 to 15: the middle */
	expect_percentile(t, h, 50, 11);
	h[5] = 7; /* one each; the first and the last */
	expect_percentile(t, h, 0, 8);
	expect_percentile(t, h, 100, 14);
	memset(h, 0, sizeof(h));
	h[0] = 1; /* of negative ones no more is known */
	expect_percentile(t, h, 99, -1);
	h[HIST_BUCKETS(0) - 1] = 1;
	cr_expect_lt(percentile(t, h, 100), 0, "beyond int64_t");
	expect_percentile(t, h, 50, -1);
}

Test(computed, percentiles_of_steps)
{
	const struct type *t = type_lhist(&types, -10, 20, 10);
	uint64_t h[LHIST_BUCKETS(-10, 20, 10)] = { 1, 4, 4, 0, 1 };

	expect_percentile(t, h, 10, -11); /* below */
	expect_percentile(t, h, 20, -9);
	expect_percentile(t, h, 50, -3);
	expect_percentile(t, h, 60, 1);
	expect_percentile(t, h, 90, 7);
	expect_percentile(t, h, 99.9, 20); /* above */
}

/* --- rows -------------------------------------------------------------------- */

/* Rows of int64_t by uint32_t. */
static void fill(struct rows *r, size_t n, const uint32_t *keys,
		 const int64_t *values)
{
	size_t i;

	*r = (struct rows){ .n = n };
	r->v = xzalloc((n + 1) * sizeof(*r->v));
	r->keys = xzalloc((n + 1) * sizeof(*keys));
	r->values = xzalloc((n + 1) * sizeof(*values));
	if (keys)
		memcpy(r->keys, keys, n * sizeof(*keys));
	memcpy(r->values, values, n * sizeof(*values));
	for (i = 0; i < n; i++) {
		r->v[i].key = keys ? r->keys + i * sizeof(*keys) : NULL;
		r->v[i].value = r->values + i * sizeof(*values);
	}
}

static int64_t value_of(const struct rows *r, uint32_t key)
{
	int64_t value = INT64_MIN;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (!r->v[i].key || !memcmp(r->v[i].key, &key, sizeof(key)))
			memcpy(&value, r->v[i].value, sizeof(value));
	return value;
}

#define SECOND 1000000000ll

static const struct plan_map keyed = { .name = STR("@a"), .key = 1 },
			     other = { .name = STR("@bb"), .key = 1 },
			     scalar = { .name = STR("@s") };

/* --- rates ------------------------------------------------------------------- */

Test(computed, rates_are_since_the_last_time)
{
	struct map_handle m = { .plan = &keyed,
				.key = type_int(&types, 4, false),
				.value = type_agg(&types, TY_SUM, true) };
	const uint32_t keys[] = { 7, 3 }, more[] = { 3, 9, 7 };
	struct rows r;

	rate_begin(&m, 10 * SECOND);
	fill(&r, 2, keys, (const int64_t[]){ 10, -3 });
	rate_apply(&m, &r, 12 * SECOND, false);
	cr_expect_eq(value_of(&r, 7), 5);
	cr_expect_eq(value_of(&r, 3), -2, "-1.5 is rounded");
	rows_free(&r);
	/* 9 is new; 7 was deleted meanwhile and begins from zero */
	fill(&r, 3, more, (const int64_t[]){ -7, 8, 4 });
	rate_apply(&m, &r, 16 * SECOND, true);
	cr_expect_eq(value_of(&r, 3), -1);
	cr_expect_eq(value_of(&r, 9), 2);
	cr_expect_eq(value_of(&r, 7), 1);
	rows_free(&r);
	/* it was emptied */
	fill(&r, 1, keys, (const int64_t[]){ 1 });
	rate_apply(&m, &r, 16 * SECOND + SECOND / 2, false);
	cr_expect_eq(value_of(&r, 7), 2);
	rate_restart(&m);
	rows_free(&r);
	fill(&r, 1, keys, (const int64_t[]){ 6 });
	rate_apply(&m, &r, 17 * SECOND, false);
	cr_expect_eq(value_of(&r, 7), 12, "from zero again");
	rows_free(&r);
	rate_free(&m);
	cr_expect_null(m.rate);
}

Test(computed, rates_of_a_scalar)
{
	struct map_handle m = { .plan = &scalar,
				.value = type_simple(&types, TY_COUNT) };
	struct rows r;

	rate_begin(&m, 0);
	fill(&r, 1, NULL, (const int64_t[]){ 3000 });
	rate_apply(&m, &r, SECOND, false);
	cr_expect_eq(value_of(&r, 0), 3000);
	rows_free(&r);
	fill(&r, 1, NULL, (const int64_t[]){ INT64_MAX });
	rate_apply(&m, &r, SECOND, false); /* no time between */
	cr_expect_eq(value_of(&r, 0), INT64_MAX, "as much as there can be");
	rows_free(&r);
	fill(&r, 0, NULL, (const int64_t[]){ 0 });
	rate_apply(&m, &r, 2 * SECOND, false);
	cr_expect_eq(r.n, 0);
	rows_free(&r);
	rate_free(&m);
	cr_expect(rate_can(m.value));
	cr_expect_not(rate_can(type_hist(&types, 0)));
	cr_expect_not(rate_can(type_agg(&types, TY_AVG, true)));
}

/* --- tables ------------------------------------------------------------------ */

static void join_two(struct joined *t, uint64_t div,
		     const struct map_order *order)
{
	struct map_handle a = { .plan = &keyed,
				.key = type_int(&types, 4, false),
				.value = type_int(&types, 8, true) };
	struct map_handle b = a;
	struct rows r;

	b.plan = &other;
	fill(&r, 2, (const uint32_t[]){ 100, 2 }, (const int64_t[]){ 50, 90 });
	joined_add(t, &a, &r, div);
	fill(&r, 2, (const uint32_t[]){ 2, 3 }, (const int64_t[]){ 1000, -7 });
	joined_add(t, &b, &r, div);
	joined_finish(t, order);
}

static void expect_table(uint64_t div, struct map_order order,
			 const char *wanted)
{
	auto_buf struct buf out = { 0 };
	const struct show show = { 0 };
	struct joined t = { 0 };

	join_two(&t, div, &order);
	joined_print(&show, &t.handle, &t.rows, &out);
	cr_expect_str_eq(out.p, wanted);
	cr_expect(str_is(t.handle.plan->name, "@a @bb"));
	joined_free(&t);
}

Test(computed, tables_are_aligned_and_sorted)
{
	expect_table(0, (struct map_order){ 0 },
		     "     @a   @bb\n"
		     "3     0    -7\n"
		     "100  50     0\n"
		     "2    90  1000\n");
	expect_table(10, (struct map_order){ .flags = EF_SORT_KEY, .div = 10 },
		     "     @a  @bb\n"
		     "2     9  100\n"
		     "3     0    0\n"
		     "100   5    0\n");
	expect_table(
		1, (struct map_order){ .flags = EF_DOWN | EF_FIRST, .top = 1 },
		"   @a   @bb\n"
		"2  90  1000\n");
}
