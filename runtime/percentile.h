/* SPDX-License-Identifier: Apache-2.0 */
/* percentile.h - below which value so many percent of a histogram's values
 * are. A histogram knows buckets only: within the one that it falls into the
 * values are taken as spread evenly, and an open bucket has its one end. Needs
 * no kernel. */
#ifndef ESPY_RUNTIME_PERCENTILE_H
#define ESPY_RUNTIME_PERCENTILE_H

#include "runtime/maps.h"

/* A view of a map whose values are records of such numbers: p50, p99.9. */
struct percentiles {
	struct arena arena;
	struct map_handle handle;
};

/* Replaces the rows' values. text: that of an EV_PERCENTILE. */
void percentile_of(struct percentiles *p, const struct map_handle *m,
		   struct rows *rows, struct str text);
void percentile_free(struct percentiles *p);

/* Of one histogram; 0 when it is empty. percent: 0 to 100. */
int64_t percentile(const struct type *t, const void *hist, double percent);

#endif
