/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

#define NEAR 16384 /* a stack of the kernel: what is on the same one */

static ESPY_FUNC uint64_t *frame(uint64_t *p, uint64_t size, int64_t i)
{
	return (uint64_t *)((char *)p + 8 + (uint64_t)i * size);
}

/* Functions that returned without our seeing it are below where we are. */
static ESPY_FUNC int64_t live(uint64_t *p, uint64_t size, uint64_t sp)
{
	int64_t i;

	for (i = ENTRY_FRAMES - 1; i >= 0; i--) {
		uint64_t *f;

		if ((uint64_t)i >= p[0])
			continue;
		f = frame(p, size, i);
		if (f[0] >= sp || sp - f[0] > NEAR)
			return i + 1;
	}
	return 0;
}

ESPY_FUNC int64_t espy_entry_push(uint64_t *p, uint64_t size, uint64_t sp)
{
	int64_t n = live(p, size, sp);

	if (n >= ENTRY_FRAMES && p[1] < sp) /* even the first is over */
		n = 0;
	if (n < 0 || n >= ENTRY_FRAMES)
		return -1;
	frame(p, size, n)[0] = sp;
	p[0] = (uint64_t)n + 1;
	return n;
}

ESPY_FUNC int64_t espy_entry_pop(uint64_t *p, uint64_t size, uint64_t sp)
{
	int64_t i;

	for (i = ENTRY_FRAMES - 1; i >= 0; i--) {
		uint64_t *f;

		if ((uint64_t)i >= p[0])
			continue;
		f = frame(p, size, i);
		if (f[0] != sp)
			continue;
		p[0] = (uint64_t)i;
		return i;
	}
	return -1;
}
