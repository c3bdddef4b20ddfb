/* SPDX-License-Identifier: Apache-2.0 */
/* check_maps.c - how much memory maps take: what the kernel's allocators are
 * asked for, so a few per cent less than what they take. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>

#include "cli/check.h"
#include "plan/abi.h"
#include "runtime/event.h"

#define PAGE     4096u
#define RING_MIN (256u << 10) /* bytes, when the runtime chooses */
#define RING_MAX (16u << 20)
#define ELEMENT  48u /* of a hash, before its key */
#define BUCKET   16u
#define POINTER  8u

static uint64_t round8(uint64_t n)
{
	return (n + 7) / 8 * 8;
}

static uint64_t buckets(uint64_t entries)
{
	uint64_t n = 1;

	while (n < entries)
		n *= 2;
	return n * BUCKET;
}

struct sizes {
	uint64_t entries, key, value, cpus;
};

static uint64_t bytes_array(const struct sizes *s)
{
	return s->entries * round8(s->value);
}

static uint64_t bytes_percpu_array(const struct sizes *s)
{
	return s->entries * (POINTER + s->cpus * round8(s->value));
}

static uint64_t bytes_hash(const struct sizes *s)
{
	return buckets(s->entries) +
	       s->entries * (ELEMENT + round8(s->key) + round8(s->value));
}

static uint64_t bytes_percpu_hash(const struct sizes *s)
{
	return buckets(s->entries) +
	       s->entries * (ELEMENT + round8(s->key) + POINTER +
			     s->cpus * round8(s->value));
}

/* Memory that is seen twice, one behind the other, costs once. */
static uint64_t bytes_ring(const struct sizes *s)
{
	return s->entries + 3 * PAGE;
}

/* As many threads as use it. */
static uint64_t bytes_none(const struct sizes *s)
{
	(void)s;
	return 0;
}

/* Those of plans first, by enum map_store. */
static const struct kind {
	enum bpf_map_type type;
	const char *name;
	uint64_t (*bytes)(const struct sizes *s);
} kinds[] = {
	[MS_ARRAY] = { BPF_MAP_TYPE_ARRAY, "array", bytes_array },
	[MS_PERCPU_ARRAY] = { BPF_MAP_TYPE_PERCPU_ARRAY, "percpuarray",
			      bytes_percpu_array },
	[MS_HASH] = { BPF_MAP_TYPE_HASH, "hash", bytes_hash },
	[MS_PERCPU_HASH] = { BPF_MAP_TYPE_PERCPU_HASH, "percpuhash",
			     bytes_percpu_hash },
	[MS_LRU_HASH] = { BPF_MAP_TYPE_LRU_HASH, "lruhash", bytes_hash },
	[MS_PERCPU_LRU_HASH] = { BPF_MAP_TYPE_LRU_PERCPU_HASH, "percpulruhash",
				 bytes_percpu_hash },
	{ BPF_MAP_TYPE_RINGBUF, "ring buffer", bytes_ring },
	{ BPF_MAP_TYPE_TASK_STORAGE, "storage of threads", bytes_none },
};

static const struct kind *kind_of(const struct bpf_map *map)
{
	static const struct kind other = { 0, "other", bytes_array };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == bpf_map__type(map))
			return &kinds[i];
	return &other;
}

static const struct plan_map *plan_map_of(const struct plan *p,
					  struct str symbol)
{
	vec_each(m, &p->maps)
		if (str_eq(m->symbol, symbol))
			return m;
	return NULL;
}

/* The runtime makes two of these: one is printed while the other is filled. */
static void size_pair(const struct check *c, const struct plan_map *m,
		      struct sizes *s)
{
	const struct type *value = types_get(&c->plan->types, m->value);
	uint32_t mark = plan_map_mark(m, value);

	s->entries = 2 * (uint64_t)m->max_entries;
	s->key = m->key ? types_get(&c->plan->types, m->key)->size : 4;
	s->value = mark ? mark + sizeof(uint64_t) : value->size;
}

/* Chosen by the machine's memory, when there is much to send. */
static bool size_ring(const struct check *c, struct sizes *s)
{
	s->entries = c->plan->options.num[OPT_RING_BUFFER_PAGES] * PAGE;
	if (s->entries)
		return false;
	s->entries = RING_MIN;
	vec_each(e, &c->plan->events)
		if (!event_ops[e->kind].is_seldom)
			s->entries = RING_MAX;
	return s->entries == RING_MAX;
}

static void add_map(struct check *c, struct bpf_map *map, uint64_t cpus)
{
	struct str symbol = str_from(bpf_map__name(map));
	const struct plan_map *m = plan_map_of(c->plan, symbol);
	const struct kind *kind = kind_of(map);
	struct sizes s = {
		.entries = m && m->key ? m->max_entries
				       : bpf_map__max_entries(map),
		.key = bpf_map__key_size(map),
		.value = bpf_map__value_size(map),
		.cpus = cpus,
	};
	struct check_map row = { .name = m ? m->name : symbol };

	if (m && m->is_pair) {
		kind = &kinds[m->store];
		size_pair(c, m, &s);
	}
	if (str_is(symbol, ABI_MAP_RING))
		row.by_memory = size_ring(c, &s);
	row.name = str_copy(&c->arena, row.name);
	row.kind = kind->name;
	row.entries = (uint32_t)s.entries;
	row.key = (uint32_t)s.key;
	row.value = (uint32_t)s.value;
	row.bytes = kind->bytes(&s);
	c->map_bytes += row.bytes;
	vec_push(&c->arena, &c->maps, row);
}

static int say_nothing(enum libbpf_print_level level, const char *format,
		       va_list ap)
{
	(void)level;
	(void)format;
	(void)ap;
	return 0;
}

bool check_read_maps(struct check *c, struct machine *m, struct diags *d)
{
	DECLARE_LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "espy");
	struct bpf_object *object;
	struct bpf_map *map = NULL;

	libbpf_set_print(say_nothing);
	object = bpf_object__open_mem(c->plan->object.p, c->plan->object.n,
				      &opts);
	if (!object)
		return !diag_errno(d, errno, D_SAVED,
				   "the program's object cannot be read");
	while ((map = bpf_object__next_map(object, map)))
		if (!bpf_map__is_internal(map))
			add_map(c, map, (uint64_t)machine_cpus(m));
	bpf_object__close(object);
	return true;
}
