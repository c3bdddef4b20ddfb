/* SPDX-License-Identifier: Apache-2.0 */
/* Builtins: what a program knows of itself and of where it runs. */
#include "base/mem.h"
#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"

#define COMM_SIZE 16

/* --- where registers are in struct pt_regs --------------------------------- */

struct regs {
	const char *arch;
	uint32_t args[8], n_args;
	uint32_t result, ip;
};

static const struct regs regs_table[] = {
	{ "x86_64", { 112, 104, 96, 88, 72, 64 }, 6, 80, 128 },
	{ "aarch64", { 0, 8, 16, 24, 32, 40, 48, 56 }, 8, 0, 256 },
};

static const struct regs *regs_of(struct cg *g)
{
	for (size_t i = 0; i < ARRAY_SIZE(regs_table); i++)
		if (!strcmp(regs_table[i].arch, ir_arch(g)))
			return &regs_table[i];
	return &regs_table[0];
}

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

static struct val emit_slot(struct cg *g, const struct expr *e)
{
	LLVMValueRef v = e->fixup ? ir_fixup(g, e->fixup - 1)
				  : ir_fixup_kind(g, e->name.row->fixup);

	return ir_convert(g, ir_reg(v, type_int(ir_types(g), 8, false)),
			  e->type);
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
	(void)g;
	return (struct val){ .type = e->type,
			     .where = VAL_LAZY,
			     .fill = fill_comm };
}

static struct val emit_probe(struct cg *g, const struct expr *e)
{
	return ir_reg(ir_probe_name(g), e->type);
}

/* --- the context -------------------------------------------------------------------- */

static struct val emit_args(struct cg *g, const struct expr *e)
{
	return ir_mem(ir_context(g), e->type, AS_CTX, 8);
}

static bool check_arg(struct sema *s, struct expr *e)
{
	if (s->prog->ctx != CTX_REGS && s->prog->ctx != CTX_RAW)
		return sema_not_here(s, e->span, e->name.id);
	e->type = type_int(s->types, 8, false);
	return true;
}

static struct val emit_argn(struct cg *g, const struct expr *e)
{
	const struct regs *r = regs_of(g);
	uint64_t n = e->name.row->arg;

	if (ir_prog(g)->ctx == CTX_RAW)
		return ir_reg(ir_context_word(g, 8 * n), e->type);
	if (n >= r->n_args)
		return ir_num(g, e->type, 0);
	return ir_reg(ir_context_word(g, r->args[n]), e->type);
}

static struct val emit_retval(struct cg *g, const struct expr *e)
{
	LLVMValueRef v = ir_context_word(g, regs_of(g)->result);

	return ir_convert(g, ir_reg(v, type_int(ir_types(g), 8, false)),
			  e->type);
}

static bool check_func(struct sema *s, struct expr *e)
{
	if (s->prog->ctx != CTX_REGS)
		return sema_not_here(s, e->span, e->name.id);
	e->type = type_simple(s->types, s->prog->is_user ? TY_USYM : TY_KSYM);
	return true;
}

static struct val emit_func(struct cg *g, const struct expr *e)
{
	const struct type *u32 = type_int(ir_types(g), 4, false);
	const struct type *u64 = type_int(ir_types(g), 8, false);
	struct val t;
	LLVMValueRef pid;

	if (e->type->kind == TY_KSYM)
		return ir_reg(ir_helper(g, BPF_FUNC_get_func_ip, 1,
					ir_context(g)),
			      e->type);
	t = ir_temp(g, e->type);
	ir_zero(g, t);
	ir_store(g, ir_part(g, t, 0, u64),
		 ir_reg(ir_context_word(g, regs_of(g)->ip), u64), true);
	pid = ir_shr(g, ir_helper(g, BPF_FUNC_get_current_pid_tgid, 0), 32);
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
	e->type = type_ptr(s->types, NULL, AS_CTX);
	return true;
}

static struct val emit_ctx(struct cg *g, const struct expr *e)
{
	return ir_reg(ir_as_i64(g, ir_context(g)), e->type);
}

/* --- rows ------------------------------------------------------------------------------ */

#define ARG_ROW(n)                                                           \
	{                                                                    \
		"arg" #n, "any",                                             \
			.flags = BI_REGS | BI_CTX, .check = check_arg,       \
			.emit = emit_argn, .arg = n,                         \
			.doc = "Argument " #n                                \
			       " of the function, by position, "             \
			       "as a 64-bit number.",                        \
			.example =                                           \
				"uprobe:/bin/sh:main { print(arg" #n "); }", \
	}

const struct builtin builtins[] = {
	{ "args", "any", .flags = BI_ARGS | BI_CTX, .emit = emit_args,
	  .doc = "The arguments of the probe, as the fields of a record.",
	  .example = "tracepoint:syscalls:sys_enter_openat "
		     "{ print(args.dfd); }" },
	ARG_ROW(0),
	ARG_ROW(1),
	ARG_ROW(2),
	ARG_ROW(3),
	ARG_ROW(4),
	ARG_ROW(5),
	{ "cgroup", "uint64", .emit = emit_helper,
	  .arg = BPF_FUNC_get_current_cgroup_id,
	  .doc = "Id of the current task's cgroup (version 2).",
	  .example = "@[cgroup] = count();" },
	{ "comm", "string[16]", .emit = emit_comm,
	  .doc = "Name of the current task.", .example = "@[comm] = count();" },
	{ "cpid", "uint32", .needs_fixup = true, .fixup = FX_CHILD_PID,
	  .emit = emit_slot,
	  .doc = "Process id of the command given with -c, 0 without.",
	  .example = "if (pid == cpid) { @ = count(); }" },
	{ "cpu", "uint32", .emit = emit_helper,
	  .arg = BPF_FUNC_get_smp_processor_id, .doc = "Number of the CPU.",
	  .example = "@[cpu] = count();" },
	{ "ctx", "any", .flags = BI_CTX, .check = check_ctx, .emit = emit_ctx,
	  .doc = "The program's context, as a pointer.",
	  .example = "profile:hz:99 { print(ctx != 0); }" },
	{ "curtask", "any", .check = check_curtask, .emit = emit_curtask,
	  .doc = "The current task: a pointer to struct task_struct.",
	  .example = "print(curtask->pid);" },
	{ "elapsed", "uint64", .needs_fixup = true, .fixup = FX_START_NS,
	  .emit = emit_elapsed, .doc = "Nanoseconds since the start.",
	  .example = "print(elapsed);" },
	{ "func", "any", .flags = BI_CTX, .check = check_func,
	  .emit = emit_func, .doc = "Name of the traced function.",
	  .example = "uprobe:/bin/sh:main { @[func] = count(); }" },
	{ "gid", "uint32", .emit = emit_upper,
	  .arg = BPF_FUNC_get_current_uid_gid,
	  .doc = "Group id of the current task.", .example = "print(gid);" },
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
	{ "numaid", "uint32", .emit = emit_helper,
	  .arg = BPF_FUNC_get_numa_node_id,
	  .doc = "Number of the CPU's memory node.",
	  .example = "@[numaid] = count();" },
	{ "pid", "uint32", .emit = emit_upper,
	  .arg = BPF_FUNC_get_current_pid_tgid, .doc = "Process id.",
	  .example = "@[pid] = count();" },
	{ "probe", "probe_t", .flags = BI_NAME, .emit = emit_probe,
	  .doc = "Full name of the probe that fired.",
	  .example = "@[probe] = count();" },
	{ "rand", "uint32", .emit = emit_helper,
	  .arg = BPF_FUNC_get_prandom_u32, .doc = "A random number.",
	  .example = "if (rand % 100 == 0) { @ = count(); }" },
	{ "retval", "uint64", .flags = BI_RETVAL | BI_CTX, .emit = emit_retval,
	  .doc = "What the function returned.",
	  .example = "uretprobe:/bin/sh:main { print(retval); }" },
	{ "tid", "uint32", .emit = emit_lower,
	  .arg = BPF_FUNC_get_current_pid_tgid, .doc = "Thread id.",
	  .example = "@start[tid] = nsecs;" },
	{ "uid", "uint32", .emit = emit_lower,
	  .arg = BPF_FUNC_get_current_uid_gid,
	  .doc = "User id of the current task.", .example = "print(uid);" },
	{ "username", "username_t", .emit = emit_lower,
	  .arg = BPF_FUNC_get_current_uid_gid,
	  .doc = "Name of the current task's user.",
	  .example = "@[username] = count();" },
	{ 0 },
};
