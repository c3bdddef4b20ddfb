/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#define ENOTSUPP 524 /* the kernel's own: no such operation on this map */

/* What can be said of each way to store a map. */
static const struct {
	bool is_percpu, is_array;
} stores[MS_N] = {
	[MS_ARRAY] = { .is_array = true },
	[MS_PERCPU_ARRAY] = { .is_array = true, .is_percpu = true },
	[MS_HASH] = { .is_percpu = false },
	[MS_PERCPU_HASH] = { .is_percpu = true },
	[MS_LRU_HASH] = { .is_percpu = false },
	[MS_PERCPU_LRU_HASH] = { .is_percpu = true },
};

void rows_free(struct rows *r)
{
	free(r->v);
	free(r->keys);
	free(r->values);
	*r = (struct rows){ 0 };
}

/* --- sizes ---------------------------------------------------------------- */

static size_t key_size(const struct map_handle *m)
{
	return stores[m->plan->store].is_array ? sizeof(uint32_t)
					       : m->key->size;
}

static size_t slot_size(const struct map_handle *m)
{
	return ((size_t)m->value->size + 7) & ~(size_t)7;
}

/* Bytes that a lookup writes: what every CPU has, each in 8 byte units. */
static size_t value_size(const struct map_handle *m)
{
	uint32_t mark = plan_map_mark(m->plan, m->value);

	if (mark)
		return mark + sizeof(uint64_t);
	if (!stores[m->plan->store].is_percpu)
		return m->value->size;
	return slot_size(m) * (size_t)m->cpus;
}

/* --- reading -------------------------------------------------------------- */

/* Entries as the kernel gives them, before they become rows. */
struct raw {
	char *keys, *values;
	size_t n, cap;
};

static void raw_reserve(const struct map_handle *m, struct raw *r, size_t n)
{
	if (n <= r->cap)
		return;
	r->cap = n > 2 * r->cap ? n : 2 * r->cap;
	r->keys = xrealloc(r->keys, r->cap * key_size(m));
	r->values = xrealloc(r->values, r->cap * value_size(m));
}

static int read_array(const struct map_handle *m, struct raw *r)
{
	uint32_t i, n = m->plan->key ? m->plan->max_entries : 1;

	raw_reserve(m, r, n);
	for (i = 0; i < n; i++) {
		memcpy(r->keys + i * sizeof(i), &i, sizeof(i));
		if (bpf_map_lookup_elem(m->fd, &i,
					r->values + i * value_size(m)))
			return -errno;
	}
	r->n = n;
	return 0;
}

/* One entry after the other, for kernels and maps without batches. */
static int read_hash_slowly(const struct map_handle *m, struct raw *r)
{
	const void *before = NULL;

	r->n = 0;
	for (;;) {
		char *key;

		raw_reserve(m, r, r->n + 1);
		key = r->keys + r->n * key_size(m);
		if (r->n)
			before = key - key_size(m);
		if (bpf_map_get_next_key(m->fd, before, key))
			return errno == ENOENT ? 0 : -errno;
		/* Deletions start the walk over; so much is too often. */
		if (r->n > 4ull * m->plan->max_entries)
			return 0;
		if (!bpf_map_lookup_elem(m->fd, key,
					 r->values + r->n * value_size(m)))
			r->n++;
		else if (errno != ENOENT)
			return -errno;
	}
}

static int read_hash(const struct map_handle *m, struct raw *r)
{
	DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, opts);
	auto_free void *in = xzalloc(key_size(m) + 8);
	auto_free void *next = xzalloc(key_size(m) + 8);
	uint32_t room = 256;
	bool is_first = true;

	for (;;) {
		uint32_t count = room;
		int err;

		raw_reserve(m, r, r->n + room);
		err = bpf_map_lookup_batch(m->fd, is_first ? NULL : in, next,
					   r->keys + r->n * key_size(m),
					   r->values + r->n * value_size(m),
					   &count, &opts);
		if (err && errno == ENOSPC) { /* a bucket is larger */
			room *= 2;
			continue;
		}
		if (err && errno != ENOENT)
			return -errno;
		r->n += count;
		if (err)
			return 0;
		is_first = false;
		memcpy(in, next, key_size(m) + 8);
	}
}

/* --- rows ----------------------------------------------------------------- */

/* What all CPUs have becomes the first one's slot. */
static void merge(const struct map_handle *m, char *value)
{
	const struct value_ops *ops = &value_ops[m->value->kind];
	int cpu;

	if (!stores[m->plan->store].is_percpu)
		return;
	for (cpu = 1; cpu < m->cpus; cpu++)
		ops->merge(m->value, value, value + (size_t)cpu * slot_size(m));
}

/* The last change by user space, whoever made it. */
static bool was_cleared(const struct map_handle *m)
{
	return m->shared ? m->shared->is_cleared : m->is_cleared;
}

static bool was_zeroed(const struct map_handle *m)
{
	return m->shared ? m->shared->is_zeroed : m->is_zeroed;
}

void map_note_change(struct map_handle *m, bool is_zeroed)
{
	struct map_handle *to = m->shared ? m->shared : m;

	to->is_zeroed = is_zeroed;
	to->is_cleared = !is_zeroed;
}

/* Does the element that always exists count as an entry? */
static bool is_present(const struct map_handle *m, const char *value)
{
	uint32_t mark = plan_map_mark(m->plan, m->value);

	if (mark)
		return !value_is_zero(value + mark, sizeof(uint64_t));
	if (m->plan->key || was_zeroed(m) ||
	    !value_is_zero(value, m->value->size))
		return true;
	return value_ops[m->value->kind].zero_is_value && !was_cleared(m);
}

static void make_rows(const struct map_handle *m, struct raw *r,
		      struct rows *out)
{
	size_t i;

	out->v = xzalloc(r->n * sizeof(*out->v));
	out->keys = r->keys;
	out->values = r->values;
	for (i = 0; i < r->n; i++) {
		struct row row = { NULL, r->values + i * value_size(m) };

		if (m->plan->key)
			row.key = r->keys + i * key_size(m);
		merge(m, row.value);
		if (is_present(m, row.value))
			out->v[out->n++] = row;
	}
}

int map_read(const struct map_handle *m, struct rows *out)
{
	struct raw raw = { 0 };
	int err;

	if (stores[m->plan->store].is_array) {
		err = read_array(m, &raw);
	} else {
		err = read_hash(m, &raw);
		if (err == -EINVAL || err == -EOPNOTSUPP || err == -ENOTSUPP)
			err = read_hash_slowly(m, &raw);
	}
	if (err)
		raw.n = 0;
	make_rows(m, &raw, out);
	return err;
}

int map_read_one(const struct map_handle *m, const void *key, struct rows *out)
{
	struct raw raw = { 0 };
	uint32_t zero = 0;

	if (!m->plan->key)
		key = &zero;
	raw_reserve(m, &raw, 1);
	memcpy(raw.keys, key, key_size(m));
	if (!bpf_map_lookup_elem(m->fd, key, raw.values))
		raw.n = 1;
	else if (errno != ENOENT)
		zero = (uint32_t)errno;
	make_rows(m, &raw, out);
	return -(int)zero;
}

/* --- changing ------------------------------------------------------------- */

static int zero_entries(const struct map_handle *m)
{
	auto_free void *zeros = xzalloc(value_size(m));
	auto_rows struct rows rows = { 0 };
	uint32_t mark = plan_map_mark(m->plan, m->value);
	struct raw raw = { 0 };
	int err = stores[m->plan->store].is_array ? read_array(m, &raw)
						  : read_hash_slowly(m, &raw);
	size_t i;

	rows.keys = raw.keys;
	rows.values = raw.values;
	for (i = 0; i < raw.n && !err; i++) {
		if (mark && was_zeroed(m)) /* zero() keeps it what it was */
			memcpy((char *)zeros + mark, raw.values + mark,
			       sizeof(uint64_t));
		if (bpf_map_update_elem(m->fd, raw.keys + i * key_size(m),
					zeros, BPF_EXIST) &&
		    errno != ENOENT)
			err = -errno;
	}
	return err;
}

/* What is not there any more ends a batch: it goes on behind that. */
static void delete_rows(const struct map_handle *m, const struct rows *rows)
{
	DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, opts);
	size_t done = 0;
	uint32_t count;

	while (done < rows->n) {
		count = (uint32_t)(rows->n - done);
		if (!bpf_map_delete_batch(m->fd,
					  rows->keys + done * key_size(m),
					  &count, &opts))
			return;
		if (errno != ENOENT)
			return;
		done += count + 1;
	}
}

/* Large maps at once; the rest, and what came since, one by one. */
static int delete_entries(const struct map_handle *m)
{
	auto_free void *key = xzalloc(key_size(m));
	auto_rows struct rows rows = { 0 };

	if (!map_read(m, &rows))
		delete_rows(m, &rows);
	while (!bpf_map_get_next_key(m->fd, NULL, key)) {
		if (bpf_map_delete_elem(m->fd, key) && errno != ENOENT)
			return -errno;
	}
	return errno == ENOENT ? 0 : -errno;
}

int map_remove(struct map_handle *m, const struct rows *rows)
{
	m->is_zeroed = false;
	if (stores[m->plan->store].is_array)
		return zero_entries(m);
	delete_rows(m, rows);
	return delete_entries(m);
}

int map_add_zeros(const struct map_handle *m, const struct rows *rows)
{
	auto_free void *zeros = xzalloc(value_size(m));
	size_t i;

	if (stores[m->plan->store].is_array)
		return 0;
	for (i = 0; i < rows->n; i++) {
		if (!bpf_map_update_elem(m->fd, rows->v[i].key, zeros,
					 BPF_NOEXIST) ||
		    errno == EEXIST)
			continue;
		return errno == E2BIG ? 0 : -errno; /* newer ones fill it */
	}
	return 0;
}

int map_copy_mark(const struct map_handle *m, int to)
{
	auto_free char *value = xzalloc(value_size(m));
	uint32_t zero = 0;

	if (!plan_map_mark(m->plan, m->value))
		return 0;
	if (bpf_map_lookup_elem(m->fd, &zero, value))
		return -errno;
	memset(value, 0, m->value->size);
	return bpf_map_update_elem(to, &zero, value, BPF_ANY) ? -errno : 0;
}

int map_clear(struct map_handle *m)
{
	map_note_change(m, false);
	if (stores[m->plan->store].is_array)
		return zero_entries(m);
	return delete_entries(m);
}

int map_zero(struct map_handle *m)
{
	map_note_change(m, true);
	return zero_entries(m);
}

/* --- printing ------------------------------------------------------------- */

static void sort(const struct map_handle *m, struct rows *r, uint32_t flags)
{
	bool by_value = flags & EF_SORT_VALUE ||
			(!(flags & EF_SORT_KEY) &&
			 value_ops[m->value->kind].order == ORDER_BY_VALUE);

	rows_sort(m, r, by_value, flags & EF_DOWN);
}

static void print_row(const struct show *s, const struct map_handle *m,
		      const struct row *row, struct buf *out)
{
	bool is_block = value_ops[m->value->kind].is_block;

	buf_str(out, m->plan->name);
	if (row->key) {
		buf_putc(out, '[');
		value_print_key(s, m->key, row->key, out);
		buf_putc(out, ']');
	}
	buf_puts(out, is_block ? ":\n" : ": ");
	value_print(s, m->value, row->value, out);
	buf_putc(out, '\n');
}

void map_arrange(const struct map_handle *m, struct rows *r,
		 const struct map_order *order)
{
	size_t i, top = order->top < r->n ? order->top : 0;

	sort(m, r, order->flags);
	if (top && !(order->flags & EF_FIRST))
		memmove(r->v, r->v + r->n - top, top * sizeof(*r->v));
	if (top)
		r->n = top;
	for (i = 0; i < r->n && order->div > 1; i++)
		value_ops[m->value->kind].divide(m->value, r->v[i].value,
						 order->div);
}

void map_select(const struct map_handle *m, struct rows *r, uint64_t top,
		uint64_t div)
{
	map_arrange(m, r, &(struct map_order){ .top = top, .div = div });
}

/* --- copies --------------------------------------------------------------- */

static void copy_row(const struct map_handle *m, const struct row *row,
		     struct rows *to)
{
	char *value = to->values + to->n * value_size(m);

	memcpy(value, row->value, m->value->size);
	to->v[to->n++] = (struct row){ row->key, value };
}

static void make_room(const struct map_handle *m, size_t n, struct rows *to)
{
	to->v = xzalloc((n + 1) * sizeof(*to->v));
	to->values = xzalloc((n + 1) * value_size(m));
}

void rows_copy(const struct map_handle *m, const struct rows *from,
	       struct rows *to)
{
	size_t i;

	make_room(m, from->n, to);
	for (i = 0; i < from->n; i++)
		copy_row(m, &from->v[i], to);
}

void rows_copy_one(const struct map_handle *m, const struct rows *from,
		   const void *key, struct rows *to)
{
	size_t i;

	make_room(m, 1, to);
	for (i = 0; i < from->n && !to->n; i++)
		if (!key || !memcmp(from->v[i].key, key, key_size(m)))
			copy_row(m, &from->v[i], to);
}

/* --- as text -------------------------------------------------------------- */

/* Rows in order are in memory as the kernel had them. */
#define AHEAD 16

void map_print_rows(const struct show *s, const struct map_handle *m,
		    const struct rows *r, struct buf *out)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (i + AHEAD < r->n) {
			__builtin_prefetch(r->v[i + AHEAD].key);
			__builtin_prefetch(r->v[i + AHEAD].value);
		}
		print_row(s, m, &r->v[i], out);
	}
}

void map_print(const struct show *s, const struct map_handle *m, struct rows *r,
	       uint64_t top, uint64_t div, struct buf *out)
{
	map_select(m, r, top, div);
	map_print_rows(s, m, r, out);
}
