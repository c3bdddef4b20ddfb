/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments and results of programs' functions, from their debug information:
 * where the calling convention of x86-64 puts them, unless the debug
 * information itself says where. Offsets in their record: 8 for each register
 * that integers come in, in their order, then the stack. */
#include "machine/dwarf.h"

enum {
	MAX_ARGS = 64,
	C_SLOTS = 6, /* registers that arguments come in */
	FLOAT_SLOTS = 8,
	GO_SLOTS = 9,
	MAX_SIZE = 256, /* of one on the stack, in bytes */
};

/* The registers of arguments by DWARF's numbers: rdi rsi rdx rcx r8 r9, and of
 * Go: rax rbx rcx rdi rsi r8 r9 r10 r11. */
static const uint8_t c_registers[C_SLOTS] = { 5, 4, 1, 2, 8, 9 };
static const uint8_t go_registers[GO_SLOTS] = { 0, 3, 2, 5, 4, 8, 9, 10, 11 };

struct args_query {
	struct machine *m;
	struct types *t;
	Dwarf_Addr pc;
	const uint8_t *registers;
	unsigned int n_slots;
	bool is_go, is_rust;

	unsigned int next, next_float; /* slots that are free */
	uint32_t stack; /* bytes of arguments there, above the return address */
	bool is_lost; /* the convention says no more */

	struct field fields[MAX_ARGS];
	uint32_t n, size;
	str_vec missing;
};

/* --- by the debug information ---------------------------------------------------- */

static bool slot_of(const struct args_query *q, uint8_t atom, uint32_t *slot)
{
	for (*slot = 0; *slot < q->n_slots; ++*slot)
		if (atom == DW_OP_reg0 + q->registers[*slot])
			return true;
	return false;
}

/* "reg piece 8, reg piece 8": slots that follow each other. */
static bool told_slots(const struct args_query *q, const Dwarf_Op *ops,
		       size_t n, uint32_t *offset)
{
	uint32_t slot, first;

	if (!slot_of(q, ops[0].atom, &first))
		return false;
	*offset = 8 * first;
	for (size_t i = 0; n > 1 && i < n; i += 2) {
		if (i + 1 == n || ops[i + 1].atom != DW_OP_piece ||
		    !slot_of(q, ops[i].atom, &slot) || slot != first + i / 2 ||
		    (i + 2 < n && ops[i + 1].number != 8))
			return false;
	}
	return true;
}

/* Go's place on the stack, counted from above the return address. */
static bool told_stack(const struct args_query *q, const Dwarf_Op *ops,
		       size_t n, uint32_t *offset)
{
	uint64_t at = 0;

	if (!q->is_go || n > 2)
		return false;
	if (ops[0].atom == DW_OP_fbreg && n == 1)
		at = ops[0].number;
	else if (ops[0].atom != DW_OP_call_frame_cfa ||
		 (n == 2 && ops[1].atom != DW_OP_plus_uconst))
		return false;
	else if (n == 2)
		at = ops[1].number;
	*offset = 8 * q->n_slots + (uint32_t)at;
	return at < UINT16_MAX;
}

/* Is the argument where a probe can read it when the function is entered, says
 * the debug information? */
static bool told_place(struct args_query *q, Dwarf_Die *arg, uint32_t *offset)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	size_t n;

	if (!dwarf_attr_integrate(arg, DW_AT_location, &attr) ||
	    dwarf_getlocation_addr(&attr, q->pc, &ops, &n, 1) != 1 || !n)
		return false;
	return told_slots(q, ops, n, offset) || told_stack(q, ops, n, offset);
}

/* --- by the convention ----------------------------------------------------------- */

static uint32_t take_stack(struct args_query *q, const struct passing *p)
{
	uint64_t size = p->by_reference ? 8 : p->size;
	uint32_t at = p->is_wide ? (q->stack + 15) / 16 * 16 : q->stack;

	if (size > UINT16_MAX || at > UINT16_MAX)
		q->is_lost = true;
	else
		q->stack = at + ((uint32_t)size + 7) / 8 * 8;
	return 8 * q->n_slots + at;
}

/* Takes what the argument needs; true when that can be read. */
static bool find_place(struct args_query *q, const struct passing *p,
		       uint32_t *offset)
{
	q->is_lost |= p->is_unknown;
	if (q->is_lost)
		return false;
	if (p->in_memory || q->next + p->ints > q->n_slots ||
	    q->next_float + p->floats > FLOAT_SLOTS) {
		*offset = take_stack(q, p);
		return !p->is_split && !q->is_lost;
	}
	*offset = 8 * q->next;
	q->next += p->ints;
	q->next_float += p->floats;
	return p->ints && !p->floats && !p->is_split;
}

/* --- arguments ------------------------------------------------------------------- */

/* Few words are told apart by registers, many are memory. */
static bool add_field(struct args_query *q, Dwarf_Die *type, struct str name,
		      const struct passing *p, uint32_t offset)
{
	struct field *f = &q->fields[q->n];
	bool on_stack = offset >= 8 * q->n_slots;

	if (q->n == MAX_ARGS)
		return false;
	*f = (struct field){ .name = name, .offset = offset };
	f->type = dwarf_value_type(q->m, q->t, type);
	if (f->type && p->by_reference)
		f->type = type_ptr(q->t, f->type, AS_USER);
	if (!f->type || !f->type->size || f->type->size > MAX_SIZE ||
	    (!on_stack && offset + f->type->size > 8 * q->n_slots))
		return false;
	q->n++;
	if (q->size < offset + f->type->size)
		q->size = offset + (f->type->size + 7) / 8 * 8;
	return true;
}

static void add_arg(struct args_query *q, Dwarf_Die *arg)
{
	struct str name = str_from(dwarf_diename(arg));
	bool has_place, may_be_told;
	struct passing p;
	uint32_t offset = 0;
	Dwarf_Die type;

	if (!dwarf_type_of(arg, &type)) {
		q->is_lost = true;
		return;
	}
	p = dwarf_passing(&type, q->is_rust);
	has_place = find_place(q, &p, &offset);
	may_be_told = q->is_go || (!p.floats && !p.in_memory && p.ints == 1);
	if (may_be_told && told_place(q, arg, &offset))
		has_place = true;
	if (!name.n || dwarf_flag(arg, DW_AT_variable_parameter))
		return; /* Go's results */
	if (!has_place || !add_field(q, &type, name, &p, offset))
		vec_push(&q->m->arena, &q->missing, name);
}

/* A large result goes where the caller says, in the first register. */
static void add_result(struct args_query *q, Dwarf_Die *function,
		       const struct type **ret)
{
	struct passing p;
	Dwarf_Die type;
	bool is_scalar;

	if (!dwarf_type_of(function, &type))
		return;
	p = dwarf_passing(&type, q->is_rust);
	is_scalar = dwarf_tag(&type) == DW_TAG_base_type;
	if (p.ints == 1 && !p.floats && !p.by_reference && !p.is_split)
		*ret = dwarf_value_type(q->m, q->t, &type);
	q->next = p.by_reference || (p.in_memory && !is_scalar);
	q->is_lost |= p.is_unknown;
}

/* "a, b, c" */
static struct str joined(struct machine *m, const str_vec *names)
{
	struct str all = { "", 0 };

	vec_each(name, names)
		all = str_printf(&m->arena, "%.*s%s%.*s", STR_ARG(all),
				 all.n ? ", " : "", STR_ARG(*name));
	return all;
}

static bool is_rust(struct program *p, Dwarf_Addr pc)
{
	Dwarf_Die unit;

	return program_unit(p, pc, &unit) &&
	       dwarf_number(&unit, DW_AT_language, 0) == DW_LANG_Rust;
}

const struct type *machine_user_args(struct machine *m, struct types *t,
				     const char *path, uint64_t address,
				     const struct type **ret,
				     struct str *missing)
{
	struct program *p = program_get(m, path);
	bool is_go = p && machine_elf_is_go(path);
	struct args_query q = {
		.m = m,
		.t = t,
		.registers = is_go ? go_registers : c_registers,
		.n_slots = is_go ? GO_SLOTS : C_SLOTS,
		.is_go = is_go,
	};
	Dwarf_Die function, die;
	int end;

	*ret = NULL;
	*missing = (struct str){ 0 };
	if (p)
		q.pc = program_pc(p, address);
	if (!p || !program_function(p, q.pc, &function))
		return NULL;
	q.is_rust = is_rust(p, q.pc);
	add_result(&q, &function, ret);
	q.is_lost |= is_go;
	for (end = dwarf_child(&function, &die); !end;
	     end = dwarf_siblingof(&die, &die))
		if (dwarf_tag(&die) == DW_TAG_formal_parameter)
			add_arg(&q, &die);
	*missing = joined(m, &q.missing);
	if (q.size < 8 * q.n_slots)
		q.size = 8 * q.n_slots;
	return type_record_at(t, STR("struct args"), q.fields, q.n, q.size, 8);
}
