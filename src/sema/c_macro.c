/* SPDX-License-Identifier: Apache-2.0 */
/* Macros of C: what is put in for them, and the constants they are. */
#include "sema/c.h"

enum {
	MAX_EXPANSION = 100 /* macros inside of macros */
};

/* --- macros ------------------------------------------------------------------ */

struct c_macro *c_find_macro(const struct c_front *c, struct str name)
{
	void **slot = strmap_get(&c->macros, name);

	return slot ? *slot : NULL;
}

bool c_is_macro_name(const struct ctok *t)
{
	return t->text.n && !ctoken_is_number(t) && !ctoken_is_string(t) &&
	       ((t->text.p[0] | 32) >= 'a' || t->text.p[0] == '_');
}

struct c_macro *c_define(struct c_front *c, const struct ctok *name)
{
	struct c_macro *m = arena_new(c->arena, struct c_macro);

	m->name = name->text;
	m->span = name->span;
	*strmap_put(c->arena, &c->macros, m->name) = m;
	vec_push(c->arena, &c->macro_list, m->name);
	return m;
}

bool c_put(struct c_front *c, const struct ctok *t, const struct span *at,
	   ctok_vec *out)
{
	struct ctok *x;

	if (out->n >= C_MAX_TOKENS || c->is_full) {
		if (!c->is_full)
			diag_error(c->d, at ? *at : t->span, D_LIMIT,
				   "the macros make more than %d words of C",
				   C_MAX_TOKENS);
		c->is_full = true;
		return false;
	}
	x = vec_add(c->arena, out);
	*x = *t;
	if (at)
		x->span = *at;
	if (t->kind == '{')
		x->pack = c->pack;
	return true;
}

static bool no_arguments(struct c_front *c, const struct c_macro *m,
			 struct span at)
{
	diag_error(c->d, at, D_UNSUPPORTED,
		   "the macro '%.*s' is no expression of the script: only C "
		   "can use it",
		   STR_ARG(m->name));
	diag_hint(c->d,
		  "write it as a macro of the script: macro %.*s(x) "
		  "{ ... }",
		  STR_ARG(m->name));
	return false;
}

/* --- what is put in -------------------------------------------------------------- */

/* Macros of a run of tokens are replaced; at: the place of the macro that it
 * comes from, or NULL. */
struct run {
	const struct ctok *v;
	size_t n;
	const struct span *at;
	uint32_t depth;
};

static bool expand_run(struct c_front *c, const struct run *r, ctok_vec *out);

/* Index of the ',' or ')' that ends the argument from i on; n: none. */
static size_t arg_end(const struct run *r, size_t i)
{
	size_t depth = 0;

	for (; i < r->n; i++) {
		int k = r->v[i].kind;

		if (!depth && (k == ',' || k == ')'))
			break;
		depth += k == '(';
		depth -= k == ')';
	}
	return i;
}

static size_t find_param(const struct c_macro *m, const struct ctok *t)
{
	size_t i = 0;

	while (i < m->params.n && !str_eq(m->params.v[i], t->text))
		i++;
	return c_is_macro_name(t) ? i : m->params.n;
}

typedef VEC(ctok_vec) args_vec;

/* The body with the arguments put in. */
static bool substitute(struct c_front *c, const struct c_macro *m,
		       const args_vec *args, struct span at, ctok_vec *out)
{
	bool ok = true;

	for (size_t i = 0; ok && i < m->body.n; i++) {
		const struct ctok *t = &m->body.v[i];
		size_t p = find_param(m, t);

		if (t->kind == '#' || str_is(t->text, "..."))
			return diag_error(c->d, at, D_UNSUPPORTED,
					  "the macro '%.*s' uses '#', which "
					  "is not supported",
					  STR_ARG(m->name));
		if (p == m->params.n)
			ok = c_put(c, t, &at, out);
		else
			vec_each(x, &args->v[p])
				ok = ok && c_put(c, x, &at, out);
	}
	return ok;
}

/* The arguments from the token after '(' on; *end is the index of ')'. */
static bool read_args(struct c_front *c, const struct c_macro *m,
		      const struct run *r, size_t i, size_t *end,
		      args_vec *args)
{
	struct span at = r->at ? *r->at : r->v[i - 2].span;

	for (*end = i - 1; *end + 1 < r->n; i = *end + 1) {
		struct run arg = { r->v + i, 0, r->at, r->depth + 1 };

		*end = arg_end(r, i);
		arg.n = *end - i;
		if (*end == r->n)
			break;
		if (!expand_run(c, &arg, vec_add(c->arena, args)))
			return false;
		if (r->v[*end].kind == ')')
			break;
	}
	if (*end < r->n && r->v[*end].kind == ')' &&
	    (args->n == m->params.n || (args->n == 1 && !m->params.n)))
		return true;
	return diag_error(c->d, at, D_ARG_COUNT,
			  "the macro '%.*s' has %zu parameter%s",
			  STR_ARG(m->name), m->params.n,
			  m->params.n == 1 ? "" : "s");
}

/* Puts in what the macro at *i stands for; *i becomes the index of its last
 * token. */
static bool expand_macro(struct c_front *c, struct c_macro *m,
			 const struct run *r, size_t *i, ctok_vec *out)
{
	struct span use = r->at ? *r->at : r->v[*i].span;
	struct run body = { m->body.v, m->body.n, &use, r->depth + 1 };
	ctok_vec text = { 0 };
	args_vec args = { 0 };
	bool ok;

	if (r->depth >= MAX_EXPANSION)
		return diag_error(c->d, use, D_LIMIT,
				  "the macro '%.*s' is nested too deeply",
				  STR_ARG(m->name));
	if (m->has_params) {
		if (!read_args(c, m, r, *i + 2, i, &args) ||
		    !substitute(c, m, &args, use, &text))
			return false;
		body.v = text.v;
		body.n = text.n;
	}
	m->is_busy = true;
	ok = expand_run(c, &body, out);
	m->is_busy = false;
	return ok;
}

static bool expand_run(struct c_front *c, const struct run *r, ctok_vec *out)
{
	bool ok = true;

	for (size_t i = 0; ok && i < r->n; i++) {
		const struct ctok *t = &r->v[i];
		struct c_macro *m =
			c_is_macro_name(t) ? c_find_macro(c, t->text) : NULL;
		bool is_call = i + 1 < r->n && t[1].kind == '(';

		if (m && !m->is_busy && (is_call || !m->has_params))
			ok = expand_macro(c, m, r, &i, out);
		else
			ok = c_put(c, t, r->at, out);
	}
	return ok;
}

bool c_expand(struct c_front *c, const ctok_vec *in, ctok_vec *out)
{
	struct run r = { in->v, in->n, NULL, 0 };

	return expand_run(c, &r, out);
}

/* --- constants ----------------------------------------------------------------- */

static bool macro_text(struct c_front *c, const ctok_vec *toks,
		       struct c_constant *out)
{
	for (size_t i = 0; i < toks->n; i++)
		if (!ctoken_is_string(&toks->v[i]))
			return false;
	out->is_text = toks->n;
	for (size_t i = 0; i < toks->n; i++)
		out->text =
			i ? str_printf(c->arena, "%.*s%.*s", STR_ARG(out->text),
				       STR_ARG(toks->v[i].text))
			  : toks->v[i].text;
	return out->is_text;
}

static struct c_constant *macro_value(struct c_front *c, struct c_macro *m,
				      struct span at)
{
	struct c_constant *out = arena_new(c->arena, struct c_constant);
	const char *what =
		arena_printf(c->arena, "the macro '%.*s'", STR_ARG(m->name));
	struct run r = { m->body.v, m->body.n, &at, 0 };
	ctok_vec toks = { 0 };
	bool ok;

	if (m->has_params) {
		no_arguments(c, m, at);
		return NULL;
	}
	if (!m->body.n) {
		diag_error(c->d, at, D_TYPE, "the macro '%.*s' is empty",
			   STR_ARG(m->name));
		return NULL;
	}
	m->is_busy = true;
	ok = expand_run(c, &r, &toks);
	m->is_busy = false;
	if (!ok)
		return NULL;
	if (macro_text(c, &toks, out) ||
	    c_eval_tokens(c, &toks, false, what, at, at, &out->value))
		return out;
	return NULL;
}

bool c_constant(struct c_front *c, struct str name, struct span at,
		struct c_constant **out)
{
	struct c_macro *m = c_find_macro(c, name);
	void **slot = strmap_get(&c->unit.enums, name);
	struct c_enumerator *e = slot ? *slot : NULL;

	*out = NULL;
	if (m) {
		*out = macro_value(c, m, at);
		return true;
	}
	if (!e)
		return false;
	if (e->tag->state != CS_DONE)
		return true;
	*out = arena_new(c->arena, struct c_constant);
	(*out)->type = e->tag->type;
	(*out)->value = (struct c_value){ (uint64_t)e->num, false, true };
	return true;
}

void c_suggest(const struct c_front *c, struct str name, struct suggest *s)
{
	vec_each(m, &c->macro_list)
		suggest_offer(s, name, *m);
	for (const struct c_tag *t = c->unit.tags; t; t = t->next)
		for (const struct c_enumerator *e = t->enums; e; e = e->next)
			suggest_offer(s, name, e->name);
}

void c_suggest_type(const struct c_front *c, struct str name, struct suggest *s)
{
	vec_each(t, &c->unit.typedef_list)
		suggest_offer(s, name, *t);
	for (const struct c_tag *t = c->unit.tags; t; t = t->next)
		if (t->name.n)
			suggest_offer(s, name, t->name);
}
