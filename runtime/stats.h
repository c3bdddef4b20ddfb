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

/* Is its program that of a probe before it, or one that runs once? */
bool stats_is_repeated(const struct session *s, size_t probe);

/* Of all, programs counted once. begin and end do not count. */
void session_stats(struct session *s, struct session_stats *out);

struct map_usage {
	uint64_t entries, room; /* room: how many there can be */
	uint64_t bytes; /* of the kernel's memory, as it reckons */
};

/* What a map holds now. -errno without a report. */
int map_usage(const struct map_handle *m, struct map_usage *out);

/* A hundredth of whole, as often as it is in part; of nothing: 0. */
double stats_percent(uint64_t part, uint64_t whole);

/* --stats: puts out what probes have cost and maps hold. */
void stats_report(struct session *s);

/* --stats=TIME: what probes have cost since it was called last. */
void stats_report_since(struct session *s);

/* What runs for a probe (see disasm.h), with the names of the script's maps.
 * -errno without a report. */
int session_disassemble(const struct session *s, size_t probe, struct buf *out);

#endif
