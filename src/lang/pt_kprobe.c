/* SPDX-License-Identifier: Apache-2.0 */
/* pt_kprobe.c - entry and return of kernel functions. */
#include "lang/kprobe_way.h"
#include "lang/tables.h"

/* "function" or "module:function". */
static struct str function_part(const struct attach_point *ap)
{
	return ap_part(ap, ap_parts(ap) - 1);
}

static struct str module_part(const struct attach_point *ap)
{
	return ap_parts(ap) > 1 ? ap_part(ap, 0) : (struct str){ "", 0 };
}

/* Programs of trampolines are for one function each. */
static void choose_way(struct expand *x, struct target *t)
{
	bool is_unique = !machine_had_namesakes(x->machine);

	t->is_either = t->is_alone =
		kprobe_may_trampoline(x, t, is_unique, &t->rate);
	t->flags &= ~(uint32_t)PF_TRAMPOLINE;
	if (t->is_either)
		t->flags |= PF_TRAMPOLINE;
	else
		t->rate = 0;
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
	if (str_is(t->module, "vmlinux")) /* as if none was asked for */
		t->module = (struct str){ "", 0 };
	t->args = NULL;
	if (x->uses_args && !(t->flags & PF_RETURN) && !t->offset)
		t->args = machine_traced_args(x->machine, x->types, t->module,
					      t->name, false, &ret);
	t->full = str_printf(x->arena, "%s:%.*s", ap->row->name, STR_ARG(name));
	if (t->offset)
		t->full = str_printf(x->arena, "%.*s+%llu", STR_ARG(t->full),
				     (unsigned long long)t->offset);
	choose_way(x, t);
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

/* The functions that kprobes can be put on. */
static bool find_functions(struct expand *x, struct str module,
			   struct str pattern, str_vec *found)
{
	size_t i, n = 0;

	if (machine_functions(x->machine, module, pattern, x->arena, found))
		return false;
	for (i = 0; i < found->n; i++) {
		struct str rest, name = found->v[i];

		if (str_has(name, ':')) {
			str_split(name, ':', &rest);
			name = rest;
		}
		if (!machine_forbids_kprobe(x->machine, name))
			found->v[n++] = found->v[i];
	}
	found->n = n;
	return true;
}

static bool no_function(struct expand *x, const struct attach_point *ap,
			struct str wanted)
{
	struct suggest near = { 0 };
	const char *why = NULL;
	bool ok;

	if (!str_is_glob(wanted))
		why = machine_no_kprobe(x->machine, wanted);
	if (!why)
		suggest_function(x, ap, wanted, &near);
	ok = expand_no_match(x, ap, &near);
	if (why && x->script->options.num[OPT_MISSING_PROBES] != MISSING_IGNORE)
		diag_hint(x->d, "%s", why);
	return ok;
}

/* An instruction by its address, whatever function that is in. */
static bool add_address(struct expand *x, const struct attach_point *ap,
			struct str text, struct target *t)
{
	if (ap_parts(ap) > 1 || !expand_number(text, &t->offset))
		return diag_error(x->d, ap_span(ap, ap_parts(ap) - 1),
				  D_ATTACH_POINT, "'%.*s' is not an address",
				  STR_ARG(text));
	if (!x->env->unsafe) {
		diag_error(x->d, ap->span, D_UNSAFE,
			   "a probe at an address of the kernel needs "
			   "--unsafe");
		diag_hint(x->d, "nothing tells whether an instruction starts "
				"there: function+offset is checked");
		return false;
	}
	t->flags |= PF_ADDRESS;
	t->full = str_printf(x->arena, "%s:0x%llx", ap->row->name,
			     (unsigned long long)t->offset);
	return expand_add(x, ap, t);
}

static bool expand_function(struct expand *x, const struct attach_point *ap,
			    struct target *t)
{
	struct str pattern = function_part(ap);
	str_vec found = { 0 };

	t->ctx = CTX_REGS;
	t->kind = PK_KPROBE;
	if (pattern.p[0] >= '0' && pattern.p[0] <= '9')
		return add_address(x, ap, pattern, t);
	if (!expand_offset(x, ap, &pattern, &t->offset) ||
	    !find_functions(x, module_part(ap), pattern, &found))
		return false;
	if (!found.n)
		return no_function(x, ap, pattern);
	if (str_is_glob(pattern) || str_is_glob(module_part(ap))) {
		t->where = module_part(ap);
		t->pattern = pattern;
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

	if (str_has(function_part(ap), '+') ||
	    str_starts(function_part(ap), "0x"))
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
	expand_list_args(args, "", out);
}

static bool list_functions(struct expand *x, const struct attach_point *ap,
			   bool with_args, struct buf *out)
{
	struct str pattern = ap_parts(ap) ? function_part(ap) : STR("*");
	str_vec found = { 0 };

	if (!machine_has_kprobes(x->machine))
		return !ap_parts(ap) ||
		       diag_error(x->d, (struct span){ 0 }, D_KERNEL,
				  "this kernel has no kprobes");
	if (!find_functions(x, module_part(ap), pattern, &found))
		return false;
	vec_each(name, &found)
		list_function(x, ap, *name, with_args, out);
	return true;
}

const struct probe_type kprobe_types[] = {
	{ .name = "kprobe",
	  .aliases = { "k" },
	  .form = "kprobe:function, kprobe:module:function, "
		  "kprobe:function+offset, kprobe:0xaddress",
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
