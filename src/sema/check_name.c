/* SPDX-License-Identifier: Apache-2.0 */
/* check_name.c - bare words: builtins, functions without arguments,
 * constants of the script's C, enumerators of the kernel. */
#include <assert.h>

#include "machine/uapi.h"
#include "sema/check.h"

static bool needs_context(const struct builtin *b)
{
	return b->flags & (BI_CTX | BI_REGS | BI_ARGS | BI_RETVAL);
}

static bool is_here(struct sema *s, const struct expr *e,
		    const struct builtin *b)
{
	const struct prog *p = s->prog;

	if (!needs_context(b) && !(p->fn && b->flags & BI_NAME))
		return true;
	if (p->ctx == CTX_NONE ||
	    (b->flags & BI_REGS && p->ctx != CTX_REGS && p->ctx != CTX_RAW) ||
	    (b->flags & BI_ARGS && (!p->args || p->ctx == CTX_ITER)) ||
	    (b->flags & BI_RETVAL && !p->retval)) {
		sema_not_here(s, e->span, e->name.id);
		if (b->flags & BI_ARGS && p->no_args.n)
			diag_hint(s->d, "%.*s", STR_ARG(p->no_args));
		if (b->flags & BI_RETVAL && p->row && p->row->entry)
			diag_hint(s->d, "the function returns nothing");
		return false;
	}
	return true;
}

static void check_builtin(struct sema *s, struct expr *e,
			  const struct builtin *b)
{
	e->name.row = b;
	if (!is_here(s, e, b))
		return;
	if (b->flags & BI_ARGS)
		e->type = s->prog->args;
	else if (b->flags & BI_RETVAL)
		e->type = s->prog->retval;
	else if (strcmp(b->type, "any"))
		e->type = sema_type_text(s, str_from(b->type), AS_KERNEL);
	assert(e->type || b->check); /* else the row names no type */
	if (b->check && !b->check(s, e))
		e->type = NULL;
}

/* Its value may be another on another kernel, unless it is of those that
 * programs know, too. */
static void note_enumerator(struct sema *s, struct str name, int64_t value)
{
	int64_t same;

	if (!s->is_final || (uapi_constant(name, &same) && same == value))
		return;
	vec_each(x, &s->script->enumerators)
		if (str_eq(x->name, name))
			return;
	vec_push(s->arena, &s->script->enumerators,
		 ((struct enumerator){ name, value }));
}

static bool check_enumerator(struct sema *s, struct expr *e)
{
	const struct type *t;
	int64_t value;

	if (!machine_enumerator(s->env->machine, s->types, e->name.id, &value,
				&t))
		return false;
	e->type = t;
	sema_set_const(e, value);
	note_enumerator(s, e->name.id, value);
	return true;
}

static void unknown_name(struct sema *s, const struct expr *e)
{
	struct suggest near = { 0 };

	diag_error(s->d, e->span, D_UNKNOWN_NAME, "unknown name '%.*s'",
		   STR_ARG(e->name.id));
	builtin_suggest(e->name.id, &near);
	function_suggest(e->name.id, &near);
	sema_c_suggest(s, e->name.id, &near);
	sema_hint(s, &near, "");
	if (!near.best.p)
		sema_c_hint(s, e->name.id);
}

static bool is_call_without_args(struct sema *s, struct str name)
{
	const struct function *f = function_find(name);

	return f && sema_min_args(s, f) == 0;
}

void check_name(struct sema *s, struct expr *e)
{
	const struct builtin *b = builtin_find(e->name.id);
	struct str id = e->name.id;

	e->name.row = NULL;
	if (b) {
		check_builtin(s, e, b);
		return;
	}
	if (is_call_without_args(s, id)) { /* exit; is exit(); */
		e->kind = EX_CALL;
		memset(&e->call, 0, sizeof(e->call));
		e->call.id = id;
		e->call.id_span = e->span;
		check_call(s, e);
		return;
	}
	if (!check_c_constant(s, e) && !check_macro(s, e) &&
	    !check_enumerator(s, e) && !check_uapi(s, e))
		unknown_name(s, e);
}
