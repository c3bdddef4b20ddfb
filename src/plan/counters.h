/* SPDX-License-Identifier: Apache-2.0 */
/* counters.h - the events that the kernel's perf subsystem counts: software:
 * and hardware: probes. The compiler needs the names and how many events make
 * a probe fire when the script does not say, the runtime the numbers. */
#ifndef ESPY_PLAN_COUNTERS_H
#define ESPY_PLAN_COUNTERS_H

#include "base/str.h"

struct counter {
	const char *name, *alias; /* alias may be NULL */
	uint64_t config; /* of perf_event_open() */
	uint64_t count; /* events per firing, by default */
};

/* Each ends with a row without a name. */
extern const struct counter software_counters[];
extern const struct counter hardware_counters[];

/* By name or alias; NULL: there is none. */
const struct counter *counter_find(const struct counter *table,
				   struct str name);

#endif
