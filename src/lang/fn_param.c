/* SPDX-License-Identifier: Apache-2.0 */
/* Named parameters of the script. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/params.h"
#include "sema/check.h"
#include "sema/lower.h"

/* The default as text; that of getopt("x") is false. */
static struct str fallback_text(struct arena *a, const struct expr *e)
{
	if (e && e->type->kind == TY_STRING)
		return e->str;
	if (e && e->type->kind != TY_BOOL)
		return str_printf(a, "%lld", (long long)e->num);
	return e && e->num ? STR("true") : STR("false");
}

static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!name.p[i] || strchr("= \t\n", name.p[i]))
			return false;
	return name.n && name.p[0] != '-';
}

/* What was given, when the script is compiled: p NULL if nothing was. */
static struct str given_text(struct sema *s, struct str name)
{
	struct str text = { 0 };

	if (param_option(s->env->words, s->env->n_words, name, &text) &&
	    !text.p)
		text = STR("true");
	return text;
}

static const struct type *option_type(struct sema *s, const struct expr *e,
				      struct str given)
{
	size_t size;

	if (!e || e->type->kind == TY_BOOL)
		return type_bool(s->types);
	if (e->type->kind != TY_STRING)
		return type_int(s->types, 8, true);
	size = (e->str.n > given.n ? e->str.n : given.n) + 1;
	if (size < PARAM_TEXT)
		size = PARAM_TEXT;
	return type_string(s->types, (uint32_t)size);
}

/* Where the value decides what code is made, it is the one given now. A saved
 * program could be given another later. */
static bool take_now(struct sema *s, struct expr *call, struct str text)
{
	const char *name = call->call.args->str.p;
	int64_t n = 0;

	if (s->env->params_later) {
		diag_error(s->d, call->span, D_PARAM,
			   "'--%s' decides here what code is made, but a saved "
			   "program takes its options when it is started",
			   name);
		return false;
	}
	s->script->sources->has_values = true;
	call->is_const = true;
	call->str = text;
	if (call->type->kind == TY_STRING) {
		call->type = type_string(s->types, (uint32_t)text.n + 1);
		return true;
	}
	if (call->type->kind == TY_BOOL ? !param_bool(text, &n)
					: !param_number(text.p, &n))
		return diag_error(s->d, call->span, D_PARAM,
				  "parameter --%s has to be %s, found '%s'",
				  name,
				  call->type->kind == TY_BOOL ? "true or false"
							      : "a number",
				  text.p);
	call->num = n;
	call->is_literal = true;
	return true;
}

static bool is_same(struct arena *a, const struct expr *x, const struct expr *y)
{
	const struct expr *p = x->call.args->next, *q = y->call.args->next;

	return x->type->kind == y->type->kind &&
	       str_eq(fallback_text(a, p), fallback_text(a, q));
}

/* The same name twice is the same option. */
static bool check_once(struct sema *s, struct expr *call)
{
	struct script *script = s->script;

	if (!s->is_final)
		return true;
	vec_each(it, &script->options_used) {
		const struct expr *other = *it;

		if (!str_eq(other->call.args->str, call->call.args->str) ||
		    is_same(s->arena, other, call))
			continue;
		diag_error(s->d, call->span, D_PARAM,
			   "'--%.*s' has another default elsewhere",
			   STR_ARG(call->call.args->str));
		diag_note(s->d, other->span, "this is the other one");
		return false;
	}
	vec_push(s->arena, &script->options_used, call);
	return true;
}

static bool check_getopt(struct sema *s, struct expr *call)
{
	const struct expr *name = sema_arg(call, 0), *e = sema_arg(call, 1);
	struct str given;

	if (!is_name(name->str))
		return diag_error(s->d, name->span, D_PARAM,
				  "'%.*s' cannot be the name of an option",
				  STR_ARG(name->str));
	if (e && e->type->kind != TY_BOOL && e->type->kind != TY_STRING &&
	    !type_is_integer(e->type))
		return diag_error(s->d, e->span, D_ARG_TYPE,
				  "the default of getopt() is a boolean, a "
				  "number or a string, found %s",
				  sema_name(s, e->type));
	given = given_text(s, name->str);
	call->type = option_type(s, e, given);
	if (!check_once(s, call))
		return false;
	if (!s->const_params)
		return true;
	return take_now(s, call, given.p ? given : fallback_text(s->arena, e));
}

/* Also of those whose value is used already: a run checks their names. */
static void lower_getopt(struct lower *l, struct expr *call)
{
	const struct expr *e = call->call.args->next;
	bool is_text = call->type->kind == TY_STRING;
	struct plan_fixup *f;

	lower_fixup(l, call, is_text ? FX_OPTION_TEXT : FX_OPTION,
		    call->call.args->str, is_text ? call->type->size : 8);
	f = &l->plan->fixups.v[call->fixup - 1];
	f->fallback =
		str_copy(&l->plan->arena, fallback_text(&l->script->arena, e));
	if (e && e->next)
		f->doc = str_copy(&l->plan->arena, e->next->str);
}

static struct val emit_getopt(struct cg *g, const struct expr *call)
{
	return ir_slot(g, call->fixup - 1, call->type);
}

const struct function param_functions[] = {
	{ "getopt",
	  "any getopt(const string name, [const any fallback, const string "
	  "description])",
	  .check = check_getopt, .lower = lower_getopt, .emit = emit_getopt,
	  .doc = "The named parameter of the script, given as --name=value "
		 "after the script; fallback when it is not. The type is that "
		 "of fallback: a boolean, an integer or a string; a boolean, "
		 "false, without one. --help tells of all of them.",
	  .example = "if (getopt(\"verbose\")) { "
		     "print(getopt(\"top\", 10, \"how many\")); }" },
	{ 0 },
};
