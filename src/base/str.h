/* SPDX-License-Identifier: Apache-2.0 */
/* str.h - string slices. A slice borrows its bytes; it need not end in NUL
 * (slices made by the str_copy/str_printf family do, one past n). */
#ifndef ESPY_BASE_STR_H
#define ESPY_BASE_STR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

struct str {
	const char *p;
	size_t n;
};

/* A slice of a literal, usable in initialisers. */
#define STR(lit)                       \
	(struct str)                   \
	{                              \
		(lit), sizeof(lit) - 1 \
	}

/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).n, (s).p

struct str str_from(const char *s); /* NULL is empty */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *b); /* a equals the C string b */
int str_cmp(struct str a, struct str b); /* byte order, shorter first */
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
bool str_has(struct str s, char c);

/* Splits at the first c: returns what is before it and leaves in *rest what
 * is after it; without c returns all and leaves *rest empty with p == NULL. */
struct str str_split(struct str s, char c, struct str *rest);

/* Copies into a, NUL terminated. */
struct str str_copy(struct arena *a, struct str s);
struct str str_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Shell-like match: * and ? and [a-z]; no other special characters. */
bool str_glob(struct str pattern, struct str s);
bool str_is_glob(struct str pattern); /* has one of * ? [ */

/* Edit distance (insert, delete, replace, swap of neighbours), at most max;
 * max + 1 when farther. */
unsigned int str_distance(struct str a, struct str b, unsigned int max);

/* Picks the nearest of several names for "did you mean": start with a zeroed
 * struct, offer each candidate, read best (p == NULL: none is near). */
struct suggest {
	struct str best;
	unsigned int distance;
};
void suggest_offer(struct suggest *s, struct str wanted, struct str name);

#endif
