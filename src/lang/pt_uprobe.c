/* SPDX-License-Identifier: Apache-2.0 */
/* pt_uprobe.c - entry and return of functions of programs and libraries, and
 * places by line. */
#include "lang/tables.h"
#include "sema/expand.h"

#define MAX_BINARIES 1024 /* that one wildcard stands for */

/* A file that has functions. */
struct binary {
	const char *file; /* where we open it */
	struct str path; /* as the machine, or the process of -p, calls it */
	bool is_go;
};
typedef VEC(struct binary) binary_vec;

/* What is looked for in it. */
struct wanted {
	struct str symbol;
	bool is_demangled; /* symbol is as people write it */
	bool is_one; /* one function was named: its types matter */
	uint64_t offset;
	size_t n; /* found so far */
	/* Go programs that a wildcard stands for, and whose returns it must not
	 * probe: how many, the first */
	size_t n_left_out;
	const struct binary *left_out;
};

/* --- the parts of an attach point ------------------------------------------------ */

/* What stands before a name that is written as in the source. */
static const char *const languages[] = { "cpp", "rust" };

static bool is_language(struct str word)
{
	for (size_t i = 0; i < ARRAY_SIZE(languages); i++)
		if (str_is(word, languages[i]))
			return true;
	return false;
}

static bool is_by_line(const struct attach_point *ap)
{
	return ap_parts(ap) > 1 && str_is(ap_part(ap, 1), "@");
}

static bool wrong_form(struct expand *x, const struct attach_point *ap)
{
	diag_error(x->d, ap->span, D_ATTACH_POINT,
		   "'%.*s' has more parts than a binary and a function",
		   STR_ARG(ap->text));
	diag_hint(x->d, "names of C++ and Rust are written cpp:\"ns::name\"");
	return false;
}

/* "ns::f(int)"+4; operators end otherwise. */
static void cut_offset(struct wanted *w)
{
	struct str name = w->symbol, text;

	while (name.n && name.p[name.n - 1] != '+')
		name.n--;
	text.p = name.p + name.n;
	text.n = w->symbol.n - name.n;
	if (name.n > 1 && expand_number(text, &w->offset))
		w->symbol.n = name.n - 1;
	else
		w->offset = 0;
}

static bool check_offset(struct expand *x, const struct attach_point *ap,
			 const struct wanted *w, const struct target *t)
{
	struct span at = ap_span(ap, ap_parts(ap) - 1);

	if (!w->offset)
		return true;
	if (t->flags & PF_RETURN)
		return diag_error(x->d, at, D_ATTACH_POINT,
				  "%s probes take no offset: they fire when "
				  "the function returns",
				  ap->row->name);
	if (str_is_glob(w->symbol))
		return diag_error(x->d, at, D_ATTACH_POINT,
				  "an offset needs one function, not a "
				  "wildcard");
	return true;
}

/* "function", "cpp:name"; -l splits names at their colons, too. */
static bool take_symbol(struct expand *x, const struct attach_point *ap,
			struct wanted *w)
{
	size_t i = 2, n = ap_parts(ap);

	w->symbol = ap_part(ap, 1);
	w->is_demangled = n > 2 && is_language(w->symbol);
	if (w->is_demangled) {
		w->symbol = ap_part(ap, i++);
		for (; i < n; i++)
			w->symbol = str_printf(x->arena, "%.*s:%.*s",
					       STR_ARG(w->symbol),
					       STR_ARG(ap_part(ap, i)));
		cut_offset(w);
		if (str_starts(w->symbol, "\"") && str_ends(w->symbol, "\""))
			w->symbol = (struct str){ w->symbol.p + 1,
						  w->symbol.n - 2 };
	} else if (n > 2) {
		return false;
	}
	w->is_one = !str_is_glob(w->symbol) && !str_is_glob(ap_part(ap, 0));
	return true;
}

/* --- binaries -------------------------------------------------------------------- */

static void add_binary(struct expand *x, struct str name, binary_vec *out)
{
	struct binary b = { .file = machine_binary(x->machine, name) };

	if (!b.file)
		return;
	b.path = str_from(machine_binary_path(x->machine, b.file));
	if (str_starts(b.path, "/proc/")) /* not what anybody calls it */
		b.path = name;
	b.is_go = machine_elf_is_go(b.file);
	vec_push(x->arena, out, b);
}

/* All that the first part may mean. */
static void find_binaries(struct expand *x, const struct attach_point *ap,
			  binary_vec *out)
{
	struct str name = ap_part(ap, 0);
	str_vec found = { 0 };

	if (!str_is_glob(name)) {
		add_binary(x, name, out);
		return;
	}
	machine_binaries(x->machine, name, MAX_BINARIES, x->arena, &found);
	if (found.n == MAX_BINARIES) {
		diag_warn(x->d, ap_span(ap, 0), D_LIMIT,
			  "'%.*s' stands for more than %d binaries: only so "
			  "many are looked at",
			  STR_ARG(name), MAX_BINARIES);
	}
	vec_each(path, &found)
		add_binary(x, *path, out);
}

static bool no_binary(struct expand *x, const struct attach_point *ap)
{
	struct str name = ap_part(ap, 0);
	bool ok = expand_no_match(x, ap, NULL);

	if (ok)
		return true;
	if (str_has(name, '/'))
		diag_hint(x->d, "there is no file '%.*s'", STR_ARG(name));
	else if (str_is_glob(name))
		diag_hint(x->d, "wildcards stand for what processes have "
				"mapped: that of -p, or all of this machine");
	else
		diag_hint(x->d,
			  "'%.*s' is neither a program in $PATH nor a library",
			  STR_ARG(name));
	return false;
}

/* Go copies its stacks, and finds the kernel's return address on them. */
static bool crashes(const struct expand *x, const struct binary *b,
		    const struct target *t)
{
	return t->flags & PF_RETURN && b->is_go && !x->env->unsafe;
}

static bool may_return(struct expand *x, const struct attach_point *ap,
		       const struct binary *b, const struct target *t)
{
	if (!crashes(x, b, t))
		return true;
	diag_error(x->d, ap->span, D_UNSAFE,
		   "'%.*s' is a Go program: %s probes make it crash when Go "
		   "moves a stack",
		   STR_ARG(b->path), ap->row->name);
	diag_hint(x->d,
		  "uprobe:%.*s:FUNCTION+OFFSET can fire before the "
		  "return; --unsafe attaches all the same",
		  STR_ARG(b->path));
	return false;
}

/* Of a wildcard's binaries those of Go are left out, unless all are. */
static bool tell_left_out(struct expand *x, const struct attach_point *ap,
			  const struct wanted *w, const struct target *t)
{
	if (!w->n_left_out)
		return true;
	if (!w->n)
		return may_return(x, ap, w->left_out, t);
	diag_warn(x->d, ap_span(ap, 0), D_UNSAFE,
		  "left out %zu Go program%s: %s'%.*s': %s probes make %s "
		  "crash when Go moves a stack",
		  w->n_left_out, w->n_left_out == 1 ? "" : "s",
		  w->n_left_out == 1 ? "" : "the first is ",
		  STR_ARG(w->left_out->path), ap->row->name,
		  w->n_left_out == 1 ? "it" : "them");
	return true;
}

/* --- functions ------------------------------------------------------------------- */

static struct str shown_name(struct expand *x, const struct wanted *w,
			     struct str symbol)
{
	struct str name;

	if (!w->is_demangled)
		return symbol;
	name = machine_demangle(symbol, true, x->arena);
	return str_printf(x->arena, "cpp:\"%.*s\"", STR_ARG(name));
}

/* Types by the program's debug information, where the body asks for them. */
static void add_types(struct expand *x, const struct wanted *w,
		      const struct binary *b, uint64_t address,
		      struct target *t)
{
	bool is_return = t->flags & PF_RETURN;
	const struct type *args, *ret = NULL;
	struct str missing;

	if (w->offset ||
	    (is_return ? !x->uses_retval || !w->is_one : !x->uses_args))
		return;
	args = machine_user_args(x->machine, x->types, b->file, address, &ret,
				 &missing);
	if (is_return && ret && type_is_scalar(ret))
		t->retval = ret;
	if (is_return)
		return;
	t->args = args;
	if (!args)
		t->no_args = str_printf(
			x->arena,
			"'%.*s' has no debug information about this function: "
			"use arg0, arg1 and so on",
			STR_ARG(b->path));
	else if (missing.n)
		t->no_args = str_printf(
			x->arena,
			"what the kernel gives probes no access to is missing, "
			"floating point registers above all: %.*s",
			STR_ARG(missing));
}

static bool add_symbol(struct expand *x, const struct attach_point *ap,
		       const struct wanted *w, const struct binary *b,
		       const struct elf_symbol *sym, bool is_repeated,
		       struct target t)
{
	struct str name = shown_name(x, w, t.name = sym->name);

	t.path = b->path;
	t.is_go = b->is_go;
	t.offset = w->offset;
	t.full = str_printf(x->arena, "%s:%.*s:%.*s", ap->row->name,
			    STR_ARG(t.path), STR_ARG(name));
	if (t.offset)
		t.full = str_printf(x->arena, "%.*s+%llu", STR_ARG(t.full),
				    (unsigned long long)t.offset);
	if (is_repeated) { /* the name finds another one of that name */
		t.name = (struct str){ "", 0 };
		t.offset += sym->address;
		t.flags |= PF_ADDRESS;
	}
	add_types(x, w, b, sym->address, &t);
	expand_again(x, ap, &t, w->is_demangled ? STR("") : w->symbol);
	return expand_add(x, ap, &t);
}

static int find_symbols(struct expand *x, const struct binary *b,
			const struct wanted *w, elf_symbol_vec *out)
{
	struct str pattern = w->is_demangled ? STR("_[RZ]*") : w->symbol;
	size_t i, n = 0;
	int err = machine_elf_functions(x->machine, b->file, pattern, x->arena,
					out);

	for (i = 0; i < out->n && w->is_demangled; i++)
		if (machine_demangled_match(out->v[i].name, w->symbol))
			out->v[n++] = out->v[i];
	if (w->is_demangled)
		out->n = n;
	return err;
}

static bool add_matches(struct expand *x, const struct attach_point *ap,
			const struct binary *b, struct wanted *w,
			const struct target *t)
{
	elf_symbol_vec found = { 0 };
	struct str last = { 0 };

	if (find_symbols(x, b, w, &found))
		return false;
	if (found.n && str_is_glob(ap_part(ap, 0)) && crashes(x, b, t)) {
		w->left_out = w->n_left_out++ ? w->left_out : b;
		return true;
	}
	if (found.n && !may_return(x, ap, b, t))
		return false;
	w->n += found.n;
	vec_each(sym, &found) {
		bool is_repeated = last.p && str_eq(last, sym->name);

		last = sym->name;
		if (!add_symbol(x, ap, w, b, sym, is_repeated, *t))
			return false;
	}
	return true;
}

/* --- when there is none ------------------------------------------------------------ */

/* By what is spelled alike. */
static void offer_similar(struct expand *x, const struct wanted *w,
			  const elf_symbol_vec *all, struct suggest *near)
{
	vec_each(sym, all) {
		struct str name = sym->name;

		if (w->is_demangled)
			name = machine_demangle(name, str_has(w->symbol, '('),
						x->arena);
		if (name.n)
			suggest_offer(near, w->symbol, name);
	}
}

/* The same name with other arguments, in a namespace, or mangled. */
static void offer_same(struct expand *x, const struct wanted *w,
		       const elf_symbol_vec *all, struct suggest *near)
{
	struct str rest, plain = str_split(w->symbol, '(', &rest);
	struct str inner = str_printf(x->arena, "*::%.*s", STR_ARG(plain));

	vec_each(sym, all) {
		if (!machine_demangled_match(sym->name, plain) &&
		    !machine_demangled_match(sym->name, inner))
			continue;
		near->best = machine_demangle(sym->name, true, x->arena);
		if (!w->is_demangled)
			near->best = str_printf(x->arena, "cpp:\"%.*s\"",
						STR_ARG(near->best));
		return;
	}
}

static bool no_symbol(struct expand *x, const struct attach_point *ap,
		      const struct binary *b, const struct wanted *w)
{
	struct suggest near = { 0 };
	elf_symbol_vec all = { 0 };
	bool ok;

	if (w->is_one && !machine_elf_functions(x->machine, b->file, STR("*"),
						x->arena, &all)) {
		offer_similar(x, w, &all, &near);
		if (!near.best.p)
			offer_same(x, w, &all, &near);
	}
	if (near.best.p)
		near.best = str_printf(x->arena, "%s:%.*s:%s%.*s%s",
				       ap->row->name, STR_ARG(ap_part(ap, 0)),
				       w->is_demangled ? "cpp:\"" : "",
				       STR_ARG(near.best),
				       w->is_demangled ? "\"" : "");
	ok = expand_no_match(x, ap, &near);
	if (!ok && w->is_one && !all.n)
		diag_hint(x->d,
			  "'%.*s' has no symbols: install its debug symbols, "
			  "or give an address",
			  STR_ARG(b->path));
	else if (!ok && w->is_one &&
		 machine_elf_is_indirect(b->file, w->symbol))
		diag_hint(x->d,
			  "the loader chooses among several '%.*s', and this "
			  "process does not have the library: probe one of "
			  "them by its own name",
			  STR_ARG(w->symbol));
	return ok;
}

/* --- places ------------------------------------------------------------------------ */

static bool add_address(struct expand *x, const struct attach_point *ap,
			const struct binary *b, struct target t)
{
	struct str text = ap_part(ap, 1);

	if (!expand_number(text, &t.offset))
		return diag_error(x->d, ap_span(ap, 1), D_ATTACH_POINT,
				  "'%.*s' is not an address", STR_ARG(text));
	t.flags |= PF_ADDRESS;
	t.path = b->path;
	t.is_go = b->is_go;
	t.full = str_printf(x->arena, "%s:%.*s:0x%llx", ap->row->name,
			    STR_ARG(t.path), (unsigned long long)t.offset);
	return may_return(x, ap, b, &t) && expand_add(x, ap, &t);
}

static bool no_line(struct expand *x, const struct attach_point *ap,
		    const struct binary *b, bool has_debug, uint64_t near)
{
	if (expand_no_match(x, ap, NULL))
		return true;
	if (!has_debug)
		diag_hint(x->d, "'%.*s' has no debug information",
			  STR_ARG(b->path));
	else if (near)
		diag_hint(x->d, "the next line that has code is %llu",
			  (unsigned long long)near);
	else
		diag_hint(x->d, "no source of '%.*s' has code there",
			  STR_ARG(b->path));
	return false;
}

/* path@file:line or path@file:line:column */
static bool expand_line(struct expand *x, const struct attach_point *ap,
			const struct binary *b, struct target t)
{
	uint64_t line, column = 0, near = 0;
	struct str file = ap_part(ap, 2);
	address_vec found = { 0 };
	bool has_debug;

	if (t.flags & PF_RETURN || ap_parts(ap) < 4 ||
	    !expand_number(ap_part(ap, 3), &line) ||
	    (ap_parts(ap) > 4 && !expand_number(ap_part(ap, 4), &column))) {
		diag_error(x->d, ap->span, D_ATTACH_POINT,
			   "'%.*s' does not say a line", STR_ARG(ap->text));
		diag_hint(x->d, "the form is uprobe:binary@file:line or "
				"uprobe:binary@file:line:column");
		return false;
	}
	has_debug = machine_user_line(x->machine, b->file, file, line, column,
				      x->arena, &found, &near);
	if (!found.n)
		return no_line(x, ap, b, has_debug, near);
	t.flags |= PF_ADDRESS;
	t.path = b->path;
	t.is_go = b->is_go;
	t.full = str_printf(x->arena, "%s:%.*s@%.*s:%llu", ap->row->name,
			    STR_ARG(t.path), STR_ARG(file),
			    (unsigned long long)line);
	vec_each(address, &found) {
		t.offset = *address;
		if (!expand_add(x, ap, &t))
			return false;
	}
	return true;
}

/* --- rows ---------------------------------------------------------------------------- */

static bool expand_place(struct expand *x, const struct attach_point *ap,
			 struct target *t)
{
	binary_vec binaries = { 0 };
	struct wanted w = { 0 };

	t->ctx = CTX_REGS;
	t->kind = PK_UPROBE;
	t->is_user = true;
	t->no_args = t->flags & PF_RETURN
			     ? STR("take them at the entry, in a uprobe")
			     : STR("they are known at a function's entry");
	if (!is_by_line(ap) && !take_symbol(x, ap, &w))
		return wrong_form(x, ap);
	find_binaries(x, ap, &binaries);
	if (!binaries.n)
		return no_binary(x, ap);
	if (is_by_line(ap))
		return expand_line(x, ap, binaries.v, *t);
	if (w.symbol.p[0] >= '0' && w.symbol.p[0] <= '9')
		return add_address(x, ap, binaries.v, *t);
	if ((!w.is_demangled && !expand_offset(x, ap, &w.symbol, &w.offset)) ||
	    !check_offset(x, ap, &w, t))
		return false;
	vec_each(b, &binaries)
		if (!add_matches(x, ap, b, &w, t))
			return false;
	if (!tell_left_out(x, ap, &w, t))
		return false;
	return w.n || no_symbol(x, ap, binaries.v, &w);
}

static bool expand_uprobe(struct expand *x, const struct attach_point *ap)
{
	struct target t = { 0 };

	return expand_place(x, ap, &t);
}

static bool expand_uretprobe(struct expand *x, const struct attach_point *ap)
{
	struct target t = {
		.flags = PF_RETURN,
		.retval = type_int(x->types, 8, true),
	};

	return expand_place(x, ap, &t);
}

static void list_type(const struct type *t, const char *name, size_t n,
		      struct buf *out)
{
	buf_puts(out, "    ");
	type_text(t, out);
	buf_printf(out, " %.*s\n", (int)n, name);
}

static void list_args(struct expand *x, const struct attach_point *ap,
		      const struct binary *b, const struct elf_symbol *sym,
		      struct buf *out)
{
	struct str missing;
	const struct type *ret,
		*args = machine_user_args(x->machine, x->types, b->file,
					  sym->address, &ret, &missing);

	if (ap->row->entry && ret)
		list_type(ret, "retval", 6, out);
	for (uint32_t i = 0; args && !ap->row->entry && i < args->n_fields; i++)
		list_type(args->fields[i].type, args->fields[i].name.p,
			  args->fields[i].name.n, out);
}

static bool list_symbols(struct expand *x, const struct attach_point *ap,
			 bool with_args, struct buf *out)
{
	struct wanted w = { .symbol = STR("*") };
	binary_vec binaries = { 0 };

	if (!ap_parts(ap) || (ap_parts(ap) == 1 && str_is_glob(ap_part(ap, 0))))
		return true; /* every function there is: not listed */
	if (ap_parts(ap) > 1 && !take_symbol(x, ap, &w))
		return true;
	find_binaries(x, ap, &binaries);
	vec_each(b, &binaries) {
		elf_symbol_vec found = { 0 };

		if (find_symbols(x, b, &w, &found))
			return false;
		vec_each(sym, &found) {
			struct str name = shown_name(x, &w, sym->name);

			buf_printf(out, "%s:%.*s:%.*s\n", ap->row->name,
				   STR_ARG(b->path), STR_ARG(name));
			if (with_args)
				list_args(x, ap, b, sym, out);
		}
	}
	return true;
}

const struct probe_type uprobe_types[] = {
	{ .name = "uprobe",
	  .aliases = { "u" },
	  .form = "uprobe:binary:function, uprobe:binary:function+offset, "
		  "uprobe:binary:0xaddress, uprobe:binary:cpp:\"name\", "
		  "uprobe:binary@file:line",
	  .min_parts = 2,
	  .max_parts = 5,
	  .has_path = true,
	  .expand = expand_uprobe,
	  .list = list_symbols,
	  .doc = "The entry of a function of a program or library, by path "
		 "or by name (libc); arguments are arg0, arg1 and so on, and "
		 "by name in args where there is debug information.",
	  .example = "uprobe:libc:malloc { @[comm] = sum(arg0); }" },
	{ .name = "uretprobe",
	  .entry = "uprobe",
	  .aliases = { "ur" },
	  .form = "uretprobe:binary:function, uretprobe:binary:cpp:\"name\"",
	  .min_parts = 2,
	  .max_parts = 3,
	  .has_path = true,
	  .expand = expand_uretprobe,
	  .list = list_symbols,
	  .doc = "The return of a function of a program or library; its "
		 "result is retval, with its type where there is debug "
		 "information.",
	  .example = "uretprobe:libc:malloc { @ok = count(); }" },
	{ 0 },
};
