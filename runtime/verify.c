/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verify.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/pair.h"
#include "runtime/session_impl.h"

#define LOG_STATES 2u /* each instruction with what is known at it */
#define LOG_STATS  4u /* counts only */

/* A program that takes more instructions is costly: a hundredth of what the
 * kernel is willing to look at. */
#define COSTLY    10000u
#define LINES_LOG (16u << 20) /* bytes of a log; what is not in it is guessed */
#define LINES_MAX 5 /* lines shown of a program */
#define LOG_END   4096 /* bytes: the counts are in the last ones */

const char *const verify_measure_names[VM_N] = {
	[VM_VERIFIED] = "instructions", [VM_STATES] = "states",
	[VM_PEAK] = "peak_states",      [VM_STACK] = "stack_bytes",
	[VM_CODE] = "code_bytes",       [VM_JITED] = "jited_bytes",
	[VM_MAPS] = "map_bytes",
};

/* --- which program is whose ------------------------------------------------- */

/* The last one: its log is the one that is used. */
static bool is_last(const struct session *s, size_t probe)
{
	for (size_t i = probe + 1; i < s->plan->probes.n; i++)
		if (s->programs[i] == s->programs[probe])
			return false;
	return true;
}

static struct verified *row_of(const struct session *s, size_t probe)
{
	vec_each(row, &s->opts.verify->programs)
		if (str_eq(row->symbol, s->plan->probes.v[probe].symbol))
			return row;
	return NULL;
}

static bool is_costly(const struct verified *row, bool verbose)
{
	return row->measures[VM_VERIFIED] >= COSTLY || verbose;
}

/* --- before the load -------------------------------------------------------- */

uint32_t verify_log_level(const struct session *s, size_t probe)
{
	const struct verified *row;

	if (!s->opts.verify)
		return 0;
	if (!s->opts.verify_lines)
		return LOG_STATS;
	row = row_of(s, probe);
	return row && !row->lines.n && is_costly(row, s->opts.verbose)
		       ? LOG_STATES | LOG_STATS
		       : LOG_STATS;
}

size_t verify_log_size(const struct session *s, size_t size)
{
	return s->opts.verify && s->opts.verify_lines ? LINES_LOG : size;
}

/* --- counts ----------------------------------------------------------------- */

/* "stack depth 24+0+16": what each function takes. */
static uint64_t add_depths(const char *text)
{
	uint64_t total = 0;
	char *end;

	do {
		total += strtoull(text, &end, 10);
		text = end + 1;
	} while (*end == '+');
	return total;
}

static void take_counts(struct verified *row, const char *log, size_t size)
{
	static const char processed[] = "processed ", depth[] = "stack depth ";
	const char *at;

	if (size > LOG_END) {
		log += size - LOG_END;
		size = LOG_END;
	}
	at = memmem(log, size, processed, strlen(processed));
	if (at)
		sscanf(at,
		       "processed %" SCNu64 " insns (limit %" SCNu64
		       ") max_states_per_insn %*u total_states %" SCNu64
		       " peak_states %" SCNu64,
		       &row->measures[VM_VERIFIED], &row->limit,
		       &row->measures[VM_STATES], &row->measures[VM_PEAK]);
	at = memmem(log, size, depth, strlen(depth));
	if (at)
		row->measures[VM_STACK] = add_depths(at + strlen(depth));
}

static uint64_t memory_of(int fd)
{
	auto_buf struct buf text = {};
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (fd < 0 || buf_read_file(&text, path, 65536))
		return 0;
	at = strstr(text.p, "memlock:");
	return at ? strtoull(at + strlen("memlock:"), NULL, 10) : 0;
}

/* Of a pair both, which are in turn what the program has. */
static uint64_t map_bytes(const struct session *s, struct bpf_map *map)
{
	uint64_t n = memory_of(bpf_map__fd(map));

	for (size_t i = 0; i < s->plan->maps.n; i++) {
		const struct map_handle *m = &s->maps[i];

		if (m->pair && str_is(m->plan->symbol, bpf_map__name(map)))
			n += memory_of(m->pair->fds[0]) +
			     memory_of(m->pair->fds[1]);
	}
	return n;
}

#define MAX_MAPS 256 /* the kernel lets a program have 64 */

static uint64_t used_maps(const struct session *s, const uint32_t *ids,
			  uint32_t n)
{
	struct bpf_map *map = NULL;
	uint64_t total = 0;

	while ((map = bpf_object__next_map(s->object, map))) {
		struct bpf_map_info info = {};
		uint32_t length = sizeof(info);

		if (bpf_map__fd(map) < 0 ||
		    bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &length))
			continue;
		for (uint32_t i = 0; i < n; i++)
			if (ids[i] == info.id)
				total += map_bytes(s, map);
	}
	return total;
}

static void take_sizes(struct session *s, struct verified *row, size_t probe)
{
	uint32_t ids[MAX_MAPS] = {};
	struct bpf_prog_info info = { .nr_map_ids = MAX_MAPS,
				      .map_ids = (uintptr_t)ids };
	uint32_t length = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(s->programs[probe]), &info,
				   &length))
		return;
	row->measures[VM_CODE] = info.xlated_prog_len;
	row->measures[VM_JITED] = info.jited_prog_len;
	row->measures[VM_MAPS] = used_maps(
		s, ids,
		info.nr_map_ids < MAX_MAPS ? info.nr_map_ids : MAX_MAPS);
}

/* --- lines of the script ------------------------------------------------------ */

/* "; text @ file:12": kernels before 6.10 tell the text only. */
static struct verify_line *find_line(struct arena *a, struct verified *row,
				     struct str text)
{
	struct verify_line x = { .text = text };
	const char *at = memrchr(text.p, '@', text.n), *colon;

	if (at && at > text.p + 1 && at[-1] == ' ') {
		colon = memrchr(at, ':', text.n - (size_t)(at - text.p));
		x.line = colon ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0;
		x.text.n = (size_t)(at - text.p) - 1;
	}
	vec_each(line, &row->lines)
		if (line->line == x.line && str_eq(line->text, x.text))
			return line;
	x.text = str_copy(a, x.text);
	vec_push(a, &row->lines, x);
	return &row->lines.v[row->lines.n - 1];
}

/* "12: (85) call bpf_loop#181" */
static bool is_instruction(struct str line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] >= '0' && line.p[i] <= '9')
		i++;
	return i && i + 2 < line.n && !strncmp(line.p + i, ": (", 3);
}

static int by_count(const void *a, const void *b)
{
	const struct verify_line *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return str_cmp(x->text, y->text);
}

/* Of a log that was cut the part that is there stands for all. (Newer kernels
 * keep its end: nothing is known then of a script that is one line.) */
static void scale(struct verified *row, uint64_t seen)
{
	double all = (double)row->measures[VM_VERIFIED];

	vec_each(line, &row->lines)
		line->n = (uint64_t)((double)line->n * all / (double)seen);
}

static void take_lines(struct verify_report *r, struct verified *row,
		       struct str log)
{
	struct verify_line *now = NULL;
	uint64_t seen = 0;
	struct str line;

	while (log.n) {
		line = str_split(log, '\n', &log);
		if (str_starts(line, "; "))
			now = find_line(&r->arena, row,
					(struct str){ line.p + 2, line.n - 2 });
		if (!now || !is_instruction(line))
			continue;
		seen++;
		now->n++;
	}
	if (!row->lines.n || !seen)
		return;
	scale(row, seen);
	qsort(row->lines.v, row->lines.n, sizeof(*row->lines.v), by_count);
	if (row->lines.n > LINES_MAX)
		row->lines.n = LINES_MAX;
}

/* --- after the load ----------------------------------------------------------- */

static void take_all_maps(struct session *s, struct verify_report *r)
{
	struct bpf_map *map = NULL;

	r->map_bytes = 0;
	while ((map = bpf_object__next_map(s->object, map)))
		r->map_bytes += map_bytes(s, map);
}

void verify_take(struct session *s, size_t probe, const char *log, size_t size)
{
	struct verify_report *r = s->opts.verify;
	const struct plan_probe *p = &s->plan->probes.v[probe];
	struct verified *row = row_of(s, probe);

	if (s->opts.verify_lines) {
		if (row && is_last(s, probe) && !row->lines.n)
			take_lines(r, row, (struct str){ log, size });
		return;
	}
	if (!row) {
		row = vec_add(&r->arena, &r->programs);
		row->probe = str_copy(&r->arena, p->name);
		row->symbol = str_copy(&r->arena, p->symbol);
	}
	row->n_probes++;
	if (!is_last(s, probe))
		return;
	take_counts(row, log, size);
	take_sizes(s, row, probe);
	take_all_maps(s, r);
}

static bool has_costly(const struct verify_report *r, bool verbose)
{
	vec_each(row, &r->programs)
		if (is_costly(row, verbose))
			return true;
	return false;
}

static size_t count_lines(const struct verify_report *r)
{
	size_t n = 0;

	vec_each(row, &r->programs)
		n += row->lines.n;
	return n;
}

/* Once more for the costly ones. A log that has no room fails the load, and
 * hides what is behind that program: that is asked again. */
static void find_lines(const struct plan *p, struct machine *m,
		       struct session_opts *o)
{
	size_t before;
	struct session *s;

	o->verify_lines = true;
	o->params_checked = true;
	do {
		struct diags d = {};

		before = count_lines(o->verify);
		s = session_open(p, m, o, &d);
		session_close(s);
		diags_free(&d);
	} while (!s && count_lines(o->verify) > before);
}

int verify_plan(const struct plan *p, struct machine *m,
		const struct session_opts *opts, struct verify_report *r,
		struct diags *d)
{
	struct session_opts o = *opts;
	struct session *s;

	*r = (struct verify_report){};
	r->script = str_copy(&r->arena, p->name);
	r->release = str_copy(&r->arena, machine_release(m));
	o.verify = r;
	o.dry_run = true;
	s = session_open(p, m, &o, d);
	if (!s)
		return -EINVAL;
	session_close(s);
	if (has_costly(r, o.verbose))
		find_lines(p, m, &o);
	return 0;
}

void verify_free(struct verify_report *r)
{
	arena_free(&r->arena);
	*r = (struct verify_report){};
}
