/* SPDX-License-Identifier: Apache-2.0 */
/* Where arguments and results are: registers in struct pt_regs, slots of what
 * BTF types. */
#include "codegen/cg.h"

static const struct ir_regs table[] = {
	{ "x86_64", { 112, 104, 96, 88, 72, 64 }, 6, 80, 128, 152, 8 },
	{ "aarch64", { 0, 8, 16, 24, 32, 40, 48, 56 }, 8, 0, 256, 248, 0 },
};

/* Go's own convention: ax bx cx di si r8 r9 r10 r11. */
static const struct ir_regs go = {
	"x86_64", { 80, 40, 88, 112, 104, 72, 64, 56, 48 }, 9, 80, 128, 152, 8
};

const struct ir_regs *ir_regs(const struct cg *g)
{
	if (g->prog->is_go && !strcmp(go.arch, ir_arch(g)))
		return &go;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].arch, ir_arch(g)))
			return &table[i];
	return &table[0];
}

/* The verifier sees a constant, and only what follows from it. */
LLVMValueRef ir_is_trampoline(struct cg *g)
{
	return ir_truth_of(g, ir_fixup(g, g->prog->way));
}

/* LLVM likes to add the offset to the context somewhere else than where it
 * loads, which the verifier refuses; beside another way there is a somewhere
 * else. So the load is a function. */
static LLVMValueRef word_function(struct cg *g, uint32_t offset)
{
	unsigned int noinline = LLVMGetEnumAttributeKindForName("noinline", 8);
	char *name = arena_printf(g->arena, "espy_word_%u", offset);
	LLVMValueRef fn = LLVMGetNamedFunction(g->mod, name);
	LLVMBasicBlockRef before = LLVMGetInsertBlock(g->b);
	LLVMTypeRef type = LLVMFunctionType(g->i64, &g->ptr, 1, false);
	struct func f = { 0 };

	if (fn)
		return fn;
	func_begin(g, &f, name, type, NULL);
	LLVMSetLinkage(f.fn, LLVMInternalLinkage);
	LLVMAddAttributeAtIndex(f.fn, LLVMAttributeFunctionIndex,
				LLVMCreateEnumAttribute(g->ctx, noinline, 0));
	f.scope = di_function(g, f.fn, name, g->prog->probe->span);
	f.ctx = LLVMGetParam(f.fn, 0);
	di_line(g, g->prog->probe->span);
	LLVMBuildRet(g->b, ir_context_word(g, offset));
	func_end(g);
	ir_at(g, before);
	di_line(g, g->prog->probe->span);
	return f.fn;
}

LLVMValueRef ir_register_word(struct cg *g, uint32_t offset)
{
	LLVMTypeRef type = LLVMFunctionType(g->i64, &g->ptr, 1, false);
	LLVMValueRef fn;

	if (!g->prog->is_either)
		return ir_context_word(g, offset);
	fn = word_function(g, offset);
	return LLVMBuildCall2(g->b, type, fn, &g->f->ctx, 1, "");
}

/* A word of the registers, or what a helper of trampolines finds. */
static LLVMValueRef either(struct cg *g, uint32_t offset,
			   LLVMValueRef (*find)(struct cg *g, uint64_t n),
			   uint64_t n)
{
	LLVMValueRef a, b;
	struct ir_if i;

	if (!g->prog->is_either)
		return ir_context_word(g, offset);
	i = ir_if(g, ir_is_trampoline(g));
	a = find(g, n);
	ir_else(g, &i);
	b = ir_register_word(g, offset);
	ir_end(g, &i);
	return ir_phi(g, &i, a, b);
}

LLVMValueRef ir_register_arg(struct cg *g, uint64_t n)
{
	const struct ir_regs *r = ir_regs(g);

	if (n >= r->n_args)
		return ir_i64(g, 0);
	return either(g, r->args[n], ir_trampoline_arg, n);
}

LLVMValueRef ir_trampoline_arg(struct cg *g, uint64_t n)
{
	LLVMValueRef p = ir_number_place(g);

	ir_helper(g, BPF_FUNC_get_func_arg, 3, ir_context(g), ir_i64(g, n), p);
	return ir_number_at(g, p);
}

LLVMValueRef ir_trampoline_result(struct cg *g)
{
	LLVMValueRef p = ir_number_place(g);

	ir_helper(g, BPF_FUNC_get_func_ret, 2, ir_context(g), p);
	return ir_number_at(g, p);
}

static LLVMValueRef find_result(struct cg *g, uint64_t n)
{
	(void)n;
	return ir_trampoline_result(g);
}

LLVMValueRef ir_register_result(struct cg *g)
{
	return either(g, ir_regs(g)->result, find_result, 0);
}

/* A word of the arguments on a program's stack, at its entry. */
static LLVMValueRef stack_word(struct cg *g, const struct ir_regs *r,
			       uint32_t offset)
{
	const struct type *word = type_int(ir_types(g), 8, false);
	LLVMValueRef at = ir_context_word(g, r->sp);

	at = ir_add(g, at, ir_i64(g, r->sp_args + offset));
	return ir_value(g, ir_address(g, at, word, AS_USER));
}

/* The verifier refuses to load pointers to what is neither a struct nor a
 * number; as arguments of a trampoline they are numbers. */
LLVMValueRef ir_arg_slot(struct cg *g, uint32_t offset, const struct type *t)
{
	bool is_number = t && t->kind == TY_PTR && t->space != AS_BTF;
	const struct ir_regs *r = ir_regs(g);

	if (g->prog->ctx == CTX_REGS && offset >= 8 * r->n_args)
		return stack_word(g, r, offset - 8 * r->n_args);
	if (g->prog->ctx == CTX_REGS)
		return ir_register_arg(g, offset / 8);
	if (is_number && g->prog->is_trampoline)
		return ir_trampoline_arg(g, offset / 8);
	return ir_context_word(g, offset);
}
