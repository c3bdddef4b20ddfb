/* SPDX-License-Identifier: Apache-2.0 */
/* The relatives of a task: fields of struct task_struct by short names; such a
 * call becomes the expression that reads them. And the ids of the current one. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"

static struct expr *new_expr(struct sema *s, enum expr_kind kind,
			     struct span at)
{
	struct expr *e = arena_new(s->arena, struct expr);

	e->kind = kind;
	e->span = at;
	return e;
}

static struct expr *member(struct sema *s, struct expr *base, const char *field)
{
	struct expr *e = new_expr(s, EX_MEMBER, base->span);

	e->member.base = base;
	e->member.id = str_from(field);
	e->member.is_arrow = true;
	return e;
}

static struct expr *named(struct sema *s, const char *name, struct span at)
{
	struct expr *e = new_expr(s, EX_NAME, at);

	e->name.id = str_from(name);
	return e;
}

/* The task that is the argument, or the current one. */
static struct expr *task_of(struct sema *s, const struct expr *call)
{
	struct expr *task = sema_arg(call, 0);

	return task ? task : named(s, "curtask", call->span);
}

/* The call becomes e. */
static bool replace(struct sema *s, struct expr *call, const struct expr *e)
{
	struct expr *next = call->next;
	uint16_t depth = call->depth;

	*call = *e;
	call->next = next;
	call->depth = depth;
	return sema_expr(s, call);
}

/* The number that is a field of the task's relative. */
static bool check_id(struct sema *s, struct expr *call, const char *relative,
		     const char *field)
{
	struct expr *e = new_expr(s, EX_CAST, call->span);

	e->cast.e = member(s, member(s, task_of(s, call), relative), field);
	e->cast.to = arena_new(s->arena, struct type_expr);
	e->cast.to->span = call->span;
	e->cast.to->name = STR("uint32");
	return replace(s, call, e);
}

static bool check_name_of(struct sema *s, struct expr *call,
			  const char *relative)
{
	return replace(s, call,
		       member(s, member(s, task_of(s, call), relative),
			      "comm"));
}

static bool check_ppid(struct sema *s, struct expr *call)
{
	return check_id(s, call, "real_parent", "tgid");
}

static bool check_pcomm(struct sema *s, struct expr *call)
{
	return check_name_of(s, call, "real_parent");
}

static bool check_leader_tid(struct sema *s, struct expr *call)
{
	return check_id(s, call, "group_leader", "pid");
}

static bool check_leader_comm(struct sema *s, struct expr *call)
{
	return check_name_of(s, call, "group_leader");
}

/* --- comm(tid) ----------------------------------------------------------------- */

static bool may_look_up(struct sema *s, const struct expr *call)
{
	static const char finds[] = "bpf_task_from_pid";

	vec_each(a, &s->prog->attach) {
		if (machine_kfunc_allowed(s->env->machine, STR(finds),
					  kfunc_callers[a->kind]))
			continue; /* -1: only the loader will know */
		diag_error(s->d, call->span, D_NOT_HERE,
			   "this kernel does not let this probe look tasks up "
			   "by number");
		diag_hint(s->d, "that takes Linux 6.2 in rawtracepoint, fentry "
				"and iter, 6.12 in tracepoint and interval; "
				"of a struct task_struct * comm is a field");
		return false;
	}
	return true;
}

/* The field is found like that of the current task; only its place counts. */
static bool check_comm(struct sema *s, struct expr *call)
{
	struct expr *e = call->call.args;

	if (!e)
		return replace(s, call, named(s, "comm", call->span));
	if (!may_look_up(s, call))
		return false;
	e->next = member(s, named(s, "curtask", call->span), "comm");
	if (!sema_expr(s, e->next))
		return false;
	call->type = type_string(s->types, e->next->type->size);
	return true;
}

static struct val emit_comm(struct cg *g, const struct expr *call)
{
	const struct expr *of = call_arg(call, 1);
	LLVMValueRef tid = ir_value(g, emit_arg(g, call, 0)), task;
	struct val out = ir_temp(g, call->type), rec;
	struct ir_if i;

	ir_zero(g, out);
	task = ir_task_from(g, tid);
	i = ir_if(g, ir_truth_of(g, ir_as_i64(g, task)));
	rec = ir_mem(task, of->member.base->type->elem, AS_KERNEL, 8);
	ir_store(g, out, ir_field(g, rec, &of->member.field), true);
	ir_task_release(g, task);
	ir_end(g, &i);
	return out;
}

/* --- pid(namespace), tid(namespace) -------------------------------------------- */

static bool check_namespace(struct sema *s, struct expr *call)
{
	const struct expr *e = call->call.args;

	if (!e || str_is(e->name.id, "init") || str_is(e->name.id, "curr_ns"))
		return true;
	diag_error(s->d, e->span, D_UNKNOWN_NAME,
		   "%.*s() knows no namespace '%.*s'", STR_ARG(call->call.id),
		   STR_ARG(e->name.id));
	diag_hint(s->d, "there are curr_ns, which espy is in, and init");
	return false;
}

static LLVMValueRef ids_in(struct cg *g, const struct expr *call)
{
	const struct expr *e = call->call.args;

	if (e && str_is(e->name.id, "init"))
		return ir_helper(g, BPF_FUNC_get_current_pid_tgid, 0);
	return ir_pid_tgid(g);
}

static struct val emit_pid(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_shr(g, ids_in(g, call), 32), call->type);
}

static struct val emit_tid(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_and(g, ids_in(g, call), ir_i64(g, 0xffffffff)),
		      call->type);
}

const struct function task_functions[] = {
	{ "comm", "any comm([int64 tid])", .check = check_comm,
	  .emit = emit_comm,
	  .doc = "Name of the task with a thread id (of the system's first pid "
		 "namespace), by default the current one; empty when there is "
		 "none. By number from Linux 6.2 on, and not in every probe.",
	  .example = "rawtracepoint:sched_switch { @[comm()] = count(); }" },
	{ "leader_comm", "any leader_comm([struct task_struct * task])",
	  .check = check_leader_comm,
	  .doc = "Name of the first thread of a task's process, by default "
		 "the current task's.",
	  .example = "@[leader_comm] = count();" },
	{ "leader_tid", "any leader_tid([struct task_struct * task])",
	  .check = check_leader_tid,
	  .doc = "Thread id of the first thread of a task's process, by "
		 "default the current task's.",
	  .example = "print(leader_tid(curtask));" },
	{ "pcomm", "any pcomm([struct task_struct * task])",
	  .check = check_pcomm,
	  .doc = "Name of a task's parent, by default the current task's.",
	  .example = "@[pcomm] = count();" },
	{ "pid", "uint32 pid([name namespace])", .check = check_namespace,
	  .emit = emit_pid,
	  .doc = "Process id as seen from a pid namespace: curr_ns (espy's own, "
		 "when none is named) or init (the system's first).",
	  .example = "print(pid(init));" },
	{ "ppid", "any ppid([struct task_struct * task])", .check = check_ppid,
	  .doc = "Process id of a task's parent, by default the current "
		 "task's.",
	  .example = "print(ppid); print(ppid(curtask->real_parent));" },
	{ "tid", "uint32 tid([name namespace])", .check = check_namespace,
	  .emit = emit_tid,
	  .doc = "Thread id as seen from a pid namespace: curr_ns (espy's own, "
		 "when none is named) or init (the system's first).",
	  .example = "print(tid(init));" },
	{ 0 },
};
