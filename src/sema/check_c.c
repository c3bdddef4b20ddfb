/* SPDX-License-Identifier: Apache-2.0 */
/* check_c.c - what the C at the top of a script gives the rest of it: types,
 * constants; and the constants of Linux that are not in BTF. */
#include "machine/uapi.h"
#include "sema/c.h"
#include "sema/check.h"

bool check_c(struct sema *s)
{
	s->c = arena_new(s->arena, struct c_front);
	*s->c = (struct c_front){
		.arena = s->arena,
		.types = s->types,
		.d = s->d,
		.sources = s->script->sources,
		.machine = s->env->machine,
		.dirs = s->env->c_dirs,
		.files = s->env->c_files,
	};
	return c_read(s->c, s->script->c);
}

bool sema_c_has_layout(const struct sema *s)
{
	return s->c->has_layout;
}

bool sema_c_type(struct sema *s, struct str name, const struct type **out)
{
	return c_named_type(s->c, name, out);
}

static void set_number(struct sema *s, struct expr *e, struct c_value v)
{
	int64_t num = (int64_t)v.bits;

	e->type = sema_literal_type(s, num, v.is_unsigned && num < 0);
	e->is_literal = true;
	sema_set_const(e, num);
}

static void set_text(struct sema *s, struct expr *e, struct str text)
{
	e->type = type_string(s->types, (uint32_t)text.n + 1);
	e->is_const = e->is_literal = true;
	e->str = text;
}

bool check_c_constant(struct sema *s, struct expr *e)
{
	struct c_constant *k;

	if (!c_constant(s->c, e->name.id, e->span, &k))
		return false;
	if (!k)
		return true;
	if (k->is_text) {
		set_text(s, e, k->text);
	} else if (k->type) {
		e->type = k->type;
		sema_set_const(e, (int64_t)k->value.bits);
	} else {
		set_number(s, e, k->value);
	}
	return true;
}

bool check_uapi(struct sema *s, struct expr *e)
{
	struct c_value v = { 0 };
	int64_t num;

	if (!uapi_constant(e->name.id, &num))
		return false;
	v.bits = (uint64_t)num;
	set_number(s, e, v);
	return true;
}

bool check_macro(struct sema *s, struct expr *e)
{
	return uapi_is_macro(e->name.id) && check_uapi(s, e);
}

void sema_c_suggest(struct sema *s, struct str name, struct suggest *near)
{
	c_suggest(s->c, name, near);
	uapi_suggest(name, near);
}

bool sema_c_macro(struct sema *s, struct str name, struct span at)
{
	const struct c_macro *m = c_find_macro(s->c, name);
	struct c_constant *k;

	return m && m->has_params && c_constant(s->c, name, at, &k);
}

void sema_c_hint(struct sema *s, struct str name)
{
	if (s->c->has_headers)
		diag_hint(s->d,
			  "headers in <> are not read: write "
			  "#define %.*s VALUE",
			  STR_ARG(name));
}

void sema_c_suggest_type(struct sema *s, struct str name, struct suggest *near)
{
	c_suggest_type(s->c, name, near);
}
