/* SPDX-License-Identifier: Apache-2.0 */
/* dwarf.h - what the files about debug information of programs share. Not for
 * others. */
#ifndef ESPY_MACHINE_DWARF_H
#define ESPY_MACHINE_DWARF_H

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "machine/elf.h"

/* A binary whose debug information was asked for; kept until the machine is
 * closed. */
struct program {
	struct str path;
	struct debug debug;
	Dwarf *dwarf; /* NULL: it has none */
	GElf_Addr bias; /* of addresses in dwarf */
	struct program *next;
};

/* A record by its entry; machine.records[index] is type.origin's. */
struct program_record {
	Dwarf_Die die;
};

/* NULL without debug information. */
struct program *program_get(struct machine *m, const char *path);

/* An address of the file as its debug information has it. */
Dwarf_Addr program_pc(const struct program *p, uint64_t address);

/* The function that has a place of dwarf in its code. */
bool program_function(struct program *p, Dwarf_Addr pc, Dwarf_Die *out);

/* The unit of it. */
bool program_unit(struct program *p, Dwarf_Addr pc, Dwarf_Die *out);

/* Without typedefs and qualifiers; false for void. */
bool dwarf_type_of(Dwarf_Die *die, Dwarf_Die *out);
uint64_t dwarf_number(Dwarf_Die *die, unsigned int attribute, uint64_t none);
bool dwarf_flag(Dwarf_Die *die, unsigned int attribute);

/* --- dwarf_class.c ---------------------------------------------------------- */

/* How a value is passed, and how many bytes it has. All that is false or 0:
 * not at all. */
struct passing {
	uint64_t size;
	unsigned int ints, floats; /* registers */
	bool by_reference; /* the register has its address */
	bool is_wide; /* on the stack at multiples of 16 */
	bool in_memory; /* on the stack, even where registers are free */
	bool is_split; /* the registers are not the words of its memory */
	bool is_unknown;
};

struct passing dwarf_passing(Dwarf_Die *type, bool is_rust);

/* --- dwarf_type.c ----------------------------------------------------------- */

/* An entry that is a type (stripped) as a type of values; NULL for what has
 * none here. */
const struct type *dwarf_value_type(struct machine *m, struct types *t,
				    Dwarf_Die *die);

#endif
