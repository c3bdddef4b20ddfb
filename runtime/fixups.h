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

/* Are all --name parameters known to the program? -EINVAL after a report, or
 * after telling of them when --help is asked for. */
int fixups_check_options(struct session *s);

#endif
