/* SPDX-License-Identifier: Apache-2.0 */
/* reg(): the registers of the processor where the probe fired. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"
#include "sema/lower.h"

/* In the order of struct pt_regs, 8 bytes each. */
static const char *const x86_64_names[] = {
	"r15", "r14",      "r13", "r12", "bp",    "bx", "r11",
	"r10", "r9",       "r8",  "ax",  "cx",    "dx", "si",
	"di",  "orig_rax", "ip",  "cs",  "flags", "sp", "ss",
};

/* Other words for some. */
static const struct {
	const char *name, *is;
} other_names[] = {
	{ "pc", "ip" },
	{ "orig_ax", "orig_rax" },
};

/* What is known even where links for many functions save but a part of the
 * registers: at entries the arguments, at returns the result. */
static const char *const kept_at_entry[] = { "di", "si", "dx", "cx",
					     "r8", "r9", NULL };
static const char *const kept_at_return[] = { "ax", NULL };

/* Its number; -1: there is none of that name. */
static int register_number(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(other_names); i++)
		if (str_is(name, other_names[i].name))
			name = str_from(other_names[i].is);
	for (i = 0; i < ARRAY_SIZE(x86_64_names); i++)
		if (str_is(name, x86_64_names[i]))
			return (int)i;
	return -1;
}

static bool check_reg(struct sema *s, struct expr *call)
{
	const struct expr *arg = call->call.args;
	struct suggest near = { 0 };
	size_t i;

	if (s->prog->ctx != CTX_REGS && s->prog->ctx != CTX_PERF)
		return sema_not_here(s, call->span, call->call.id);
	if (register_number(arg->str) >= 0)
		return true;
	diag_error(s->d, arg->span, D_UNKNOWN_NAME,
		   "no register is called "
		   "'%.*s'",
		   STR_ARG(arg->str));
	for (i = 0; i < ARRAY_SIZE(x86_64_names); i++)
		suggest_offer(&near, arg->str, str_from(x86_64_names[i]));
	if (near.best.p)
		diag_hint(s->d, "did you mean '%.*s'?", STR_ARG(near.best));
	else
		diag_hint(s->d, "there are r8 to r15, ax, bx, cx, dx, si, di, "
				"bp, sp, ip, flags, cs, ss and orig_rax");
	return false;
}

static bool is_kept(const struct plan_probe *p, struct str name)
{
	const char *const *kept =
		p->flags & PF_RETURN ? kept_at_return : kept_at_entry;

	for (; *kept; kept++)
		if (str_is(name, *kept))
			return true;
	return false;
}

static void lower_reg(struct lower *l, struct expr *call)
{
	size_t i, first = l->prog->first_probe;

	for (i = first; i < l->plan->probes.n; i++) {
		struct plan_probe *p = &l->plan->probes.v[i];

		if (p->kind == PK_KPROBE && !is_kept(p, call->call.args->str))
			p->flags |= PF_REGS;
	}
}

/* What the processor's privilege was is in the lowest bits of cs. Functions
 * are where they are. */
static bool check_usermode(struct sema *s, struct expr *call)
{
	if (s->prog->ctx == CTX_PERF)
		return true;
	if (s->prog->ctx != CTX_REGS)
		return sema_not_here(s, call->span, call->call.id);
	sema_set_const(call, s->prog->is_user);
	return true;
}

static struct val emit_usermode(struct cg *g, const struct expr *call)
{
	int n = register_number(STR("cs"));
	LLVMValueRef cs = ir_context_word(g, 8 * (uint32_t)n);
	LLVMValueRef ring = ir_and(g, cs, ir_i64(g, 3));

	return ir_reg(ir_not(g, ir_is_zero(g, ring)), call->type);
}

static struct val emit_reg(struct cg *g, const struct expr *call)
{
	int n = register_number(call->call.args->str);

	return ir_reg(ir_context_word(g, 8 * (uint32_t)n), call->type);
}

const struct function reg_functions[] = {
	{ "reg", "uint64 reg(const string name)", .flags = FN_AS_KPROBE,
	  .check = check_reg, .lower = lower_reg, .emit = emit_reg,
	  .doc = "A register of the processor where the probe fired: r8 to "
		 "r15, ax, bx, cx, dx, si, di, bp, sp, ip, flags, cs, ss, "
		 "orig_rax.",
	  .example = "uprobe:/bin/sh:main { print(reg(\"ip\")); }" },
	{ "usermode", "uint8 usermode()", .check = check_usermode,
	  .emit = emit_usermode,
	  .doc = "1 when the processor ran a program's own code where the "
		 "probe fired, 0 when it ran the kernel.",
	  .example = "profile:hz:99 { @[usermode] = count(); }" },
	{ 0 },
};
