/* SPDX-License-Identifier: Apache-2.0 */
/* pt_rawtracepoint.c - tracepoints with the kernel's own arguments, by BTF. */
#include "lang/tables.h"
#include "sema/expand.h"

static bool need_btf(struct expand *x, const struct attach_point *ap)
{
	if (machine_has_btf(x->machine))
		return true;
	return diag_error(x->d, ap->span, D_KERNEL,
			  "%s probes need a kernel with BTF", ap->row->name);
}

static struct str event_part(const struct attach_point *ap)
{
	return ap_parts(ap) ? ap_part(ap, ap_parts(ap) - 1) : STR("*");
}

static struct str module_part(const struct attach_point *ap)
{
	return ap_parts(ap) > 1 ? ap_part(ap, 0) : STR("");
}

/* Names are "event", or "module:event" when a module was asked for. */
static struct str event_of(struct str name)
{
	struct str event, module;

	if (!str_has(name, ':'))
		return name;
	module = str_split(name, ':', &event);
	(void)module;
	return event;
}

static bool add_event(struct expand *x, const struct attach_point *ap,
		      struct str name)
{
	struct target t = {
		.name = event_of(name),
		.full = str_printf(x->arena, "%s:%.*s", ap->row->name,
				   STR_ARG(name)),
		.ctx = CTX_RAW,
		.kind = PK_RAWTRACEPOINT,
		.is_each = true, /* the kernel types each by its target */
	};

	if (x->uses_args || x->uses_regs)
		t.args = machine_rawtracepoint_args(x->machine, x->types,
						    t.name);
	return expand_add(x, ap, &t);
}

static bool expand_rawtracepoint(struct expand *x,
				 const struct attach_point *ap)
{
	struct suggest near = { 0 };
	str_vec found = { 0 };
	bool ok = true;

	if (!need_btf(x, ap) ||
	    machine_rawtracepoints_of(x->machine, module_part(ap),
				      event_part(ap), x->arena, &found))
		return false;
	vec_each(name, &found) {
		ok &= add_event(x, ap, *name);
		if (x->is_full)
			return false;
	}
	if (found.n)
		return ok;
	if (!machine_rawtracepoints(x->machine, STR("*"), x->arena, &found))
		vec_each(name, &found)
			suggest_offer(&near, event_part(ap), *name);
	if (near.best.p)
		near.best = str_printf(x->arena, "%s:%.*s", ap->row->name,
				       STR_ARG(near.best));
	return expand_no_match(x, ap, &near);
}

static bool list_rawtracepoints(struct expand *x, const struct attach_point *ap,
				bool with_args, struct buf *out)
{
	str_vec found = { 0 };
	const struct type *args;

	if (machine_rawtracepoints_of(x->machine, module_part(ap),
				      event_part(ap), x->arena, &found))
		return false;
	vec_each(name, &found) {
		buf_printf(out, "%s:%.*s\n", ap->row->name, STR_ARG(*name));
		if (!with_args)
			continue;
		args = machine_rawtracepoint_args(x->machine, x->types,
						  event_of(*name));
		expand_list_args(args, "", out);
	}
	return true;
}

const struct probe_type rawtracepoint_types[] = {
	{ .name = "rawtracepoint",
	  .aliases = { "rt" },
	  .form = "rawtracepoint:event, rawtracepoint:module:event",
	  .min_parts = 1,
	  .max_parts = 2,
	  .expand = expand_rawtracepoint,
	  .list = list_rawtracepoints,
	  .doc = "A tracepoint of the kernel with the arguments the kernel "
		 "passes, typed by BTF: fields of args, or arg0 and so on as "
		 "numbers. Faster than tracepoint.",
	  .example = "rawtracepoint:sched_switch "
		     "{ @[args.next.comm] = count(); }" },
	{ 0 },
};
