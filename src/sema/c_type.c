/* SPDX-License-Identifier: Apache-2.0 */
/* Types of C as types of values. */
#include "sema/c.h"

enum {
	C_MAX_SIZE = 1 << 28
};

static bool complete(struct c_front *c, const struct c_type *t,
		     struct c_layout *out);

static bool unknown(struct c_front *c, const struct c_type *t)
{
	struct suggest near = { 0 };

	diag_error(c->d, t->span, D_UNKNOWN_TYPE, "unknown type '%.*s' in C",
		   STR_ARG(t->name));
	c_suggest_type(c, t->name, &near);
	machine_suggest_type(c->machine, t->name, &near);
	if (near.best.p)
		diag_hint(c->d, "did you mean '%.*s'?", STR_ARG(near.best));
	return false;
}

static struct c_layout plain(const struct type *t)
{
	return (struct c_layout){ .type = t,
				  .size = t->size,
				  .align = t->align };
}

/* What has no kind of its own: its bytes. */
static struct c_layout bytes(struct c_front *c, uint32_t size)
{
	return (struct c_layout){
		.type = type_array(c->types, type_int(c->types, 1, false),
				   size),
		.size = size,
		.align = size,
	};
}

/* --- names ------------------------------------------------------------------- */

static struct c_tag *find_tag(struct c_front *c, const struct c_type *t)
{
	void **slot = strmap_get(&c->unit.tag_names, t->name);

	return t->tag ? t->tag : slot ? *slot : NULL;
}

static bool kernel_type(struct c_front *c, const struct c_type *t,
			struct c_layout *out)
{
	const struct type *type = NULL;

	if (t->kind == CK_NAME)
		type = type_parse(c->types, t->name);
	if (type && !type_is_integer(type))
		type = NULL;
	if (!type)
		type = machine_type(c->machine, c->types, t->name);
	if (!type)
		return false;
	*out = plain(type);
	return type->size || type->kind != TY_RECORD;
}

static bool lay_out_tag(struct c_front *c, struct c_tag *tag)
{
	bool ok;

	if (tag->state == CS_DONE || tag->state == CS_FAILED)
		return tag->state == CS_DONE;
	if (tag->state == CS_BUSY)
		return diag_error(c->d, tag->span, D_TYPE,
				  "'%.*s' contains itself", STR_ARG(tag->name));
	if (c->depth >= C_MAX_DEPTH)
		return diag_error(c->d, tag->span, D_LIMIT,
				  "this is nested too deeply");
	if (!tag->is_enum && !tag->type) /* inside of an expression */
		tag->type = type_record_open(c->types, tag->name);
	c->depth++;
	tag->state = CS_BUSY;
	ok = tag->is_enum ? c_layout_enum(c, tag) : c_layout_tag(c, tag);
	tag->state = ok ? CS_DONE : CS_FAILED;
	c->depth--;
	return ok;
}

static bool tag_layout(struct c_front *c, const struct c_type *t,
		       struct c_layout *out)
{
	struct c_tag *tag = find_tag(c, t);

	if (!tag)
		return kernel_type(c, t, out) || unknown(c, t);
	if (!lay_out_tag(c, tag))
		return false;
	*out = plain(tag->type);
	return true;
}

static bool typedef_layout(struct c_front *c, struct c_decl *x,
			   struct c_layout *out)
{
	bool ok;

	if (x->is_busy || c->depth >= C_MAX_DEPTH)
		return diag_error(c->d, x->span, D_TYPE,
				  "'%.*s' is made of itself", STR_ARG(x->name));
	x->is_busy = true;
	c->depth++;
	ok = c_layout(c, x->type, out);
	if (ok && x->attrs.align && out->type) {
		out->align = 1;
		ok = c_align(c, &x->attrs, &out->align);
	}
	c->depth--;
	x->is_busy = false;
	return ok;
}

static bool name_layout(struct c_front *c, const struct c_type *t,
			struct c_layout *out)
{
	void **slot = strmap_get(&c->unit.typedefs, t->name);

	if (slot)
		return typedef_layout(c, *slot, out);
	return kernel_type(c, t, out) || unknown(c, t);
}

/* --- pointers and arrays ------------------------------------------------------- */

/* What is not known, or not yet, can still be pointed to. */
static bool pointee(struct c_front *c, const struct c_type *t,
		    const struct type **out)
{
	struct c_layout to = { 0 };
	struct c_tag *tag;
	void **slot;

	*out = NULL;
	if (t->kind == CK_TAG) {
		tag = find_tag(c, t);
		if (tag && !tag->is_enum)
			*out = tag->type;
		else if (!tag && kernel_type(c, t, &to))
			*out = to.type;
		if (!tag || !tag->is_enum)
			return true;
	}
	if (t->kind == CK_NAME) {
		slot = strmap_get(&c->unit.typedefs, t->name);
		if (slot && !((struct c_decl *)*slot)->is_busy &&
		    c->depth < C_MAX_DEPTH) {
			struct c_decl *x = *slot;
			bool ok;

			x->is_busy = true;
			c->depth++;
			ok = pointee(c, x->type, out);
			c->depth--;
			x->is_busy = false;
			return ok;
		}
		if (!slot && kernel_type(c, t, &to))
			*out = to.type;
		return true;
	}
	if (!c_layout(c, t, &to))
		return false;
	*out = to.type;
	return true;
}

static bool array_layout(struct c_front *c, const struct c_type *t,
			 struct c_layout *out)
{
	struct c_layout elem;
	struct c_value n = { 0 };

	if (!complete(c, t->of, &elem))
		return false;
	if (t->count && !c_eval(c, t->count, false, &n))
		return false;
	if ((int64_t)n.bits < 0 && !n.is_unsigned)
		return diag_error(c->d, t->count->span, D_RANGE,
				  "the size of an array is negative");
	if (n.bits > C_MAX_SIZE || n.bits * elem.size > C_MAX_SIZE)
		return diag_error(c->d, t->count->span, D_LIMIT,
				  "an array of more than %d bytes", C_MAX_SIZE);
	*out = elem;
	out->is_char = false;
	out->size = (uint32_t)n.bits * elem.size;
	out->type = elem.is_char && n.bits
			    ? type_string(c->types, (uint32_t)n.bits)
			    : type_array(c->types, elem.type, (uint32_t)n.bits);
	return true;
}

static bool complete(struct c_front *c, const struct c_type *t,
		     struct c_layout *out)
{
	if (!c_layout(c, t, out))
		return false;
	if (out->type)
		return true;
	return diag_error(c->d, t->span, D_TYPE,
			  "this has no size in C: void, or a function");
}

/* --- all --------------------------------------------------------------------- */

static bool pointer_layout(struct c_front *c, const struct c_type *t,
			   struct c_layout *out)
{
	const struct type *elem;

	if (!pointee(c, t->of, &elem))
		return false;
	*out = plain(type_ptr(c->types, elem, AS_NONE));
	return true;
}

bool c_layout(struct c_front *c, const struct c_type *t, struct c_layout *out)
{
	*out = (struct c_layout){ .align = 1 };
	switch (t->kind) {
	case CK_VOID:
	case CK_FUNC: return true;
	case CK_BOOL: *out = plain(type_bool(c->types)); return true;
	case CK_FLOAT: *out = bytes(c, t->size); return true;
	case CK_INT:
		if (t->size == 16)
			*out = bytes(c, 16);
		else
			*out = plain(type_int(c->types, t->size, t->is_signed));
		out->is_char = t->is_char;
		return true;
	case CK_NAME: return name_layout(c, t, out);
	case CK_TAG: return tag_layout(c, t, out);
	case CK_PTR: return pointer_layout(c, t, out);
	case CK_ARRAY: return array_layout(c, t, out);
	}
	return false;
}

bool c_layout_enum(struct c_front *c, struct c_tag *tag)
{
	VEC(struct enumerator) list = { 0 };
	uint32_t n = 0, size = 4;
	bool is_signed = false;
	int64_t next = 0;
	struct c_value v;

	tag->state = CS_BUSY;
	for (struct c_enumerator *e = tag->enums; e; e = e->next, n++) {
		if (e->value && !c_eval(c, e->value, false, &v))
			return false;
		e->num = e->value ? (int64_t)v.bits : next;
		next = (int64_t)((uint64_t)e->num + 1);
		is_signed |= e->num < 0;
		if (e->num < INT32_MIN || e->num > (int64_t)UINT32_MAX)
			size = 8;
		vec_push(c->arena, &list,
			 ((struct enumerator){ e->name, e->num }));
	}
	tag->type =
		type_enum(c->types, tag->name, tag->attrs.is_packed ? 1 : size,
			  is_signed, list.v, n);
	tag->state = CS_DONE;
	return true;
}

bool c_named_type(struct c_front *c, struct str name, const struct type **out)
{
	struct c_type t = { .kind = CK_TAG, .name = name };
	struct c_layout to;
	void **slot = strmap_get(&c->unit.tag_names, name);

	*out = NULL;
	if (!slot) {
		t.kind = CK_NAME;
		slot = strmap_get(&c->unit.typedefs, name);
	}
	if (!slot)
		return false;
	if (t.kind == CK_TAG && ((struct c_tag *)*slot)->state != CS_DONE)
		return true;
	diag_mute(c->d, true);
	if (c_layout(c, &t, &to))
		*out = to.type ? to.type : type_none(c->types);
	diag_mute(c->d, false);
	return true;
}
