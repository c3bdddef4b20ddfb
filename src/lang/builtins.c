/* SPDX-License-Identifier: Apache-2.0 */
/* Builtins: what a program knows of itself and of where it runs. */
#include "base/mem.h"
#include "codegen/ir.h"
#include "lang/tables.h"
#include "lang/usdt_arg.h"
#include "plan/options.h"
#include "sema/check.h"

#define COMM_SIZE 16
#define ARG_REGS  6 /* arguments in registers */
#define GO_REGS   9 /* of Go */

/* --- one helper call ----------------------------------------------------------- */

static struct val emit_helper(struct cg *g, const struct expr *e)
{
	return ir_convert(g,
			  ir_reg(ir_helper(g, e->name.row->arg, 0),
				 type_int(ir_types(g), 8, false)),
			  e->type);
}

/* The upper half of the helper's result. */
static struct val emit_upper(struct cg *g, const struct expr *e)
{
	LLVMValueRef v = ir_helper(g, e->name.row->arg, 0);

	return ir_reg(ir_shr(g, v, 32), e->type);
}

static struct val emit_lower(struct cg *g, const struct expr *e)
{
	LLVMValueRef v = ir_helper(g, e->name.row->arg, 0);

	return ir_reg(ir_and(g, v, ir_i64(g, 0xffffffff)), e->type);
}

static struct val emit_pid(struct cg *g, const struct expr *e)
{
	return ir_reg(ir_shr(g, ir_pid_tgid(g), 32), e->type);
}

static struct val emit_tid(struct cg *g, const struct expr *e)
{
	return ir_reg(ir_and(g, ir_pid_tgid(g), ir_i64(g, 0xffffffff)),
		      e->type);
}

static struct val emit_slot(struct cg *g, const struct expr *e)
{
	LLVMValueRef v = e->fixup ? ir_fixup(g, e->fixup - 1)
				  : ir_fixup_kind(g, e->name.row->fixup);

	return ir_convert(g, ir_reg(v, type_int(ir_types(g), 8, false)),
			  e->type);
}

static struct val emit_has_slot(struct cg *g, const struct expr *e)
{
	return ir_reg(ir_not(g, ir_is_zero(g, emit_slot(g, e).v)), e->type);
}

static struct val emit_elapsed(struct cg *g, const struct expr *e)
{
	LLVMValueRef now = ir_helper(g, BPF_FUNC_ktime_get_boot_ns, 0);

	return ir_reg(ir_sub(g, now, emit_slot(g, e).v), e->type);
}

/* --- names ----------------------------------------------------------------------- */

static void fill_comm(struct cg *g, const struct val *src, struct val dst,
		      uint32_t size, bool pad)
{
	(void)src;
	/* Some kernels leave what was there after the name. */
	if (pad)
		ir_zero(g, dst);
	ir_helper(g, BPF_FUNC_get_current_comm, 2, dst.v, ir_i32(g, size));
}

static struct val emit_comm(struct cg *g, const struct expr *e)
{
	return ir_once(g, e,
		       (struct val){ .type = e->type,
				     .where = VAL_LAZY,
				     .fill = fill_comm });
}

static struct val emit_probe(struct cg *g, const struct expr *e)
{
	return ir_reg(ir_probe_name(g), e->type);
}

/* Of those that run for no event there is one kind. */
static bool check_probetype(struct sema *s, struct expr *e)
{
	const struct probe_type *row = s->prog->row, *t;

	if (!row)
		return sema_not_here(s, e->span, e->name.id);
	e->str = str_from(row->name);
	for (t = special_types; t->name; t++)
		if (t == row)
			e->str = STR("special");
	e->type = type_string(s->types, (uint32_t)e->str.n + 1);
	e->is_const = true;
	return true;
}

/* --- options ------------------------------------------------------------------------ */

static bool check_default_str_length(struct sema *s, struct expr *e)
{
	e->type = type_int(s->types, 8, false);
	sema_set_const(e, (int64_t)s->script->options.num[OPT_MAX_STRLEN]);
	return true;
}

static struct expr *option_value(struct sema *s, size_t o, struct span at)
{
	const struct option_row *row = &option_rows[o];
	const struct options *set = &s->script->options;
	struct expr *e = arena_new(s->arena, struct expr);

	e->span = at;
	e->kind = EX_STR;
	switch (row->type) {
	case OT_NUMBER: e->kind = EX_INT; break;
	case OT_BOOL: e->kind = EX_BOOL; break;
	case OT_CHOICE: e->str = str_from(row->choices[set->num[o]]); break;
	case OT_TEXT: e->str = set->text[o]; break;
	}
	e->num = (int64_t)set->num[o];
	return e;
}

/* It becomes a record of constants. */
static bool check_config(struct sema *s, struct expr *e)
{
	struct str *names = arena_alloc(s->arena, OPT_N * sizeof(*names));
	struct expr *elems = NULL, **end = &elems;

	for (size_t i = 0; i < OPT_N; i++) {
		names[i] = str_from(option_rows[i].name);
		*end = option_value(s, i, e->span);
		end = &(*end)->next;
	}
	e->kind = EX_RECORD;
	e->tuple.elems = elems;
	e->tuple.n = OPT_N;
	e->tuple.names = names;
	return sema_expr(s, e);
}

/* --- the context -------------------------------------------------------------------- */

static struct val emit_args(struct cg *g, const struct expr *e)
{
	return ir_mem(ir_context(g), e->type, AS_CTX, 8);
}

static bool check_arg(struct sema *s, struct expr *e)
{
	const struct type *args = s->prog->args;
	uint64_t n = builtin_number(e->name.id), max = ARG_REGS;

	if (s->prog->ctx != CTX_REGS && s->prog->ctx != CTX_RAW)
		return sema_not_here(s, e->span, e->name.id);
	if (s->prog->operands.p)
		return usdt_arg_check(s, e, n);
	e->type = type_int(s->types, 8, false);
	if (args && s->prog->ctx == CTX_RAW)
		max = args->size / 8;
	else if (s->prog->is_go)
		max = GO_REGS;
	if (n < max)
		return true;
	return diag_error(s->d, e->span, D_RANGE,
			  "there is no arg%u here: %u argument%s", (uint32_t)n,
			  (uint32_t)max, max == 1 ? "" : "s");
}

/* An argument as a number. The verifier may know it as a pointer, with which
 * one cannot calculate: trampolines are asked, elsewhere it is made to forget
 * that. */
static LLVMValueRef raw_arg(struct cg *g, uint64_t n)
{
	if (ir_prog(g)->is_trampoline)
		return ir_trampoline_arg(g, n);
	return ir_forget(g, ir_context_word(g, (uint32_t)(8 * n)));
}

static struct val emit_argn(struct cg *g, const struct expr *e)
{
	uint64_t n = builtin_number(e->name.id);

	if (ir_prog(g)->operands.p)
		return usdt_arg_emit(g, e, n);
	if (ir_prog(g)->ctx == CTX_RAW)
		return ir_reg(raw_arg(g, n), e->type);
	return ir_reg(ir_register_arg(g, n), e->type);
}

/* Behind the arguments. The verifier knows what a pointer to a struct is. */
static LLVMValueRef raw_retval(struct cg *g, const struct type *type)
{
	const struct type *args = ir_prog(g)->args;

	if (type->kind == TY_PTR && type->space == AS_BTF && args)
		return ir_context_word(g, args->size);
	return ir_trampoline_result(g);
}

static struct val emit_retval(struct cg *g, const struct expr *e)
{
	LLVMValueRef v = ir_prog(g)->ctx == CTX_RAW ? raw_retval(g, e->type)
						    : ir_register_result(g);

	return ir_convert(g, ir_reg(v, type_int(ir_types(g), 8, false)),
			  e->type);
}

static bool check_func(struct sema *s, struct expr *e)
{
	if (s->prog->ctx != CTX_REGS && !s->prog->has_ip)
		return sema_not_here(s, e->span, e->name.id);
	e->type = type_simple(s->types, s->prog->is_user ? TY_USYM : TY_KSYM);
	return true;
}

/* The function that returns to ip; kernels before 6.6 do not know: ip. */
static LLVMValueRef func_returned(struct cg *g, LLVMValueRef ip)
{
	LLVMValueRef fn = ir_helper(g, BPF_FUNC_get_func_ip, 1, ir_context(g));
	struct ir_if i = ir_if(g, ir_is_zero(g, fn));

	ir_end(g, &i);
	return ir_phi(g, &i, ip, fn);
}

static struct val emit_func(struct cg *g, const struct expr *e)
{
	const struct type *u32 = type_int(ir_types(g), 4, false);
	const struct type *u64 = type_int(ir_types(g), 8, false);
	struct val t;
	LLVMValueRef pid, at;

	if (e->type->kind == TY_KSYM)
		return ir_reg(ir_helper(g, BPF_FUNC_get_func_ip, 1,
					ir_context(g)),
			      e->type);
	t = ir_temp(g, e->type);
	ir_zero(g, t);
	at = ir_context_word(g, ir_regs(g)->ip);
	if (ir_prog(g)->attach.v[0].flags & PF_RETURN)
		at = func_returned(g, at);
	ir_store(g, ir_part(g, t, 0, u64), ir_reg(at, u64), true);
	pid = ir_shr(g, ir_pid_tgid(g), 32);
	ir_store(g, ir_part(g, t, 8, u32), ir_reg(pid, u32), true);
	return t;
}

static bool check_curtask(struct sema *s, struct expr *e)
{
	e->type = sema_type_text(s, STR("struct task_struct *"), AS_BTF);
	if (!e->type)
		e->type = type_int(s->types, 8, false);
	return true;
}

static struct val emit_curtask(struct cg *g, const struct expr *e)
{
	enum bpf_func_id id = e->type->kind == TY_PTR
				      ? BPF_FUNC_get_current_task_btf
				      : BPF_FUNC_get_current_task;

	return ir_reg(ir_helper(g, id, 0), e->type);
}

static bool check_ctx(struct sema *s, struct expr *e)
{
	if (s->prog->ctx == CTX_NONE)
		return sema_not_here(s, e->span, e->name.id);
	e->type = type_ptr(s->types,
			   s->prog->ctx == CTX_ITER ? s->prog->args : NULL,
			   AS_CTX);
	return true;
}

static struct val emit_ctx(struct cg *g, const struct expr *e)
{
	return ir_reg(ir_as_i64(g, ir_context(g)), e->type);
}

/* --- rows ------------------------------------------------------------------------------ */

const struct builtin builtins[] = {
	{ "args", "any", .flags = BI_ARGS | BI_CTX, .emit = emit_args,
	  .doc = "The arguments of the probe, as the fields of a record.",
	  .example = "tracepoint:syscalls:sys_enter_openat "
		     "{ print(args.dfd); }" },
	{ "argN", "any", .flags = BI_REGS | BI_CTX | BI_NUMBERED,
	  .check = check_arg, .emit = emit_argn,
	  .doc = "Argument N, from 0, by position, as a 64-bit number: arg0, "
		 "arg1 and so on. Of functions those in registers: up to "
		 "arg5.",
	  .example = "uprobe:/bin/sh:main { print(arg0); }" },
	{ "cgroup", "uint64", .flags = BI_SAME, .emit = emit_helper,
	  .arg = BPF_FUNC_get_current_cgroup_id,
	  .doc = "Id of the current task's cgroup (version 2).",
	  .example = "@[cgroup] = count();" },
	{ "comm", "string[16]", .flags = BI_SAME, .emit = emit_comm,
	  .doc = "Name of the current task.", .example = "@[comm] = count();" },
	{ "config", "any", .check = check_config,
	  .doc = "The options of the script, as a record of constants.",
	  .example = "print(config.max_strlen);" },
	{ "cpid", "uint32", .needs_fixup = true, .fixup = FX_CHILD_PID,
	  .emit = emit_slot,
	  .doc = "Process id of the command given with -c, 0 without.",
	  .example = "if (pid == cpid) { @ = count(); }" },
	{ "cpu", "uint32", .flags = BI_SAME, .emit = emit_helper,
	  .arg = BPF_FUNC_get_smp_processor_id, .doc = "Number of the CPU.",
	  .example = "@[cpu] = count();" },
	{ "ctx", "any", .flags = BI_CTX | BI_AS_KPROBE, .check = check_ctx,
	  .emit = emit_ctx,
	  .doc = "The program's context, as a pointer; of an iterator, to "
		 "the object.",
	  .example = "profile:hz:99 { print(ctx != 0); }" },
	{ "curtask", "any", .check = check_curtask, .emit = emit_curtask,
	  .doc = "The current task: a pointer to struct task_struct.",
	  .example = "print(curtask->pid);" },
	{ "default_str_length", "uint64", .check = check_default_str_length,
	  .doc = "Bytes of a string made by str() when the call does not "
		 "say: the option max_strlen.",
	  .example = "print(default_str_length);" },
	{ "elapsed", "uint64", .needs_fixup = true, .fixup = FX_START_NS,
	  .emit = emit_elapsed, .doc = "Nanoseconds since the start.",
	  .example = "print(elapsed);" },
	{ "func", "any", .flags = BI_CTX, .check = check_func,
	  .emit = emit_func, .doc = "Name of the traced function.",
	  .example = "uprobe:/bin/sh:main { @[func] = count(); }" },
	{ "gid", "uint32", .flags = BI_SAME, .emit = emit_upper,
	  .arg = BPF_FUNC_get_current_uid_gid,
	  .doc = "Group id of the current task.", .example = "print(gid);" },
	{ "has_cpid", "bool", .needs_fixup = true, .fixup = FX_CHILD_PID,
	  .emit = emit_has_slot, .doc = "Was a command given with -c?",
	  .example = "if (!has_cpid || pid == cpid) { @ = count(); }" },
	{ "jiffies", "uint64", .emit = emit_helper, .arg = BPF_FUNC_jiffies64,
	  .doc = "The kernel's clock ticks since boot.",
	  .example = "print(jiffies);" },
	{ "ncpus", "uint64", .needs_fixup = true, .fixup = FX_NCPUS,
	  .emit = emit_slot, .doc = "Number of possible CPUs.",
	  .example = "print(ncpus);" },
	{ "nsecs", "uint64", .emit = emit_helper,
	  .arg = BPF_FUNC_ktime_get_boot_ns,
	  .doc = "Nanoseconds since boot, sleep included.",
	  .example = "@start[tid] = nsecs;" },
	{ "numaid", "uint32", .flags = BI_SAME, .emit = emit_helper,
	  .arg = BPF_FUNC_get_numa_node_id,
	  .doc = "Number of the CPU's memory node.",
	  .example = "@[numaid] = count();" },
	{ "pid", "uint32", .flags = BI_SAME, .emit = emit_pid,
	  .doc = "Process id, as seen from espy's own pid namespace; 0 when "
		 "the process is not in it.",
	  .example = "@[pid] = count();" },
	{ "probe", "probe_t", .flags = BI_NAME, .emit = emit_probe,
	  .doc = "Full name of the probe that fired.",
	  .example = "@[probe] = count();" },
	{ "probetype", "any", .check = check_probetype,
	  .doc = "Type of the probe, as a text: \"kprobe\", \"tracepoint\" "
		 "and so on; \"special\" of begin, end and the like.",
	  .example = "@[probetype] = count();" },
	{ "rand", "uint32", .emit = emit_helper,
	  .arg = BPF_FUNC_get_prandom_u32, .doc = "A random number.",
	  .example = "if (rand % 100 == 0) { @ = count(); }" },
	{ "retval", "uint64", .flags = BI_RETVAL | BI_CTX, .emit = emit_retval,
	  .doc = "What the function returned.",
	  .example = "uretprobe:/bin/sh:main { print(retval); }" },
	{ "tid", "uint32", .flags = BI_SAME, .emit = emit_tid,
	  .doc = "Thread id, as seen from espy's own pid namespace; 0 when "
		 "the process is not in it.",
	  .example = "@start[tid] = nsecs;" },
	{ "uid", "uint32", .flags = BI_SAME, .emit = emit_lower,
	  .arg = BPF_FUNC_get_current_uid_gid,
	  .doc = "User id of the current task.", .example = "print(uid);" },
	{ "username", "username_t", .emit = emit_lower,
	  .arg = BPF_FUNC_get_current_uid_gid,
	  .doc = "Name of the current task's user.",
	  .example = "@[username] = count();" },
	{ 0 },
};
