/* SPDX-License-Identifier: Apache-2.0 */
/* Timers and tracepoints: what perf_event_open() knows without more. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/attach.h"

int attach_open_event(struct perf_event_attr *attr, pid_t pid, int cpu)
{
	int fd;

	attr->size = sizeof(*attr);
	attr->disabled = 1;
	fd = (int)syscall(SYS_perf_event_open, attr, pid, cpu, -1,
			  PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* --- timers --------------------------------------------------------------- */

static struct perf_event_attr timer_attr(const struct plan_probe *p)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	if (p->flags & PF_FREQUENCY) {
		attr.freq = 1;
		attr.sample_freq = p->rate;
	} else {
		attr.sample_period = p->rate;
	}
	return attr;
}

void attach_cpus_online(struct session *s, struct cpu_list *list)
{
	*list = (struct cpu_list){ .last = -1, .rest = "0" };
	if (!buf_read_file(&list->text,
			   machine_path(s->machine,
					"/sys/devices/system/cpu/online"),
			   65536))
		list->rest = list->text.p;
}

bool attach_next_cpu(struct cpu_list *list)
{
	char *end;

	if (list->cpu < list->last) {
		list->cpu++;
		return true;
	}
	if (*list->rest < '0' || *list->rest > '9')
		return false;
	list->cpu = list->last = (int)strtol(list->rest, &end, 10);
	if (*end == '-')
		list->last = (int)strtol(end + 1, &end, 10);
	list->rest = *end == ',' ? end + 1 : end;
	return true;
}

static int report_timer(struct session *s, const struct plan_probe *p, int err)
{
	err = attach_report(s, p, 0, err);
	if (err == -EINVAL && (p->flags & PF_FREQUENCY))
		diag_hint(s->diags,
			  "/proc/sys/kernel/perf_event_max_sample_rate holds "
			  "the highest frequency allowed");
	return err;
}

int attach_timer(struct session *s, const struct plan_probe *p, int prog_fd)
{
	struct perf_event_attr attr = timer_attr(p);
	struct cpu_list cpus;
	int err = 0;

	attach_cpus_online(s, &cpus);
	while (!err && attach_next_cpu(&cpus)) {
		err = attach_perf(s, prog_fd,
				  attach_open_event(&attr, -1, cpus.cpu),
				  p->names.v[0]);
		if (p->kind == PK_INTERVAL)
			break;
	}
	buf_free(&cpus.text);
	return err ? report_timer(s, p, err) : 0;
}

/* --- tracepoints ---------------------------------------------------------- */

static int tracepoint_id(struct session *s, struct str category,
			 struct str event, uint64_t *id)
{
	auto_buf struct buf text = { 0 };
	const char *name =
		arena_printf(&s->arena,
			     "/sys/kernel/tracing/events/%.*s/%.*s/id",
			     STR_ARG(category), STR_ARG(event));
	int err = buf_read_file(&text, machine_path(s->machine, name), 64);

	if (!err)
		*id = strtoull(text.p, NULL, 10);
	return err;
}

static int attach_event(struct session *s, struct str category,
			struct str event, int prog_fd, uint64_t cookie)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT };
	uint64_t id;
	int err = tracepoint_id(s, category, event, &id);

	if (err)
		return err;
	attr.config = id;
	/* Programs run on every CPU, whichever the event is bound to. */
	return attach_perf(s, prog_fd, attach_open_event(&attr, -1, 0), cookie);
}

/* A wildcard of a saved program matched on the kernel where it was made: what
 * this one does not have is left out. */
int attach_tracepoint(struct session *s, const struct plan_probe *p,
		      int prog_fd)
{
	bool is_wildcard = str_is_glob(p->name);
	int err = machine_need_tracefs(s->machine);
	size_t i;

	for (i = 0; i < p->targets.n && !err; i++) {
		err = attach_event(s, p->module, p->targets.v[i], prog_fd,
				   p->names.v[i]);
		if (err == -ENOENT && is_wildcard)
			err = 0;
		else if (err)
			err = attach_report(s, p, i, err);
	}
	return err;
}

/* The number of the system call in "sys_enter_read". */
static int syscall_number(struct session *s, struct str target)
{
	size_t skip = str_starts(target, "sys_enter_")  ? 10
		      : str_starts(target, "sys_exit_") ? 9
							: 0;

	return machine_syscall_number(
		s->machine, (struct str){ target.p + skip, target.n - skip });
}

/* Which system calls are wanted, and what each is called. Those that this
 * kernel does not have are left out: a saved program's wildcard matched them on
 * the kernel where it was made. */
static int fill_syscalls(struct session *s, const struct plan_probe *p)
{
	const char *name = arena_printf(&s->arena, "espy_sys_%zu",
					(size_t)(p - s->plan->probes.v));
	struct bpf_map *map = bpf_object__find_map_by_name(s->object, name);
	size_t i, known = 0;

	if (!map)
		return attach_report(s, p, 0, -ENOENT);
	for (i = 0; i < p->targets.n; i++) {
		uint32_t value = p->names.v[i] + 1;
		int number = syscall_number(s, p->targets.v[i]);

		if (number < 0 || (uint32_t)number >= bpf_map__max_entries(map))
			continue;
		if (bpf_map_update_elem(bpf_map__fd(map), &number, &value,
					BPF_ANY))
			return attach_report(s, p, i, -errno);
		known++;
	}
	return known ? 0 : attach_report(s, p, 0, -ENOENT);
}

int attach_syscalls(struct session *s, const struct plan_probe *p, int prog_fd)
{
	int err = machine_need_tracefs(s->machine);

	if (!err)
		err = fill_syscalls(s, p);
	if (err)
		return err;
	err = attach_event(s, STR("raw_syscalls"), p->module, prog_fd,
			   p->names.v[0]);
	return err ? attach_report(s, p, 0, err) : 0;
}
