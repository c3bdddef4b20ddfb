/* SPDX-License-Identifier: Apache-2.0 */
/* Code that has no symbol of its own: the stubs through which a program calls
 * its libraries ("puts@plt"), and what the kernel maps into each process. */
#include "machine/elf.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

/* --- stubs ------------------------------------------------------------------- */

/* A place that the loader fills with the address of a function. */
struct place {
	uint64_t address;
	const char *name;
};
typedef VEC(struct place) place_vec;

static int compare_places(const void *va, const void *vb)
{
	const struct place *a = va, *b = vb;

	return a->address < b->address ? -1 : a->address > b->address;
}

static void read_places(const struct elf_file *f, Elf_Scn *scn,
			const GElf_Shdr *sh, struct arena *a, place_vec *out)
{
	Elf_Data *data = elf_getdata(scn, NULL), *table;
	Elf_Scn *symbols = elf_getscn(f->elf, sh->sh_link);
	const char *name;
	GElf_Shdr dynsym;
	GElf_Rela rela;
	GElf_Sym sym;
	int i;

	if (!data || !symbols || !gelf_getshdr(symbols, &dynsym))
		return;
	table = elf_getdata(symbols, NULL);
	for (i = 0; table && gelf_getrela(data, i, &rela); i++) {
		unsigned int type = (unsigned int)GELF_R_TYPE(rela.r_info);

		if ((type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) ||
		    !gelf_getsym(table, (int)GELF_R_SYM(rela.r_info), &sym))
			continue;
		name = elf_strptr(f->elf, dynsym.sh_link, sym.st_name);
		if (name && *name)
			vec_push(a, out,
				 ((struct place){ rela.r_offset, name }));
	}
}

/* A stub jumps to what is at a place: jmp *PLACE(%rip). */
static const struct place *jumps_to(const unsigned char *stub, size_t size,
				    uint64_t address, const place_vec *places)
{
	struct place wanted;
	int32_t distance;
	size_t i;

	for (i = 0; i + 6 <= size; i++) {
		if (stub[i] != 0xff || stub[i + 1] != 0x25)
			continue;
		memcpy(&distance, stub + i + 2, sizeof(distance));
		wanted.address = address + i + 6 + (uint64_t)(int64_t)distance;
		return bsearch(&wanted, places->v, places->n,
			       sizeof(*places->v), compare_places);
	}
	return NULL;
}

static void read_stubs(const struct elf_file *f, Elf_Scn *scn,
		       const GElf_Shdr *sh, const place_vec *places,
		       struct arena *a, elf_symbol_vec *out)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t at, size = sh->sh_entsize == 8 ? 8 : 16;
	const struct place *p;
	struct elf_symbol x;

	for (at = 0; data && data->d_buf && at + size <= data->d_size;
	     at += size) {
		p = jumps_to((const unsigned char *)data->d_buf + at, size,
			     sh->sh_addr + at, places);
		if (!p)
			continue;
		x = (struct elf_symbol){
			.name = str_printf(a, "%.*s@plt",
					   STR_ARG(elf_plain_name(p->name))),
			.address = sh->sh_addr + at,
			.size = size,
		};
		if (elf_to_offset(f, x.address, &x.offset))
			vec_push(a, out, x);
	}
}

void machine_elf_stubs(const char *path, struct arena *a, elf_symbol_vec *out)
{
	auto_elf struct elf_file f = { .fd = -1 };
	place_vec places = { 0 };
	Elf_Scn *scn = NULL;
	const char *name;
	GElf_Shdr sh;
	size_t names;

	if (elf_open(path, &f) || elf_getshdrstrndx(f.elf, &names))
		return;
	while ((scn = elf_nextscn(f.elf, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_RELA)
			read_places(&f, scn, &sh, a, &places);
	if (!places.n)
		return;
	qsort(places.v, places.n, sizeof(*places.v), compare_places);
	while ((scn = elf_nextscn(f.elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_PROGBITS)
			continue;
		name = elf_strptr(f.elf, names, sh.sh_name);
		if (name &&
		    (!strcmp(name, ".plt") || !strncmp(name, ".plt.", 5)))
			read_stubs(&f, scn, &sh, &places, a, out);
	}
}

/* --- the kernel's own code in processes -------------------------------------- */

static size_t image_size(const void *image)
{
	const Elf64_Ehdr *h = image;

	return h->e_shoff + (size_t)h->e_shnum * h->e_shentsize;
}

void machine_vdso_symbols(struct arena *a, elf_symbol_vec *out)
{
	char *image = (char *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
	Elf_Scn *scn = NULL;
	struct elf_symbol x;
	Elf_Data *data;
	GElf_Shdr sh;
	GElf_Sym sym;
	Elf *elf;
	int i;

	if (!image || elf_version(EV_CURRENT) == EV_NONE)
		return;
	elf = elf_memory(image, image_size(image));
	while (elf && (scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_DYNSYM)
			continue;
		data = elf_getdata(scn, NULL);
		for (i = 0; data && gelf_getsym(data, i, &sym); i++) {
			const char *name =
				elf_strptr(elf, sh.sh_link, sym.st_name);

			if (GELF_ST_TYPE(sym.st_info) != STT_FUNC || !name)
				continue;
			x = (struct elf_symbol){
				.name = str_copy(a, elf_plain_name(name)),
				.address = sym.st_value,
				.offset = sym.st_value,
				.size = sym.st_size,
			};
			vec_push(a, out, x);
		}
	}
	if (elf)
		elf_end(elf);
}

int machine_vdso_file(void)
{
	const char *image = (const char *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
	int fd = image ? memfd_create("vdso", MFD_CLOEXEC) : -1;
	size_t size = image ? image_size(image) : 0;

	if (fd < 0 || write(fd, image, size) == (ssize_t)size)
		return fd;
	close(fd);
	return -1;
}
