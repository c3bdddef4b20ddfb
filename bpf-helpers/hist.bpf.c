/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

/* Position of the highest bit that is set; n is not 0. Each step stays one
 * branch. */
static ESPY_FUNC uint64_t log2_of(uint64_t n)
{
	uint64_t k = 0;

	if (n >> 32) {
		n >>= 32;
		k += 32;
		opaque(k);
	}
	if (n >> 16) {
		n >>= 16;
		k += 16;
		opaque(k);
	}
	if (n >> 8) {
		n >>= 8;
		k += 8;
		opaque(k);
	}
	if (n >> 4) {
		n >>= 4;
		k += 4;
		opaque(k);
	}
	if (n >> 2) {
		n >>= 2;
		k += 2;
		opaque(k);
	}
	return k + (n >> 1);
}

static ESPY_FUNC uint64_t hist_bucket(uint64_t n, uint64_t bits,
				      uint64_t is_signed)
{
	uint64_t k, slice;

	if (is_signed && (int64_t)n < 0)
		return 0;
	if (n < 2ull << bits)
		return 1 + n;
	k = log2_of(n);
	slice = (n >> (k - bits)) - (1ull << bits);
	return 1 + (2ull << bits) + ((k - bits - 1) << bits) + slice;
}

ESPY_FUNC int64_t espy_hist(uint64_t *buckets, uint64_t n, uint64_t bits,
			    uint64_t is_signed)
{
	uint64_t i = hist_bucket(n, bits, is_signed);

	opaque(i);
	if (i < HIST_BUCKETS(bits))
		buckets[i]++;
	return 0;
}

ESPY_FUNC int64_t espy_lhist(uint64_t *buckets, int64_t n, int64_t min,
			     int64_t max, int64_t step)
{
	uint64_t last = LHIST_BUCKETS(min, max, step) - 1, i;

	if (n < min)
		i = 0;
	else if (n >= max)
		i = last;
	else
		i = 1 + ((uint64_t)n - (uint64_t)min) / (uint64_t)step;
	opaque(i);
	if (i <= last)
		buckets[i]++;
	return 0;
}
