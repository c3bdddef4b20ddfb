/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/stats.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "runtime/disasm.h"
#include "runtime/losses.h"
#include "runtime/session_impl.h"

int stats_open(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}

static int program_fd(const struct session *s, size_t probe)
{
	return s->programs && s->programs[probe]
		       ? bpf_program__fd(s->programs[probe])
		       : -1;
}

/* Programs of several probes count their losses for the first of them. */
static uint64_t lost_by(const struct session *s, size_t probe)
{
	return session_counter(s, s->lost_fd, (uint32_t)probe);
}

bool session_probe_stats(const struct session *s, size_t probe,
			 struct session_stats *out)
{
	struct bpf_prog_info info = {};
	uint32_t length = sizeof(info);
	int fd = program_fd(s, probe);

	*out = (struct session_stats){};
	if (fd < 0)
		return false;
	if (bpf_obj_get_info_by_fd(fd, &info, &length)) {
		losses_untold(s, errno);
		return false;
	}
	out->hits = info.run_cnt;
	out->ns = info.run_time_ns;
	out->missed = info.recursion_misses;
	out->lost = lost_by(s, probe);
	return true;
}

bool stats_is_repeated(const struct session *s, size_t probe)
{
	enum probe_kind kind = s->plan->probes.v[probe].kind;

	if (kind == PK_BEGIN || kind == PK_END)
		return true;
	for (size_t i = 0; i < probe; i++)
		if (s->programs && s->programs[i] == s->programs[probe])
			return true;
	return false;
}

void session_stats(struct session *s, struct session_stats *out)
{
	struct session_stats one;

	losses_note(s);
	*out = (struct session_stats){ .wall = session_age(s) };
	for (size_t i = 0; i < s->plan->probes.n; i++) {
		out->lost += lost_by(s, i);
		if (stats_is_repeated(s, i) || !session_probe_stats(s, i, &one))
			continue;
		out->hits += one.hits;
		out->ns += one.ns;
		out->missed += losses_missed(s, i);
	}
}

/* --- maps ----------------------------------------------------------------- */

/* The number behind a word at the start of a line; 0: there is none. */
static uint64_t number_of(struct str text, const char *word)
{
	while (text.n) {
		struct str line = str_split(text, '\n', &text);

		if (str_starts(line, word))
			return strtoull(line.p + strlen(word), NULL, 10);
	}
	return 0;
}

int map_usage(const struct map_handle *m, struct map_usage *out)
{
	auto_rows struct rows rows = {};
	auto_buf struct buf text = {};
	char path[sizeof("/proc/self/fdinfo/") + 3 * sizeof(int)];
	int err = map_read(m, &rows);

	*out = (struct map_usage){ .entries = rows.n,
				   .room = m->plan->max_entries };
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", m->fd);
	if (!err)
		err = buf_read_file(&text, path, 1 << 16);
	out->bytes = number_of(buf_view(&text), "memlock:");
	return err;
}

/* --- --stats -------------------------------------------------------------- */

double stats_percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* Room for all probes, which the caller frees. */
static struct out_cost *new_costs(const struct session *s)
{
	return xzalloc((s->plan->probes.n + 1) * sizeof(struct out_cost));
}

static void add_costs(struct session *s, struct out_cost *to, size_t *n)
{
	struct session_stats x;

	for (size_t i = 0; i < s->plan->probes.n; i++) {
		if (stats_is_repeated(s, i) || !session_probe_stats(s, i, &x))
			continue;
		to[(*n)++] = (struct out_cost){
			.probe = s->plan->probes.v[i].name,
			.hits = x.hits,
			.ns = x.ns,
			.lost = x.lost,
			.missed = losses_missed(s, i),
			.wall = session_age(s),
		};
	}
}

void stats_report(struct session *s)
{
	const struct plan *p = s->plan;
	auto_free struct out_cost *probes = new_costs(s);
	auto_free struct out_fill *maps =
		xzalloc((p->maps.n + 1) * sizeof(*maps));
	struct out_costs all = { .probes = probes, .maps = maps };
	struct map_usage usage;

	add_costs(s, probes, &all.n_probes);
	for (size_t i = 0; i < p->maps.n; i++) {
		if (map_usage(&s->maps[i], &usage))
			continue;
		maps[all.n_maps++] = (struct out_fill){
			p->maps.v[i].name,
			usage.entries,
			usage.room,
			usage.bytes,
		};
	}
	out_costs(&s->out, &all);
}

/* What is told now becomes what was told. */
static void subtract(struct out_cost *now, struct session_stats *told,
		     uint64_t wall)
{
	struct session_stats old = *told;

	*told = (struct session_stats){ .hits = now->hits,
					.ns = now->ns,
					.lost = now->lost,
					.missed = now->missed };
	now->hits -= old.hits;
	now->ns -= old.ns;
	now->lost -= old.lost;
	now->missed -= old.missed;
	now->wall = wall;
}

void stats_report_since(struct session *s)
{
	struct limits *l = &s->limits;
	auto_free struct out_cost *probes = new_costs(s);
	struct out_costs all = { .probes = probes, .age = session_age(s) };

	if (!l->told)
		l->told = arena_alloc(&s->arena, (s->plan->probes.n + 1) *
							 sizeof(*l->told));
	losses_note(s);
	add_costs(s, probes, &all.n_probes);
	for (size_t i = 0; i < all.n_probes; i++)
		subtract(&probes[i], &l->told[i], all.age - l->told_at);
	l->told_at = all.age;
	out_costs(&s->out, &all);
	out_idle(&s->out);
}

/* --- what runs ------------------------------------------------------------ */

static bool name_map(void *session, uint32_t id, struct buf *out)
{
	const struct session *s = session;

	for (size_t i = 0; i < s->plan->maps.n; i++) {
		struct bpf_map_info info = {};
		uint32_t length = sizeof(info);

		if (bpf_obj_get_info_by_fd(s->maps[i].fd, &info, &length) ||
		    info.id != id)
			continue;
		buf_str(out, s->plan->maps.v[i].name);
		return true;
	}
	return false;
}

int session_disassemble(const struct session *s, size_t probe, struct buf *out)
{
	const struct disasm_maps maps = { name_map, (void *)s };
	int fd = program_fd(s, probe);

	return fd < 0 ? -EBADF : disasm_program(fd, s->machine, &maps, out);
}
