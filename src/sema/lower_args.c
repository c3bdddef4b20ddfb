/* SPDX-License-Identifier: Apache-2.0 */
/* lower_args.c - what a program takes for granted of its targets' arguments:
 * where the fields of args are that it reads. The plan says so, and who runs it
 * on another kernel compares. */
#include "sema/lower.h"

/* Places in the arguments of system calls and of programs are promised, or
 * nobody could tell. */
static bool is_comparable(const struct plan_probe *p)
{
	switch ((int)p->kind) {
	case PK_TRACEPOINT: return !str_is(p->module, "syscalls");
	case PK_RAWTRACEPOINT:
	case PK_KPROBE:
	case PK_FENTRY:
	case PK_FMODRET:
	case PK_LSM: return true;
	default: return false;
	}
}

static bool is_args(const struct expr *e)
{
	return e->kind == EX_NAME && !e->is_const && e->name.row &&
	       e->name.row->flags & BI_ARGS;
}

static void add_arg(struct lower *l, const struct field *f)
{
	struct plan *p = l->plan;
	struct plan_arg arg;

	if (l->prog->fn)
		return;
	arg = plan_arg_of(&l->script->arena, f);
	plan_add_arg(p, l->prog->first_probe, &arg);
	if (!p->release.n)
		p->release =
			str_copy(&p->arena, machine_release(l->env->machine));
}

static void add_args(struct lower *l, struct str name)
{
	const struct type *args = l->prog->args;

	for (uint32_t i = 0; args && i < args->n_fields; i++)
		if (!name.n || str_eq(args->fields[i].name, name))
			add_arg(l, &args->fields[i]);
}

/* Of a fexit. Where it is follows from the kernel's own list of arguments. */
static void add_result(struct lower *l)
{
	struct field f = { .name = STR("retval"), .type = l->prog->retval };

	if (f.type && l->prog->ctx == CTX_RAW)
		add_arg(l, &f);
}

bool lower_args(struct lower *l, const struct expr *e)
{
	if (!l->prog || !l->prog->attach.n ||
	    !is_comparable(&l->prog->attach.v[0]))
		return false;
	if (e->kind == EX_MEMBER && is_args(e->member.base)) {
		add_args(l, e->member.field.name);
		return true;
	}
	if (is_args(e))
		add_args(l, STR(""));
	if (e->kind == EX_NAME && !e->is_const && e->name.row &&
	    e->name.row->flags & BI_RETVAL)
		add_result(l);
	return false;
}
