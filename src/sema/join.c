/* SPDX-License-Identifier: Apache-2.0 */
/* join.c - the one type of a place that takes values of several. */
#include "sema/check.h"

/* Integers without a name: enums and bools count as such next to others. */
static const struct type *join_ints(struct types *t, const struct type *a,
				    bool a_flexible, const struct type *b,
				    bool b_flexible)
{
	uint32_t size = a->size > b->size ? a->size : b->size;
	const struct type *u;

	if (a->is_signed == b->is_signed)
		return type_int(t, size, a->is_signed);
	if ((a->is_signed && a_flexible) || (b->is_signed && b_flexible))
		return type_int(t, size, false);
	u = a->is_signed ? b : a;
	if (u->size >= size && size < 8)
		size *= 2;
	return type_int(t, size, true);
}

static const struct type *join_tuples(struct types *t, const struct type *a,
				      const struct type *b)
{
	const struct type *elems[64];

	if (a->n_fields != b->n_fields || a->n_fields > ARRAY_SIZE(elems))
		return NULL;
	for (uint32_t i = 0; i < a->n_fields; i++) {
		elems[i] = type_join(t, a->fields[i].type, false,
				     b->fields[i].type, false);
		if (!elems[i])
			return NULL;
	}
	return type_tuple(t, elems, a->n_fields);
}

static const struct type *join_records(struct types *t, const struct type *a,
				       const struct type *b)
{
	struct field fields[64];

	if (a->n_fields != b->n_fields || a->n_fields > ARRAY_SIZE(fields) ||
	    a->name.n || b->name.n || a->origin || b->origin)
		return NULL;
	for (uint32_t i = 0; i < a->n_fields; i++) {
		const struct field *other = type_field(b, a->fields[i].name);

		if (!other)
			return NULL;
		fields[i] = a->fields[i];
		fields[i].type = type_join(t, a->fields[i].type, false,
					   other->type, false);
		if (!fields[i].type)
			return NULL;
	}
	return type_record(t, a->name, fields, a->n_fields);
}

static const struct type *join_pointers(struct types *t, const struct type *a,
					const struct type *b)
{
	if (a->elem && b->elem && a->elem != b->elem)
		return NULL;
	return type_ptr(t, a->elem ? a->elem : b->elem,
			a->space == b->space                       ? a->space
			: a->space == AS_BTF || b->space == AS_BTF ? AS_KERNEL
								   : AS_NONE);
}

static const struct type *join_tseries(const struct type *a,
				       const struct type *b)
{
	if (a->step != b->step || a->count != b->count || a->bits != b->bits)
		return NULL;
	return a->is_signed ? a : b;
}

static const struct type *join_same_kind(struct types *t, const struct type *a,
					 const struct type *b)
{
	switch (a->kind) {
	case TY_STRING:
	case TY_BUFFER: return a->size > b->size ? a : b;
	case TY_TUPLE: return join_tuples(t, a, b);
	case TY_RECORD: return join_records(t, a, b);
	case TY_PTR: return join_pointers(t, a, b);
	case TY_SUM:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG:
	case TY_STATS:
	case TY_STDDEV:
		return type_agg(t, a->kind, a->is_signed || b->is_signed);
	case TY_TSERIES: return join_tseries(a, b);
	case TY_NONE:
	case TY_BOOL:
	case TY_INT:
	case TY_ARRAY:
	case TY_ENUM:
	case TY_KSYM:
	case TY_USYM:
	case TY_KSTACK:
	case TY_USTACK:
	case TY_PROBE:
	case TY_TIMESTAMP:
	case TY_MAC:
	case TY_INET:
	case TY_USERNAME:
	case TY_CGROUP:
	case TY_COUNT:
	case TY_HIST:
	case TY_LHIST:
	case TY_N: return NULL; /* the same type, or none */
	}
	return NULL;
}

const struct type *type_join(struct types *t, const struct type *a,
			     bool a_flexible, const struct type *b,
			     bool b_flexible)
{
	if (a == b)
		return a;
	if (type_is_integer(a) && type_is_integer(b))
		return join_ints(t, a, a_flexible, b, b_flexible);
	if (a->kind != b->kind)
		return NULL;
	return join_same_kind(t, a, b);
}

bool sema_is_flexible(const struct expr *e)
{
	return e->is_literal && e->type->kind == TY_INT && e->type->is_signed &&
	       e->num >= 0;
}

bool type_converts(const struct type *from, const struct type *to)
{
	if (from == to)
		return true;
	if (type_is_integer(from) && type_is_integer(to))
		return true;
	if (from->kind != to->kind)
		return false;
	if (from->kind == TY_PTR)
		return !from->elem || !to->elem || from->elem == to->elem;
	if (from->kind == TY_STRING || from->kind == TY_BUFFER)
		return from->size <= to->size;
	if (from->kind != TY_TUPLE || from->n_fields != to->n_fields)
		return false;
	for (uint32_t i = 0; i < from->n_fields; i++)
		if (!type_converts(from->fields[i].type, to->fields[i].type))
			return false;
	return true;
}
