/* SPDX-License-Identifier: Apache-2.0 */
/* hist.h - histograms as rows of label, count and bar. Needs no kernel. */
#ifndef ESPY_RUNTIME_HIST_H
#define ESPY_RUNTIME_HIST_H

#include "plan/type.h"

/* Appends a row for every bucket from the first to the last that counts
 * something; nothing when none does. t is TY_HIST or TY_LHIST. */
void hist_print(const struct type *t, const void *p, struct buf *out);
void lhist_print(const struct type *t, const void *p, struct buf *out);

/* The first and the last value that a bucket counts. Without one at that end
 * the flag is set. Signed for TY_LHIST and the first bucket of TY_HIST. */
struct hist_range {
	int64_t first;
	uint64_t last;
	bool is_open_below, is_open_above;
};
struct hist_range hist_range(const struct type *t, uint32_t i);

/* Buckets from the first to the last that counts something: false, none. */
bool hist_used(const struct type *t, const void *p, uint32_t *first,
	       uint32_t *last);
uint64_t hist_count(const void *p, uint32_t i); /* of a bucket */

/* How many buckets t has, and the sum of their counts. */
uint32_t hist_buckets(const struct type *t);
uint64_t hist_total(const struct type *t, const void *p);

#endif
