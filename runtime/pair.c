/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/pair.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const enum bpf_map_type types[MS_N] = {
	[MS_ARRAY] = BPF_MAP_TYPE_ARRAY,
	[MS_PERCPU_ARRAY] = BPF_MAP_TYPE_PERCPU_ARRAY,
	[MS_HASH] = BPF_MAP_TYPE_HASH,
	[MS_PERCPU_HASH] = BPF_MAP_TYPE_PERCPU_HASH,
	[MS_LRU_HASH] = BPF_MAP_TYPE_LRU_HASH,
	[MS_PERCPU_LRU_HASH] = BPF_MAP_TYPE_LRU_PERCPU_HASH,
};

static int make_map(const struct map_handle *m)
{
	DECLARE_LIBBPF_OPTS(bpf_map_create_opts, opts);
	uint32_t mark = plan_map_mark(m->plan, m->value);
	uint32_t size =
		mark ? mark + (uint32_t)sizeof(uint64_t) : m->value->size;
	enum map_store store = m->plan->store;
	uint32_t key = store <= MS_PERCPU_ARRAY ? 4 : m->key->size;
	int fd;

	if (plan_map_is_sparse(m->plan, m->value))
		opts.map_flags = BPF_F_NO_PREALLOC;
	fd = bpf_map_create(types[store], "espy_pair", key, size,
			    m->plan->max_entries, &opts);
	return fd < 0 ? -errno : fd;
}

int pair_make(struct map_handle *m, struct bpf_map *array)
{
	int i;

	m->pair = xzalloc(sizeof(*m->pair));
	m->pair->fds[0] = m->pair->fds[1] = m->pair->array = -1;
	for (i = 0; i < 2; i++) {
		m->pair->fds[i] = make_map(m);
		if (m->pair->fds[i] < 0)
			return m->pair->fds[i];
	}
	return bpf_map__set_inner_map_fd(array, m->pair->fds[0]);
}

/* Returns when no program sees what was there before: the kernel waits for
 * that when user space changes an array of maps. */
static int put(struct map_handle *m, unsigned int which)
{
	uint32_t zero = 0;

	if (bpf_map_update_elem(m->pair->array, &zero, &m->pair->fds[which],
				BPF_ANY))
		return -errno;
	m->pair->now = which;
	m->fd = m->pair->fds[which];
	return 0;
}

int pair_start(struct map_handle *m, int array)
{
	m->pair->array = array;
	return put(m, 0);
}

void pair_free(struct map_handle *m)
{
	uint32_t zero = 0;
	int i;

	if (!m->pair)
		return;
	/* Else it would be there until the array is freed, some time later. */
	if (m->pair->array >= 0)
		bpf_map_delete_elem(m->pair->array, &zero);
	for (i = 0; i < 2; i++)
		if (m->pair->fds[i] >= 0)
			close(m->pair->fds[i]);
	rows_free(&m->pair->kept);
	free(m->pair);
	m->pair = NULL;
}

struct rows *pair_kept(const struct map_handle *m)
{
	return m->pair && m->pair->has_kept ? &m->pair->kept : NULL;
}

void pair_let_go(struct map_handle *m)
{
	if (!m->pair)
		return;
	rows_free(&m->pair->kept);
	m->pair->has_kept = false;
}

/* In the map that programs use: nobody else is there. */
static int take_here(struct map_handle *m, bool is_zero)
{
	int err = map_read(m, &m->pair->kept);

	if (!err)
		err = is_zero ? map_zero(m) : map_clear(m);
	return err;
}

static int take_all(struct map_handle *m, bool is_zero)
{
	struct map_handle old = *m;
	int err = is_zero ? map_copy_mark(m, m->pair->fds[!m->pair->now]) : 0;

	if (!err)
		err = put(m, !m->pair->now);
	if (!err)
		err = map_read(&old, &m->pair->kept);
	if (!err)
		err = map_remove(&old, &m->pair->kept);
	map_note_change(m, is_zero);
	if (!err && is_zero)
		err = map_add_zeros(m, &m->pair->kept);
	return err;
}

int pair_take(struct map_handle *m, bool is_zero, bool is_quiet)
{
	int err;

	if (!m->pair) /* without the kernel's maps there is nothing to take */
		return -EBADF;
	pair_let_go(m);
	err = is_quiet ? take_here(m, is_zero) : take_all(m, is_zero);
	m->pair->has_kept = true;
	return err;
}
