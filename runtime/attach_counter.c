/* SPDX-License-Identifier: Apache-2.0 */
/* Events that perf counts, and accesses to memory: on every CPU, or in every
 * thread of one process and those it will have. */
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdlib.h>

#include "plan/counters.h"
#include "runtime/attach.h"

#define NOWHERE ((struct span){ 0 })

/* --- where ---------------------------------------------------------------- */

static int attach_cpus(struct session *s, struct perf_event_attr *attr,
		       int prog_fd, uint64_t cookie)
{
	struct cpu_list cpus = { 0 };
	int err = 0;

	attach_cpus_online(s, &cpus);
	while (!err && attach_next_cpu(&cpus))
		err = attach_perf(s, prog_fd,
				  attach_open_event(attr, -1, cpus.cpu),
				  cookie);
	buf_free(&cpus.text);
	return err;
}

/* A thread that has ended meanwhile is none to follow. */
static int attach_threads(struct session *s, struct perf_event_attr *attr,
			  int prog_fd, uint64_t cookie, pid_t pid)
{
	str_vec threads = { 0 };
	size_t n = s->attached.n;
	int err = machine_threads(s->machine, pid, &s->arena, &threads);

	attr->inherit = 1;
	vec_each(thread, &threads) {
		pid_t tid = (pid_t)strtol(thread->p, NULL, 10);

		err = attach_perf(s, prog_fd, attach_open_event(attr, tid, -1),
				  cookie);
		if (err && err != -ESRCH)
			return err;
	}
	return s->attached.n > n ? 0 : err ? err : -ESRCH;
}

static int attach_counted(struct session *s, struct perf_event_attr *attr,
			  int prog_fd, uint64_t cookie, pid_t pid)
{
	if (pid > 0)
		return attach_threads(s, attr, prog_fd, cookie, pid);
	return attach_cpus(s, attr, prog_fd, cookie);
}

/* --- counters ------------------------------------------------------------- */

static const struct counter *counter_of(const struct plan_probe *p, size_t i)
{
	return counter_find(p->kind == PK_HARDWARE ? hardware_counters
						   : software_counters,
			    p->targets.v[i]);
}

/* Only the kernel knows whether there is such a counter. */
static int report_counter(struct session *s, const struct plan_probe *p,
			  size_t i, int err)
{
	if (p->kind == PK_HARDWARE && err == -EOPNOTSUPP)
		err = -ENOENT;
	err = attach_report(s, p, i, err);
	if (err == -ENOENT && p->kind == PK_HARDWARE)
		diag_hint(s->diags, "this machine does not count that in "
				    "hardware, as most virtual ones; "
				    "software:cpu-clock:1000000 fires by time "
				    "instead");
	return err;
}

int attach_counter(struct session *s, const struct plan_probe *p, int prog_fd)
{
	size_t i;
	int err = 0;

	for (i = 0; i < p->targets.n && !err; i++) {
		const struct counter *c = counter_of(p, i);
		struct perf_event_attr attr = {
			.type = p->kind == PK_HARDWARE ? PERF_TYPE_HARDWARE
						       : PERF_TYPE_SOFTWARE,
			.config = c ? c->config : 0,
			.sample_period = p->rate,
		};

		err = c ? attach_counted(s, &attr, prog_fd, p->names.v[i],
					 s->opts.pid)
			: -ENOENT;
		if (err)
			err = report_counter(s, p, i, err);
	}
	return err;
}

/* --- watchpoints ---------------------------------------------------------- */

#define USER_END (1ull << 63)

static int find_address(struct session *s, const struct plan_probe *p,
			uint64_t *address)
{
	*address = p->offset;
	if (p->flags & PF_ADDRESS || !p->targets.n)
		return 0;
	*address = machine_kaddr(s->machine, p->targets.v[0]);
	if (!*address)
		return attach_report(s, p, 0, -ENOENT);
	*address += p->offset;
	return 0;
}

static struct perf_event_attr watch_attr(const struct plan_probe *p,
					 uint64_t address)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.bp_addr = address,
		.bp_len = p->rate,
		.sample_period = 1,
	};

	if (str_has(p->module, 'x')) {
		attr.bp_type = HW_BREAKPOINT_X;
		attr.bp_len = sizeof(long); /* the only one it knows */
		return attr;
	}
	if (str_has(p->module, 'w'))
		attr.bp_type |= HW_BREAKPOINT_W;
	if (str_has(p->module, 'r'))
		attr.bp_type |= HW_BREAKPOINT_R;
	return attr;
}

static int report_watch(struct session *s, const struct plan_probe *p,
			uint64_t address, int err)
{
	int said = attach_report(s, p, 0, err);

	if (said == -EINVAL && address >= USER_END && str_has(p->module, 'x'))
		diag_hint(s->diags, "instructions of the kernel can be "
				    "watched where kprobes can be put, and "
				    "only on kernels that have those");
	if (said && err == -ENOSPC)
		diag_hint(s->diags, "the processor has four watchpoints, for "
				    "everyone together");
	return said;
}

/* Addresses of a process mean nothing without it. */
int attach_watchpoint(struct session *s, const struct plan_probe *p,
		      int prog_fd)
{
	pid_t pid = s->opts.pid > 0 ? s->opts.pid : s->child.pid;
	struct perf_event_attr attr;
	uint64_t address = 0;
	int err = find_address(s, p, &address);

	if (err || !address)
		return err;
	if (address >= USER_END)
		pid = 0;
	if (address < USER_END && pid <= 0) {
		diag_error(s->diags, NOWHERE, D_ATTACH,
			   "cannot attach %.*s: the address is one of a "
			   "process",
			   STR_ARG(p->name));
		diag_hint(s->diags, "say which with -p or -c");
		return -EINVAL;
	}
	attr = watch_attr(p, address);
	err = attach_counted(s, &attr, prog_fd, p->names.v[0], pid);
	return err ? report_watch(s, p, address, err) : 0;
}
