/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - one traversal, three drivers: a function that names the fields of
 * a struct in order with these calls writes it as bytes, reads it from bytes,
 * or prints it as text. Used by src/plan only.
 *
 * Bytes: numbers are LEB128, signed ones folded first (0 -1 1 -2 ...), texts
 * have their length in front. Reading stops at the first mistake: error is
 * set, everything read later is zero, and callers look at the end only.
 *
 * Text: " name=value" for what is not zero or empty, only " value" when name
 * is NULL. */
#ifndef ESPY_PLAN_WIRE_H
#define ESPY_PLAN_WIRE_H

#include "plan/type.h"

enum wire_mode {
	WIRE_WRITE,
	WIRE_READ,
	WIRE_TEXT
};

struct wire {
	enum wire_mode mode;
	struct buf *out; /* WIRE_WRITE, WIRE_TEXT */
	struct str in; /* WIRE_READ: what is left */
	const char *error; /* WIRE_READ: the first mistake */
	struct arena *arena; /* WIRE_READ: where it goes */
	struct types *types; /* of the plan */
	/* Types are numbered as they are met, parts before the whole; 0 is
	 * TY_NONE. */
	VEC(const struct type *) numbered;
	struct arena scratch; /* numbered, number_of */
	uint32_t *number_of; /* by id, 0: not numbered; not in WIRE_READ */
	size_t parts; /* fields and enumerators of all types so far */
};

void wire_u64(struct wire *w, const char *name, uint64_t *v);
void wire_u32(struct wire *w, const char *name, uint32_t *v);
void wire_u8(struct wire *w, const char *name, uint8_t *v);
void wire_i64(struct wire *w, const char *name, int64_t *v);
void wire_bool(struct wire *w, const char *name, bool *v);

/* Read texts are copies without zero bytes. */
void wire_str(struct wire *w, const char *name, struct str *v);

/* A value below n, printed by names[]. */
void wire_choice(struct wire *w, const char *name, uint32_t *v,
		 const char *const *names, uint32_t n);

/* Bits, printed by names[], which NULL ends. */
void wire_flags(struct wire *w, const char *name, uint32_t *v,
		const char *const *names);

/* wire_choice() for any enum. */
#define wire_enum(w, name, e, names, n)                      \
	do {                                                 \
		uint32_t e_ = (uint32_t) * (e);              \
		wire_choice((w), (name), &e_, (names), (n)); \
		if ((w)->mode == WIRE_READ)                  \
			*(e) = (__typeof__(*(e)))e_;         \
	} while (0)

/* How many elements follow; reading, never more than the bytes that are left
 * could hold. Text: nothing. */
size_t wire_count(struct wire *w, size_t n);

/* A line of the text. i < 0: a line without a number. */
void wire_line(struct wire *w, const char *name, long i);
void wire_line_end(struct wire *w);

/* A word of the text that is not in the bytes. */
void wire_label(struct wire *w, const char *label);

/* The elements of a vector from number first on (those before are always the
 * same), a line for each: fn(w, element). */
#define wire_vec(w, name, vec, first, fn)                                  \
	do {                                                               \
		size_t n_ = (first) + wire_count((w), (vec)->n - (first)); \
		for (size_t i_ = (first); i_ < n_ && !(w)->error; i_++) {  \
			wire_line((w), (name), (long)i_);                  \
			fn((w), (w)->mode == WIRE_READ                     \
					? vec_add((w)->arena, (vec))       \
					: &(vec)->v[i_]);                  \
			wire_line_end((w));                                \
		}                                                          \
	} while (0)

/* The first mistake counts. */
void wire_fail(struct wire *w, const char *error);

/* Text in quotes, with escapes for what cannot be printed. */
void wire_quote(struct str s, struct buf *out);

/* --- types (plan_wire_type.c) ----------------------------------------------- */

/* Numbers a type and its parts, before wire_types(). Not for reading. */
void wire_number_type(struct wire *w, const struct type *t);

/* The definitions of the numbered types. Text: only those with a name. */
void wire_types(struct wire *w);

/* A reference to a type; the id is the plan's. */
void wire_type(struct wire *w, const char *name, type_id *id);

#endif
