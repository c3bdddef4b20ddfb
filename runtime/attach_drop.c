/* SPDX-License-Identifier: Apache-2.0 */
/* attach_drop.c - off again. What the kernel waits for when links are closed, a
 * process of its own waits for at the end of a run. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime/attach.h"

#define CLOSERS_MAX  128 /* threads */
#define CLOSER_STACK (128u << 10) /* bytes */
#define APART        "espy-closing" /* the process that closes */
#define ORPHANS_MAX  64 /* of the last that are looked at */
#define ORPHANS_LEFT 16
#define QUIET_MS     3000 /* until the kernel knows better */

/* --- some ----------------------------------------------------------------- */

/* Probes may share a program. */
static bool is_of(const struct session *s, const struct attachment *a, size_t i)
{
	return a->probe && a->link_fd >= 0 &&
	       s->programs[a->probe - 1] == s->programs[i];
}

bool attach_has(const struct session *s, size_t i)
{
	vec_each(a, &s->attached)
		if (is_of(s, a, i))
			return true;
	return false;
}

void attach_drop(struct session *s, size_t i)
{
	vec_each(a, &s->attached) {
		if (!is_of(s, a, i))
			continue;
		if (a->event_fd >= 0)
			ioctl(a->event_fd, PERF_EVENT_IOC_DISABLE, 0);
		close(a->link_fd);
		if (a->event_fd >= 0)
			close(a->event_fd);
		a->link_fd = a->event_fd = -1;
	}
}

/* --- all ------------------------------------------------------------------ */

/* Closing an event waits for every CPU, and events are closed one after the
 * other. So the last reference to each is left to a map that is dropped: the
 * kernel frees what was in it at its own pace. */
void attach_prepare_drop(struct session *s)
{
	if (s->attached.n && s->closing_fd < 0)
		s->closing_fd =
			bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY,
				       "espy_closing", sizeof(int), sizeof(int),
				       (uint32_t)s->attached.n, NULL);
}

static int move_events(struct session *s)
{
	uint32_t i, n = (uint32_t)s->attached.n;
	int map;

	attach_prepare_drop(s);
	map = s->closing_fd;
	s->closing_fd = -1;

	for (i = 0; i < n; i++) {
		struct attachment *a = &s->attached.v[i];

		if (a->event_fd < 0)
			continue;
		ioctl(a->event_fd, PERF_EVENT_IOC_DISABLE, 0);
		if (map >= 0)
			bpf_map_update_elem(map, &i, &a->event_fd, BPF_ANY);
	}
	return map;
}

/* Links that several threads close, events, and the map of the latter. */
struct closing {
	const struct attachment *v;
	size_t n, next;
	int map;
};

static void *close_links(void *arg)
{
	struct closing *c = arg;
	size_t i;

	while ((i = __atomic_fetch_add(&c->next, 1, __ATOMIC_RELAXED)) < c->n) {
		if (c->v[i].link_fd >= 0)
			close(c->v[i].link_fd);
	}
	return NULL;
}

/* Closing a link waits until its program runs nowhere any more; who waits at
 * the same time waits together. */
static void close_together(struct closing *c)
{
	pthread_t threads[CLOSERS_MAX];
	pthread_attr_t attr;
	size_t i, n = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, CLOSER_STACK);
	while (n < CLOSERS_MAX && n + 1 < c->n &&
	       !pthread_create(&threads[n], &attr, close_links, c))
		n++;
	close_links(c);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	pthread_attr_destroy(&attr);
}

static void close_events(const struct closing *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].event_fd >= 0)
			close(c->v[i].event_fd);
	if (c->map >= 0)
		close(c->map);
}

/* --- by another process --------------------------------------------------- */

/* What programs of these kinds run in: the kernel does not take the CPU from
 * them (cant_sleep() of its trace_call_bpf() and __bpf_trace_run()). */
static bool keeps_cpu(const struct session *s, size_t i)
{
	if (s->is_multi[i] || s->is_trampoline[i])
		return false;
	switch ((int)s->plan->probes.v[i].kind) {
	case PK_TRACEPOINT:
	case PK_SYSCALLS:
	case PK_KPROBE:
	case PK_PROFILE:
	case PK_INTERVAL:
	case PK_SOFTWARE:
	case PK_HARDWARE:
	case PK_WATCHPOINT: return true;
	default: return false;
	}
}

static bool all_keep_cpu(const struct session *s)
{
	vec_each(a, &s->attached)
		if (!a->probe || !keeps_cpu(s, a->probe - 1))
			return false;
	return true;
}

struct visit {
	struct cpu_list list;
	int cpus;
};

/* Who has been on every CPU has seen the end of what kept it. Not NULL: there
 * are some where we may not be. */
static void *visit_cpus(void *arg)
{
	struct visit *v = arg;
	size_t size = CPU_ALLOC_SIZE(v->cpus);
	cpu_set_t *set = CPU_ALLOC(v->cpus);
	bool ok = set;

	while (ok && attach_next_cpu(&v->list)) {
		CPU_ZERO_S(size, set);
		CPU_SET_S((size_t)v->list.cpu, size, set);
		ok = !sched_setaffinity(0, size, set);
	}
	CPU_FREE(set);
	return ok ? NULL : v;
}

/* One that a real-time task keeps for itself is not waited for. */
static bool could_visit_cpus(struct session *s)
{
	struct visit *v = xzalloc(sizeof(*v));
	struct timespec until;
	pthread_t thread;
	void *failed = v;

	v->cpus = machine_cpus(s->machine);
	attach_cpus_online(s, &v->list);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	if (v->list.text.n && !pthread_create(&thread, NULL, visit_cpus, v) &&
	    pthread_timedjoin_np(thread, &failed, &until))
		return false; /* it may still need v */
	buf_free(&v->list.text);
	free(v);
	return !failed;
}

/* Programs that began before the gate was shut have ended. The second way
 * takes 10 to 30 ms: it waits until no program can still run anywhere. */
static bool wait_for_programs(struct session *s)
{
	if (all_keep_cpu(s) && could_visit_cpus(s))
		return true;
	return !syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static int compare_fds(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Readers of our output shall see its end. */
static void close_others(const struct closing *c, int line)
{
	auto_free unsigned int *kept = xzalloc((2 * c->n + 2) * sizeof(*kept));
	unsigned int next = 0;
	size_t n = 0;

	kept[n++] = (unsigned int)line;
	if (c->map >= 0)
		kept[n++] = (unsigned int)c->map;
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].link_fd >= 0)
			kept[n++] = (unsigned int)c->v[i].link_fd;
		if (c->v[i].event_fd >= 0)
			kept[n++] = (unsigned int)c->v[i].event_fd;
	}
	qsort(kept, n, sizeof(*kept), compare_fds);
	for (size_t i = 0; i < n; next = kept[i++] + 1)
		if (kept[i] > next)
			close_range(next, kept[i] - 1, 0);
	close_range(next, ~0u, 0);
}

/* Says when all programs have ended, closes when it is the last to do so. */
_Noreturn static void close_apart(struct session *s, struct closing *c,
				  int line)
{
	char byte = 0;

	if (prctl(PR_SET_NAME, APART) || chdir("/"))
		_exit(1);
	close_others(c, line);
	if (wait_for_programs(s) && write(line, &byte, 1) != 1)
		_exit(1);
	shutdown(line, SHUT_WR);
	while (read(line, &byte, 1) < 0 && errno == EINTR)
		;
	close_together(c);
	close_events(c);
	_exit(0);
}

static bool shut_gate(struct session *s)
{
	struct bpf_map *map =
		bpf_object__find_map_by_name(s->object, ABI_SECTION_GATE);
	uint64_t shut = 1;
	uint32_t zero = 0;

	return map &&
	       !bpf_map_update_elem(bpf_map__fd(map), &zero, &shut, BPF_ANY);
}

static bool is_quiet(int line)
{
	struct pollfd p = { .fd = line, .events = POLLIN };
	char byte;
	int n;

	while ((n = poll(&p, 1, QUIET_MS)) < 0 && errno == EINTR)
		;
	return n == 1 && read(line, &byte, 1) == 1;
}

static bool is_zombie(struct session *s, const char *pid)
{
	auto_buf struct buf text = { 0 };
	const char *path = arena_printf(&s->arena, "/proc/%.*s/stat",
					(int)strcspn(pid, " "), pid);

	return !buf_read_file(&text, machine_path(s->machine, path), 4096) &&
	       strstr(text.p, "(" APART ") Z");
}

/* In some containers process 1, a sleep, leaves orphans as they are, others take
 * their time: a few that we left are enough. */
static bool has_left_many(struct session *s)
{
	auto_buf struct buf text = { 0 };
	int left = 0;
	char *at;

	if (buf_read_file(&text,
			  machine_path(s->machine, "/proc/1/task/1/children"),
			  1 << 20))
		return false;
	for (int i = 0; i < ORPHANS_MAX && text.n; i++) {
		text.p[--text.n] = '\0'; /* the blank behind it */
		at = strrchr(text.p, ' ');
		left += is_zombie(s, at ? at + 1 : text.p);
		text.n = at ? (size_t)(at - text.p) + 1 : 0;
	}
	return left >= ORPHANS_LEFT;
}

static bool leave(struct session *s, struct closing *c)
{
	int line[2];
	pid_t pid;
	bool ok;

	if (!s->opts.leaves || !c->n || has_left_many(s) || !shut_gate(s) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line))
		return false;
	pid = fork();
	if (!pid)
		close_apart(s, c, line[1]);
	close(line[1]);
	ok = pid > 0 && is_quiet(line[0]);
	if (pid > 0) {
		close_links(c); /* not the last */
		close_events(c);
	}
	close(line[0]);
	while (pid > 0 && !ok && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return pid > 0;
}

void attach_drop_all(struct session *s)
{
	struct closing c = { s->attached.v, s->attached.n, 0, move_events(s) };

	if (!leave(s, &c)) {
		close_together(&c);
		close_events(&c);
	}
	s->attached.n = 0;
}
