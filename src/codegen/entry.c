/* SPDX-License-Identifier: Apache-2.0 */
/* entry(): the program at the entry of a function pushes its values on a stack
 * that the thread has, the one at the return takes them. They find each other
 * by the stack pointer, so that recursion works and a return whose entry was
 * not seen is none of ours (bpf-helpers/entry.bpf.c). */
#include "codegen/cg.h"
#include "plan/abi.h"

static const struct {
	const char *arch;
	uint32_t offset; /* of the stack pointer in struct pt_regs */
	uint32_t popped; /* bytes that a return takes off the stack */
} stack_pointers[] = { { "x86_64", 152, 8 }, { "aarch64", 248, 0 } };

static uint32_t frame_size(const struct cg *g)
{
	return (g->prog->frame->size + 7) & ~7u;
}

static LLVMValueRef frames(struct cg *g, bool create)
{
	uint32_t n = g->prog->entry_number;
	const char *name = arena_printf(g->arena, "espy_entry_%u", n);
	LLVMValueRef map = LLVMGetNamedGlobal(g->mod, name);

	if (!map)
		map = map_thread(g, name, 8 + ENTRY_FRAMES * frame_size(g));
	return thread_storage(g, map, create);
}

static LLVMValueRef stack_in_registers(struct cg *g, size_t arch)
{
	LLVMValueRef sp = ir_register_word(g, stack_pointers[arch].offset);

	if (g->prog->is_entry)
		return sp;
	return ir_sub(g, sp, ir_i64(g, stack_pointers[arch].popped));
}

/* As it was at the entry. Trampolines give both programs the same place on the
 * stack as their context. 0 where there is neither: entries and returns are
 * then taken to come in pairs. */
static LLVMValueRef stack_pointer(struct cg *g)
{
	LLVMValueRef sp, place;
	struct ir_if is;
	size_t i = 0;

	if (g->prog->is_trampoline)
		return ir_forget(g, ir_as_i64(g, g->f->ctx));
	while (i < ARRAY_SIZE(stack_pointers) &&
	       strcmp(stack_pointers[i].arch, ir_arch(g)))
		i++;
	if (g->prog->ctx != CTX_REGS || i == ARRAY_SIZE(stack_pointers))
		return ir_i64(g, 0);
	if (!g->prog->is_either)
		return stack_in_registers(g, i);
	is = ir_if(g, ir_is_trampoline(g));
	place = ir_forget(g, ir_as_i64(g, g->f->ctx));
	ir_else(g, &is);
	sp = stack_in_registers(g, i);
	ir_end(g, &is);
	return ir_phi(g, &is, place, sp);
}

/* The frame with a number that is less than ENTRY_FRAMES. The verifier looks at
 * what follows once, not for each number. */
static struct val frame_at(struct cg *g, LLVMValueRef p, LLVMValueRef n)
{
	n = ir_and(g, ir_forget(g, n), ir_i64(g, ENTRY_FRAMES - 1));
	n = LLVMBuildMul(g->b, n, ir_i64(g, frame_size(g)), "");
	p = LLVMBuildGEP2(g->b, g->i8, ir_at_offset(g, p, 8), &n, 1, "");
	return ir_mem(p, g->prog->frame, AS_BPF, 8);
}

static struct val value_at(struct cg *g, struct val frame, uint32_t i)
{
	const struct field *f = &frame.type->fields[i + 1];

	return ir_part(g, frame, f->offset, f->type);
}

static LLVMValueRef find_frame(struct cg *g, const char *how, LLVMValueRef p)
{
	return ir_call_c(g, "entry", how, 3, p, ir_i64(g, frame_size(g)),
			 stack_pointer(g));
}

static void push(struct cg *g)
{
	LLVMValueRef p, n, full;
	const struct captured *c;
	struct val *v, frame;
	struct ir_if is, fits;
	uint32_t i = 0;

	v = arena_alloc(g->arena, g->prog->frame->n_fields * sizeof(*v));
	for (c = g->prog->captured; c; c = c->next)
		v[i++] = ir_convert(g, emit_expr(g, c->value), c->var->type);
	p = frames(g, true);
	is = ir_if(g, ir_truth_of(g, p));
	n = find_frame(g, "espy_entry_push", p);
	full = ir_is_negative(g, n);
	ir_warn_if(g, full, g->prog->site, ir_i64(g, 0));
	fits = ir_if(g, LLVMBuildNot(g->b, full, ""));
	frame = frame_at(g, p, n);
	for (i = 0, c = g->prog->captured; c; c = c->next, i++)
		ir_store(g, value_at(g, frame, i), v[i], true);
	ir_end(g, &fits);
	ir_end(g, &is);
}

static void leave_if(struct cg *g, LLVMValueRef condition)
{
	struct ir_if i = ir_if(g, condition);

	emit_return(g);
	LLVMBuildUnreachable(g->b);
	ir_else(g, &i);
	ir_end(g, &i);
}

static void pop(struct cg *g)
{
	LLVMValueRef p = frames(g, false), n;
	const struct captured *c;
	struct val frame, x;
	uint32_t i = 0;

	leave_if(g, ir_is_zero(g, p));
	n = find_frame(g, "espy_entry_pop", p);
	leave_if(g, ir_is_negative(g, n));
	frame = frame_at(g, p, n);
	for (c = g->prog->captured; c; c = c->next) {
		x = value_at(g, frame, i++);
		if (is_reg(x.type))
			x = ir_reg(ir_value(g, x), x.type);
		var_set(g, c->var, x);
	}
}

void emit_entry(struct cg *g)
{
	if (!g->prog->captured)
		return;
	if (g->prog->is_entry)
		push(g);
	else
		pop(g);
}
