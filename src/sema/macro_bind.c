/* SPDX-License-Identifier: Apache-2.0 */
/* macro_bind.c - the body of a macro for one use of it.
 *
 * Hygiene: a $variable of the body that is no parameter gets a name of its
 * own; what the arguments name stays what it is at the use. All spans of the
 * copy are in an expansion (base/diag.h), those of the arguments are not. */
#include "sema/macro.h"

struct bind {
	struct macros *m;
	const struct macro *x;
	struct expr *args; /* as many as the macro has parameters */
	uint32_t shift; /* from the definition's offsets to the copy's */
	uint32_t use; /* number of the use: makes names unique */
	bool ok;
};

bool macro_is_type_arg(const struct expr *e)
{
	return e->kind == EX_CAST && !e->cast.e;
}

/* --- parameters ----------------------------------------------------------- */

static struct expr *arg_of(const struct bind *b, enum expr_kind kind,
			   struct str name)
{
	const struct expr *p = b->x->params;
	struct expr *arg = b->args;

	for (; p; p = p->next, arg = arg->next) {
		struct str id = kind == EX_VAR   ? p->var.id
				: kind == EX_MAP ? p->map.id
						 : p->name.id;

		if (p->kind == kind && str_eq(id, name))
			return arg;
	}
	return NULL;
}

/* The spans of an argument for one place that uses it. */
struct moved {
	struct macros *m;
	struct span from; /* of the argument */
	uint32_t shift;
};

static void move_span(const struct moved *v, struct span *at)
{
	if (at->start < v->from.start || at->end > v->from.end)
		return; /* of a macro in the argument */
	at->start += v->shift;
	at->end += v->shift;
}

static bool move_expr(struct walk *w, struct expr *e)
{
	struct moved *v = w->arg;

	v->m->n_nodes++;
	move_span(v, &e->span);
	if (e->kind == EX_CALL)
		move_span(v, &e->call.id_span);
	return true;
}

static void move_stmt(struct walk *w, struct stmt *s)
{
	move_span(w->arg, &s->span);
}

static bool move_type(struct walk *w, struct type_expr *t)
{
	move_span(w->arg, &t->span);
	return true;
}

/* Puts the argument in the place of e, which is in a list perhaps. */
static void put_arg(struct bind *b, struct expr *e, const struct expr *arg)
{
	struct span used = { e->span.start + b->shift, e->span.end + b->shift };
	uint32_t base = source_expand(b->m->script->sources, arg->span, used);
	struct moved v = {
		.m = b->m,
		.from = arg->span,
		.shift = base ? base - arg->span.start : 0,
	};
	struct walk w = {
		.expr = move_expr,
		.stmt = move_stmt,
		.type = move_type,
		.arg = &v,
	};
	struct expr *next = e->next;

	if (b->m->n_nodes > MACRO_MAX_NODES)
		return; /* reported when it is looked at */
	*e = *expr_clone(b->m->arena, arg);
	e->next = next;
	walk_expr(&w, e);
}

/* --- types ---------------------------------------------------------------- */

static bool refuse_type(struct bind *b, struct span at, struct str name,
			const struct expr *arg)
{
	b->ok = false;
	diag_error(b->m->d, at, D_MACRO,
		   "parameter '%.*s' of the macro has to be a type here",
		   STR_ARG(name));
	diag_hint(b->m->d, "pass the type as typeof(...)");
	if (arg)
		diag_note(b->m->d, arg->span, "this is what was passed");
	return false;
}

/* The type of the argument, with the suffixes of t behind its own. */
static void put_type(struct bind *b, struct type_expr *t,
		     const struct type_expr *from)
{
	struct type_expr *copy = type_expr_clone(b->m->arena, from);

	vec_each(it, &t->suffixes)
		vec_push(b->m->arena, &copy->suffixes, *it);
	*t = *copy;
}

/* "struct t": the argument is the bare name of one. */
static bool put_tag(struct bind *b, struct type_expr *t)
{
	struct str name, tag = str_split(t->name, ' ', &name);
	const struct expr *arg = name.n ? arg_of(b, EX_NAME, name) : NULL;
	struct str bare = { 0 };

	if (!arg)
		return true;
	if (arg->kind == EX_NAME)
		bare = arg->name.id;
	else if (macro_is_type_arg(arg) && !arg->cast.to->suffixes.n)
		bare = arg->cast.to->name;
	if (!bare.n || str_has(bare, ' '))
		return refuse_type(b, t->span, name, arg);
	t->name = str_printf(b->m->arena, "%.*s %.*s", STR_ARG(tag),
			     STR_ARG(bare));
	return true;
}

/* In typeof(x) the argument may be any expression: t->of holds it by now. */
static bool put_type_arg(struct bind *b, struct type_expr *t,
			 const struct expr *arg)
{
	if (!arg)
		return put_tag(b, t);
	if (macro_is_type_arg(arg)) {
		put_type(b, t, arg->cast.to);
		return true;
	}
	if (arg->kind != EX_NAME && !t->of)
		return refuse_type(b, t->span, t->name, arg);
	t->name = arg->kind == EX_NAME ? arg->name.id : STR("");
	return true;
}

static bool bind_type(struct walk *w, struct type_expr *t)
{
	struct bind *b = w->arg;
	const struct expr *arg = t->name.n ? arg_of(b, EX_NAME, t->name) : NULL;

	t->span.start += b->shift;
	t->span.end += b->shift;
	vec_each(it, &t->suffixes)
		walk_expr(w, it->size);
	if (!arg || !macro_is_type_arg(arg))
		walk_expr(w, t->of);
	put_type_arg(b, t, arg);
	return false;
}

/* sizeof(x), typeinfo(x) of a lone name: a type, an expression or both. */
static void bind_operand(struct bind *b, struct expr *e)
{
	const struct expr *arg;

	if (!e->cast.to || !e->cast.e || e->cast.e->kind != EX_NAME)
		return;
	arg = arg_of(b, EX_NAME, e->cast.e->name.id);
	if (!arg || arg->kind == EX_NAME)
		return;
	if (macro_is_type_arg(arg))
		e->cast.e = NULL;
	else
		e->cast.to = NULL;
}

/* --- offsetof(T, x): the path may be an argument: a.b --------------------- */

static struct str path_of(struct bind *b, const struct expr *e)
{
	struct str base;

	if (e->kind == EX_NAME)
		return e->name.id;
	if (e->kind != EX_MEMBER)
		return (struct str){ 0 };
	base = path_of(b, e->member.base);
	if (!base.n)
		return base;
	return str_printf(b->m->arena, "%.*s.%.*s", STR_ARG(base),
			  STR_ARG(e->member.id));
}

static void bind_path(struct bind *b, struct expr *e)
{
	struct str rest, first = str_split(e->cast.path, '.', &rest), path;
	const struct expr *arg = arg_of(b, EX_NAME, first);

	if (!arg)
		return;
	path = path_of(b, arg);
	if (!path.n) {
		b->ok = false;
		diag_error(b->m->d, e->span, D_MACRO,
			   "parameter '%.*s' of the macro has to be the name "
			   "of a field here",
			   STR_ARG(first));
		diag_note(b->m->d, arg->span, "this is what was passed");
		return;
	}
	e->cast.path = rest.p ? str_printf(b->m->arena, "%.*s.%.*s",
					   STR_ARG(path), STR_ARG(rest))
			      : path;
}

/* --- expressions ---------------------------------------------------------- */

/* "$x", NUL, the number of the use. */
static struct str own_name(const struct bind *b, struct str name)
{
	struct str number = str_printf(b->m->arena, "%u", b->use);
	char *p = arena_alloc(b->m->arena, name.n + 1 + number.n + 1);

	memcpy(p, name.p, name.n);
	memcpy(p + name.n + 1, number.p, number.n);
	return (struct str){ p, name.n + 1 + number.n };
}

static void bind_var(struct bind *b, struct expr *e)
{
	const struct expr *arg = arg_of(b, EX_VAR, e->var.id);

	e->var.id = arg ? arg->var.id : own_name(b, e->var.id);
}

static bool bind_name(struct bind *b, struct expr *e)
{
	const struct expr *arg = arg_of(b, EX_NAME, e->name.id);

	if (arg)
		put_arg(b, e, arg);
	return !arg;
}

static bool bind_expr(struct walk *w, struct expr *e)
{
	struct bind *b = w->arg;
	const struct expr *arg;

	b->m->n_nodes++;
	if (e->kind == EX_NAME && !bind_name(b, e))
		return false; /* it keeps the place it has */
	e->span.start += b->shift;
	e->span.end += b->shift;
	switch ((int)e->kind) {
	case EX_VAR: bind_var(b, e); break;
	case EX_MAP:
		arg = arg_of(b, EX_MAP, e->map.id);
		if (arg)
			e->map.id = arg->map.id;
		break;
	case EX_CALL:
		e->call.id_span.start += b->shift;
		e->call.id_span.end += b->shift;
		break;
	case EX_OFFSETOF: bind_path(b, e); break;
	case EX_SIZEOF:
	case EX_TYPEINFO: bind_operand(b, e); break;
	}
	return true;
}

static void bind_stmt(struct walk *w, struct stmt *s)
{
	const struct bind *b = w->arg;

	s->span.start += b->shift;
	s->span.end += b->shift;
}

struct expr *macro_bind(struct macros *m, const struct macro *x,
			struct expr *args, struct span used)
{
	uint32_t base = source_expand(m->script->sources, x->body->span, used);
	struct bind b = {
		.m = m,
		.x = x,
		.args = args,
		.shift = base ? base - x->body->span.start : 0,
		.use = ++m->n_uses,
		.ok = true,
	};
	struct walk w = {
		.expr = bind_expr,
		.stmt = bind_stmt,
		.type = bind_type,
		.arg = &b,
	};
	struct expr *body = expr_clone(m->arena, x->body);

	walk_expr(&w, body);
	return b.ok ? body : NULL;
}
