/* SPDX-License-Identifier: Apache-2.0 */
/* hist.h - histograms as rows of label, count and bar. Needs no kernel. */
#ifndef ESPY_RUNTIME_HIST_H
#define ESPY_RUNTIME_HIST_H

#include "plan/type.h"

/* Appends a row for every bucket from the first to the last that counts
 * something; nothing when none does. t is TY_HIST or TY_LHIST. */
void hist_print(const struct type *t, const void *p, struct buf *out);
void lhist_print(const struct type *t, const void *p, struct buf *out);

/* How many buckets t has, and the sum of their counts. */
uint32_t hist_buckets(const struct type *t);
uint64_t hist_total(const struct type *t, const void *p);

#endif
