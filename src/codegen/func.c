/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the module: programs, and callbacks of their loops. */
#include "codegen/cg.h"

void func_begin(struct cg *g, struct func *f, const char *name,
		LLVMTypeRef type, LLVMMetadataRef scope)
{
	unsigned int nounwind = LLVMGetEnumAttributeKindForName("nounwind", 8);

	f->parent = g->f;
	f->fn = LLVMAddFunction(g->mod, name, type);
	LLVMAddAttributeAtIndex(f->fn, LLVMAttributeFunctionIndex,
				LLVMCreateEnumAttribute(g->ctx, nounwind, 0));
	f->scope = scope;
	f->entry = LLVMAppendBasicBlockInContext(g->ctx, f->fn, "entry");
	f->start = LLVMAppendBasicBlockInContext(g->ctx, f->fn, "start");
	g->f = f;
	ir_at(g, f->start);
}

/* The slot of this program in the private per-CPU array: nothing else uses
 * it, and a program does not interrupt itself. */
static void scratch_lookup(struct cg *g)
{
	LLVMValueRef key = ir_alloca(g, g->i32, 0, 4), p;
	LLVMBasicBlockRef absent = ir_block(g, "absent");
	LLVMTypeRef ret = LLVMGetReturnType(LLVMGlobalGetValueType(g->f->fn));

	ir_at(g, g->f->entry);
	LLVMBuildStore(g->b, ir_i32(g, g->prog_index), key);
	p = ir_helper_ptr(g, BPF_FUNC_map_lookup_elem, 2, map_scratch(g), key);
	LLVMBuildStore(g->b, p, g->f->scratch);
	ir_cond(g, ir_is_zero(g, p), absent, g->f->start);
	ir_at(g, absent);
	LLVMBuildRet(g->b, LLVMConstInt(ret, 0, false));
}

void func_end(struct cg *g)
{
	LLVMTypeRef ret = LLVMGetReturnType(LLVMGlobalGetValueType(g->f->fn));

	if (!LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(g->b)))
		LLVMBuildRet(g->b, LLVMConstInt(ret, 0, false));
	if (g->f->scratch) {
		scratch_lookup(g);
	} else {
		ir_at(g, g->f->entry);
		LLVMBuildBr(g->b, g->f->start);
	}
	g->f = g->f->parent;
}

/* --- variables ----------------------------------------------------------------- */

static void capture_var(struct cg *g, const struct var *v)
{
	struct slot *s;

	if (!v || !v->type || v->index >= g->prog->n_vars)
		return;
	s = &g->slots[v->index];
	if (s->frame || s->scratch)
		return;
	if (!is_reg(v->type)) {
		s->scratch = ir_scratch_take(g, v->type->size) + 1;
		return;
	}
	s->frame = g->frame_size + 1;
	g->frame_size += 8;
}

static void capture_expr(struct expr *e, void *arg)
{
	if (e->kind == EX_VAR)
		capture_var(arg, e->var.sym);
}

static void capture_stmts(struct cg *g, struct stmt *s);

static void capture_block(struct expr *e, void *arg)
{
	if (e->kind == EX_BLOCK)
		capture_stmts(arg, e->block.stmts);
}

/* Every variable that a loop's body names lives in the frame that the body's
 * function is given. */
static void capture_loop(struct cg *g, struct stmt *s)
{
	struct stmt cond = { .kind = ST_EXPR, .e = s->loop.cond };

	if (!g->frame_size)
		g->frame_size = FRAME_FIRST;
	if (s->kind == ST_FOR_RANGE) {
		vec_push(g->arena, &g->ranges,
			 ((struct range){ s, g->frame_size }));
		g->frame_size += 8;
	}
	if (s->loop.var)
		capture_expr(s->loop.var, g);
	if (s->loop.cond)
		stmt_each_expr(&cond, capture_expr, g);
	stmt_each_expr(s->loop.body, capture_expr, g);
}

static void capture_stmts(struct cg *g, struct stmt *s)
{
	for (; s; s = s->next) {
		switch (s->kind) {
		case ST_WHILE:
		case ST_FOR_RANGE:
		case ST_FOR_MAP:
			capture_loop(g, s);
			capture_stmts(g, s->loop.body);
			break;
		case ST_IF:
			capture_stmts(g, s->branch.then);
			capture_stmts(g, s->branch.otherwise);
			break;
		case ST_BLOCK: capture_stmts(g, s->block.body); break;
		case ST_UNROLL: capture_stmts(g, s->loop.body); break;
		case ST_EXPR:
		case ST_DISCARD:
		case ST_ASSIGN:
		case ST_LET:
		case ST_BREAK:
		case ST_CONTINUE:
		case ST_RETURN:
		case ST_N: break;
		}
	}
}

void slots_capture(struct cg *g)
{
	const struct var *v;

	g->slots = arena_alloc(g->arena,
			       (g->prog->n_vars + 1) * sizeof(*g->slots));
	g->frame_size = 0;
	g->ranges.n = 0;
	fn_place_vars(g);
	capture_stmts(g, g->prog->body);
	stmt_each_expr(g->prog->body, capture_block, g);
	/* Those in memory stay where they are until the end. */
	for (v = g->prog->vars; v; v = v->next)
		if (v->type && !is_reg(v->type))
			var_mem(g, v);
}

struct val var_mem(struct cg *g, const struct var *v)
{
	struct slot *s = &g->slots[v->index];

	if (s->scratch)
		return ir_mem(ir_scratch_at(g, s->scratch - 1), v->type, AS_BPF,
			      8);
	if (s->frame)
		return ir_mem(ir_at_offset(g, g->f->frame, s->frame - 1),
			      v->type, AS_BPF, 8);
	if (!s->ptr && is_reg(v->type))
		s->ptr = ir_alloca(g, g->i64, 0, 8);
	else if (!s->ptr)
		s->ptr = ir_temp_bytes(g, v->type->size);
	return ir_mem(s->ptr, v->type, AS_BPF, 8);
}

/* Kernels before 6.7 verify one turn of a loop only: what it finds constant
 * there must not look constant. */
static LLVMValueRef unknown(struct cg *g, LLVMValueRef v)
{
	LLVMValueRef zero;

	if (!g->unknown) {
		g->unknown = LLVMAddGlobal(g->mod, g->i64, "espy_unknown");
		LLVMSetInitializer(g->unknown, ir_i64(g, 0));
		LLVMSetSection(g->unknown, ".bss");
		di_global(g, g->unknown, "espy_unknown", 8);
	}
	zero = LLVMBuildLoad2(g->b, g->i64, g->unknown, "");
	LLVMSetVolatile(zero, true);
	return LLVMBuildAdd(g->b, v, zero, "");
}

void var_set(struct cg *g, const struct var *v, struct val x)
{
	struct val dst;
	LLVMValueRef n;

	if (!is_reg(v->type)) {
		dst = var_mem(g, v);
		return ir_store(g, dst, x, true);
	}
	n = x.where == VAL_NONE ? ir_i64(g, 0) : ir_convert(g, x, v->type).v;
	if (g->slots[v->index].frame && v->type->kind != TY_PTR)
		n = unknown(g, n);
	known_forget_var(g);
	dst = var_mem(g, v);
	LLVMBuildStore(g->b, n, dst.v);
}

void ir_set_var(struct cg *g, const struct expr *e, struct val v)
{
	if (is_reg(v.type))
		v = ir_reg(ir_value(g, v), v.type);
	var_set(g, e->var.sym, v);
}

void slots_clear(struct cg *g)
{
	const struct var *v;

	for (v = g->prog->vars; v; v = v->next)
		if (v->is_shared && v->type)
			var_set(g, v, ir_none(g));
}
