/* SPDX-License-Identifier: Apache-2.0 */
/* check_var.c - $variables, parameters of the script, assignments. */
#include "plan/params.h"
#include "sema/check.h"

/* --- variables ------------------------------------------------------------------------ */

struct var *sema_find_var(struct sema *s, struct str name)
{
	for (size_t i = s->scope.n; i--;)
		if (str_eq(s->scope.v[i]->name, name))
			return s->scope.v[i];
	return NULL;
}

static struct var *add_var(struct sema *s, struct expr *e)
{
	struct var *v = arena_new(s->arena, struct var);
	struct var **end = &s->prog->vars;

	v->name = e->var.id;
	v->declared = e->span;
	v->index = s->prog->n_vars++;
	v->loops = s->loops;
	while (*end)
		end = &(*end)->next;
	*end = v;
	return v;
}

struct var *sema_declare(struct sema *s, struct expr *e)
{
	struct var *old = sema_find_var(s, e->var.id);

	if (old) {
		diag_error(s->d, e->span, D_REDEFINED, "'%.*s' exists already",
			   STR_ARG(e->var.id));
		diag_note(s->d, old->declared, "this is where it was made");
		return NULL;
	}
	if (!e->var.sym)
		e->var.sym = add_var(s, e);
	vec_push(s->arena, &s->scope, e->var.sym);
	return e->var.sym;
}

/* --- after the block ------------------------------------------------------------------ */

void sema_end_block(struct sema *s, size_t n)
{
	for (size_t i = n; i < s->scope.n; i++)
		if (!s->scope.v[i]->is_let)
			vec_push(s->arena, &s->ended, s->scope.v[i]);
	s->scope.n = n;
}

/* The variable a block that has ended made, visible again: scripts that know
 * no let give it a value in the arms of an if and use it behind. t: what it is
 * given now, NULL for a read. */
static struct var *revive(struct sema *s, const struct expr *e,
			  const struct type *t, bool flexible)
{
	for (size_t i = s->ended.n; i--;) {
		struct var *v = s->ended.v[i];

		if (!str_eq(v->name, e->var.id) || v->loops > s->loops)
			continue;
		if (t && v->type &&
		    !type_join(s->types, v->type, v->is_flexible, t, flexible))
			return NULL;
		v->is_shared |= !t;
		vec_push(s->arena, &s->scope, v);
		return v;
	}
	return NULL;
}

static bool fits_wanted(const struct expr *e, const struct type *t)
{
	uint32_t bits = t->size * 8;

	if (!e || !e->is_const || !type_is_integer(e->type) ||
	    t->kind != TY_INT || bits == 64)
		return true;
	if (t->is_signed)
		return e->num >= -((int64_t)1 << (bits - 1)) &&
		       e->num < (int64_t)1 << (bits - 1);
	return e->num >= 0 && e->num < (int64_t)1 << bits;
}

static bool declared_value(struct sema *s, struct var *v, const struct expr *e,
			   const struct type *t, struct span at)
{
	if (!type_converts(t, v->wanted) && !sema_is_null(e, v->wanted)) {
		diag_error(s->d, at, D_TYPE,
			   "'%.*s' is declared as %s and cannot take a value "
			   "of type %s",
			   STR_ARG(v->name), sema_name(s, v->wanted),
			   sema_name(s, t));
		diag_note(s->d, v->declared, "this is where it was declared");
		return false;
	}
	if (!fits_wanted(e, v->wanted) && e->is_literal)
		return diag_error(s->d, at, D_RANGE,
				  "%lld does not fit into %s",
				  (long long)e->num, sema_name(s, v->wanted));
	return true;
}

bool sema_var_value(struct sema *s, struct var *v, const struct expr *e,
		    const struct type *t, struct span at)
{
	bool flexible = e && sema_is_flexible(e);
	const struct type *joined;

	if (!sema_fits(s, t, at))
		return false;
	if (!v->is_assigned)
		s->changed = true;
	v->is_assigned = true;
	if (v->wanted)
		return declared_value(s, v, e, t, at);
	if (!v->type) {
		v->type = t;
		v->is_flexible = flexible;
		s->changed = true;
		return true;
	}
	if (sema_is_null(e, v->type))
		return true;
	joined = type_join(s->types, v->type, v->is_flexible, t, flexible);
	if (!joined) {
		diag_error(s->d, at, D_TYPE,
			   "'%.*s' cannot take a value of type %s: it is of "
			   "type %s",
			   STR_ARG(v->name), sema_name(s, t),
			   sema_name(s, v->type));
		diag_note(s->d, v->declared, "this is where it got its type");
		return false;
	}
	if (joined != v->type || (v->is_flexible && !flexible)) {
		s->changed = true;
		v->type = joined;
		v->is_flexible &= flexible;
	}
	return true;
}

/* A variable that looks like e may be on the other side of a macro; names of
 * that side are of no use here. */
static void hint_var(struct sema *s, const struct expr *e, const struct var *v)
{
	struct str own, other, name = str_split(e->var.id, '\0', &own);
	struct suggest near = { 0 };

	for (size_t i = 0; i < s->scope.n; i++) {
		struct str that = str_split(s->scope.v[i]->name, '\0', &other);

		if (s->scope.v[i] == v)
			continue;
		if (str_eq(own, other)) {
			suggest_offer(&near, name, that);
		} else if (str_eq(name, that)) {
			diag_hint(s->d,
				  "macros and their users do not see each "
				  "other's variables: pass '%.*s' to the macro",
				  STR_ARG(name));
			return;
		}
	}
	sema_hint(s, &near, "");
}

void check_var(struct sema *s, struct expr *e)
{
	struct var *v = sema_find_var(s, e->var.id);

	if (!v)
		v = revive(s, e, NULL, false);
	if (v)
		e->var.sym = v;
	if (v)
		v->is_read = true;
	if (v && (v->type || v->is_failed)) {
		e->type = v->type;
		return;
	}
	if (v)
		v->is_failed = s->is_final; /* said once */
	diag_error(s->d, e->span, D_UNDEFINED_VAR, "'%.*s' has no value here",
		   STR_ARG(e->var.id));
	hint_var(s, e, v);
}

/* --- $1, $# ----------------------------------------------------------------------------- */

static const char *param_text(struct sema *s, const struct expr *e)
{
	uint32_t i = e->param.index;

	return i && i <= s->env->n_params ? s->env->params[i - 1] : NULL;
}

static void warn_missing(struct sema *s, const struct expr *e)
{
	if (s->env->params_later)
		return;
	diag_warn(s->d, e->span, D_PARAM,
		  "parameter $%u was not given: it is 0", e->param.index);
}

/* Parameters are filled in when the program is loaded: a saved one can be
 * given others. */
void check_param(struct sema *s, struct expr *e)
{
	const char *text;
	int64_t num = (int64_t)s->env->n_params;

	e->type = type_int(s->types, 8, true);
	if (e->kind == EX_PARAM && !e->param.index)
		e->param.index = (uint32_t)e->num;
	if (e->kind == EX_PARAM) {
		text = param_text(s, e);
		num = 0;
		if (!text)
			warn_missing(s, e);
		else if (!param_number(text, &num))
			sema_param_text(s, e);
		else if (num < 0 && text[0] != '-') /* above 2^63 */
			e->type = type_int(s->types, 8, false);
	}
	if (!s->const_params)
		return;
	s->script->sources->has_values = true;
	if (e->type->kind == TY_STRING) {
		e->str = str_from(param_text(s, e));
		e->is_const = true;
		return;
	}
	e->is_const = e->is_literal = true;
	e->num = num;
	e->type = sema_literal_type(s, num, !e->type->is_signed);
}

bool sema_param_text(struct sema *s, struct expr *e)
{
	const char *text;
	size_t size;

	if (!e || e->kind != EX_PARAM || e->is_const)
		return false;
	text = param_text(s, e);
	size = text ? strlen(text) + 1 : 1;
	if (size < PARAM_TEXT)
		size = PARAM_TEXT;
	e->type = type_string(s->types, (uint32_t)size);
	return true;
}

/* --- assignments ------------------------------------------------------------------------ */

static bool is_assignable(struct sema *s, struct expr *target)
{
	if (target->kind == EX_VAR || target->kind == EX_MAP ||
	    target->kind == EX_SELF)
		return true;
	return diag_error(s->d, target->span, D_ASSIGN,
			  "only variables and maps can be assigned to");
}

/* The symbol behind a target, with keys checked; made when it is new. */
static bool find_var(struct sema *s, struct expr *t, const struct expr *value)
{
	struct var *v = sema_find_var(s, t->var.id);

	if (!v)
		v = revive(s, t, value ? value->type : NULL,
			   value && sema_is_flexible(value));
	if (v) {
		t->var.sym = v;
		return true;
	}
	/* An earlier round may have taken one whose type was not known yet. */
	for (size_t i = 0; i < s->ended.n; i++)
		if (s->ended.v[i] == t->var.sym)
			t->var.sym = NULL;
	return sema_declare(s, t);
}

/* value: what a plain assignment puts there, else NULL. */
static bool find_target(struct sema *s, struct expr *t,
			const struct expr *value)
{
	if (t->kind == EX_MAP) {
		t->map.sym = sema_map(s, t->map.id, t->span);
		t->map.sym->is_missing |= !s->prog->attach.n && !s->prog->fn;
		return sema_map_keys(s, t->map.sym, t->map.keys, t->span);
	}
	if (t->kind == EX_SELF) {
		t->self.sym = sema_self(s, t);
		return true;
	}
	return find_var(s, t, value);
}

/* The variable of a target that is no map. */
static struct var *target_var(const struct expr *t)
{
	return t->kind == EX_SELF ? t->self.sym : t->var.sym;
}

static const struct type *target_type(const struct expr *t)
{
	return t->kind == EX_MAP ? t->map.sym->value : target_var(t)->type;
}

/* The value has no type: whoever reads the target stays silent. */
static void fail(const struct expr *t)
{
	if (t->kind == EX_MAP)
		t->map.sym->is_failed = true;
	else
		target_var(t)->is_failed = true;
}

static bool put(struct sema *s, struct expr *t, const struct expr *e,
		const struct type *type, struct span at)
{
	bool ok;

	if (t->kind == EX_MAP)
		ok = sema_map_value(s, t->map.sym, e, type, at);
	else
		ok = sema_var_value(s, target_var(t), e, type, at);
	t->type = target_type(t);
	return ok;
}

/* The target of a compound assignment as its left operand. One that is new
 * starts as zero: a literal. False after a report. */
static bool left_operand(struct sema *s, struct expr *t, struct expr *left)
{
	const struct type *old = target_type(t);

	if (!old && t->kind == EX_VAR && t->var.sym->is_failed)
		return false;
	if (!old && t->kind == EX_VAR) {
		t->var.sym->is_failed = s->is_final; /* said once */
		return diag_error(s->d, t->span, D_UNDEFINED_VAR,
				  "'%.*s' has no value here",
				  STR_ARG(t->var.id));
	}
	if (old && type_is_aggregation(old))
		return diag_error(s->d, t->span, D_TYPE,
				  "a map of %s takes only the values of its "
				  "function",
				  sema_name(s, old));
	left->kind = EX_INT;
	left->span = t->span;
	left->type = old ? old : type_int(s->types, 8, true);
	left->is_literal =
		!old || (t->kind == EX_MAP ? t->map.sym->is_flexible
					   : target_var(t)->is_flexible);
	return true;
}

/* x op= value: the type of the operator, except that a declared variable keeps
 * its own. */
static void check_compound(struct sema *s, struct stmt *st)
{
	struct expr *target = st->assign.target, *value = st->assign.value;
	struct expr left = { 0 }, result = { 0 };

	if (!sema_value(s, value) || !find_target(s, target, NULL)) {
		if (target->kind == EX_SELF)
			sema_self(s, target)->is_failed = true;
		if (target->kind == EX_MAP)
			sema_map(s, target->map.id, target->span)->is_failed =
				true;
		return;
	}
	if (!left_operand(s, target, &left))
		return;
	sema_warn_division(s, st->assign.op, value);
	result.kind = EX_BINARY;
	result.span = st->span;
	result.bin.op = st->assign.op;
	result.bin.l = &left;
	result.bin.r = value;
	if (!sema_binary_type(s, &result))
		return;
	st->assign.common = result.bin.common;
	if (target->kind == EX_VAR && target->var.sym->wanted)
		result.type = target->var.sym->wanted;
	result.is_literal = left.is_literal && sema_is_flexible(value) &&
			    st->assign.op != OP_SUB;
	put(s, target, &result, result.type, st->span);
	if (target->kind == EX_MAP)
		target->map.sym->is_read = true;
}

/* What a value made of itself only starts as: 0, or an empty text. */
static const struct type *seed(struct sema *s, bool is_text)
{
	return is_text ? type_string(s->types, 1) : type_int(s->types, 1, true);
}

static bool has_seed(struct sema *s, struct expr *t, const struct type *type)
{
	if (t->kind == EX_MAP) {
		struct map *m = sema_map(s, t->map.id, t->span);

		if (m->value && type)
			return false;
		m->value = type;
		m->is_flexible = type && type->kind == TY_INT;
	} else {
		struct var *v = sema_self(s, t);

		if (v->type && type)
			return false;
		v->type = type;
		v->is_flexible = type && type->kind == TY_INT;
	}
	return true;
}

/* @x = @x + 1 as the only value: as if it had been 0 before. */
static bool guess_value(struct sema *s, struct expr *t, struct expr *value)
{
	if (!s->is_guessing || s->is_final || t->kind == EX_VAR)
		return false;
	for (int is_text = 0; is_text < 2; is_text++) {
		if (!has_seed(s, t, seed(s, is_text)))
			return false;
		if (sema_value(s, value))
			return true;
		has_seed(s, t, NULL);
	}
	return false;
}

void check_assign(struct sema *s, struct stmt *st)
{
	struct expr *target = st->assign.target, *value = st->assign.value;
	bool ok;

	target->type = NULL;
	if (!is_assignable(s, target))
		return;
	if (st->assign.op != OP_NONE) {
		check_compound(s, st);
		return;
	}
	s->assigned = target->kind == EX_MAP ? value : NULL;
	ok = sema_value(s, value) || guess_value(s, target, value);
	s->assigned = NULL;
	if (!find_target(s, target, value) || !ok)
		fail(target);
	else
		put(s, target, value, sema_value_of(s, value), value->span);
}

/* x++: a new map starts at 0; integers become 64 bits wide. */
void check_incdec(struct sema *s, struct expr *e)
{
	struct expr *target = e->incdec.e;
	struct expr left = { 0 };

	if (!is_assignable(s, target) || !find_target(s, target, NULL) ||
	    !left_operand(s, target, &left))
		return;
	if (left.type->kind != TY_PTR && !type_is_integer(left.type)) {
		diag_error(s->d, e->span, D_TYPE,
			   "'%s' expects an integer, found %s",
			   e->incdec.is_inc ? "++" : "--",
			   sema_name(s, left.type));
		return;
	}
	if (target->kind != EX_MAP && target_var(target)->wanted)
		left.type = target_var(target)->wanted;
	else if (left.type->kind != TY_PTR)
		left.type = type_int(s->types, 8, left.type->is_signed);
	left.is_literal &= e->incdec.is_inc;
	if (!put(s, target, &left, left.type, e->span))
		return;
	if (target->kind == EX_MAP)
		target->map.sym->is_read = true;
	else if (!s->is_unevaluated)
		target_var(target)->is_read = true;
	e->type = target->type;
}
