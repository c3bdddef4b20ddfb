/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - a statement that is only a value prints it. */
#include "lang/lang.h"
#include "sema/sema.h"

static bool is_fn_with_value(const struct script *s, struct str name)
{
	for (const struct fn_decl *f = s->fns; f; f = f->next)
		if (str_eq(f->name, name))
			return f->ret_type;
	return true; /* unknown: that is said where it is called */
}

/* Does a call have a value that somebody may want to see? */
static bool call_has_value(const struct script *s, const struct expr *e)
{
	const struct function *f = function_find(e->call.id);

	if (!f)
		return is_fn_with_value(s, e->call.id);
	return !(f->flags & (FN_ENDS | FN_NO_WARN | FN_ASSIGNED)) &&
	       !str_starts(str_from(f->proto), "none ");
}

static bool has_value(const struct script *s, const struct expr *e)
{
	switch ((int)e->kind) {
	case EX_CALL: return call_has_value(s, e);
	case EX_INCDEC:
	case EX_IF: return false;
	case EX_BLOCK: /* of a macro */
		return e->block.value && has_value(s, e->block.value);
	}
	return true;
}

void sema_show(struct script *s)
{
	struct stmt *shown = s->shown;
	struct expr *call;

	if (!shown || shown->kind != ST_EXPR || !has_value(s, shown->e))
		return;
	call = arena_new(&s->arena, struct expr);
	call->kind = EX_CALL;
	call->span = shown->e->span;
	call->depth = shown->e->depth + 1;
	call->call.id = STR("print");
	call->call.id_span = shown->e->span;
	call->call.args = shown->e;
	call->call.n_args = 1;
	shown->e = call;
}
