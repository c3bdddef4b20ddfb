/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/unwind.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/processes.h"
#include "runtime/session_impl.h"
#include "runtime/symbols.h"

/* Of a file; the same for all names that it has. */
struct table {
	const struct image *image;
	uint32_t first, n; /* pages */
};

struct followed {
	uint32_t pid;
	uint64_t version; /* of its mappings when they were loaded */
};

struct unwinder {
	struct session *session;
	int processes_fd, pages_fd, late_fd, asks_fd;
	struct ring_buffer *asks;
	uint32_t n_pages, max_pages;
	uint64_t n_late; /* of processes that have ended */
	size_t n_refused; /* files that found no room */
	struct arena arena;
	VEC(struct table) tables;
	VEC(struct followed) followed;
	struct unwind_process process; /* being made */
};

static int map_fd(struct session *s, const char *name)
{
	return bpf_object__find_map_fd_by_name(s->object, name);
}

/* A program met a process. */
static int take_ask(void *unwinder, void *data, size_t size)
{
	struct unwinder *u = unwinder;
	uint64_t pid = 0;

	memcpy(&pid, data, size < sizeof(pid) ? size : sizeof(pid));
	unwind_add(u->session, (uint32_t)pid);
	return 0;
}

int unwind_open(struct session *s)
{
	int fd = map_fd(s, ABI_MAP_UNWIND_PROCESSES);
	struct bpf_map *pages =
		bpf_object__find_map_by_name(s->object, ABI_MAP_UNWIND_PAGES);
	struct unwinder *u;

	if (fd < 0 || !pages ||
	    bpf_map__value_size(pages) != sizeof(struct unwind_page))
		return 0;
	u = xzalloc(sizeof(*u));
	u->session = s;
	u->processes_fd = fd;
	u->pages_fd = bpf_map__fd(pages);
	u->max_pages = bpf_map__max_entries(pages);
	u->late_fd = map_fd(s, ABI_MAP_UNWIND_LATE);
	u->asks_fd = map_fd(s, ABI_MAP_UNWIND_ASKS);
	u->asks = ring_buffer__new(u->asks_fd, take_ask, u, NULL);
	s->unwinder = u;
	if (u->asks)
		return 0;
	return diag_errno(s->diags, errno, D_KERNEL,
			  "cannot read which processes are met");
}

void unwind_free(struct unwinder *u)
{
	if (!u)
		return;
	ring_buffer__free(u->asks);
	arena_free(&u->arena);
	free(u);
}

int unwind_fd(const struct session *s)
{
	return s->unwinder ? s->unwinder->asks_fd : -1;
}

/* --- tables ------------------------------------------------------------------ */

static void read_rows(struct unwinder *u, uint32_t pid,
		      const struct image *image, struct arena *a,
		      unwind_row_vec *rows)
{
	struct symbols *s = u->session->show.symbols;
	auto_buf struct buf path = { 0 };
	auto_fd int fd = -1;

	if (str_is(image->path, "[vdso]")) {
		fd = machine_vdso_file();
		buf_printf(&path, "/proc/self/fd/%d", fd);
	} else if (!symbols_path(s, pid, image, &path)) {
		return;
	}
	machine_elf_unwind(path.p, a, rows);
}

static bool write_page(struct unwinder *u, uint32_t number,
		       const struct unwind_row *rows, size_t n)
{
	struct unwind_page page;
	size_t i;

	for (i = 0; i < UNWIND_ROWS; i++)
		page.rows[i] =
			i < n ? rows[i]
			      : (struct unwind_row){ .start = UINT32_MAX };
	return !bpf_map_update_elem(u->pages_fd, &number, &page, BPF_ANY);
}

static void load_table(struct unwinder *u, uint32_t pid, struct table *t)
{
	struct arena a = { 0 };
	unwind_row_vec rows = { 0 };
	size_t i, n;

	read_rows(u, pid, t->image, &a, &rows);
	n = (rows.n + UNWIND_ROWS - 1) / UNWIND_ROWS;
	t->first = u->n_pages;
	if (n > u->max_pages - u->n_pages) {
		u->n_refused++;
		n = 0;
	}
	for (i = 0; i < n; i++)
		if (!write_page(u, t->first + (uint32_t)i,
				rows.v + i * UNWIND_ROWS,
				rows.n - i * UNWIND_ROWS))
			break;
	if (i == n) {
		t->n = (uint32_t)n;
		u->n_pages += t->n;
	}
	arena_free(&a);
}

static struct table get_table(struct unwinder *u, uint32_t pid,
			      const struct image *image)
{
	struct table *t;

	vec_each(x, &u->tables) {
		if (x->image == image)
			return *x;
	}
	t = vec_add(&u->arena, &u->tables);
	*t = (struct table){ .image = image };
	load_table(u, pid, t);
	return *t;
}

/* --- processes --------------------------------------------------------------- */

struct builder {
	struct unwinder *u;
	uint32_t pid;
};

/* What was mapped before gives way to what came later. */
static void clip(const struct unwind_process *p, struct mapping *m)
{
	uint64_t i;

	for (i = 0; i < p->n; i++) {
		const struct unwind_map *x = &p->maps[i];
		uint64_t cut;

		if (x->end <= m->start || x->start >= m->end)
			continue;
		if (x->start > m->start) {
			m->end = x->start;
			continue;
		}
		cut = (x->end < m->end ? x->end : m->end) - m->start;
		m->start += cut;
		m->offset += cut;
	}
}

static void add_mapping(const struct mapping *mapping, void *arg)
{
	struct builder *b = arg;
	struct unwind_process *p = &b->u->process;
	struct mapping m = *mapping;
	struct table t;

	clip(p, &m);
	if (p->n >= UNWIND_MAPS || m.start >= m.end ||
	    !(symbols_is_file(m.image) || str_is(m.image->path, "[vdso]")))
		return;
	t = get_table(b->u, b->pid, m.image);
	p->maps[p->n++] =
		(struct unwind_map){ m.start, m.end, m.offset - m.start,
				     t.first, t.n };
}

static int compare_maps(const void *va, const void *vb)
{
	const struct unwind_map *a = va, *b = vb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static void load_process(struct unwinder *u, struct followed *f)
{
	struct processes *p = symbols_processes(u->session->show.symbols);
	struct builder b = { u, f->pid };
	uint64_t key = f->pid;

	f->version = processes_version(p, f->pid);
	memset(&u->process, 0, sizeof(u->process));
	processes_each(p, f->pid, add_mapping, &b);
	qsort(u->process.maps, u->process.n, sizeof(*u->process.maps),
	      compare_maps);
	if (u->process.n)
		bpf_map_update_elem(u->processes_fd, &key, &u->process,
				    BPF_ANY);
}

void unwind_add(struct session *s, uint32_t pid)
{
	struct unwinder *u = s->unwinder;
	struct followed *f;

	if (!u)
		return;
	processes_take(symbols_processes(s->show.symbols));
	processes_see(symbols_processes(s->show.symbols), pid);
	vec_each(x, &u->followed) {
		if (x->pid == pid) {
			load_process(u, x);
			return;
		}
	}
	f = vec_add(&u->arena, &u->followed);
	f->pid = pid;
	load_process(u, f);
}

/* Its number may be another's soon. */
static void forget(struct unwinder *u, uint32_t pid)
{
	uint64_t key = pid, n = 0;

	bpf_map_delete_elem(u->processes_fd, &key);
	if (!bpf_map_lookup_elem(u->late_fd, &key, &n))
		u->n_late += n;
	bpf_map_delete_elem(u->late_fd, &key);
}

void unwind_take(struct session *s)
{
	struct unwinder *u = s->unwinder;
	struct processes *p = symbols_processes(s->show.symbols);
	size_t i = 0;

	if (!u)
		return;
	ring_buffer__consume(u->asks);
	processes_take(p);
	while (i < u->followed.n) {
		struct followed *f = &u->followed.v[i];

		if (processes_has_ended(p, f->pid)) {
			forget(u, f->pid);
			*f = u->followed.v[--u->followed.n];
			continue;
		}
		if (f->version != processes_version(p, f->pid))
			load_process(u, f);
		i++;
	}
}

/* --- the end ----------------------------------------------------------------- */

void unwind_report(struct session *s)
{
	struct unwinder *u = s->unwinder;
	uint64_t key = 0, next, n, total;
	bool more;

	if (!u)
		return;
	total = u->n_late;
	more = !bpf_map_get_next_key(u->late_fd, NULL, &next);
	while (more) {
		key = next;
		if (!bpf_map_lookup_elem(u->late_fd, &key, &n))
			total += n;
		more = !bpf_map_get_next_key(u->late_fd, &key, &next);
	}
	if (total)
		out_warn(&s->out,
			 "%" PRIu64 " stack%s of processes that were met first "
			 "%s found by frame pointers",
			 total, total == 1 ? "" : "s",
			 total == 1 ? "was" : "were");
	if (u->n_refused)
		out_warn(&s->out,
			 "there was no room for the tables of %zu file%s: "
			 "stacks there were found by frame pointers",
			 u->n_refused, u->n_refused == 1 ? "" : "s");
}
