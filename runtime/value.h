/* SPDX-License-Identifier: Apache-2.0 */
/* value.h - what the bytes of a value mean: one row for each kind of type.
 * Used by everything of the runtime that prints, sorts or combines values.
 * Owns nothing; needs no kernel. */
#ifndef ESPY_RUNTIME_VALUE_H
#define ESPY_RUNTIME_VALUE_H

#include "plan/plan.h"

struct symbols;
struct symbol;

/* What printing needs besides the bytes. Zeroed is valid: names that cannot be
 * asked for are printed as numbers. */
struct show {
	const struct plan *plan; /* names of probes, options; may be NULL */
	struct symbols *symbols; /* given to the next two */
	/* Append the name of an address; false: it has none. */
	bool (*ksym)(struct symbols *s, uint64_t address, struct buf *out);
	bool (*usym)(struct symbols *s, uint32_t pid, uint64_t address,
		     struct buf *out);
	/* Append the paths of a cgroup in the hierarchies that match. */
	bool (*cgroup)(struct symbols *s, uint64_t id, struct str hierarchies,
		       struct buf *out);
	/* Where an address is (symbols.h). */
	bool (*kplace)(struct symbols *s, uint64_t address, struct symbol *out);
	bool (*uplace)(struct symbols *s, uint32_t pid, uint64_t time,
		       uint64_t address, struct symbol *out);
	/* Appends the struct stack_frames of an id; false: there is none. */
	bool (*stack)(const void *stacks, uint64_t id, struct buf *out);
	const void *stacks; /* given to it */
	int64_t boot_to_real; /* ns to add to time since boot for the date */
};

/* Which entries of a map come first, by the kind of their values. */
enum value_order {
	ORDER_BY_VALUE = 1,
	ORDER_BY_KEY
};

struct value_ops {
	/* Appends the text form. */
	void (*print)(const struct show *s, const struct type *t, const void *p,
		      struct buf *out);
	/* <0, 0, >0: a total order. */
	int (*compare)(const struct type *t, const void *a, const void *b);
	/* Adds what another CPU has to what `into` has. */
	void (*merge)(const struct type *t, void *into, const void *from);
	/* Divides what print() would show; div is not 0. */
	void (*divide)(const struct type *t, void *p, uint64_t div);
	/* The value as a number for %d and the like: signed ones extended. */
	uint64_t (*number)(const struct type *t, const void *p);
	enum value_order order;
	/* Where entries always exist (scalars) zero bytes are a value as good
	 * as any instead of none yet. */
	bool zero_is_value;
	bool is_block; /* lines of its own instead of the rest of one */
};

extern const struct value_ops value_ops[TY_N];

/* The functions of the row of t's kind. p needs no alignment. */
void value_print(const struct show *s, const struct type *t, const void *p,
		 struct buf *out);
int value_compare(const struct type *t, const void *a, const void *b);

/* Whether values of t are ordered by a number, and that number, for which
 * smaller ones are less whatever the sign of t. */
bool value_has_rank(const struct type *t);
uint64_t value_rank(const struct type *t, const void *p);

bool value_is_zero(const void *p, size_t n); /* n bytes of zero */

/* The standard deviation that a TY_STDDEV has collected. */
double value_stddev(const struct type *t, const void *p);

/* A map's key as it stands between [ and ]: a tuple without parentheses. */
void value_print_key(const struct show *s, const struct type *t, const void *p,
		     struct buf *out);

/* The number of a field, bit-fields included. */
uint64_t value_field_number(const struct field *f, const void *record);

/* Bytes of a buffer: printable ASCII as it is (unless all is to be escaped)
 * and \xNN. */
void value_print_bytes(const void *p, size_t n, bool escape_all,
		       struct buf *out);

/* Time since boot by strftime's format; besides, %f is microseconds, %l
 * milliseconds, %k nanoseconds. An empty format is %H:%M:%S. */
void value_print_time(const struct show *s, uint64_t ns, struct str format,
		      struct buf *out);

#endif
