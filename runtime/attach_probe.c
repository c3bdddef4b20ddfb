/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the kernel and of programs: the dynamic events kprobe and
 * uprobe of perf. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/attach.h"

#define NOWHERE ((struct span){ 0 })

/* A number from a file of the event source, after a prefix. */
static int read_number(struct session *s, const char *source, const char *file,
		       const char *prefix, uint64_t *out)
{
	auto_buf struct buf text = { 0 };
	const char *path = arena_printf(
		&s->arena, "/sys/bus/event_source/devices/%s/%s", source, file);
	int err = buf_read_file(&text, machine_path(s->machine, path), 256);

	if (err)
		return err;
	if (!str_starts(buf_view(&text), prefix))
		return -EINVAL;
	*out = strtoull(text.p + strlen(prefix), NULL, 10);
	return 0;
}

/* The type of the source's events, and its bit that means "at return". */
static int source_attr(struct session *s, const struct plan_probe *p,
		       const char *source, struct perf_event_attr *attr)
{
	uint64_t type, bit;
	int err = read_number(s, source, "type", "", &type);

	if (err) {
		diag_error(s->diags, NOWHERE, D_KERNEL,
			   "this kernel has no %ss: cannot attach %.*s", source,
			   STR_ARG(p->name));
		return err;
	}
	attr->type = (uint32_t)type;
	if (!(p->flags & PF_RETURN))
		return 0;
	err = read_number(s, source, "format/retprobe", "config:", &bit);
	if (err)
		return diag_errno(s->diags, err, D_KERNEL,
				  "this kernel cannot probe returns");
	attr->config = 1ull << bit;
	return 0;
}

static int attach_dynamic(struct session *s, struct perf_event_attr *attr,
			  int prog_fd, uint64_t cookie, pid_t pid)
{
	int fd;

	attr->size = sizeof(*attr);
	fd = (int)syscall(SYS_perf_event_open, attr, pid, pid > 0 ? -1 : 0, -1,
			  PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : attach_perf(s, prog_fd, fd, cookie);
}

/* --- kprobe --------------------------------------------------------------- */

int attach_kprobe(struct session *s, const struct plan_probe *p, int prog_fd)
{
	struct perf_event_attr attr = { 0 };
	int err = source_attr(s, p, "kprobe", &attr);
	size_t i;

	attr.config2 = p->offset;
	for (i = 0; i < p->targets.n && !err; i++) {
		struct str target = p->targets.v[i];
		const char *name =
			arena_printf(&s->arena, "%.*s%s%.*s",
				     STR_ARG(p->module), p->module.n ? ":" : "",
				     STR_ARG(target));

		attr.config1 = (uintptr_t)name;
		err = attach_dynamic(s, &attr, prog_fd, p->first_name + i, -1);
		if (err)
			err = attach_report(s, p, i, err);
	}
	return err;
}

/* --- uprobe --------------------------------------------------------------- */

/* Where in the file target i is; -errno without a report. */
static int64_t target_offset(struct session *s, const struct plan_probe *p,
			     const char *path, size_t i)
{
	elf_symbol_vec found = { 0 };

	if (p->flags & PF_ADDRESS) {
		int64_t at = machine_elf_offset(s->machine, path, p->offset);

		return at < 0 ? -ENOENT : at;
	}
	if (machine_elf_functions(s->machine, path, p->targets.v[i], &s->arena,
				  &found) ||
	    !found.n)
		return -ENOENT;
	return (int64_t)(found.v[0].offset + p->offset);
}

int attach_uprobe(struct session *s, const struct plan_probe *p, int prog_fd)
{
	size_t i, n = p->targets.n ? p->targets.n : 1;
	const char *path = machine_binary(s->machine, p->path);
	struct perf_event_attr attr = { .config1 = (uintptr_t)path };
	pid_t pid = s->opts.pid > 0 ? s->opts.pid : -1;
	int err = source_attr(s, p, "uprobe", &attr);

	if (!path && !err)
		return attach_report(s, p, 0, -ENOENT);
	for (i = 0; i < n && !err; i++) {
		int64_t offset = target_offset(s, p, path, i);

		attr.config2 = (uint64_t)offset;
		err = offset < 0 ? (int)offset
				 : attach_dynamic(s, &attr, prog_fd,
						  p->first_name + i, pid);
		if (err)
			err = attach_report(s, p, i, err);
	}
	return err;
}
