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
	struct map_pair *pair; /* see pair.h; NULL: it is none */
	struct rate *rate; /* see rate.h; NULL: none was asked for */
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

/* For pair.c. Removes what rows has from the map, whose entries change no more;
 * adds keys with the value zero, where they are missing; gives what stays of a
 * scalar with a mark when it is zeroed to another map. -errno. */
int map_remove(struct map_handle *m, const struct rows *rows);
int map_add_zeros(const struct map_handle *m, const struct rows *rows);
int map_copy_mark(const struct map_handle *m, int to);
void map_note_change(struct map_handle *m, bool is_zeroed);

/* What is shown of a map. */
struct map_order {
	uint32_t flags; /* EF_SORT_KEY and those after it of enum event_flags */
	uint64_t top; /* so many entries: the last, or the first; 0: all */
	uint64_t div; /* what values are divided by; 0: not */
};

/* Sorts by value and then by key, or by key only; downwards, where what is
 * sorted by value has its keys upwards still. */
void rows_sort(const struct map_handle *m, struct rows *r, bool by_value,
	       bool is_down);

/* Sorts, leaves out, divides. */
void map_arrange(const struct map_handle *m, struct rows *r,
		 const struct map_order *order);

/* The same with the usual order. */
void map_select(const struct map_handle *m, struct rows *r, uint64_t top,
		uint64_t div);

/* Copies that share the keys: of all, or the one with this key (n 0: there is
 * none; NULL: the only one). */
void rows_copy(const struct map_handle *m, const struct rows *from,
	       struct rows *to);
void rows_copy_one(const struct map_handle *m, const struct rows *from,
		   const void *key, struct rows *to);

/* Appends the entries as text, in the order that they have. */
void map_print_rows(const struct show *s, const struct map_handle *m,
		    const struct rows *r, struct buf *out);

/* Both. */
void map_print(const struct show *s, const struct map_handle *m, struct rows *r,
	       uint64_t top, uint64_t div, struct buf *out);

#endif
