/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that are printed by name. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"
#include "sema/lower.h"

static bool check_ksym(struct sema *s, struct expr *call)
{
	call->type = type_simple(s->types, TY_KSYM);
	return true;
}

static struct val emit_ksym(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_value(g, emit_arg(g, call, 0)), call->type);
}

static bool check_usym(struct sema *s, struct expr *call)
{
	call->type = type_simple(s->types, TY_USYM);
	return true;
}

static struct val emit_usym(struct cg *g, const struct expr *call)
{
	const struct type *u32 = type_int(ir_types(g), 4, false);
	const struct type *u64 = type_int(ir_types(g), 8, false);
	LLVMValueRef at = ir_value(g, emit_arg(g, call, 0)), pid;
	struct val t = ir_temp(g, call->type);

	ir_zero(g, t);
	pid = ir_shr(g, ir_pid_tgid(g), 32);
	ir_store(g, ir_part(g, t, 0, u64), ir_reg(at, u64), true);
	ir_store(g, ir_part(g, t, 8, u32), ir_reg(pid, u32), true);
	return t;
}

static void lower_kaddr(struct lower *l, struct expr *call)
{
	lower_fixup(l, call, FX_KADDR, call->call.args->str, 8);
}

static struct val emit_kaddr(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_fixup(g, call->fixup - 1), call->type);
}

/* --- percpu_kaddr() ------------------------------------------------------------ */

/* A variable has a copy for each CPU, at its address plus a number of the
 * kernel's table. The slots: of the argument the variable, of the call the
 * table, and in its num how many CPUs there are. */
static void lower_percpu(struct lower *l, struct expr *call)
{
	struct expr *name = call->call.args;

	lower_fixup(l, name, FX_KADDR, name->str, 8);
	lower_fixup(l, call, FX_NCPUS, STR(""), 8);
	call->num = call->fixup;
	lower_fixup(l, call, FX_KADDR, STR("__per_cpu_offset"), 8);
}

static struct val emit_percpu(struct cg *g, const struct expr *call)
{
	const struct type *u32 = type_int(ir_types(g), 4, false);
	const struct type *u64 = type_int(ir_types(g), 8, false);
	const struct expr *wanted = call_arg(call, 1);
	LLVMValueRef cpu, n, at;
	struct ir_if i;

	if (wanted)
		cpu = ir_value(g, ir_convert(g, emit_expr(g, wanted), u32));
	else
		cpu = ir_helper(g, BPF_FUNC_get_smp_processor_id, 0);
	n = ir_fixup(g, (uint32_t)call->num - 1);
	i = ir_if(g, ir_is_negative(g, ir_sub(g, cpu, n)));
	at = ir_add(g, cpu, cpu);
	at = ir_add(g, at, at);
	at = ir_add(g, ir_fixup(g, call->fixup - 1), ir_add(g, at, at));
	at = ir_value(g, ir_address(g, at, u64, AS_KERNEL));
	at = ir_add(g, at, ir_fixup(g, call->call.args->fixup - 1));
	ir_end(g, &i);
	return ir_reg(ir_phi(g, &i, at, ir_i64(g, 0)), call->type);
}

const struct function symbol_functions[] = {
	{ "kaddr", "uint64 kaddr(const string name)", .lower = lower_kaddr,
	  .emit = emit_kaddr,
	  .doc = "The address of a function or variable of the kernel, by its "
		 "name in /proc/kallsyms; found when the program is loaded.",
	  .example = "print(*kaddr(\"jiffies\"));" },
	{ "ksym", "any ksym(ptr address)", .check = check_ksym,
	  .emit = emit_ksym, .doc = "A kernel address, printed by name.",
	  .example = "rawtracepoint:sched_switch { print(ksym(args.prev)); }" },
	{ "percpu_kaddr", "uint64 percpu_kaddr(const string name, [int cpu])",
	  .lower = lower_percpu, .emit = emit_percpu,
	  .doc = "The address of the copy that a CPU has of a variable of the "
		 "kernel: the current CPU, or the one of that number; 0 when "
		 "there is none. The kernel has to have its variables in "
		 "/proc/kallsyms.",
	  .example = "print(*percpu_kaddr(\"this_cpu_off\", 0));" },
	{ "usym", "any usym(ptr address)", .check = check_usym,
	  .emit = emit_usym,
	  .doc = "An address of the current process, printed by name.",
	  .example = "uprobe:/bin/sh:main { print(usym(arg0)); }" },
	{ 0 },
};
