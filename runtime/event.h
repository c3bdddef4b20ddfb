/* SPDX-License-Identifier: Apache-2.0 */
/* event.h - what records of the ring buffer do: one row for each kind of
 * event. Needs no kernel, except for kinds that read or change maps. */
#ifndef ESPY_RUNTIME_EVENT_H
#define ESPY_RUNTIME_EVENT_H

#include "runtime/session_impl.h"

struct event_ops {
	void (*run)(struct session *s, const struct plan_event *e,
		    const char *payload);
	bool has_format; /* text is a format of the payload's fields */
	bool is_seldom; /* sent a few times at most: needs no room to speak of */
	bool unsafe; /* changes the system: refused without --unsafe */
};

extern const struct event_ops event_ops[EV_N];

/* Before the first: rates count from here. */
void event_begin(struct session *s);

/* Handles one record. A record that the plan does not know or that is too
 * short is dropped. */
void event_dispatch(struct session *s, const void *record, size_t size);

/* May these options run these events? -EPERM after a report. */
int event_check_safety(struct session *s);

/* Says where something was lost: one place in a second, or all that wait. */
void event_say_due(struct session *s, bool all);

/* What was counted at sites that warn, when the trace ends. */
void event_report_sites(struct session *s, const uint64_t *counts);

#endif
