/* SPDX-License-Identifier: Apache-2.0 */
#include "ast/ast.h"

static struct expr *clone_list(struct arena *a, const struct expr *e)
{
	struct expr *head = NULL, **last = &head;

	for (; e; e = e->next) {
		*last = expr_clone(a, e);
		last = &(*last)->next;
	}
	return head;
}

struct type_expr *type_expr_clone(struct arena *a, const struct type_expr *t)
{
	struct type_expr *copy;

	if (!t)
		return NULL;
	copy = arena_new(a, struct type_expr);
	copy->span = t->span;
	copy->name = t->name;
	copy->of = t->of ? expr_clone(a, t->of) : NULL;
	vec_each(it, &t->suffixes)
		*vec_add(a, &copy->suffixes) = (struct type_suffix){
			.is_ptr = it->is_ptr,
			.has_size = it->has_size,
			.size = it->size ? expr_clone(a, it->size) : NULL,
		};
	return copy;
}

static void clone_cast(struct arena *a, const struct expr *e, struct expr *copy)
{
	copy->cast.to = type_expr_clone(a, e->cast.to);
	copy->cast.e = expr_clone(a, e->cast.e);
	copy->cast.path = e->cast.path;
}

static void clone_call(struct arena *a, const struct expr *e, struct expr *copy)
{
	copy->call.id = e->call.id;
	copy->call.id_span = e->call.id_span;
	copy->call.args = clone_list(a, e->call.args);
	copy->call.n_args = e->call.n_args;
}

/* What the parser wrote; what later passes write stays zero. */
static void clone_map(struct arena *a, const struct expr *e, struct expr *copy)
{
	copy->map.id = e->map.id;
	copy->map.keys = clone_list(a, e->map.keys);
	copy->map.has_brackets = e->map.has_brackets;
}

static void clone_tuple(struct arena *a, const struct expr *e,
			struct expr *copy)
{
	copy->tuple.elems = clone_list(a, e->tuple.elems);
	copy->tuple.n = e->tuple.n;
	copy->tuple.names = e->tuple.names;
}

static void clone_parts(struct arena *a, const struct expr *e,
			struct expr *copy)
{
	switch (e->kind) {
	case EX_INT:
	case EX_BOOL:
	case EX_STR:
	case EX_PARAM:
	case EX_NPARAMS:
	case EX_N: break;
	case EX_NAME: copy->name.id = e->name.id; break;
	case EX_VAR: copy->var.id = e->var.id; break;
	case EX_SELF: copy->self.id = e->self.id; break;
	case EX_MAP: clone_map(a, e, copy); break;
	case EX_UNARY:
		copy->unary.op = e->unary.op;
		copy->unary.e = expr_clone(a, e->unary.e);
		break;
	case EX_INCDEC:
		copy->incdec = e->incdec;
		copy->incdec.e = expr_clone(a, e->incdec.e);
		break;
	case EX_BINARY:
		copy->bin.op = e->bin.op;
		copy->bin.l = expr_clone(a, e->bin.l);
		copy->bin.r = expr_clone(a, e->bin.r);
		break;
	case EX_COND:
	case EX_IF:
		copy->cond.c = expr_clone(a, e->cond.c);
		copy->cond.a = expr_clone(a, e->cond.a);
		copy->cond.b = expr_clone(a, e->cond.b);
		break;
	case EX_CALL: clone_call(a, e, copy); break;
	case EX_MEMBER:
		copy->member.base = expr_clone(a, e->member.base);
		copy->member.id = e->member.id;
		copy->member.is_arrow = e->member.is_arrow;
		break;
	case EX_INDEX:
		copy->index.base = expr_clone(a, e->index.base);
		copy->index.index = expr_clone(a, e->index.index);
		break;
	case EX_CAST:
	case EX_SIZEOF:
	case EX_OFFSETOF:
	case EX_TYPEINFO: clone_cast(a, e, copy); break;
	case EX_TUPLE:
	case EX_RECORD: clone_tuple(a, e, copy); break;
	case EX_BLOCK:
	case EX_COMPTIME:
		copy->block.stmts = stmt_clone(a, e->block.stmts);
		copy->block.value = expr_clone(a, e->block.value);
		break;
	}
}

struct expr *expr_clone(struct arena *a, const struct expr *e)
{
	struct expr *copy;

	if (!e)
		return NULL;
	copy = arena_new(a, struct expr);
	copy->kind = e->kind;
	copy->span = e->span;
	copy->depth = e->depth;
	copy->num = e->num;
	copy->str = e->str;
	clone_parts(a, e, copy);
	return copy;
}

static void clone_stmt_parts(struct arena *a, const struct stmt *s,
			     struct stmt *copy)
{
	switch (s->kind) {
	case ST_EXPR:
	case ST_DISCARD:
	case ST_RETURN: copy->e = expr_clone(a, s->e); break;
	case ST_ASSIGN:
		copy->assign.target = expr_clone(a, s->assign.target);
		copy->assign.op = s->assign.op;
		copy->assign.value = expr_clone(a, s->assign.value);
		break;
	case ST_LET:
		copy->let.var = expr_clone(a, s->let.var);
		copy->let.type = type_expr_clone(a, s->let.type);
		copy->let.value = expr_clone(a, s->let.value);
		break;
	case ST_IF:
		copy->branch.cond = expr_clone(a, s->branch.cond);
		copy->branch.then = stmt_clone(a, s->branch.then);
		copy->branch.otherwise = stmt_clone(a, s->branch.otherwise);
		copy->branch.is_comptime = s->branch.is_comptime;
		break;
	case ST_BLOCK: copy->block.body = stmt_clone(a, s->block.body); break;
	case ST_WHILE:
	case ST_UNROLL:
	case ST_FOR_RANGE:
	case ST_FOR_MAP:
		copy->loop.cond = expr_clone(a, s->loop.cond);
		copy->loop.var = expr_clone(a, s->loop.var);
		copy->loop.from = expr_clone(a, s->loop.from);
		copy->loop.to = expr_clone(a, s->loop.to);
		copy->loop.map = expr_clone(a, s->loop.map);
		copy->loop.body = stmt_clone(a, s->loop.body);
		break;
	case ST_BREAK:
	case ST_CONTINUE:
	case ST_N: break;
	}
}

struct stmt *stmt_clone(struct arena *a, const struct stmt *s)
{
	struct stmt *head = NULL, **last = &head;

	for (; s; s = s->next) {
		*last = arena_new(a, struct stmt);
		(*last)->kind = s->kind;
		(*last)->span = s->span;
		(*last)->depth = s->depth;
		clone_stmt_parts(a, s, *last);
		last = &(*last)->next;
	}
	return head;
}
