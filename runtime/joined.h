/* SPDX-License-Identifier: Apache-2.0 */
/* joined.h - maps of the same keys side by side: a view of them as one map
 * whose values are records with a field for each. What a map has no entry for
 * is zero. A histogram has three fields: count, p50 and p99. Needs no kernel. */
#ifndef ESPY_RUNTIME_JOINED_H
#define ESPY_RUNTIME_JOINED_H

#include "runtime/maps.h"

struct joined_cell {
	const char *key;
	const char *value;
	uint32_t column;
};

/* Zeroed is valid and empty. */
struct joined {
	struct arena arena;
	VEC(struct map_handle) columns;
	VEC(struct joined_cell) cells;
	VEC(struct rows) read; /* owned: what cells point to */
	struct str name; /* of all maps */
	/* After joined_finish(). */
	struct plan_map plan;
	struct map_handle handle;
	struct rows rows;
};

/* The next column; the rows become the table's. Values are divided by div
 * unless that is 0 or 1. */
void joined_add(struct joined *t, const struct map_handle *m, struct rows *rows,
		uint64_t div);

/* Makes handle and rows: in the order that the first column has. */
void joined_finish(struct joined *t, const struct map_order *order);

void joined_free(struct joined *t);

/* Appends it as text: a line of names, then the rows below them. */
void joined_print(const struct show *s, const struct map_handle *m,
		  const struct rows *rows, struct buf *out);

#endif
