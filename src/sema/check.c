/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - the rounds of the checker, and what rows' checks may use. */
#include "sema/check.h"

/* --- for everyone ------------------------------------------------------------------- */

struct expr *sema_arg(const struct expr *call, uint32_t i)
{
	struct expr *e = call->call.args;

	while (e && i--)
		e = e->next;
	return e;
}

const char *sema_name(struct sema *s, const struct type *t)
{
	return type_name(s->arena, t);
}

void sema_hint(struct sema *s, const struct suggest *sg, const char *prefix)
{
	if (sg->best.p)
		diag_hint(s->d, "did you mean '%s%.*s'?", prefix,
			  STR_ARG(sg->best));
}

bool sema_not_here(struct sema *s, struct span at, struct str name)
{
	if (s->prog->fn) {
		diag_error(s->d, at, D_NOT_HERE,
			   "'%.*s' belongs to a probe's event: it is not "
			   "available in functions",
			   STR_ARG(name));
		diag_hint(s->d, "give it to the function as an argument");
		return false;
	}
	if (!s->prog->row) /* of no known type: said already */
		return false;
	return diag_error(s->d, at, D_NOT_HERE,
			  "'%.*s' is not available in %s probes", STR_ARG(name),
			  s->prog->row->name);
}

bool sema_number(struct sema *s, const struct expr *e, const char *what)
{
	if (type_is_integer(e->type))
		return true;
	return diag_error(s->d, e->span, D_ARG_TYPE,
			  "%s expects an integer, found %s", what,
			  sema_name(s, e->type));
}

bool sema_const_range(struct sema *s, const struct expr *e, int64_t min,
		      int64_t max, const char *what)
{
	if (!sema_number(s, e, what))
		return false;
	if (!e->is_const)
		return diag_error(s->d, e->span, D_ARG_TYPE,
				  "%s must be known when the script is "
				  "compiled",
				  what);
	if (e->num >= min && e->num <= max &&
	    (e->num >= 0 || e->type->is_signed))
		return true;
	return diag_error(s->d, e->span, D_RANGE,
			  "%s must be between %lld and %lld, found %s%lld",
			  what, (long long)min, (long long)max, "",
			  (long long)e->num);
}

/* --- expressions -------------------------------------------------------------------- */

static void check_int(struct sema *s, struct expr *e)
{
	e->type = sema_literal_type(s, e->num, e->num < 0);
	e->is_const = e->is_literal = true;
}

static void check_bool(struct sema *s, struct expr *e)
{
	e->type = type_bool(s->types);
	e->is_const = true;
}

static void check_str(struct sema *s, struct expr *e)
{
	uint64_t max = s->script->options.num[OPT_MAX_STRLEN];

	if (!s->long_texts && e->str.n + 1 > max) {
		diag_error(s->d, e->span, D_LIMIT,
			   "the text is longer than %llu bytes",
			   (unsigned long long)max - 1);
		diag_hint(s->d, "raise the option max_strlen");
		return;
	}
	e->type = type_string(s->types, (uint32_t)e->str.n + 1);
	e->is_const = e->is_literal = true;
}

static void check_block_value(struct sema *s, struct expr *e)
{
	size_t block = s->block, n = s->scope.n;

	s->block = n;
	check_list(s, e->block.stmts);
	e->type = type_none(s->types);
	if (e->block.value) {
		sema_expr(s, e->block.value);
		e->type = e->block.value->type;
	}
	s->scope.n = n;
	s->block = block;
}

static void check_comptime(struct sema *s, struct expr *e)
{
	struct expr *v = e->block.value;
	bool before = s->const_params;

	s->const_params = true;
	if (sema_expr(s, v)) {
		if (!v->is_const) {
			diag_error(s->d, v->span, D_TYPE,
				   "this is not known when the script is "
				   "compiled");
		} else {
			e->type = v->type;
			e->is_const = true;
			e->is_literal = v->is_literal;
			e->num = v->num;
			e->str = v->str;
		}
	}
	s->const_params = before;
}

static void find_type(struct sema *s, struct expr *e)
{
	switch (e->kind) {
	case EX_INT: return check_int(s, e);
	case EX_BOOL: return check_bool(s, e);
	case EX_STR: return check_str(s, e);
	case EX_NAME: return check_name(s, e);
	case EX_VAR: return check_var(s, e);
	case EX_MAP: return check_map(s, e);
	case EX_PARAM:
	case EX_NPARAMS: return check_param(s, e);
	case EX_UNARY: return check_unary(s, e);
	case EX_INCDEC: return check_incdec(s, e);
	case EX_BINARY: return check_binary(s, e);
	case EX_COND:
	case EX_IF: return check_cond(s, e);
	case EX_CALL: return check_call(s, e);
	case EX_MEMBER: return check_member(s, e);
	case EX_INDEX: return check_index(s, e);
	case EX_CAST: return check_cast(s, e);
	case EX_TUPLE:
	case EX_RECORD: return check_tuple(s, e);
	case EX_SIZEOF: return check_sizeof(s, e);
	case EX_OFFSETOF: return check_offsetof(s, e);
	case EX_BLOCK: return check_block_value(s, e);
	case EX_COMPTIME: return check_comptime(s, e);
	case EX_TYPEINFO: return check_typeinfo(s, e);
	case EX_SELF: return check_self(s, e);
	case EX_N: break;
	}
}

bool sema_expr(struct sema *s, struct expr *e)
{
	e->type = NULL;
	e->is_const = e->is_literal = false;
	find_type(s, e);
	return e->type;
}

bool sema_value(struct sema *s, struct expr *e)
{
	if (!sema_expr(s, e))
		return false;
	if (e->type->kind != TY_NONE)
		return true;
	e->type = NULL;
	diag_error(s->d, e->span, D_TYPE, "this has no value");
	if (e->kind == EX_CALL && e->call.fn && e->call.fn->event != EV_NONE)
		diag_hint(s->d,
			  "%s() acts where output is made: it is a statement "
			  "of its own",
			  e->call.fn->name);
	return false;
}

/* --- the script --------------------------------------------------------------------- */

static void check_prog(struct sema *s, struct prog *p)
{
	s->prog = p;
	s->scope.n = s->ended.n = s->block = 0;
	s->loops = 0;
	s->assigned = NULL;
	if (p->predicate)
		check_truth(s, p->predicate);
	check_block(s, p->body);
}

/* A program that matches nothing only tells of the maps. */
static bool is_attached(const struct prog *p)
{
	return p->attach.n;
}

static void check_round(struct sema *s)
{
	s->changed = false;
	check_map_decls(s);
	check_fns(s);
	for (struct prog *p = s->script->progs; p; p = p->next) {
		if (!is_attached(p))
			diag_mute(s->d, true);
		check_prog(s, p);
		if (!is_attached(p))
			diag_mute(s->d, false);
	}
}

static void check_rounds(struct sema *s)
{
	diag_mute(s->d, true);
	for (unsigned int i = 0; i < SEMA_MAX_ROUNDS; i++) {
		check_round(s);
		if (!s->changed)
			break;
	}
	diag_mute(s->d, false);
}

/* What was never said to be wrong, and still has no type: values that are made
 * of each other only. */
static void check_circles(struct sema *s)
{
	for (const struct map *m = s->script->maps; m; m = m->next)
		if (m->is_failed && (!m->value || !m->key))
			diag_error(s->d, m->first, D_UNDEFINED_MAP,
				   "nothing gives '%.*s' a value",
				   STR_ARG(m->name));
	for (const struct var *v = s->script->selfs; v; v = v->next)
		if (v->is_failed && !v->type)
			diag_error(s->d, v->declared, D_UNDEFINED_VAR,
				   "nothing gives '%.*s' a value",
				   STR_ARG(v->name));
	for (const struct prog *p = s->script->progs; p; p = p->next)
		for (const struct var *v = p->vars; v; v = v->next)
			if (v->is_failed && !v->type)
				diag_error(s->d, v->declared, D_UNDEFINED_VAR,
					   "nothing gives '%.*s' a value",
					   STR_ARG(v->name));
}

static bool has_circles(const struct script *script)
{
	for (const struct map *m = script->maps; m; m = m->next)
		if (m->is_failed && !m->value)
			return true;
	for (const struct var *v = script->selfs; v; v = v->next)
		if (v->is_failed && !v->type)
			return true;
	return false;
}

static void drop_unattached(struct script *s)
{
	for (struct prog **p = &s->progs; *p;) {
		if (is_attached(*p))
			p = &(*p)->next;
		else
			*p = (*p)->next;
	}
}

bool sema_check(struct script *script, const struct sema_env *env,
		struct diags *d)
{
	struct sema s = {
		.script = script,
		.env = env,
		.d = d,
		.types = &script->types,
		.arena = &script->arena,
	};
	unsigned int before = d->errors;

	if (!check_c(&s)) /* all else would follow from it */
		return false;
	check_rounds(&s);
	if (check_missing_maps(&s))
		check_rounds(&s);
	if (has_circles(script)) {
		s.is_guessing = true;
		check_rounds(&s);
	}
	s.is_final = true;
	check_round(&s);
	script->c_has_layout = sema_c_has_layout(&s);
	check_fn_calls(&s);
	check_selfs(&s);
	check_maps(&s);
	drop_unattached(script);
	if (d->errors == before)
		check_circles(&s);
	return d->errors == before;
}
