/* SPDX-License-Identifier: Apache-2.0 */
/* pt_tracepoint.c - static tracepoints of the kernel, by tracefs. */
#include "lang/tables.h"
#include "sema/expand.h"

/* --- many system calls ------------------------------------------------------
 *
 * A tracepoint each for hundreds of system calls is slow to attach and, worse,
 * to detach. When the layouts of arguments do not matter (or are one, as on
 * return) the two tracepoints of category raw_syscalls do the work of all. */

static const char syscalls[] = "syscalls";

struct side {
	const char *prefix;
	bool same_args; /* all have the same arguments */
};

static const struct side sides[] = {
	{ "sys_enter", false },
	{ "sys_exit", true },
};

static const struct side *find_side(struct str event)
{
	for (size_t i = 0; i < ARRAY_SIZE(sides); i++)
		if (str_starts(event, sides[i].prefix))
			return &sides[i];
	return NULL;
}

/* Can the raw pair stand for this one of several matches? */
static const struct side *find_raw_side(struct expand *x, struct str category,
					struct str event)
{
	const struct side *side;
	struct str call;

	if (!str_is(category, syscalls))
		return NULL;
	side = find_side(event);
	if (!side || event.n <= strlen(side->prefix) + 1)
		return NULL;
	if (x->uses_args && !side->same_args)
		return NULL;
	call.p = event.p + strlen(side->prefix) + 1;
	call.n = event.n - strlen(side->prefix) - 1;
	return machine_syscall_number(x->machine, call) < 0 ? NULL : side;
}

/* --- targets ------------------------------------------------------------------- */

static bool add_event(struct expand *x, const struct attach_point *ap,
		      struct str category, struct str event, bool is_many)
{
	const struct side *raw = NULL;
	struct target t = {
		.name = event,
		.full = str_printf(x->arena, "%s:%.*s:%.*s", ap->row->name,
				   STR_ARG(category), STR_ARG(event)),
		.ctx = CTX_TRACEPOINT,
		.kind = PK_TRACEPOINT,
		.module = category,
	};

	if (str_is_glob(ap_part(ap, 0)) || str_is_glob(ap_part(ap, 1))) {
		t.where = ap_part(ap, 0);
		t.pattern = ap_part(ap, 1);
	}
	if (is_many)
		raw = find_raw_side(x, category, event);
	if (raw) {
		t.kind = PK_SYSCALLS;
		t.module = str_from(raw->prefix);
		t.where = category;
	}
	if (x->uses_args) {
		t.args = machine_tracepoint_args(x->machine, x->types, category,
						 event);
		if (!t.args)
			return false;
	}
	return expand_add(x, ap, &t);
}

/* The nearest event of this category, or of any. */
static void suggest_event(struct expand *x, const struct attach_point *ap,
			  struct suggest *near)
{
	struct str wanted =
		str_printf(x->arena, "%.*s:%.*s", STR_ARG(ap_part(ap, 0)),
			   STR_ARG(ap_part(ap, 1)));
	str_vec all = { 0 };

	if (str_is_glob(wanted) ||
	    machine_tracepoints(x->machine, STR("*"), STR("*"), x->arena, &all))
		return;
	vec_each(name, &all)
		suggest_offer(near, wanted, *name);
	if (near->best.p)
		near->best = str_printf(x->arena, "%s:%.*s", ap->row->name,
					STR_ARG(near->best));
}

static bool expand_tracepoint(struct expand *x, const struct attach_point *ap)
{
	struct suggest near = { 0 };
	str_vec found = { 0 };
	bool ok = true;

	if (machine_need_tracefs(x->machine) ||
	    machine_tracepoints(x->machine, ap_part(ap, 0), ap_part(ap, 1),
				x->arena, &found))
		return false;
	if (!found.n) {
		suggest_event(x, ap, &near);
		return expand_no_match(x, ap, &near);
	}
	vec_each(name, &found) {
		struct str event, category = str_split(*name, ':', &event);

		ok &= add_event(x, ap, category, event, found.n > 1);
		if (x->is_full)
			return false;
	}
	return ok;
}

static void list_fields(struct expand *x, struct str category, struct str event,
			struct buf *out)
{
	const struct type *args =
		machine_tracepoint_args(x->machine, x->types, category, event);

	expand_list_args(args, "", out);
}

static bool list_tracepoints(struct expand *x, const struct attach_point *ap,
			     bool with_args, struct buf *out)
{
	struct str category = ap_part(ap, 0), event = ap_part(ap, 1);
	str_vec found = { 0 };

	if (machine_need_tracefs(x->machine) ||
	    machine_tracepoints(x->machine, category.n ? category : STR("*"),
				event.n ? event : STR("*"), x->arena, &found))
		return false;
	vec_each(name, &found) {
		buf_printf(out, "%s:%.*s\n", ap->row->name, STR_ARG(*name));
		category = str_split(*name, ':', &event);
		if (with_args)
			list_fields(x, category, event, out);
	}
	return true;
}

const struct probe_type tracepoint_types[] = {
	{ .name = "tracepoint",
	  .aliases = { "t" },
	  .form = "tracepoint:category:event",
	  .min_parts = 2,
	  .max_parts = 2,
	  .expand = expand_tracepoint,
	  .list = list_tracepoints,
	  .doc = "A static tracepoint of the kernel; its arguments are the "
		 "fields of args. Both parts may have wildcards.",
	  .example = "tracepoint:sched:sched_process_exec "
		     "{ printf(\"%s\\n\", str(args.filename)); }" },
	{ 0 },
};
