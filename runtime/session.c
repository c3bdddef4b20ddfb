/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/session.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/attach.h"
#include "runtime/event.h"
#include "runtime/fixups.h"
#include "runtime/limits.h"
#include "runtime/load.h"
#include "runtime/loop.h"
#include "runtime/losses.h"
#include "runtime/packets.h"
#include "runtime/pair.h"
#include "runtime/privileges.h"
#include "runtime/rate.h"
#include "runtime/stats.h"
#include "runtime/names.h"
#include "runtime/registry_impl.h"
#include "runtime/symbols.h"
#include "runtime/tests.h"
#include "runtime/traced_files.h"
#include "runtime/unwind.h"

/* Records handled before the loop looks for signals and ends. */
#define RECORDS_PER_TURN 4096

#define RING_ROOMY \
	(256u << 10) /* bytes: what comes in a nap of the loop, by far */

/* --- parts that need no kernel -------------------------------------------- */

static int64_t boot_to_real(void)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return ((int64_t)real.tv_sec - boot.tv_sec) * 1000000000 +
	       real.tv_nsec - boot.tv_nsec;
}

uint64_t session_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t session_age(const struct session *s)
{
	if (!s->started)
		return 0;
	return (s->ended ? s->ended : session_now()) - s->started;
}

/* plan_validate() has parsed them before: they are well formed. */
static void parse_formats(struct session *s)
{
	const struct plan *p = s->plan;
	const char *why;
	uint32_t at;
	size_t i;

	s->formats = arena_alloc(&s->arena, p->events.n * sizeof(*s->formats));
	for (i = 0; i < p->events.n; i++) {
		if (event_ops[p->events.v[i].kind].has_format)
			fmt_parse(&s->arena, p->events.v[i].text,
				  &s->formats[i], &why, &at);
	}
}

static void describe_maps(struct session *s)
{
	const struct plan *p = s->plan;
	size_t i;

	s->maps = arena_alloc(&s->arena, p->maps.n * sizeof(*s->maps));
	for (i = 0; i < p->maps.n; i++) {
		const struct plan_map *m = &p->maps.v[i];

		s->maps[i].plan = m;
		s->maps[i].key = types_get(&p->types, m->key);
		s->maps[i].value = types_get(&p->types, m->value);
		s->maps[i].fd = -1;
	}
}

void session_init(struct session *s, const struct plan *p, struct machine *m,
		  const struct session_opts *o, struct diags *d)
{
	*s = (struct session){
		.plan = p,
		.machine = m,
		.diags = d,
		.opts = *o,
		.show = { .plan = p, .boot_to_real = boot_to_real() },
		.child = CHILD_NONE,
		.ring_fd = -1,
		.lost_fd = -1,
		.sites_fd = -1,
		.passed_fd = -1,
		.stacks = { .fd = -1 },
		.target_fd = -1,
		.closing_fd = -1,
		.epoll_fd = -1,
		.signal_fd = -1,
		.limits = { -1, -1, -1, -1 },
	};
	out_init(&s->out, o);
	s->out.limit = p->options.num[OPT_MAX_OUTPUT];
	s->out.show = &s->show;
	parse_formats(s);
	describe_maps(s);
	s->is_site_said = arena_alloc(&s->arena, p->sites.n);
	s->untold = arena_alloc(&s->arena, sizeof(*s->untold));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void free_maps(struct session *s)
{
	size_t i;

	for (i = 0; i < s->plan->maps.n; i++) {
		rate_free(&s->maps[i]);
		pair_free(&s->maps[i]);
	}
}

void session_free_parts(struct session *s)
{
	attach_drop_all(s);
	child_close(&s->child);
	loop_close(s);
	free_maps(s);
	if (!s->opts.registry)
		symbols_free(s->show.symbols);
	registry_release(s);
	unwind_free(s->unwinder);
	packets_free(s->packets);
	buf_free(&s->last_lines.records);
	ring_buffer__free(s->ring);
	bpf_object__close(s->spare);
	bpf_object__close(s->object);
	close_fd(&s->target_fd);
	close_fd(&s->closing_fd);
	close_fd(&s->epoll_fd);
	close_fd(&s->signal_fd);
	out_free(&s->out);
	arena_free(&s->arena);
}

/* --- opening -------------------------------------------------------------- */

/* Called for each record; a negative result ends the reading. */
static int take_record(void *session, void *record, size_t size)
{
	struct session *s = session;

	if (s->is_discarding)
		return 0;
	event_dispatch(s, record, size);
	if (s->is_exiting)
		return -ECANCELED;
	return --s->turn ? 0 : -EAGAIN;
}

static int open_ring(struct session *s)
{
	struct bpf_map *map =
		bpf_object__find_map_by_name(s->object, ABI_MAP_RING);
	int fd = map ? bpf_map__fd(map) : -1;

	if (fd < 0) /* the program sends no events */
		return 0;
	s->has_room = bpf_map__max_entries(map) >= RING_ROOMY;
	s->ring = ring_buffer__new(fd, take_record, s, NULL);
	s->ring_fd = fd;
	if (s->ring)
		return 0;
	return diag_errno(s->diags, errno, D_KERNEL,
			  "cannot read the kernel's events");
}

/* A guess would have the kernel write beyond what is read into. */
static int check_cpus(struct session *s)
{
	int err = machine_cpus_error(s->machine);

	return err ? diag_errno(s->diags, err, D_KERNEL,
				"cannot tell how many CPUs there are")
		   : 0;
}

static int open_parts(struct session *s)
{
	size_t i;
	int err = fixups_check_options(s);

	if (!err && !s->opts.dry_run)
		err = check_cpus(s);
	if (!err)
		err = load_check(s);
	if (!err)
		err = event_check_safety(s);
	for (i = 0; i < s->plan->maps.n; i++)
		s->maps[i].cpus = machine_cpus(s->machine);
	if (!err && s->opts.command && !s->opts.dry_run)
		err = child_start(&s->child, &s->arena, s->opts.command,
				  s->opts.user, s->diags);
	if (!err)
		err = load_object(s);
	if (!err)
		err = unwind_open(s);
	if (!err)
		err = packets_open(s);
	return err ? err : open_ring(s);
}

static bool read_stack(const void *stacks, uint64_t id, struct buf *out)
{
	const struct stacks *m = stacks;
	auto_free void *value = xzalloc(m->size);

	if (m->fd < 0 || bpf_map_lookup_elem(m->fd, &id, value))
		return m->more && read_stack(m->more, id, out);
	buf_add(out, value, m->size);
	return true;
}

void session_show_init(struct show *show, struct symbols *symbols,
		       const struct stacks *stacks)
{
	show->symbols = symbols;
	show->ksym = symbols_ksym;
	show->usym = symbols_usym;
	show->cgroup = symbols_cgroup;
	show->kplace = symbols_kernel;
	show->uplace = symbols_user;
	show->stacks = stacks;
	show->stack = read_stack;
}

struct session *session_open(const struct plan *p, struct machine *m,
			     const struct session_opts *o, struct diags *d)
{
	struct session *s = xzalloc(sizeof(*s));

	session_init(s, p, m, o, d);
	s->stacks.more = registry_stacks(o->registry);
	session_show_init(&s->show,
			  o->registry ? registry_symbols(o->registry)
				      : symbols_open(m),
			  &s->stacks);
	symbols_demangle(s->show.symbols, p->options.num[OPT_CPP_DEMANGLE]);
	symbols_debug_info(s->show.symbols,
			   p->options.num[OPT_SHOW_DEBUG_INFO]);
	if (!open_parts(s))
		return s;
	session_close(s);
	return NULL;
}

/* --- starting ------------------------------------------------------------- */

/* Of one probe, for different sites of one mark? */
static bool is_same_mark(const struct plan_probe *p, const struct plan_probe *q)
{
	return q->kind == PK_USDT && q->names.v[0] == p->names.v[0] &&
	       q->point == p->point && !str_eq(q->operands, p->operands);
}

static bool is_counted(const struct plan *plan, const struct plan_probe *p)
{
	const struct plan_probe *q = plan->probes.v;

	while (q < p && !is_same_mark(p, q))
		q++;
	return q < p && p->kind == PK_USDT;
}

size_t session_targets(const struct plan *plan)
{
	size_t n = 0;

	vec_each(p, &plan->probes)
		if (!is_counted(plan, p) && p->kind != PK_TEST &&
		    p->kind != PK_BENCH)
			n += plan_probe_targets(p);
	return n;
}

/* Addresses are named when they are printed, maybe after the end of the
 * process they are of. */
static void see_processes(struct session *s)
{
	if (s->child.pid)
		symbols_see(s->show.symbols, (uint32_t)s->child.pid);
	if (s->child.pid)
		unwind_add(s, (uint32_t)s->child.pid);
	if (s->opts.pid)
		symbols_see(s->show.symbols, (uint32_t)s->opts.pid);
}

int session_start(struct session *s)
{
	int err, resumed;

	if (s->opts.dry_run)
		return 0;
	names_start(s);
	event_begin(s);
	err = loop_open(s);
	if (!err)
		err = attach_run(s, PK_BEGIN);
	if (!err)
		err = attach_all(s);
	if (!err && !s->opts.quiet && !s->opts.is_embedded)
		out_attached(&s->out, session_targets(s->plan));
	if (!err)
		err = child_let_go(&s->child, s->diags);
	if (err == -EINTR)
		loop_end_early(s);
	if (err) {
		attach_drop_all(s);
	} else {
		if (s->unwinder) /* its libraries, too */
			child_run_to_entry(&s->child);
		see_processes(s);
		traced_files_note(s);
		s->started = session_now();
		limits_start(s);
	}
	if (!err)
		privileges_drop(s); /* before the command runs */
	resumed = child_resume(&s->child, s->diags);
	return err ? err : resumed;
}

void session_consume(struct session *s, bool all)
{
	int err;

	do {
		s->turn = RECORDS_PER_TURN;
		err = s->ring ? ring_buffer__consume(s->ring) : 0;
	} while (all && err == -EAGAIN);
	packets_take(s);
	s->taken = err < 0 ? 0 : RECORDS_PER_TURN - s->turn;
	event_say_due(s, false);
	out_idle(&s->out);
}

int session_loop(struct session *s)
{
	if (s->opts.dry_run)
		return 0;
	return s->opts.test || s->opts.bench ? tests_run(s) : loop_run(s);
}

int session_fd(const struct session *s)
{
	return s->epoll_fd;
}

int session_turn(struct session *s)
{
	return loop_turn(s);
}

int session_turn_all(struct session *s)
{
	int err = loop_turn(s);

	if (!err)
		session_consume(s, true);
	return err ? err : s->is_exiting;
}

void session_flush(struct session *s)
{
	out_flush(&s->out);
}

/* --- the end -------------------------------------------------------------- */

uint64_t session_counter(const struct session *s, int fd, uint32_t i)
{
	int cpu, cpus = machine_cpus(s->machine);
	auto_free uint64_t *counts = xzalloc((size_t)cpus * sizeof(*counts));
	uint64_t total = 0;

	if (fd < 0)
		return 0;
	if (bpf_map_lookup_elem(fd, &i, counts)) {
		if (errno != ENOENT) /* a probe that was found here only */
			losses_untold(s, errno);
		return 0;
	}
	for (cpu = 0; cpu < cpus; cpu++)
		total += counts[cpu];
	return total;
}

static void report_lost(struct session *s)
{
	uint64_t lost, total = 0;
	size_t i;

	for (i = 0; i < s->plan->probes.n; i++) {
		lost = session_counter(s, s->lost_fd, (uint32_t)i);
		total += lost;
		if (lost)
			out_lost(&s->out, s->plan->probes.v[i].name, lost);
	}
	if (total)
		out_lost(&s->out, STR(""), total);
}

static void report_sites(struct session *s)
{
	auto_free uint64_t *counts =
		xzalloc(s->plan->sites.n * sizeof(*counts));
	size_t i;

	for (i = 0; i < s->plan->sites.n; i++)
		counts[i] = session_counter(s, s->sites_fd, (uint32_t)i);
	event_report_sites(s, counts);
}

int session_stop(struct session *s)
{
	int err;

	if (s->opts.dry_run)
		return 0;
	losses_note(s);
	attach_drop_all(s);
	s->ended = session_now();
	/* What follows an exit() is not handled; end speaks again. */
	s->is_discarding = s->is_exiting;
	session_consume(s, true);
	s->is_discarding = s->is_exiting = false;
	err = attach_run(s, PK_END);
	session_consume(s, true);
	report_lost(s);
	report_sites(s);
	losses_report(s);
	unwind_report(s);
	packets_report(s);
	traced_files_report(s);
	return err;
}

static int compare_names(const void *a, const void *b)
{
	const struct map_handle *const *x = a, *const *y = b;

	return str_cmp((*x)->plan->name, (*y)->plan->name);
}

static int print_map(struct session *s, const struct map_handle *m)
{
	auto_rows struct rows rows = { 0 };
	int err = map_read(m, &rows);

	if (err)
		return diag_errno(s->diags, err, D_KERNEL, "cannot read %.*s",
				  STR_ARG(m->plan->name));
	map_select(m, &rows, 0, 0);
	out_map(&s->out, m, &rows);
	return 0;
}

static int print_maps(struct session *s)
{
	size_t i, n = s->plan->maps.n;
	auto_free const struct map_handle **order =
		xzalloc(n * sizeof(const struct map_handle *));
	int err = 0;

	for (i = 0; i < n; i++)
		order[i] = &s->maps[i];
	qsort(order, n, sizeof(*order), compare_names);
	for (i = 0; i < n && !err; i++)
		err = print_map(s, order[i]);
	return err;
}

/* Who limits the output knows that it ends. */
static void report_full(struct session *s)
{
	auto_buf struct buf size = { 0 };

	if (!s->out.is_full)
		return;
	option_number(&option_rows[OPT_MAX_OUTPUT], s->out.limit, &size);
	out_warn(&s->out,
		 "the output has reached max_output, %s: %" PRIu64
		 " bytes were not written",
		 size.p, s->out.unwritten);
}

/* Who has read enough, as head does, wants to hear no more. */
static int report_output(struct session *s)
{
	if (s->out.error == EPIPE)
		return -EPIPE;
	if (s->out.error == ETIMEDOUT)
		diag_error(s->diags, (struct span){ 0 }, D_IO,
			   "cannot write the output: nobody reads it");
	else
		diag_errno(s->diags, s->out.error, D_IO,
			   "cannot write the output");
	diag_hint(s->diags, "%" PRIu64 " bytes of it are missing",
		  s->out.to.dropped);
	return -s->out.error;
}

int session_print_maps(struct session *s)
{
	int err = 0;

	if (s->opts.dry_run)
		return 0;
	if (s->opts.test || s->opts.bench)
		return out_flush(&s->out) ? report_output(s) : 0;
	out_dump(&s->out);
	if (s->plan->options.num[OPT_PRINT_MAPS_ON_EXIT])
		err = print_maps(s);
	if (s->opts.stats)
		stats_report(s);
	out_flush(&s->out);
	report_full(s);
	return out_flush(&s->out) ? report_output(s) : err;
}

struct sink_hurry session_hurry(const struct session *s)
{
	struct sink_hurry hurry = s->out.hurry;

	hurry.fd = -1; /* signals are not ours any more */
	return hurry;
}

int session_status(const struct session *s)
{
	return s->status;
}

void session_close(struct session *s)
{
	if (!s)
		return;
	session_free_parts(s);
	free(s);
}
