/* SPDX-License-Identifier: Apache-2.0 */
/* Types of programs' debug information as types of values, and the fields of
 * records. Records with members stay lazy until one is asked for. */
#include "machine/dwarf.h"

enum {
	MAX_DEPTH = 16, /* of pointers, arrays and nested members */
	MAX_FIELDS = 1 << 16, /* of one record, all levels */
	MAX_ARRAY = 1 << 28, /* bytes */
};

static const struct type *convert(struct machine *m, struct types *t,
				  Dwarf_Die *die, int depth);

/* --- entries ----------------------------------------------------------------- */

bool dwarf_type_of(Dwarf_Die *die, Dwarf_Die *out)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) &&
	       dwarf_formref_die(&attr, &type) &&
	       dwarf_peel_type(&type, out) == 0;
}

uint64_t dwarf_number(Dwarf_Die *die, unsigned int attribute, uint64_t none)
{
	Dwarf_Attribute attr;
	Dwarf_Word n;

	if (!dwarf_attr_integrate(die, attribute, &attr) ||
	    dwarf_formudata(&attr, &n))
		return none;
	return n;
}

bool dwarf_flag(Dwarf_Die *die, unsigned int attribute)
{
	Dwarf_Attribute attr;
	bool is = false;

	return dwarf_attr_integrate(die, attribute, &attr) &&
	       !dwarf_formflag(&attr, &is) && is;
}

static struct str name_of(Dwarf_Die *die)
{
	return str_from(dwarf_diename(die));
}

static uint32_t size_of(Dwarf_Die *die)
{
	uint64_t size = dwarf_number(die, DW_AT_byte_size, 0);

	return size > MAX_ARRAY ? 0 : (uint32_t)size;
}

static bool is_record(int tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
	       tag == DW_TAG_union_type;
}

static bool is_declaration(Dwarf_Die *die)
{
	return dwarf_hasattr(die, DW_AT_declaration);
}

/* --- conversion -------------------------------------------------------------- */

static bool is_scalar_size(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* What has no kind of its own: its bytes. */
static const struct type *bytes_type(struct types *t, uint32_t size)
{
	return size ? type_array(t, type_int(t, 1, false), size) : NULL;
}

static const struct type *base_type(struct types *t, Dwarf_Die *die)
{
	uint32_t size = size_of(die);

	switch (dwarf_number(die, DW_AT_encoding, 0)) {
	case DW_ATE_boolean:
		return size == 1 ? type_bool(t) : bytes_type(t, size);
	case DW_ATE_signed:
	case DW_ATE_signed_char:
		return is_scalar_size(size) ? type_int(t, size, true)
					    : bytes_type(t, size);
	case DW_ATE_unsigned:
	case DW_ATE_unsigned_char:
	case DW_ATE_address:
	case DW_ATE_UTF:
		return is_scalar_size(size) ? type_int(t, size, false)
					    : bytes_type(t, size);
	}
	return bytes_type(t, size);
}

static const struct type *pointer_type(struct machine *m, struct types *t,
				       Dwarf_Die *die, int depth)
{
	const struct type *elem = NULL;
	Dwarf_Die to;

	if (dwarf_type_of(die, &to))
		elem = convert(m, t, &to, depth + 1);
	return type_ptr(t, elem, AS_USER);
}

static struct str tagged_name(struct machine *m, Dwarf_Die *die,
			      const char *keyword)
{
	struct str name = name_of(die);

	if (!name.n)
		return STR("");
	return str_printf(&m->arena, "%s %.*s", keyword, STR_ARG(name));
}

static uint32_t guess_align(uint32_t size)
{
	uint32_t align = 8;

	while (size % align)
		align /= 2;
	return align;
}

static const struct type *record_type(struct machine *m, struct types *t,
				      Dwarf_Die *die)
{
	const char *keyword =
		dwarf_tag(die) == DW_TAG_union_type ? "union" : "struct";
	uint32_t i, size = size_of(die);

	for (i = 0; i < m->records.n; i++)
		if (m->records.v[i]->die.addr == die->addr)
			break;
	if (i == m->records.n) {
		struct program_record *r =
			arena_new(&m->arena, struct program_record);

		r->die = *die;
		vec_push(&m->arena, &m->records, r);
	}
	if (i > 0xffffff)
		return bytes_type(t, size);
	return type_record_lazy(t, tagged_name(m, die, keyword), size,
				guess_align(size), TYPE_OF_PROGRAM << 24 | i);
}

static const struct type *enum_type(struct machine *m, struct types *t,
				    Dwarf_Die *die)
{
	uint32_t size = size_of(die);
	VEC(struct enumerator) all = { 0 };
	bool is_signed = false;
	Dwarf_Die child;
	int end;

	if (!is_scalar_size(size))
		return bytes_type(t, size);
	for (end = dwarf_child(die, &child); !end;
	     end = dwarf_siblingof(&child, &child)) {
		struct enumerator e = { .name = name_of(&child) };
		Dwarf_Attribute attr;
		Dwarf_Sword value;

		if (!dwarf_attr(&child, DW_AT_const_value, &attr) ||
		    dwarf_formsdata(&attr, &value))
			continue;
		e.value = value;
		is_signed |= value < 0;
		vec_push(&m->arena, &all, e);
	}
	return type_enum(t, tagged_name(m, die, "enum"), size, is_signed, all.v,
			 (uint32_t)all.n);
}

static uint64_t elements(Dwarf_Die *array)
{
	uint64_t n = 1;
	Dwarf_Die child;
	int end;

	for (end = dwarf_child(array, &child); !end;
	     end = dwarf_siblingof(&child, &child)) {
		uint64_t last =
			dwarf_number(&child, DW_AT_upper_bound, UINT64_MAX);

		n *= dwarf_number(&child, DW_AT_count, last + 1);
		if (n > MAX_ARRAY)
			return 0;
	}
	return n;
}

static const struct type *array_type(struct machine *m, struct types *t,
				     Dwarf_Die *die, int depth)
{
	uint64_t n = elements(die);
	const struct type *elem;
	Dwarf_Die of;

	if (!dwarf_type_of(die, &of))
		return NULL;
	elem = convert(m, t, &of, depth + 1);
	if (!elem || elem->size * n > MAX_ARRAY)
		return NULL;
	if (elem->kind == TY_INT && elem->size == 1 && n &&
	    str_is(name_of(&of), "char"))
		return type_string(t, (uint32_t)n);
	return type_array(t, elem, (uint32_t)n);
}

static const struct type *convert(struct machine *m, struct types *t,
				  Dwarf_Die *die, int depth)
{
	if (depth > MAX_DEPTH)
		return NULL;
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type: return base_type(t, die);
	case DW_TAG_unspecified_type: return type_int(t, 8, false);
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
	case DW_TAG_rvalue_reference_type:
		return pointer_type(m, t, die, depth);
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type: return record_type(m, t, die);
	case DW_TAG_enumeration_type: return enum_type(m, t, die);
	case DW_TAG_array_type: return array_type(m, t, die, depth);
	case DW_TAG_ptr_to_member_type:
		return bytes_type(
			t, (uint32_t)dwarf_number(die, DW_AT_byte_size, 8));
	}
	return NULL;
}

const struct type *dwarf_value_type(struct machine *m, struct types *t,
				    Dwarf_Die *die)
{
	return convert(m, t, die, 0);
}

/* --- definitions -------------------------------------------------------------- */

/* Depth first, for a definition of the same name. */
static bool find_definition(Dwarf_Die *parent, Dwarf_Die *wanted, int depth,
			    Dwarf_Die *out)
{
	struct str name = name_of(wanted);
	Dwarf_Die die;
	int end = dwarf_child(parent, &die);

	for (; !end; end = dwarf_siblingof(&die, &die)) {
		int tag = dwarf_tag(&die);

		if (is_record(tag) && str_eq(name_of(&die), name) &&
		    !is_declaration(&die)) {
			*out = die;
			return true;
		}
		if (tag == DW_TAG_namespace && depth < MAX_DEPTH &&
		    find_definition(&die, wanted, depth + 1, out))
			return true;
	}
	return false;
}

/* A declared record may be defined in another unit. */
static bool definition_of(struct machine *m, const struct type *record,
			  Dwarf_Die *out)
{
	uint32_t i = record->origin & 0xffffff;
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	Dwarf *dwarf;

	if (i >= m->records.n)
		return false;
	*out = m->records.v[i]->die;
	if (!is_declaration(out) || !name_of(out).n)
		return true;
	dwarf = dwarf_cu_getdwarf(out->cu);
	while (!dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL))
		if (find_definition(&die, out, 0, out))
			return true;
	return true;
}

/* --- fields ------------------------------------------------------------------ */

struct member {
	Dwarf_Die die;
	struct str name;
	uint64_t offset; /* bytes from the start of the outermost record */
};

typedef VEC(struct member) member_vec;

/* One walk over the members of a record, bases and anonymous ones
 * flattened. */
struct walk {
	struct arena *a;
	const struct str *name; /* only that one; NULL: all */
	uint32_t budget;
	member_vec out;
};

static void walk_members(struct walk *w, Dwarf_Die *record, uint64_t base,
			 int depth)
{
	Dwarf_Die die, type;
	int end = dwarf_child(record, &die);

	for (; !end && w->budget; end = dwarf_siblingof(&die, &die)) {
		int tag = dwarf_tag(&die);
		struct member x = { die, name_of(&die), base };

		if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) ||
		    dwarf_hasattr(&die, DW_AT_external))
			continue;
		w->budget--;
		x.offset += dwarf_number(&die, DW_AT_data_member_location, 0);
		if (x.name.n && (!w->name || str_eq(x.name, *w->name)))
			vec_push(w->a, &w->out, x);
		else if (!x.name.n && depth < MAX_DEPTH &&
			 dwarf_type_of(&die, &type) &&
			 is_record(dwarf_tag(&type)))
			walk_members(w, &type, x.offset, depth + 1);
		if (w->name && w->out.n)
			return;
	}
}

/* Bits count from the start of the record, or, the older way, from the other
 * end of the unit they are in. */
static bool place_bits(Dwarf_Die *die, uint64_t size, struct field *out)
{
	uint64_t unit = 8ull * out->type->size, bits, from;

	if (!type_is_integer(out->type) || size > unit)
		return false;
	bits = 8ull * out->offset;
	from = dwarf_number(die, DW_AT_bit_offset, UINT64_MAX);
	if (from != UINT64_MAX)
		bits += unit - from - size;
	else
		bits += dwarf_number(die, DW_AT_data_bit_offset, 0);
	if (bits % unit + size > unit)
		unit = 8; /* packed: as near as bytes allow */
	out->offset = (uint32_t)(bits / unit * unit / 8);
	out->bit_offset = (uint8_t)(bits % unit);
	out->bit_size = (uint8_t)size;
	return true;
}

static bool make_field(struct machine *m, struct types *t, struct member *x,
		       struct field *out)
{
	uint64_t bits = dwarf_number(&x->die, DW_AT_bit_size, 0);
	Dwarf_Die type;

	*out = (struct field){ .name = x->name, .offset = (uint32_t)x->offset };
	if (x->offset > MAX_ARRAY || !dwarf_type_of(&x->die, &type))
		return false;
	out->type = convert(m, t, &type, 0);
	if (!out->type)
		return false;
	return !bits || place_bits(&x->die, bits, out);
}

static void members_of(struct machine *m, const struct type *record,
		       struct walk *w)
{
	Dwarf_Die die;

	w->budget = MAX_FIELDS;
	if (definition_of(m, record, &die))
		walk_members(w, &die, 0, 0);
}

bool dwarf_field(struct machine *m, struct types *t, const struct type *record,
		 struct str name, struct field *out)
{
	struct arena a = { 0 };
	struct walk w = { .a = &a, .name = &name };
	bool ok;

	members_of(m, record, &w);
	ok = w.out.n && make_field(m, t, &w.out.v[0], out);
	arena_free(&a);
	return ok;
}

void dwarf_field_names(struct machine *m, const struct type *record,
		       struct arena *a, str_vec *out)
{
	struct walk w = { .a = a };

	members_of(m, record, &w);
	vec_each(x, &w.out)
		vec_push(a, out, x->name);
}

const struct type *dwarf_complete(struct machine *m, struct types *t,
				  const struct type *record, int depth)
{
	struct arena a = { 0 };
	struct walk w = { .a = &a };
	struct field *fields;
	Dwarf_Die die;
	uint32_t n = 0, size;

	if (depth > MAX_DEPTH || !definition_of(m, record, &die))
		return record;
	size = size_of(&die);
	members_of(m, record, &w);
	fields = arena_alloc(&a, (w.out.n + 1) * sizeof(*fields));
	vec_each(x, &w.out) {
		struct field *f = &fields[n];

		if (!make_field(m, t, x, f))
			continue;
		if (f->type->kind == TY_RECORD || f->type->kind == TY_ARRAY)
			f->type = machine_complete(m, t, f->type);
		n++;
	}
	record = type_record_at(t, record->name, fields, n, size,
				guess_align(size));
	arena_free(&a);
	return record;
}
