/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines of which functions a place in a program comes from. */
#include <stdlib.h>

#include "machine/dwarf.h"

/* The address that an offset in the file is loaded at. */
static bool to_address(struct program *p, uint64_t offset, uint64_t *out)
{
	GElf_Addr bias;
	Elf *elf = dwfl_module_getelf(p->debug.module, &bias);
	size_t i, n = 0;
	GElf_Phdr ph;

	if (!elf || elf_getphdrnum(elf, &n))
		return false;
	for (i = 0; i < n; i++) {
		if (!gelf_getphdr(elf, (int)i, &ph) || ph.p_type != PT_LOAD ||
		    offset < ph.p_offset || offset - ph.p_offset >= ph.p_filesz)
			continue;
		*out = offset - ph.p_offset + ph.p_vaddr;
		return true;
	}
	return false;
}

static void read_line(Dwarf_Die *unit, Dwarf_Addr pc, struct source_place *out)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, pc);
	int number = 0;

	if (!line || dwarf_lineno(line, &number))
		return;
	out->file = str_from(dwarf_linesrc(line, NULL, NULL));
	out->line = (uint32_t)number;
}

/* Where an inlined copy is called. */
static void read_call(Dwarf_Die *unit, Dwarf_Die *copy,
		      struct source_place *out)
{
	uint64_t file = dwarf_number(copy, DW_AT_call_file, 0);
	Dwarf_Files *files;
	size_t n;

	*out = (struct source_place){ 0 };
	if (dwarf_getsrcfiles(unit, &files, &n) || file >= n)
		return;
	out->file = str_from(dwarf_filesrc(files, file, NULL, NULL));
	out->line = (uint32_t)dwarf_number(copy, DW_AT_call_line, 0);
}

/* Copies of functions that the code is in, the outermost first. */
typedef VEC(Dwarf_Die) die_vec;

static bool find_inner(Dwarf_Die *parent, Dwarf_Addr pc, Dwarf_Die *out)
{
	int end = dwarf_child(parent, out);

	for (; !end; end = dwarf_siblingof(out, out)) {
		int tag = dwarf_tag(out);

		if ((tag == DW_TAG_inlined_subroutine ||
		     tag == DW_TAG_lexical_block) &&
		    dwarf_haspc(out, pc) == 1)
			return true;
	}
	return false;
}

static void find_copies(struct program *p, Dwarf_Addr pc, struct arena *a,
			die_vec *out)
{
	Dwarf_Die die, inner;

	if (!program_function(p, pc, &die))
		return;
	while (find_inner(&die, pc, &inner)) {
		die = inner;
		if (dwarf_tag(&die) == DW_TAG_inlined_subroutine)
			vec_push(a, out, die);
	}
}

bool machine_user_source(struct machine *m, const char *path, uint64_t offset,
			 struct arena *a, source_vec *out)
{
	struct program *p = program_get(m, path);
	struct source_place place = { 0 };
	die_vec copies = { 0 };
	uint64_t address;
	Dwarf_Addr pc;
	Dwarf_Die unit;
	size_t i;

	if (!p || !to_address(p, offset, &address))
		return false;
	pc = program_pc(p, address);
	if (!program_unit(p, pc, &unit))
		return false;
	read_line(&unit, pc, &place);
	find_copies(p, pc, a, &copies);
	for (i = copies.n; i--;) {
		place.inlined = str_from(dwarf_diename(&copies.v[i]));
		vec_push(a, out, place);
		read_call(&unit, &copies.v[i], &place);
	}
	vec_push(a, out, place);
	return true;
}
