/* SPDX-License-Identifier: Apache-2.0 */
/* session_impl.h - the inside of a session, for the files of this folder
 * (and for tests that feed it events without a kernel). */
#ifndef ESPY_RUNTIME_SESSION_IMPL_H
#define ESPY_RUNTIME_SESSION_IMPL_H

#include <signal.h>
#include <sys/types.h>

#include "plan/fmt.h"
#include "runtime/child.h"
#include "runtime/maps.h"
#include "runtime/out.h"
#include "runtime/progress.h"
#include "runtime/session.h"

struct bpf_object;
struct bpf_program;
struct ring_buffer;
struct unwinder;

/* Something is missing because of a place: EV_WARN. */
struct due_site {
	uint32_t site;
	int64_t code;
};

/* What holds a program at an event: both are descriptors, -1: none. */
struct attachment {
	int event_fd; /* of perf_event_open() */
	int link_fd; /* of the BPF link */
	uint32_t probe; /* of the plan, or the first that shares the link, + 1;
			   0: it only keeps something open */
	uint64_t missed; /* by the link, as noted so far */
};

/* See limits.h; descriptors are -1 where there is no such limit. */
struct limits {
	int timeout_fd, overhead_fd, every_fd; /* timers */
	int stats_fd; /* keeps the kernel measuring */
	uint64_t since; /* ns, monotonic: the last look */
	uint64_t *ns; /* plan.probes.n: in their programs until then; or all
			 ones: detached */
	bool has_detached;
	bool is_late; /* the time of --timeout is over */
	struct session_stats *told; /* plan.probes.n: by --stats=TIME so far */
	uint64_t told_at; /* ns since the start */
};

/* An iterator to go through. */
struct iteration {
	const struct plan_probe *probe;
	int link_fd; /* borrowed from attached */
};

/* A binary with probes in it; see traced_files.h. */
struct traced_file {
	const char *path;
	dev_t dev;
	ino_t ino;
};

/* The kernel's records of lines (struct bpf_line_info) of the program that was
 * loaded last. */
struct lines {
	struct buf records;
	size_t size; /* of one */
};

/* A function of a module, as its BTF numbers it. */
struct btf_place {
	int fd; /* of that BTF */
	uint32_t id; /* 0: it is none */
	uint32_t type; /* of the program, which libbpf takes for another; or 0:
			  it does not */
};

/* What the kernel lets us have of a wildcard but for some. */
struct omission {
	const struct plan_probe *probe; /* the first */
	int err;
	size_t n;
};

/* The map of stacks. */
struct stacks {
	int fd; /* -1: not in the object */
	uint32_t size; /* of a value */
	const struct stacks *more; /* where those are that are not in it */
};

struct session {
	const struct plan *plan; /* borrowed, as the next two */
	struct machine *machine;
	struct diags *diags;
	struct session_opts opts;
	struct arena arena;

	struct out out;
	struct show show;
	struct fmt *formats; /* plan.events.n: those with a format, parsed */
	struct map_handle *maps; /* plan.maps.n */
	struct registry_map **shared; /* those of the registry; NULL: none */
	bool *is_site_said; /* plan.sites.n */
	VEC(struct due_site) due; /* to be said, one in a second... */
	size_t n_due_said; /* ... and how many of them were, ... */
	uint64_t due_said; /* ... the last when: ns, monotonic; 0: none */

	struct bpf_object *object;
	struct bpf_program **programs; /* plan.probes.n */
	struct ring_buffer *ring;
	int ring_fd; /* borrowed; -1: the program sends no events */
	unsigned int turn; /* records that this turn may still take */
	unsigned int taken; /* by the last turn, if it has left none; else 0 */
	bool has_room; /* the ring buffer is not tiny: records may gather */
	int lost_fd, sites_fd, passed_fd; /* of private maps; -1: not in the
					     object */
	bool *is_multi; /* plan.probes.n: attached by one link for many */
	/* way.h, plan.probes.n each: kprobes that are loaded as trampolines,
	 * targets of wildcards that the kernel refuses (-errno), functions of
	 * modules */
	bool *is_trampoline;
	int *refusals;
	struct btf_place *places;
	bool has_lessened; /* way_lessen() was here */
	size_t log_size; /* a log was full: the next size to try; 0 */
	struct lines last_lines;
	struct bpf_object *spare; /* kprobes for trampolines; shares maps */
	VEC(struct omission) omissions;
	struct stacks stacks;
	struct packets *packets; /* NULL: the program sends none */
	struct unwinder *unwinder; /* NULL: no such stacks */
	VEC(struct attachment) attached;
	uint32_t attaching; /* what comes is of this probe, + 1 */
	uint64_t *missed; /* losses.h, plan.probes.n: not run, by what links
			     said that are closed */
	int *untold; /* errno of a counter that could not be read; 0 */
	struct limits limits;
	VEC(struct iteration) iterations;
	VEC(struct traced_file) files;
	struct progress progress; /* of attaching */
	size_t n_left_out; /* matches of wildcards that are not here */

	struct child child;
	int target_fd; /* pidfd of -p; -1: none */
	int closing_fd; /* a map that takes events that are closed; or -1 */
	int epoll_fd, signal_fd;
	sigset_t old_mask;
	bool is_masked; /* old_mask is to be restored */
	struct sigaction old_interrupt;
	bool is_interrupted; /* so is old_interrupt */

	uint64_t started, ended; /* ns, monotonic; 0: not yet */
	bool is_begun; /* the first turn was taken */
	bool is_exiting; /* exit(): what is behind it is not handled */
	bool is_discarding; /* records are dropped unread */
	int status;
	uint32_t n_errorf; /* errorf() that were told */
};

/* A session that can print and dispatch events, without anything of BPF:
 * maps have no descriptors. Undone by session_free_parts(). */
void session_init(struct session *s, const struct plan *p, struct machine *m,
		  const struct session_opts *o, struct diags *d);
void session_free_parts(struct session *s);

/* How values are printed with the names that symbols and stacks know. */
void session_show_init(struct show *show, struct symbols *symbols,
		       const struct stacks *stacks);

/* Handles what is in the ring buffer until exit(): all of it, or as much as
 * keeps the loop responsive. */
void session_consume(struct session *s, bool all);

/* Nanoseconds of the monotonic clock. */
uint64_t session_now(void);

/* How long its probes are, or were, attached: ns. */
uint64_t session_age(const struct session *s);

/* An element of a per-CPU array of counters, over all CPUs. 0 when there is no
 * such array (fd < 0). */
uint64_t session_counter(const struct session *s, int fd, uint32_t i);

#endif
