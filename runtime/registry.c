/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/registry.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/registry_impl.h"
#include "runtime/symbols.h"

struct registry {
	struct machine *machine;
	struct symbols *symbols;
	struct plan *names;
	struct registry_map *first;
	struct stacks stacks; /* its descriptor is owned */
	struct show show;
};

struct registry *registry_new(struct machine *m)
{
	struct registry *r = xzalloc(sizeof(*r));

	r->machine = m;
	r->symbols = symbols_open(m);
	r->names = plan_new();
	r->stacks.fd = -1;
	r->show.plan = r->names;
	session_show_init(&r->show, r->symbols, &r->stacks);
	return r;
}

/* The list's or a session's. */
static void let_go(struct registry_map *m)
{
	if (--m->users)
		return;
	close(m->handle.fd);
	arena_free(&m->arena);
	free(m);
}

void registry_free(struct registry *r)
{
	struct registry_map *next;

	if (!r)
		return;
	for (struct registry_map *m = r->first; m; m = next) {
		next = m->next;
		let_go(m);
	}
	if (r->stacks.fd >= 0)
		close(r->stacks.fd);
	symbols_free(r->symbols);
	plan_free(r->names);
	free(r);
}

/* --- asking ----------------------------------------------------------------- */

struct registry_map *registry_first(const struct registry *r)
{
	return r->first;
}

struct registry_map *registry_find(const struct registry *r, struct str name)
{
	for (struct registry_map *m = r->first; m; m = m->next)
		if (str_eq(m->map.name, name))
			return m;
	return NULL;
}

const struct type *registry_key(const struct registry_map *m)
{
	return m->map.key ? m->handle.key : NULL;
}

const struct type *registry_value(const struct registry_map *m)
{
	return m->handle.value;
}

const struct plan *registry_names(const struct registry *r)
{
	return r->names;
}

const struct show *registry_show(struct registry *r)
{
	return &r->show;
}

struct symbols *registry_symbols(struct registry *r)
{
	return r->symbols;
}

const struct stacks *registry_stacks(const struct registry *r)
{
	return r ? &r->stacks : NULL;
}

bool registry_drop(struct registry *r, struct str name)
{
	for (struct registry_map **at = &r->first; *at; at = &(*at)->next) {
		struct registry_map *m = *at;

		if (!str_eq(m->map.name, name))
			continue;
		*at = m->next;
		let_go(m);
		return true;
	}
	return false;
}

/* --- before a load ------------------------------------------------------------ */

static struct bpf_map *find_map(struct session *s, struct str symbol)
{
	const char *name = arena_copy(&s->arena, symbol.p, symbol.n);

	return bpf_object__find_map_by_name(s->object, name);
}

static bool is_alike(struct bpf_map *map, const struct bpf_map_info *info)
{
	return bpf_map__type(map) == info->type &&
	       bpf_map__key_size(map) == info->key_size &&
	       bpf_map__value_size(map) == info->value_size;
}

/* 1: it is another one; -errno. */
static int reuse(struct bpf_map *map, int fd)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	return is_alike(map, &info) ? bpf_map__reuse_fd(map, fd) : 1;
}

static int reuse_map(struct session *s, size_t i)
{
	const struct plan_map *x = &s->plan->maps.v[i];
	struct registry_map *m = registry_find(s->opts.registry, x->name);
	int err;

	if (!m)
		return 0;
	err = reuse(find_map(s, x->symbol), m->handle.fd);
	if (!err) {
		if (s->shared[i] != m)
			m->users++;
		s->shared[i] = m;
		s->maps[i].shared = &m->handle;
		return 0;
	}
	if (err < 0)
		return diag_errno(s->diags, err, D_KERNEL, "cannot share %.*s",
				  STR_ARG(x->name));
	diag_error(s->diags, (struct span){ 0 }, D_KERNEL,
		   "%.*s is there with values of another type",
		   STR_ARG(x->name));
	return -EEXIST;
}

int registry_reuse(struct session *s)
{
	struct bpf_map *stacks;
	int err = 0;

	if (!s->opts.registry)
		return 0;
	if (!s->shared)
		s->shared = arena_alloc(&s->arena,
					s->plan->maps.n * sizeof(*s->shared));
	for (size_t i = 0; i < s->plan->maps.n && !err; i++)
		err = reuse_map(s, i);
	stacks = bpf_object__find_map_by_name(s->object, ABI_MAP_STACKS);
	if (!err && stacks && s->opts.registry->stacks.fd >= 0)
		err = reuse(stacks, s->opts.registry->stacks.fd);
	return err < 0 ? err : 0;
}

/* --- after it ------------------------------------------------------------------- */

static bool has_probe(const struct type *t)
{
	if (!t)
		return false;
	for (uint32_t i = 0; i < t->n_fields; i++)
		if (has_probe(t->fields[i].type))
			return true;
	return t->kind == TY_PROBE || has_probe(t->elem);
}

/* Behind those that both have. */
static void take_names(struct registry *r, const struct plan *p)
{
	for (size_t i = r->names->names.n; i < p->names.n; i++)
		plan_add_name(r->names, p->names.v[i]);
}

static const struct type *copy_type(struct registry_map *m,
				    const struct plan *p, type_id id)
{
	return types_import(&m->types, types_get(&p->types, id));
}

static void insert(struct registry *r, struct registry_map *m)
{
	struct registry_map **at = &r->first;

	while (*at && str_cmp((*at)->map.name, m->map.name) < 0)
		at = &(*at)->next;
	m->next = *at;
	*at = m;
}

static void add_map(struct session *s, size_t i)
{
	struct registry_map *m = xzalloc(sizeof(*m));

	types_init(&m->types, &m->arena);
	m->map = s->plan->maps.v[i];
	m->map.name = str_copy(&m->arena, m->map.name);
	m->map.symbol = str_copy(&m->arena, m->map.symbol);
	m->handle.key = copy_type(m, s->plan, m->map.key);
	m->handle.value = copy_type(m, s->plan, m->map.value);
	m->map.key = m->handle.key->id;
	m->map.value = m->handle.value->id;
	m->handle.plan = &m->map;
	m->handle.cpus = s->maps[i].cpus;
	m->handle.fd = fcntl(s->maps[i].fd, F_DUPFD_CLOEXEC, 3);
	m->maker = s->opts.maker;
	m->users = 2;
	s->shared[i] = m;
	s->maps[i].shared = &m->handle;
	insert(s->opts.registry, m);
}

static void take_stacks(struct session *s)
{
	struct stacks *to = &s->opts.registry->stacks;

	if (s->stacks.fd < 0 || to->fd >= 0)
		return;
	*to = s->stacks;
	to->more = NULL;
	to->fd = fcntl(s->stacks.fd, F_DUPFD_CLOEXEC, 3);
}

void registry_take(struct session *s)
{
	bool has_probes = false;

	if (!s->opts.registry)
		return;
	for (size_t i = 0; i < s->plan->maps.n; i++) {
		if (!s->shared[i])
			add_map(s, i);
		has_probes |= has_probe(s->maps[i].key) ||
			      has_probe(s->maps[i].value);
	}
	if (has_probes)
		take_names(s->opts.registry, s->plan);
	take_stacks(s);
}

void registry_release(struct session *s)
{
	for (size_t i = 0; s->shared && i < s->plan->maps.n; i++)
		if (s->shared[i])
			let_go(s->shared[i]);
}
