/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/code.h"

#include <libelf.h>
#include <linux/bpf.h>
#include <stdlib.h>

#define CALL (BPF_JMP | BPF_CALL)
#define WIDE (BPF_LD | BPF_IMM | BPF_DW) /* takes two instructions */
#define SET  (BPF_ALU64 | BPF_MOV | BPF_K)

/* Instructions before a call among which its arguments are set. */
#define ARGUMENTS 8

/* A function that was found, by where it is. */
struct place {
	size_t section;
	uint64_t at; /* in bytes */
};

struct reader {
	struct arena *a;
	Elf *elf;
	size_t maps; /* the section of maps */
	const Elf64_Sym *symbols;
	size_t n_symbols;
	size_t symbol_names;
	VEC(struct place) functions; /* the program first */
	struct code *out;
};

static const char *const helper_names[] = {
#define NAME(name, ...) [BPF_FUNC_##name] = "bpf_" #name
	__BPF_FUNC_MAPPER(NAME)
#undef NAME
};

const char *code_helper_name(uint32_t helper)
{
	return helper < ARRAY_SIZE(helper_names) ? helper_names[helper] : NULL;
}

/* --- the file ------------------------------------------------------------- */

static const Elf64_Shdr *section(const struct reader *r, size_t i,
				 Elf_Data **data)
{
	Elf_Scn *scn = elf_getscn(r->elf, i);

	*data = scn ? elf_getdata(scn, NULL) : NULL;
	return scn && *data && (*data)->d_buf ? elf64_getshdr(scn) : NULL;
}

static bool open_symbols(struct reader *r)
{
	size_t n = 0, names = 0;

	if (!r->elf || elf_kind(r->elf) != ELF_K_ELF ||
	    elf_getshdrnum(r->elf, &n) || elf_getshdrstrndx(r->elf, &names))
		return false;
	for (size_t i = 1; i < n; i++) {
		Elf_Data *data;
		const Elf64_Shdr *head = section(r, i, &data);

		if (head &&
		    str_is(str_from(elf_strptr(r->elf, names, head->sh_name)),
			   ".maps"))
			r->maps = i;
		if (!head || head->sh_type != SHT_SYMTAB)
			continue;
		r->symbols = data->d_buf;
		r->n_symbols = data->d_size / sizeof(*r->symbols);
		r->symbol_names = head->sh_link;
	}
	return r->symbols;
}

static struct str symbol_name(const struct reader *r, const Elf64_Sym *s)
{
	const char *name = elf_strptr(r->elf, r->symbol_names, s->st_name);
	struct str text = str_from(name);

	return str_copy(r->a, text);
}

static const Elf64_Sym *function_at(const struct reader *r, struct place p)
{
	for (size_t i = 0; i < r->n_symbols; i++) {
		const Elf64_Sym *s = &r->symbols[i];

		if (ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
		    s->st_shndx == p.section && s->st_value == p.at)
			return s;
	}
	return NULL;
}

/* The symbol that an instruction is completed with; NULL: it is whole. */
static const Elf64_Sym *relocation(const struct reader *r, struct place p)
{
	size_t n = 0;

	elf_getshdrnum(r->elf, &n);
	for (size_t i = 1; i < n; i++) {
		Elf_Data *data;
		const Elf64_Shdr *head = section(r, i, &data);
		const Elf64_Rel *rel;

		if (!head || head->sh_type != SHT_REL ||
		    head->sh_info != p.section)
			continue;
		rel = data->d_buf;
		for (size_t k = 0; k < data->d_size / sizeof(*rel); k++)
			if (rel[k].r_offset == p.at &&
			    ELF64_R_SYM(rel[k].r_info) < r->n_symbols)
				return &r->symbols[ELF64_R_SYM(rel[k].r_info)];
	}
	return NULL;
}

/* --- what is found -------------------------------------------------------- */

static void add_function(struct reader *r, struct place p)
{
	vec_each(f, &r->functions)
		if (f->section == p.section && f->at == p.at)
			return;
	vec_push(r->a, &r->functions, p);
}

static void add_helper(struct reader *r, uint32_t helper)
{
	vec_each(c, &r->out->helpers) {
		if (c->helper != helper)
			continue;
		c->n++;
		return;
	}
	vec_push(r->a, &r->out->helpers, ((struct code_call){ helper, 1 }));
}

#define ADD_NAME(r, vec, name)                        \
	do {                                          \
		struct str name_ = (name);            \
		bool is_new_ = true;                  \
		vec_each(it, vec)                     \
			if (str_eq(*it, name_))       \
				is_new_ = false;      \
		if (is_new_)                          \
			vec_push((r)->a, vec, name_); \
	} while (0)

/* The size that a call is given in a register, if that is a constant. */
static void add_record(struct reader *r, const struct bpf_insn *first,
		       const struct bpf_insn *call, uint8_t reg)
{
	const struct bpf_insn *p = call;

	while (p > first && call - p < ARGUMENTS) {
		p--;
		if (p->code == CALL)
			break;
		if (p->code != SET || p->dst_reg != reg)
			continue;
		vec_each(size, &r->out->records)
			if (*size == (uint32_t)p->imm)
				return;
		vec_push(r->a, &r->out->records, (uint32_t)p->imm);
		return;
	}
	r->out->has_other_records = true;
}

static void take_call(struct reader *r, const struct bpf_insn *first,
		      const struct bpf_insn *insn, struct place p)
{
	const Elf64_Sym *s;
	int64_t at = insn->imm + 1;

	if (insn->src_reg == 0) {
		add_helper(r, (uint32_t)insn->imm);
		if (insn->imm == BPF_FUNC_ringbuf_reserve)
			add_record(r, first, insn, BPF_REG_2);
		else if (insn->imm == BPF_FUNC_ringbuf_output)
			add_record(r, first, insn, BPF_REG_3);
		return;
	}
	s = relocation(r, p);
	if (s && s->st_shndx == SHN_UNDEF) {
		ADD_NAME(r, &r->out->functions, symbol_name(r, s));
		return;
	}
	at *= (int64_t)sizeof(*insn);
	if (s)
		add_function(r, (struct place){ s->st_shndx,
						s->st_value + (uint64_t)at });
	else
		add_function(r,
			     (struct place){ p.section, p.at + (uint64_t)at });
}

/* A constant of 64 bits may be the address of a map or of a function. */
static void take_wide(struct reader *r, const struct bpf_insn *insn,
		      struct place p)
{
	const Elf64_Sym *s = relocation(r, p);
	struct place target;

	if (!s)
		return;
	target = (struct place){ s->st_shndx,
				 s->st_value + (uint64_t)(int64_t)insn->imm };
	if (function_at(r, target))
		add_function(r, target);
	else if (s->st_shndx == r->maps)
		ADD_NAME(r, &r->out->maps, symbol_name(r, s));
}

/* Appends to functions what it calls. */
static bool read_function(struct reader *r, struct place p)
{
	const Elf64_Sym *s = function_at(r, p);
	const struct bpf_insn *first, *insn, *end;
	struct bpf_insn *copy; /* nobody knows how that in the file lies */
	Elf_Data *data;

	if (!s || !section(r, p.section, &data) || s->st_size > data->d_size ||
	    p.at > data->d_size - s->st_size)
		return false;
	copy = arena_alloc(r->a, s->st_size);
	memcpy(copy, (const char *)data->d_buf + p.at, s->st_size);
	insn = first = copy;
	end = insn + s->st_size / sizeof(*insn);
	r->out->instructions += (uint32_t)(end - insn);
	for (; insn < end; insn++, p.at += sizeof(*insn)) {
		if (insn->code == CALL)
			take_call(r, first, insn, p);
		if (insn->code != WIDE)
			continue;
		take_wide(r, insn, p);
		insn++;
		p.at += sizeof(*insn);
	}
	return true;
}

static int by_helper(const void *a, const void *b)
{
	const struct code_call *x = a, *y = b;

	return (x->helper > y->helper) - (x->helper < y->helper);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool read_program(struct reader *r, struct str symbol)
{
	struct code *out = r->out;
	uint32_t own;

	for (size_t i = 0; i < r->n_symbols; i++) {
		const Elf64_Sym *s = &r->symbols[i];

		if (ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
		    str_eq(symbol_name(r, s), symbol))
			add_function(r, (struct place){ s->st_shndx,
							s->st_value });
	}
	if (r->functions.n != 1 || !read_function(r, r->functions.v[0]))
		return false;
	own = out->instructions;
	for (size_t i = 1; i < r->functions.n; i++)
		if (!read_function(r, r->functions.v[i]))
			return false;
	out->in_functions = out->instructions - own;
	if (out->helpers.n)
		qsort(out->helpers.v, out->helpers.n, sizeof(*out->helpers.v),
		      by_helper);
	if (out->records.n)
		qsort(out->records.v, out->records.n, sizeof(*out->records.v),
		      by_number);
	return true;
}

bool code_read(struct arena *a, struct str object, struct str symbol,
	       struct code *out)
{
	struct reader r = { .a = a, .out = out };
	bool ok;

	*out = (struct code){};
	elf_version(EV_CURRENT);
	r.elf = elf_memory((char *)object.p, object.n);
	ok = open_symbols(&r) && read_program(&r, symbol);
	elf_end(r.elf);
	return ok;
}
