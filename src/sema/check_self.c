/* SPDX-License-Identifier: Apache-2.0 */
/* check_self.c - self->x: variables of the thread, the same in all probes. */
#include "sema/check.h"

#define MAX_BYTES 32768 /* the kernel keeps up to 64 KB per thread */

static struct var *find_self(struct sema *s, struct str id)
{
	struct str name = str_printf(s->arena, "self->%.*s", STR_ARG(id));

	for (struct var *v = s->script->selfs; v; v = v->next)
		if (str_eq(v->name, name))
			return v;
	return NULL;
}

struct var *sema_self(struct sema *s, const struct expr *e)
{
	struct var *v = find_self(s, e->self.id);
	struct var **end = &s->script->selfs;

	if (v)
		return v;
	v = arena_new(s->arena, struct var);
	v->name = str_printf(s->arena, "self->%.*s", STR_ARG(e->self.id));
	v->declared = e->span;
	while (*end) {
		v->index++;
		end = &(*end)->next;
	}
	*end = v;
	return v;
}

/* A value that is read: of the last assignment in any probe of the thread. */
void check_self(struct sema *s, struct expr *e)
{
	struct var *v = sema_self(s, e);
	struct suggest near = { 0 };

	e->self.sym = v;
	v->is_read |= !s->is_unevaluated;
	e->type = v->type ? sema_kept(s, v->type) : NULL;
	if (v->type || v->is_failed)
		return;
	diag_error(s->d, e->span, D_UNDEFINED_VAR,
		   "nothing gives '%.*s' a value", STR_ARG(v->name));
	for (const struct var *o = s->script->selfs; o; o = o->next)
		if (o->type)
			suggest_offer(&near, v->name, o->name);
	sema_hint(s, &near, "");
}

void check_selfs(struct sema *s)
{
	uint32_t n = 0;

	for (const struct var *v = s->script->selfs; v; v = v->next) {
		if (!v->type)
			continue;
		n += (v->type->size + 7) & ~7u;
		if (v->type->size <= MAX_BYTES && n <= MAX_BYTES)
			continue;
		diag_error(s->d, v->declared, D_LIMIT,
			   "the variables of a thread take more than %d bytes",
			   MAX_BYTES);
		return;
	}
}
