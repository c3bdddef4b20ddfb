/* SPDX-License-Identifier: Apache-2.0 */
/* bpf-helpers/ compiled for this machine: numbers and histograms. */
#include <criterion/criterion.h>

#include "espy.h"

/* --- division ------------------------------------------------------------------ */

static const int64_t numbers[] = {
	0,         1,         -1,        2,         -2,
	3,         -7,        10,        255,       -256,
	INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, INT64_MIN + 1,
};

#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

Test(helpers, division_is_that_of_c)
{
	int64_t a, b;

	for (size_t i = 0; i < N_NUMBERS * N_NUMBERS; i++) {
		a = numbers[i / N_NUMBERS];
		b = numbers[i % N_NUMBERS];
		if (!b || (a == INT64_MIN && b == -1))
			continue;
		cr_expect_eq(espy_sdiv(a, b), a / b, "%ld / %ld", a, b);
		cr_expect_eq(espy_smod(a, b), a % b, "%ld %% %ld", a, b);
	}
}

/* The one quotient that has no int64_t wraps around. */
Test(helpers, division_wraps)
{
	cr_expect_eq(espy_sdiv(INT64_MIN, -1), INT64_MIN);
	cr_expect_eq(espy_smod(INT64_MIN, -1), 0);
}

/* --- histograms ------------------------------------------------------------------ */

/* First value of a bucket (of numbers that are not negative), found the slow
 * way: exact buckets first, then slices of each power of two. */
static uint64_t bucket_start(unsigned int bucket, unsigned int bits)
{
	unsigned int i = bucket - 1, power = bits + 1;
	unsigned int exact = 2u << bits, slices = 1u << bits;

	if (i < exact)
		return i;
	for (i -= exact; i >= slices; i -= slices)
		power++;
	return (1ull << power) + ((uint64_t)i << (power - bits));
}

static unsigned int bucket_of(uint64_t n, unsigned int bits, bool is_signed)
{
	static uint64_t buckets[HIST_BUCKETS(HIST_MAX_BITS)];
	unsigned int found = 0, hits = 0;

	memset(buckets, 0, sizeof(buckets));
	espy_hist(buckets, n, bits, is_signed);
	for (unsigned int i = 0; i < HIST_BUCKETS(HIST_MAX_BITS); i++)
		if (buckets[i]) {
			found = i;
			hits += buckets[i];
		}
	cr_assert_eq(hits, 1, "%lu with %u bits: %u hits", n, bits, hits);
	return found;
}

static void check_bounds(unsigned int bits)
{
	unsigned int n = HIST_BUCKETS(bits);
	uint64_t start, next;

	for (unsigned int i = 1; i < n; i++) {
		start = bucket_start(i, bits);
		next = i + 1 < n ? bucket_start(i + 1, bits) : 0;
		cr_expect_eq(bucket_of(start, bits, false), i, "%u bits: %lu",
			     bits, start);
		cr_expect_eq(bucket_of(next - 1, bits, false), i,
			     "%u bits: %lu", bits, next - 1);
	}
}

Test(helpers, hist_has_every_bound)
{
	for (unsigned int bits = 0; bits <= HIST_MAX_BITS; bits++)
		check_bounds(bits);
}

Test(helpers, hist_of_negative_numbers)
{
	cr_expect_eq(bucket_of(-1, 0, true), 0);
	cr_expect_eq(bucket_of(INT64_MIN, 3, true), 0);
	cr_expect_eq(bucket_of(-1, 0, false), HIST_BUCKETS(0) - 1);
}

static unsigned int step_of(int64_t n, int64_t min, int64_t max, int64_t step)
{
	uint64_t buckets[64] = { 0 };
	unsigned int i = 0;

	espy_lhist(buckets, n, min, max, step);
	while (i < 63 && !buckets[i])
		i++;
	return i;
}

static const struct {
	int64_t n, min, max, step;
	unsigned int bucket;
} steps[] = {
	{ -1, 0, 100, 10, 0 },   { INT64_MIN, 0, 100, 10, 0 },
	{ 0, 0, 100, 10, 1 },    { 9, 0, 100, 10, 1 },
	{ 10, 0, 100, 10, 2 },   { 99, 0, 100, 10, 10 },
	{ 100, 0, 100, 10, 11 }, { INT64_MAX, 0, 100, 10, 11 },
	{ -5, -10, 10, 5, 2 },   { -11, -10, 10, 5, 0 },
	{ 10, -10, 10, 5, 5 },   { 24, 0, 25, 10, 3 },
	{ 25, 0, 25, 10, 4 },
};

Test(helpers, lhist_has_every_bound)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		cr_expect_eq(step_of(steps[i].n, steps[i].min, steps[i].max,
				     steps[i].step),
			     steps[i].bucket, "case %zu", i);
}

/* --- values per CPU ------------------------------------------------------------------ */

#define CPUS 3

/* The map's values, in the test's memory: map is an array of pointers. */
void *map_lookup_percpu(void *map, const void *key, uint32_t cpu)
{
	(void)key;
	return cpu < CPUS ? ((void **)map)[cpu] : NULL;
}

Test(helpers, sums_leave_out_absent_cpus)
{
	uint64_t a = 5, c = -7;
	void *map[CPUS] = { &a, NULL, &c };

	cr_expect_eq(espy_read_sum(map, NULL, CPUS, true), -2);
}

Test(helpers, min_and_max_of_all_cpus)
{
	struct agg_minmax v[CPUS] = { { 0 } };
	void *map[CPUS] = { &v[0], &v[1], &v[2] };

	cr_expect_eq(espy_read_min(map, NULL, CPUS, true), 0, "none is set");
	espy_min(&v[1], 7, true);
	espy_min(&v[1], 9, true);
	espy_min(&v[2], -3, true);
	cr_expect_eq(v[1].value, 7);
	cr_expect_eq(espy_read_min(map, NULL, CPUS, true), -3);
	cr_expect_eq(espy_read_min(map, NULL, CPUS, false), 7);
	cr_expect_eq(espy_read_max(map, NULL, CPUS, true), 7);
	cr_expect_eq(espy_read_max(map, NULL, CPUS, false), -3);
}

Test(helpers, max_keeps_the_largest)
{
	struct agg_minmax v = { 0 };

	espy_max(&v, -5, true);
	cr_expect_eq((int64_t)v.value, -5);
	espy_max(&v, -6, true);
	cr_expect_eq((int64_t)v.value, -5);
	espy_max(&v, 1, true);
	cr_expect_eq(v.value, 1);
}

Test(helpers, averages_cut_towards_zero)
{
	struct agg_avg v[CPUS] = { { 0 } };
	void *map[CPUS] = { &v[0], NULL, &v[2] };

	cr_expect_eq(espy_read_avg(map, NULL, CPUS, true), 0, "no values");
	espy_avg(&v[0], -3);
	espy_avg(&v[2], -4);
	cr_expect_eq(espy_read_avg(map, NULL, CPUS, true), -3);
	espy_avg(&v[2], 14);
	cr_expect_eq(espy_read_avg(map, NULL, CPUS, false), 2);
}

Test(helpers, reset_clears_every_cpu)
{
	uint64_t v[CPUS][2] = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
	void *map[CPUS] = { v[0], v[1], v[2] };

	espy_reset(map, NULL, CPUS, 8);
	for (int i = 0; i < CPUS; i++) {
		cr_expect_eq(v[i][0], 0);
		cr_expect_neq(v[i][1], 0, "past the size");
	}
}
