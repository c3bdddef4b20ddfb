/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/attach_multi.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/attach.h"

/* What the system's headers may be too old for. */
enum {
	ATTACH_KPROBE_MULTI = 42, /* BPF_TRACE_KPROBE_MULTI, Linux 5.18 */
	ATTACH_UPROBE_MULTI = 48, /* BPF_TRACE_UPROBE_MULTI, Linux 6.6 */
	MULTI_RETURN = 1, /* BPF_F_KPROBE_MULTI_RETURN and the other */
};

/* Before 6.10 the filter by process dropped all threads but the first. */
#define VERSION_PID (6u << 16 | 10)

struct kprobe_multi {
	uint32_t flags, n;
	uint64_t symbols, addresses, cookies; /* of arrays */
};

struct uprobe_multi {
	uint64_t path, offsets, counters, cookies; /* of arrays */
	uint32_t n, flags, pid;
};

/* BPF_LINK_CREATE's part of union bpf_attr. */
struct link_create {
	uint32_t program, target, attach_type, flags;
	union {
		struct kprobe_multi kprobe;
		struct uprobe_multi uprobe;
	};
};

uint32_t multi_attach_type(const struct plan_probe *p)
{
	return p->kind == PK_KPROBE ? ATTACH_KPROBE_MULTI : ATTACH_UPROBE_MULTI;
}

static int create(const struct link_create *attr)
{
	int fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, attr, sizeof(*attr));

	return fd < 0 ? -errno : fd;
}

/* --- can the kernel? ------------------------------------------------------ */

/* A program that does nothing, loaded for this way of attaching. */
static int load_nothing(uint32_t attach_type)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	DECLARE_LIBBPF_OPTS(bpf_prog_load_opts, opts,
			    .expected_attach_type =
				    (enum bpf_attach_type)attach_type);

	return bpf_prog_load(BPF_PROG_TYPE_KPROBE, "espy_can", "GPL", code,
			     ARRAY_SIZE(code), &opts);
}

/* A link that can never be is refused for what is wrong with it, where such
 * links are known at all. */
static bool can_kprobes(void)
{
	const char *nothing = "espy: no function is called so";
	auto_fd int program = load_nothing(ATTACH_KPROBE_MULTI);
	struct link_create attr = {
		.program = (uint32_t)program,
		.attach_type = ATTACH_KPROBE_MULTI,
		.kprobe = { .n = 1, .symbols = (uintptr_t)&nothing },
	};

	return program >= 0 && create(&attr) == -ESRCH;
}

static bool can_uprobes(void)
{
	uint64_t offset = 0;
	auto_fd int program = load_nothing(ATTACH_UPROBE_MULTI);
	struct link_create attr = {
		.program = (uint32_t)program,
		.attach_type = ATTACH_UPROBE_MULTI,
		.uprobe = { .path = (uintptr_t) "/",
			    .offsets = (uintptr_t)&offset,
			    .n = 1 },
	};

	return program >= 0 && create(&attr) == -EBADF;
}

/* --- the choice ----------------------------------------------------------- */

/* The probes from first on that share its program. */
static size_t group_end(const struct session *s, size_t first)
{
	const struct plan_probe *v = s->plan->probes.v;
	size_t end = first + 1;

	while (end < s->plan->probes.n &&
	       str_eq(v[end].symbol, v[first].symbol))
		end++;
	return end;
}

/* Only entries and returns of functions. */
static bool is_plain(const struct plan_probe *p)
{
	return !(p->flags & (PF_ADDRESS | PF_REGS)) && !p->offset;
}

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* One link cannot run a program twice for a function. */
static bool has_twice(struct session *s, size_t first, size_t end)
{
	VEC(struct str) names = { 0 };
	size_t i;

	for (i = first; i < end; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];

		vec_each(name, &p->targets)
			if (!(p->flags & PF_ABSENT))
				vec_push(&s->arena, &names, *name);
	}
	qsort(names.v, names.n, sizeof(*names.v), compare_names);
	for (i = 1; i < names.n; i++)
		if (str_eq(names.v[i - 1], names.v[i]))
			return true;
	return false;
}

/* How the probes of a program could be attached. */
enum way {
	WAY_ANY, /* they are no kprobes, or inside of functions */
	WAY_LINK,
	WAY_EVENTS,
};

static enum way way_of(struct session *s, size_t first, size_t end)
{
	size_t i, plain = 0;

	if (s->plan->probes.v[first].kind != PK_KPROBE ||
	    s->is_trampoline[first])
		return WAY_ANY;
	for (i = first; i < end; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];

		if (p->flags & PF_ABSENT) {
			plain++;
			continue;
		}
		if (!p->targets.n || p->flags & PF_REGS)
			return WAY_EVENTS;
		plain += is_plain(p);
	}
	if (!plain)
		return WAY_ANY;
	return plain == end - first && !has_twice(s, first, end) ? WAY_LINK
								 : WAY_EVENTS;
}

static size_t count_all(const struct session *s, size_t first, size_t end)
{
	size_t n = 0;

	while (first < end)
		n += plan_probe_targets(&s->plan->probes.v[first++]);
	return n;
}

/* Programs of one function run in the order of the script only when they are
 * attached in one way: all kprobes are, or none is. */
static bool wants_kprobes(struct session *s)
{
	bool wants = false;
	size_t i, end;

	for (i = 0; i < s->plan->probes.n; i = end) {
		enum way way;

		end = group_end(s, i);
		way = way_of(s, i, end);
		if (way == WAY_EVENTS)
			return false;
		wants |= way == WAY_LINK && count_all(s, i, end) > 1;
	}
	return wants;
}

/* How many sites a mark has is not known yet. */
static bool wants_uprobes(const struct session *s, size_t first, size_t end)
{
	if (s->plan->probes.v[first].kind == PK_USDT)
		return true;
	return s->plan->probes.v[first].kind == PK_UPROBE &&
	       count_all(s, first, end) > 1;
}

static void choose_kprobes(struct session *s)
{
	size_t i, end;

	if ((s->opts.no_features & FEATURE_KPROBE_MULTI) || !wants_kprobes(s) ||
	    !can_kprobes())
		return;
	for (i = 0; i < s->plan->probes.n; i = end) {
		end = group_end(s, i);
		if (way_of(s, i, end) == WAY_LINK)
			memset(s->is_multi + i, true, end - i);
	}
}

static void choose_uprobes(struct session *s)
{
	bool known = false;
	size_t i, end;

	if (s->opts.no_features & FEATURE_UPROBE_MULTI)
		return;
	for (i = 0; i < s->plan->probes.n; i = end) {
		end = group_end(s, i);
		if (!wants_uprobes(s, i, end))
			continue;
		if (!known && !can_uprobes())
			return;
		known = true;
		memset(s->is_multi + i, true, end - i);
	}
}

void multi_choose(struct session *s)
{
	s->is_multi = arena_alloc(&s->arena, s->plan->probes.n + 1);
	choose_kprobes(s);
	choose_uprobes(s);
}

/* --- attaching ------------------------------------------------------------ */

/* One function of a link to be. */
struct place {
	const struct plan_probe *probe;
	size_t i; /* its target */
	const char *symbol; /* of the kernel */
	uint64_t address; /* of a module's function */
	uint64_t offset; /* in m->path */
};

struct multi {
	struct session *s;
	int prog_fd;
	const char *path; /* of uprobes; NULL: functions of the kernel */
	VEC(struct place) places;
};

static int link_kprobes(const struct multi *m, size_t first, size_t n)
{
	auto_free uint64_t *places = xzalloc(n * sizeof(*places));
	auto_free uint64_t *cookies = xzalloc(n * sizeof(*cookies));
	const struct place *v = m->places.v + first;
	struct link_create attr = {
		.program = (uint32_t)m->prog_fd,
		.attach_type = ATTACH_KPROBE_MULTI,
		.kprobe = { .n = (uint32_t)n, .cookies = (uintptr_t)cookies },
	};
	size_t i;

	if (v->address)
		attr.kprobe.addresses = (uintptr_t)places;
	else
		attr.kprobe.symbols = (uintptr_t)places;
	if (v->probe->flags & PF_RETURN)
		attr.kprobe.flags = MULTI_RETURN;
	for (i = 0; i < n; i++) {
		places[i] = v->address ? v[i].address : (uintptr_t)v[i].symbol;
		cookies[i] = v[i].probe->names.v[v[i].i];
	}
	return create(&attr);
}

static int link_uprobes(const struct multi *m, size_t first, size_t n)
{
	auto_free uint64_t *offsets = xzalloc(n * sizeof(*offsets));
	auto_free uint64_t *cookies = xzalloc(n * sizeof(*cookies));
	const struct place *v = m->places.v + first;
	struct link_create attr = {
		.program = (uint32_t)m->prog_fd,
		.attach_type = ATTACH_UPROBE_MULTI,
		.uprobe = { .path = (uintptr_t)m->path,
			    .offsets = (uintptr_t)offsets,
			    .cookies = (uintptr_t)cookies,
			    .n = (uint32_t)n },
	};
	size_t i;

	if (v->probe->flags & PF_RETURN)
		attr.uprobe.flags = MULTI_RETURN;
	if (machine_version(m->s->machine) >= VERSION_PID)
		attr.uprobe.pid = (uint32_t)m->s->opts.pid;
	for (i = 0; i < n; i++) {
		offsets[i] = v[i].offset;
		cookies[i] = v[i].probe->names.v[v[i].i];
	}
	return create(&attr);
}

int multi_link_sites(struct session *s, int prog_fd, const char *path,
		     const struct multi_sites *sites)
{
	struct link_create attr = {
		.program = (uint32_t)prog_fd,
		.attach_type = ATTACH_UPROBE_MULTI,
		.uprobe = { .path = (uintptr_t)path,
			    .offsets = (uintptr_t)sites->offsets.v,
			    .cookies = (uintptr_t)sites->cookies.v,
			    .n = (uint32_t)sites->offsets.n },
	};
	int fd;

	if (sites->has_counters)
		attr.uprobe.counters = (uintptr_t)sites->counters.v;
	if (machine_version(s->machine) >= VERSION_PID)
		attr.uprobe.pid = (uint32_t)s->opts.pid;
	fd = create(&attr);
	if (fd < 0)
		return fd;
	attach_keep(s, fd);
	return 0;
}

static int link_some(struct multi *m, size_t first, size_t n)
{
	int fd =
		m->path ? link_uprobes(m, first, n) : link_kprobes(m, first, n);

	if (fd < 0)
		return fd == -ESRCH ? -ENOENT : fd;
	m->s->progress.done += n - 1;
	attach_keep(m->s, fd);
	return 0;
}

/* Is it for one of the functions that the kernel refuses all? */
static bool blames_one(int err)
{
	return err != -EPERM && err != -EACCES && err != -ENOMEM &&
	       err != -E2BIG;
}

/* One of many that cannot be attached makes the kernel refuse all of them: it
 * is found by halving. */
static int link_places(struct multi *m, size_t first, size_t n)
{
	const struct place *place = &m->places.v[first];
	int err = n ? link_some(m, first, n) : 0;

	if (!err)
		return 0;
	if (n == 1)
		return attach_missing(m->s, place->probe, place->i, err);
	if (!blames_one(err))
		return attach_report(m->s, place->probe, place->i, err);
	err = link_places(m, first, n / 2);
	return err ? err : link_places(m, first + n / 2, n - n / 2);
}

/* What is not in the kernel's list goes first: each would be a search. */
static int drop_unknown(struct multi *m)
{
	struct session *s = m->s;
	str_vec all = { 0 };
	size_t i, n = 0;
	int err;

	err = machine_functions(s->machine, STR(""), STR("*"), &s->arena, &all);
	for (i = 0; i < m->places.n && !err; i++) {
		struct place place = m->places.v[i];
		struct str name = str_from(place.symbol);

		if (bsearch(&name, all.v, all.n, sizeof(name), compare_names))
			m->places.v[n++] = place;
		else
			err = attach_missing(s, place.probe, place.i, -ENOENT);
	}
	m->places.n = n;
	return err;
}

static int link_functions(struct multi *m)
{
	int err = link_some(m, 0, m->places.n);

	if (!err)
		return 0;
	if (m->places.n > 1 && blames_one(err) && !m->places.v[0].address) {
		err = drop_unknown(m);
		if (err)
			return err;
	}
	return link_places(m, 0, m->places.n);
}

/* Functions of a module are named by their addresses: the kernel's own may be
 * called the same. */
static int attach_module(struct multi *m, const struct plan_probe *p)
{
	struct session *s = m->s;
	size_t i;
	int err = 0;

	m->places.n = 0;
	for (i = 0; i < p->targets.n && !err; i++) {
		struct place place = { p, i };

		place.address = machine_module_kaddr(s->machine, p->module,
						     p->targets.v[i]);
		if (place.address)
			vec_push(&s->arena, &m->places, place);
		else
			err = attach_missing(s, p, i, -ENOENT);
	}
	if (err || !m->places.n)
		return err;
	return link_functions(m);
}

static int attach_functions(struct multi *m, size_t first, size_t end)
{
	struct session *s = m->s;
	int err = 0;
	size_t i, j;

	for (i = first; i < end; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];

		for (j = 0; j < plan_probe_targets(p) && !p->module.n; j++) {
			struct str name = p->targets.v[j];
			struct place place = { p, j };

			place.symbol = arena_copy(&s->arena, name.p, name.n);
			vec_push(&s->arena, &m->places, place);
		}
	}
	if (m->places.n)
		err = link_functions(m);
	for (i = first; i < end && !err; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];

		if (p->module.n && !(p->flags & PF_ABSENT))
			err = attach_module(m, p);
	}
	return err;
}

/* The probes of one binary, from *at on. */
static int attach_binary(struct multi *m, size_t *at, size_t end)
{
	struct session *s = m->s;
	struct str path = s->plan->probes.v[*at].path;
	auto_free int64_t *offsets = NULL;
	int err = 0;
	size_t i;

	m->places.n = 0;
	for (; *at < end && str_eq(s->plan->probes.v[*at].path, path); ++*at) {
		const struct plan_probe *p = &s->plan->probes.v[*at];

		if (p->flags & PF_ABSENT)
			continue;
		free(offsets);
		offsets = attach_uprobe_offsets(s, p, &m->path);
		for (i = 0; i < plan_probe_targets(p) && !err; i++) {
			struct place place = { p, i };

			place.offset = (uint64_t)offsets[i];
			if (offsets[i] >= 0)
				vec_push(&s->arena, &m->places, place);
			else
				err = attach_missing(s, p, i, (int)offsets[i]);
		}
	}
	return err ? err : link_places(m, 0, m->places.n);
}

int multi_attach(struct session *s, size_t i, int prog_fd)
{
	const struct plan_probe *p = &s->plan->probes.v[i];
	struct multi m = { .s = s, .prog_fd = prog_fd };
	size_t end = group_end(s, i);
	int err = 0;

	if (i && str_eq(p[-1].symbol, p->symbol))
		return 0;
	if (p->kind == PK_KPROBE)
		return attach_functions(&m, i, end);
	while (i < end && !err)
		err = attach_binary(&m, &i, end);
	return err;
}
