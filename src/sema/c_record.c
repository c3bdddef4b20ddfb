/* SPDX-License-Identifier: Apache-2.0 */
/* Where the members of structs and unions are: the rules of the x86-64 and BPF
 * ABIs, which are the same here. */
#include "sema/c.h"

enum {
	MAX_BITS = 1 << 30
};

struct place {
	struct c_front *c;
	const struct c_tag *tag;
	uint64_t at; /* in bits: of the next member */
	uint64_t end; /* the farthest so far */
	uint32_t align;
	VEC(struct field) fields;
};

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

bool c_align(struct c_front *c, const struct c_attrs *x, uint32_t *align)
{
	struct c_value v;

	if (x->is_max_align && *align < 16)
		*align = 16;
	if (!x->align)
		return true;
	if (!c_eval(c, x->align, false, &v))
		return false;
	if (!v.bits || v.bits & (v.bits - 1) || v.bits > 1 << 20)
		return diag_error(c->d, x->align->span, D_RANGE,
				  "an alignment is a power of two, at most "
				  "%d",
				  1 << 20);
	if (v.bits > *align)
		*align = (uint32_t)v.bits;
	return true;
}

static bool is_packed(const struct place *x, const struct c_decl *m)
{
	return x->tag->attrs.is_packed || m->attrs.is_packed;
}

/* What a member asks for. */
static bool member_align(struct place *x, const struct c_decl *m,
			 const struct c_layout *l, uint32_t *align)
{
	*align = l->align;
	if (is_packed(x, m))
		*align = 1;
	else if (x->tag->pack && *align > x->tag->pack)
		*align = x->tag->pack;
	return c_align(x->c, &m->attrs, align);
}

static struct field *add_field(struct place *x, const struct c_decl *m,
			       const struct type *type)
{
	struct field *f = vec_add(x->c->arena, &x->fields);

	f->name = m->name;
	x->c->has_layout |= type->origin;
	/* The kernel's structs are part of this one's value. */
	f->type = machine_complete(x->c->machine, x->c->types, type);
	return f;
}

/* The members of a struct without a name are those of the one around it. */
static void flatten(struct place *x, const struct type *inner, uint32_t offset)
{
	for (uint32_t i = 0; i < inner->n_fields; i++) {
		struct field *f = vec_add(x->c->arena, &x->fields);

		*f = inner->fields[i];
		f->offset += offset;
	}
}

static void advance(struct place *x, uint64_t bits)
{
	x->at += bits;
	if (x->at > x->end)
		x->end = x->at;
	if (x->tag->is_union)
		x->at = 0;
}

static bool place_member(struct place *x, const struct c_decl *m,
			 const struct c_layout *l)
{
	uint32_t align, offset;

	if (!member_align(x, m, l, &align))
		return false;
	x->at = round_up(x->at, 8ull * align);
	offset = (uint32_t)(x->at / 8);
	if (m->name.n)
		add_field(x, m, l->type)->offset = offset;
	else if (l->type->kind == TY_RECORD)
		flatten(x, l->type, offset);
	if (align > x->align)
		x->align = align;
	advance(x, 8ull * l->size);
	return true;
}

/* --- bit-fields -------------------------------------------------------------- */

/* As codegen reads it: from a unit of the type's size if it lies in one,
 * else from the first byte. */
static bool add_bits(struct place *x, const struct c_decl *m,
		     const struct c_layout *l, uint32_t width)
{
	uint64_t unit = 8ull * l->size;
	struct field *f;

	if (!m->name.n)
		return true;
	if (x->at % unit + width > unit)
		unit = 8;
	if (x->at % unit + width > 64)
		return diag_error(x->c->d, m->span, D_UNSUPPORTED,
				  "a packed bit-field over more than 8 bytes "
				  "is not supported");
	f = add_field(x, m, l->type);
	f->offset = (uint32_t)(x->at / unit * unit / 8);
	f->bit_offset = (uint8_t)(x->at % unit);
	f->bit_size = (uint8_t)width;
	return true;
}

static bool width_of(struct place *x, const struct c_decl *m,
		     const struct c_layout *l, uint32_t *width)
{
	struct c_value v;

	if (!type_is_integer(l->type))
		return diag_error(x->c->d, m->span, D_TYPE,
				  "a bit-field is an integer");
	if (!c_eval(x->c, m->bits, false, &v))
		return false;
	if (v.bits > 8ull * l->size || (!v.bits && m->name.n))
		return diag_error(x->c->d, m->bits->span, D_RANGE,
				  "a bit-field of this type has 1 to %u bits",
				  8 * l->size);
	*width = (uint32_t)v.bits;
	return true;
}

static bool place_bits(struct place *x, const struct c_decl *m,
		       const struct c_layout *l)
{
	bool is_tight = is_packed(x, m) || x->tag->pack;
	uint64_t unit = 8ull * l->align;
	uint32_t align, width = 0;

	if (!width_of(x, m, l, &width) || !member_align(x, m, l, &align))
		return false;
	if (!width) {
		x->at = round_up(x->at, unit);
		return true;
	}
	if (m->attrs.align || m->attrs.is_max_align)
		x->at = round_up(x->at, 8ull * align);
	else if (!is_tight && x->at % unit + width > 8ull * l->size)
		x->at = round_up(x->at, unit);
	if (!add_bits(x, m, l, width))
		return false;
	if (m->name.n && align > x->align)
		x->align = align;
	advance(x, width);
	return true;
}

/* --- all --------------------------------------------------------------------- */

static bool place(struct place *x, const struct c_decl *m)
{
	struct c_layout l;

	if (!c_layout(x->c, m->type, &l))
		return false;
	if (!l.type)
		return diag_error(x->c->d, m->span, D_TYPE,
				  "'%.*s' has no size: it is void or a "
				  "function",
				  STR_ARG(m->name));
	if (!(m->bits ? place_bits(x, m, &l) : place_member(x, m, &l)))
		return false;
	if (x->end <= MAX_BITS && x->at <= MAX_BITS)
		return true;
	return diag_error(x->c->d, m->span, D_LIMIT,
			  "a struct of more than %d bytes", MAX_BITS / 8);
}

static bool has_twice(struct place *x)
{
	struct strmap seen = { 0 };

	vec_each(f, &x->fields) {
		void **slot = strmap_put(x->c->arena, &seen, f->name);

		if (*slot)
			return diag_error(x->c->d, x->tag->span, D_REDEFINED,
					  "two members have the name '%.*s'",
					  STR_ARG(f->name)) ||
			       true;
		*slot = x;
	}
	return false;
}

bool c_layout_tag(struct c_front *c, struct c_tag *tag)
{
	struct place x = { .c = c, .tag = tag, .align = 1 };
	uint64_t bytes;

	for (const struct c_decl *m = tag->members; m; m = m->next)
		if (!place(&x, m))
			return false;
	if (!c_align(c, &tag->attrs, &x.align) || has_twice(&x))
		return false;
	if (x.at > x.end)
		x.end = x.at;
	bytes = round_up(round_up(x.end, 8) / 8, x.align);
	type_record_close(c->types, tag->type, x.fields.v, (uint32_t)x.fields.n,
			  (uint32_t)bytes, x.align);
	return true;
}

/* --- offsetof ------------------------------------------------------------------ */

static bool step(struct c_front *c, const struct type **t, struct str name,
		 uint64_t *offset)
{
	const struct field *known;
	struct field f;

	if ((*t)->kind != TY_RECORD)
		return false;
	known = type_field(*t, name);
	if (known)
		f = *known;
	else if (!(*t)->origin ||
		 !machine_field(c->machine, c->types, *t, name, &f))
		return false;
	c->has_layout |= (*t)->origin;
	*offset += f.offset;
	*t = f.type;
	return true;
}

bool c_offset(struct c_front *c, const struct c_expr *e, uint64_t *out)
{
	struct str rest = e->name;
	const struct type *t;
	struct c_layout l;

	*out = 0;
	if (!c_layout(c, e->type, &l))
		return false;
	for (t = l.type; t && rest.n;) {
		struct str word = str_split(rest, '.', &rest);

		if (!step(c, &t, word, out))
			return diag_error(c->d, e->span, D_UNKNOWN_FIELD,
					  "there is no field '%.*s'",
					  STR_ARG(word));
	}
	return true;
}
