/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that are not in the tables of a file: they are in its debug
 * information elsewhere, or the loader chose them. */
#include "machine/elf.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>

/* --- debug information ------------------------------------------------------- */

/* "/proc/PID/root" of a path, if it is in another process's tree. */
static int process_root(const char *path)
{
	int n = 0;

	if (sscanf(path, "/proc/%*u/root%n", &n) == 0 && n > 0)
		return n;
	return 0;
}

bool debug_open(struct debug *d, const char *path)
{
	int root = process_root(path);
	Elf *elf;

	*d = (struct debug){
		.calls = { .find_debuginfo = dwfl_standard_find_debuginfo,
			   .section_address = dwfl_offline_section_address },
	};
	if (asprintf(&d->folders, ":.debug:%.*s/usr/lib/debug%s", root, path,
		     root ? ":/usr/lib/debug" : "") < 0)
		return false;
	d->calls.debuginfo_path = &d->folders;
	d->dwfl = dwfl_begin(&d->calls);
	if (!d->dwfl)
		return false;
	d->module = dwfl_report_offline(d->dwfl, path, path, -1);
	if (!d->module || dwfl_report_end(d->dwfl, NULL, NULL))
		return false;
	elf = dwfl_module_getelf(d->module, &d->bias);
	return elf;
}

void debug_close(struct debug *d)
{
	if (d->dwfl)
		dwfl_end(d->dwfl);
	free(d->folders);
}

bool elf_is_data(const GElf_Sym *sym)
{
	int type = GELF_ST_TYPE(sym->st_info);

	return type == STT_OBJECT || type == STT_COMMON;
}

void elf_read_separate(const struct elf_file *f, const char *path,
		       struct str pattern, bool has_data, struct arena *a,
		       elf_symbol_vec *out)
{
	auto_debug struct debug d;
	int i, n;

	n = debug_open(&d, path) ? dwfl_module_getsymtab(d.module) : 0;
	for (i = 1; i < n; i++) {
		struct elf_symbol x = { 0 };
		GElf_Sym sym;
		GElf_Addr at;
		const char *name = dwfl_module_getsym_info(
			d.module, i, &sym, &at, NULL, NULL, NULL);

		if (!name || !*name || sym.st_shndx == SHN_UNDEF ||
		    (GELF_ST_TYPE(sym.st_info) != STT_FUNC &&
		     !(has_data && elf_is_data(&sym))))
			continue;
		x.name = elf_plain_name(name);
		x.address = at - d.bias;
		x.size = sym.st_size;
		if (!str_glob(pattern, x.name) ||
		    (!elf_to_offset(f, x.address, &x.offset) && !has_data))
			continue;
		x.name = str_copy(a, x.name);
		vec_push(a, out, x);
	}
}

/* --- indirect functions ------------------------------------------------------ */

bool elf_settle_indirect(const struct elf_file *f, const char *path,
			 struct elf_symbol *sym)
{
	void *library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
	auto_free char *name = NULL;
	const struct link_map *map;
	uintptr_t place;
	bool ok = false;

	if (!library)
		return false;
	name = strndup(sym->name.p, sym->name.n);
	place = (uintptr_t)dlsym(library, name);
	if (place && !dlinfo(library, RTLD_DI_LINKMAP, &map)) {
		sym->size = 0;
		sym->address = place - map->l_addr;
		ok = elf_to_offset(f, sym->address, &sym->offset);
	}
	dlclose(library);
	return ok;
}

/* --- what a file is ---------------------------------------------------------- */

static bool has_indirect(const struct elf_file *f, Elf_Scn *scn,
			 const GElf_Shdr *sh, struct str wanted)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Sym sym;
	int i;

	for (i = 0; data && gelf_getsym(data, i, &sym); i++) {
		const char *name = elf_strptr(f->elf, sh->sh_link, sym.st_name);

		if (GELF_ST_TYPE(sym.st_info) == STT_GNU_IFUNC && name &&
		    str_eq(elf_plain_name(name), wanted))
			return true;
	}
	return false;
}

bool machine_elf_is_indirect(const char *path, struct str name)
{
	auto_elf struct elf_file f = { .fd = -1 };
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	if (elf_open(path, &f))
		return false;
	while ((scn = elf_nextscn(f.elf, scn))) {
		if (gelf_getshdr(scn, &sh) &&
		    (sh.sh_type == SHT_SYMTAB || sh.sh_type == SHT_DYNSYM) &&
		    has_indirect(&f, scn, &sh, name))
			return true;
	}
	return false;
}

bool machine_elf_is_go(const char *path)
{
	auto_elf struct elf_file f = { .fd = -1 };
	Elf_Scn *scn = NULL;
	const char *name;
	GElf_Shdr sh;
	size_t names;

	if (elf_open(path, &f) || elf_getshdrstrndx(f.elf, &names))
		return false;
	while ((scn = elf_nextscn(f.elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(f.elf, names, sh.sh_name);
		if (name && (!strcmp(name, ".go.buildinfo") ||
			     !strcmp(name, ".note.go.buildid")))
			return true;
	}
	return false;
}
