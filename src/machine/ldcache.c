/* SPDX-License-Identifier: Apache-2.0 */
/* The dynamic loader's cache of libraries, ld.so.cache: a head, a table of
 * entries, and the texts they point to by offset. */
#include "machine/internal.h"

enum {
	MAX_CACHE = 64 << 20, /* bytes */
};

static const char magic[] = "glibc-ld.so.cache1.1";

struct cache_head {
	char magic[sizeof(magic) - 1];
	uint32_t n_entries, text_size;
	uint8_t flags, padding[3];
	uint32_t extensions, unused[3];
};

struct cache_entry {
	int32_t flags;
	uint32_t name, path; /* offsets */
	uint32_t os_version;
	uint64_t hwcap;
};

/* Behind an older table, if there is one. */
static struct str find_head(struct str all)
{
	const char *at = memmem(all.p, all.n, magic, sizeof(magic) - 1);

	if (!at)
		return (struct str){ 0 };
	return (struct str){ at, all.n - (size_t)(at - all.p) };
}

static struct str text_at(struct str cache, uint32_t offset)
{
	struct str rest, all = { 0 };

	if (offset >= cache.n)
		return all;
	all = (struct str){ cache.p + offset, cache.n - offset };
	all = str_split(all, '\0', &rest);
	return rest.p ? all : (struct str){ 0 };
}

static bool is_named(struct str have, struct str wanted)
{
	if (have.n < wanted.n || memcmp(have.p, wanted.p, wanted.n))
		return false;
	have.p += wanted.n;
	have.n -= wanted.n;
	if (!have.n)
		return true;
	if (memmem(wanted.p, wanted.n, ".so", 3))
		return have.p[0] == '.';
	return str_is(have, ".so") || str_starts(have, ".so.");
}

void ldcache_find(const char *cache, struct str name, struct arena *a,
		  str_vec *out)
{
	auto_buf struct buf b = { 0 };
	struct cache_entry e;
	struct cache_head h;
	struct str all;
	uint32_t i;

	if (buf_read_file(&b, cache, MAX_CACHE))
		return;
	all = find_head(buf_view(&b));
	if (all.n < sizeof(h))
		return;
	memcpy(&h, all.p, sizeof(h));
	for (i = 0; i < h.n_entries; i++) {
		size_t at = sizeof(h) + (size_t)i * sizeof(e);
		struct str path;

		if (at + sizeof(e) > all.n)
			return;
		memcpy(&e, all.p + at, sizeof(e));
		path = text_at(all, e.path);
		if (!e.hwcap && path.n && is_named(text_at(all, e.name), name))
			vec_push(a, out, str_copy(a, path));
	}
}
