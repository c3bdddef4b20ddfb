/* SPDX-License-Identifier: Apache-2.0 */
/* check_stmt.c - statements, blocks and what is visible in them. */
#include "sema/check.h"

#define MAX_UNROLL 100

void check_block(struct sema *s, struct stmt *list)
{
	size_t block = s->block, n = s->scope.n;

	s->block = n;
	check_list(s, list);
	sema_end_block(s, n);
	s->block = block;
}

/* --- single statements ------------------------------------------------------------- */

/* Is a value thrown away that somebody may have wanted? */
static bool is_discarded(const struct expr *e)
{
	switch (e->kind) {
	case EX_INCDEC: return false;
	case EX_CALL:
		return e->type->kind != TY_NONE && e->call.fn &&
		       !(e->call.fn->flags & FN_NO_WARN);
	case EX_INT:
	case EX_BOOL:
	case EX_STR:
	case EX_NAME:
	case EX_VAR:
	case EX_MAP:
	case EX_PARAM:
	case EX_NPARAMS:
	case EX_UNARY:
	case EX_BINARY:
	case EX_COND:
	case EX_MEMBER:
	case EX_INDEX:
	case EX_CAST:
	case EX_TUPLE:
	case EX_RECORD:
	case EX_SIZEOF:
	case EX_OFFSETOF:
	case EX_TYPEINFO:
	case EX_BLOCK:
	case EX_IF:
	case EX_COMPTIME:
	case EX_SELF:
	case EX_N: break;
	}
	return e->type->kind != TY_NONE;
}

static void check_expr_stmt(struct sema *s, struct expr *e)
{
	if (!sema_expr(s, e) || !is_discarded(e))
		return;
	diag_warn(s->d, e->span, D_DISCARDED, "this value is not used");
	diag_hint(s->d, "write '_ = ...' when that is intended");
}

/* The type a variable is declared with; NULL after a report. */
static const struct type *declared_type(struct sema *s,
					const struct type_expr *from)
{
	const struct type *t = sema_type_expr(s, from);

	if (!t || (t->kind != TY_NONE && !type_is_aggregation(t)))
		return t;
	diag_error(s->d, from->span, D_TYPE, "a variable cannot be of type %s",
		   t->kind == TY_NONE ? "void" : sema_name(s, t));
	return NULL;
}

static void check_let(struct sema *s, struct stmt *st)
{
	struct expr *e = st->let.var;
	const struct type *wanted = NULL;
	struct var *v;

	if (st->let.type)
		wanted = declared_type(s, st->let.type);
	if (st->let.value)
		sema_value(s, st->let.value);
	v = sema_declare(s, e);
	if (!v)
		return;
	if (st->let.type && !wanted) {
		v->is_failed = true;
		return;
	}
	v->is_let = true;
	if (wanted) {
		v->type = v->wanted = wanted;
		v->is_assigned = true; /* it starts as zero */
	}
	if (st->let.value && !st->let.value->type)
		v->is_failed = true;
	else if (st->let.value)
		sema_var_value(s, v, st->let.value, st->let.value->type,
			       st->let.value->span);
	e->type = v->type;
}

static void check_if(struct sema *s, struct stmt *st)
{
	struct expr *c = st->branch.cond;
	bool before = s->const_params;

	s->const_params |= st->branch.is_comptime;
	if (!check_truth(s, c))
		c = NULL;
	s->const_params = before;
	if (c && st->branch.is_comptime && !c->is_const) {
		diag_error(s->d, c->span, D_TYPE,
			   "this is not known when the script is compiled");
		return;
	}
	/* the other branch of `if comptime` need not make sense */
	if (!c || !st->branch.is_comptime || c->num)
		check_block(s, st->branch.then);
	if (!c || !st->branch.is_comptime || !c->num)
		check_block(s, st->branch.otherwise);
}

static void check_unroll(struct sema *s, struct stmt *st)
{
	struct expr *n = st->loop.cond;
	bool before = s->const_params, ok;

	s->const_params = true;
	ok = sema_value(s, n) &&
	     sema_const_range(s, n, 1, MAX_UNROLL, "the count of unroll");
	s->const_params = before;
	st->loop.count = ok ? (uint32_t)n->num : 1;
	check_block(s, st->loop.body);
}

static void check_bound(struct sema *s, struct expr *e)
{
	if (sema_value(s, e) && !type_is_integer(e->type))
		diag_error(s->d, e->span, D_LOOP,
			   "the bounds of a range are integers, found %s",
			   sema_name(s, e->type));
}

/* The body with the loop's own variable, in one more scope. */
static void check_loop_body(struct sema *s, struct stmt *st,
			    const struct type *t)
{
	size_t block = s->block, n = s->scope.n;
	struct var *v;

	s->block = n;
	v = sema_declare(s, st->loop.var);
	if (v && t) {
		v->is_assigned = true;
		if (v->type != t)
			s->changed = true;
		v->type = t;
		st->loop.var->type = t;
	}
	s->loops++;
	check_block(s, st->loop.body);
	s->loops--;
	s->scope.n = n;
	s->block = block;
}

static void check_for_map(struct sema *s, struct stmt *st)
{
	struct expr *e = st->loop.map;
	struct map *m = sema_map(s, e->map.id, e->span);
	const struct type *pair[2];

	e->map.sym = m;
	m->is_read = true;
	if (e->map.keys) {
		diag_error(s->d, e->span, D_LOOP,
			   "a loop goes over a whole map, without a key");
		return;
	}
	if (m->key && m->key->kind == TY_NONE) {
		diag_error(s->d, e->span, D_LOOP,
			   "'%.*s' has no keys to loop over", STR_ARG(m->name));
		return;
	}
	if (!sema_map_known(s, m, e->span) || !m->key)
		return;
	pair[0] = m->key;
	pair[1] = sema_value_type(s, m->value);
	if (type_is_aggregation(pair[1])) {
		diag_error(s->d, e->span, D_AGGREGATION,
			   "the values of '%.*s' are %s: they can be printed, "
			   "not read",
			   STR_ARG(m->name), sema_name(s, pair[1]));
		diag_hint(s->d, "write print(%.*s)", STR_ARG(m->name));
		return;
	}
	e->type = type_none(s->types);
	check_loop_body(s, st, type_tuple(s->types, pair, 2));
}

static void check_while(struct sema *s, struct stmt *st)
{
	check_truth(s, st->loop.cond);
	s->loops++;
	check_block(s, st->loop.body);
	s->loops--;
}

static void check_jump(struct sema *s, const struct stmt *st)
{
	if (!s->loops)
		diag_error(s->d, st->span, D_LOOP, "'%s' outside of a loop",
			   st->kind == ST_BREAK ? "break" : "continue");
}

/* Its value says whether it failed. */
static bool sema_is_test(const struct prog *p)
{
	return p->attach.n && p->attach.v[0].kind == PK_TEST;
}

static void check_return(struct sema *s, struct stmt *st)
{
	if (s->prog->fn) {
		check_fn_return(s, st);
		return;
	}
	if (st->e && sema_value(s, st->e) && !type_is_integer(st->e->type))
		diag_error(s->d, st->e->span, D_TYPE,
			   "a probe returns an integer, found %s",
			   sema_name(s, st->e->type));
	if (st->e && s->loops && sema_is_test(s->prog))
		diag_error(s->d, st->span, D_UNSUPPORTED,
			   "a test returns a value outside of loops only");
}

static void check_stmt(struct sema *s, struct stmt *st)
{
	switch (st->kind) {
	case ST_EXPR: return check_expr_stmt(s, st->e);
	case ST_DISCARD: sema_value(s, st->e); return;
	case ST_ASSIGN: return check_assign(s, st);
	case ST_LET: return check_let(s, st);
	case ST_IF: return check_if(s, st);
	case ST_BLOCK: return check_block(s, st->block.body);
	case ST_WHILE: return check_while(s, st);
	case ST_UNROLL: return check_unroll(s, st);
	case ST_FOR_RANGE:
		check_bound(s, st->loop.from);
		check_bound(s, st->loop.to);
		return check_loop_body(s, st, type_int(s->types, 8, true));
	case ST_FOR_MAP: return check_for_map(s, st);
	case ST_BREAK:
	case ST_CONTINUE: return check_jump(s, st);
	case ST_RETURN: return check_return(s, st);
	case ST_N: break;
	}
}

/* --- lists -------------------------------------------------------------------------- */

/* Does nothing run after st? */
bool sema_ends(const struct stmt *st)
{
	if (st->kind == ST_RETURN || st->kind == ST_BREAK ||
	    st->kind == ST_CONTINUE)
		return true;
	return st->kind == ST_EXPR && st->e->kind == EX_CALL &&
	       st->e->call.fn && st->e->call.fn->flags & FN_ENDS;
}

static bool stops(const struct stmt *st);

static bool list_stops(const struct stmt *list)
{
	for (; list; list = list->next)
		if (stops(list))
			return true;
	return false;
}

/* The same, of blocks and of both branches of an if too. */
static bool stops(const struct stmt *st)
{
	if (st->kind == ST_BLOCK)
		return list_stops(st->block.body);
	if (st->kind == ST_IF)
		return !st->branch.is_comptime && list_stops(st->branch.then) &&
		       list_stops(st->branch.otherwise);
	return sema_ends(st);
}

/* exit() did not always end the program: a return after it was needed. */
static bool is_needless_return(const struct stmt *st)
{
	return st->kind == ST_RETURN && !st->e && !st->next;
}

/* Variables of a block are gone when it ends. After errors it is not known what
 * is used. */
static void warn_unused(struct sema *s, size_t from)
{
	for (size_t i = from; i < s->scope.n; i++) {
		const struct var *v = s->scope.v[i];

		if (v->is_let && !v->is_read && !v->is_failed)
			diag_warn(s->d, v->declared, D_UNUSED,
				  "'%.*s' is declared and not used",
				  STR_ARG(v->name));
	}
}

void check_list(struct sema *s, struct stmt *list)
{
	for (struct stmt *st = list; st; st = st->next) {
		check_stmt(s, st);
		if (!st->next || !stops(st) || is_needless_return(st->next))
			continue;
		diag_warn(s->d, st->next->span, D_UNREACHABLE,
			  "this is never reached");
	}
	if (s->is_final && !s->d->errors)
		warn_unused(s, s->block);
}
