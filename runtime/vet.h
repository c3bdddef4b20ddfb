/* SPDX-License-Identifier: Apache-2.0 */
/* vet.h - the object of a saved program is somebody else's word: what it may
 * hold beyond what its plan tells. */
#ifndef ESPY_RUNTIME_VET_H
#define ESPY_RUNTIME_VET_H

#include "runtime/session_impl.h"

/* After it was opened: every map and program is one that the plan or the
 * runtime knows, and none names a path. -errno after a report. */
int vet_object(struct session *s);

/* After it was loaded, before anything runs: without --unsafe no program calls
 * a function of the kernel that changes the system, whatever the plan says of
 * it. -errno after a report. */
int vet_calls(struct session *s);

#endif
