/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/progress.h"

#include <time.h>

#define SECOND 1000000000ull /* ns */

uint64_t progress_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

bool progress_add(struct progress *p, size_t n, uint64_t now)
{
	p->done += n;
	if (now - p->said < SECOND || p->done >= p->total)
		return false;
	p->said = now;
	return true;
}
