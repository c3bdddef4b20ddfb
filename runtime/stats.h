/* SPDX-License-Identifier: Apache-2.0 */
/* stats.h - what the probes of a session have cost so far, from the kernel's
 * own statistics, and what it lost. */
#ifndef ESPY_RUNTIME_STATS_H
#define ESPY_RUNTIME_STATS_H

#include "runtime/maps.h"
#include "runtime/session.h"

/* Time is only measured while such a descriptor is open, by anybody: close it
 * when nobody wants to know any more, since it costs. -errno: -EPERM without
 * CAP_SYS_ADMIN. */
int stats_open(void);

/* Of one probe of the plan. Probes that share a program (targets of one shape)
 * have its runs each. False, and all zero: the kernel does not tell. */
bool session_probe_stats(const struct session *s, size_t probe,
			 struct session_stats *out);

/* Of all, programs counted once. begin and end do not count. */
void session_stats(const struct session *s, struct session_stats *out);

struct map_usage {
	uint64_t entries, room; /* room: how many there can be */
	uint64_t bytes; /* of the kernel's memory, as it reckons */
};

/* What a map holds now. -errno without a report. */
int map_usage(const struct map_handle *m, struct map_usage *out);

/* What runs for a probe (see disasm.h), with the names of the script's maps.
 * -errno without a report. */
int session_disassemble(const struct session *s, size_t probe, struct buf *out);

#endif
