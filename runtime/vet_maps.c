/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of a saved program are of the shapes that the compiler gives them: what
 * a damaged or made-up one asks for can take the kernel minutes. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>

#include "plan/abi.h"
#include "runtime/vet.h"

#define NOWHERE ((struct span){ 0 })

static const enum bpf_map_type store_types[MS_N] = {
	[MS_ARRAY] = BPF_MAP_TYPE_ARRAY,
	[MS_PERCPU_ARRAY] = BPF_MAP_TYPE_PERCPU_ARRAY,
	[MS_HASH] = BPF_MAP_TYPE_HASH,
	[MS_PERCPU_HASH] = BPF_MAP_TYPE_PERCPU_HASH,
	[MS_LRU_HASH] = BPF_MAP_TYPE_LRU_HASH,
	[MS_PERCPU_LRU_HASH] = BPF_MAP_TYPE_LRU_PERCPU_HASH,
};

/* How many entries a map of our own has at most. */
enum room {
	ROOM_ANY, /* the kernel or the runtime decides */
	ROOM_PROBES,
	ROOM_SITES,
	ROOM_BOTH,
	ROOM_STACKS,
	ROOM_FIXED,
};

static const struct own_map {
	const char *name; /* ending in '_': and a number */
	enum bpf_map_type type;
	uint32_t key, value; /* bytes, value at most */
	enum room room;
	uint32_t n; /* ROOM_FIXED */
} own_maps[] = {
	{ ABI_MAP_RING, BPF_MAP_TYPE_RINGBUF, 0, 0, ROOM_ANY, 0 },
	{ ABI_MAP_LOST, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, ROOM_PROBES, 0 },
	{ ABI_MAP_SITES, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, ROOM_SITES, 0 },
	{ ABI_MAP_PACKETS, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, ROOM_FIXED, 0 },
	{ ABI_MAP_RATES, BPF_MAP_TYPE_ARRAY, 4, 8, ROOM_BOTH, 0 },
	{ ABI_MAP_PASSED, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, ROOM_PROBES, 0 },
	{ ABI_MAP_STACKS, BPF_MAP_TYPE_HASH, 8, 64u << 10, ROOM_STACKS, 0 },
	{ ABI_MAP_UNWIND_PROCESSES, BPF_MAP_TYPE_HASH, 8,
	  sizeof(struct unwind_process), ROOM_FIXED, UNWIND_PROCESSES },
	{ ABI_MAP_UNWIND_PAGES, BPF_MAP_TYPE_ARRAY, 4,
	  sizeof(struct unwind_page), ROOM_FIXED, UNWIND_PAGES },
	{ ABI_MAP_UNWIND_ASKS, BPF_MAP_TYPE_RINGBUF, 0, 0, ROOM_FIXED,
	  UNWIND_ASKS },
	{ ABI_MAP_UNWIND_LATE, BPF_MAP_TYPE_HASH, 8, 8, ROOM_FIXED,
	  4 * UNWIND_PROCESSES },
	{ "espy_scratch", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 32u << 10, ROOM_PROBES,
	  0 },
	{ "espy_self", BPF_MAP_TYPE_TASK_STORAGE, 4, 64u << 10, ROOM_FIXED, 0 },
	{ "espy_entry_", BPF_MAP_TYPE_TASK_STORAGE, 4, 64u << 10, ROOM_FIXED,
	  0 },
	{ "espy_sys_", BPF_MAP_TYPE_ARRAY, 4, 4, ROOM_FIXED, 512 },
};

static bool refuse(struct session *s, const char *name, const char *what)
{
	return diag_error(s->diags, NOWHERE, D_SAVED, "the map '%s' of it %s",
			  name, what);
}

static bool has_shape(const struct bpf_map *map, enum bpf_map_type type,
		      uint32_t key)
{
	return bpf_map__type(map) == type && bpf_map__key_size(map) == key &&
	       !(bpf_map__map_flags(map) & ~(uint32_t)BPF_F_NO_PREALLOC) &&
	       !bpf_map__ifindex(map) && !bpf_map__map_extra(map);
}

static uint64_t room_of(const struct session *s, const struct own_map *m)
{
	uint64_t keys = s->plan->options.num[OPT_MAX_MAP_KEYS];
	uint64_t probes = s->plan->probes.n + 1, sites = s->plan->sites.n;

	switch (m->room) {
	case ROOM_ANY: return UINT32_MAX;
	case ROOM_PROBES: return probes;
	case ROOM_SITES: return sites;
	case ROOM_BOTH: return probes + sites;
	case ROOM_STACKS:
		return keys > STACK_MAX_COUNT ? keys : STACK_MAX_COUNT;
	case ROOM_FIXED: break;
	}
	return m->n;
}

static bool is_of_row(const char *name, const struct own_map *m)
{
	size_t n = strlen(m->name);

	if (m->name[n - 1] != '_')
		return !strcmp(name, m->name);
	return !strncmp(name, m->name, n) && name[n] &&
	       strspn(name + n, "0123456789") == strlen(name + n);
}

static bool vet_own(struct session *s, const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);

	for (size_t i = 0; i < ARRAY_SIZE(own_maps); i++) {
		const struct own_map *m = &own_maps[i];

		if (!is_of_row(name, m))
			continue;
		if (has_shape(map, m->type, m->key) &&
		    bpf_map__value_size(map) <= m->value &&
		    bpf_map__max_entries(map) <= room_of(s, m))
			return true;
		return refuse(s, name, "has another shape than espy gives it");
	}
	return diag_error(s->diags, NOWHERE, D_SAVED,
			  "its plan does not know the map '%s'", name);
}

/* Sections of data, whose sizes are those in the file: constants, of which LLVM
 * puts some into sections of their own (.rodata.str1.8). */
static bool vet_section(struct session *s, const struct bpf_map *map)
{
	const char *name = bpf_map__name(map), *dot = strchr(name, '.');

	if (dot && (str_starts(str_from(dot), ".rodata") ||
		    !strcmp(dot, ".bss") || !strcmp(dot, ABI_SECTION_GATE)))
		return true;
	return refuse(s, name, "is none that espy makes");
}

static const struct plan_map *find_plan_map(const struct session *s,
					    const char *name)
{
	vec_each(m, &s->plan->maps)
		if (str_is(m->symbol, name))
			return m;
	return NULL;
}

/* As the compiler's plan_map_global(); maps with keys get their size later. */
static bool vet_plans(struct session *s, const struct plan_map *m,
		      const struct bpf_map *map)
{
	const struct type *value = types_get(&s->plan->types, m->value);
	uint32_t mark = plan_map_mark(m, value), key = 4;
	uint32_t size = mark ? mark + (uint32_t)sizeof(uint64_t) : value->size;
	bool ok;

	if (m->key && m->store > MS_PERCPU_ARRAY)
		key = types_get(&s->plan->types, m->key)->size;
	if (m->is_pair)
		ok = has_shape(map, BPF_MAP_TYPE_ARRAY_OF_MAPS, 4) &&
		     bpf_map__max_entries(map) == 1;
	else
		ok = has_shape(map, store_types[m->store], key) &&
		     bpf_map__value_size(map) == size &&
		     (m->key || bpf_map__max_entries(map) == m->max_entries);
	return ok || refuse(s, bpf_map__name(map),
			    "has another shape than its plan says");
}

bool vet_map(struct session *s, const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	const struct plan_map *m = find_plan_map(s, name);

	if (bpf_map__pin_path(map))
		return refuse(s, name, "names a path");
	if (bpf_map__is_internal(map))
		return vet_section(s, map);
	return m ? vet_plans(s, m, map) : vet_own(s, map);
}
