/* SPDX-License-Identifier: Apache-2.0 */
/* lower_layout.c - what binds a plan to the kernel it was made for. Fields
 * behind pointers are found again on every kernel (CO-RE); sizes, elements and
 * copies of whole structs are not. */
#include "sema/lower.h"

/* Is it a record of the kernel, or made of some? */
static bool has_layout(const struct type *t)
{
	if (!t)
		return false;
	if (t->kind == TY_ARRAY)
		return has_layout(t->elem);
	if (t->kind != TY_RECORD && t->kind != TY_TUPLE)
		return false;
	for (uint32_t i = 0; i < t->n_fields; i++)
		if (has_layout(t->fields[i].type))
			return true;
	return type_is_kernels(t);
}

static bool points_to_layout(const struct type *t)
{
	return t && t->kind == TY_PTR && has_layout(t->elem);
}

/* Fields of structs without a name have fixed places. */
static bool is_fixed_field(const struct expr *e)
{
	const struct type *t = e->member.base->type;

	if (e->member.through_ptr)
		t = t->elem;
	if (!t || !type_is_kernels(t))
		return false;
	return !t->name.n &&
	       (e->member.field.bit_size || e->member.field.offset);
}

static bool is_first(const struct expr *i)
{
	return i->is_const && !i->num;
}

static bool is_bound(const struct expr *e)
{
	switch ((int)e->kind) {
	case EX_SIZEOF:
	case EX_OFFSETOF: return e->cast.is_layout;
	case EX_VAR:
	case EX_SELF: return has_layout(e->type);
	case EX_MEMBER: return is_fixed_field(e);
	case EX_INDEX: return has_layout(e->type) && !is_first(e->index.index);
	case EX_BINARY:
		return points_to_layout(e->type) ||
		       has_layout(e->bin.l->type) ||
		       (e->bin.op == OP_SUB &&
			points_to_layout(e->bin.l->type));
	case EX_INCDEC: return points_to_layout(e->type);
	}
	return false;
}

static void lower_child(struct expr *e, void *arg)
{
	lower_layout(arg, e);
}

void lower_layout(struct lower *l, struct expr *e)
{
	if (is_bound(e))
		lower_need_release(l);
	if (e->is_const && e->kind != EX_SIZEOF && e->kind != EX_OFFSETOF)
		expr_each_child(e, lower_child, l);
}
