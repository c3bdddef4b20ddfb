/* SPDX-License-Identifier: Apache-2.0 */
/* laps.h - how long the parts of a run take, one after the other. */
#ifndef ESPY_BASE_LAPS_H
#define ESPY_BASE_LAPS_H

#include <stddef.h>
#include <stdint.h>

#define LAPS_MAX 24

/* Zeroed is valid and empty. */
struct laps {
	uint64_t last; /* when the part that runs began: ns, monotonic */
	size_t n;
	struct lap {
		const char *name;
		uint64_t ns;
	} v[LAPS_MAX];
};

/* The next part begins now. l may be NULL in both: nothing is measured. */
void laps_start(struct laps *l);

/* The part that began last is over: its time is added to that of others of the
 * same name, which is borrowed; the next one begins. */
void laps_end(struct laps *l, const char *name);

#endif
