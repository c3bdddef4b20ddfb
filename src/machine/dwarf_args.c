/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments and results of programs' functions, from their debug information:
 * where the calling convention of x86-64 puts them, unless the debug
 * information names the register itself. */
#include "machine/dwarf.h"

enum {
	MAX_ARGS = 64,
	MAX_DEPTH = 8, /* of records in records */
	C_SLOTS = 6, /* registers that arguments come in */
	GO_SLOTS = 9,
};

/* What an argument takes. */
enum place {
	PLACE_REG, /* an integer or pointer */
	PLACE_TWO, /* two registers */
	PLACE_REFERENCE, /* a register with the address of it */
	PLACE_FLOAT, /* registers of their own */
	PLACE_MEMORY,
	PLACE_MIXED, /* of both: what follows is not known */
};

/* The registers of arguments by DWARF's numbers: rdi rsi rdx rcx r8 r9, and of
 * Go: rax rbx rcx rdi rsi r8 r9 r10 r11. */
static const uint8_t c_registers[C_SLOTS] = { 5, 4, 1, 2, 8, 9 };
static const uint8_t go_registers[GO_SLOTS] = { 0, 3, 2, 5, 4, 8, 9, 10, 11 };

/* --- classes ----------------------------------------------------------------- */

static bool is_float(Dwarf_Die *type)
{
	uint64_t encoding = dwarf_number(type, DW_AT_encoding, 0);

	return encoding == DW_ATE_float || encoding == DW_ATE_complex_float;
}

/* Counts what a record is made of. */
static void count_parts(Dwarf_Die *type, int depth, unsigned int *floats,
			unsigned int *others)
{
	Dwarf_Die die, of;
	int end, tag = dwarf_tag(type);

	if (tag == DW_TAG_array_type && dwarf_type_of(type, &of)) {
		count_parts(&of, depth + 1, floats, others);
		return;
	}
	if (tag != DW_TAG_structure_type && tag != DW_TAG_class_type &&
	    tag != DW_TAG_union_type) {
		*floats += is_float(type);
		*others += !is_float(type);
		return;
	}
	for (end = dwarf_child(type, &die); !end;
	     end = dwarf_siblingof(&die, &die)) {
		tag = dwarf_tag(&die);
		if ((tag == DW_TAG_member || tag == DW_TAG_inheritance) &&
		    depth < MAX_DEPTH && dwarf_type_of(&die, &of))
			count_parts(&of, depth + 1, floats, others);
	}
}

static enum place place_of_record(Dwarf_Die *type, uint64_t size)
{
	unsigned int floats = 0, others = 0;

	if (dwarf_number(type, DW_AT_calling_convention, 0) ==
	    DW_CC_pass_by_reference)
		return PLACE_REFERENCE;
	if (size > 16 || !size)
		return PLACE_MEMORY;
	count_parts(type, 0, &floats, &others);
	if (floats && others)
		return PLACE_MIXED;
	if (floats)
		return PLACE_FLOAT;
	return size > 8 ? PLACE_TWO : PLACE_REG;
}

static enum place place_of(Dwarf_Die *type)
{
	uint64_t size = dwarf_number(type, DW_AT_byte_size, 8);

	switch (dwarf_tag(type)) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type: return place_of_record(type, size);
	case DW_TAG_base_type:
		if (is_float(type))
			return size > 8 ? PLACE_MEMORY : PLACE_FLOAT;
		break;
	}
	return size > 8 ? PLACE_TWO : PLACE_REG;
}

/* --- arguments --------------------------------------------------------------- */

struct args_query {
	struct machine *m;
	struct types *t;
	Dwarf_Addr pc;
	const uint8_t *registers;
	unsigned int n_slots;
	unsigned int next; /* slot that is free */
	bool is_lost; /* the convention says no more */
	struct field fields[MAX_ARGS];
	uint32_t n;
};

/* Is the argument in a register when the function is entered, says the debug
 * information? */
static bool told_slot(struct args_query *q, Dwarf_Die *arg, uint32_t *slot)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	size_t n;

	if (!dwarf_attr_integrate(arg, DW_AT_location, &attr) ||
	    dwarf_getlocation_addr(&attr, q->pc, &ops, &n, 1) != 1 || n != 1)
		return false;
	for (n = 0; n < q->n_slots; n++) {
		if (ops->atom != DW_OP_reg0 + q->registers[n])
			continue;
		*slot = (uint32_t)n;
		return true;
	}
	return false;
}

/* Takes the next n registers; false when they do not suffice. */
static bool take(struct args_query *q, unsigned int n, uint32_t *slot)
{
	if (q->is_lost || q->next + n > q->n_slots)
		return false;
	*slot = q->next;
	q->next += n;
	return true;
}

static bool find_place(struct args_query *q, enum place place, uint32_t *slot)
{
	switch (place) {
	case PLACE_REG:
	case PLACE_REFERENCE: return take(q, 1, slot);
	case PLACE_TWO: return take(q, 2, slot);
	case PLACE_FLOAT:
	case PLACE_MEMORY: return false;
	case PLACE_MIXED: q->is_lost = true; return false;
	}
	return false;
}

static void add_arg(struct args_query *q, Dwarf_Die *arg)
{
	struct field *f = &q->fields[q->n];
	struct str name = str_from(dwarf_diename(arg));
	bool has_place, is_told;
	enum place place;
	uint32_t slot = 0;
	Dwarf_Die type;

	if (!dwarf_type_of(arg, &type)) {
		q->is_lost = true;
		return;
	}
	place = place_of(&type);
	has_place = find_place(q, place, &slot);
	is_told = (place == PLACE_REG || place == PLACE_REFERENCE) &&
		  told_slot(q, arg, &slot);
	if ((!has_place && !is_told) || !name.n || q->n == MAX_ARGS)
		return;
	*f = (struct field){ .name = name, .offset = 8 * slot };
	f->type = dwarf_value_type(q->m, q->t, &type);
	if (f->type && place == PLACE_REFERENCE)
		f->type = type_ptr(q->t, f->type, AS_USER);
	if (f->type && f->type->size && f->type->size <= 16)
		q->n++;
}

const struct type *machine_user_args(struct machine *m, struct types *t,
				     const char *path, uint64_t address,
				     const struct type **ret)
{
	struct program *p = program_get(m, path);
	bool is_go = p && machine_elf_is_go(path);
	struct args_query q = {
		.m = m,
		.t = t,
		.registers = is_go ? go_registers : c_registers,
		.n_slots = is_go ? GO_SLOTS : C_SLOTS,
		.is_lost = is_go,
	};
	Dwarf_Die function, die, type;
	enum place result = PLACE_REG;
	int end;

	*ret = NULL;
	if (p)
		q.pc = program_pc(p, address);
	if (!p || !program_function(p, q.pc, &function))
		return NULL;
	if (dwarf_type_of(&function, &type)) {
		result = place_of(&type);
		if (result == PLACE_REG)
			*ret = dwarf_value_type(m, t, &type);
	}
	/* the caller says where a large result goes */
	if (result == PLACE_MEMORY && dwarf_tag(&type) != DW_TAG_base_type)
		q.next = 1;
	if (result == PLACE_REFERENCE)
		q.next = 1;
	for (end = dwarf_child(&function, &die); !end;
	     end = dwarf_siblingof(&die, &die))
		if (dwarf_tag(&die) == DW_TAG_formal_parameter)
			add_arg(&q, &die);
	return type_record_at(t, STR("struct args"), q.fields, q.n,
			      8 * q.n_slots, 8);
}
