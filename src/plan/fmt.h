/* SPDX-License-Identifier: Apache-2.0 */
/* fmt.h - printf formats: parsed once into segments, checked against the
 * types of the arguments by the compiler, printed by the runtime. */
#ifndef ESPY_PLAN_FMT_H
#define ESPY_PLAN_FMT_H

#include "plan/type.h"

enum fmt_flags {
	FMT_LEFT = 1 << 0, /* - */
	FMT_PLUS = 1 << 1, /* + */
	FMT_SPACE = 1 << 2, /* blank */
	FMT_ALT = 1 << 3, /* # */
	FMT_ZERO = 1 << 4, /* 0 */
	FMT_STAR_WIDTH = 1 << 5, /* width comes from an argument before */
	FMT_STAR_PREC = 1 << 6,
	FMT_HAS_PREC = 1 << 7,
};

/* One conversion, or literal text when conv is 0. */
struct fmt_part {
	struct str text; /* literal text; or the spelling of the conversion */
	char conv; /* d u x X o c s p r; 'i' is 'd'; '%%' is text */
	char sub; /* %rx %rh: 'x' 'h'; %gr is conv 'g' */
	uint32_t flags;
	uint32_t width, prec;
	uint8_t size; /* bytes that hh h l ll j z t ask for; 0: none given */
	uint32_t at; /* offset in the format, for the place of an error */
};

struct fmt {
	VEC(struct fmt_part) parts;
	uint32_t n_args; /* arguments taken, stars included */
};

/* Parses; on a mistake returns false with the reason in *why (static or in
 * a) and where in the format in *at. */
bool fmt_parse(struct arena *a, struct str text, struct fmt *out,
	       const char **why, uint32_t *at);

/* May this conversion show a value of this type? */
bool fmt_accepts(const struct fmt_part *p, const struct type *t);

/* Compares a whole format with a record's fields (or tuple's). On a mismatch
 * false, *why (in a) and *which argument from 0, or n_args. */
bool fmt_check(struct arena *a, const struct fmt *f, const struct field *args,
	       uint32_t n, const char **why, uint32_t *which);

#endif
