/* SPDX-License-Identifier: Apache-2.0 */
/* Notes of .note.stapsdt: three addresses, three texts. Everything is compared
 * with the sizes that the file claims. */
#include "machine/usdt.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "machine/elf.h"

#define NOTE_TYPE 3 /* of notes owned by "stapsdt" */

enum {
	MAX_OPERANDS = 4096, /* bytes of one site's */
};

struct reading {
	struct elf_file *f;
	struct str provider, name; /* patterns */
	struct arena *a;
	usdt_site_vec *out;
	bool has_base;
	uint64_t base; /* address of section .stapsdt.base */
	bool is_fixed; /* not PIE: symbols' addresses are final */
};

/* --- symbols ----------------------------------------------------------------- */

/* Adds the addresses of a name in one table: more than one is nothing. */
static void find_in_table(Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh,
			  struct str name, uint64_t *address, int *n)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t i, count = data && sh->sh_entsize ? data->d_size / sh->sh_entsize
						 : 0;
	GElf_Sym sym;

	for (i = 0; i < count && i < INT32_MAX; i++) {
		const char *text;

		if (!gelf_getsym(data, (int)i, &sym) ||
		    sym.st_shndx == SHN_UNDEF || !sym.st_value ||
		    GELF_ST_TYPE(sym.st_info) == STT_TLS)
			continue;
		text = elf_strptr(elf, sh->sh_link, sym.st_name);
		if (!text || !str_is(name, text) ||
		    (*n && *address == sym.st_value))
			continue;
		*address = sym.st_value;
		++*n;
	}
}

/* The address of a variable; false unless there is exactly one. */
static bool find_symbol(const struct reading *r, struct str name,
			uint64_t *address)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;
	int n = 0;

	while ((scn = elf_nextscn(r->f->elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			continue;
		if (sh.sh_type == SHT_SYMTAB || sh.sh_type == SHT_DYNSYM)
			find_in_table(r->f->elf, scn, &sh, name, address, &n);
	}
	return n == 1;
}

/* --- operands ---------------------------------------------------------------- */

/* The next of "sym+16-8" with its sign. */
static struct str take_term(struct str *text, bool *is_negative)
{
	struct str term;
	size_t i = 0;

	*is_negative = str_starts(*text, "-");
	if (*is_negative || str_starts(*text, "+")) {
		text->p++;
		text->n--;
	}
	while (i < text->n && text->p[i] != '+' && text->p[i] != '-')
		i++;
	term = (struct str){ text->p, i };
	text->p += i;
	text->n -= i;
	return term;
}

/* The sum of numbers and symbols; false when one is not known. */
static bool add_terms(const struct reading *r, struct str text, uint64_t *sum)
{
	bool is_negative;
	uint64_t value = 0;

	while (text.n) {
		struct str term = take_term(&text, &is_negative);

		if (!term.n)
			return false;
		if (isdigit((unsigned char)term.p[0])) {
			char *end;
			const char *digits = str_copy(r->a, term).p;

			value = strtoull(digits, &end, 0);
			if (*end)
				return false;
		} else if (!find_symbol(r, term, &value)) {
			return false;
		}
		*sum += is_negative ? -value : value;
	}
	return true;
}

/* Is there a name before the registers, other than of a segment? */
static bool has_symbol(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (i + 1 < text.n && text.p[i] == '0' && text.p[i + 1] == 'x')
			return false;
		if (isalpha((unsigned char)text.p[i]) || text.p[i] == '_')
			return true;
	}
	return false;
}

/* "8@sym+4(%rip)" with the distance from the mark instead of the symbol;
 * without %rip with its address, where that is final. What cannot be found
 * stays as it is: whoever wants the argument says so. */
static struct str settle(const struct reading *r, struct str word, uint64_t pc)
{
	struct str size, place, sum_text, regs;
	bool is_constant, is_relative;
	uint64_t sum = 0;

	size = str_split(word, '@', &place);
	if (!place.n || place.p[0] == '%')
		return word;
	is_constant = place.p[0] == '$';
	if (is_constant) {
		place.p++;
		place.n--;
	}
	sum_text = str_split(place, '(', &regs);
	is_relative = str_is(regs, "%rip)");
	if (!has_symbol(sum_text) || (!is_relative && !r->is_fixed) ||
	    !add_terms(r, sum_text, &sum))
		return word;
	if (is_relative)
		sum -= pc;
	return str_printf(r->a, "%.*s@%s%lld%s%.*s", STR_ARG(size),
			  is_constant ? "$" : "", (long long)sum,
			  regs.p ? "(" : "", STR_ARG(regs));
}

static struct str settle_all(const struct reading *r, struct str operands,
			     uint64_t pc)
{
	auto_buf struct buf out = { 0 };
	struct str word;

	if (operands.n > MAX_OPERANDS)
		operands.n = MAX_OPERANDS;
	for (uint32_t i = 0; (word = usdt_word(operands, i)).n; i++) {
		if (i)
			buf_putc(&out, ' ');
		buf_str(&out, settle(r, word, pc));
	}
	return str_copy(r->a, buf_view(&out));
}

/* --- notes ------------------------------------------------------------------- */

/* Takes a text and its end off; false when it has none. */
static bool take_text(struct str *bytes, struct str *out)
{
	const char *end = memchr(bytes->p, '\0', bytes->n);

	if (!end)
		return false;
	*out = (struct str){ bytes->p, (size_t)(end - bytes->p) };
	bytes->p += out->n + 1;
	bytes->n -= out->n + 1;
	return true;
}

/* The three addresses as where the file has them now: it may have been moved
 * (prelink) after the note was made. */
static void move_addresses(const struct reading *r, uint64_t address[3])
{
	uint64_t by = r->has_base && address[1] ? r->base - address[1] : 0;

	address[0] += by;
	if (address[2])
		address[2] += by;
}

static void read_site(const struct reading *r, struct str bytes)
{
	struct usdt_site site = { 0 };
	struct str provider, name, operands;
	uint64_t address[3];

	if (bytes.n < sizeof(address))
		return;
	memcpy(address, bytes.p, sizeof(address));
	bytes.p += sizeof(address);
	bytes.n -= sizeof(address);
	if (!take_text(&bytes, &provider) || !take_text(&bytes, &name) ||
	    !take_text(&bytes, &operands) || !provider.n || !name.n)
		return;
	if (!str_glob(r->provider, provider) || !str_glob(r->name, name))
		return;
	move_addresses(r, address);
	if (!elf_to_offset(r->f, address[0], &site.offset))
		return;
	if (address[2] && !elf_to_offset(r->f, address[2], &site.semaphore))
		return;
	site.address = address[0];
	site.provider = str_copy(r->a, provider);
	site.name = str_copy(r->a, name);
	site.operands = settle_all(r, operands, address[0]);
	vec_push(r->a, r->out, site);
}

static void read_notes(const struct reading *r, Elf_Scn *scn)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t at = 0, name, desc;
	GElf_Nhdr n;

	while (data && (at = gelf_getnote(data, at, &n, &name, &desc))) {
		const char *bytes = data->d_buf;

		if (n.n_type == NOTE_TYPE && n.n_namesz == sizeof("stapsdt") &&
		    !memcmp(bytes + name, "stapsdt", sizeof("stapsdt")))
			read_site(r, (struct str){ bytes + desc, n.n_descsz });
	}
}

static int compare_sites(const void *va, const void *vb)
{
	const struct usdt_site *a = va, *b = vb;
	int c = str_cmp(a->provider, b->provider);

	if (!c)
		c = str_cmp(a->name, b->name);
	if (!c && a->offset != b->offset)
		c = a->offset < b->offset ? -1 : 1;
	return c;
}

static void sort_sites(usdt_site_vec *v)
{
	size_t i, n = 0;

	if (!v->n)
		return;
	qsort(v->v, v->n, sizeof(*v->v), compare_sites);
	for (i = 1; i < v->n; i++)
		if (compare_sites(&v->v[i], &v->v[n]))
			v->v[++n] = v->v[i];
	v->n = n + 1;
}

static void read_sections(struct reading *r, bool notes)
{
	Elf_Scn *scn = NULL;
	size_t names;
	GElf_Shdr sh;

	if (elf_getshdrstrndx(r->f->elf, &names))
		return;
	while ((scn = elf_nextscn(r->f->elf, scn))) {
		const char *name;

		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(r->f->elf, names, sh.sh_name);
		if (!name)
			continue;
		if (!notes && !strcmp(name, ".stapsdt.base")) {
			r->has_base = true;
			r->base = sh.sh_addr;
		}
		if (notes && sh.sh_type == SHT_NOTE &&
		    !strcmp(name, ".note.stapsdt"))
			read_notes(r, scn);
	}
}

int usdt_sites(const char *path, struct str provider, struct str name,
	       struct arena *a, usdt_site_vec *out)
{
	auto_elf struct elf_file f = { .fd = -1 };
	struct reading r = { &f, provider, name, a, out, false, 0, false };
	int err = elf_open(path, &f);
	GElf_Ehdr h;

	if (err)
		return err;
	if (!gelf_getehdr(f.elf, &h) || h.e_ident[EI_CLASS] != ELFCLASS64)
		return -ENOEXEC;
	r.is_fixed = h.e_type == ET_EXEC;
	read_sections(&r, false);
	read_sections(&r, true);
	sort_sites(out);
	return 0;
}
