/* SPDX-License-Identifier: Apache-2.0 */
/* check_field.c - members, elements, tuples. */
#include <ctype.h>

#include "sema/check.h"

/* --- members ------------------------------------------------------------------------ */

enum addr_space sema_space(const struct expr *e)
{
	const struct type *base;

	switch ((int)e->kind) {
	case EX_MEMBER:
		base = e->member.base->type;
		return e->member.through_ptr ? base->space
					     : sema_space(e->member.base);
	case EX_INDEX:
		base = e->index.base->type;
		return base->kind == TY_PTR ? base->space
					    : sema_space(e->index.base);
	case EX_UNARY:
		return e->unary.e->type->kind == TY_PTR
			       ? e->unary.e->type->space
			       : AS_BPF;
	case EX_NAME: return AS_CTX;
	default: return AS_BPF;
	}
}

/* The verifier does not follow a pointer that was in memory meanwhile. */
const struct type *sema_kept(struct sema *s, const struct type *t)
{
	if (t->kind != TY_PTR || t->space != AS_BTF)
		return t;
	return type_ptr(s->types, t->elem, AS_KERNEL);
}

#define MAX_ARGS 64

const struct type *sema_args_value(struct types *types, const struct type *t)
{
	struct field fields[MAX_ARGS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->n_fields && n < MAX_ARGS; i++) {
		const struct field *f = &t->fields[i];

		if (!f->type->size ||
		    (f->is_data_loc && f->type->kind != TY_STRING))
			continue;
		fields[n].name = f->name;
		fields[n++].type = f->type;
	}
	return type_record(types, STR(""), fields, n);
}

const struct type *sema_value_of(struct sema *s, const struct expr *e)
{
	const struct type *t = e->type;

	if (e->kind != EX_NAME || t->kind != TY_RECORD || t != s->prog->args)
		return t;
	return sema_args_value(s->types, t);
}

/* A pointer found in a record points where the record was found, unless it
 * says itself that it is the user's. */
static const struct type *propagate(struct sema *s, const struct type *t,
				    enum addr_space from)
{
	if (from == AS_BPF)
		return sema_kept(s, t);
	if (t->kind != TY_PTR || from == AS_CTX || from == AS_BPF ||
	    t->space == AS_USER)
		return t;
	/* the verifier follows pointers to structs only */
	if (from == AS_BTF && (!t->elem || t->elem->kind != TY_RECORD))
		from = AS_KERNEL;
	return type_ptr(s->types, t->elem, from);
}

const struct type *sema_member_address(struct sema *s, const struct expr *e)
{
	const struct field *f = &e->member.field;
	enum addr_space from = sema_space(e);

	if (from != AS_BPF && from != AS_CTX && !f->bit_size && !f->is_data_loc)
		return propagate(s, type_ptr(s->types, f->type, from), from);
	diag_error(s->d, e->span, D_TYPE, "'%.*s' has no address here",
		   STR_ARG(e->member.id));
	if (f->bit_size)
		diag_hint(s->d, "it is a bit-field");
	else
		diag_hint(s->d, "it is not behind a pointer");
	return NULL;
}

bool sema_find_field(struct sema *s, const struct type *record, struct str name,
		     struct field *out)
{
	const struct field *f;

	if (record->origin)
		return machine_field(s->env->machine, s->types, record, name,
				     out);
	f = type_field(record, name);
	if (f)
		*out = *f;
	return f;
}

bool sema_no_field(struct sema *s, const struct type *record, struct str name,
		   struct span at)
{
	struct suggest near = { 0 };
	str_vec names = { 0 };

	diag_error(s->d, at, D_UNKNOWN_FIELD, "%s has no field '%.*s'",
		   record->name.n ? sema_name(s, record) : "this record",
		   STR_ARG(name));
	if (s->is_final && record->origin)
		machine_field_names(s->env->machine, record, s->arena, &names);
	vec_each(n, &names)
		suggest_offer(&near, name, *n);
	for (uint32_t i = 0; i < record->n_fields; i++)
		suggest_offer(&near, name, record->fields[i].name);
	if (record == s->prog->args && s->prog->no_args.n)
		diag_hint(s->d, "%.*s", STR_ARG(s->prog->no_args));
	else
		sema_hint(s, &near, "");
	return false;
}

/* An element of (1, "a") or (a = 1) that is known when compiling. */
static void take_constant(struct expr *e, const struct expr *base, uint32_t i)
{
	const struct expr *x;

	if (base->kind != EX_TUPLE && base->kind != EX_RECORD)
		return;
	x = base->tuple.elems;
	while (x && i--)
		x = x->next;
	if (!x || !x->is_const || x->type != e->type)
		return;
	e->is_const = true;
	e->num = x->num;
	e->str = x->str;
}

static bool tuple_index(struct str text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.n && i < 9; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(text.p[i] - '0');
	}
	return text.n && text.n < 9;
}

static void check_tuple_member(struct sema *s, struct expr *e,
			       const struct type *t, struct str name)
{
	uint64_t i;

	if (!tuple_index(name, &i)) {
		diag_error(s->d, e->span, D_UNKNOWN_FIELD,
			   "the elements of a tuple are .0, .1 and so on, "
			   "found '.%.*s'",
			   STR_ARG(name));
		return;
	}
	if (i >= t->n_fields) {
		diag_error(s->d, e->span, D_RANGE,
			   "a tuple of %u element%s has no '.%llu'",
			   t->n_fields, t->n_fields == 1 ? "" : "s",
			   (unsigned long long)i);
		return;
	}
	e->member.field = t->fields[i];
	e->type = sema_kept(s, t->fields[i].type);
	take_constant(e, e->member.base, (uint32_t)i);
}

static uint32_t index_of(const struct type *t, struct str name)
{
	uint32_t i = 0;

	while (i < t->n_fields && !str_eq(t->fields[i].name, name))
		i++;
	return i;
}

void check_member(struct sema *s, struct expr *e)
{
	struct expr *base = e->member.base;
	const struct type *t;

	if (base->kind == EX_INT && isdigit((unsigned char)e->member.id.p[0])) {
		diag_error(s->d, e->span, D_LITERAL,
			   "numbers with a fraction do not exist here");
		return;
	}
	if (!sema_value(s, base))
		return;
	t = base->type;
	e->member.through_ptr = t->kind == TY_PTR;
	if (t->kind == TY_PTR && t->elem)
		t = t->elem;
	if (t->kind == TY_TUPLE && !e->member.through_ptr) {
		check_tuple_member(s, e, t, e->member.id);
		return;
	}
	if (t->kind != TY_RECORD) {
		diag_error(s->d, e->span, D_TYPE,
			   "a value of type %s has no fields",
			   sema_name(s, base->type));
		if (type_is_integer(base->type))
			diag_hint(s->d, "cast it first, as in "
					"((struct name *)value)->field");
		return;
	}
	if (!sema_find_field(s, t, e->member.id, &e->member.field)) {
		sema_no_field(s, t, e->member.id, e->span);
		return;
	}
	e->type = propagate(s, e->member.field.type, sema_space(e));
	if (t->n_fields && base->kind == EX_RECORD)
		take_constant(e, base, index_of(t, e->member.id));
}

/* --- elements ------------------------------------------------------------------------- */

static bool in_bounds(struct sema *s, const struct expr *i, uint64_t n)
{
	if (!i->is_const || (i->num >= 0 && (uint64_t)i->num < n))
		return true;
	return diag_error(s->d, i->span, D_RANGE,
			  "index %lld is outside of 0 to %llu",
			  (long long)i->num, (unsigned long long)n - 1);
}

static void check_tuple_index(struct sema *s, struct expr *e)
{
	const struct expr *i = e->index.index;
	const struct type *t = e->index.base->type;

	if (!i->is_const) {
		diag_error(s->d, i->span, D_TYPE,
			   "the index of a tuple must be known when the "
			   "script is compiled");
		return;
	}
	if (!t->n_fields || !in_bounds(s, i, t->n_fields))
		return;
	e->type = sema_kept(s, t->fields[i->num].type);
}

/* The verifier does not follow an index that it does not know. */
static enum addr_space element_space(const struct expr *i, enum addr_space from)
{
	return from == AS_BTF && !i->is_const ? AS_KERNEL : from;
}

void check_index(struct sema *s, struct expr *e)
{
	struct expr *base = e->index.base, *i = e->index.index;
	const struct type *t;
	bool ok = sema_value(s, base);

	if (!sema_value(s, i) || !ok)
		return;
	t = base->type;
	if (!type_is_integer(i->type)) {
		diag_error(s->d, i->span, D_TYPE,
			   "an index is an integer, found %s",
			   sema_name(s, i->type));
		return;
	}
	if (t->kind == TY_TUPLE) {
		check_tuple_index(s, e);
	} else if (t->kind == TY_ARRAY) {
		if (!t->count || in_bounds(s, i, t->count))
			e->type = propagate(s, t->elem,
					    element_space(i, sema_space(base)));
	} else if (t->kind == TY_STRING) {
		if (in_bounds(s, i, t->size))
			e->type = type_int(s->types, 1, true);
	} else if (t->kind == TY_PTR && t->elem && t->elem->size) {
		e->type = propagate(s, t->elem,
				    t->space == AS_BTF ? AS_KERNEL : t->space);
	} else {
		diag_error(s->d, e->span, D_TYPE,
			   "a value of type %s has no elements",
			   sema_name(s, t));
	}
}

/* --- tuples and records --------------------------------------------------------------- */

#define MAX_ELEMS 64

static void build(struct sema *s, struct expr *e)
{
	struct field fields[MAX_ELEMS];
	const struct type *elems[MAX_ELEMS];
	uint32_t n = 0;

	for (const struct expr *x = e->tuple.elems; x; x = x->next, n++) {
		elems[n] = x->type;
		fields[n] = (struct field){ .type = x->type };
		if (e->kind == EX_RECORD)
			fields[n].name = e->tuple.names[n];
	}
	if (e->kind == EX_RECORD)
		e->type =
			type_record(s->types, (struct str){ "", 0 }, fields, n);
	else
		e->type = type_tuple(s->types, elems, n);
}

static bool has_unique_names(struct sema *s, const struct expr *e)
{
	const struct expr *x = e->tuple.elems;

	for (uint32_t i = 0; e->kind == EX_RECORD && i < e->tuple.n; i++) {
		for (uint32_t k = 0; k < i; k++)
			if (str_eq(e->tuple.names[i], e->tuple.names[k]))
				return diag_error(s->d, x->span, D_REDEFINED,
						  "the record has a '%.*s' "
						  "already",
						  STR_ARG(e->tuple.names[i]));
		x = x->next;
	}
	return true;
}

void check_tuple(struct sema *s, struct expr *e)
{
	bool ok = true;

	if (e->tuple.n > MAX_ELEMS) {
		diag_error(s->d, e->span, D_LIMIT, "more than %d elements",
			   MAX_ELEMS);
		return;
	}
	for (struct expr *x = e->tuple.elems; x; x = x->next)
		ok &= sema_value(s, x);
	if (ok && has_unique_names(s, e))
		build(s, e);
}
