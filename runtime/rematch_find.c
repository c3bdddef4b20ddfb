/* SPDX-License-Identifier: Apache-2.0 */
/* What attach points stand for on this machine. */
#include "machine/usdt.h"
#include "runtime/rematch_impl.h"

#define MAX_FILES 1024 /* that one wildcard stands for */

/* "kprobe" of "kprobe:vfs_*" */
static struct str type_of(const struct plan_probe *p)
{
	struct str rest;

	return str_split(p->name, ':', &rest);
}

/* full: behind the type. */
static void add_as(struct rematch *r, match_vec *out,
		   const struct plan_probe *p, struct str full, struct match it)
{
	struct arena *a = &r->plan->arena;

	it.full =
		str_printf(a, "%.*s:%.*s", STR_ARG(type_of(p)), STR_ARG(full));
	vec_push(a, out, it);
}

static void add(struct rematch *r, match_vec *out, const struct plan_probe *p,
		struct str place, struct str name)
{
	struct str full = str_printf(&r->plan->arena, "%.*s:%.*s",
				     STR_ARG(place), STR_ARG(name));

	add_as(r, out, p, full, (struct match){ place, name });
}

/* --- the kernel ----------------------------------------------------------- */

static bool find_functions(struct rematch *r, const struct plan_probe *p,
			   match_vec *out)
{
	str_vec found = { 0 };

	if (machine_functions(r->machine, p->where, p->pattern, &r->plan->arena,
			      &found))
		return false;
	vec_each(it, &found) {
		struct str name = *it, place = STR("");

		if (str_has(name, ':'))
			place = str_split(*it, ':', &name);
		if (machine_forbids_kprobe(r->machine, name))
			continue;
		if (str_is(place, "vmlinux"))
			place = STR("");
		add_as(r, out, p, *it, (struct match){ place, name });
	}
	return true;
}

static bool find_events(struct rematch *r, const struct plan_probe *p,
			match_vec *out)
{
	struct str rest = p->pattern;
	str_vec found = { 0 };

	if (machine_need_tracefs(r->machine))
		return false;
	while (rest.n) {
		struct str one = str_split(rest, ' ', &rest);

		if (machine_tracepoints(r->machine, p->where, one,
					&r->plan->arena, &found))
			return false;
	}
	vec_each(it, &found) {
		struct str name, place = str_split(*it, ':', &name);

		add(r, out, p, place, name);
	}
	return true;
}

struct str rematch_side(struct rematch *r, const struct match *it)
{
	static const char *const sides[] = { "sys_enter", "sys_exit" };

	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		struct str call = it->name, side = str_from(sides[i]);

		if (!str_is(it->place, "syscalls") || call.n < side.n + 2 ||
		    !str_starts(call, sides[i]))
			continue;
		call.p += side.n + 1;
		call.n -= side.n + 1;
		if (machine_syscall_number(r->machine, call) >= 0)
			return side;
	}
	return STR("");
}

/* --- files ---------------------------------------------------------------- */

static void find_files(struct rematch *r, struct str word, str_vec *out)
{
	struct arena *a = &r->plan->arena;
	const char *file;
	size_t max = MAX_FILES;

	if (!str_is_glob(word)) {
		file = machine_binary(r->machine, word);
		if (file)
			vec_push(a, out, str_from(file));
		if (file || !machine_process(r->machine))
			return;
		word = str_printf(a, "%.*s*", STR_ARG(word));
		max = 1;
	}
	machine_binaries(r->machine, word, max, a, out);
}

/* What it is called in names of probes. */
static struct str shown(struct rematch *r, struct str word, const char *file)
{
	struct str path = str_from(machine_binary_path(r->machine, file));

	return str_starts(path, "/proc/") && !str_is_glob(word) ? word : path;
}

/* Two functions of one name: the second is found by its address only. */
static bool find_symbols(struct rematch *r, const struct plan_probe *p,
			 const char *file, match_vec *out)
{
	struct arena *a = &r->plan->arena;
	struct str path = shown(r, p->where, file), last = { 0 };
	elf_symbol_vec found = { 0 };

	if (machine_elf_functions(r->machine, file, p->pattern, a, &found))
		return false;
	vec_each(sym, &found) {
		add(r, out, p, path, str_copy(a, sym->name));
		if (last.p && str_eq(last, sym->name))
			out->v[out->n - 1].address = sym->address;
		last = sym->name;
	}
	return true;
}

/* Go's functions have their arguments elsewhere, and do not bear probes of
 * returns. */
static bool is_bearable(struct rematch *r, const struct plan_probe *p,
			const char *file)
{
	struct arena *a = &r->plan->arena;

	if (!machine_elf_is_go(file))
		return true;
	if (!r->n_refused++) {
		r->refused = shown(r, p->where, file);
		r->why = str_printf(a, "it is a Go program, and the script was "
				       "compiled for others");
	}
	return false;
}

static bool find_marks(struct rematch *r, const struct plan_probe *p,
		       const char *file, match_vec *out)
{
	struct str name, provider = str_split(p->pattern, ':', &name);
	struct arena *a = &r->plan->arena;
	struct str last = { 0 };
	usdt_site_vec found = { 0 };

	if (usdt_sites(file, provider, name, a, &found))
		return true; /* no program */
	vec_each(site, &found) {
		struct str mark =
			str_printf(a, "%.*s:%.*s", STR_ARG(site->provider),
				   STR_ARG(site->name));

		if (!last.p || !str_eq(last, mark))
			add(r, out, p, shown(r, p->where, file), mark);
		last = mark;
	}
	return true;
}

static bool find_in_files(struct rematch *r, const struct plan_probe *p,
			  match_vec *out)
{
	str_vec files = { 0 };
	bool ok = true;

	find_files(r, p->where, &files);
	vec_each(it, &files) {
		const char *file = arena_copy(&r->plan->arena, it->p, it->n);

		if (p->kind == PK_USDT)
			ok &= find_marks(r, p, file, out);
		else if (is_bearable(r, p, file))
			ok &= find_symbols(r, p, file, out);
	}
	return ok;
}

bool rematch_find(struct rematch *r, const struct plan_probe *p, match_vec *out)
{
	switch ((int)p->kind) {
	case PK_KPROBE: return find_functions(r, p, out);
	case PK_TRACEPOINT:
	case PK_SYSCALLS: return find_events(r, p, out);
	default: return find_in_files(r, p, out);
	}
}
