/* SPDX-License-Identifier: Apache-2.0 */
/* Statements and declarations; expressions are in syntax.c. */
#include "ast/syntax.h"

static uint16_t deeper(uint16_t a, const struct expr *e)
{
	return e && e->depth > a ? e->depth : a;
}

static struct stmt *make_stmt(struct arena *a, struct span at,
			      enum stmt_kind kind, uint16_t depth)
{
	struct stmt *s = arena_new(a, struct stmt);

	s->kind = kind;
	s->span = at;
	s->depth = depth + 1;
	return s;
}

static struct stmt *new_stmt(struct parse *p, struct span at,
			     enum stmt_kind kind, uint16_t depth)
{
	return make_stmt(p->arena, at, kind, depth);
}

/* --- if and {} as statements --------------------------------------------- */

/* The statements of an EX_BLOCK; its value becomes the last of them. */
static struct stmt *body_of(struct arena *a, const struct expr *block)
{
	struct stmt **end = (struct stmt **)&block->block.stmts;

	while (*end)
		end = &(*end)->next;
	if (block->block.value)
		*end = stmt_from_expr(a, block->block.value);
	return block->block.stmts;
}

static struct stmt *statements_of(struct parse *p, const struct expr *block)
{
	return body_of(p->arena, block);
}

static struct stmt *if_stmt(struct arena *a, const struct expr *e)
{
	struct stmt *s = make_stmt(a, e->span, ST_IF, e->depth);
	const struct expr *otherwise = e->cond.b;

	s->branch.cond = e->cond.c;
	s->branch.is_comptime = e->cond.c->kind == EX_COMPTIME;
	s->branch.then = body_of(a, e->cond.a);
	if (otherwise && otherwise->kind == EX_IF)
		s->branch.otherwise = if_stmt(a, otherwise);
	else if (otherwise)
		s->branch.otherwise = body_of(a, otherwise);
	return s;
}

struct stmt *stmt_from_expr(struct arena *a, struct expr *e)
{
	struct stmt *s;

	if (e->kind == EX_IF)
		return if_stmt(a, e);
	if (e->kind == EX_BLOCK) {
		s = make_stmt(a, e->span, ST_BLOCK, e->depth);
		s->block.body = body_of(a, e);
		return s;
	}
	s = make_stmt(a, e->span, ST_EXPR, e->depth);
	s->e = e;
	return s;
}

/* An if or {} stays an expression until it is known not to be the value of
 * the block it ends. */
static struct stmt *settle(struct parse *p, struct stmt *s)
{
	struct stmt *done;

	if (s->kind != ST_EXPR)
		return s;
	done = stmt_from_expr(p->arena, s->e);
	done->next = s->next;
	return done;
}

/* --- statements ---------------------------------------------------------- */

struct stmt *ast_expr_stmt(struct parse *p, struct span at, struct expr *e)
{
	struct stmt *s = new_stmt(p, at, ST_EXPR, e->depth);

	s->e = e;
	return s;
}

static bool is_underscore(const struct expr *e)
{
	return e->kind == EX_NAME && str_is(e->name.id, "_");
}

struct stmt *ast_assign(struct parse *p, struct span at, struct expr *target,
			enum op op, struct expr *value)
{
	uint16_t depth = deeper(target->depth, value);
	struct stmt *s;

	if (is_underscore(target) && op == OP_NONE) {
		s = new_stmt(p, at, ST_DISCARD, depth);
		s->e = value;
		return s;
	}
	s = new_stmt(p, at, ST_ASSIGN, depth);
	s->assign.target = target;
	s->assign.op = op;
	s->assign.value = value;
	if (target->kind == EX_VAR || target->kind == EX_MAP ||
	    target->kind == EX_SELF)
		return s;
	if (parse_error(p, target->span, D_ASSIGN,
			"this cannot be assigned to") &&
	    target->kind == EX_NAME)
		diag_hint(p->d, "variables begin with '$', maps with '@'");
	return s;
}

struct stmt *ast_let(struct parse *p, struct span at, struct expr *var,
		     struct type_expr *type, struct expr *value)
{
	struct stmt *s = new_stmt(p, at, ST_LET, deeper(0, value));

	s->let.var = var;
	s->let.type = type;
	s->let.value = value;
	return s;
}

void ast_check_condition(struct parse *p, const struct expr *cond)
{
	if (cond->kind == EX_RECORD && cond->tuple.n == 1 &&
	    parse_error(p, cond->span, D_SYNTAX,
			"unexpected '=' in a condition, expected '=='"))
		diag_hint(p->d, "'=' assigns, '==' compares");
}

struct stmt *ast_loop(struct parse *p, struct span at, enum stmt_kind kind,
		      struct expr *cond, struct expr *body)
{
	struct stmt *s = new_stmt(p, at, kind, deeper(cond->depth, body));

	ast_check_condition(p, cond);
	s->loop.cond = cond;
	s->loop.body = statements_of(p, body);
	return s;
}

struct stmt *ast_for(struct parse *p, struct span at, struct expr *var,
		     struct range r, struct expr *body)
{
	enum stmt_kind kind = r.to ? ST_FOR_RANGE : ST_FOR_MAP;
	struct stmt *s = new_stmt(p, at, kind,
				  deeper(deeper(body->depth, r.from), r.to));

	s->loop.var = var;
	s->loop.body = statements_of(p, body);
	if (r.to) {
		s->loop.from = r.from;
		s->loop.to = r.to;
		return s;
	}
	s->loop.map = r.from;
	if (r.from->kind != EX_MAP || r.from->map.has_brackets)
		parse_error(p, r.from->span, D_SYNTAX,
			    "a for needs a map or a range such as 0..10");
	return s;
}

struct stmt *ast_jump(struct parse *p, struct span at, enum stmt_kind kind,
		      struct expr *value)
{
	struct stmt *s = new_stmt(p, at, kind, deeper(0, value));

	s->e = value;
	return s;
}

/* --- lists of statements ------------------------------------------------- */

/* What was the last until now is not the value of the block. */
static void settle_tail(struct parse *p, struct stmts *list)
{
	struct stmt *s;

	if (!list->tail)
		return;
	s = settle(p, list->tail);
	if (list->before_tail)
		list->before_tail->next = s;
	else
		list->head = s;
	list->tail = s;
}

struct stmts ast_stmts(struct parse *p, struct stmts list, struct stmt *s)
{
	settle_tail(p, &list);
	list.before_tail = list.tail;
	if (list.tail)
		list.tail->next = s;
	else
		list.head = s;
	list.tail = s;
	list.is_open = false;
	if (s->depth > list.depth)
		list.depth = s->depth;
	return list;
}

struct stmts ast_stmts_open(struct parse *p, struct stmts list, struct stmt *s)
{
	list = ast_stmts(p, list, s);
	list.is_open = s->kind == ST_EXPR;
	return list;
}

struct stmts ast_stmts_end(struct stmts list)
{
	list.is_open = false;
	return list;
}

/* Takes the last statement, an expression, off as the value. */
struct body ast_body(struct parse *p, struct stmts list)
{
	struct body b = { .list = list };

	if (!list.is_open) {
		settle_tail(p, &b.list);
		return b;
	}
	b.value = list.tail->e;
	if (list.before_tail)
		list.before_tail->next = NULL;
	else
		b.list.head = NULL;
	return b;
}

struct body ast_body_last(struct parse *p, struct stmts list, struct stmt *last)
{
	return ast_body(p, ast_stmts_open(p, list, last));
}

/* --- declarations -------------------------------------------------------- */

/* Adds to the end of one of the script's lists. */
#define append(last, it)              \
	do {                          \
		*(last) = (it);       \
		(last) = &(it)->next; \
	} while (0)

struct str ast_text(struct parse *p, struct span at)
{
	return (struct str){ p->src->text.p + (at.start - p->src->base),
			     at.end - at.start };
}

void ast_c_text(struct parse *p, struct span at)
{
	struct c_text *c = arena_new(p->arena, struct c_text);

	c->span = at;
	c->text = ast_text(p, at);
	append(p->last_c, c);
}

void ast_config(struct parse *p, struct span at)
{
	if (p->has_config)
		parse_error(p, at, D_REDEFINED, "there is a config already");
	p->has_config = true;
}

void ast_config_entry(struct parse *p, struct span at, tok key,
		      struct str value)
{
	struct config_entry *c = arena_new(p->arena, struct config_entry);

	c->span = at;
	c->key = key->text;
	c->value = value;
	append(p->last_config, c);
}

void ast_import(struct parse *p, struct span at, tok path)
{
	struct import *i = arena_new(p->arena, struct import);

	i->span = at;
	i->path = path->text;
	append(p->last_import, i);
}

void ast_map_decl(struct parse *p, struct span at, tok name, tok kind,
		  struct exprs size)
{
	struct map_decl *m = arena_new(p->arena, struct map_decl);

	m->span = at;
	m->name = name->text;
	m->kind = kind->text;
	m->kind_span = kind->span;
	m->size = size.head;
	append(p->last_map_decl, m);
}

void ast_fn(struct parse *p, struct span at, tok name, struct params params,
	    struct type_expr *ret, struct expr *body)
{
	struct fn_decl *f = arena_new(p->arena, struct fn_decl);

	f->span = at;
	f->name = name->text;
	f->params = params.head;
	f->ret_type = ret;
	f->body = statements_of(p, body);
	append(p->last_fn, f);
}

struct params ast_fn_param(struct parse *p, struct span at, struct params list,
			   tok name, struct type_expr *type)
{
	struct fn_param *f = arena_new(p->arena, struct fn_param);

	f->span = at;
	f->name = name->text;
	f->type = type;
	if (list.tail)
		list.tail->next = f;
	else
		list.head = f;
	list.tail = f;
	return list;
}

void ast_macro(struct parse *p, struct span at, tok name, struct exprs params,
	       struct expr *body)
{
	struct macro *m = arena_new(p->arena, struct macro);

	m->span = at;
	m->name = name->text;
	m->params = params.head;
	m->n_params = params.n;
	m->body = body;
	append(p->last_macro, m);
}

struct points ast_point(struct parse *p, struct points list, tok text)
{
	struct attach_point *a = attach_parse(p, text->text, text->span);

	if (list.tail)
		list.tail->next = a;
	else
		list.head = a;
	list.tail = a;
	return list;
}

void ast_probe(struct parse *p, struct span at, struct points points,
	       struct expr *predicate, struct expr *body)
{
	struct probe *probe = arena_new(p->arena, struct probe);

	if (predicate)
		ast_check_condition(p, predicate);
	probe->span = at;
	probe->points = points.head;
	probe->predicate = predicate;
	probe->body = statements_of(p, body);
	append(p->last_probe, probe);
	if (!p->env || !p->env->is_statement || !body->block.value)
		return;
	p->script->shown = probe->body;
	while (p->script->shown->next)
		p->script->shown = p->script->shown->next;
}
