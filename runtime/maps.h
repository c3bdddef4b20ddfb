/* SPDX-License-Identifier: Apache-2.0 */
/* maps.h - the entries of a map: read from the kernel, combined over CPUs,
 * sorted, printed. Reading needs a descriptor, the rest no kernel. */
#ifndef ESPY_RUNTIME_MAPS_H
#define ESPY_RUNTIME_MAPS_H

#include "runtime/value.h"

struct row {
	const char *key; /* NULL: the only element of a scalar */
	char *value; /* of all CPUs together */
};

/* Zeroed is valid and empty. */
struct rows {
	struct row *v;
	size_t n;
	char *keys, *values; /* what the rows point into */
};

void rows_free(struct rows *r);
#define auto_rows __attribute__((cleanup(rows_free)))

/* The map of a running session. */
struct map_handle {
	const struct plan_map *plan;
	const struct type *key, *value;
	int fd; /* borrowed */
	int cpus; /* possible ones */
	bool is_cleared; /* clear() was its last change by user space */
	bool is_zeroed; /* zero() was */
	struct map_handle *shared; /* whose two these are, of a map that several
				      sessions use; NULL: its own */
};

/* Reads every entry. -errno without a report: the caller knows why it
 * asked. An entry that appears or goes meanwhile may be missing. */
int map_read(const struct map_handle *m, struct rows *out);

/* Reads one entry by its key. n is 0 or 1. */
int map_read_one(const struct map_handle *m, const void *key, struct rows *out);

/* Removes every entry; sets every value to zero. -errno. */
int map_clear(struct map_handle *m);
int map_zero(struct map_handle *m);

/* Sorts as the kind of the values says, entries of equal value by key. */
void map_sort(const struct map_handle *m, struct rows *r);

/* What is shown of a map: sorts, keeps the last `top` (0: all), divides the
 * values by div (0: not). */
void map_select(const struct map_handle *m, struct rows *r, uint64_t top,
		uint64_t div);

/* Appends the entries as text, in the order that they have. */
void map_print_rows(const struct show *s, const struct map_handle *m,
		    const struct rows *r, struct buf *out);

/* Both. */
void map_print(const struct show *s, const struct map_handle *m, struct rows *r,
	       uint64_t top, uint64_t div, struct buf *out);

#endif
