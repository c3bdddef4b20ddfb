/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/load.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/attach.h"
#include "runtime/attach_multi.h"
#include "runtime/event.h"
#include "runtime/fixups.h"
#include "runtime/limits.h"
#include "runtime/pair.h"
#include "runtime/privileges.h"
#include "runtime/registry_impl.h"
#include "runtime/verifier.h"
#include "runtime/verify.h"
#include "runtime/vet.h"
#include "runtime/way.h"

#define NOWHERE  ((struct span){ 0 })
#define LOG_MOST (UINT32_MAX >> 2) /* bytes, for the kernel */
#define RING_MIN (256u << 10) /* bytes */
#define RING_MAX (16u << 20)
#define RING_ONE (1u << 20) /* of many sessions in a process */

/* --- does it fit this machine? -------------------------------------------- */

static int check_arch(struct session *s)
{
	struct utsname host;

	uname(&host);
	if (str_is(s->plan->arch, host.machine))
		return 0;
	diag_error(s->diags, NOWHERE, D_SAVED,
		   "the program is for %.*s, this machine is %s",
		   STR_ARG(s->plan->arch), host.machine);
	return -ENOEXEC;
}

static int check_release(struct session *s)
{
	struct str release = machine_release(s->machine);

	if (!(s->plan->needs & NEED_RELEASE) ||
	    str_eq(release, s->plan->release))
		return 0;
	diag_error(s->diags, NOWHERE, D_KERNEL,
		   "the program holds offsets of kernel %.*s, this is %.*s",
		   STR_ARG(s->plan->release), STR_ARG(release));
	diag_hint(s->diags, "compile it here, or on a kernel with BTF");
	return -ENOEXEC;
}

static int check_features(struct session *s)
{
	const char *btf = machine_path(s->machine, "/sys/kernel/btf/vmlinux");

	if ((s->plan->needs & NEED_KERNEL_BTF) && access(btf, F_OK)) {
		diag_error(s->diags, NOWHERE, D_KERNEL,
			   "the program reads the kernel's structures, which "
			   "this kernel does not describe (no BTF)");
		return -ENOSYS;
	}
	if ((s->plan->needs & NEED_LOOP) &&
	    machine_version(s->machine) < (5u << 16 | 17)) {
		diag_error(s->diags, NOWHERE, D_KERNEL,
			   "the program has loops, which need Linux 5.17");
		return -ENOSYS;
	}
	return 0;
}

int load_check(struct session *s)
{
	int err = check_arch(s);

	if (!err)
		err = check_release(s);
	return err ? err : check_features(s);
}

/* --- before the load ------------------------------------------------------ */

/* libbpf's own words go nowhere: what matters is read from results. */
static int say_nothing(enum libbpf_print_level level, const char *format,
		       va_list ap)
{
	(void)level;
	(void)format;
	(void)ap;
	return 0;
}

static int open_object(struct session *s)
{
	DECLARE_LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "espy");

	libbpf_set_print(say_nothing);
	s->object = bpf_object__open_mem(s->plan->object.p, s->plan->object.n,
					 &opts);
	if (s->object)
		return 0;
	return diag_errno(s->diags, errno, D_SAVED,
			  "the program's object cannot be read");
}

static struct bpf_map *find_map(struct session *s, struct str symbol)
{
	const char *name = arena_copy(&s->arena, symbol.p, symbol.n);

	return bpf_object__find_map_by_name(s->object, name);
}

static int fill_fixups(struct session *s)
{
	struct bpf_map *map = find_map(s, STR(ABI_SECTION_FIXUPS));
	auto_free void *spare = NULL;
	size_t size = s->plan->fixups_size;
	void *section;

	if (map) {
		section = (void *)bpf_map__initial_value(map, &size);
	} else { /* nothing reads them: what they ask for is still checked */
		spare = xzalloc(size);
		section = spare;
	}
	return fixups_fill(s, section, size);
}

/* Could the script's events fill a buffer? */
static bool has_many_events(const struct plan *p)
{
	vec_each(e, &p->events)
		if (!event_ops[e->kind].is_seldom)
			return true;
	return false;
}

/* A power of two: as asked for, or by what memory there is. */
static uint32_t ring_size(const struct session *s)
{
	uint64_t pages = s->plan->options.num[OPT_RING_BUFFER_PAGES];
	uint64_t wanted = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
	struct sysinfo info;

	if (!wanted) {
		sysinfo(&info);
		wanted = (uint64_t)info.totalram * info.mem_unit / 512;
		wanted = wanted < RING_MIN ? RING_MIN : wanted;
		wanted = wanted > RING_MAX ? RING_MAX : wanted;
		if (s->opts.is_embedded && wanted > RING_ONE)
			wanted = RING_ONE;
		if (!has_many_events(s->plan))
			wanted = RING_MIN;
	}
	while (size * 2 <= wanted)
		size *= 2;
	return (uint32_t)size;
}

static int size_maps(struct session *s)
{
	struct bpf_map *ring = find_map(s, STR(ABI_MAP_RING));

	if (ring)
		bpf_map__set_max_entries(ring, ring_size(s));
	vec_each(m, &s->plan->maps) {
		struct bpf_map *map = find_map(s, m->symbol);

		if (!map) {
			diag_error(s->diags, NOWHERE, D_SAVED,
				   "the program's object lacks the map %.*s",
				   STR_ARG(m->name));
			return -ENOENT;
		}
		if (m->key && !m->is_pair)
			bpf_map__set_max_entries(map, m->max_entries);
	}
	return 0;
}

static int make_pairs(struct session *s)
{
	size_t i;
	int err;

	for (i = 0; i < s->plan->maps.n; i++) {
		const struct plan_map *m = &s->plan->maps.v[i];

		if (!m->is_pair)
			continue;
		pair_free(&s->maps[i]); /* of an earlier try */
		err = pair_make(&s->maps[i], find_map(s, m->symbol));
		if (err)
			return diag_errno(s->diags, err, D_KERNEL,
					  "cannot make the map %.*s",
					  STR_ARG(m->name));
	}
	return 0;
}

static int start_pairs(struct session *s)
{
	size_t i;
	int err;

	for (i = 0; i < s->plan->maps.n; i++) {
		if (!s->maps[i].pair)
			continue;
		err = pair_start(&s->maps[i], s->maps[i].fd);
		if (err)
			return diag_errno(s->diags, err, D_KERNEL,
					  "cannot make the map %.*s",
					  STR_ARG(s->plan->maps.v[i].name));
	}
	return 0;
}

/* Is nothing that the program is for here? */
static bool is_absent(const struct plan *plan, const struct plan_probe *p)
{
	vec_each(q, &plan->probes)
		if (!(q->flags & PF_ABSENT) && str_eq(q->symbol, p->symbol))
			return false;
	return true;
}

static int prepare_programs(struct session *s)
{
	size_t i;

	multi_choose(s);
	s->programs = arena_alloc(&s->arena,
				  s->plan->probes.n * sizeof(*s->programs));
	for (i = 0; i < s->plan->probes.n; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];
		const char *symbol =
			arena_copy(&s->arena, p->symbol.p, p->symbol.n);

		s->programs[i] =
			bpf_object__find_program_by_name(s->object, symbol);
		if (!s->programs[i]) {
			diag_error(s->diags, NOWHERE, D_SAVED,
				   "the program's object lacks the code of "
				   "%.*s",
				   STR_ARG(p->name));
			return -ENOENT;
		}
		if (attach_ops[p->kind].prepare(s, p, s->programs[i]))
			return -EINVAL;
		if (p->flags & PF_ABSENT && is_absent(s->plan, p))
			bpf_program__set_autoload(s->programs[i], false);
	}
	return 0;
}

/* --- refusals ------------------------------------------------------------- */

/* Room for a log of each program: address space that costs nothing until a
 * program is refused. */
struct logs {
	char *p;
	size_t size; /* of one */
};

static void reserve_logs(struct session *s, struct logs *logs)
{
	size_t i, n = s->plan->probes.n;

	logs->size = s->plan->options.num[OPT_LOG_SIZE];
	if (logs->size < s->log_size)
		logs->size = s->log_size;
	if (logs->size < 4096)
		logs->size = 4096;
	logs->size = verify_log_size(s, logs->size);
	logs->p = mmap(NULL, logs->size * n, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (logs->p == MAP_FAILED)
		logs->p = NULL;
	for (i = 0; logs->p && i < n; i++) {
		bpf_program__set_log_buf(s->programs[i],
					 logs->p + i * logs->size, logs->size);
		if (s->opts.verify)
			bpf_program__set_log_level(s->programs[i],
						   verify_log_level(s, i));
	}
}

/* Before 6.4 the kernel says nothing but that when a log has no room for what
 * it says. */
static bool has_larger_log(struct session *s, const struct logs *logs, int err)
{
	if (err != -ENOSPC || !logs->p || logs->size > LOG_MOST / 16)
		return false;
	s->log_size = logs->size * 16;
	return true;
}

static void take_counts(struct session *s, const struct logs *logs)
{
	size_t i, n = s->plan->probes.n;

	for (i = 0; s->opts.verify && logs->p && i < n; i++) {
		const char *log = logs->p + i * logs->size;

		verify_take(s, i, log, strnlen(log, logs->size));
	}
}

static void drop_logs(struct session *s, struct logs *logs)
{
	if (logs->p)
		munmap(logs->p, logs->size * s->plan->probes.n);
}

static const char *refused_log(const struct session *s, const struct logs *logs,
			       size_t *which)
{
	for (*which = 0; logs->p && *which < s->plan->probes.n; (*which)++) {
		if (logs->p[*which * logs->size])
			return logs->p + *which * logs->size;
	}
	return NULL;
}

/* Programs call functions of the kernel by name, too, which the loader looks
 * for. One that is not there is why there is no log. */
static bool report_missing(struct session *s)
{
	const struct btf *btf = bpf_object__btf(s->object);
	uint32_t id;

	for (size_t i = 0; btf && i < verifier_n_helpers; i++) {
		const struct verifier_helper *h = &verifier_helpers[i];

		if (btf__find_by_name_kind(btf, h->name, BTF_KIND_FUNC) <= 0 ||
		    machine_btf_function(s->machine, STR("vmlinux"),
					 str_from(h->name), &id) != -ENOENT)
			continue;
		diag_error(s->diags, NOWHERE, D_KERNEL,
			   "this kernel has no function '%s', which the "
			   "program calls",
			   h->name);
		diag_hint(s->diags, "%s", h->hint);
		return true;
	}
	return false;
}

static int report_refusal(struct session *s, const struct logs *logs, int err)
{
	const struct lines *lines = &s->last_lines;
	struct verifier_places places = {};
	struct verifier_refusal r = {
		.err = err,
		.places = &places,
		.is_verbose = s->opts.verbose,
	};
	const struct verifier_row *row;
	size_t which;
	const char *log = refused_log(s, logs, &which);

	if (!log && report_missing(s))
		return err;
	if (log) {
		r.probe = s->plan->probes.v[which].name;
		r.log = (struct str){ log, strnlen(log, logs->size) };
		verifier_places_read(
			&places, bpf_object__btf(s->object), lines->records.p,
			lines->size ? lines->records.n / lines->size : 0,
			lines->size);
	}
	verifier_policy(&r);
	row = verifier_explain(&r, s->diags);
	if (!log && (err == -EPERM || err == -EACCES))
		privileges_hint(s, NULL);
	if (log && (!row || row->blame == VB_ESPY))
		verifier_report(s, which, &r);
	verifier_places_free(&places);
	return err;
}

/* --- after the load ------------------------------------------------------- */

static int map_fd(struct session *s, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(s->object, name);

	return map ? bpf_map__fd(map) : -1;
}

static void take_stacks(struct session *s)
{
	struct bpf_map *map = find_map(s, STR(ABI_MAP_STACKS));

	if (!map || bpf_map__key_size(map) != sizeof(uint64_t))
		return;
	s->stacks.fd = bpf_map__fd(map);
	s->stacks.size = bpf_map__value_size(map);
}

static void take_descriptors(struct session *s)
{
	size_t i;

	for (i = 0; i < s->plan->maps.n; i++)
		s->maps[i].fd =
			bpf_map__fd(find_map(s, s->plan->maps.v[i].symbol));
	s->lost_fd = map_fd(s, ABI_MAP_LOST);
	s->sites_fd = map_fd(s, ABI_MAP_SITES);
	s->passed_fd = map_fd(s, ABI_MAP_PASSED);
	take_stacks(s);
	registry_take(s);
}

static int prepare_object(struct session *s)
{
	int err = open_object(s);

	if (!err)
		err = vet_object(s);
	if (!err)
		err = fill_fixups(s);
	if (!err)
		err = size_maps(s);
	if (!err)
		err = limits_check_maps(s);
	if (!err)
		err = registry_reuse(s);
	if (!err)
		err = make_pairs(s);
	return err ? err : prepare_programs(s);
}

/* 1: refused, and there is less to ask for. */
static int try_object(struct session *s)
{
	int err, handler = way_register(s);
	struct logs logs = { 0 };

	err = prepare_object(s);
	if (!err) {
		reserve_logs(s, &logs);
		err = bpf_object__load(s->object);
		if (!err) {
			take_descriptors(s);
			take_counts(s, &logs);
		} else if (s->opts.verify_lines) {
			take_counts(s, &logs); /* as far as they go */
		} else if (has_larger_log(s, &logs, err) ||
			   way_lessen(s, err)) {
			err = 1;
		} else {
			report_refusal(s, &logs, err);
		}
		drop_logs(s, &logs);
	}
	way_unregister(handler);
	return err;
}

int load_object(struct session *s)
{
	int err;

	way_choose(s);
	while ((err = try_object(s)) > 0) {
		attach_drop_all(s); /* what programs are for */
		bpf_object__close(s->object);
		s->object = NULL;
		s->opts.params_checked = true; /* warned of once */
	}
	if (!err)
		err = vet_calls(s);
	return err ? err : start_pairs(s);
}

/* --- again, as kprobes ---------------------------------------------------- */

static void share_maps(struct bpf_object *from, struct bpf_object *to)
{
	struct bpf_map *a = NULL, *b = NULL;

	while ((a = bpf_object__next_map(from, a)) &&
	       (b = bpf_object__next_map(to, b)))
		if (strcmp(bpf_map__name(a), ABI_SECTION_FIXUPS))
			bpf_map__reuse_fd(b, bpf_map__fd(a));
}

/* Only those that were trampolines; the others run already. */
static void prepare_kprobes(struct session *s, struct bpf_object *spare,
			    const bool *which)
{
	struct bpf_program *prog = NULL;
	size_t i;

	while ((prog = bpf_object__next_program(spare, prog)))
		bpf_program__set_autoload(prog, false);
	for (i = 0; i < s->plan->probes.n; i++) {
		if (!which[i])
			continue;
		prog = bpf_object__find_program_by_name(
			spare, bpf_program__name(s->programs[i]));
		bpf_program__set_type(prog, BPF_PROG_TYPE_KPROBE);
		bpf_program__set_autoload(prog, true);
		s->programs[i] = prog;
	}
}

int load_kprobes(struct session *s)
{
	struct bpf_object *first = s->object;
	size_t n = s->plan->probes.n;
	auto_free bool *which = xzalloc(n + 1);
	int err;

	memcpy(which, s->is_trampoline, n);
	memset(s->is_trampoline, false, n);
	s->opts.params_checked = true;
	err = open_object(s);
	s->spare = err ? NULL : s->object;
	if (!err)
		err = fill_fixups(s);
	s->object = first;
	if (err)
		return err;
	share_maps(first, s->spare);
	prepare_kprobes(s, s->spare, which);
	err = bpf_object__load(s->spare);
	return err ? diag_errno(s->diags, err, D_KERNEL,
				"the kernel cannot load the program")
		   : 0;
}
