/* SPDX-License-Identifier: Apache-2.0 */
#include "ast/ast.h"

const char *const op_text[OP_N] = {
	[OP_NONE] = "", [OP_ADD] = "+",   [OP_SUB] = "-",   [OP_MUL] = "*",
	[OP_DIV] = "/", [OP_MOD] = "%",   [OP_AND] = "&",   [OP_OR] = "|",
	[OP_XOR] = "^", [OP_SHL] = "<<",  [OP_SHR] = ">>",  [OP_EQ] = "==",
	[OP_NE] = "!=", [OP_LT] = "<",    [OP_LE] = "<=",   [OP_GT] = ">",
	[OP_GE] = ">=", [OP_LAND] = "&&", [OP_LOR] = "||",  [OP_NEG] = "-",
	[OP_NOT] = "!", [OP_BNOT] = "~",  [OP_DEREF] = "*", [OP_ADDR] = "&",
};

typedef void (*expr_fn)(struct expr *e, void *arg);

static void call(struct expr *e, expr_fn f, void *arg)
{
	if (e)
		f(e, arg);
}

static void call_list(struct expr *e, expr_fn f, void *arg)
{
	struct expr *next;

	for (; e; e = next) {
		next = e->next;
		f(e, arg);
	}
}

/* The expressions a statement has itself, then those below it. */
static void stmt_children(struct stmt *s, expr_fn f, void *arg);

static void stmts_children(struct stmt *s, expr_fn f, void *arg)
{
	for (; s; s = s->next)
		stmt_children(s, f, arg);
}

static void type_children(struct type_expr *t, expr_fn f, void *arg)
{
	if (!t)
		return;
	call(t->of, f, arg);
	vec_each(it, &t->suffixes)
		call(it->size, f, arg);
}

void expr_each_child(struct expr *e, expr_fn f, void *arg)
{
	switch (e->kind) {
	case EX_INT:
	case EX_BOOL:
	case EX_STR:
	case EX_NAME:
	case EX_VAR:
	case EX_PARAM:
	case EX_NPARAMS:
	case EX_SELF:
	case EX_N: break;
	case EX_MAP: call_list(e->map.keys, f, arg); break;
	case EX_UNARY: call(e->unary.e, f, arg); break;
	case EX_INCDEC: call(e->incdec.e, f, arg); break;
	case EX_BINARY:
		call(e->bin.l, f, arg);
		call(e->bin.r, f, arg);
		break;
	case EX_COND:
	case EX_IF:
		call(e->cond.c, f, arg);
		call(e->cond.a, f, arg);
		call(e->cond.b, f, arg);
		break;
	case EX_CALL: call_list(e->call.args, f, arg); break;
	case EX_MEMBER: call(e->member.base, f, arg); break;
	case EX_INDEX:
		call(e->index.base, f, arg);
		call(e->index.index, f, arg);
		break;
	case EX_CAST:
	case EX_SIZEOF:
	case EX_OFFSETOF:
	case EX_TYPEINFO:
		type_children(e->cast.to, f, arg);
		call(e->cast.e, f, arg);
		break;
	case EX_TUPLE:
	case EX_RECORD: call_list(e->tuple.elems, f, arg); break;
	case EX_BLOCK:
	case EX_COMPTIME:
		stmts_children(e->block.stmts, f, arg);
		call(e->block.value, f, arg);
		break;
	}
}

static void stmt_children(struct stmt *s, expr_fn f, void *arg)
{
	switch (s->kind) {
	case ST_EXPR:
	case ST_DISCARD:
	case ST_RETURN: call(s->e, f, arg); break;
	case ST_ASSIGN:
		call(s->assign.target, f, arg);
		call(s->assign.value, f, arg);
		break;
	case ST_LET:
		call(s->let.var, f, arg);
		type_children(s->let.type, f, arg);
		call(s->let.value, f, arg);
		break;
	case ST_IF:
		call(s->branch.cond, f, arg);
		stmts_children(s->branch.then, f, arg);
		stmts_children(s->branch.otherwise, f, arg);
		break;
	case ST_BLOCK: stmts_children(s->block.body, f, arg); break;
	case ST_WHILE:
	case ST_UNROLL:
	case ST_FOR_RANGE:
	case ST_FOR_MAP:
		call(s->loop.var, f, arg);
		call(s->loop.cond, f, arg);
		call(s->loop.from, f, arg);
		call(s->loop.to, f, arg);
		call(s->loop.map, f, arg);
		stmts_children(s->loop.body, f, arg);
		break;
	case ST_BREAK:
	case ST_CONTINUE:
	case ST_N: break;
	}
}

struct each {
	expr_fn f;
	void *arg;
};

static void each_below(struct expr *e, void *arg)
{
	struct each *each = arg;

	each->f(e, each->arg);
	expr_each_child(e, each_below, each);
}

void stmt_each_expr(struct stmt *s, expr_fn f, void *arg)
{
	struct each each = { f, arg };

	stmts_children(s, each_below, &each);
}
