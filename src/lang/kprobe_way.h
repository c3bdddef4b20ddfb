/* SPDX-License-Identifier: Apache-2.0 */
/* kprobe_way.h - which kprobes could be attached as fentry or fexit without
 * anybody noticing but for the time that it takes. */
#ifndef ESPY_LANG_KPROBE_WAY_H
#define ESPY_LANG_KPROBE_WAY_H

#include "sema/expand.h"

/* Is the function t such a one, with the body that is being expanded?
 * *reads: what the body reads of it (enum trace_reads). is_unique: nothing else
 * in the kernel has its name. */
bool kprobe_may_trampoline(struct expand *x, const struct target *t,
			   bool is_unique, uint64_t *reads);

#endif
