/* SPDX-License-Identifier: Apache-2.0 */
/* fixups.h - what is only known now, written into a program before the
 * kernel sees it: one row for each kind of hole. */
#ifndef ESPY_RUNTIME_FIXUPS_H
#define ESPY_RUNTIME_FIXUPS_H

#include "runtime/session_impl.h"

struct fixup_ops {
	/* Fills slot (size bytes, zeroed). -errno after a report. */
	int (*resolve)(struct session *s, const struct plan_fixup *f,
		       void *slot);
};

extern const struct fixup_ops fixup_ops[FX_N];

/* Fills every slot of the section (plan.fixups_size bytes). -errno after a
 * report. */
int fixups_fill(struct session *s, void *section, size_t size);

/* Are all --name parameters known to the program? -EINVAL after a report. */
int fixups_check_options(struct session *s);

/* A number as users write them: decimal, 0x, 0b, octal, a sign, '_' between
 * digits, exponents (1e6), suffixes u ul ull l ll, and ns us ms s m h d for a
 * number of nanoseconds. */
bool fixup_parse_number(const char *text, int64_t *out);

#endif
