/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h - when to tell how far something is that takes long: after a
 * second, then every second. */
#ifndef ESPY_RUNTIME_PROGRESS_H
#define ESPY_RUNTIME_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	size_t done, total;
	uint64_t said; /* ns: when it began or something was said last */
};

/* Nanoseconds of a clock that only goes forward. */
uint64_t progress_clock(void);

/* n more are done at the time now. Is it time to say so? Never when all is
 * done. */
bool progress_add(struct progress *p, size_t n, uint64_t now);

#endif
