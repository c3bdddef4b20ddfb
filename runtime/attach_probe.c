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
#define FEW     4 /* functions that are looked for one by one */

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

static int report_source(struct session *s, const struct plan_probe *p,
			 const char *source, int err)
{
	static const char fmt[] = "this kernel has no %ss: cannot attach %.*s";

	switch (s->plan->options.num[OPT_MISSING_PROBES]) {
	case MISSING_IGNORE: return 1;
	case MISSING_WARN:
		diag_warn(s->diags, NOWHERE, D_KERNEL, fmt, source,
			  STR_ARG(p->name));
		return 1;
	default:
		diag_error(s->diags, NOWHERE, D_KERNEL, fmt, source,
			   STR_ARG(p->name));
		return err;
	}
}

int attach_source(struct session *s, const struct plan_probe *p,
		  const char *source, struct perf_event_attr *attr)
{
	uint64_t type, bit;
	int err = read_number(s, source, "type", "", &type);

	if (err)
		return report_source(s, p, source, err);
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

static const char *kprobe_name(struct session *s, const struct plan_probe *p,
			       size_t i)
{
	struct str target = p->targets.v[i];

	return arena_printf(&s->arena, "%.*s%s%.*s", STR_ARG(p->module),
			    p->module.n ? ":" : "", STR_ARG(target));
}

/* The kernel refuses a name that it has several times, where it notices: all of
 * them are meant. */
static int attach_namesakes(struct session *s, const struct plan_probe *p,
			    size_t i, struct perf_event_attr attr, int prog_fd)
{
	struct str module = p->module;
	address_vec found = { 0 };
	int err = 0;

	machine_namesakes(s->machine, module, p->targets.v[i], &s->arena,
			  &found);
	if (found.n < 2)
		return -EADDRNOTAVAIL;
	attr.config1 = 0;
	for (size_t n = 0; n < found.n && !err; n++) {
		attr.config2 = found.v[n] + p->offset;
		err = attach_dynamic(s, &attr, prog_fd, p->names.v[i], -1);
	}
	return err;
}

int attach_kprobe(struct session *s, const struct plan_probe *p, int prog_fd)
{
	struct perf_event_attr attr = { 0 };
	bool is_address = p->flags & PF_ADDRESS;
	int err = attach_source(s, p, "kprobe", &attr);
	size_t i, n = is_address ? 1 : p->targets.n;

	attr.config2 = p->offset;
	for (i = 0; i < n && !err; i++) {
		if (!is_address)
			attr.config1 = (uintptr_t)kprobe_name(s, p, i);
		err = attach_dynamic(s, &attr, prog_fd, p->names.v[i], -1);
		if (err == -EADDRNOTAVAIL && !is_address)
			err = attach_namesakes(s, p, i, attr, prog_fd);
		if (err)
			err = attach_missing(s, p, i, err);
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

/* From a list of all functions in byte order; -1: not there. Of several with
 * one name the first. */
static int64_t listed_offset(const struct plan_probe *p,
			     const elf_symbol_vec *all, size_t i)
{
	struct str name = p->targets.n ? p->targets.v[i] : STR("");
	size_t low = 0, high = all->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (str_cmp(all->v[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == all->n || !str_eq(all->v[low].name, name))
		return -1;
	return (int64_t)(all->v[low].offset + p->offset);
}

int64_t *attach_uprobe_offsets(struct session *s, const struct plan_probe *p,
			       const char **path)
{
	size_t i, n = p->targets.n ? p->targets.n : 1;
	int64_t *offsets = xzalloc(n * sizeof(*offsets));
	elf_symbol_vec all = { 0 };

	*path = machine_binary(s->machine, p->path);
	if (*path && n > FEW && !(p->flags & PF_ADDRESS))
		machine_elf_functions(s->machine, *path, STR("*"), &s->arena,
				      &all);
	for (i = 0; i < n; i++) {
		offsets[i] = *path ? listed_offset(p, &all, i) : -ENOENT;
		if (*path && offsets[i] < 0)
			offsets[i] = target_offset(s, p, *path, i);
	}
	return offsets;
}

int attach_uprobe(struct session *s, const struct plan_probe *p, int prog_fd)
{
	size_t i, n = p->targets.n ? p->targets.n : 1;
	struct perf_event_attr attr = { 0 };
	pid_t pid = s->opts.pid > 0 ? s->opts.pid : -1;
	int err = attach_source(s, p, "uprobe", &attr);
	auto_free int64_t *offsets = NULL;
	const char *path;

	if (err)
		return err;
	offsets = attach_uprobe_offsets(s, p, &path);
	if (!path)
		return attach_report(s, p, 0, -ENOENT);
	attr.config1 = (uintptr_t)path;
	for (i = 0; i < n && !err; i++) {
		attr.config2 = (uint64_t)offsets[i];
		err = offsets[i] < 0 ? (int)offsets[i]
				     : attach_dynamic(s, &attr, prog_fd,
						      p->names.v[i], pid);
		if (err)
			err = attach_missing(s, p, i, err);
	}
	return err;
}
