/* SPDX-License-Identifier: Apache-2.0 */
/* looked.c - what answers about binaries depend on. */
#include "machine/internal.h"

#include <elfutils/libdwelf.h>
#include <stdlib.h>

#include "machine/elf.h"

void look_at(struct machine *m, const char *path)
{
	struct str name = str_from(machine_intern(m, str_from(path)));
	void **slot = strmap_put(&m->arena, &m->looked_seen, name);

	if (*slot)
		return;
	*slot = m;
	vec_push(&m->arena, &m->looked, name);
}

const char *look_up(struct machine *m, const char *variable)
{
	vec_each(name, &m->looked_up)
		if (str_is(*name, variable))
			return getenv(variable);
	vec_push(&m->arena, &m->looked_up, str_from(variable));
	return getenv(variable);
}

/* --- separate symbols ------------------------------------------------------ */

static void add(struct arena *a, str_vec *out, const char *path)
{
	vec_push(a, out, str_from(path));
}

/* As debug_open() has libdw look for them. */
static void add_named(struct arena *a, struct str path, struct str name,
		      str_vec *out)
{
	struct str folder = path;

	while (folder.n && folder.p[folder.n - 1] != '/')
		folder.n--;
	add(a, out,
	    arena_printf(a, "%.*s%.*s", STR_ARG(folder), STR_ARG(name)));
	add(a, out,
	    arena_printf(a, "%.*s.debug/%.*s", STR_ARG(folder), STR_ARG(name)));
	if (folder.n && folder.p[0] == '/')
		add(a, out,
		    arena_printf(a, "/usr/lib/debug%.*s%.*s", STR_ARG(folder),
				 STR_ARG(name)));
}

static void add_by_id(struct arena *a, const unsigned char *id, size_t n,
		      str_vec *out)
{
	auto_buf struct buf b = {};

	buf_puts(&b, "/usr/lib/debug/.build-id/");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%02x%s", id[i], i ? "" : "/");
	buf_puts(&b, ".debug");
	vec_push(a, out, str_copy(a, buf_view(&b)));
}

/* Files that would be read besides an ELF if they were there. */
static void add_debug(struct arena *a, struct str path, str_vec *out)
{
	auto_elf struct elf_file f = { .fd = -1 };
	struct str name = path, rest = path;
	const void *id;
	const char *link;
	ssize_t n;
	GElf_Word crc;

	if (elf_open(path.p, &f))
		return;
	n = dwelf_elf_gnu_build_id(f.elf, &id);
	if (n > 0)
		add_by_id(a, id, (size_t)n, out);
	while (rest.p) {
		name = rest;
		str_split(name, '/', &rest);
	}
	link = dwelf_elf_gnu_debuglink(f.elf, &crc);
	name = link ? str_from(link)
		    : str_printf(a, "%.*s.debug", STR_ARG(name));
	add_named(a, path, name, out);
}

/* --- all ------------------------------------------------------------------- */

bool machine_looked(struct machine *m, struct arena *a, str_vec *files,
		    str_vec *variables)
{
	if (m->looked_widely || m->root.n || m->process)
		return false;
	vec_each(path, &m->looked) {
		vec_push(a, files, *path);
		add_debug(a, *path, files);
	}
	vec_each(name, &m->looked_up)
		vec_push(a, variables, *name);
	return true;
}
