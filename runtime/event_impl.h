/* SPDX-License-Identifier: Apache-2.0 */
/* event_impl.h - cells of event_ops[] that have a file of their own
 * (event_map.c), and what these files share. For them alone. */
#ifndef ESPY_RUNTIME_EVENT_IMPL_H
#define ESPY_RUNTIME_EVENT_IMPL_H

#include "runtime/event.h"

/* A field of an event's payload, and as a number. */
const char *event_field(const struct session *s, const struct plan_event *e,
			const char *payload, uint32_t i);
uint32_t event_field_u32(const struct session *s, const struct plan_event *e,
			 const char *payload, uint32_t i);

typedef void event_runner(struct session *s, const struct plan_event *e,
			  const char *payload);

event_runner run_print_map, run_print_entry, run_print_table, run_percentile,
	run_clear, run_zero;

#endif
