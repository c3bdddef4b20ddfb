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
	pid = ir_shr(g, ir_helper(g, BPF_FUNC_get_current_pid_tgid, 0), 32);
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

const struct function symbol_functions[] = {
	{ "kaddr", "uint64 kaddr(const string name)", .lower = lower_kaddr,
	  .emit = emit_kaddr,
	  .doc = "The address of a function or variable of the kernel, by its "
		 "name in /proc/kallsyms; found when the program is loaded.",
	  .example = "print(*kaddr(\"jiffies\"));" },
	{ "ksym", "any ksym(ptr address)", .check = check_ksym,
	  .emit = emit_ksym, .doc = "A kernel address, printed by name.",
	  .example = "rawtracepoint:sched_switch { print(ksym(args.prev)); }" },
	{ "usym", "any usym(ptr address)", .check = check_usym,
	  .emit = emit_usym,
	  .doc = "An address of the current process, printed by name.",
	  .example = "uprobe:/bin/sh:main { print(usym(arg0)); }" },
	{ 0 },
};
