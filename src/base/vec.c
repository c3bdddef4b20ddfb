/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <assert.h>

#define VEC_MIN    8
#define STRMAP_MIN 16

struct strmap_slot {
	struct str key;
	uint32_t hash;
	bool used;
	void *value;
};

void vec_grow(struct arena *a, void **v, size_t *n, size_t *cap, size_t size)
{
	void *more;

	if (*n == *cap) {
		assert(*cap <= SIZE_MAX / 2 / size);
		*cap = *cap ? *cap * 2 : VEC_MIN;
		more = arena_alloc(a, *cap * size);
		if (*n)
			memcpy(more, *v, *n * size);
		*v = more;
	}
	/* An element that was removed by lowering n may have left bytes. */
	memset((char *)*v + *n * size, 0, size);
	++*n;
}

/* FNV-1a */
static uint32_t hash_of(struct str s)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

/* The slot that holds key, or the free one where it belongs. cap is a power
 * of two and some slot is free. */
static struct strmap_slot *slot_of(const struct strmap *m, struct str key,
				   uint32_t hash)
{
	size_t i = hash & (m->cap - 1);
	struct strmap_slot *s;

	for (;; i = (i + 1) & (m->cap - 1)) {
		s = &m->slots[i];
		if (!s->used || (s->hash == hash && str_eq(s->key, key)))
			return s;
	}
}

void **strmap_get(const struct strmap *m, struct str key)
{
	struct strmap_slot *s;

	if (!m->cap)
		return NULL;
	s = slot_of(m, key, hash_of(key));
	return s->used ? &s->value : NULL;
}

static void strmap_grow(struct arena *a, struct strmap *m)
{
	struct strmap old = *m;
	size_t i;

	m->cap = old.cap ? old.cap * 2 : STRMAP_MIN;
	m->slots = arena_alloc(a, m->cap * sizeof(*m->slots));
	for (i = 0; i < old.cap; i++)
		if (old.slots[i].used)
			*slot_of(m, old.slots[i].key, old.slots[i].hash) =
				old.slots[i];
}

void **strmap_put(struct arena *a, struct strmap *m, struct str key)
{
	uint32_t hash = hash_of(key);
	struct strmap_slot *s;

	if (m->n + 1 > m->cap / 4 * 3)
		strmap_grow(a, m);
	s = slot_of(m, key, hash);
	if (!s->used) {
		*s = (struct strmap_slot){ .key = key,
					   .hash = hash,
					   .used = true };
		m->n++;
	}
	return &s->value;
}
