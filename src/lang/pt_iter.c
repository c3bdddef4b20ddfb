/* SPDX-License-Identifier: Apache-2.0 */
/* pt_iter.c - every object of a kind that the kernel has. */
#include "lang/tables.h"
#include "sema/expand.h"

#define PIN_FOLDER "/sys/fs/bpf/"

static bool need_btf(struct expand *x, const struct attach_point *ap)
{
	if (machine_has_btf(x->machine))
		return true;
	return diag_error(x->d, ap->span, D_KERNEL,
			  "%s probes need a kernel with BTF", ap->row->name);
}

/* iter:kind:pin, or iter:kind:map:pin when the kind is of one map's elements. */
static size_t pin_part(const struct attach_point *ap)
{
	return machine_iter_needs_map(ap_part(ap, 0)) ? 2 : 1;
}

/* A path that is not absolute is one below where BPF's files are. */
static struct str pin_path(struct expand *x, const struct attach_point *ap)
{
	struct str path = ap_part(ap, pin_part(ap));

	if (!path.n || path.p[0] == '/')
		return path;
	return str_printf(x->arena, PIN_FOLDER "%.*s", STR_ARG(path));
}

/* The kernel does not go on where a read of these stopped. */
static uint32_t flags_of(struct str name)
{
	static const char *const at_once[] = { "cgroup" };

	for (size_t i = 0; i < ARRAY_SIZE(at_once); i++)
		if (str_is(name, at_once[i]))
			return PF_AT_ONCE;
	return 0;
}

static bool add_iter(struct expand *x, const struct attach_point *ap,
		     struct str name)
{
	struct target t = {
		.name = name,
		.full = str_printf(x->arena, "%s:%.*s", ap->row->name,
				   STR_ARG(name)),
		.ctx = CTX_ITER,
		.kind = PK_ITER,
		.path = pin_path(x, ap),
		.flags = flags_of(name),
		.is_alone = true, /* the kernel types each by its target */
	};

	if (machine_iter_needs_map(name)) {
		t.module = ap_part(ap, 1);
		t.full = str_printf(x->arena, "%.*s:%.*s", STR_ARG(t.full),
				    STR_ARG(t.module));
	}
	t.args = machine_iter_context(x->machine, x->types, name);
	return expand_add(x, ap, &t);
}

static bool check_name(struct expand *x, const struct attach_point *ap)
{
	struct str name = ap_part(ap, 0);

	if (machine_iter_needs_map(name) && !ap_part(ap, 1).n) {
		diag_error(x->d, ap_span(ap, 0), D_ATTACH_POINT,
			   "'%.*s' goes over the elements of one map, and it "
			   "is not said which",
			   STR_ARG(name));
		diag_hint(x->d,
			  "%s:%.*s:MAP, a map's name, number, or the "
			  "path where it is pinned",
			  ap->row->name, STR_ARG(name));
		return false;
	}
	if (ap_parts(ap) > pin_part(ap) + 1)
		return diag_error(x->d, ap_span(ap, 2), D_ATTACH_POINT,
				  "'%.*s' takes no map", STR_ARG(name));
	if (str_is_glob(name) && ap_parts(ap) > 1)
		return diag_error(x->d, ap_span(ap, 0), D_ATTACH_POINT,
				  "what is pinned is one iterator, not a "
				  "wildcard");
	return true;
}

static bool expand_iter(struct expand *x, const struct attach_point *ap)
{
	struct suggest near = { 0 };
	str_vec found = { 0 };
	bool ok = true, any = false;

	if (!need_btf(x, ap) || !check_name(x, ap) ||
	    machine_iters(x->machine, ap_part(ap, 0), x->arena, &found))
		return false;
	vec_each(name, &found) {
		if (machine_iter_needs_map(*name) && !ap_part(ap, 1).n)
			continue; /* a wildcard's */
		any = true;
		ok &= add_iter(x, ap, *name);
	}
	if (any)
		return ok;
	if (!machine_iters(x->machine, STR("*"), x->arena, &found))
		vec_each(name, &found)
			suggest_offer(&near, ap_part(ap, 0), *name);
	if (near.best.p)
		near.best = str_printf(x->arena, "%s:%.*s", ap->row->name,
				       STR_ARG(near.best));
	return expand_no_match(x, ap, &near);
}

static bool list_iters(struct expand *x, const struct attach_point *ap,
		       bool with_args, struct buf *out)
{
	struct str pattern = ap_parts(ap) ? ap_part(ap, 0) : STR("*");
	const struct type *ctx;
	str_vec found = { 0 };

	if (!machine_has_btf(x->machine))
		return true;
	if (machine_iters(x->machine, pattern, x->arena, &found))
		return false;
	vec_each(name, &found) {
		buf_printf(out, "%s:%.*s\n", ap->row->name, STR_ARG(*name));
		if (!with_args)
			continue;
		ctx = machine_iter_context(x->machine, x->types, *name);
		expand_list_args(ctx, "ctx.", out);
	}
	return true;
}

const struct probe_type iter_types[] = {
	{ .name = "iter",
	  .aliases = { "it" },
	  .form = "iter:kind, iter:kind:pin, iter:bpf_map_elem:map",
	  .min_parts = 1,
	  .max_parts = 3,
	  .expand = expand_iter,
	  .list = list_iters,
	  .doc = "Every object of a kind that the kernel has now: task, "
		 "task_file, bpf_map, tcp and so on, as fields of ctx. With a "
		 "pin, a file's path (below /sys/fs/bpf when it is not "
		 "absolute), nothing runs now: whoever reads that file gets "
		 "what the probe prints. bpf_map_elem, bpf_sk_storage_map and "
		 "sockmap go over the elements of one map, which follows by "
		 "name, number or the path where it is pinned.",
	  .example = "iter:task { printf(\"%d %s\\n\", ctx.task.pid, "
		     "ctx.task.comm); }" },
	{ 0 },
};
