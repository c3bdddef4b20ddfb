/* SPDX-License-Identifier: Apache-2.0 */
/* ELF files: their functions, offsets in them, and where programs and
 * libraries lie. libelf checks what it reads; everything is still compared
 * with the sizes the file claims. */
#include "machine/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- opening ----------------------------------------------------------------- */

void elf_close(struct elf_file *f)
{
	if (f->elf)
		elf_end(f->elf);
	if (f->fd >= 0)
		close(f->fd);
}

int elf_open(const char *path, struct elf_file *f)
{
	struct stat st;

	f->elf = NULL;
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0)
		return -errno;
	if (fstat(f->fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOEXEC;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOSYS;
	f->elf = elf_begin(f->fd, ELF_C_READ_MMAP, NULL);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF ||
	    elf_getphdrnum(f->elf, &f->n_segments))
		return -ENOEXEC;
	return 0;
}

static int report_elf(struct machine *m, const char *path, int err)
{
	if (err == -ENOEXEC) {
		diag_error(m->d, (struct span){ 0 }, D_IO,
			   "'%s' is not an ELF file", path);
		return err;
	}
	return diag_errno(m->d, err, D_IO, "cannot read '%s'", path);
}

/* --- offsets ----------------------------------------------------------------- */

bool elf_to_offset(const struct elf_file *f, uint64_t address, uint64_t *out)
{
	GElf_Phdr ph;
	size_t i;

	for (i = 0; i < f->n_segments; i++) {
		if (!gelf_getphdr(f->elf, (int)i, &ph) || ph.p_type != PT_LOAD)
			continue;
		if (address < ph.p_vaddr || address - ph.p_vaddr >= ph.p_filesz)
			continue;
		*out = address - ph.p_vaddr + ph.p_offset;
		return true;
	}
	return false;
}

int64_t machine_elf_offset(struct machine *m, const char *path,
			   uint64_t address)
{
	auto_elf struct elf_file f = { .fd = -1 };
	int err = elf_open(path, &f);
	uint64_t offset;

	if (err) {
		report_elf(m, path, err);
		return -1;
	}
	return elf_to_offset(&f, address, &offset) ? (int64_t)offset : -1;
}

/* --- functions --------------------------------------------------------------- */

struct str elf_plain_name(const char *name)
{
	struct str version, all = str_from(name);
	struct str plain = str_split(all, '@', &version);

	return plain.n ? plain : all;
}

/* Reading one file: all symbols of its tables that match. */
struct query {
	const struct elf_file *f;
	const char *path;
	struct str pattern;
	struct arena *a;
	elf_symbol_vec *out;
	bool has_data; /* variables too */
};

/* One symbol; false when it is nothing in this file that is asked for. */
static bool read_symbol(const struct query *q, Elf_Data *data, size_t strtab,
			size_t i, struct elf_symbol *out)
{
	const char *name;
	GElf_Sym sym;
	int type;

	if (i > INT32_MAX || !gelf_getsym(data, (int)i, &sym))
		return false;
	type = GELF_ST_TYPE(sym.st_info);
	if ((type != STT_FUNC && type != STT_GNU_IFUNC &&
	     !(q->has_data && elf_is_data(&sym))) ||
	    sym.st_shndx == SHN_UNDEF || !sym.st_value)
		return false;
	name = elf_strptr(q->f->elf, strtab, sym.st_name);
	if (!name || !*name)
		return false;
	*out = (struct elf_symbol){ .name = elf_plain_name(name),
				    .address = sym.st_value,
				    .size = sym.st_size };
	if (!str_glob(q->pattern, out->name))
		return false;
	if (type == STT_GNU_IFUNC)
		return elf_settle_indirect(q->f, q->path, out);
	return elf_to_offset(q->f, sym.st_value, &out->offset) || q->has_data;
}

static void read_table(const struct query *q, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	struct elf_symbol sym;
	size_t i, n;

	if (!data || !sh->sh_entsize)
		return;
	n = data->d_size / sh->sh_entsize;
	for (i = 0; i < n; i++) {
		if (!read_symbol(q, data, sh->sh_link, i, &sym))
			continue;
		sym.name = str_copy(q->a, sym.name);
		vec_push(q->a, q->out, sym);
	}
}

static int compare_symbols(const void *va, const void *vb)
{
	const struct elf_symbol *a = va, *b = vb;
	int c = str_cmp(a->name, b->name);

	if (c)
		return c;
	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return 0;
}

/* .symtab and .dynsym share most of their symbols. */
static void sort_symbols(elf_symbol_vec *v)
{
	size_t i, n = 0;

	if (!v->n)
		return;
	qsort(v->v, v->n, sizeof(*v->v), compare_symbols);
	for (i = 1; i < v->n; i++)
		if (compare_symbols(&v->v[i], &v->v[n]))
			v->v[++n] = v->v[i];
	v->n = n + 1;
}

static int read_file(struct query *q)
{
	auto_elf struct elf_file f = { .fd = -1 };
	int err = elf_open(q->path, &f);
	bool is_stripped = true;
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	if (err)
		return err;
	q->f = &f;
	while ((scn = elf_nextscn(f.elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			continue;
		if (sh.sh_type == SHT_SYMTAB || sh.sh_type == SHT_DYNSYM)
			read_table(q, scn, &sh);
		is_stripped &= sh.sh_type != SHT_SYMTAB;
	}
	if (is_stripped)
		elf_read_separate(&f, q->path, q->pattern, q->has_data, q->a,
				  q->out);
	sort_symbols(q->out);
	return 0;
}

int machine_elf_symbols(const char *path, struct str pattern, struct arena *a,
			elf_symbol_vec *out)
{
	struct query q = { NULL, path, pattern, a, out, false };

	return read_file(&q);
}

bool machine_elf_symbol(const char *path, struct str name, struct arena *a,
			struct elf_symbol *out)
{
	elf_symbol_vec found = { 0 };
	struct query q = { NULL, path, name, a, &found, true };

	if (str_is_glob(name) || read_file(&q) || !found.n)
		return false;
	*out = found.v[0];
	return true;
}

int machine_elf_functions(struct machine *m, const char *path,
			  struct str pattern, struct arena *a,
			  elf_symbol_vec *out)
{
	int err = machine_elf_symbols(path, pattern, a, out);

	return err ? report_elf(m, path, err) : 0;
}
