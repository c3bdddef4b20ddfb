/* SPDX-License-Identifier: Apache-2.0 */
/* pt_usdt.c - marks that programs and libraries carry for tracers. Sites whose
 * operands are the same, as far as the body reads them, share a program, in
 * which they are constants. */
#include <errno.h>

#include "lang/tables.h"
#include "machine/usdt.h"
#include "sema/expand.h"

/* A file with marks. */
struct binary {
	const char *file; /* where we open it */
	struct str path; /* as the machine, or the process of -p, calls it */
};
typedef VEC(struct binary) binary_vec;

/* usdt:path:name, usdt:path:provider:name */
static struct str provider_of(const struct attach_point *ap)
{
	return ap_parts(ap) > 2 ? ap_part(ap, 1) : STR("*");
}

static struct str name_of(const struct attach_point *ap)
{
	return ap_parts(ap) > 1 ? ap_part(ap, ap_parts(ap) - 1) : STR("*");
}

static bool is_same_mark(const struct usdt_site *a, const struct usdt_site *b)
{
	return str_eq(a->provider, b->provider) && str_eq(a->name, b->name);
}

static void add_binary(struct expand *x, struct str name, binary_vec *out)
{
	const char *file = machine_binary(x->machine, name);

	if (file)
		vec_push(x->arena, out,
			 ((struct binary){ file, str_from(machine_binary_path(
							 x->machine, file)) }));
}

/* All that the first part may mean. */
static void find_binaries(struct expand *x, const struct attach_point *ap,
			  binary_vec *out)
{
	size_t max = x->script->options.num[OPT_MAX_PROBES];
	struct str name = ap_part(ap, 0);
	str_vec found = { 0 };

	if (!str_is_glob(name)) {
		add_binary(x, name, out);
		if (out->n || !machine_process(x->machine))
			return;
		/* Not where the loader looks, but the process has it. */
		name = str_printf(x->arena, "%.*s*", STR_ARG(name));
		max = 1;
	}
	machine_binaries(x->machine, name, max, x->arena, &found);
	vec_each(path, &found)
		add_binary(x, *path, out);
}

/* --- targets ------------------------------------------------------------------- */

/* The sites of one mark: a target for each set of operands. */
static bool add_mark(struct expand *x, const struct attach_point *ap,
		     const struct binary *b, const struct usdt_site *sites,
		     size_t n)
{
	struct target t = {
		.ctx = CTX_REGS,
		.kind = PK_USDT,
		.is_user = true,
		.path = b->path,
	};
	str_vec shapes = { 0 };

	for (size_t i = 0; i < n; i++)
		vec_push(x->arena, &shapes,
			 usdt_narrow(x->arena, sites[i].operands,
				     x->uses_argn));
	t.name = str_printf(x->arena, "%.*s:%.*s", STR_ARG(sites->provider),
			    STR_ARG(sites->name));
	t.full = str_printf(x->arena, "%s:%.*s:%.*s", ap->row->name,
			    STR_ARG(t.path), STR_ARG(t.name));
	if (!x->uses_argn)
		expand_again(x, ap, &t,
			     str_printf(x->arena, "%.*s:%.*s",
					STR_ARG(provider_of(ap)),
					STR_ARG(name_of(ap))));
	for (size_t i = 0; i < n; i++) {
		size_t before = 0;

		while (before < i && !str_eq(shapes.v[before], shapes.v[i]))
			before++;
		t.is_single |= !str_eq(shapes.v[0], shapes.v[i]);
		for (size_t j = i; j < n; j++)
			t.is_single |= !str_eq(shapes.v[0], shapes.v[j]);
		t.operands = shapes.v[i];
		if (before == i && !expand_add(x, ap, &t))
			return false;
	}
	return true;
}

static bool add_sites(struct expand *x, const struct attach_point *ap,
		      const struct binary *b, const usdt_site_vec *found)
{
	size_t i, n;

	for (i = 0; i < found->n; i += n) {
		for (n = 1; i + n < found->n &&
			    is_same_mark(&found->v[i], &found->v[i + n]);)
			n++;
		if (!add_mark(x, ap, b, &found->v[i], n))
			return false;
	}
	return true;
}

/* --- nothing found --------------------------------------------------------------- */

static void suggest_mark(struct expand *x, const struct attach_point *ap,
			 const usdt_site_vec *all, struct suggest *near)
{
	struct str wanted = name_of(ap);
	bool has_provider = ap_parts(ap) > 2;

	if (has_provider)
		wanted = str_printf(x->arena, "%.*s:%.*s",
				    STR_ARG(provider_of(ap)), STR_ARG(wanted));
	if (str_is_glob(wanted))
		return;
	vec_each(site, all)
		suggest_offer(near, wanted,
			      has_provider ? str_printf(x->arena, "%.*s:%.*s",
							STR_ARG(site->provider),
							STR_ARG(site->name))
					   : site->name);
	if (near->best.p)
		near->best = str_printf(x->arena, "%s:%.*s:%.*s", ap->row->name,
					STR_ARG(ap_part(ap, 0)),
					STR_ARG(near->best));
}

/* The providers that there are: "a, b". */
static const char *list_providers(struct expand *x, const usdt_site_vec *all)
{
	struct str out = { "", 0 };

	for (size_t i = 0; i < all->n; i++) {
		struct str provider = all->v[i].provider;

		if (i && str_eq(provider, all->v[i - 1].provider))
			continue;
		out = str_printf(x->arena, "%.*s%s%.*s", STR_ARG(out),
				 out.n ? ", " : "", STR_ARG(provider));
	}
	return out.p;
}

static bool has_provider(const usdt_site_vec *all, struct str pattern)
{
	vec_each(site, all)
		if (str_glob(pattern, site->provider))
			return true;
	return false;
}

/* The file is there. */
static bool no_mark(struct expand *x, const struct attach_point *ap,
		    const struct binary *b)
{
	usdt_site_vec all = { 0 };
	struct suggest near = { 0 };
	bool ok;

	usdt_sites(b->file, STR("*"), STR("*"), x->arena, &all);
	suggest_mark(x, ap, &all, &near);
	ok = expand_no_match(x, ap, &near);
	if (ok || near.best.p)
		return ok;
	if (!all.n)
		diag_hint(x->d,
			  "'%.*s' has no marks (no section "
			  ".note.stapsdt)",
			  STR_ARG(b->path));
	else if (!has_provider(&all, provider_of(ap)))
		diag_hint(x->d, "the providers of '%.*s' are %s",
			  STR_ARG(b->path), list_providers(x, &all));
	else
		diag_hint(x->d, "espy -l 'usdt:%.*s' lists its marks",
			  STR_ARG(b->path));
	return false;
}

static bool no_file(struct expand *x, const struct attach_point *ap)
{
	struct str name = ap_part(ap, 0);
	bool ok = expand_no_match(x, ap, NULL);

	if (!ok && str_has(name, '/') && !str_is_glob(name))
		diag_hint(x->d, "there is no file '%.*s'", STR_ARG(name));
	else if (!ok && !str_is_glob(name))
		diag_hint(x->d,
			  "'%.*s' is neither a program in $PATH nor a library",
			  STR_ARG(name));
	return ok;
}

/* --- the row's functions ----------------------------------------------------------- */

static bool expand_usdt(struct expand *x, const struct attach_point *ap)
{
	binary_vec files = { 0 };
	bool any = false;

	find_binaries(x, ap, &files);
	if (!files.n)
		return no_file(x, ap);
	vec_each(b, &files) {
		usdt_site_vec found = { 0 };
		int err = usdt_sites(b->file, provider_of(ap), name_of(ap),
				     x->arena, &found);

		if (err && files.n == 1)
			return diag_error(x->d, ap->span, D_IO,
					  "cannot read '%.*s': %s",
					  STR_ARG(b->path),
					  err == -ENOEXEC ? "no ELF file of "
							    "64 bits"
							  : strerror(-err));
		if (!add_sites(x, ap, b, &found))
			return false;
		any |= found.n;
	}
	if (any)
		return true;
	return files.n == 1 ? no_mark(x, ap, &files.v[0])
			    : expand_no_match(x, ap, NULL);
}

static void list_operands(struct str operands, struct buf *out)
{
	struct usdt_operand o;
	struct str word;

	for (uint32_t i = 0; (word = usdt_word(operands, i)).n; i++) {
		const char *why = usdt_operand(word, &o);

		if (why)
			buf_printf(out, "    ? arg%u (%s: %.*s)\n", i, why,
				   STR_ARG(word));
		else
			buf_printf(out, "    %sint%u arg%u\n",
				   o.is_signed ? "" : "u", o.size * 8, i);
	}
}

static bool list_usdt(struct expand *x, const struct attach_point *ap,
		      bool with_args, struct buf *out)
{
	binary_vec files = { 0 };

	/* Of every binary of the machine nothing is listed. */
	if (!ap_parts(ap) || (str_is(ap_part(ap, 0), "*") && ap_parts(ap) < 2 &&
			      !machine_process(x->machine)))
		return true;
	find_binaries(x, ap, &files);
	vec_each(b, &files) {
		usdt_site_vec found = { 0 };

		usdt_sites(b->file, provider_of(ap), name_of(ap), x->arena,
			   &found);
		for (size_t i = 0; i < found.n; i++) {
			struct usdt_site *s = &found.v[i];

			if (i && is_same_mark(s, s - 1))
				continue;
			buf_printf(out, "%s:%.*s:%.*s:%.*s\n", ap->row->name,
				   STR_ARG(b->path), STR_ARG(s->provider),
				   STR_ARG(s->name));
			if (with_args)
				list_operands(s->operands, out);
		}
	}
	return true;
}

const struct probe_type usdt_types[] = {
	{ .name = "usdt",
	  .aliases = { "U" },
	  .form = "usdt:binary:name, usdt:binary:provider:name",
	  .min_parts = 2,
	  .max_parts = 3,
	  .has_path = true,
	  .expand = expand_usdt,
	  .list = list_usdt,
	  .doc = "A mark that a program or library carries for tracers "
		 "(sys/sdt.h), by path or by name; its arguments are arg0, "
		 "arg1 and so on, as many as it has. Semaphores are raised "
		 "while it is traced. Provider and name may have wildcards; "
		 "with -p the binary may be *: all that the process uses.",
	  .example = "usdt:libc:setjmp { @[comm] = count(); }" },
	{ 0 },
};
