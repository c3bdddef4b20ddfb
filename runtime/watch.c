/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's records of fork, exec, exit and mapped code: an event of perf
 * for each CPU that counts nothing. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "runtime/processes.h"

enum {
	RING_PAGES = 64, /* of each CPU, a power of two */
	MAX_RECORD = 1 << 16, /* its size has 16 bits */
	READ_LOST = 1 << 4, /* PERF_FORMAT_LOST, from Linux 6.0 on */
};

struct ring {
	int fd;
	struct perf_event_mmap_page *head;
};

struct watch {
	int epoll_fd;
	size_t n, page;
	uint64_t lost;
	unsigned char *record; /* one that goes over the end of a ring */
	struct ring rings[];
};

static int open_event(int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.size = sizeof(attr),
		.sample_type = PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.mmap = 1,
		.mmap2 = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,
		.wakeup_watermark = 1,
		.read_format = READ_LOST,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
			      PERF_FLAG_FD_CLOEXEC);

	if (fd >= 0 || errno != EINVAL)
		return fd;
	attr.read_format = 0;
	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
			    PERF_FLAG_FD_CLOEXEC);
}

/* Negative: why not. */
static int add_ring(struct watch *w, int cpu)
{
	struct epoll_event event = { .events = EPOLLIN };
	size_t size = RING_PAGES * w->page;
	struct ring r = { .fd = open_event(cpu) };
	int err;

	if (r.fd < 0)
		return errno == ENODEV ? 0 : -errno;
	r.head = mmap(NULL, w->page + size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      r.fd, 0);
	if (r.head == MAP_FAILED ||
	    epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, r.fd, &event)) {
		err = -errno;
		if (r.head != MAP_FAILED)
			munmap(r.head, w->page + size);
		close(r.fd);
		return err;
	}
	w->rings[w->n++] = r;
	return 0;
}

struct watch *watch_open(int *error)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	struct watch *w =
		xzalloc(sizeof(*w) + (size_t)cpus * sizeof(w->rings[0]));
	int i, err;

	w->page = (size_t)sysconf(_SC_PAGESIZE);
	w->record = xmalloc(MAX_RECORD);
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	*error = w->epoll_fd < 0 ? -errno : 0;
	for (i = 0; i < cpus && w->epoll_fd >= 0; i++) {
		err = add_ring(w, i);
		if (!*error)
			*error = err;
	}
	if (w->n)
		return w;
	watch_close(w);
	return NULL;
}

void watch_close(struct watch *w)
{
	size_t i;

	if (!w)
		return;
	for (i = 0; i < w->n; i++) {
		munmap(w->rings[i].head, (RING_PAGES + 1) * w->page);
		close(w->rings[i].fd);
	}
	if (w->epoll_fd >= 0)
		close(w->epoll_fd);
	free(w->record);
	free(w);
}

int watch_fd(const struct watch *w)
{
	return w->epoll_fd;
}

/* A record tells of losses when there is room again, which may never be. */
uint64_t watch_lost(struct watch *w, bool asks)
{
	uint64_t value[2], all = 0;

	for (size_t i = 0; asks && i < w->n; i++)
		if (read(w->rings[i].fd, value, sizeof(value)) == sizeof(value))
			all += value[1];
	if (all > w->lost)
		w->lost = all;
	return w->lost;
}

/* --- records ----------------------------------------------------------------- */

/* As the kernel writes them; the time stands at the end of each. */
struct mmap_record {
	struct perf_event_header head;
	uint32_t pid, tid;
	uint64_t start, size, offset;
	uint32_t major, minor;
	uint64_t inode, generation;
	uint32_t prot, flags;
	char path[];
};

struct task_record { /* fork, exit */
	struct perf_event_header head;
	uint32_t pid, parent, tid, parent_tid;
};

struct comm_record {
	struct perf_event_header head;
	uint32_t pid, tid;
};

struct lost_record {
	struct perf_event_header head;
	uint64_t id, lost;
};

static void take_mmap(struct processes *p, const struct mmap_record *r,
		      size_t size, uint64_t time)
{
	struct mapping m = { r->start, r->start + r->size, r->offset, NULL };
	struct str path = { r->path, 0 };

	if (size <= sizeof(*r) + sizeof(time))
		return;
	path.n = strnlen(r->path, size - sizeof(*r) - sizeof(time));
	m.image = processes_image(p, path, makedev(r->major, r->minor),
				  (ino_t)r->inode);
	processes_note_map(p, r->pid, time, &m);
}

static void take_record(struct watch *w, struct processes *p,
			const void *record)
{
	const struct perf_event_header *head = record;
	const struct task_record *task = record;
	uint64_t time;

	if (head->size < sizeof(*head) + sizeof(time))
		return;
	memcpy(&time, (const char *)record + head->size - sizeof(time),
	       sizeof(time));
	if (head->type == PERF_RECORD_LOST)
		w->lost += ((const struct lost_record *)record)->lost;
	else if (head->type == PERF_RECORD_MMAP2)
		take_mmap(p, record, head->size, time);
	else if (head->type == PERF_RECORD_FORK && task->pid != task->parent)
		processes_note_fork(p, task->pid, time, task->parent);
	else if (head->type == PERF_RECORD_EXIT && task->pid == task->tid)
		processes_note_exit(p, task->pid, time);
	else if (head->type == PERF_RECORD_COMM &&
		 (head->misc & PERF_RECORD_MISC_COMM_EXEC))
		processes_note_exec(
			p, ((const struct comm_record *)record)->pid, time);
}

/* The bytes from a place of a ring on, in one piece. */
static const void *piece(struct watch *w, const unsigned char *data,
			 uint64_t at, size_t n)
{
	size_t size = RING_PAGES * w->page, from = at & (size - 1);

	if (from + n <= size)
		return data + from;
	memcpy(w->record, data + from, size - from);
	memcpy(w->record + (size - from), data, n - (size - from));
	return w->record;
}

static void take_ring(struct watch *w, struct processes *p, struct ring *r)
{
	const unsigned char *data = (const unsigned char *)r->head + w->page;
	uint64_t tail = r->head->data_tail, head;
	const struct perf_event_header *e;

	head = __atomic_load_n(&r->head->data_head, __ATOMIC_ACQUIRE);
	while (tail < head) {
		/* A header never goes over the end: records are multiples of
		 * its size. */
		e = piece(w, data, tail, sizeof(*e));
		if (e->size < sizeof(*e))
			break;
		take_record(w, p, piece(w, data, tail, e->size));
		tail += e->size;
	}
	__atomic_store_n(&r->head->data_tail, head, __ATOMIC_RELEASE);
}

void watch_take(struct watch *w, struct processes *p)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		take_ring(w, p, &w->rings[i]);
}
