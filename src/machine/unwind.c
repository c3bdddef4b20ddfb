/* SPDX-License-Identifier: Apache-2.0 */
/* How to get from a place in a program to its caller, from .eh_frame: libdw
 * reads it, what it says becomes rows that a program of BPF can follow. */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>

#include "machine/elf.h"

enum {
	REG_BP = 6,
	REG_SP = 7,
	REG_IP = 16,
	MAX_ROWS = 8 << 20, /* of one file */
};

struct reader {
	const struct elf_file *f;
	Dwarf_CFI *cfi;
	struct arena *a;
	unwind_row_vec *out;
};

/* --- the beginnings of functions --------------------------------------------- */

typedef VEC(uint64_t) start_vec;

static int compare_starts(const void *va, const void *vb)
{
	const uint64_t *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

/* Where a description begins stands in it, as compilers write it: a distance
 * of four bytes from its own place. */
static void read_entries(const struct reader *r, Elf_Scn *scn,
			 const GElf_Shdr *sh, start_vec *out)
{
	const unsigned char *ident =
		(const unsigned char *)elf_getident(r->f->elf, NULL);
	Elf_Data *data = elf_getdata(scn, NULL);
	const char *from = data ? data->d_buf : NULL;
	Dwarf_Off at = 0, next;
	Dwarf_CFI_Entry e;
	int32_t distance;

	while (from && !dwarf_next_cfi(ident, data, true, at, &next, &e)) {
		at = next;
		if (dwarf_cfi_cie_p(&e) ||
		    e.fde.start + sizeof(distance) > e.fde.end)
			continue;
		memcpy(&distance, e.fde.start, sizeof(distance));
		vec_push(r->a, out,
			 sh->sh_addr +
				 (uint64_t)((const char *)e.fde.start - from) +
				 (uint64_t)(int64_t)distance);
	}
}

static void read_starts(const struct reader *r, start_vec *out)
{
	Elf_Scn *scn = NULL;
	const char *name;
	GElf_Shdr sh;
	size_t names;

	if (elf_getshdrstrndx(r->f->elf, &names))
		return;
	while ((scn = elf_nextscn(r->f->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type == SHT_NOBITS)
			continue;
		name = elf_strptr(r->f->elf, names, sh.sh_name);
		if (name && !strcmp(name, ".eh_frame"))
			read_entries(r, scn, &sh, out);
	}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), compare_starts);
}

/* --- one row ----------------------------------------------------------------- */

/* Is it a register and a distance? */
static bool is_register(const Dwarf_Op *op, unsigned int *reg, int64_t *n)
{
	if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31) {
		*reg = op->atom - DW_OP_breg0;
		*n = (int64_t)op->number;
		return true;
	}
	*reg = (unsigned int)op->number;
	*n = (int64_t)op->number2;
	return op->atom == DW_OP_bregx;
}

/* The expression that linkers write for the stubs of .plt: sp + 8, and 8 more
 * when the stub has pushed its number. */
static bool is_stub(const Dwarf_Op *ops, size_t n)
{
	static const uint8_t atoms[] = {
		DW_OP_breg7, DW_OP_breg16, DW_OP_lit15, DW_OP_and, DW_OP_lit11,
		DW_OP_ge,    DW_OP_lit3,   DW_OP_shl,   DW_OP_plus
	};
	size_t i;

	for (i = 0; i < n && i < sizeof(atoms); i++)
		if (ops[i].atom != atoms[i] &&
		    !(i == 4 && ops[i].atom == DW_OP_lit10))
			return false;
	return n == sizeof(atoms);
}

/* Where the caller's stack begins. */
static void read_frame(Dwarf_Frame *frame, struct unwind_row *row)
{
	unsigned int reg;
	Dwarf_Op *ops;
	int64_t n;
	size_t count;

	row->how = UNWIND_UNKNOWN;
	if (dwarf_frame_cfa(frame, &ops, &count) || !count)
		return;
	if (is_stub(ops, count)) {
		row->how = UNWIND_STUB;
		return;
	}
	if (!is_register(&ops[0], &reg, &n) || n != (int32_t)n ||
	    (reg != REG_SP && reg != REG_BP))
		return;
	row->frame = (int32_t)n;
	if (count == 1)
		row->how = reg == REG_SP ? UNWIND_SP : UNWIND_BP;
	else if (count == 2 && ops[1].atom == DW_OP_deref)
		row->how = reg == REG_SP ? UNWIND_AT_SP : UNWIND_AT_BP;
}

/* Where the caller's rbp is kept. */
static void read_bp(Dwarf_Frame *frame, struct unwind_row *row)
{
	Dwarf_Op room[3], *ops;
	int64_t n = 0;
	size_t count;

	row->bp_how = UNWIND_BP_SAME;
	if (dwarf_frame_register(frame, REG_BP, room, &ops, &count) || !count)
		return;
	row->bp_how = UNWIND_BP_LOST;
	if (ops[0].atom == DW_OP_call_frame_cfa) {
		if (count == 2 && ops[1].atom == DW_OP_plus_uconst)
			n = (int64_t)ops[1].number;
		else if (count != 1)
			return;
		row->bp = (int16_t)n;
		if (n == row->bp)
			row->bp_how = UNWIND_BP_FRAME;
		return;
	}
	/* where the stack was aligned: kept where rbp points */
	if (count == 1 && ops[0].atom == DW_OP_breg6 && !ops[0].number)
		row->bp_how = UNWIND_BP_AT_BP;
}

static bool is_outermost(Dwarf_Frame *frame)
{
	Dwarf_Op room[3], *ops;
	size_t count;

	return !dwarf_frame_register(frame, REG_IP, room, &ops, &count) &&
	       !count && ops == room;
}

static void read_row(Dwarf_Frame *frame, bool is_signal, struct unwind_row *row)
{
	if (is_signal) {
		row->how = UNWIND_SIGNAL;
		return;
	}
	if (is_outermost(frame)) {
		row->how = UNWIND_END;
		return;
	}
	read_frame(frame, row);
	read_bp(frame, row);
}

/* --- the table --------------------------------------------------------------- */

static bool is_equal(const struct unwind_row *a, const struct unwind_row *b)
{
	return a->how == b->how && a->bp_how == b->bp_how &&
	       a->frame == b->frame && a->bp == b->bp;
}

/* A row that says what the one before said needs no place. */
static void add_row(const struct reader *r, uint64_t address,
		    const struct unwind_row *row)
{
	const struct unwind_row *last =
		r->out->n ? &r->out->v[r->out->n - 1] : NULL;
	struct unwind_row x = *row;
	uint64_t offset;

	if (!elf_to_offset(r->f, address, &offset) || offset > UINT32_MAX ||
	    r->out->n >= MAX_ROWS)
		return;
	x.start = (uint32_t)offset;
	if (last && last->start == x.start)
		r->out->v[r->out->n - 1] = x;
	else if (!last || !is_equal(last, &x))
		vec_push(r->a, r->out, x);
}

/* The rows of the function that begins here, and one for what is behind. */
static void read_function(const struct reader *r, uint64_t address,
			  uint64_t next)
{
	const struct unwind_row none = { .how = UNWIND_UNKNOWN };
	struct unwind_row row;
	Dwarf_Frame *frame;
	Dwarf_Addr start, end;
	bool is_signal;

	while (address < next &&
	       !dwarf_cfi_addrframe(r->cfi, address, &frame)) {
		row = (struct unwind_row){ 0 };
		start = end = 0;
		dwarf_frame_info(frame, &start, &end, &is_signal);
		read_row(frame, is_signal, &row);
		free(frame);
		add_row(r, address, &row);
		if (end <= address)
			break;
		address = end;
	}
	if (address < next)
		add_row(r, address, &none);
}

static int compare_rows(const void *va, const void *vb)
{
	const struct unwind_row *a = va, *b = vb;

	return a->start < b->start ? -1 : a->start > b->start;
}

void machine_elf_unwind(const char *path, struct arena *a, unwind_row_vec *out)
{
	auto_elf struct elf_file f = { .fd = -1 };
	struct reader r = { .f = &f, .a = a, .out = out };
	start_vec starts = { 0 };
	struct arena own = { 0 };
	size_t i;

	if (elf_open(path, &f))
		return;
	r.cfi = dwarf_getcfi_elf(f.elf);
	if (!r.cfi)
		return;
	r.a = &own;
	read_starts(&r, &starts);
	r.a = a;
	for (i = 0; i < starts.n; i++)
		read_function(&r, starts.v[i],
			      i + 1 < starts.n ? starts.v[i + 1] : UINT64_MAX);
	dwarf_cfi_end(r.cfi);
	arena_free(&own);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), compare_rows);
}
