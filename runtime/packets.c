/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/packets.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/session_impl.h"

#define NOWHERE      ((struct span){ 0 })
#define BUFFER_PAGES 64 /* of each CPU; a power of two */
#define LARGEST      0x40000 /* bytes of a packet that readers expect */

/* The format of files, in the byte order of who writes. */
#define PCAP_MAGIC 0xa1b23c4du /* times in nanoseconds */
#define PCAP_RAW   101 /* packets begin with their IP header */

struct pcap_head {
	uint32_t magic;
	uint16_t major, minor;
	int32_t zone;
	uint32_t digits, largest, link;
};

struct pcap_packet {
	uint32_t seconds, nanoseconds;
	uint32_t size, length; /* in the file, on the wire */
};

struct packets {
	struct perf_buffer *buffers;
	int *fds; /* plan.events.n: of the files; -1: none */
	size_t n_fds;
	int error; /* of the first write that failed */
};

/* --- files ---------------------------------------------------------------- */

static void write_all(struct packets *p, int fd, struct iovec *parts, int n)
{
	size_t whole = 0;
	ssize_t done;
	int i;

	for (i = 0; i < n; i++)
		whole += parts[i].iov_len;
	do
		done = writev(fd, parts, n);
	while (done < 0 && errno == EINTR);
	if (p->error || (done >= 0 && (size_t)done == whole))
		return;
	p->error = done < 0 ? -errno : -ENOSPC;
}

/* Nothing is written over but packets, so that no script destroys a file by
 * its name. Pipes are for who reads them. */
static bool may_replace(int fd)
{
	uint32_t magic;
	struct stat st;

	if (fstat(fd, &st))
		return false;
	if (S_ISFIFO(st.st_mode))
		return true;
	if (!S_ISREG(st.st_mode))
		return false;
	if (st.st_size &&
	    (pread(fd, &magic, sizeof(magic), 0) != sizeof(magic) ||
	     magic != PCAP_MAGIC))
		return false;
	return !ftruncate(fd, 0);
}

static int open_file(struct session *s, struct packets *p, struct str name,
		     int *fd)
{
	const char *path = arena_copy(&s->arena, name.p, name.n);
	struct pcap_head head = { .magic = PCAP_MAGIC,
				  .major = 2,
				  .minor = 4,
				  .largest = LARGEST,
				  .link = PCAP_RAW };
	struct iovec part = { &head, sizeof(head) };

	if (s->opts.is_foreign && !s->opts.unsafe && strchr(path, '/')) {
		diag_error(s->diags, NOWHERE, D_UNSAFE,
			   "the program writes packets to '%s'", path);
		diag_hint(s->diags, "allow it with --unsafe");
		return -EPERM;
	}
	*fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (*fd < 0)
		return diag_errno(s->diags, errno, D_IO, "cannot write '%s'",
				  path);
	if (!may_replace(*fd)) {
		diag_error(s->diags, NOWHERE, D_IO,
			   "'%s' exists and is no file of packets", path);
		diag_hint(s->diags, "remove it, or take another name");
		return -EEXIST;
	}
	write_all(p, *fd, &part, 1);
	return 0;
}

/* Calls with one name write to one file. */
static int open_files(struct session *s, struct packets *p)
{
	const struct plan_event *events = s->plan->events.v;
	size_t i, j;
	int err;

	for (i = 0; i < p->n_fds; i++) {
		if (events[i].kind != EV_PACKET)
			continue;
		for (j = 0; j < i; j++)
			if (events[j].kind == EV_PACKET &&
			    str_eq(events[i].text, events[j].text))
				break;
		if (j < i) {
			p->fds[i] = p->fds[j];
			continue;
		}
		err = open_file(s, p, events[i].text, &p->fds[i]);
		if (err)
			return err;
	}
	return 0;
}

/* --- packets -------------------------------------------------------------- */

static void take(void *session, int cpu, void *data, uint32_t size)
{
	struct session *s = session;
	struct packets *p = s->packets;
	struct packet_head head;
	struct pcap_packet out;
	uint64_t time;

	(void)cpu;
	if (size < sizeof(head))
		return;
	memcpy(&head, data, sizeof(head));
	if (head.event >= p->n_fds || p->fds[head.event] < 0 ||
	    head.size > size - sizeof(head))
		return;
	if (head.skip > head.size)
		head.skip = head.size;
	time = head.time + (uint64_t)s->show.boot_to_real;
	out = (struct pcap_packet){
		.seconds = (uint32_t)(time / 1000000000),
		.nanoseconds = (uint32_t)(time % 1000000000),
		.size = head.size - head.skip,
		.length = head.length - head.skip,
	};
	write_all(p, p->fds[head.event],
		  (struct iovec[]){
			  { &out, sizeof(out) },
			  { (char *)data + sizeof(head) + head.skip, out.size },
		  },
		  2);
}

/* --- a session's ---------------------------------------------------------- */

static int open_buffers(struct session *s, int fd)
{
	struct packets *p = xzalloc(sizeof(*p));
	size_t i;
	int err;

	s->packets = p;
	p->n_fds = s->plan->events.n;
	p->fds = xzalloc(p->n_fds * sizeof(*p->fds));
	for (i = 0; i < p->n_fds; i++)
		p->fds[i] = -1;
	err = open_files(s, p);
	if (err)
		return err;
	p->buffers = perf_buffer__new(fd, BUFFER_PAGES, take, NULL, s, NULL);
	return p->buffers ? 0
			  : diag_errno(s->diags, errno, D_KERNEL,
				       "cannot read the kernel's packets");
}

int packets_open(struct session *s)
{
	struct bpf_map *map = NULL;

	if (!s->opts.dry_run)
		map = bpf_object__find_map_by_name(s->object, ABI_MAP_PACKETS);
	return map ? open_buffers(s, bpf_map__fd(map)) : 0;
}

int packets_fd(const struct session *s)
{
	return s->packets ? perf_buffer__epoll_fd(s->packets->buffers) : -1;
}

void packets_take(struct session *s)
{
	if (s->packets)
		perf_buffer__consume(s->packets->buffers);
}

void packets_report(struct session *s)
{
	const struct packets *p = s->packets;

	if (p && p->error)
		out_warn(&s->out, "cannot write all packets: %s",
			 strerror(-p->error));
}

void packets_free(struct packets *p)
{
	size_t i, j;

	if (!p)
		return;
	perf_buffer__free(p->buffers);
	for (i = 0; i < p->n_fds; i++) {
		for (j = 0; j < i && p->fds[j] != p->fds[i]; j++)
			;
		if (j == i && p->fds[i] >= 0)
			close(p->fds[i]);
	}
	free(p->fds);
	free(p);
}
