/* SPDX-License-Identifier: Apache-2.0 */
/* vet.h - the object of a saved program is somebody else's word: what it may
 * hold beyond what its plan tells. */
#ifndef ESPY_RUNTIME_VET_H
#define ESPY_RUNTIME_VET_H

#include "runtime/session_impl.h"

struct bpf_map;

/* After it was opened: every map and program is one that the plan or the
 * runtime knows, maps have the shapes that espy gives them, and none names a
 * path. -errno after a report. */
int vet_object(struct session *s);

/* One of the maps (vet_maps.c). False after a report. */
bool vet_map(struct session *s, const struct bpf_map *map);

/* After it was loaded, before anything runs: without --unsafe programs call
 * those functions of the kernel only that espy's do and that change nothing, and
 * refuse nothing, whatever the plan says of them. -errno after a report. */
int vet_calls(struct session *s);

#endif
