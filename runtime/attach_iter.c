/* SPDX-License-Identifier: Apache-2.0 */
/* Iterators: the program runs for each object while a file is read, ours or
 * the one that was pinned. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/attach.h"

#define NOWHERE ((struct span){ 0 })

/* --- what the kernel wants to know beyond the name ------------------------ */

static bool of_process(const struct session *s, union bpf_iter_link_info *info)
{
	if (!s->opts.pid)
		return false;
	info->task.pid = (uint32_t)s->opts.pid;
	return true;
}

static bool whole_tree(const struct session *s, union bpf_iter_link_info *info)
{
	(void)s;
	info->cgroup.order = BPF_CGROUP_ITER_DESCENDANTS_PRE;
	return true;
}

static const struct {
	const char *name;
	/* False: nothing. */
	bool (*fill)(const struct session *s, union bpf_iter_link_info *info);
} infos[] = {
	{ "task", of_process },
	{ "task_file", of_process },
	{ "task_vma", of_process },
	{ "cgroup", whole_tree },
};

/* Typed by BTF: the kernel wants to know the iterator at load. Attaching says
 * so when there is none. */
int prepare_iter(struct session *s, const struct plan_probe *p,
		 struct bpf_program *prog)
{
	struct str name = p->targets.v[0];

	bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
	bpf_program__set_expected_attach_type(prog, BPF_TRACE_ITER);
	if (bpf_program__set_attach_target(
		    prog, 0, arena_copy(&s->arena, name.p, name.n)))
		bpf_program__set_autoload(prog, false);
	return 0;
}

/* --- maps ----------------------------------------------------------------- */

static bool is_called(int fd, struct str name)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &size) &&
	       str_is(name, info.name);
}

/* The only map of a name; -ENOENT, -ENOTUNIQ. */
static int map_by_name(struct str name)
{
	uint32_t id = 0;
	int found = -ENOENT;

	while (!bpf_map_get_next_id(id, &id)) {
		int fd = bpf_map_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!is_called(fd, name)) {
			close(fd);
		} else if (found >= 0) {
			close(fd);
			close(found);
			return -ENOTUNIQ;
		} else {
			found = fd;
		}
	}
	return found;
}

static int open_map(struct session *s, struct str map)
{
	const char *text = arena_copy(&s->arena, map.p, map.n);
	char *end;
	unsigned long id = strtoul(text, &end, 10);
	int fd;

	if (*text == '/')
		fd = bpf_obj_get(text);
	else if (*text && !*end)
		fd = bpf_map_get_fd_by_id((uint32_t)id);
	else
		return map_by_name(map);
	return fd < 0 ? -errno : fd;
}

static int no_map(struct session *s, const struct plan_probe *p, int err)
{
	diag_errno(s->diags, err, D_ATTACH,
		   "cannot open the map '%.*s' of %.*s", STR_ARG(p->module),
		   STR_ARG(attach_name(s, p, 0)));
	if (err == -ENOTUNIQ)
		diag_hint(s->diags, "several maps have that name: say which "
				    "one by its number");
	else
		diag_hint(s->diags, "a map is given by its name, its number, "
				    "or the path where it is pinned");
	return err;
}

/* --- the link ------------------------------------------------------------- */

/* There is no way to ask the kernel for those of a process. */
static void check_process(struct session *s, const struct plan_probe *p)
{
	if (!s->opts.pid || s->opts.no_warnings ||
	    str_starts(p->targets.v[0], "task") || str_is_glob(p->name))
		return;
	diag_warn(s->diags, NOWHERE, D_ATTACH,
		  "%.*s goes over all there is, whatever the process of -p has",
		  STR_ARG(attach_name(s, p, 0)));
}

static int create_link(struct session *s, const struct plan_probe *p,
		       int prog_fd, int map_fd)
{
	DECLARE_LIBBPF_OPTS(bpf_link_create_opts, opts);
	union bpf_iter_link_info info = { 0 };
	int fd;

	if (map_fd >= 0) {
		info.map.map_fd = (uint32_t)map_fd;
		opts.iter_info = &info;
		opts.iter_info_len = sizeof(info);
	}
	for (size_t i = 0; i < ARRAY_SIZE(infos); i++) {
		if (!str_is(p->targets.v[0], infos[i].name) ||
		    !infos[i].fill(s, &info))
			continue;
		opts.iter_info = &info;
		opts.iter_info_len = sizeof(info);
	}
	fd = bpf_link_create(prog_fd, 0, BPF_TRACE_ITER, &opts);
	return fd < 0 ? -errno : fd;
}

/* --- pinned --------------------------------------------------------------- */

static int pin(struct session *s, const struct plan_probe *p, int link_fd)
{
	const char *path = arena_copy(&s->arena, p->path.p, p->path.n);
	int err = bpf_obj_pin(link_fd, path) ? -errno : 0;

	if (!err) {
		if (!s->opts.quiet)
			out_say(&s->out, "Pinned %.*s to %s\n",
				STR_ARG(attach_name(s, p, 0)), path);
		return 0;
	}
	diag_errno(s->diags, err, D_IO, "cannot pin %.*s to '%s'",
		   STR_ARG(attach_name(s, p, 0)), path);
	if (err == -EEXIST)
		diag_hint(s->diags, "remove that file, or take another name");
	else
		diag_hint(s->diags, "it has to be in a file system for that: "
				    "mount -t bpf bpf /sys/fs/bpf");
	return err;
}

/* With map_fd, which is closed; -1: none. */
static int make_link(struct session *s, const struct plan_probe *p, int prog_fd,
		     int map_fd)
{
	int fd = prog_fd < 0 ? -ENOENT : create_link(s, p, prog_fd, map_fd);

	if (map_fd >= 0)
		close(map_fd);
	return fd;
}

int attach_iter(struct session *s, const struct plan_probe *p, int prog_fd)
{
	struct iteration *it;
	int fd, map_fd = -1;

	check_process(s, p);
	if (p->module.n) {
		map_fd = open_map(s, p->module);
		if (map_fd < 0)
			return no_map(s, p, map_fd);
	}
	fd = make_link(s, p, prog_fd, map_fd);
	if (fd < 0)
		return attach_missing(s, p, 0, fd);
	attach_keep(s, fd);
	if (p->path.n)
		return pin(s, p, fd);
	it = vec_add(&s->arena, &s->iterations);
	it->probe = p;
	it->link_fd = fd;
	return 0;
}

/* --- ours ----------------------------------------------------------------- */

static bool has_signal(const struct session *s)
{
	struct pollfd p = { .fd = s->signal_fd, .events = POLLIN };

	return s->is_interrupted || poll(&p, 1, 0) > 0;
}

/* A turn may end in the middle, or without any object. */
static int read_all(struct session *s, int fd)
{
	char bytes[ITER_BATCH];
	ssize_t n;

	for (;;) {
		n = read(fd, bytes, sizeof(bytes));
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		session_consume(s, true);
		if (!n || s->is_exiting || s->out.error || has_signal(s))
			return 0;
	}
}

int attach_iterate(struct session *s)
{
	vec_each(it, &s->iterations) {
		int fd, err;

		if (s->is_exiting || s->out.error)
			return 0;
		fd = bpf_iter_create(it->link_fd);
		err = fd < 0 ? -errno : read_all(s, fd);
		if (fd >= 0)
			close(fd);
		if (err)
			return diag_errno(
				s->diags, err, D_KERNEL,
				"cannot go through %.*s",
				STR_ARG(attach_name(s, it->probe, 0)));
	}
	return 0;
}
