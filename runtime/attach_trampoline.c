/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel types by its target when a program is loaded: functions,
 * security hooks and programs by trampolines, raw tracepoints. Each target has
 * a program of its own. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include "runtime/attach.h"
#include "runtime/way.h"

#define NOWHERE ((struct span){ 0 })

static const char *target_name(struct session *s, const struct plan_probe *p)
{
	struct str target = p->targets.n ? p->targets.v[0] : STR("");

	return arena_copy(&s->arena, target.p, target.n);
}

/* A program whose target this kernel does not have is not loaded; attaching it
 * says so. */
static int set_target(struct bpf_program *prog, int fd, const char *name)
{
	int err = bpf_program__set_attach_target(prog, fd, name);

	if (err)
		bpf_program__set_autoload(prog, false);
	return 0;
}

int prepare_rawtracepoint(struct session *s, const struct plan_probe *p,
			  struct bpf_program *prog)
{
	bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
	bpf_program__set_expected_attach_type(prog, BPF_TRACE_RAW_TP);
	way_set_target(s, p, prog);
	return 0;
}

enum bpf_attach_type attach_type(const struct plan_probe *p)
{
	if (p->kind == PK_LSM)
		return BPF_LSM_MAC;
	if (p->kind == PK_FMODRET)
		return BPF_MODIFY_RETURN;
	return p->flags & PF_RETURN ? BPF_TRACE_FEXIT : BPF_TRACE_FENTRY;
}

int prepare_trampoline(struct session *s, const struct plan_probe *p,
		       struct bpf_program *prog)
{
	bpf_program__set_type(prog, p->kind == PK_LSM ? BPF_PROG_TYPE_LSM
						      : BPF_PROG_TYPE_TRACING);
	bpf_program__set_expected_attach_type(prog, attach_type(p));
	/* libbpf puts "bpf_lsm_" in front itself. */
	way_set_target(s, p, prog);
	return 0;
}

/* --- programs of BPF -------------------------------------------------------- */

/* The program of that name, or with that id: its descriptor, -1 when it is
 * gone. */
static int open_program(struct session *s, const struct plan_probe *p)
{
	bpf_program_vec found = { 0 };

	if (p->targets.n)
		machine_bpf_programs(s->machine, p->targets.v[0], &s->arena,
				     &found);
	vec_each(it, &found)
		if (!p->offset || p->offset == it->id)
			return bpf_prog_get_fd_by_id(it->id);
	return -1;
}

int prepare_bpf_prog(struct session *s, const struct plan_probe *p,
		     struct bpf_program *prog)
{
	int fd = open_program(s, p);

	bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
	bpf_program__set_expected_attach_type(prog, attach_type(p));
	if (fd < 0) {
		bpf_program__set_autoload(prog, false);
		return 0;
	}
	/* The load needs it; closed with what is attached. */
	attach_keep(s, fd);
	return set_target(prog, fd, target_name(s, p));
}

/* --- all of them ------------------------------------------------------------ */

/* Was another target of the same wildcard found on this kernel? */
static bool has_relative(const struct session *s, const struct plan_probe *p)
{
	size_t i;

	if (!str_is_glob(p->name))
		return false;
	for (i = 0; i < s->plan->probes.n; i++)
		if (&s->plan->probes.v[i] != p &&
		    str_eq(s->plan->probes.v[i].name, p->name) &&
		    bpf_program__fd(s->programs[i]) >= 0)
			return true;
	return false;
}

static struct omission *find_omission(struct session *s,
				      const struct plan_probe *p)
{
	vec_each(it, &s->omissions)
		if (str_eq(it->probe->name, p->name))
			return it;
	return NULL;
}

/* One of many that the kernel does not let us have. */
static int omit(struct session *s, const struct plan_probe *p, int err)
{
	struct omission *it = find_omission(s, p);

	if (!it) {
		it = vec_add(&s->arena, &s->omissions);
		it->probe = p;
		it->err = err;
	}
	it->n++;
	s->n_left_out++;
	return 0;
}

void attach_report_omissions(struct session *s)
{
	if (s->plan->options.num[OPT_MISSING_PROBES] == MISSING_IGNORE)
		return;
	vec_each(it, &s->omissions)
		diag_warn(s->diags, NOWHERE, D_ATTACH,
			  "left out %zu of %.*s: %s%.*s: %s", it->n,
			  STR_ARG(it->probe->name),
			  it->n > 1 ? "the first is " : "",
			  STR_ARG(attach_name(s, it->probe, 0)),
			  attach_reason(it->probe, it->err));
}

int attach_trampoline(struct session *s, const struct plan_probe *p,
		      int prog_fd)
{
	int fd, err = s->refusals[p - s->plan->probes.v];

	if (prog_fd < 0 && has_relative(s, p))
		return err ? omit(s, p, err) : 0;
	if (prog_fd < 0)
		return attach_report(s, p, 0, err ? err : -ENOENT);
	fd = bpf_raw_tracepoint_open(NULL, prog_fd);
	err = fd < 0 ? -errno : 0;
	if (err && err != -EPERM && err != -EACCES && has_relative(s, p))
		return omit(s, p, err);
	if (err)
		return attach_report(s, p, 0, err);
	attach_keep(s, fd);
	return 0;
}
