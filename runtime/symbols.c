/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/symbols.h"

#include <stdlib.h>

#include "runtime/processes.h"
#include "runtime/symbol_files.h"

struct symbols {
	struct machine *machine;
	struct processes *processes;
	struct symbol_files *files;
	bool demangles, shows_source;
	struct arena places; /* of the last question */
	source_vec source;
	struct arena text; /* of the last name that was demangled */
};

struct symbols *symbols_open(struct machine *m)
{
	struct symbols *s = xzalloc(sizeof(*s));

	s->machine = m;
	s->processes = processes_open();
	s->files = symbol_files_open(s->processes);
	return s;
}

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	symbol_files_free(s->files);
	processes_free(s->processes);
	arena_free(&s->text);
	arena_free(&s->places);
	free(s);
}

struct processes *symbols_processes(struct symbols *s)
{
	return s->processes;
}

bool symbols_path(struct symbols *s, uint32_t pid, const struct image *image,
		  struct buf *out)
{
	return symbol_files_path(s->files, pid, image, out);
}

bool symbols_is_file(const struct image *image)
{
	return symbol_files_is_file(image);
}

void symbols_see(struct symbols *s, uint32_t pid)
{
	processes_see(s->processes, pid);
}

/* --- questions --------------------------------------------------------------- */

bool symbols_kernel(struct symbols *s, uint64_t address, struct symbol *out)
{
	*out = (struct symbol){ 0 };
	out->file = machine_kmodule(s->machine, address);
	return machine_ksym(s->machine, address, &out->name, &out->offset);
}

void symbols_demangle(struct symbols *s, bool on)
{
	s->demangles = on;
}

static struct str shown_name(struct symbols *s, struct str name)
{
	struct str plain = { 0 };

	if (s->demangles) {
		arena_free(&s->text);
		plain = machine_demangle(name, true, &s->text);
	}
	return plain.n ? plain : name;
}

void symbols_debug_info(struct symbols *s, bool on)
{
	s->shows_source = on;
}

static void find_source(struct symbols *s, uint32_t pid,
			const struct mapping *map, uint64_t offset,
			struct symbol *out)
{
	auto_buf struct buf path = { 0 };

	arena_free(&s->places);
	s->source = (source_vec){ 0 };
	if (s->shows_source &&
	    symbol_files_path(s->files, pid, map->image, &path) &&
	    machine_user_source(s->machine, path.p, offset, &s->places,
				&s->source))
		out->source = &s->source;
}

static bool find_user(struct symbols *s, uint32_t pid, uint64_t time,
		      uint64_t address, struct symbol *out)
{
	const struct elf_symbol *sym;
	struct mapping map = { 0 };
	bool known;

	known = processes_find(s->processes, pid, time, address, &map);
	if (known && (symbol_files_is_file(map.image) ||
		      str_is(map.image->path, "[vdso]"))) {
		out->file = map.image->path;
		out->offset = address - map.start + map.offset;
		find_source(s, pid, &map, out->offset, out);
		sym = symbol_files_find(s->files, pid, map.image, out->offset);
		if (sym)
			out->offset -= sym->offset;
	} else {
		sym = symbol_files_made(s->files, pid, address);
		if (sym)
			out->offset = address - sym->offset;
		if (known)
			out->file = map.image->path;
	}
	if (sym)
		out->name = shown_name(s, sym->name);
	return out->file.n || out->name.n;
}

bool symbols_user(struct symbols *s, uint32_t pid, uint64_t time,
		  uint64_t address, struct symbol *out)
{
	*out = (struct symbol){ 0 };
	return find_user(s, pid, time, address, out);
}

bool symbols_ksym(struct symbols *s, uint64_t address, struct buf *out)
{
	struct symbol sym;

	if (!symbols_kernel(s, address, &sym))
		return false;
	buf_str(out, sym.name);
	return true;
}

bool symbols_usym(struct symbols *s, uint32_t pid, uint64_t address,
		  struct buf *out)
{
	struct symbol sym;

	if (!symbols_user(s, pid, 0, address, &sym) || !sym.name.n)
		return false;
	buf_str(out, sym.name);
	return true;
}

bool symbols_cgroup(struct symbols *s, uint64_t id, struct str hierarchies,
		    struct buf *out)
{
	return machine_cgroup_path(s->machine, id, hierarchies, out);
}
