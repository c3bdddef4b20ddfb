/* SPDX-License-Identifier: Apache-2.0 */
/* load.h - a plan's object into the kernel: fixups, sizes of maps, program
 * types; what the verifier said when it refuses. */
#ifndef ESPY_RUNTIME_LOAD_H
#define ESPY_RUNTIME_LOAD_H

#include "runtime/session_impl.h"

/* Can this machine run the plan at all? -errno after a report. */
int load_check(struct session *s);

/* Opens and loads; the session's programs and descriptors of maps are set.
 * -errno after a report. */
int load_object(struct session *s);

/* Loads the kprobes that are trampolines so far as kprobes, with the same maps.
 * -errno after a report. */
int load_kprobes(struct session *s);

#endif
