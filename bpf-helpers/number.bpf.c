/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

/* BPF divides unsigned numbers only (before instruction set 4). */
static ESPY_FUNC uint64_t magnitude(int64_t n)
{
	uint64_t u = n;

	if (n < 0) {
		u = -u;
		opaque(u);
	}
	return u;
}

ESPY_FUNC uint64_t espy_bswap(uint64_t n, uint64_t size)
{
	if (size == 2)
		return __builtin_bswap16((uint16_t)n);
	if (size == 4)
		return __builtin_bswap32((uint32_t)n);
	return size == 8 ? __builtin_bswap64(n) : n;
}

ESPY_FUNC int64_t espy_sdiv(int64_t a, int64_t b)
{
	uint64_t q = magnitude(a) / magnitude(b);

	if ((a < 0) != (b < 0)) {
		q = -q;
		opaque(q);
	}
	return q;
}

ESPY_FUNC int64_t espy_smod(int64_t a, int64_t b)
{
	uint64_t r = magnitude(a) % magnitude(b);

	if (a < 0) {
		r = -r;
		opaque(r);
	}
	return r;
}
