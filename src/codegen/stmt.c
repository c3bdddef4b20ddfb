/* SPDX-License-Identifier: Apache-2.0 */
#include "codegen/cg.h"

void emit_return(struct cg *g)
{
	LLVMValueRef one = ir_i64(g, 1);

	if (g->f->parent) { /* the callback of a loop: its caller looks */
		LLVMBuildStore(g->b, one, g->f->frame);
		LLVMBuildRet(g->b, one);
	} else if (g->fn) {
		LLVMBuildRet(g->b, fn_result(g));
	} else {
		LLVMBuildRet(g->b, ir_i32(g, 0));
	}
	ir_at(g, ir_block(g, "after"));
}

static void emit_if(struct cg *g, const struct stmt *s)
{
	const struct expr *c = s->branch.cond;
	struct ir_if i;

	if (c->is_const || s->branch.is_comptime) {
		emit_stmts(g, c->num ? s->branch.then : s->branch.otherwise);
		return;
	}
	i = ir_if(g, ir_truth(g, emit_expr(g, c)));
	emit_stmts(g, s->branch.then);
	ir_else(g, &i);
	emit_stmts(g, s->branch.otherwise);
	ir_end(g, &i);
}

static void emit_assign(struct cg *g, const struct stmt *s)
{
	const struct expr *t = s->assign.target;
	struct val x;

	if (t->kind == EX_MAP)
		return emit_map_assign(g, s);
	if (t->kind == EX_SELF)
		return emit_self_assign(g, s);
	if (t->kind != EX_VAR)
		return;
	x = emit_expr(g, s->assign.value);
	if (s->assign.op != OP_NONE)
		x = emit_arith(g, s->assign.op, s->assign.common,
			       emit_expr(g, t), x,
			       t->site ? t->site : s->assign.value->site);
	var_set(g, t->var.sym, x);
}

static void emit_let(struct cg *g, const struct stmt *s)
{
	struct val x = ir_none(g);

	if (!s->let.var->var.sym || !s->let.var->var.sym->type)
		return;
	if (s->let.value)
		x = emit_expr(g, s->let.value);
	var_set(g, s->let.var->var.sym, x);
}

static void emit_unroll(struct cg *g, const struct stmt *s)
{
	struct loop l = { .outer = g->f->loop, .done = ir_block(g, "done") };
	size_t known = g->f->known.n;
	uint32_t i;

	g->f->loop = &l;
	for (i = 0; i < s->loop.count; i++) {
		l.next = ir_block(g, "next");
		emit_stmts(g, s->loop.body);
		ir_br(g, l.next);
		g->f->known.n = known; /* `continue` may have skipped it */
		ir_at(g, l.next);
	}
	ir_br(g, l.done);
	ir_at(g, l.done);
	g->f->loop = l.outer;
}

static void emit_jump(struct cg *g, bool is_break)
{
	struct loop *l = g->f->loop;

	if (!l)
		return;
	ir_br(g, is_break ? l->done : l->next);
	ir_at(g, ir_block(g, "after"));
}

/* Of a test: is it another than 0? */
static void return_result(struct cg *g, struct val x)
{
	struct ir_if i = ir_if(g, ir_truth(g, x));

	LLVMBuildRet(g->b, ir_i32(g, 1));
	ir_at(g, ir_block(g, "after"));
	ir_end(g, &i);
}

static void emit_value_of_return(struct cg *g, const struct stmt *s)
{
	struct val x;

	if (!s->e)
		return;
	x = emit_expr(g, s->e);
	if (g->fn)
		fn_set_result(g, x);
	else if (g->prog->attach.v[0].kind == PK_TEST && !g->f->parent)
		return_result(g, x);
}

static void emit_stmt(struct cg *g, const struct stmt *s)
{
	switch (s->kind) {
	case ST_EXPR:
	case ST_DISCARD: emit_expr(g, s->e); break;
	case ST_ASSIGN: emit_assign(g, s); break;
	case ST_LET: emit_let(g, s); break;
	case ST_IF: emit_if(g, s); break;
	case ST_BLOCK: emit_stmts(g, s->block.body); break;
	case ST_UNROLL: emit_unroll(g, s); break;
	case ST_WHILE:
	case ST_FOR_RANGE:
	case ST_FOR_MAP: emit_loop(g, s); break;
	case ST_BREAK: emit_jump(g, true); break;
	case ST_CONTINUE: emit_jump(g, false); break;
	case ST_RETURN:
		emit_value_of_return(g, s);
		emit_return(g);
		break;
	case ST_N: break;
	}
}

void emit_stmts(struct cg *g, const struct stmt *s)
{
	struct temp_mark mark = temps_mark(g);

	for (; s; s = s->next) {
		di_line(g, s->span);
		emit_stmt(g, s);
		temps_release(g, mark);
	}
}
