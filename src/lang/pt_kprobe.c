/* SPDX-License-Identifier: Apache-2.0 */
/* pt_kprobe.c - entry and return of kernel functions. */
#include "lang/tables.h"
#include "sema/expand.h"

/* "function" or "module:function". */
static struct str function_part(const struct attach_point *ap)
{
	return ap_part(ap, ap_parts(ap) - 1);
}

static struct str module_part(const struct attach_point *ap)
{
	return ap_parts(ap) > 1 ? ap_part(ap, 0) : (struct str){ "", 0 };
}

/* Names are "function", or "module:function" when a module was asked for. */
static bool add_function(struct expand *x, const struct attach_point *ap,
			 struct str name, struct target *t)
{
	const struct type *ret;
	struct str rest;

	t->name = name;
	t->module = (struct str){ "", 0 };
	if (str_has(name, ':')) {
		t->module = str_split(name, ':', &rest);
		t->name = rest;
	}
	t->args = NULL;
	if (x->uses_args && !(t->flags & PF_RETURN) && !t->offset)
		t->args = machine_traced_args(x->machine, x->types, t->module,
					      t->name, false, &ret);
	t->full = str_printf(x->arena, "%s:%.*s", ap->row->name, STR_ARG(name));
	if (t->offset)
		t->full = str_printf(x->arena, "%.*s+%llu", STR_ARG(t->full),
				     (unsigned long long)t->offset);
	return expand_add(x, ap, t);
}

static void suggest_function(struct expand *x, const struct attach_point *ap,
			     struct str wanted, struct suggest *near)
{
	str_vec all = { 0 };

	if (str_is_glob(wanted) ||
	    machine_functions(x->machine, STR(""), STR("*"), x->arena, &all))
		return;
	vec_each(name, &all)
		suggest_offer(near, wanted, *name);
	if (near->best.p)
		near->best = str_printf(x->arena, "%s:%.*s", ap->row->name,
					STR_ARG(near->best));
}

static bool expand_function(struct expand *x, const struct attach_point *ap,
			    struct target *t)
{
	struct str pattern = function_part(ap);
	struct suggest near = { 0 };
	str_vec found = { 0 };

	t->ctx = CTX_REGS;
	t->kind = PK_KPROBE;
	if (!expand_offset(x, ap, &pattern, &t->offset) ||
	    machine_functions(x->machine, module_part(ap), pattern, x->arena,
			      &found))
		return false;
	if (!found.n) {
		suggest_function(x, ap, pattern, &near);
		return expand_no_match(x, ap, &near);
	}
	vec_each(name, &found)
		if (!add_function(x, ap, *name, t))
			return false;
	return true;
}

static bool expand_kprobe(struct expand *x, const struct attach_point *ap)
{
	struct target t = { 0 };

	return expand_function(x, ap, &t);
}

static bool expand_kretprobe(struct expand *x, const struct attach_point *ap)
{
	struct target t = {
		.flags = PF_RETURN,
		.retval = type_int(x->types, 8, true),
	};

	if (str_has(function_part(ap), '+'))
		return diag_error(x->d, ap_span(ap, ap_parts(ap) - 1),
				  D_ATTACH_POINT,
				  "%s probes take no offset: they fire when "
				  "the function returns",
				  ap->row->name);
	return expand_function(x, ap, &t);
}

static void list_function(struct expand *x, const struct attach_point *ap,
			  struct str name, bool with_args, struct buf *out)
{
	const struct type *args = NULL, *ret;
	struct str rest, module = STR("");

	buf_printf(out, "%s:%.*s\n", ap->row->name, STR_ARG(name));
	if (str_has(name, ':')) {
		module = str_split(name, ':', &rest);
		name = rest;
	}
	if (with_args && !ap->row->entry)
		args = machine_traced_args(x->machine, x->types, module, name,
					   false, &ret);
	for (uint32_t i = 0; args && i < args->n_fields; i++) {
		buf_puts(out, "    ");
		type_text(args->fields[i].type, out);
		buf_printf(out, " %.*s\n", STR_ARG(args->fields[i].name));
	}
}

static bool list_functions(struct expand *x, const struct attach_point *ap,
			   bool with_args, struct buf *out)
{
	struct str pattern = ap_parts(ap) ? function_part(ap) : STR("*");
	str_vec found = { 0 };

	if (machine_functions(x->machine, module_part(ap), pattern, x->arena,
			      &found))
		return false;
	vec_each(name, &found)
		list_function(x, ap, *name, with_args, out);
	return true;
}

const struct probe_type kprobe_types[] = {
	{ .name = "kprobe",
	  .aliases = { "k" },
	  .form = "kprobe:function, kprobe:module:function, "
		  "kprobe:function+offset",
	  .min_parts = 1,
	  .max_parts = 2,
	  .expand = expand_kprobe,
	  .list = list_functions,
	  .doc = "The entry of a kernel function, or an instruction inside; "
		 "arguments are arg0, arg1 and so on, and the fields of args "
		 "where BTF describes the function. Names may have "
		 "wildcards.",
	  .example = "kprobe:vfs_read { @[comm] = count(); }" },
	{ .name = "kretprobe",
	  .entry = "kprobe",
	  .aliases = { "kr" },
	  .form = "kretprobe:function, kretprobe:module:function",
	  .min_parts = 1,
	  .max_parts = 2,
	  .expand = expand_kretprobe,
	  .list = list_functions,
	  .doc = "The return of a kernel function; its result is retval.",
	  .example = "kretprobe:vfs_read { @bytes = hist(retval); }" },
	{ 0 },
};
