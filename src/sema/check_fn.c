/* SPDX-License-Identifier: Apache-2.0 */
/* check_fn.c - functions that scripts define: a body is checked like that of
 * a probe, without anything that belongs to an event. */
#include "sema/check.h"

#define MAX_CHAIN 6 /* functions that may wait for each other's return */

struct fn_decl *sema_fn(const struct sema *s, struct str name)
{
	for (struct fn_decl *f = s->script->fns; f; f = f->next)
		if (str_eq(f->name, name))
			return f;
	return NULL;
}

/* "fn name($a : T, ..." without the body. */
static struct span header(const struct fn_decl *f)
{
	const struct fn_param *last = f->params;
	struct span at = f->span;

	at.end = at.start + (uint32_t)(strlen("fn ") + f->name.n);
	while (last && last->next)
		last = last->next;
	if (last)
		at.end = last->span.end + 1;
	return at;
}

/* --- names and types -------------------------------------------------------------- */

/* A string without a size takes that of the largest value. */
static bool is_open(const struct type_expr *t)
{
	return t && str_is(t->name, "string") && !t->suffixes.n;
}

static void declare_param(struct sema *s, struct fn_decl *f, struct fn_param *p)
{
	struct prog *prog = f->prog;
	struct var **end = &prog->vars;

	if (!p->sym) {
		p->sym = arena_new(s->arena, struct var);
		p->sym->name = p->name;
		p->sym->declared = p->span;
		p->sym->is_param = p->sym->is_assigned = true;
		p->sym->index = prog->n_vars++;
		if (is_open(p->type))
			p->sym->type = type_string(s->types, 1);
		while (*end)
			end = &(*end)->next;
		*end = p->sym;
	}
	if (is_open(p->type))
		return;
	p->sym->type = p->sym->wanted = sema_type_expr(s, p->type);
	p->sym->is_failed = !p->sym->type;
}

static void declare(struct sema *s, struct fn_decl *f)
{
	if (!f->prog) {
		f->prog = arena_new(s->arena, struct prog);
		f->prog->fn = f;
		f->prog->body = f->body;
	}
	s->prog = f->prog;
	for (struct fn_param *p = f->params; p; p = p->next)
		declare_param(s, f, p);
	if (!f->ret_type)
		f->ret = type_none(s->types);
	else if (!is_open(f->ret_type))
		f->ret = sema_type_expr(s, f->ret_type);
	else if (!f->ret)
		f->ret = type_string(s->types, 1);
}

static void check_fn_name(struct sema *s, const struct fn_decl *f)
{
	const struct fn_decl *first = sema_fn(s, f->name);
	struct span at = header(f);

	if (function_find(f->name) || builtin_find(f->name)) {
		diag_error(s->d, at, D_REDEFINED,
			   "'%.*s' is part of the language", STR_ARG(f->name));
		diag_hint(s->d, "give the function another name");
		return;
	}
	if (first == f)
		return;
	diag_error(s->d, at, D_REDEFINED, "'%.*s' exists already",
		   STR_ARG(f->name));
	diag_note(s->d, header(first), "this is where it was made");
}

static void check_params(struct sema *s, const struct fn_decl *f)
{
	const struct var *old;

	for (const struct fn_param *p = f->params; p; p = p->next) {
		old = sema_find_var(s, p->name);
		if (old)
			diag_error(s->d, p->span, D_REDEFINED,
				   "there are two parameters '%.*s'",
				   STR_ARG(p->name));
		vec_push(s->arena, &s->scope, p->sym);
	}
}

/* --- bodies ------------------------------------------------------------------------- */

/* Does the list always end with a return (or the end of everything)? */
static bool returns(const struct stmt *list)
{
	for (const struct stmt *st = list; st; st = st->next) {
		if (st->kind == ST_RETURN || sema_ends(st))
			return true;
		if (st->kind == ST_BLOCK && returns(st->block.body))
			return true;
		if (st->kind == ST_IF && returns(st->branch.then) &&
		    returns(st->branch.otherwise))
			return true;
	}
	return false;
}

static void check_body(struct sema *s, struct fn_decl *f)
{
	struct span brace = { f->span.end - 1, f->span.end };

	s->prog = f->prog;
	s->scope.n = s->ended.n = s->block = 0;
	s->loops = 0;
	s->assigned = NULL;
	check_fn_name(s, f);
	check_params(s, f);
	check_block(s, f->body);
	if (!f->ret || f->ret->kind == TY_NONE || returns(f->body))
		return;
	diag_error(s->d, brace, D_TYPE, "'%.*s' can end without a result here",
		   STR_ARG(f->name));
	diag_hint(s->d, "it returns %s: write 'return ...;'",
		  sema_name(s, f->ret));
}

void check_fns(struct sema *s)
{
	for (struct fn_decl *f = s->script->fns; f; f = f->next)
		declare(s, f);
	for (struct fn_decl *f = s->script->fns; f; f = f->next)
		check_body(s, f);
}

static bool join_result(struct sema *s, struct fn_decl *f, const struct type *t)
{
	const struct type *joined;

	if (!is_open(f->ret_type))
		return type_converts(t, f->ret);
	joined = type_join(s->types, f->ret, false, t, false);
	if (!joined)
		return false;
	s->changed |= joined != f->ret;
	f->ret = joined;
	return true;
}

void check_fn_return(struct sema *s, const struct stmt *st)
{
	struct fn_decl *f = s->prog->fn;
	bool is_void = f->ret && f->ret->kind == TY_NONE;

	if (!st->e) {
		if (f->ret && !is_void)
			diag_error(s->d, st->span, D_TYPE,
				   "'%.*s' returns %s: a value is missing here",
				   STR_ARG(f->name), sema_name(s, f->ret));
		return;
	}
	if (!sema_value(s, st->e) || !f->ret)
		return;
	if (is_void) {
		diag_error(s->d, st->e->span, D_TYPE,
			   "'%.*s' is declared without a result",
			   STR_ARG(f->name));
		diag_hint(s->d, "name its type: fn %.*s(...) : %s { ... }",
			  STR_ARG(f->name), sema_name(s, st->e->type));
		return;
	}
	if (!join_result(s, f, st->e->type))
		diag_error(s->d, st->e->span, D_TYPE,
			   "'%.*s' returns %s, found %s", STR_ARG(f->name),
			   sema_name(s, f->ret), sema_name(s, st->e->type));
}

/* --- calls -------------------------------------------------------------------------- */

static bool check_fn_count(struct sema *s, const struct expr *call,
			   const struct fn_decl *f)
{
	uint32_t n = 0;

	for (const struct fn_param *p = f->params; p; p = p->next)
		n++;
	if (call->call.n_args == n)
		return true;
	diag_error(s->d, call->span, D_ARG_COUNT,
		   "%.*s() takes %u argument%s, found %u", STR_ARG(f->name), n,
		   n == 1 ? "" : "s", call->call.n_args);
	diag_note(s->d, header(f), "this is where it is defined");
	return false;
}

void check_fn_call(struct sema *s, struct expr *call, struct fn_decl *f)
{
	const struct fn_param *p = f->params;
	bool ok = true;

	call->call.user = f;
	for (struct expr *e = call->call.args; e; e = e->next)
		ok &= sema_value(s, e);
	if (!check_fn_count(s, call, f))
		return;
	for (struct expr *e = call->call.args; e && ok; e = e->next) {
		if (p->sym && p->sym->type)
			ok = sema_var_value(s, p->sym, e, e->type, e->span);
		p = p->next;
	}
	if (ok)
		call->type = f->ret;
}

/* --- who calls whom ------------------------------------------------------------------- */

struct chain { /* the functions that wait for each other */
	struct sema *s;
	struct fn_decl *f;
	struct chain *outer;
	uint32_t depth;
};

static void follow(struct sema *s, struct fn_decl *f, struct chain *outer,
		   struct span at);

static void say_cycle(struct sema *s, const struct fn_decl *f,
		      const struct chain *c, struct span at)
{
	struct str text = f->name;

	for (; c->f != f; c = c->outer)
		text = str_printf(s->arena, "%.*s -> %.*s", STR_ARG(c->f->name),
				  STR_ARG(text));
	diag_error(s->d, at, D_LIMIT, "'%.*s' calls itself: %.*s -> %.*s",
		   STR_ARG(f->name), STR_ARG(f->name), STR_ARG(text));
	diag_hint(s->d, "the kernel has no recursion: use a loop");
}

static void follow_call(struct expr *e, void *arg)
{
	struct chain *c = arg;

	if (e->kind != EX_CALL)
		return;
	if (e->call.user)
		follow(c->s, e->call.user, c, e->span);
	c->f->ends |= e->call.fn && e->call.fn->flags & FN_ENDS;
	c->f->ends |= e->call.user && e->call.user->ends;
}

static void follow(struct sema *s, struct fn_decl *f, struct chain *outer,
		   struct span at)
{
	struct chain c = { s, f, outer, outer ? outer->depth + 1 : 1 };

	if (f->is_cyclic)
		return;
	for (struct chain *o = outer; o; o = o->outer) {
		if (o->f != f)
			continue;
		f->is_cyclic = true;
		say_cycle(s, f, outer, at);
		return;
	}
	if (c.depth == MAX_CHAIN + 1)
		diag_error(s->d, at, D_LIMIT,
			   "more than %d functions wait for each other here",
			   MAX_CHAIN);
	if (c.depth <= MAX_CHAIN)
		stmt_each_expr(f->body, follow_call, &c);
}

void check_fn_calls(struct sema *s)
{
	for (struct fn_decl *f = s->script->fns; f; f = f->next)
		follow(s, f, NULL, f->span);
}
