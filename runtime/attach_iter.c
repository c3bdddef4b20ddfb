/* SPDX-License-Identifier: Apache-2.0 */
/* Iterators: the program runs for each object while a file is read, ours or
 * the one that was pinned. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
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

static int create_link(struct session *s, const struct plan_probe *p,
		       int prog_fd)
{
	DECLARE_LIBBPF_OPTS(bpf_link_create_opts, opts);
	union bpf_iter_link_info info = { 0 };
	int fd;

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

int attach_iter(struct session *s, const struct plan_probe *p, int prog_fd)
{
	struct iteration *it;
	int fd = prog_fd < 0 ? -ENOENT : create_link(s, p, prog_fd);

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
