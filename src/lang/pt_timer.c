/* SPDX-License-Identifier: Apache-2.0 */
/* pt_timer.c - interval and profile: by the clock. */
#include "lang/tables.h"
#include "sema/expand.h"

static bool expand_timer(struct expand *x, const struct attach_point *ap,
			 enum probe_kind kind, struct str full)
{
	struct target t = {
		.full = full,
		.ctx = CTX_PERF,
		.kind = kind,
	};

	return expand_rate(x, ap, &t.rate, &t.flags) && expand_add(x, ap, &t);
}

static struct str full_name(struct expand *x, const struct attach_point *ap)
{
	if (ap_parts(ap) == 1)
		return str_printf(x->arena, "%s:%.*s", ap->row->name,
				  STR_ARG(ap_part(ap, 0)));
	return str_printf(x->arena, "%s:%.*s:%.*s", ap->row->name,
			  STR_ARG(ap_part(ap, 0)), STR_ARG(ap_part(ap, 1)));
}

static bool expand_interval(struct expand *x, const struct attach_point *ap)
{
	return expand_timer(x, ap, PK_INTERVAL, full_name(x, ap));
}

static bool expand_profile(struct expand *x, const struct attach_point *ap)
{
	return expand_timer(x, ap, PK_PROFILE, full_name(x, ap));
}

const struct probe_type timer_types[] = {
	{ .name = "interval",
	  .aliases = { "i" },
	  .form = "interval:100ms, interval:s:1",
	  .min_parts = 1,
	  .max_parts = 2,
	  .expand = expand_interval,
	  .doc = "Runs at a fixed interval, on one CPU. Units are us, ms, s, "
		 "m, h, d and hz (times a second).",
	  .example = "interval:1s { print(@); } "
		     "tracepoint:sched:sched_switch { @++; }" },
	{ .name = "profile",
	  .aliases = { "p" },
	  .form = "profile:hz:99, profile:10ms",
	  .min_parts = 1,
	  .max_parts = 2,
	  .expand = expand_profile,
	  .doc = "Runs at a fixed rate on every CPU: samples what they do. "
		 "Units as for interval.",
	  .example = "profile:hz:99 { @[comm] = count(); }" },
	{ 0 },
};
