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

/* The task that is the argument, or the current one. */
static struct expr *task_of(struct sema *s, const struct expr *call)
{
	struct expr *task = sema_arg(call, 0);

	if (task)
		return task;
	task = new_expr(s, EX_NAME, call->span);
	task->name.id = STR("curtask");
	return task;
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
