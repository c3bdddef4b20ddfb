/* SPDX-License-Identifier: Apache-2.0 */
/* How the calling conventions of x86-64 pass a value, from its debug
 * information. */
#include "machine/dwarf.h"

enum {
	MAX_DEPTH = 8, /* of records in records */
	WORDS = 2, /* that a value in registers has at most */
	MANY = 3, /* leaves: more than a pair */
};

/* What the words of a value are made of. */
struct words {
	bool has_int[WORDS], has_float[WORDS];
	bool is_x87; /* such registers are not for arguments */
	unsigned int leaves; /* scalars that it is made of */
	bool has_variants;
};

static void add_parts(struct words *w, Dwarf_Die *type, uint64_t at, int depth);

static void add_scalar(struct words *w, Dwarf_Die *type, uint64_t at)
{
	uint64_t encoding = dwarf_number(type, DW_AT_encoding, 0);
	uint64_t size = dwarf_number(type, DW_AT_byte_size, 8);
	bool is_complex = encoding == DW_ATE_complex_float;
	bool is_float = is_complex || encoding == DW_ATE_float;

	w->leaves++;
	w->is_x87 |= is_float && size / (is_complex ? 2 : 1) > 8;
	for (uint64_t i = at / 8; i < WORDS && 8 * i < at + size; i++) {
		w->has_float[i] |= is_float;
		w->has_int[i] |= !is_float;
	}
}

/* Words are told apart; an array of many small ones is many leaves. */
static void add_array(struct words *w, Dwarf_Die *type, uint64_t at, int depth)
{
	Dwarf_Word all = 0, one = 0;
	Dwarf_Die of;

	if (!dwarf_type_of(type, &of) || dwarf_aggregate_size(type, &all) ||
	    dwarf_aggregate_size(&of, &one) || !one)
		return;
	for (uint64_t i = 0; i + one <= all && i < 8 * WORDS; i += one)
		add_parts(w, &of, at + i, depth + 1);
}

static uint64_t member_at(Dwarf_Die *member)
{
	uint64_t bits = dwarf_number(member, DW_AT_data_bit_offset, 0);

	return dwarf_number(member, DW_AT_data_member_location, bits / 8);
}

static void add_parts(struct words *w, Dwarf_Die *type, uint64_t at, int depth)
{
	int end, tag = dwarf_tag(type);
	Dwarf_Die die, of;

	if (depth == MAX_DEPTH)
		return;
	if (tag == DW_TAG_array_type) {
		add_array(w, type, at, depth);
		return;
	}
	if (tag != DW_TAG_structure_type && tag != DW_TAG_class_type &&
	    tag != DW_TAG_union_type) {
		add_scalar(w, type, at);
		return;
	}
	for (end = dwarf_child(type, &die); !end;
	     end = dwarf_siblingof(&die, &die)) {
		int part = dwarf_tag(&die);

		w->has_variants |= part == DW_TAG_variant_part;
		if ((part == DW_TAG_member || part == DW_TAG_inheritance) &&
		    !dwarf_flag(&die, DW_AT_external) &&
		    dwarf_type_of(&die, &of))
			add_parts(w, &of, at + member_at(&die), depth + 1);
	}
}

static void count_words(const struct words *w, struct passing *out)
{
	for (size_t i = 0; i < WORDS; i++) {
		out->ints += w->has_int[i];
		out->floats += w->has_float[i] && !w->has_int[i];
	}
}

static bool is_record(Dwarf_Die *type)
{
	int tag = dwarf_tag(type);

	return tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
	       tag == DW_TAG_union_type;
}

/* Rust's own convention is not written down: this is what its compilers do.
 * Pairs of scalars are two arguments. */
static struct passing rust_record(Dwarf_Die *type, uint64_t size,
				  const struct words *w)
{
	struct passing p = { .size = size };

	if (w->has_variants || dwarf_tag(type) == DW_TAG_union_type)
		return (struct passing){ .is_unknown = true };
	if (w->leaves < MANY && size <= 16) {
		count_words(w, &p);
		if (w->leaves == 2 && size <= 8) { /* both in one word here */
			p.ints *= 2;
			p.floats *= 2;
			p.is_split = true;
		}
	} else if (size <= 8) {
		p.ints = 1;
	} else if (size > 16) {
		p.ints = 1;
		p.by_reference = true;
	} else {
		p.is_unknown = true;
	}
	return p;
}

struct passing dwarf_passing(Dwarf_Die *type, bool is_rust)
{
	uint64_t size = dwarf_number(type, DW_AT_byte_size, 8);
	struct passing p = { .size = size };
	struct words w = { 0 };

	if (is_record(type) && dwarf_number(type, DW_AT_calling_convention,
					    0) == DW_CC_pass_by_reference) {
		p.ints = 1;
		p.by_reference = true;
		return p;
	}
	if (size <= 16 || is_rust)
		add_parts(&w, type, 0, 0);
	if (is_rust && is_record(type))
		return rust_record(type, size, &w);
	p.is_wide = size == 16 && dwarf_tag(type) == DW_TAG_base_type;
	if (size > 16 || w.is_x87)
		p.in_memory = true;
	else
		count_words(&w, &p);
	return p;
}
