/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments here, against those where the script was compiled. */
#include "runtime/rematch_impl.h"

#include <unistd.h>

/* Its own report would come before that of attaching. */
static bool has_event(struct rematch *r, struct str category, struct str event)
{
	const char *path =
		arena_printf(&r->plan->arena,
			     "/sys/kernel/tracing/events/%.*s/%.*s/format",
			     STR_ARG(category), STR_ARG(event));

	return !access(machine_path(r->machine, path), R_OK);
}

/* NULL: nobody knows. */
static const struct type *args_here(struct rematch *r,
				    const struct plan_probe *p,
				    struct str place, struct str name,
				    const struct type **ret)
{
	struct machine *m = r->machine;

	switch ((int)p->kind) {
	case PK_TRACEPOINT:
		return has_event(r, place, name)
			       ? machine_tracepoint_args(m, &r->types, place,
							 name)
			       : NULL;
	case PK_RAWTRACEPOINT:
		return machine_rawtracepoint_args(m, &r->types, name);
	case PK_LSM:
		place = STR("vmlinux");
		name = str_printf(&r->plan->arena, "bpf_lsm_%.*s",
				  STR_ARG(name));
		break;
	case PK_KPROBE:
	case PK_FENTRY:
	case PK_FMODRET: break;
	default: return NULL;
	}
	return machine_traced_args(m, &r->types, place, name,
				   p->kind != PK_KPROBE, ret);
}

static const struct field *find_field(const struct type *args, struct str name)
{
	for (uint32_t i = 0; i < args->n_fields; i++)
		if (str_eq(args->fields[i].name, name))
			return &args->fields[i];
	return NULL;
}

static const char *compare(struct rematch *r, const struct plan_arg *was,
			   const struct field *f)
{
	struct arena *a = &r->plan->arena;
	struct plan_arg is;

	if (!f)
		return arena_printf(a, "it has no argument '%.*s' here",
				    STR_ARG(was->name));
	is = plan_arg_of(a, f);
	if (!str_eq(is.type, was->type) || is.size != was->size)
		return arena_printf(a,
				    "its argument '%.*s' is %.*s of %u bytes "
				    "here, and %.*s of %u bytes where it was "
				    "compiled",
				    STR_ARG(was->name), STR_ARG(is.type),
				    is.size, STR_ARG(was->type), was->size);
	if (is.offset != was->offset)
		return arena_printf(a,
				    "its argument '%.*s' is at byte %u here, "
				    "and at byte %u where it was compiled",
				    STR_ARG(was->name), is.offset, was->offset);
	return NULL;
}

const char *rematch_unfit(struct rematch *r, const struct plan_probe *p,
			  struct str place, struct str name)
{
	const struct type *ret = NULL, *args;
	const char *why = NULL;
	bool is_event = p->kind == PK_TRACEPOINT; /* may be made any time */

	if (!p->args.n || (!is_event && str_eq(r->plan->release,
					       machine_release(r->machine))))
		return NULL;
	args = args_here(r, p, place, name, &ret);
	if (!args)
		return NULL;
	vec_each(was, &p->args) {
		struct field result = { .name = STR("retval"), .type = ret };
		const struct field *f = find_field(args, was->name);

		if (!f && ret && ret->kind != TY_NONE &&
		    str_is(was->name, "retval"))
			f = &result;
		if (!why)
			why = compare(r, was, f);
	}
	return why;
}
