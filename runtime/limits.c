/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/limits.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/attach.h"
#include "runtime/losses.h"
#include "runtime/stats.h"

#define NOWHERE ((struct span){ 0 })
#define SECOND  1000000000ull /* ns */

#define DETACHED UINT64_MAX /* instead of what a program took */

static uint64_t limit_of(const struct session *s, enum option_id i)
{
	return s->plan->options.num[i];
}

static void add_number(enum option_id i, uint64_t n, struct buf *out)
{
	option_number(&option_rows[i], n, out);
}

/* --- memory of maps ------------------------------------------------------- */

/* What the kernel keeps besides key and value of an entry, about. */
#define ENTRY_BYTES 64
#define TOLD_MAX    3

/* A map, as the script calls it. */
struct taking {
	struct str name;
	uint64_t bytes;
};

struct shape {
	bool is_percpu, has_keys;
	uint64_t key, value, n;
};

static uint64_t bytes_of(const struct session *s, const struct shape *x)
{
	uint64_t value = (x->value + 7) / 8 * 8;

	if (x->is_percpu)
		value *= (uint64_t)machine_cpus(s->machine);
	if (x->has_keys)
		value += (x->key + 7) / 8 * 8 + ENTRY_BYTES;
	return x->n * value;
}

static uint64_t plan_map_bytes(const struct session *s,
			       const struct map_handle *m)
{
	uint32_t mark = plan_map_mark(m->plan, m->value);
	enum map_store store = m->plan->store;
	struct shape x = {
		.is_percpu = store == MS_PERCPU_ARRAY ||
			     store == MS_PERCPU_HASH ||
			     store == MS_PERCPU_LRU_HASH,
		.has_keys = store > MS_PERCPU_ARRAY,
		.key = m->plan->key ? m->key->size : 0,
		.value = mark ? mark + sizeof(uint64_t) : m->value->size,
		.n = m->plan->max_entries,
	};

	return bytes_of(s, &x) * (m->plan->is_pair ? 2 : 1);
}

/* Maps that scripts do not see. */
static uint64_t own_map_bytes(const struct session *s,
			      const struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);
	struct shape x = {
		.is_percpu = type == BPF_MAP_TYPE_PERCPU_ARRAY,
		.has_keys = type == BPF_MAP_TYPE_HASH ||
			    type == BPF_MAP_TYPE_LRU_HASH,
		.key = bpf_map__key_size(map),
		.value = bpf_map__value_size(map),
		.n = bpf_map__max_entries(map),
	};

	return type == BPF_MAP_TYPE_RINGBUF ? x.n : bytes_of(s, &x);
}

static bool is_of_script(const struct session *s, const char *symbol)
{
	vec_each(m, &s->plan->maps)
		if (str_is(m->symbol, symbol))
			return true;
	return false;
}

static struct str own_name(const char *symbol)
{
	if (!strcmp(symbol, ABI_MAP_RING))
		return STR("the buffer for events");
	if (!strcmp(symbol, ABI_MAP_STACKS))
		return STR("what keeps stacks");
	return str_from(symbol);
}

static int compare_bytes(const void *a, const void *b)
{
	const struct taking *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return str_cmp(x->name, y->name);
}

/* All maps, the largest first. */
static size_t list_maps(struct session *s, struct taking **out)
{
	struct bpf_map *map;
	size_t i, n = s->plan->maps.n;

	bpf_object__for_each_map(map, s->object) n++;
	*out = arena_alloc(&s->arena, (n + 1) * sizeof(**out));
	for (i = 0; i < s->plan->maps.n; i++)
		(*out)[i] = (struct taking){ s->plan->maps.v[i].name,
					     plan_map_bytes(s, &s->maps[i]) };
	n = i;
	bpf_object__for_each_map(
		map, s->object) if (!is_of_script(s,
						  bpf_map__name(map)))(
		*out)[n++] = (struct taking){ own_name(bpf_map__name(map)),
					      own_map_bytes(s, map) };
	qsort(*out, n, sizeof(**out), compare_bytes);
	return n;
}

static void add_rounded(uint64_t bytes, struct buf *out)
{
	uint64_t unit = bytes < 10240 ? 1 : bytes < 10u << 20 ? 1024 : 1 << 20;

	add_number(OPT_MAX_MAP_MEMORY, (bytes + unit - 1) / unit * unit, out);
}

static int refuse_maps(struct session *s, const struct taking *v, size_t n,
		       uint64_t total)
{
	auto_buf struct buf size = { 0 }, most = { 0 }, list = { 0 };

	add_rounded(total, &size);
	add_number(OPT_MAX_MAP_MEMORY, limit_of(s, OPT_MAX_MAP_MEMORY), &most);
	for (size_t i = 0; i < n && i < TOLD_MAX; i++) {
		buf_printf(&list, "%s%.*s ", i ? ", " : "", STR_ARG(v[i].name));
		add_rounded(v[i].bytes, &list);
	}
	diag_error(s->diags, NOWHERE, D_LIMIT,
		   "the maps take up to %s, max_map_memory is %s", size.p,
		   most.p);
	diag_hint(s->diags,
		  "the largest are: %s; max_map_keys and the size in a map's "
		  "declaration make them smaller",
		  list.p);
	return -E2BIG;
}

int limits_check_maps(struct session *s)
{
	uint64_t total = 0, limit = limit_of(s, OPT_MAX_MAP_MEMORY);
	struct taking *v;
	size_t i, n;

	if (!limit)
		return 0;
	n = list_maps(s, &v);
	for (i = 0; i < n; i++)
		total += v[i].bytes;
	return total <= limit ? 0 : refuse_maps(s, v, n, total);
}

/* --- timers --------------------------------------------------------------- */

static int open_timer(struct session *s, int *fd)
{
	*fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return *fd < 0 ? diag_errno(s->diags, errno, D_KERNEL,
				    "cannot make a timer")
		       : 0;
}

int limits_open(struct session *s)
{
	struct limits *l = &s->limits;
	int err = 0;

	if (s->opts.timeout)
		err = open_timer(s, &l->timeout_fd);
	if (err || (!limit_of(s, OPT_MAX_OVERHEAD) && !s->opts.stats))
		return err;
	l->ns = arena_alloc(&s->arena, s->plan->probes.n * sizeof(*l->ns));
	l->stats_fd = stats_open();
	if (l->stats_fd < 0)
		return diag_errno(s->diags, l->stats_fd, D_PERMISSION,
				  "the kernel does not measure what programs "
				  "take");
	if (s->opts.stats_every)
		err = open_timer(s, &l->every_fd);
	if (!err && limit_of(s, OPT_MAX_OVERHEAD))
		err = open_timer(s, &l->overhead_fd);
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void limits_close(struct session *s)
{
	close_fd(&s->limits.timeout_fd);
	close_fd(&s->limits.overhead_fd);
	close_fd(&s->limits.every_fd);
	close_fd(&s->limits.stats_fd);
}

static void set_timer(int fd, uint64_t ns, bool again)
{
	struct itimerspec when = {
		.it_value = { (time_t)(ns / SECOND), (long)(ns % SECOND) },
	};

	if (again)
		when.it_interval = when.it_value;
	if (fd >= 0)
		timerfd_settime(fd, 0, &when, NULL);
}

void limits_start(struct session *s)
{
	s->limits.since = session_now();
	set_timer(s->limits.timeout_fd, s->opts.timeout, false);
	set_timer(s->limits.overhead_fd, SECOND, true);
	set_timer(s->limits.every_fd, s->opts.stats_every, true);
}

/* --- what probes cost ----------------------------------------------------- */

bool limits_is_bare(const struct session *s)
{
	vec_each(a, &s->attached)
		if (a->link_fd >= 0)
			return false;
	return s->limits.has_detached;
}

/* Programs of one wildcard are detached together: the first probe of it. */
static size_t first_of_point(const struct session *s, size_t i)
{
	const struct plan_probe *v = s->plan->probes.v;

	for (size_t j = 0; v[i].point && j < i; j++)
		if (v[j].point == v[i].point)
			return j;
	return i;
}

/* What the program of probe i took since the last look. What is detached may
 * have gone on for a moment: nobody else is to pay for that. */
static uint64_t take_cost(struct session *s, size_t i)
{
	uint64_t *before = &s->limits.ns[i], ns;
	struct session_stats now;

	if (*before == DETACHED || stats_is_repeated(s, i) ||
	    !session_probe_stats(s, i, &now))
		return 0;
	ns = now.ns - *before;
	*before = now.ns;
	return ns;
}

/* The time of all programs since the last look, and whose was the most of what
 * can be detached: the first probe of them, or the number of probes. */
static size_t find_costliest(struct session *s, uint64_t *total, uint64_t *most)
{
	size_t i, n = s->plan->probes.n, which = n;
	auto_free uint64_t *costs = xzalloc((n + 1) * sizeof(*costs));

	*total = *most = 0;
	for (i = 0; i < n; i++) {
		uint64_t ns = take_cost(s, i), *cost;

		*total += ns;
		if (!ns || !attach_has(s, i))
			continue;
		cost = &costs[first_of_point(s, i)];
		*cost += ns;
		if (*cost <= *most)
			continue;
		*most = *cost;
		which = first_of_point(s, i);
	}
	return which;
}

static void detach(struct session *s, size_t first)
{
	losses_note(s);
	for (size_t i = first; i < s->plan->probes.n; i++) {
		if (first_of_point(s, i) != first)
			continue;
		attach_drop(s, i);
		s->limits.ns[i] = DETACHED;
	}
	s->limits.has_detached = true;
}

static void detach_one(struct session *s, size_t i, uint64_t total,
		       uint64_t most)
{
	auto_buf struct buf all = { 0 }, one = { 0 }, limit = { 0 };
	struct str name = s->plan->probes.v[i].name;

	add_number(OPT_MAX_OVERHEAD, total, &all);
	add_number(OPT_MAX_OVERHEAD, most, &one);
	add_number(OPT_MAX_OVERHEAD, limit_of(s, OPT_MAX_OVERHEAD), &limit);
	detach(s, i);
	out_note(&s->out,
		 &(struct out_note){
			 .severity = SEV_WARNING,
			 .probe = name,
			 .text = str_printf(
				 &s->arena,
				 "%.*s was detached: all probes took "
				 "%s of a CPU in the last second, "
				 "this one %s; max_overhead is %s",
				 STR_ARG(name), all.p, one.p, limit.p) });
	out_idle(&s->out);
}

static void check_overhead(struct session *s)
{
	uint64_t total, most, now = session_now();
	uint64_t unit = (now - s->limits.since) / (100 * OPTION_PERCENT);
	size_t i = find_costliest(s, &total, &most);

	s->limits.since = now;
	if (!unit || i == s->plan->probes.n)
		return;
	total /= unit;
	if (total > limit_of(s, OPT_MAX_OVERHEAD))
		detach_one(s, i, total, most / unit);
}

static void add_duration(uint64_t ns, struct buf *out)
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = { { SECOND, "s" }, { 1000000, "ms" }, { 1000, "us" } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (ns % units[i].ns)
			continue;
		buf_printf(out, "%" PRIu64 "%s", ns / units[i].ns,
			   units[i].unit);
		return;
	}
	buf_printf(out, "%" PRIu64 "ns", ns);
}

static bool is_due(int fd)
{
	uint64_t times;

	return fd >= 0 && read(fd, &times, sizeof(times)) == sizeof(times);
}

bool limits_is_late(struct session *s)
{
	auto_buf struct buf text = { 0 };

	if (s->limits.is_late || !is_due(s->limits.timeout_fd))
		return s->limits.is_late;
	s->limits.is_late = true;
	add_duration(s->opts.timeout, &text);
	if (!s->opts.quiet)
		out_say(&s->out, "Ended after %s\n", text.p);
	return true;
}

bool limits_take(struct session *s, int fd)
{
	if (fd < 0)
		return false;
	if (fd == s->limits.timeout_fd)
		return limits_is_late(s);
	if (fd == s->limits.overhead_fd && is_due(fd))
		check_overhead(s);
	if (fd == s->limits.every_fd && is_due(fd))
		stats_report_since(s);
	return false;
}
