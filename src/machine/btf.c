/* SPDX-License-Identifier: Apache-2.0 */
/* BTF objects: opening them, finding types by name, suggestions. What a type
 * means is btf_type.c's, functions and raw tracepoints are btf_func.c's.
 *
 * libbpf checks that records of a BTF blob lie inside it, not that the ids in
 * them exist: every id goes through btf_get(). */
#include "machine/internal.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#define VMLINUX "/sys/kernel/btf/vmlinux"

enum {
	MAX_OBJECTS = 250,
	MAX_STRIP = 64,
};

/* --- objects ----------------------------------------------------------------- */

static void add_object(struct machine *m, struct btf *btf, struct str name)
{
	struct btf_object o = { btf, str_copy(&m->arena, name) };

	vec_push(&m->arena, &m->objects, o);
}

/* libbpf complains on stderr, where only the caller may speak. */
static struct btf *parse_quietly(const char *path, struct btf *base)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct btf *btf;
	int err;

	if (base)
		btf = btf__parse_raw_split(path, base);
	else if (path)
		btf = btf__parse_raw(path);
	else
		btf = btf__load_vmlinux_btf();
	err = errno;
	libbpf_set_print(print);
	errno = err;
	return btf;
}

bool btf_open(struct machine *m)
{
	const char *path;
	struct btf *btf;

	if (m->btf_tried)
		return m->objects.n;
	m->btf_tried = true;
	path = machine_path(m, VMLINUX);
	btf = parse_quietly(m->root.n ? path : NULL, NULL);
	if (btf) {
		add_object(m, btf, STR("vmlinux"));
		return true;
	}
	if (errno != ENOENT)
		diag_errno(m->d, errno, D_KERNEL,
			   "cannot read the kernel's types from '%s'", path);
	return false;
}

void btf_open_modules(struct machine *m)
{
	const char *folder = machine_path(m, "/sys/kernel/btf");
	str_vec names = { 0 };

	if (m->modules_tried || !btf_open(m))
		return;
	m->modules_tried = true;
	list_folder(folder, false, &m->arena, &names);
	str_vec_sort(&names);
	vec_each(name, &names) {
		const char *path =
			arena_printf(&m->arena, "%s/%s", folder, name->p);
		struct btf *btf;

		if (str_is(*name, "vmlinux") || m->objects.n == MAX_OBJECTS)
			continue;
		btf = parse_quietly(path, m->objects.v[0].btf);
		if (btf)
			add_object(m, btf, *name);
	}
}

bool machine_has_btf(struct machine *m)
{
	if (!m->btf_tried && !access(machine_path(m, VMLINUX), R_OK))
		return true;
	return btf_open(m);
}

bool machine_btf_is_open(const struct machine *m)
{
	return m->objects.n;
}

/* --- types ------------------------------------------------------------------- */

uint32_t btf_count(const struct machine *m, uint32_t object)
{
	return btf__type_cnt(m->objects.v[object].btf);
}

const struct btf_type *btf_get(const struct machine *m, struct btf_ref r)
{
	if (!r.id || r.object >= m->objects.n)
		return NULL;
	return btf__type_by_id(m->objects.v[r.object].btf, r.id);
}

const char *btf_name(const struct machine *m, struct btf_ref r, uint32_t offset)
{
	const char *s;

	s = btf__name_by_offset(m->objects.v[r.object].btf, offset);
	return s ? s : "";
}

struct btf_ref btf_strip(const struct machine *m, struct btf_ref r)
{
	const struct btf_type *b;
	int i;

	for (i = 0; i < MAX_STRIP; i++) {
		b = btf_get(m, r);
		if (!b)
			break;
		if (!btf_is_typedef(b) && !btf_is_mod(b))
			return r;
		r.id = b->type;
	}
	r.id = 0;
	return r;
}

static uint32_t find_in(struct machine *m, uint32_t object, const char *name,
			uint32_t kind)
{
	int id = btf__find_by_name_kind(m->objects.v[object].btf, name, kind);

	return id > 0 && ORIGIN_ID((uint32_t)id) == (uint32_t)id ? id : 0;
}

static struct btf_ref search(struct machine *m, const char *name, uint32_t kind)
{
	struct btf_ref r = { 0 };

	if (!btf_open(m))
		return r;
	r.id = find_in(m, 0, name, kind);
	if (r.id)
		return r;
	btf_open_modules(m);
	for (r.object = 1; r.object < m->objects.n; r.object++) {
		r.id = find_in(m, r.object, name, kind);
		if (r.id)
			return r;
	}
	return (struct btf_ref){ 0 };
}

struct btf_ref btf_find(struct machine *m, struct str name, uint32_t kind)
{
	struct str key = str_printf(&m->arena, "%u %.*s", kind, STR_ARG(name));
	struct btf_ref *r;
	void **slot;

	if (!name.n || memchr(name.p, '\0', name.n))
		return (struct btf_ref){ 0 };
	slot = strmap_get(&m->found, key);
	if (slot)
		return *(struct btf_ref *)*slot;
	r = arena_new(&m->arena, struct btf_ref);
	*r = search(m, strchr(key.p, ' ') + 1, kind);
	*strmap_put(&m->arena, &m->found, key) = r;
	return *r;
}

/* --- suggestions ------------------------------------------------------------- */

static const struct {
	const char *keyword;
	uint32_t kind;
} keywords[] = {
	{ "struct ", BTF_KIND_STRUCT },
	{ "union ", BTF_KIND_UNION },
	{ "enum ", BTF_KIND_ENUM },
	{ "", BTF_KIND_TYPEDEF },
};

void machine_types(struct machine *m, struct str pattern, struct arena *a,
		   str_vec *out)
{
	struct btf_ref r = { 0 };
	size_t k = 0;

	if (!btf_open(m))
		return;
	while (!str_starts(pattern, keywords[k].keyword))
		k++;
	pattern.p += strlen(keywords[k].keyword);
	pattern.n -= strlen(keywords[k].keyword);
	for (r.id = 1; r.id < btf_count(m, 0); r.id++) {
		const struct btf_type *b = btf_get(m, r);
		const char *name;

		if (btf_kind(b) != keywords[k].kind || !b->name_off)
			continue;
		name = btf_name(m, r, b->name_off);
		if (str_glob(pattern, str_from(name)))
			vec_push(a, out,
				 str_printf(a, "%s%s", keywords[k].keyword,
					    name));
	}
	str_vec_sort(out);
}

void machine_suggest_type(struct machine *m, struct str name, struct suggest *s)
{
	struct suggest near = { 0 };
	struct btf_ref r = { 0 };
	struct str bare = name;
	size_t k = 0;

	if (!btf_open(m))
		return;
	while (!str_starts(name, keywords[k].keyword))
		k++;
	bare.p += strlen(keywords[k].keyword);
	bare.n -= strlen(keywords[k].keyword);
	for (r.id = 1; r.id < btf_count(m, 0); r.id++) {
		const struct btf_type *b = btf_get(m, r);

		if (btf_kind(b) == keywords[k].kind && b->name_off)
			suggest_offer(&near, bare,
				      str_from(btf_name(m, r, b->name_off)));
	}
	if (near.best.p)
		suggest_offer(s, name,
			      str_printf(&m->arena, "%s%.*s",
					 keywords[k].keyword,
					 STR_ARG(near.best)));
}
