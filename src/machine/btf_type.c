/* SPDX-License-Identifier: Apache-2.0 */
/* Types of BTF as types of values, and the fields of records. Named structs
 * stay lazy: a question about one field never converts the others. */
#include "machine/internal.h"

#include <bpf/btf.h>

enum {
	MAX_DEPTH = 16, /* of pointers, arrays and nested members */
	MAX_FIELDS = 1 << 16, /* of one record, all levels */
	MAX_WHOLE = 1 << 12, /* the same with all records in it as values */
	MAX_ALIGN = 1 << 10, /* of those that an alignment is found by */
	MAX_ARRAY = 1 << 28, /* bytes */
};

static const struct type *convert(struct machine *m, struct types *t,
				  struct btf_ref r, int depth);

/* --- alignment --------------------------------------------------------------- */

/* budget: members that may still be looked at, in records that contain each
 * other more often than they can. */
static uint32_t align_within(struct machine *m, struct btf_ref r, int depth,
			     uint32_t *budget);

static uint32_t align_of_members(struct machine *m, struct btf_ref r,
				 const struct btf_type *b, int depth,
				 uint32_t *budget)
{
	const struct btf_member *member = btf_members(b);
	uint32_t i, align = 1;

	for (i = 0; i < btf_vlen(b) && align < 8 && *budget; i++) {
		struct btf_ref of = { r.object, member[i].type };
		uint32_t a = align_within(m, of, depth + 1, budget);

		*budget -= *budget > 0;
		if (btf_member_bit_offset(b, i) % (8 * a) &&
		    !btf_member_bitfield_size(b, i))
			return 1; /* packed */
		align = a > align ? a : align;
	}
	return b->size % align ? 1 : align;
}

static uint32_t align_within(struct machine *m, struct btf_ref r, int depth,
			     uint32_t *budget)
{
	const struct btf_type *b;

	r = btf_strip(m, r);
	b = btf_get(m, r);
	if (!b || depth > MAX_DEPTH)
		return 1;
	if (btf_is_ptr(b))
		return 8;
	if (btf_is_composite(b))
		return align_of_members(m, r, b, depth, budget);
	if (btf_is_array(b))
		return align_within(
			m, (struct btf_ref){ r.object, btf_array(b)->type },
			depth + 1, budget);
	if (!btf_is_int(b) && !btf_is_any_enum(b) && !btf_is_float(b))
		return 1;
	if (b->size == 2 || b->size == 4 || b->size == 8)
		return b->size;
	return b->size > 8 ? 8 : 1;
}

static uint32_t align_of(struct machine *m, struct btf_ref r, int depth)
{
	uint32_t budget = MAX_ALIGN;

	return align_within(m, r, depth, &budget);
}

/* --- conversion -------------------------------------------------------------- */

/* Types of the base object are the same for every module. */
static uint32_t origin_of(const struct machine *m, struct btf_ref r)
{
	if (r.object && r.id < btf_count(m, 0))
		r.object = 0;
	return r.object << 24 | ORIGIN_ID(r.id);
}

static bool is_scalar_size(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* What has no kind of its own: its bytes. */
static const struct type *bytes_type(struct types *t, uint32_t size)
{
	if (size > MAX_ARRAY)
		return NULL;
	return type_array(t, type_int(t, 1, false), size);
}

static const struct type *int_type(struct types *t, const struct btf_type *b)
{
	uint32_t encoding = btf_int_encoding(b);

	if (!is_scalar_size(b->size))
		return bytes_type(t, b->size);
	if (encoding & BTF_INT_BOOL && b->size == 1)
		return type_bool(t);
	return type_int(t, b->size, encoding & BTF_INT_SIGNED);
}

static struct str tagged_name(struct machine *m, struct btf_ref r,
			      const char *keyword, uint32_t name_off)
{
	const char *name = btf_name(m, r, name_off);

	if (!*name)
		return STR("");
	return str_printf(&m->arena, "%s %s", keyword, name);
}

/* A struct that has only a typedef's name stays without: what finds a field
 * by the record's name would look for a struct of that name. */
static const struct type *record_type(struct machine *m, struct types *t,
				      struct btf_ref r)
{
	const struct btf_type *b = btf_get(m, r);
	bool is_union = btf_is_union(b) || (btf_is_fwd(b) && btf_kflag(b));
	struct str name =
		tagged_name(m, r, is_union ? "union" : "struct", b->name_off);

	return type_record_lazy(t, name, btf_is_fwd(b) ? 0 : b->size,
				align_of(m, r, 0), origin_of(m, r));
}

static int64_t enum_value(const struct btf_type *b, uint32_t i)
{
	if (btf_is_enum64(b))
		return (int64_t)btf_enum64_value(btf_enum64(b) + i);
	if (btf_kflag(b))
		return btf_enum(b)[i].val;
	return (uint32_t)btf_enum(b)[i].val;
}

static uint32_t enum_name(const struct btf_type *b, uint32_t i)
{
	return btf_is_enum64(b) ? btf_enum64(b)[i].name_off
				: btf_enum(b)[i].name_off;
}

static const struct type *enum_type(struct machine *m, struct types *t,
				    struct btf_ref r)
{
	const struct btf_type *b = btf_get(m, r);
	auto_free struct enumerator *e = NULL;
	struct str name = tagged_name(m, r, "enum", b->name_off);
	uint32_t i, n = btf_vlen(b);

	if (!is_scalar_size(b->size))
		return NULL;
	e = xzalloc((n + 1) * sizeof(*e));
	for (i = 0; i < n; i++) {
		e[i].name = str_from(btf_name(m, r, enum_name(b, i)));
		e[i].value = enum_value(b, i);
	}
	return type_enum(t, name, b->size, btf_kflag(b), e, n);
}

/* "__user" survives in BTF of kernels built by clang as a tag. */
static enum addr_space pointee_space(const struct machine *m, struct btf_ref r)
{
	const struct btf_type *b = btf_get(m, r);
	int i;

	for (i = 0; b && btf_is_type_tag(b) && i < MAX_DEPTH; i++) {
		if (!strcmp(btf_name(m, r, b->name_off), "user"))
			return AS_USER;
		r.id = b->type;
		b = btf_get(m, r);
	}
	return AS_KERNEL;
}

static const struct type *ptr_type(struct machine *m, struct types *t,
				   struct btf_ref to, int depth)
{
	const struct type *elem = convert(m, t, to, depth + 1);

	return type_ptr(t, elem, pointee_space(m, to));
}

static bool is_char(const struct machine *m, struct btf_ref r)
{
	const struct btf_type *b;

	r = btf_strip(m, r);
	b = btf_get(m, r);
	return b && btf_is_int(b) && b->size == 1 &&
	       !strcmp(btf_name(m, r, b->name_off), "char");
}

static const struct type *array_type(struct machine *m, struct types *t,
				     struct btf_ref r, int depth)
{
	const struct btf_array *array = btf_array(btf_get(m, r));
	struct btf_ref of = { r.object, array->type };
	const struct type *elem = convert(m, t, of, depth + 1);

	if (!elem || (uint64_t)elem->size * array->nelems > MAX_ARRAY)
		return NULL;
	if (is_char(m, of) && array->nelems)
		return type_string(t, array->nelems);
	return type_array(t, elem, array->nelems);
}

static const struct type *convert(struct machine *m, struct types *t,
				  struct btf_ref r, int depth)
{
	const struct btf_type *b;

	r = btf_strip(m, r);
	b = btf_get(m, r);
	if (!b || depth > MAX_DEPTH)
		return NULL;
	switch (btf_kind(b)) {
	case BTF_KIND_INT: return int_type(t, b);
	case BTF_KIND_PTR:
		return ptr_type(m, t, (struct btf_ref){ r.object, b->type },
				depth);
	case BTF_KIND_ARRAY: return array_type(m, t, r, depth);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FWD: return record_type(m, t, r);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: return enum_type(m, t, r);
	case BTF_KIND_FLOAT: return bytes_type(t, b->size);
	default: return NULL;
	}
}

const struct type *btf_value_type(struct machine *m, struct types *t,
				  struct btf_ref r)
{
	return convert(m, t, r, 0);
}

/* --- types by name ----------------------------------------------------------- */

static struct btf_ref find_by_spelling(struct machine *m, struct str name)
{
	struct str word, rest = name;
	struct btf_ref r;

	word = next_word(&rest);
	if (!rest.n)
		return btf_find(m, word, BTF_KIND_TYPEDEF);
	rest = str_trim(rest);
	if (str_is(word, "struct"))
		return btf_find(m, rest, BTF_KIND_STRUCT);
	if (str_is(word, "union"))
		return btf_find(m, rest, BTF_KIND_UNION);
	if (!str_is(word, "enum"))
		return (struct btf_ref){ 0 };
	r = btf_find(m, rest, BTF_KIND_ENUM);
	return r.id ? r : btf_find(m, rest, BTF_KIND_ENUM64);
}

const struct type *machine_type(struct machine *m, struct types *t,
				struct str name)
{
	struct btf_ref r = find_by_spelling(m, name);

	return r.id ? convert(m, t, r, 0) : NULL;
}

const struct type *machine_named_type(struct machine *m, struct types *t,
				      struct str name)
{
	uint32_t i;

	for (i = 0; i < m->named.n; i++)
		if (str_eq(m->named.v[i], name))
			break;
	if (i == m->named.n)
		vec_push(&m->arena, &m->named, str_copy(&m->arena, name));
	return type_record_lazy(t, name, 0, 1, ORIGIN_NAMED << 24 | i);
}

/* The definition behind a lazy record; id 0 when there is none. */
static struct btf_ref definition_of(struct machine *m,
				    const struct type *record)
{
	struct btf_ref r = { record->origin >> 24, ORIGIN_ID(record->origin) };
	const struct btf_type *b;

	if (r.object == ORIGIN_NAMED) {
		if (r.id >= m->named.n)
			return (struct btf_ref){ 0 };
		return btf_strip(m, find_by_spelling(m, m->named.v[r.id]));
	}
	b = btf_open(m) ? btf_get(m, r) : NULL;
	if (b && btf_is_fwd(b))
		r = find_by_spelling(m, record->name);
	return r;
}

/* --- fields ------------------------------------------------------------------ */

/* One walk over the members of a record, anonymous ones flattened. */
struct walk {
	struct machine *m;
	uint32_t budget; /* members still allowed: hostile BTF may nest */
};

struct member {
	struct btf_ref type;
	struct str name;
	uint64_t bits; /* from the start of the outermost record */
	uint32_t bit_size;
};

typedef VEC(struct member) member_vec;

static struct member member_at(struct machine *m, struct btf_ref r, uint32_t i,
			       uint64_t base)
{
	const struct btf_type *b = btf_get(m, r);
	const struct btf_member *member = btf_members(b) + i;

	return (struct member){
		.type = { r.object, member->type },
		.name = str_from(btf_name(m, r, member->name_off)),
		.bits = base + btf_member_bit_offset(b, i),
		.bit_size = btf_member_bitfield_size(b, i),
	};
}

/* All members into out, or with a name only that one. */
static void walk_members(struct walk *w, struct btf_ref r, uint64_t base,
			 int depth, const struct str *name, struct arena *a,
			 member_vec *out)
{
	const struct btf_type *b;
	uint32_t i;

	r = btf_strip(w->m, r);
	b = btf_get(w->m, r);
	if (!b || !btf_is_composite(b) || depth > MAX_DEPTH)
		return;
	for (i = 0; i < btf_vlen(b) && w->budget; i++) {
		struct member x = member_at(w->m, r, i, base);

		w->budget--;
		if (!x.name.n && !x.bit_size)
			walk_members(w, x.type, x.bits, depth + 1, name, a,
				     out);
		else if (x.name.n && (!name || str_eq(x.name, *name)))
			vec_push(a, out, x);
		if (name && out->n)
			return;
	}
}

static void members_of(struct machine *m, const struct type *record,
		       const struct str *name, struct arena *a, member_vec *out)
{
	struct walk w = { m, MAX_FIELDS };

	walk_members(&w, definition_of(m, record), 0, 0, name, a, out);
}

static bool place_bits(const struct member *x, struct field *out)
{
	uint64_t unit = 8ull * out->type->size, bits = x->bits;

	if (!type_is_integer(out->type) || x->bit_size > unit)
		return false;
	if (bits % unit + x->bit_size > unit)
		unit = 8; /* packed: as near as bytes allow */
	out->offset = (uint32_t)(bits / unit * unit / 8);
	out->bit_offset = (uint8_t)(bits % unit);
	out->bit_size = (uint8_t)x->bit_size;
	return true;
}

static bool make_field(struct machine *m, struct types *t,
		       const struct member *x, struct field *out)
{
	*out = (struct field){ .name = x->name,
			       .type = convert(m, t, x->type, 0) };
	if (!out->type || x->bits / 8 > MAX_ARRAY)
		return false;
	if (x->bit_size)
		return place_bits(x, out);
	out->offset = (uint32_t)(x->bits / 8);
	return true;
}

bool machine_field(struct machine *m, struct types *t,
		   const struct type *record, struct str name,
		   struct field *out)
{
	struct arena a = { 0 };
	member_vec found = { 0 };
	bool ok;

	if (record->origin >> 24 == TYPE_OF_PROGRAM)
		return dwarf_field(m, t, record, name, out);
	if (!record->origin) {
		const struct field *f = type_field(record, name);

		if (f)
			*out = *f;
		return f;
	}
	members_of(m, record, &name, &a, &found);
	ok = found.n && make_field(m, t, &found.v[0], out);
	arena_free(&a);
	return ok;
}

void machine_field_names(struct machine *m, const struct type *record,
			 struct arena *a, str_vec *out)
{
	member_vec members = { 0 };
	uint32_t i;

	for (i = 0; !record->origin && i < record->n_fields; i++)
		vec_push(a, out, record->fields[i].name);
	if (!record->origin)
		return;
	if (record->origin >> 24 == TYPE_OF_PROGRAM) {
		dwarf_field_names(m, record, a, out);
		return;
	}
	members_of(m, record, NULL, a, &members);
	vec_each(x, &members)
		vec_push(a, out, x->name);
}

/* --- whole records ----------------------------------------------------------- */

static const struct type *complete(struct walk *w, struct types *t,
				   const struct type *type, int depth);

static const struct type *complete_record(struct walk *w, struct types *t,
					  const struct type *record, int depth)
{
	struct btf_ref def = definition_of(w->m, record);
	const struct btf_type *b = btf_open(w->m) ? btf_get(w->m, def) : NULL;
	struct arena a = { 0 };
	member_vec members = { 0 };
	struct field *fields;
	uint32_t n = 0;

	if (!b || !btf_is_composite(b))
		return record;
	walk_members(w, def, 0, 0, NULL, &a, &members);
	fields = arena_alloc(&a, members.n * sizeof(*fields));
	vec_each(x, &members) {
		if (!make_field(w->m, t, x, &fields[n]))
			continue;
		fields[n].type = complete(w, t, fields[n].type, depth + 1);
		n++;
	}
	record = type_record_at(t, record->name, fields, n, b->size,
				align_of(w->m, def, 0));
	arena_free(&a);
	return record;
}

/* Records inside a record are completed too: they are part of its value. */
static const struct type *complete(struct walk *w, struct types *t,
				   const struct type *type, int depth)
{
	if (depth > MAX_DEPTH || !w->budget)
		return type;
	if (type->origin >> 24 == TYPE_OF_PROGRAM)
		return dwarf_complete(w->m, t, type, depth);
	if (type->kind == TY_RECORD && type->origin)
		return complete_record(w, t, type, depth);
	if (type->kind == TY_ARRAY)
		return type_array(t, complete(w, t, type->elem, depth + 1),
				  type->count);
	return type;
}

const struct type *machine_complete(struct machine *m, struct types *t,
				    const struct type *record)
{
	struct walk w = { m, MAX_WHOLE };

	return complete(&w, t, record, 0);
}

/* --- enumerators ------------------------------------------------------------- */

static bool find_enumerator(struct machine *m, struct btf_ref r,
			    const char *name, int64_t *value)
{
	const struct btf_type *b = btf_get(m, r);
	uint32_t i;

	if (!b || !btf_is_any_enum(b))
		return false;
	for (i = 0; i < btf_vlen(b); i++) {
		if (strcmp(btf_name(m, r, enum_name(b, i)), name))
			continue;
		*value = enum_value(b, i);
		return true;
	}
	return false;
}

bool machine_enumerator(struct machine *m, struct types *t, struct str name,
			int64_t *value, const struct type **type)
{
	const char *text = str_copy(&m->arena, name).p;
	struct btf_ref r = { 0 };

	if (!name.n || !btf_open(m))
		return false;
	for (; r.object < m->objects.n; r.object++) {
		r.id = r.object ? btf_count(m, 0) : 1;
		for (; r.id < btf_count(m, r.object); r.id++) {
			if (!find_enumerator(m, r, text, value))
				continue;
			*type = convert(m, t, r, 0);
			return *type;
		}
		if (!r.object)
			btf_open_modules(m);
	}
	return false;
}
