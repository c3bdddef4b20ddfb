/* SPDX-License-Identifier: Apache-2.0 */
/* attach.h - programs to events and off again: one row for each kind of
 * probe. */
#ifndef ESPY_RUNTIME_ATTACH_H
#define ESPY_RUNTIME_ATTACH_H

#include <linux/bpf.h>

#include "runtime/session_impl.h"

struct attach_ops {
	/* Sets the program's type before load. -errno after a report. */
	int (*prepare)(struct session *s, const struct plan_probe *p,
		       struct bpf_program *prog);
	/* Attaches all targets. -errno after a report; 1: it cannot, which is
	 * no error; what was attached is
	 * in s->attached either way. NULL: runs at the start or the end. */
	int (*attach)(struct session *s, const struct plan_probe *p,
		      int prog_fd);
	/* Of several programs at one event the one attached last runs
	 * first... */
	bool is_last_first;
	/* ... but at returns, where they unwind, the first. */
	bool is_first_at_return;
	bool is_once; /* nothing comes after attach_iterate() */
};

extern const struct attach_ops attach_ops[PK_N];

/* Attaches every probe so that programs of one event run in the order of the
 * plan. -errno after a report; -EINTR without one when a signal ends the trace
 * before it begins. */
int attach_all(struct session *s);

/* No program runs any more when this returns. Returns before the kernel is
 * done with closing the events. */
void attach_drop_all(struct session *s);

/* Makes what attach_drop_all() needs, as long as we may. */
void attach_prepare_drop(struct session *s);

/* Is probe i attached to anything? Taking it off again, with those that share
 * its program. */
bool attach_has(const struct session *s, size_t i);
void attach_drop(struct session *s, size_t i);

/* Runs every probe of this kind (begin, end) once. -errno after a report. */
int attach_run(struct session *s, enum probe_kind kind);

/* Runs probe i of the plan once, which nothing else starts. */
int attach_run_one(struct session *s, size_t i);

/* Adds the signals that probes wait for; runs those that wait for one. False
 * when there are none. */
void attach_add_signals(const struct session *s, sigset_t *mask);
bool attach_signalled(struct session *s, int number);

/* Goes through the objects of all iterators. -errno after a report. */
int attach_iterate(struct session *s);

/* Can an event of the plan ever fire once begin has run? */
bool attach_has_events(const struct session *s);

/* --- for the files attach_*.c ---------------------------------------------- */

/* Joins a program and an event of perf_event_open(), which it takes. cookie is
 * what the program reads as such. -errno without a report. */
int attach_perf(struct session *s, int prog_fd, int event_fd, uint64_t cookie);

/* A link that stands for itself. */
void attach_keep(struct session *s, int link_fd);

/* Reports why target i of p could not be attached; what missing_probes allows
 * to be missing is no error: 0. */
int attach_report(struct session *s, const struct plan_probe *p, size_t i,
		  int err);

/* The same for one of many: what a wildcard matched and the kernel does not have
 * (any more), or does not let us probe, is left out. */
int attach_missing(struct session *s, const struct plan_probe *p, size_t i,
		   int err);

/* What the kernel means by its number. */
const char *attach_reason(const struct plan_probe *p, int err);

/* Tells what is missing of wildcards whose targets have a program each. */
void attach_report_omissions(struct session *s);

/* Of a program of BPF's trampolines. */
enum bpf_attach_type attach_type(const struct plan_probe *p);

/* Where in its file each target of a uprobe is, to be freed; -errno for those
 * that are nowhere. *path: the file, NULL when there is none. */
int64_t *attach_uprobe_offsets(struct session *s, const struct plan_probe *p,
			       const char **path);

/* The name of target i, and the cookie: its index. */
struct str attach_name(const struct session *s, const struct plan_probe *p,
		       size_t i);

/* Opens an event, disabled: its descriptor or -errno. */
struct perf_event_attr;
int attach_open_event(struct perf_event_attr *attr, pid_t pid, int cpu);

/* The type of the events of a source ("uprobe"), and for probes of returns the
 * bit that says so. -errno after a report; 1 when there are none and
 * missing_probes allows that. */
int attach_source(struct session *s, const struct plan_probe *p,
		  const char *source, struct perf_event_attr *attr);

/* The CPUs that are online, as "0-3,8" says, one after the other in cpu. text
 * is for the caller to free. */
struct cpu_list {
	struct buf text;
	const char *rest;
	int cpu, last;
};
void attach_cpus_online(struct session *s, struct cpu_list *list);
bool attach_next_cpu(struct cpu_list *list);

int attach_timer(struct session *s, const struct plan_probe *p, int prog_fd);
int attach_tracepoint(struct session *s, const struct plan_probe *p,
		      int prog_fd);
int attach_syscalls(struct session *s, const struct plan_probe *p, int prog_fd);
int attach_trampoline(struct session *s, const struct plan_probe *p,
		      int prog_fd);
int prepare_rawtracepoint(struct session *s, const struct plan_probe *p,
			  struct bpf_program *prog);
int prepare_trampoline(struct session *s, const struct plan_probe *p,
		       struct bpf_program *prog);
int prepare_bpf_prog(struct session *s, const struct plan_probe *p,
		     struct bpf_program *prog);
int prepare_iter(struct session *s, const struct plan_probe *p,
		 struct bpf_program *prog);
int attach_iter(struct session *s, const struct plan_probe *p, int prog_fd);
int attach_counter(struct session *s, const struct plan_probe *p, int prog_fd);
int attach_watchpoint(struct session *s, const struct plan_probe *p,
		      int prog_fd);
int attach_kprobe(struct session *s, const struct plan_probe *p, int prog_fd);
int attach_uprobe(struct session *s, const struct plan_probe *p, int prog_fd);
int attach_usdt(struct session *s, const struct plan_probe *p, int prog_fd);
int attach_signal(struct session *s, const struct plan_probe *p, int prog_fd);
int prepare_test(struct session *s, const struct plan_probe *p,
		 struct bpf_program *prog);

#endif
