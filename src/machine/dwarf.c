/* SPDX-License-Identifier: Apache-2.0 */
/* Debug information of programs: opening it, functions by address, lines of
 * their sources. Types are dwarf_type.c's, arguments dwarf_args.c's. */
#include "machine/dwarf.h"

#include <stdlib.h>

enum {
	MAX_DEPTH = 16, /* of namespaces */
};

/* --- opening ----------------------------------------------------------------- */

struct program *program_get(struct machine *m, const char *path)
{
	struct program *p = m->programs;

	while (p && !str_is(p->path, path))
		p = p->next;
	if (p)
		return p->dwarf ? p : NULL;
	p = xzalloc(sizeof(*p));
	p->path = str_copy(&m->arena, str_from(path));
	p->next = m->programs;
	m->programs = p;
	if (debug_open(&p->debug, p->path.p))
		p->dwarf = dwfl_module_getdwarf(p->debug.module, &p->bias);
	return p->dwarf ? p : NULL;
}

void programs_close(struct machine *m)
{
	struct program *p, *next;

	for (p = m->programs; p; p = next) {
		next = p->next;
		debug_close(&p->debug);
		free(p);
	}
	m->programs = NULL;
}

Dwarf_Addr program_pc(const struct program *p, uint64_t address)
{
	return address + p->debug.bias - p->bias;
}

static uint64_t from_dwarf(const struct program *p, Dwarf_Addr pc)
{
	return pc + p->bias - p->debug.bias;
}

/* --- functions --------------------------------------------------------------- */

bool program_unit(struct program *p, Dwarf_Addr pc, Dwarf_Die *out)
{
	Dwarf_CU *unit = NULL;
	uint8_t kind;

	if (dwarf_addrdie(p->dwarf, pc, out))
		return true;
	while (!dwarf_get_units(p->dwarf, unit, &unit, NULL, &kind, out,
				NULL)) {
		if (kind == DW_UT_compile && dwarf_haspc(out, pc) == 1)
			return true;
	}
	return false;
}

/* Rust's methods are in their types. */
static bool has_functions(int tag)
{
	return tag == DW_TAG_namespace || tag == DW_TAG_structure_type ||
	       tag == DW_TAG_enumeration_type || tag == DW_TAG_union_type;
}

static bool find_function(Dwarf_Die *parent, Dwarf_Addr pc, int depth,
			  Dwarf_Die *out)
{
	Dwarf_Die die;
	int end = dwarf_child(parent, &die);

	for (; !end; end = dwarf_siblingof(&die, &die)) {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_subprogram && dwarf_haspc(&die, pc) == 1) {
			*out = die;
			return true;
		}
		if (has_functions(tag) && depth < MAX_DEPTH &&
		    find_function(&die, pc, depth + 1, out))
			return true;
	}
	return false;
}

bool program_function(struct program *p, Dwarf_Addr pc, Dwarf_Die *out)
{
	Dwarf_Die unit;

	return program_unit(p, pc, &unit) && find_function(&unit, pc, 0, out);
}

/* --- lines ------------------------------------------------------------------- */

struct line_query {
	struct program *p;
	struct str file;
	uint64_t line, column;
	struct arena *a;
	address_vec *out;
	uint64_t near;
	VEC(struct place {
		Dwarf_Off scope; /* the function or inlined copy */
		Dwarf_Addr pc;
	})
	places;
};

static bool is_source(struct str path, struct str file)
{
	if (path.n < file.n || !file.n)
		return false;
	if (memcmp(path.p + path.n - file.n, file.p, file.n))
		return false;
	return path.n == file.n || path.p[path.n - file.n - 1] == '/' ||
	       file.p[0] == '/';
}

/* The part of a function that has a place in its code: *inner is its entry,
 * unless none of its parts has. */
static bool step_inside(Dwarf_Die *inner, Dwarf_Addr pc)
{
	Dwarf_Die die;
	int end = dwarf_child(inner, &die);

	for (; !end; end = dwarf_siblingof(&die, &die)) {
		int tag = dwarf_tag(&die);

		if ((tag == DW_TAG_inlined_subroutine ||
		     tag == DW_TAG_lexical_block) &&
		    dwarf_haspc(&die, pc) == 1) {
			*inner = die;
			return true;
		}
	}
	return false;
}

/* The function, or copy of an inlined one, around a place. libdw's search for
 * that does not look into namespaces. */
static Dwarf_Off scope_of(Dwarf_Die *unit, Dwarf_Addr pc)
{
	Dwarf_Off scope = 0;
	Dwarf_Die die;

	if (!find_function(unit, pc, 0, &die))
		return 0;
	do {
		if (dwarf_tag(&die) != DW_TAG_lexical_block)
			scope = dwarf_dieoffset(&die);
	} while (step_inside(&die, pc));
	return scope;
}

static void add_place(struct line_query *q, Dwarf_Die *unit, Dwarf_Addr pc)
{
	struct place fresh = { scope_of(unit, pc), pc };

	vec_each(x, &q->places) {
		if (x->scope != fresh.scope)
			continue;
		if (pc < x->pc)
			x->pc = pc;
		return;
	}
	vec_push(q->a, &q->places, fresh);
}

static void look_at_line(struct line_query *q, Dwarf_Die *unit,
			 Dwarf_Line *line)
{
	int number = 0, column = 0;
	const char *source;
	bool is_start = false, is_end = false;
	Dwarf_Addr pc;

	if (dwarf_lineendsequence(line, &is_end) || is_end ||
	    dwarf_lineno(line, &number) || number < 0 ||
	    (uint64_t)number < q->line)
		return;
	source = dwarf_linesrc(line, NULL, NULL);
	if (!source || !is_source(str_from(source), q->file) ||
	    dwarf_linebeginstatement(line, &is_start) || !is_start ||
	    dwarf_lineaddr(line, &pc) || dwarf_linecol(line, &column))
		return;
	if ((uint64_t)number > q->line) {
		if (!q->near || (uint64_t)number < q->near)
			q->near = (uint64_t)number;
		return;
	}
	if (!q->column || (uint64_t)column == q->column)
		add_place(q, unit, pc);
}

static int compare_addresses(const void *va, const void *vb)
{
	const uint64_t *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

bool machine_user_line(struct machine *m, const char *path, struct str file,
		       uint64_t line, uint64_t column, struct arena *a,
		       address_vec *out, uint64_t *near)
{
	struct line_query q = {
		program_get(m, path), file, line, column, a, out, 0, { 0 }
	};
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	uint8_t kind;
	size_t i, n;

	if (!q.p)
		return false;
	while (!dwarf_get_units(q.p->dwarf, unit, &unit, NULL, &kind, &die,
				NULL)) {
		Dwarf_Lines *lines;

		if (kind != DW_UT_compile ||
		    dwarf_getsrclines(&die, &lines, &n))
			continue;
		for (i = 0; i < n; i++)
			look_at_line(&q, &die, dwarf_onesrcline(lines, i));
	}
	vec_each(x, &q.places)
		vec_push(a, out, from_dwarf(q.p, x->pc));
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), compare_addresses);
	*near = q.near;
	return true;
}
