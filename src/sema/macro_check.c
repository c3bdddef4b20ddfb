/* SPDX-License-Identifier: Apache-2.0 */
/* macro_check.c - macros as they are defined. */
#include "sema/macro.h"

static struct str param_name(const struct expr *p)
{
	switch ((int)p->kind) {
	case EX_VAR: return p->var.id;
	case EX_MAP: return p->map.id;
	default: return p->name.id;
	}
}

bool macro_same_signature(const struct macro *a, const struct macro *b)
{
	const struct expr *p = a->params, *q = b->params;

	if (!str_eq(a->name, b->name))
		return false;
	for (; p && q && p->kind == q->kind; p = p->next)
		q = q->next;
	return !p && !q;
}

static const struct expr *find_param(const struct macro *x, enum expr_kind kind,
				     struct str name)
{
	for (const struct expr *p = x->params; p; p = p->next)
		if (p->kind == kind && str_eq(param_name(p), name))
			return p;
	return NULL;
}

/* --- the body ------------------------------------------------------------- */

struct checking {
	struct macros *m;
	const struct macro *x;
};

static bool check_expr(struct walk *w, struct expr *e)
{
	const struct checking *c = w->arg;
	const struct macro *x = c->x;

	if (e->kind != EX_MAP || find_param(x, EX_MAP, e->map.id))
		return true;
	diag_error(c->m->d, e->span, D_MACRO, "unhygienic access to map '%.*s'",
		   STR_ARG(e->map.id));
	diag_hint(c->m->d,
		  "a macro touches only the maps it is given: "
		  "macro %.*s(%.*s%s)",
		  STR_ARG(x->name), STR_ARG(e->map.id),
		  x->n_params ? ", ..." : "");
	return true;
}

static void refuse_jump(const struct checking *c, const struct stmt *s,
			const char *word)
{
	diag_error(c->m->d, s->span, D_MACRO,
		   "'%s' is not allowed in a macro%s", word,
		   s->kind == ST_RETURN ? "" : " outside of a loop of its own");
	if (s->kind == ST_RETURN)
		diag_hint(c->m->d, "the value of a macro is its last "
				   "expression, without ';'");
}

static void check_let(const struct checking *c, const struct expr *var)
{
	const struct expr *p = find_param(c->x, EX_VAR, var->var.id);

	if (!p)
		return;
	diag_error(c->m->d, var->span, D_REDEFINED,
		   "'%.*s' is a parameter of the macro", STR_ARG(var->var.id));
	diag_note(c->m->d, p->span, "this is the parameter");
}

static void check_stmt(struct walk *w, struct stmt *s)
{
	const struct checking *c = w->arg;

	if (s->kind == ST_RETURN)
		refuse_jump(c, s, "return");
	else if (s->kind == ST_BREAK && !w->loops)
		refuse_jump(c, s, "break");
	else if (s->kind == ST_CONTINUE && !w->loops)
		refuse_jump(c, s, "continue");
	else if (s->kind == ST_LET)
		check_let(c, s->let.var);
	else if (s->kind == ST_FOR_RANGE || s->kind == ST_FOR_MAP)
		check_let(c, s->loop.var);
}

/* --- the definition ------------------------------------------------------- */

static void check_params(struct macros *m, const struct macro *x)
{
	for (const struct expr *p = x->params; p; p = p->next) {
		const struct expr *first =
			find_param(x, p->kind, param_name(p));

		if (first == p)
			continue;
		diag_error(m->d, p->span, D_REDEFINED,
			   "'%.*s' is a parameter already",
			   STR_ARG(param_name(p)));
	}
}

static void check_unique(struct macros *m, const struct macro *x)
{
	const struct macro *first = m->script->macros;

	while (first != x && !macro_same_signature(first, x))
		first = first->next;
	if (first == x)
		return;
	diag_error(m->d, x->span, D_REDEFINED, "macro '%.*s' is defined twice",
		   STR_ARG(x->name));
	diag_note(m->d, first->span, "this is where it was defined");
}

bool macro_check(struct macros *m, const struct macro *x)
{
	struct checking c = { m, x };
	struct walk w = { .expr = check_expr, .stmt = check_stmt, .arg = &c };
	unsigned int before = m->d->errors;

	check_unique(m, x);
	check_params(m, x);
	walk_expr(&w, x->body);
	return m->d->errors == before;
}
