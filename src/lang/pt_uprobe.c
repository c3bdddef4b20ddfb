/* SPDX-License-Identifier: Apache-2.0 */
/* pt_uprobe.c - entry and return of functions of programs and libraries. */
#include "lang/tables.h"
#include "sema/expand.h"

/* The binary a user named, as the machine's own path: without the folder the
 * machine may be read from. */
static const char *find_binary(struct expand *x, const struct attach_point *ap,
			       const char **path)
{
	const char *root = machine_path(x->machine, "/");
	size_t n = strlen(root) - 1;
	const char *file = machine_binary(x->machine, ap_part(ap, 0));

	if (!file)
		return NULL;
	*path = file;
	if (!strncmp(file, root, n) && file[n] == '/')
		*path = file + n;
	return file;
}

static bool add_symbol(struct expand *x, const struct attach_point *ap,
		       struct str symbol, struct target *t)
{
	t->name = symbol;
	t->full = str_printf(x->arena, "%s:%.*s:%.*s", ap->row->name,
			     STR_ARG(t->path), STR_ARG(symbol));
	if (t->offset)
		t->full = str_printf(x->arena, "%.*s+%llu", STR_ARG(t->full),
				     (unsigned long long)t->offset);
	return expand_add(x, ap, t);
}

static bool add_address(struct expand *x, const struct attach_point *ap,
			struct str text, struct target *t)
{
	if (!expand_number(text, &t->offset))
		return diag_error(x->d, ap_span(ap, 1), D_ATTACH_POINT,
				  "'%.*s' is not an address", STR_ARG(text));
	t->flags |= PF_ADDRESS;
	t->full = str_printf(x->arena, "%s:%.*s:0x%llx", ap->row->name,
			     STR_ARG(t->path), (unsigned long long)t->offset);
	return expand_add(x, ap, t);
}

static void suggest_symbol(struct expand *x, const struct attach_point *ap,
			   const char *file, struct str wanted,
			   struct suggest *near)
{
	elf_symbol_vec all = { 0 };

	if (str_is_glob(wanted) ||
	    machine_elf_functions(x->machine, file, STR("*"), x->arena, &all))
		return;
	vec_each(sym, &all)
		suggest_offer(near, wanted, sym->name);
	if (near->best.p)
		near->best = str_printf(x->arena, "%s:%.*s:%.*s", ap->row->name,
					STR_ARG(ap_part(ap, 0)),
					STR_ARG(near->best));
}

static bool add_matches(struct expand *x, const struct attach_point *ap,
			const char *file, struct str pattern, struct target *t)
{
	struct suggest near = { 0 };
	elf_symbol_vec found = { 0 };
	struct str last = { 0 };

	if (machine_elf_functions(x->machine, file, pattern, x->arena, &found))
		return false;
	if (!found.n) {
		suggest_symbol(x, ap, file, pattern, &near);
		return expand_no_match(x, ap, &near);
	}
	vec_each(sym, &found) {
		if (last.p && str_eq(last, sym->name))
			continue;
		last = sym->name;
		if (!add_symbol(x, ap, sym->name, t))
			return false;
	}
	return true;
}

static bool no_binary(struct expand *x, const struct attach_point *ap)
{
	struct str name = ap_part(ap, 0);
	bool ok = expand_no_match(x, ap, NULL);

	if (!ok && str_has(name, '/'))
		diag_hint(x->d, "there is no file '%.*s'", STR_ARG(name));
	else if (!ok)
		diag_hint(x->d,
			  "'%.*s' is neither a program in $PATH nor a library",
			  STR_ARG(name));
	return ok;
}

static bool expand_symbol(struct expand *x, const struct attach_point *ap,
			  struct target *t)
{
	struct str symbol = ap_part(ap, 1);
	const char *path, *file = find_binary(x, ap, &path);

	if (!file)
		return no_binary(x, ap);
	t->ctx = CTX_REGS;
	t->kind = PK_UPROBE;
	t->is_user = true;
	t->path = str_from(path);
	if (symbol.p[0] >= '0' && symbol.p[0] <= '9')
		return add_address(x, ap, symbol, t);
	if (!expand_offset(x, ap, &symbol, &t->offset))
		return false;
	return add_matches(x, ap, file, symbol, t);
}

static bool expand_uprobe(struct expand *x, const struct attach_point *ap)
{
	struct target t = { 0 };

	return expand_symbol(x, ap, &t);
}

static bool expand_uretprobe(struct expand *x, const struct attach_point *ap)
{
	struct target t = {
		.flags = PF_RETURN,
		.retval = type_int(x->types, 8, true),
	};

	if (str_has(ap_part(ap, 1), '+'))
		return diag_error(x->d, ap_span(ap, 1), D_ATTACH_POINT,
				  "%s probes take no offset: they fire when "
				  "the function returns",
				  ap->row->name);
	return expand_symbol(x, ap, &t);
}

static bool list_symbols(struct expand *x, const struct attach_point *ap,
			 bool with_args, struct buf *out)
{
	struct str pattern = ap_parts(ap) > 1 ? ap_part(ap, 1) : STR("*");
	elf_symbol_vec found = { 0 };
	const char *path, *file;

	(void)with_args;
	if (!ap_parts(ap) || str_is_glob(ap_part(ap, 0)))
		return true; /* every binary of the machine: not listed */
	file = find_binary(x, ap, &path);
	if (!file)
		return true;
	if (machine_elf_functions(x->machine, file, pattern, x->arena, &found))
		return false;
	vec_each(sym, &found)
		buf_printf(out, "%s:%s:%.*s\n", ap->row->name, path,
			   STR_ARG(sym->name));
	return true;
}

const struct probe_type uprobe_types[] = {
	{ .name = "uprobe",
	  .aliases = { "u" },
	  .form = "uprobe:binary:function, uprobe:binary:function+offset, "
		  "uprobe:binary:0xaddress",
	  .min_parts = 2,
	  .max_parts = 2,
	  .has_path = true,
	  .expand = expand_uprobe,
	  .list = list_symbols,
	  .doc = "The entry of a function of a program or library, by path "
		 "or by name (libc); arguments are arg0, arg1 and so on.",
	  .example = "uprobe:libc:malloc { @[comm] = sum(arg0); }" },
	{ .name = "uretprobe",
	  .entry = "uprobe",
	  .aliases = { "ur" },
	  .form = "uretprobe:binary:function",
	  .min_parts = 2,
	  .max_parts = 2,
	  .has_path = true,
	  .expand = expand_uretprobe,
	  .list = list_symbols,
	  .doc = "The return of a function of a program or library; its "
		 "result is retval.",
	  .example = "uretprobe:libc:malloc { @ok = count(); }" },
	{ 0 },
};
