/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "runtime/attach_multi.h"
#include "runtime/loop.h"
#include "runtime/privileges.h"
#include "runtime/way.h"

#define NOWHERE ((struct span){ 0 })

/* --- program types -------------------------------------------------------- */

static int prepare_once(struct session *s, const struct plan_probe *p,
			struct bpf_program *prog)
{
	(void)s;
	(void)p;
	bpf_program__set_type(prog, BPF_PROG_TYPE_RAW_TRACEPOINT);
	return 0;
}

static int prepare_timer(struct session *s, const struct plan_probe *p,
			 struct bpf_program *prog)
{
	(void)s;
	(void)p;
	bpf_program__set_type(prog, BPF_PROG_TYPE_PERF_EVENT);
	return 0;
}

static int prepare_tracepoint(struct session *s, const struct plan_probe *p,
			      struct bpf_program *prog)
{
	(void)s;
	(void)p;
	bpf_program__set_type(prog, BPF_PROG_TYPE_TRACEPOINT);
	return 0;
}

static int prepare_kprobe(struct session *s, const struct plan_probe *p,
			  struct bpf_program *prog)
{
	if (s->is_trampoline[p - s->plan->probes.v])
		return prepare_trampoline(s, p, prog);
	bpf_program__set_type(prog, BPF_PROG_TYPE_KPROBE);
	if (s->is_multi[p - s->plan->probes.v])
		bpf_program__set_expected_attach_type(
			prog, (enum bpf_attach_type)multi_attach_type(p));
	return 0;
}

/* --- what the rows share -------------------------------------------------- */

struct str attach_name(const struct session *s, const struct plan_probe *p,
		       size_t i)
{
	return i < p->names.n ? s->plan->names.v[p->names.v[i]] : p->name;
}

/* Many probes take a while where each has a link of its own. */
static void tell_progress(struct session *s)
{
	if (progress_add(&s->progress, 1, progress_clock()) && !s->opts.quiet)
		out_attaching(&s->out, s->progress.done, s->progress.total);
}

void attach_keep(struct session *s, int link_fd)
{
	struct attachment *a = vec_add(&s->arena, &s->attached);

	a->event_fd = -1;
	a->link_fd = link_fd;
	a->probe = s->attaching;
	tell_progress(s);
}

int attach_perf(struct session *s, int prog_fd, int event_fd, uint64_t cookie)
{
	DECLARE_LIBBPF_OPTS(bpf_link_create_opts, opts,
			    .perf_event.bpf_cookie = cookie);
	struct attachment *a;
	int err, link_fd;

	if (event_fd < 0)
		return event_fd;
	if (loop_ending_signal(s)) {
		close(event_fd);
		return -EINTR;
	}
	link_fd = bpf_link_create(prog_fd, event_fd, BPF_PERF_EVENT, &opts);
	if (link_fd < 0 || ioctl(event_fd, PERF_EVENT_IOC_ENABLE, 0)) {
		err = -errno;
		if (link_fd >= 0)
			close(link_fd);
		close(event_fd);
		return err;
	}
	a = vec_add(&s->arena, &s->attached);
	a->event_fd = event_fd;
	a->link_fd = link_fd;
	a->probe = s->attaching;
	tell_progress(s);
	return 0;
}

static bool is_missing(int err)
{
	return err == -ENOENT || err == -EADDRNOTAVAIL || err == -EINVAL ||
	       err == -EILSEQ;
}

static const struct {
	int err;
	const char *why;
} trampoline_reasons[] = {
	{ -E2BIG, "it has as many programs as the kernel allows" },
	{ -EBUSY, "something else has changed its first instruction" },
	{ -EINVAL, "the kernel does not let programs be put there" },
	{ -524, "this kernel cannot pass its arguments on" }, /* ENOTSUPP */
};

/* A saved program comes to kernels that lack what it was compiled for. */
static const char *const absent[PK_N] = {
	[PK_TRACEPOINT] = "this kernel has no such event",
	[PK_RAWTRACEPOINT] = "this kernel has no such event",
	[PK_KPROBE] = "this kernel has no such function",
	[PK_FENTRY] = "this kernel has no such function",
	[PK_FMODRET] = "this kernel has no such function",
	[PK_LSM] = "this kernel has no such hook",
};

static bool is_for_trampolines(const struct plan_probe *p)
{
	return p->kind == PK_FENTRY || p->kind == PK_FMODRET ||
	       p->kind == PK_LSM || p->flags & PF_TRAMPOLINE;
}

const char *attach_reason(const struct plan_probe *p, int err)
{
	bool is_function = p->kind == PK_KPROBE;

	for (size_t i = 0; i < ARRAY_SIZE(trampoline_reasons); i++)
		if (is_for_trampolines(p) && err == trampoline_reasons[i].err)
			return trampoline_reasons[i].why;

	if (err == -ENOENT && absent[p->kind])
		return absent[p->kind];
	if (is_function && err == -EILSEQ)
		return "no instruction starts there";
	if (is_function && err == -EADDRNOTAVAIL)
		return "the kernel has several functions of this name, or "
		       "none";
	if (is_function && err == -EINVAL)
		return "this is not inside the function, or where the kernel "
		       "forbids kprobes";
	if (err == -E2BIG) /* BPF_TRACE_MAX_PROGS */
		return "the kernel runs at most 64 programs there";
	return strerror(-err);
}

int attach_report(struct session *s, const struct plan_probe *p, size_t i,
		  int err)
{
	uint64_t missing = s->plan->options.num[OPT_MISSING_PROBES];
	struct str name = attach_name(s, p, i);

	if (err == -EINTR) /* nobody waits for it any more */
		return err;
	if (is_missing(err) && missing == MISSING_IGNORE)
		return 0;
	if (is_missing(err) && missing == MISSING_WARN) {
		diag_warn(s->diags, NOWHERE, D_ATTACH, "cannot attach %.*s: %s",
			  STR_ARG(name), attach_reason(p, err));
		return 0;
	}
	if (err == -EPERM || err == -EACCES) {
		diag_errno(s->diags, err, D_PERMISSION, "cannot attach %.*s",
			   STR_ARG(name));
		privileges_hint(s, p);
		return err;
	}
	diag_error(s->diags, NOWHERE, D_ATTACH, "cannot attach %.*s: %s",
		   STR_ARG(name), attach_reason(p, err));
	return err;
}

int attach_missing(struct session *s, const struct plan_probe *p, size_t i,
		   int err)
{
	struct str name = attach_name(s, p, i);

	if (!is_missing(err) || !str_is_glob(p->name))
		return attach_report(s, p, i, err);
	s->n_left_out++;
	if (s->opts.verbose)
		out_say(&s->out, "%.*s: left out: %s\n", STR_ARG(name),
			attach_reason(p, err));
	return 0;
}

/* --- the table ------------------------------------------------------------ */

static int attach_never(struct session *s, const struct plan_probe *p,
			int prog_fd)
{
	(void)s;
	(void)p;
	(void)prog_fd;
	return 0;
}

const struct attach_ops attach_ops[PK_N] = {
	[PK_BEGIN] = { prepare_once, attach_never },
	[PK_END] = { prepare_once, attach_never },
	[PK_INTERVAL] = { prepare_timer, attach_timer },
	[PK_PROFILE] = { prepare_timer, attach_timer },
	[PK_TRACEPOINT] = { prepare_tracepoint, attach_tracepoint },
	[PK_SYSCALLS] = { prepare_tracepoint, attach_syscalls },
	[PK_RAWTRACEPOINT] = { prepare_rawtracepoint, attach_trampoline },
	[PK_FENTRY] = { prepare_trampoline, attach_trampoline,
			.is_last_first = true },
	[PK_FMODRET] = { prepare_trampoline, attach_trampoline,
			 .is_last_first = true },
	[PK_LSM] = { prepare_trampoline, attach_trampoline,
		     .is_last_first = true },
	[PK_BPF_PROG] = { prepare_bpf_prog, attach_trampoline,
			  .is_last_first = true },
	[PK_KPROBE] = { prepare_kprobe, attach_kprobe, .is_last_first = true,
			.is_first_at_return = true },
	[PK_SOFTWARE] = { prepare_timer, attach_counter },
	[PK_HARDWARE] = { prepare_timer, attach_counter },
	[PK_ITER] = { prepare_iter, attach_iter, .is_once = true },
	[PK_WATCHPOINT] = { prepare_timer, attach_watchpoint },
	[PK_UPROBE] = { prepare_kprobe, attach_uprobe, .is_last_first = true },
	[PK_USDT] = { prepare_kprobe, attach_usdt, .is_last_first = true },
	[PK_SELF] = { prepare_once, attach_signal },
	[PK_TEST] = { prepare_test, attach_never },
	[PK_BENCH] = { prepare_test, attach_never },
};

/* --- all of a session ----------------------------------------------------- */

static bool has_event(const struct plan_probe *p)
{
	return attach_ops[p->kind].attach != attach_never &&
	       !attach_ops[p->kind].is_once;
}

bool attach_has_events(const struct session *s)
{
	vec_each(p, &s->plan->probes) {
		if (has_event(p))
			return true;
	}
	return false;
}

/* Nothing that a wildcard matched is here. */
static int report_left_out(struct session *s, const struct plan_probe *p)
{
	switch (s->plan->options.num[OPT_MISSING_PROBES]) {
	case MISSING_IGNORE: return 0;
	case MISSING_WARN:
		diag_warn(s->diags, NOWHERE, D_ATTACH,
			  "nothing of %.*s can be attached", STR_ARG(p->name));
		return 0;
	default:
		diag_error(s->diags, NOWHERE, D_ATTACH,
			   "nothing of %.*s can be attached", STR_ARG(p->name));
		return -ENOENT;
	}
}

static bool is_last_first(const struct plan_probe *p)
{
	const struct attach_ops *ops = &attach_ops[p->kind];

	return ops->is_last_first &&
	       !(ops->is_first_at_return && (p->flags & PF_RETURN));
}

/* What became of a probe: of a wildcard some or none may be here. */
enum found {
	FOUND_UNKNOWN,
	FOUND_SOME,
	FOUND_NONE
};

/* The probe, or all that share a link with it. */
static int attach_one(struct session *s, size_t i, bool reversed,
		      enum found *found)
{
	const struct plan_probe *p = &s->plan->probes.v[i];
	int fd = bpf_program__fd(s->programs[i]), err;
	size_t n = s->attached.n, left_out = s->n_left_out;

	if (s->is_trampoline[i] || is_last_first(p) != reversed ||
	    (p->flags & PF_ABSENT && !s->is_multi[i]))
		return 0;
	if (loop_ending_signal(s))
		return -EINTR;
	s->attaching = (uint32_t)i + 1;
	if (s->is_multi[i] && p->kind != PK_USDT)
		err = multi_attach(s, i, fd);
	else
		err = attach_ops[p->kind].attach(s, p, fd);
	s->attaching = 0;
	if (s->attached.n > n)
		found[i] = FOUND_SOME;
	else if (s->n_left_out > left_out)
		found[i] = FOUND_NONE;
	return err > 0 ? 0 : err;
}

/* Is probe i the first of a wildcard's programs, and none of them here? */
static bool is_left_out(const struct session *s, size_t i,
			const enum found *found)
{
	const struct plan_probe *v = s->plan->probes.v;
	size_t j;

	if (found[i] != FOUND_NONE)
		return false;
	for (j = 0; j < s->plan->probes.n; j++)
		if (str_eq(v[j].name, v[i].name) &&
		    (found[j] == FOUND_SOME ||
		     (j < i && found[j] == FOUND_NONE)))
			return false;
	return true;
}

/* Two descriptors for each event, which may be more than usual. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int attach_all(struct session *s)
{
	size_t i, n = s->plan->probes.n;
	auto_free enum found *found = xzalloc((n + 1) * sizeof(*found));
	int err = 0;

	raise_file_limit();
	s->progress.said = progress_clock();
	vec_each(p, &s->plan->probes)
		s->progress.total += plan_probe_targets(p);
	err = way_attach(s);
	for (i = 0; i < n && !err; i++)
		err = attach_one(s, i, false, found);
	for (i = n; i > 0 && !err; i--)
		err = attach_one(s, i - 1, true, found);
	for (i = 0; i < n && !err; i++)
		if (is_left_out(s, i, found))
			err = report_left_out(s, &s->plan->probes.v[i]);
	if (!err) {
		attach_report_omissions(s);
		way_report(s);
	}
	return err;
}

int attach_run_one(struct session *s, size_t i)
{
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (!bpf_prog_test_run_opts(bpf_program__fd(s->programs[i]), &opts))
		return 0;
	return diag_errno(s->diags, errno, D_KERNEL, "cannot run %.*s",
			  STR_ARG(s->plan->probes.v[i].name));
}

int attach_run(struct session *s, enum probe_kind kind)
{
	int err = 0;

	for (size_t i = 0; i < s->plan->probes.n && !err; i++)
		if (s->plan->probes.v[i].kind == kind)
			err = attach_run_one(s, i);
	return err;
}
