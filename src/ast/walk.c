/* SPDX-License-Identifier: Apache-2.0 */
#include "ast/walk.h"

static void walk_child(struct expr *e, void *w)
{
	walk_expr(w, e);
}

void walk_type(struct walk *w, struct type_expr *t)
{
	if (!t || (w->type && !w->type(w, t)))
		return;
	walk_expr(w, t->of);
	vec_each(it, &t->suffixes)
		walk_expr(w, it->size);
}

void walk_expr(struct walk *w, struct expr *e)
{
	if (!e || (w->expr && !w->expr(w, e)))
		return;
	w->depth++;
	switch ((int)e->kind) {
	case EX_CAST:
	case EX_SIZEOF:
	case EX_OFFSETOF:
	case EX_TYPEINFO:
		walk_type(w, e->cast.to);
		walk_expr(w, e->cast.e);
		break;
	case EX_BLOCK:
	case EX_COMPTIME:
		walk_stmts(w, e->block.stmts);
		walk_expr(w, e->block.value);
		break;
	default: expr_each_child(e, walk_child, w);
	}
	w->depth--;
}

static void walk_loop(struct walk *w, struct stmt *s)
{
	walk_expr(w, s->loop.cond);
	walk_expr(w, s->loop.var);
	walk_expr(w, s->loop.from);
	walk_expr(w, s->loop.to);
	walk_expr(w, s->loop.map);
	w->loops++;
	walk_stmts(w, s->loop.body);
	w->loops--;
}

static void walk_stmt(struct walk *w, struct stmt *s)
{
	if (w->stmt)
		w->stmt(w, s);
	switch (s->kind) {
	case ST_EXPR:
	case ST_DISCARD:
	case ST_RETURN: walk_expr(w, s->e); break;
	case ST_ASSIGN:
		walk_expr(w, s->assign.target);
		walk_expr(w, s->assign.value);
		break;
	case ST_LET:
		walk_expr(w, s->let.var);
		walk_type(w, s->let.type);
		walk_expr(w, s->let.value);
		break;
	case ST_IF:
		walk_expr(w, s->branch.cond);
		walk_stmts(w, s->branch.then);
		walk_stmts(w, s->branch.otherwise);
		break;
	case ST_BLOCK: walk_stmts(w, s->block.body); break;
	case ST_WHILE:
	case ST_UNROLL:
	case ST_FOR_RANGE:
	case ST_FOR_MAP: walk_loop(w, s); break;
	case ST_BREAK:
	case ST_CONTINUE:
	case ST_N: break;
	}
}

void walk_stmts(struct walk *w, struct stmt *s)
{
	w->depth++;
	for (; s; s = s->next)
		walk_stmt(w, s);
	w->depth--;
}
