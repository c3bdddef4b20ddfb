/* SPDX-License-Identifier: Apache-2.0 */
/* cache.c - entries: what is in them, finding and keeping them. An entry is
 *
 *   magic, 64-bit FNV-1a hash of key and files, their lengths, both,
 *   the sealed ELF of the saved program
 *
 * Files are a list of: kind, length of the path, path, 0, 64-bit number. */
#include "cli/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cache_impl.h"

#define MAGIC     "espycach"
#define MAX_ENTRY (64u << 20) /* bytes */
#define MAX_FILE  (16u << 20)
#define FRESH     2 /* seconds in which a change may not show in the times */

struct head {
	char magic[8];
	uint64_t hash;
	uint32_t key, files; /* bytes */
};

enum file_kind {
	FILE_TEXT = 'T', /* number: hash of what is in it */
	FILE_PLACE = 'P', /* a folder, or a file that may be there; number: of
			     its status, 0 if there is nothing */
	FILE_VARIABLE = 'V', /* of the environment; number: hash of its value,
				0 if it is not set */
};

uint64_t cache_hash(uint64_t hash, const void *p, size_t n)
{
	const unsigned char *c = p;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ c[i]) * 0x100000001b3ull;
	return hash;
}

/* --- files that were read -------------------------------------------------- */

static bool hash_file(const char *path, uint64_t *hash)
{
	auto_buf struct buf text = {};

	if (buf_read_file(&text, path, MAX_FILE))
		return false;
	*hash = cache_hash(CACHE_HASH, text.p, text.n);
	return true;
}

static uint64_t hash_place(const char *path, time_t *changed)
{
	struct stat st;
	uint64_t parts[7];

	if (stat(path, &st))
		return 0;
	parts[0] = st.st_dev;
	parts[1] = st.st_ino;
	parts[2] = st.st_mode;
	parts[3] = (uint64_t)st.st_mtim.tv_sec;
	parts[4] = (uint64_t)st.st_mtim.tv_nsec;
	parts[5] = (uint64_t)st.st_ctim.tv_sec;
	parts[6] = (uint64_t)st.st_ctim.tv_nsec;
	*changed = st.st_ctim.tv_sec;
	return cache_hash(CACHE_HASH, parts, sizeof(parts)) | 1;
}

static uint64_t hash_variable(const char *name)
{
	const char *value = getenv(name);

	return value ? cache_hash(CACHE_HASH, value, strlen(value)) | 1 : 0;
}

static void add_file(struct buf *b, char kind, struct str path, uint64_t number)
{
	uint32_t n = (uint32_t)path.n;

	buf_putc(b, kind);
	buf_add(b, &n, sizeof(n));
	buf_str(b, path);
	buf_putc(b, '\0');
	buf_add(b, &number, sizeof(number));
}

static bool is_same(char kind, const char *path, uint64_t number)
{
	uint64_t now;
	time_t changed;

	if (kind == FILE_TEXT)
		return hash_file(path, &now) && now == number;
	if (kind == FILE_VARIABLE)
		return hash_variable(path) == number;
	return kind == FILE_PLACE && hash_place(path, &changed) == number;
}

static bool are_same(struct str files)
{
	uint32_t n;
	uint64_t number;

	while (files.n) {
		const char *p = files.p + 1 + sizeof(n);

		if (files.n < 1 + sizeof(n) + 1 + sizeof(number))
			return false;
		memcpy(&n, files.p + 1, sizeof(n));
		if (n > files.n - (1 + sizeof(n) + 1 + sizeof(number)) || p[n])
			return false;
		memcpy(&number, p + n + 1, sizeof(number));
		if (!is_same(files.p[0], p, number))
			return false;
		p += n + 1 + sizeof(number);
		files.n -= (size_t)(p - files.p);
		files.p = p;
	}
	return true;
}

/* False: it may have changed since it was read. */
static bool add_place(struct buf *out, struct str path)
{
	time_t changed = 0;
	uint64_t number = hash_place(path.p, &changed);

	if (number && changed + FRESH > time(NULL))
		return false;
	add_file(out, FILE_PLACE, path, number);
	return true;
}

/* Of binaries, which were found by names and paths. */
static bool add_binaries(struct machine *m, struct buf *out)
{
	struct arena a = {};
	str_vec files = {}, variables = {};
	bool ok = machine_looked(m, &a, &files, &variables);

	vec_each(path, &files)
		ok = ok && add_place(out, *path);
	vec_each(name, &variables)
		add_file(out, FILE_VARIABLE, *name, hash_variable(name->p));
	arena_free(&a);
	return ok;
}

/* False: one of them may have changed since it was read. */
static bool add_files(const struct sources *srcs, struct machine *m,
		      struct buf *out)
{
	uint64_t number;

	for (size_t i = 1; i < srcs->v.n; i++) {
		const struct source *s = &srcs->v.v[i];

		number = cache_hash(CACHE_HASH, s->text.p, s->text.n);
		if (s->name.n >= MAX_PATH || !s->name.n)
			return false;
		add_file(out, FILE_TEXT, s->name, number);
	}
	vec_each(place, &srcs->looked)
		if (!add_place(out, *place))
			return false;
	return add_binaries(m, out) && are_same(buf_view(out));
}

/* --- reading --------------------------------------------------------------- */

/* Ours alone: nobody else could have written it. */
static bool is_ours(int fd, struct stat *st)
{
	return !fstat(fd, st) && st->st_uid == geteuid() &&
	       !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static bool read_entry(struct cache *k, struct buf *b)
{
	auto_fd int fd = openat(k->dir, k->name,
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || !is_ours(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size > (off_t)MAX_ENTRY || buf_read_fd(b, fd, MAX_ENTRY))
		return false;
	futimens(fd, NULL); /* it was used */
	return true;
}

static struct plan *get_entry(struct cache *k)
{
	auto_buf struct buf b = {};
	struct diags d = {};
	struct head h;
	struct str all, files;
	struct plan *p;
	size_t size;

	if (k->dir < 0 || !read_entry(k, &b) || b.n < sizeof(h))
		return NULL;
	memcpy(&h, b.p, sizeof(h));
	size = sizeof(h) + (size_t)h.key + h.files;
	if (memcmp(h.magic, MAGIC, sizeof(h.magic)) || size > b.n ||
	    h.key != k->key.n || memcmp(b.p + sizeof(h), k->key.p, h.key))
		return NULL;
	all = (struct str){ b.p + sizeof(h), size - sizeof(h) };
	files = (struct str){ all.p + h.key, h.files };
	if (cache_hash(CACHE_HASH, all.p, all.n) != h.hash || !are_same(files))
		return NULL;
	memmove(b.p, b.p + size, b.n - size); /* its headers are aligned */
	p = plan_from_elf((struct str){ b.p, b.n - size }, &d);
	diags_free(&d);
	return p;
}

struct plan *cache_get(struct cache *k)
{
	struct plan *p = get_entry(k);

	return p || !cache_take_values(k) ? p : get_entry(k);
}

/* --- writing --------------------------------------------------------------- */

/* Ids of groups and programs are those of this moment. */
static bool is_settled(const struct plan *p)
{
	vec_each(probe, &p->probes)
		if (probe->kind == PK_BPF_PROG)
			return false;
	vec_each(f, &p->fixups)
		if (f->kind == FX_CGROUPID)
			return false;
	return true;
}

static bool write_all(int fd, const struct buf *b)
{
	for (size_t done = 0; done < b->n;) {
		ssize_t n = write(fd, b->p + done, b->n - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Readers see all of it or what was there before. */
static void write_entry(const struct cache *k, const struct buf *b)
{
	char name[48];
	struct timespec t;
	bool ok;
	int fd;

	clock_gettime(CLOCK_MONOTONIC, &t);
	snprintf(name, sizeof(name), CACHE_TEMPORARY "%d.%ld", (int)getpid(),
		 t.tv_nsec);
	fd = openat(k->dir, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	ok = write_all(fd, b);
	ok &= !close(fd);
	if (!ok || renameat(k->dir, name, k->dir, k->name))
		unlinkat(k->dir, name, 0);
}

void cache_put(struct cache *k, const struct plan *p,
	       const struct sources *srcs, struct machine *m)
{
	auto_buf struct buf files = {}, elf = {}, b = {};
	struct head h = { .magic = MAGIC };

	if (k->dir < 0 || !is_settled(p) || !add_files(srcs, m, &files))
		return;
	if (srcs->has_values)
		cache_take_values(k);
	h.key = (uint32_t)k->key.n;
	h.files = (uint32_t)files.n;
	h.hash = cache_hash(CACHE_HASH, k->key.p, k->key.n);
	h.hash = cache_hash(h.hash, files.p, files.n);
	buf_add(&b, &h, sizeof(h));
	buf_add(&b, k->key.p, k->key.n);
	buf_add(&b, files.p, files.n);
	buf_str(&elf, p->object);
	plan_seal(&elf);
	buf_add(&b, elf.p, elf.n);
	if (b.n > CACHE_BYTES / 4)
		return;
	write_entry(k, &b);
	cache_bound(k->dir);
}
