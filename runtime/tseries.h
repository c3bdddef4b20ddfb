/* SPDX-License-Identifier: Apache-2.0 */
/* tseries.h - values in the intervals of time, as a graph. t is TY_TSERIES,
 * p its slots. Needs no kernel. */
#ifndef ESPY_RUNTIME_TSERIES_H
#define ESPY_RUNTIME_TSERIES_H

#include "plan/abi.h"
#include "runtime/value.h"

/* Adds what another CPU has seen. */
void tseries_merge(const struct type *t, void *into, const void *from);
void tseries_divide(const struct type *t, void *p, uint64_t div);

/* One row for each interval, from the first that has a value to the last. */
void tseries_print(const struct show *s, const struct type *t, const void *p,
		   struct buf *out);

/* The slots in the order of time: of each interval from the first that has a
 * value to the last, those without one empty (epoch 0). Returns how many;
 * v has room for t->count. Values are what is shown (avg: divided). */
uint32_t tseries_rows(const struct type *t, const void *p, struct agg_slot *v);

/* The start of an interval as ns of the date. */
int64_t tseries_start(const struct type *t, uint64_t epoch);

#endif
