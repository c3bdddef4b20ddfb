/* SPDX-License-Identifier: Apache-2.0 */
/* pt_fentry.c - functions of the kernel and programs of BPF by trampolines,
 * with arguments and results typed by BTF. */
#include "lang/tables.h"
#include "sema/expand.h"

#define BPF_MODULE "bpf" /* fentry:bpf:program */

static bool need_btf(struct expand *x, const struct attach_point *ap)
{
	if (machine_has_btf(x->machine))
		return true;
	return diag_error(x->d, ap->span, D_KERNEL,
			  "%s probes need a kernel with BTF", ap->row->name);
}

static struct str function_part(const struct attach_point *ap)
{
	return ap_parts(ap) ? ap_part(ap, ap_parts(ap) - 1) : STR("*");
}

static struct str module_part(const struct attach_point *ap)
{
	return ap_parts(ap) > 1 ? ap_part(ap, 0) : STR("*");
}

/* Why not? NULL: it can be attached. */
static const char *untraceable(struct expand *x, struct str module,
			       struct str name, enum trace_how how)
{
	const char *why = machine_untraceable(x->machine, module, name, how);

	if (!why && how == TRACE_MODIFY &&
	    !machine_is_modifiable(x->machine, name))
		return "it is no hook of security_* and not made for error "
		       "injection";
	return why;
}

/* --- functions --------------------------------------------------------------------- */

/* The arguments, or only how many slots they have, which is where the verifier
 * knows the result; what is not asked for does not divide the targets. */
static void add_types(struct expand *x, struct target *t, enum trace_how how)
{
	bool uses_args = x->uses_args || x->uses_regs;
	bool uses_retval = x->uses_retval && how == TRACE_RETURN;
	const struct type *args, *ret = NULL;

	if (!uses_args && !uses_retval)
		return;
	args = machine_traced_args(x->machine, x->types, t->module, t->name,
				   true, &ret);
	if (!args)
		return;
	if (uses_args)
		t->args = args;
	else if (ret->kind == TY_PTR && ret->space == AS_BTF)
		t->args = type_record_at(x->types, args->name, NULL, 0,
					 args->size, args->align);
	if (uses_retval && ret->kind != TY_NONE)
		t->retval = ret;
}

static bool add_function(struct expand *x, const struct attach_point *ap,
			 struct str module, struct str name, enum trace_how how)
{
	struct target t = {
		.name = name,
		.module = module,
		.full = str_printf(x->arena, "%s:%.*s:%.*s", ap->row->name,
				   STR_ARG(module), STR_ARG(name)),
		.ctx = CTX_RAW,
		.kind = how == TRACE_MODIFY ? PK_FMODRET : PK_FENTRY,
		.flags = how == TRACE_RETURN ? PF_RETURN : 0,
		.is_each = true,
		.is_trampoline = true,
		.has_ip = true,
	};

	add_types(x, &t, how);
	return expand_add(x, ap, &t);
}

/* Nothing matches: the function that was meant, or what keeps this one from
 * being traced. */
static bool report_missing(struct expand *x, const struct attach_point *ap,
			   const char *why)
{
	struct str wanted = function_part(ap);
	struct suggest near = { 0 };
	str_vec all = { 0 };

	if (why)
		why = arena_printf(x->arena, "it cannot be traced: %s", why);
	else if (!str_is_glob(wanted))
		why = machine_no_kprobe(x->machine, wanted);
	if (why || str_is_glob(wanted) ||
	    machine_functions(x->machine, STR(""), STR("*"), x->arena, &all))
		return expand_no_match_why(x, ap, NULL, why);
	vec_each(name, &all)
		suggest_offer(&near, wanted, *name);
	if (near.best.p)
		near.best = str_printf(x->arena, "%s:%.*s", ap->row->name,
				       STR_ARG(near.best));
	return expand_no_match(x, ap, &near);
}

static bool expand_functions(struct expand *x, const struct attach_point *ap,
			     enum trace_how how)
{
	const char *why = NULL, *not ;
	str_vec found = { 0 };
	size_t n = 0;

	if (ap_parts(ap) > 2) {
		diag_error(x->d, ap->span, D_ATTACH_POINT,
			   "only programs of BPF have three parts");
		diag_hint(x->d, "the form is %s", ap->row->form);
		return false;
	}
	if (machine_functions(x->machine, module_part(ap), function_part(ap),
			      x->arena, &found))
		return false;
	vec_each(full, &found) {
		struct str name, module = str_split(*full, ':', &name);

		not = untraceable(x, module, name, how);
		if (not )
			why = not ;
		else if (!add_function(x, ap, module, name, how))
			return false;
		else
			n++;
	}
	if (n)
		return true;
	return report_missing(x, ap,
			      str_is_glob(function_part(ap)) ? NULL : why);
}

/* --- programs of BPF ------------------------------------------------------------------ */

static bool is_bpf(const struct attach_point *ap)
{
	return ap_parts(ap) > 1 && str_is(ap_part(ap, 0), BPF_MODULE);
}

static bool add_program(struct expand *x, const struct attach_point *ap,
			const struct bpf_program_id *p, bool by_id,
			enum trace_how how)
{
	struct target t = {
		.name = p->name,
		.ctx = CTX_RAW,
		.kind = PK_BPF_PROG,
		.flags = how == TRACE_RETURN ? PF_RETURN : 0,
		.offset = by_id ? p->id : 0,
		.is_each = true,
		.is_trampoline = true,
		.has_ip = true,
	};

	if (by_id)
		t.full = str_printf(x->arena, "%s:" BPF_MODULE ":%u:%.*s",
				    ap->row->name, p->id, STR_ARG(p->name));
	else
		t.full = str_printf(x->arena, "%s:" BPF_MODULE ":%.*s",
				    ap->row->name, STR_ARG(p->name));
	if (x->uses_retval && how == TRACE_RETURN)
		t.retval = type_int(x->types, 4, true);
	return expand_add(x, ap, &t);
}

static void find_programs(struct expand *x, const struct attach_point *ap,
			  bpf_program_vec *out)
{
	bpf_program_vec all = { 0 };
	struct str id = ap_parts(ap) > 2 ? ap_part(ap, 1) : STR("*");

	machine_bpf_programs(x->machine, function_part(ap), x->arena, &all);
	vec_each(p, &all)
		if (str_glob(id, str_printf(x->arena, "%u", p->id)))
			vec_push(x->arena, out, *p);
}

static bool expand_programs(struct expand *x, const struct attach_point *ap,
			    enum trace_how how)
{
	bpf_program_vec found = { 0 };
	struct suggest near = { 0 };
	bool by_id;

	find_programs(x, ap, &found);
	by_id = ap_parts(ap) > 2 || found.n > 1;
	vec_each(p, &found)
		if (!add_program(x, ap, p, by_id, how))
			return false;
	if (found.n)
		return true;
	machine_bpf_programs(x->machine, STR("*"), x->arena, &found);
	vec_each(p, &found)
		suggest_offer(&near, function_part(ap), p->name);
	if (near.best.p)
		near.best = str_printf(x->arena, "%s:" BPF_MODULE ":%.*s",
				       ap->row->name, STR_ARG(near.best));
	return expand_no_match(x, ap, &near);
}

/* --- rows --------------------------------------------------------------------------- */

static bool expand_fentry(struct expand *x, const struct attach_point *ap)
{
	if (!need_btf(x, ap))
		return false;
	return is_bpf(ap) ? expand_programs(x, ap, TRACE_ENTRY)
			  : expand_functions(x, ap, TRACE_ENTRY);
}

static bool expand_fexit(struct expand *x, const struct attach_point *ap)
{
	if (!need_btf(x, ap))
		return false;
	return is_bpf(ap) ? expand_programs(x, ap, TRACE_RETURN)
			  : expand_functions(x, ap, TRACE_RETURN);
}

static bool expand_fmodret(struct expand *x, const struct attach_point *ap)
{
	return need_btf(x, ap) && expand_functions(x, ap, TRACE_MODIFY);
}

static void list_types(struct expand *x, struct str module, struct str name,
		       enum trace_how how, struct buf *out)
{
	const struct type *ret = NULL;
	const struct type *args = machine_traced_args(x->machine, x->types,
						      module, name, true, &ret);

	expand_list_args(args, "", out);
	if (!ret || ret->kind == TY_NONE || how != TRACE_RETURN)
		return;
	buf_puts(out, "    ");
	type_text(ret, out);
	buf_puts(out, " retval\n");
}

static bool list_programs(struct expand *x, const struct attach_point *ap,
			  struct buf *out)
{
	bpf_program_vec found = { 0 };

	find_programs(x, ap, &found);
	vec_each(p, &found)
		buf_printf(out, "%s:" BPF_MODULE ":%u:%.*s\n", ap->row->name,
			   p->id, STR_ARG(p->name));
	return true;
}

static bool list_functions(struct expand *x, const struct attach_point *ap,
			   bool with_args, enum trace_how how, struct buf *out)
{
	str_vec found = { 0 };

	if (!machine_has_btf(x->machine))
		return true;
	if (is_bpf(ap))
		return list_programs(x, ap, out);
	if (machine_functions(x->machine, module_part(ap), function_part(ap),
			      x->arena, &found))
		return false;
	vec_each(full, &found) {
		struct str name, module = str_split(*full, ':', &name);

		if (untraceable(x, module, name, how))
			continue;
		buf_printf(out, "%s:%.*s\n", ap->row->name, STR_ARG(*full));
		if (with_args)
			list_types(x, module, name, how, out);
	}
	return true;
}

static bool list_fentry(struct expand *x, const struct attach_point *ap,
			bool with_args, struct buf *out)
{
	return list_functions(x, ap, with_args, TRACE_ENTRY, out);
}

static bool list_fexit(struct expand *x, const struct attach_point *ap,
		       bool with_args, struct buf *out)
{
	return list_functions(x, ap, with_args, TRACE_RETURN, out);
}

static bool list_fmodret(struct expand *x, const struct attach_point *ap,
			 bool with_args, struct buf *out)
{
	return list_functions(x, ap, with_args, TRACE_MODIFY, out);
}

const struct probe_type fentry_types[] = {
	{ .name = "fentry",
	  .aliases = { "f", "kfunc" },
	  .form = "fentry:function, fentry:module:function, "
		  "fentry:bpf:program, fentry:bpf:id:program",
	  .min_parts = 1,
	  .max_parts = 3,
	  .expand = expand_fentry,
	  .list = list_fentry,
	  .doc = "The entry of a kernel function, cheaper than a kprobe; its "
		 "arguments are the fields of args, typed by BTF. Also a "
		 "program of BPF, without args. Names may have wildcards, but "
		 "each match costs a program.",
	  .example = "fentry:vfs_read { @[args.file->f_flags] = count(); }" },
	{ .name = "fexit",
	  .aliases = { "fr", "kretfunc" },
	  .form = "fexit:function, fexit:module:function, "
		  "fexit:bpf:program, fexit:bpf:id:program",
	  .min_parts = 1,
	  .max_parts = 3,
	  .entry = "fentry",
	  .expand = expand_fexit,
	  .list = list_fexit,
	  .doc = "The return of a kernel function or a program of BPF; its "
		 "result is retval, the arguments it was called with are the "
		 "fields of args.",
	  .example = "fexit:vfs_read /retval > 0/ "
		     "{ @[args.count] = sum(retval); }" },
	{ .name = "fmodret",
	  .aliases = { "fmod_ret" },
	  .form = "fmodret:function, fmodret:module:function",
	  .min_parts = 1,
	  .max_parts = 2,
	  .expand = expand_fmodret,
	  .list = list_fmodret,
	  .doc = "A kernel function before it runs, where the kernel would let "
		 "a program decide its result: security_* and what is made for "
		 "error injection. It is only looked at, with args as in "
		 "fentry.",
	  .example = "fmodret:security_file_open { @[comm] = count(); }" },
	{ 0 },
};
