/* SPDX-License-Identifier: Apache-2.0 */
/* pt_lsm.c - hooks of the kernel's security modules, which are only looked
 * at: the programs allow what others allow. */
#include "lang/tables.h"
#include "sema/expand.h"

/* The function that stands for a hook. */
static struct str hook_function(struct expand *x, struct str hook)
{
	return str_printf(x->arena, "bpf_lsm_%.*s", STR_ARG(hook));
}

static const struct type *hook_args(struct expand *x, struct str hook)
{
	const struct type *ret;

	return machine_traced_args(x->machine, x->types, STR("vmlinux"),
				   hook_function(x, hook), true, &ret);
}

static bool add_hook(struct expand *x, const struct attach_point *ap,
		     struct str hook)
{
	struct target t = {
		.name = hook,
		.full = str_printf(x->arena, "%s:%.*s", ap->row->name,
				   STR_ARG(hook)),
		.ctx = CTX_RAW,
		.kind = PK_LSM,
		.is_each = true,
		.is_trampoline = true,
	};

	if (x->uses_args || x->uses_regs)
		t.args = hook_args(x, hook);
	return expand_add(x, ap, &t);
}

static bool is_possible(struct expand *x, const struct attach_point *ap)
{
	if (!machine_has_btf(x->machine))
		return diag_error(x->d, ap->span, D_KERNEL,
				  "%s probes need a kernel with BTF",
				  ap->row->name);
	if (machine_has_bpf_lsm(x->machine))
		return true;
	diag_error(x->d, ap->span, D_KERNEL,
		   "this kernel asks no programs in its security hooks");
	diag_hint(x->d, "boot it with 'bpf' added to the list in lsm=...");
	return false;
}

static bool expand_lsm(struct expand *x, const struct attach_point *ap)
{
	struct suggest near = { 0 };
	str_vec found = { 0 };

	if (!is_possible(x, ap))
		return false;
	machine_lsm_hooks(x->machine, ap_part(ap, 0), x->arena, &found);
	vec_each(hook, &found)
		if (!add_hook(x, ap, *hook))
			return false;
	if (found.n)
		return true;
	machine_lsm_hooks(x->machine, STR("*"), x->arena, &found);
	vec_each(hook, &found)
		suggest_offer(&near, ap_part(ap, 0), *hook);
	if (near.best.p)
		near.best = str_printf(x->arena, "%s:%.*s", ap->row->name,
				       STR_ARG(near.best));
	return expand_no_match(x, ap, &near);
}

static bool list_lsm(struct expand *x, const struct attach_point *ap,
		     bool with_args, struct buf *out)
{
	const struct type *args;
	str_vec found = { 0 };

	machine_lsm_hooks(x->machine, ap_parts(ap) ? ap_part(ap, 0) : STR("*"),
			  x->arena, &found);
	vec_each(hook, &found) {
		buf_printf(out, "%s:%.*s\n", ap->row->name, STR_ARG(*hook));
		args = with_args ? hook_args(x, *hook) : NULL;
		expand_list_args(args, "", out);
	}
	return true;
}

const struct probe_type lsm_types[] = {
	{ .name = "lsm",
	  .form = "lsm:hook",
	  .min_parts = 1,
	  .max_parts = 1,
	  .expand = expand_lsm,
	  .list = list_lsm,
	  .doc = "A hook of the kernel's security modules, after the others "
		 "allowed what is asked for; it is only looked at. Arguments "
		 "are the fields of args. The kernel must have been booted "
		 "with 'bpf' among its security modules.",
	  .example = "lsm:file_open { @[args.file->f_flags] = count(); }" },
	{ 0 },
};
