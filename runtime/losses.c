/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/losses.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "runtime/processes.h"
#include "runtime/stats.h"
#include "runtime/symbols.h"

/* struct bpf_link_info, whose later members the headers may not have. Kernels
 * before 6.7 leave zeros there. */
struct link_words {
	uint32_t type, id, program, gap;
	union {
		struct {
			uint64_t addresses;
			uint32_t count, flags;
			uint64_t missed;
		} multi;
		struct {
			uint32_t type, gap;
			uint64_t function;
			uint32_t length, offset;
			uint64_t address, missed;
		} event;
		uint64_t room[12];
	};
};

enum {
	LINK_PERF_EVENT = 7, /* BPF_LINK_TYPE_* */
	LINK_KPROBE_MULTI = 8,
	EVENT_KPROBE = 3, /* BPF_PERF_EVENT_* */
	EVENT_KRETPROBE = 4,
};

/* What a link has missed so far; the kernel does not say: as before. */
static uint64_t link_missed(const struct session *s, const struct attachment *a)
{
	struct link_words info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(a->link_fd, &info, &size)) {
		losses_untold(s, errno);
		return a->missed;
	}
	if (info.type == LINK_KPROBE_MULTI)
		return info.multi.missed;
	if (info.type == LINK_PERF_EVENT &&
	    (info.event.type == EVENT_KPROBE ||
	     info.event.type == EVENT_KRETPROBE))
		return info.event.missed;
	return 0;
}

void losses_untold(const struct session *s, int error)
{
	if (s->untold)
		*s->untold = error;
}

void losses_note(struct session *s)
{
	size_t n = s->plan->probes.n;

	if (!s->missed)
		s->missed = arena_alloc(&s->arena, n * sizeof(*s->missed));
	vec_each(a, &s->attached) {
		uint64_t missed;

		if (!a->probe || a->link_fd < 0)
			continue;
		missed = link_missed(s, a);
		s->missed[a->probe - 1] += missed - a->missed;
		a->missed = missed;
	}
}

uint64_t losses_missed(const struct session *s, size_t i)
{
	struct session_stats now;
	uint64_t missed;

	session_probe_stats(s, i, &now);
	missed = now.missed;
	for (size_t j = 0; s->missed && j < s->plan->probes.n; j++)
		if (j == i || s->programs[j] == s->programs[i])
			missed += s->missed[j];
	return missed;
}

/* Programs of one wildcard are one probe to the reader. */
static bool is_first_of_name(const struct session *s, size_t i)
{
	const struct plan_probe *v = s->plan->probes.v;

	for (size_t j = 0; j < i; j++)
		if (str_eq(v[j].name, v[i].name))
			return false;
	return true;
}

static void report(struct session *s, struct str name, uint64_t n)
{
	auto_buf struct buf text = { 0 };

	buf_printf(&text,
		   "%.*s missed %" PRIu64
		   " event%s: a probe was running already on that CPU",
		   STR_ARG(name), n, n == 1 ? "" : "s");
	out_note(&s->out, &(struct out_note){ .severity = SEV_WARNING,
					      .text = buf_view(&text),
					      .probe = name,
					      .loss = "missed",
					      .count = n });
}

/* max_events_per_second; programs count for their first probe. */
static void report_passed(struct session *s, size_t i)
{
	uint64_t n = session_counter(s, s->passed_fd, (uint32_t)i);
	struct str name = s->plan->probes.v[i].name;
	auto_buf struct buf text = { 0 };

	if (!n)
		return;
	buf_printf(&text,
		   "%.*s was passed over %" PRIu64
		   " time%s: max_events_per_second is %" PRIu64,
		   STR_ARG(name), n, n == 1 ? "" : "s",
		   s->plan->options.num[OPT_MAX_EVENTS_PER_SECOND]);
	out_note(&s->out, &(struct out_note){ .severity = SEV_WARNING,
					      .text = buf_view(&text),
					      .probe = name,
					      .loss = "rate",
					      .count = n });
}

/* What processes have mapped, by which addresses get their names. */
static void report_mappings(struct session *s)
{
	struct symbols *symbols = s->show.symbols;
	uint64_t n =
		symbols ? processes_lost(symbols_processes(symbols), true) : 0;
	auto_buf struct buf text = { 0 };

	if (!n)
		return;
	buf_printf(&text,
		   "%" PRIu64 " change%s of what processes have mapped %s not "
		   "seen: addresses of programs may lack names, or have those "
		   "of what was there before",
		   n, n == 1 ? "" : "s", n == 1 ? "was" : "were");
	out_note(&s->out, &(struct out_note){ .severity = SEV_WARNING,
					      .text = buf_view(&text),
					      .loss = "mapping",
					      .count = n });
}

void losses_report(struct session *s)
{
	const struct plan_probe *v = s->plan->probes.v;
	size_t n = s->plan->probes.n;
	auto_free uint64_t *missed = xzalloc((n + 1) * sizeof(*missed));

	for (size_t i = 0; i < n; i++)
		if (!stats_is_repeated(s, i))
			missed[i] = losses_missed(s, i);
	for (size_t i = 0; i < n; i++) {
		uint64_t total = missed[i];

		report_passed(s, i);
		if (!is_first_of_name(s, i))
			continue;
		for (size_t j = i + 1; j < n; j++)
			if (str_eq(v[j].name, v[i].name))
				total += missed[j];
		if (total)
			report(s, v[i].name, total);
	}
	report_mappings(s);
	if (s->untold && *s->untold)
		out_warn(&s->out,
			 "some counts of what was lost cannot be told: %s",
			 strerror(*s->untold));
}
