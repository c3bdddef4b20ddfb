/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/way.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "runtime/attach.h"
#include "runtime/load.h"
#include "runtime/loop.h"

static bool is_either(const struct plan_probe *p)
{
	return p->kind == PK_KPROBE && (p->flags & PF_TRAMPOLINE);
}

/* What it is instead of a kprobe. */
static const char *name_of(const struct plan_probe *p)
{
	return p->flags & PF_RETURN ? "fexit" : "fentry";
}

static enum trace_how how_of(const struct plan_probe *p)
{
	return p->flags & PF_RETURN ? TRACE_RETURN : TRACE_ENTRY;
}

/* --- the choice ----------------------------------------------------------- */

/* Who compiled the script just now has looked. */
static bool is_unique(struct session *s, const struct plan_probe *p)
{
	struct str module = p->module.n ? p->module : STR("vmlinux");
	str_vec found = { 0 };

	return !machine_functions(s->machine, module, p->targets.v[0],
				  &s->arena, &found) &&
	       found.n == 1 && !machine_had_namesakes(s->machine);
}

static bool shares_function(const struct plan_probe *a,
			    const struct plan_probe *b)
{
	if (a->kind != PK_KPROBE || b->kind != PK_KPROBE)
		return false;
	vec_each(name, &b->targets)
		if (str_eq(*name, a->targets.v[0]))
			return true;
	return false;
}

/* Does it meet one that has to be a kprobe? */
static bool meets_kprobe(const struct session *s, size_t i)
{
	const struct plan_probe *v = s->plan->probes.v;
	size_t j;

	for (j = 0; j < s->plan->probes.n; j++)
		if (!s->is_trampoline[j] && shares_function(&v[i], &v[j]))
			return true;
	return false;
}

static void settle(struct session *s)
{
	bool any = true;
	size_t i;

	while (any) {
		any = false;
		for (i = 0; i < s->plan->probes.n; i++) {
			if (!s->is_trampoline[i] || !meets_kprobe(s, i))
				continue;
			s->is_trampoline[i] = false;
			any = true;
		}
	}
}

void way_choose(struct session *s)
{
	bool is_saved = !machine_btf_is_open(s->machine);
	size_t i, n = s->plan->probes.n;

	s->is_trampoline = arena_alloc(&s->arena, n + 1);
	s->refusals = arena_alloc(&s->arena, (n + 1) * sizeof(*s->refusals));
	s->places = arena_alloc(&s->arena, (n + 1) * sizeof(*s->places));
	if (s->opts.no_features & FEATURE_FENTRY)
		return;
	for (i = 0; i < n; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];

		s->is_trampoline[i] =
			is_either(p) &&
			machine_fits_trampoline(s->machine, p->module,
						p->targets.v[0], how_of(p),
						p->rate) &&
			(!is_saved || is_unique(s, p));
	}
	settle(s);
}

bool way_is_trampoline(const struct session *s, struct str function)
{
	struct str name, module = str_split(function, ':', &name);
	size_t i;

	if (!str_has(function, ':')) {
		name = function;
		module = STR("");
	}
	for (i = 0; i < s->plan->probes.n; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];

		if (s->is_trampoline && s->is_trampoline[i] &&
		    str_eq(p->targets.v[0], name) && str_eq(p->module, module))
			return true;
	}
	return false;
}

/* --- their functions ------------------------------------------------------ */

static bool is_of_module(const struct plan_probe *p)
{
	return p->module.n && !str_is(p->module, "vmlinux") &&
	       !str_is_glob(p->module);
}

static void forget_place(struct btf_place *place)
{
	if (place->fd > 0)
		close(place->fd);
	*place = (struct btf_place){ 0 };
}

/* As the kernel's own BTF numbers it; 0: it has none of that name. */
static uint32_t id_of(struct session *s, const struct plan_probe *p,
		      struct str name)
{
	uint32_t id = 0;

	if (p->kind == PK_RAWTRACEPOINT)
		return machine_rawtracepoint_id(s->machine, name);
	if (p->kind == PK_LSM)
		name = str_printf(&s->arena, "bpf_lsm_%.*s", STR_ARG(name));
	machine_btf_function(s->machine, STR("vmlinux"), name, &id);
	return id;
}

/* libbpf would read that BTF for itself, which takes longer than all the rest
 * of loading: it takes the program for one that needs none until before_load().
 * Programs that it relocates by that BTF (saved ones) are all its own. */
static bool set_kernels(struct session *s, const struct plan_probe *p,
			struct bpf_program *prog, struct str name)
{
	struct btf_place *place = &s->places[p - s->plan->probes.v];

	if (!s->opts.is_foreign)
		place->id = id_of(s, p, name);
	if (!place->id)
		return !bpf_program__set_attach_target(
			prog, 0, arena_copy(&s->arena, name.p, name.n));
	place->type = (uint32_t)bpf_program__type(prog);
	bpf_program__set_type(prog, BPF_PROG_TYPE_RAW_TRACEPOINT);
	return true;
}

void way_set_target(struct session *s, const struct plan_probe *p,
		    struct bpf_program *prog)
{
	size_t i = (size_t)(p - s->plan->probes.v);
	struct btf_place *place = &s->places[i];
	struct str name = p->targets.n ? p->targets.v[0] : STR("");
	bool ok = !s->refusals[i];

	forget_place(place);
	if (ok && is_of_module(p) && p->kind != PK_RAWTRACEPOINT) {
		place->fd = machine_btf_function(s->machine, p->module, name,
						 &place->id);
		ok = place->fd > 0;
	} else if (ok) {
		ok = set_kernels(s, p, prog, name);
	}
	if (!ok)
		bpf_program__set_autoload(prog, false);
}

/* libbpf looks for a name in the kernel's own BTF first. */
static int before_load(struct bpf_program *prog,
		       struct bpf_prog_load_opts *opts, long session)
{
	struct session *s = (struct session *)session;
	size_t i;

	buf_reset(&s->last_lines.records);
	s->last_lines.size = opts->line_info_rec_size;
	buf_add(&s->last_lines.records, opts->line_info,
		(size_t)opts->line_info_cnt * opts->line_info_rec_size);
	for (i = 0; i < s->plan->probes.n; i++) {
		if (s->programs[i] != prog || !s->places[i].id)
			continue;
		opts->attach_btf_obj_fd = (uint32_t)s->places[i].fd;
		opts->attach_btf_id = s->places[i].id;
		if (s->places[i].type)
			bpf_program__set_type(
				prog, (enum bpf_prog_type)s->places[i].type);
	}
	return 0;
}

int way_register(struct session *s)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)s,
		    .prog_prepare_load_fn = before_load);

	for (size_t i = 0; i < s->plan->probes.n; i++)
		forget_place(&s->places[i]); /* of an earlier try */
	return libbpf_register_prog_handler(NULL, BPF_PROG_TYPE_UNSPEC, 0,
					    &opts);
}

void way_unregister(int handler)
{
	if (handler >= 0)
		libbpf_unregister_prog_handler(handler);
}

/* --- refusals ------------------------------------------------------------- */

/* A program that does nothing, for the target of p: 0 or -errno. */
static int try_target(struct session *s, const struct plan_probe *p)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	DECLARE_LIBBPF_OPTS(bpf_prog_load_opts, opts,
			    .expected_attach_type = attach_type(p));
	enum bpf_prog_type type =
		p->kind == PK_LSM ? BPF_PROG_TYPE_LSM : BPF_PROG_TYPE_TRACING;
	struct str name = p->targets.v[0], module = p->module;
	int fd, place;

	if (p->kind == PK_LSM)
		name = str_printf(&s->arena, "bpf_lsm_%.*s", STR_ARG(name));
	if (!is_of_module(p))
		module = STR("vmlinux");
	place = machine_btf_function(s->machine, module, name,
				     &opts.attach_btf_id);
	if (place < 0) /* not here, which is no refusal */
		return 0;
	opts.attach_btf_obj_fd = (uint32_t)place;
	fd = bpf_prog_load(type, "espy_can", "GPL", code, ARRAY_SIZE(code),
			   &opts);
	if (place > 0)
		close(place);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static bool is_one_of_many(const struct plan_probe *p)
{
	return (p->kind == PK_FENTRY || p->kind == PK_FMODRET ||
		p->kind == PK_LSM) &&
	       str_is_glob(p->name);
}

static void note_refusal(struct session *s, const struct plan_probe *p,
			 const char *what, int err)
{
	if (s->opts.verbose)
		out_say(&s->out, "%.*s: the kernel does not %s it as %s: %s\n",
			STR_ARG(p->name), what, name_of(p),
			attach_reason(p, err));
}

/* What the kernel does not let us do at all is no matter of the target. */
static bool find_refusals(struct session *s)
{
	bool any = false;
	size_t i;

	for (i = 0; i < s->plan->probes.n; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];
		int err;

		if (!s->is_trampoline[i] && !is_one_of_many(p))
			continue;
		err = try_target(s, p);
		if (!err || err == -EPERM || err == -EACCES)
			continue;
		any = true;
		if (!s->is_trampoline[i]) {
			s->refusals[i] = err;
			continue;
		}
		s->is_trampoline[i] = false;
		note_refusal(s, p, "load", err);
	}
	settle(s);
	return any;
}

static bool has_trampoline(const struct session *s)
{
	return memchr(s->is_trampoline, true, s->plan->probes.n);
}

static void forget_trampolines(struct session *s)
{
	memset(s->is_trampoline, false, s->plan->probes.n);
}

bool way_lessen(struct session *s, int err)
{
	if (!s->has_lessened) {
		s->has_lessened = true;
		if (find_refusals(s))
			return true;
	}
	if (!has_trampoline(s))
		return false;
	forget_trampolines(s);
	if (s->opts.verbose)
		out_say(&s->out,
			"the kernel does not load kprobes as fentry: %s\n",
			strerror(-err));
	return true;
}

/* --- attaching ------------------------------------------------------------ */

static int attach_each(struct session *s, const struct plan_probe **which)
{
	size_t i;
	int fd;

	for (i = s->plan->probes.n; i > 0; i--) {
		if (!s->is_trampoline[i - 1])
			continue;
		*which = &s->plan->probes.v[i - 1];
		if (loop_ending_signal(s))
			return -EINTR;
		fd = bpf_raw_tracepoint_open(
			NULL, bpf_program__fd(s->programs[i - 1]));
		if (fd < 0)
			return -errno;
		s->attaching = (uint32_t)i;
		attach_keep(s, fd);
		s->attaching = 0;
	}
	return 0;
}

/* What is attached last runs first. */
int way_attach(struct session *s)
{
	const struct plan_probe *p = NULL;
	size_t i, n = s->attached.n;
	int err = attach_each(s, &p);

	if (!err || err == -EINTR)
		return err;
	for (i = n; i < s->attached.n; i++)
		close(s->attached.v[i].link_fd);
	s->attached.n = n;
	note_refusal(s, p, "attach", err);
	return load_kprobes(s);
}

void way_report(struct session *s)
{
	size_t i;

	for (i = 0; i < s->plan->probes.n && s->opts.verbose; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];
		const char *how = "a kprobe";

		if (p->kind != PK_KPROBE)
			continue;
		if (s->is_trampoline[i])
			how = name_of(p);
		else if (s->is_multi[i])
			how = "kprobe.multi";
		out_say(&s->out, "%.*s: attached by %s\n", STR_ARG(p->name),
			how);
	}
}
