/* SPDX-License-Identifier: Apache-2.0 */
#include "sema/macro.h"

#include "lang/lang.h"
#include "sema/sema.h"

static bool on_expr(struct walk *w, struct expr *e);
static void on_stmt(struct walk *w, struct stmt *s);
static void expand_below(struct macros *m, struct walk *outer, struct expr *e);

/* --- which macro ---------------------------------------------------------- */

static bool fits(const struct expr *param, const struct expr *arg)
{
	switch ((int)param->kind) {
	case EX_VAR: return arg->kind == EX_VAR;
	case EX_MAP: return arg->kind == EX_MAP && !arg->map.has_brackets;
	default: return true;
	}
}

/* How well it takes the arguments: 0 not at all, else 1 and one more for each
 * parameter that takes a variable or a map as such. */
static unsigned int how_well(const struct macro *x, const struct expr *args)
{
	const struct expr *p = x->params;
	unsigned int n = 1;

	for (; p && args; p = p->next, args = args->next) {
		if (!fits(p, args))
			return 0;
		n += p->kind != EX_NAME;
	}
	return p || args ? 0 : n;
}

static const struct macro *find_macro(const struct macros *m, struct str name,
				      const struct expr *args)
{
	const struct macro *best = NULL;
	unsigned int most = 0, n;

	for (const struct macro *x = m->script->macros; x; x = x->next) {
		n = str_eq(x->name, name) ? how_well(x, args) : 0;
		if (n > most) {
			best = x;
			most = n;
		}
	}
	return best;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

/* Of those with the name, the one with the nearest number of parameters. */
static const struct macro *find_closest(const struct macros *m, struct str name,
					uint32_t n_args)
{
	const struct macro *best = NULL;

	for (const struct macro *x = m->script->macros; x; x = x->next)
		if (str_eq(x->name, name) &&
		    (!best || distance(x->n_params, n_args) <
				      distance(best->n_params, n_args)))
			best = x;
	return best;
}

/* Something else has the name, and takes what no macro takes. */
static bool is_other(const struct macros *m, struct str name)
{
	if (function_find(name) || builtin_find(name))
		return true;
	for (const struct fn_decl *f = m->script->fns; f; f = f->next)
		if (str_eq(f->name, name))
			return true;
	return false;
}

static void refuse_arg(struct macros *m, const struct macro *x,
		       const struct expr *args)
{
	const struct expr *p = x->params;

	while (fits(p, args)) {
		p = p->next;
		args = args->next;
	}
	diag_error(m->d, args->span, D_MACRO, "macro '%.*s' expects a %s here",
		   STR_ARG(x->name),
		   p->kind == EX_VAR ? "variable" : "map without a key");
	if (p->kind == EX_VAR)
		diag_hint(m->d, "the macro may change it: give the value a "
				"variable first");
	diag_note(m->d, p->span, "this is its parameter");
}

static void refuse_use(struct macros *m, struct str name, struct span at,
		       const struct expr *args)
{
	const struct macro *x;
	uint32_t n = 0;

	for (const struct expr *e = args; e; e = e->next)
		n++;
	x = find_closest(m, name, n);
	if (x->n_params == n) {
		refuse_arg(m, x, args);
		return;
	}
	diag_error(m->d, at, D_ARG_COUNT,
		   "macro '%.*s' takes %u argument%s, found %u", STR_ARG(name),
		   x->n_params, x->n_params == 1 ? "" : "s", n);
	diag_note(m->d, x->span, "this is where it is defined");
}

static bool is_active(struct macros *m, const struct macro *x, struct span at)
{
	vec_each(it, &m->active) {
		if (*it != x)
			continue;
		diag_error(m->d, at, D_MACRO, "macro '%.*s' uses itself",
			   STR_ARG(x->name));
		return true;
	}
	return false;
}

/* --- putting it in -------------------------------------------------------- */

static bool is_bounded(struct macros *m, const struct walk *w, struct span at)
{
	if (m->is_stopped)
		return false;
	if (w->depth <= MACRO_MAX_DEPTH && m->n_nodes <= MACRO_MAX_NODES)
		return true;
	m->is_stopped = true;
	if (w->depth > MACRO_MAX_DEPTH)
		return diag_error(m->d, at, D_LIMIT,
				  "nested more than %d levels deep",
				  MACRO_MAX_DEPTH);
	return diag_error(m->d, at, D_LIMIT,
			  "macros make the script too large");
}

/* Arguments are expanded where they are written; a type stands for itself. */
static void expand_args(struct walk *w, struct expr *args)
{
	for (struct expr *e = args; e; e = e->next) {
		if (macro_is_type_arg(e))
			walk_type(w, e->cast.to);
		else
			walk_expr(w, e);
	}
}

static void put_body(struct macros *m, struct walk *w, struct expr *e,
		     const struct macro *x, struct expr *args)
{
	struct expr *body = macro_bind(m, x, args, e->span), *next = e->next;

	if (!body)
		return;
	vec_push(m->arena, &m->active, x);
	expand_below(m, w, body);
	m->active.n--;
	/* A value alone can be a constant, or a format. */
	*e = body->block.stmts || !body->block.value ? *body
						     : *body->block.value;
	e->next = next;
}

/* The name and arguments of what may use a macro. */
static bool is_use(const struct expr *e, struct str *name, struct expr **args)
{
	*name = e->kind == EX_CALL ? e->call.id : e->name.id;
	*args = e->kind == EX_CALL ? e->call.args : NULL;
	return e->kind == EX_CALL || e->kind == EX_NAME;
}

/* Puts a macro in the place of e; false when e uses none. */
static bool expand_use(struct walk *w, struct expr *e)
{
	struct macros *m = w->arg;
	const struct macro *x;
	struct expr *args;
	struct str name;

	if (!is_use(e, &name, &args) || !find_closest(m, name, 0))
		return false;
	x = find_macro(m, name, args);
	if (!x && is_other(m, name))
		return false;
	if (!x)
		refuse_use(m, name, e->span, args);
	else if (!is_active(m, x, e->span)) {
		expand_args(w, args);
		put_body(m, w, e, x, args);
	}
	return true;
}

static bool on_expr(struct walk *w, struct expr *e)
{
	struct macros *m = w->arg;

	if (!is_bounded(m, w, e->span))
		return false;
	if (macro_is_type_arg(e)) {
		diag_error(m->d, e->span, D_MACRO,
			   "typeof() is an argument only for macros that take "
			   "a type");
		return false;
	}
	return !expand_use(w, e);
}

/* --- uses as statements --------------------------------------------------- */

/* Nobody wants the value that a macro ends with: no warning about that. */
static void discard_value(struct stmt *list)
{
	while (list->next)
		list = list->next;
	if (list->kind != ST_EXPR)
		return;
	switch ((int)list->e->kind) {
	case EX_CALL:
	case EX_INCDEC: break;
	default: list->kind = ST_DISCARD;
	}
}

static void on_stmt(struct walk *w, struct stmt *s)
{
	struct macros *m = w->arg;
	struct stmt *done, *next = s->next;

	if (s->kind != ST_EXPR || !is_bounded(m, w, s->span) ||
	    !expand_use(w, s->e) ||
	    (s->e->kind != EX_BLOCK && s->e->kind != EX_IF))
		return;
	done = stmt_from_expr(m->arena, s->e);
	if (done->kind == ST_BLOCK && done->block.body)
		discard_value(done->block.body);
	*s = *done;
	s->next = next;
}

/* --- the pass ------------------------------------------------------------- */

static void expand_below(struct macros *m, struct walk *outer, struct expr *e)
{
	struct walk w = {
		.expr = on_expr,
		.stmt = on_stmt,
		.arg = m,
		.depth = outer->depth,
	};

	walk_expr(&w, e);
}

static void expand_script(struct macros *m)
{
	struct walk w = { .expr = on_expr, .stmt = on_stmt, .arg = m };
	struct script *s = m->script;

	for (struct map_decl *d = s->map_decls; d; d = d->next)
		walk_expr(&w, d->size);
	for (struct fn_decl *f = s->fns; f; f = f->next)
		walk_stmts(&w, f->body);
	for (struct probe *p = s->probes; p; p = p->next) {
		walk_expr(&w, p->predicate);
		walk_stmts(&w, p->body);
	}
}

bool macros_expand(struct script *s, struct diags *d)
{
	struct macros m = { .script = s, .d = d, .arena = &s->arena };
	unsigned int before = d->errors;

	for (const struct macro *x = s->macros; x; x = x->next)
		if (!x->is_c)
			macro_check(&m, x);
	if (d->errors == before)
		expand_script(&m);
	return d->errors == before;
}
