/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - what a run may take: time (--timeout), what its probes cost of a
 * CPU (max_overhead), memory for maps (max_map_memory). Timers are there only
 * where a limit is. */
#ifndef ESPY_RUNTIME_LIMITS_H
#define ESPY_RUNTIME_LIMITS_H

#include "runtime/session_impl.h"

/* Before anything is loaded: do the maps fit into max_map_memory? -errno after
 * a report that names the largest. The object is open, sizes are set. */
int limits_check_maps(struct session *s);

/* Makes the timers and asks the kernel to measure what programs take, if a
 * limit needs it. -errno after a report. */
int limits_open(struct session *s);
void limits_close(struct session *s);

/* Everything is attached: time counts from now on. */
void limits_start(struct session *s);

/* A descriptor of timers is readable: does what is due. True: the trace is
 * over. Others: false. */
bool limits_take(struct session *s, int fd);

/* The same for those who do not wait for descriptors: is the time of --timeout
 * over? Says so once. */
bool limits_is_late(struct session *s);

/* All that could be detached is. */
bool limits_is_bare(const struct session *s);

#endif
