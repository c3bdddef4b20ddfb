/* SPDX-License-Identifier: Apache-2.0 */
/* expand.c - attach points to programs, one per shape of context. */
#include "sema/expand.h"

#include <errno.h>
#include <stdlib.h>

size_t ap_parts(const struct attach_point *ap)
{
	return ap->parts.n - 1;
}

struct str ap_part(const struct attach_point *ap, size_t i)
{
	if (i + 1 >= ap->parts.n)
		return (struct str){ "", 0 };
	return ap->parts.v[i + 1];
}

struct span ap_span(const struct attach_point *ap, size_t i)
{
	if (i + 1 >= ap->part_spans.n)
		return ap->span;
	return ap->part_spans.v[i + 1];
}

void expand_list_args(const struct type *args, const char *prefix,
		      struct buf *out)
{
	for (uint32_t i = 0; args && i < args->n_fields; i++) {
		buf_puts(out, "    ");
		type_text(args->fields[i].type, out);
		buf_printf(out, " %s%.*s\n", prefix,
			   STR_ARG(args->fields[i].name));
	}
}

bool expand_number(struct str text, uint64_t *out)
{
	char digits[32], *end;

	if (!text.n || text.n >= sizeof(digits) || text.p[0] < '0' ||
	    text.p[0] > '9')
		return false;
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	errno = 0;
	*out = strtoull(digits, &end,
			str_starts(text, "0x") || str_starts(text, "0X") ? 16
									 : 10);
	return !errno && !*end;
}

bool expand_offset(struct expand *x, const struct attach_point *ap,
		   struct str *name, uint64_t *offset)
{
	struct str text;

	*offset = 0;
	if (!str_has(*name, '+'))
		return true;
	*name = str_split(*name, '+', &text);
	if (!name->n || !expand_number(text, offset))
		return diag_error(x->d, ap_span(ap, ap_parts(ap) - 1),
				  D_ATTACH_POINT,
				  "'%.*s' is not an offset in bytes",
				  STR_ARG(text));
	if (str_is_glob(*name))
		return diag_error(x->d, ap_span(ap, ap_parts(ap) - 1),
				  D_ATTACH_POINT,
				  "an offset needs one function, not a "
				  "wildcard");
	return true;
}

/* --- targets to programs ---------------------------------------------------------- */

/* Events have records of their own, which differ by name only when the events
 * are of one kind. */
static bool is_same_layout(const struct type *a, const struct type *b)
{
	if (a == b || !a || !b)
		return a == b;
	if (a->size != b->size || a->n_fields != b->n_fields || a->origin ||
	    b->origin)
		return false;
	for (uint32_t i = 0; i < a->n_fields; i++) {
		const struct field *x = &a->fields[i], *y = &b->fields[i];

		if (!str_eq(x->name, y->name) || x->type != y->type ||
		    x->offset != y->offset ||
		    x->is_data_loc != y->is_data_loc ||
		    x->is_rel_loc != y->is_rel_loc)
			return false;
	}
	return true;
}

/* Its program looks the call up in the one table that it has: all that it is
 * for are one attachment, at the entry or at the exit. */
static bool is_one_table(const struct plan_probe *p, const struct target *t)
{
	return t->kind == PK_SYSCALLS && p->kind == t->kind &&
	       str_eq(p->module, t->module);
}

static bool has_shape(const struct prog *p, const struct attach_point *ap,
		      const struct target *t)
{
	return p->row == ap->row && p->ctx == t->ctx &&
	       is_same_layout(p->args, t->args) && p->retval == t->retval &&
	       p->is_user == t->is_user && p->is_go == t->is_go &&
	       p->is_each == t->is_each && p->attach.v[0].kind == t->kind &&
	       str_eq(p->operands, t->operands) &&
	       (t->kind != PK_SYSCALLS || is_one_table(&p->attach.v[0], t)) &&
	       p->attach.v[0].flags == t->flags;
}

static struct prog *add_prog(struct expand *x, const struct probe_type *row,
			     const struct target *t)
{
	struct prog *p = arena_new(x->arena, struct prog);
	struct prog **end = &x->script->progs;

	p->probe = x->probe;
	p->row = row;
	p->ctx = t->ctx;
	p->args = t->args;
	p->retval = t->retval;
	p->is_user = t->is_user;
	p->is_go = t->is_go;
	p->no_args = t->no_args;
	p->operands = t->operands;
	p->is_each = t->is_each;
	p->is_trampoline = t->is_trampoline;
	p->has_ip = t->has_ip;
	p->is_either = t->is_either;
	p->uses_name = x->uses_name;
	if (x->probe->predicate)
		p->predicate = expr_clone(x->arena, x->probe->predicate);
	p->body = stmt_clone(x->arena, x->probe->body);
	while (*end)
		end = &(*end)->next;
	*end = p;
	return p;
}

static struct prog *find_prog(struct expand *x, const struct attach_point *ap,
			      const struct target *t)
{
	for (struct prog *p = x->script->progs; p && !t->is_alone; p = p->next)
		if (p->probe == x->probe && has_shape(p, ap, t))
			return p;
	return add_prog(x, ap->row, t);
}

/* "tracepoint:a:b": an attach point with the full name of its type. */
static struct str full_text(struct expand *x, const struct attach_point *ap)
{
	struct str text = str_from(ap->row->name);

	for (size_t i = 0; i < ap_parts(ap); i++) {
		struct str part = ap_part(ap, i);
		bool is_at = str_is(part, "@") || str_ends(text, "@");

		text = str_printf(x->arena, "%.*s%s%.*s", STR_ARG(text),
				  is_at ? "" : ":", STR_ARG(part));
	}
	return text;
}

static bool is_same_attach(const struct plan_probe *p, struct str name,
			   const struct target *t)
{
	return str_eq(p->name, name) && t->name.n && p->targets.n &&
	       str_eq(p->module, t->module) && str_eq(p->path, t->path) &&
	       p->offset == t->offset && p->rate == t->rate;
}

/* Two attach points that are one table. */
static void join_patterns(struct expand *x, struct plan_probe *p,
			  const struct target *t)
{
	struct str rest = p->pattern;

	while (rest.n && !str_eq(str_split(rest, ' ', &rest), t->pattern))
		if (!rest.n)
			p->pattern = str_printf(x->arena, "%.*s %.*s",
						STR_ARG(p->pattern),
						STR_ARG(t->pattern));
}

/* Names of a program are in order of its attachments' targets: only the last
 * attachment may grow. */
static void add_attach(struct expand *x, struct prog *p, struct str name,
		       const struct target *t)
{
	struct plan_probe *last =
		p->attach.n ? &p->attach.v[p->attach.n - 1] : NULL;

	if (!last || t->is_single ||
	    !(is_one_table(last, t) || is_same_attach(last, name, t))) {
		last = vec_add(x->arena, &p->attach);
		last->name = name;
		last->kind = t->kind;
		last->module = t->module;
		last->path = t->path;
		last->operands = t->operands;
		last->offset = t->offset;
		last->rate = t->rate;
		last->flags = t->flags;
		last->where = t->where;
		last->pattern = t->pattern;
		last->point = t->pattern.n ? x->n_points : 0;
	} else if (last->point != x->n_points) {
		join_patterns(x, last, t);
	}
	if (t->name.n)
		vec_push(x->arena, &last->targets, t->name);
	vec_push(x->arena, &p->names, t->full);
}

/* By label if it has one, else by full name; begin and end have none. */
static bool is_wanted(struct expand *x, const struct attach_point *ap,
		      const struct target *t)
{
	struct str name = ap->label.n ? ap->label : t->full;

	if (!x->filter ||
	    (!ap->label.n && (t->kind == PK_BEGIN || t->kind == PK_END)))
		return true;
	return !regexec(x->filter, str_copy(x->arena, name).p, 0, NULL, 0);
}

bool expand_add(struct expand *x, const struct attach_point *ap,
		const struct target *t)
{
	uint64_t max = x->script->options.num[OPT_MAX_PROBES];
	struct prog *p;

	if (x->is_full)
		return false;
	if (!is_wanted(x, ap, t))
		return true;
	if (x->n_targets >= max) {
		x->is_full = true;
		diag_error(x->d, ap->span, D_LIMIT,
			   "more than %llu probes to attach",
			   (unsigned long long)max);
		diag_hint(x->d, "raise the option max_probes: "
				"config = { max_probes = N }");
		return false;
	}
	x->n_targets++;
	p = find_prog(x, ap, t);
	add_attach(x, p, full_text(x, ap), t);
	return true;
}

void expand_again(struct expand *x, const struct attach_point *ap,
		  struct target *t, struct str pattern)
{
	struct str word = ap_part(ap, 0);
	bool is_name = str_is_glob(word) || !str_has(word, '/');

	if (!pattern.n || t->is_go || t->args ||
	    (t->offset && !(t->flags & PF_ADDRESS)) ||
	    (!is_name && !str_is_glob(pattern)) ||
	    (t->retval && x->uses_retval &&
	     t->retval != type_int(x->types, 8, true)))
		return;
	t->where = is_name ? word : t->path;
	t->pattern = pattern;
}

bool expand_no_match(struct expand *x, const struct attach_point *ap,
		     const struct suggest *near)
{
	return expand_no_match_why(x, ap, near, NULL);
}

bool expand_no_match_why(struct expand *x, const struct attach_point *ap,
			 const struct suggest *near, const char *why)
{
	struct str name = full_text(x, ap);

	switch (x->script->options.num[OPT_MISSING_PROBES]) {
	case MISSING_IGNORE: return true;
	case MISSING_WARN:
		diag_warn(x->d, ap->span, D_NO_MATCH, "no probe matches '%.*s'",
			  STR_ARG(name));
		break;
	default:
		diag_error(x->d, ap->span, D_NO_MATCH,
			   "no probe matches '%.*s'", STR_ARG(name));
	}
	if (why)
		diag_hint(x->d, "%s", why);
	else if (near && near->best.p)
		diag_hint(x->d, "did you mean '%.*s'?", STR_ARG(near->best));
	return x->script->options.num[OPT_MISSING_PROBES] != MISSING_ERROR;
}

/* --- attach points ------------------------------------------------------------------ */

static bool find_type(struct expand *x, struct attach_point *ap)
{
	struct suggest near = { 0 };

	ap->row = probe_type_find(ap->parts.v[0]);
	if (ap->row)
		return true;
	diag_error(x->d, ap->part_spans.n ? ap->part_spans.v[0] : ap->span,
		   D_PROBE_TYPE, "unknown probe type '%.*s'",
		   STR_ARG(ap->parts.v[0]));
	probe_type_suggest(ap->parts.v[0], &near);
	if (near.best.p)
		diag_hint(x->d, "did you mean '%.*s'?", STR_ARG(near.best));
	return false;
}

static bool check_parts(struct expand *x, const struct attach_point *ap)
{
	uint32_t min = ap->row->min_parts, max = ap->row->max_parts;
	size_t n = ap_parts(ap);

	if (n < min || n > max) {
		if (min == max)
			diag_error(x->d, ap->span, D_ATTACH_POINT,
				   "%s probes have %u part%s after the type, "
				   "found %zu",
				   ap->row->name, min, min == 1 ? "" : "s", n);
		else
			diag_error(x->d, ap->span, D_ATTACH_POINT,
				   "%s probes have %u to %u parts after the "
				   "type, found %zu",
				   ap->row->name, min, max, n);
		diag_hint(x->d, "the form is %s", ap->row->form);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (ap_part(ap, i).n)
			continue;
		diag_error(x->d, ap->span, D_ATTACH_POINT,
			   "part %zu of the attach point is empty", i + 1);
		diag_hint(x->d, "the form is %s", ap->row->form);
		return false;
	}
	return true;
}

static bool expand_point(struct expand *x, struct attach_point *ap)
{
	if (!find_type(x, ap) || !check_parts(x, ap))
		return false;
	x->n_points++;
	return ap->row->expand(x, ap);
}

/* --- what a body uses ------------------------------------------------------------------ */

/* Calls name builtins too: probe(). */
static void find_uses(struct expr *e, void *arg)
{
	struct expand *x = arg;
	const struct builtin *b = NULL;
	struct str name;
	uint64_t number;

	if (e->kind == EX_NAME)
		b = builtin_find(name = e->name.id);
	else if (e->kind == EX_CALL && !e->call.n_args)
		b = builtin_find(name = e->call.id);
	if (!b)
		return;
	number = builtin_number(name);
	x->uses_args |= !!(b->flags & BI_ARGS);
	x->uses_name |= !!(b->flags & BI_NAME);
	x->uses_regs |= !!(b->flags & BI_REGS);
	if (b->flags & BI_NUMBERED)
		x->uses_argn |= 1ull << (number < 63 ? number : 63);
	x->uses_retval |= !!(b->flags & BI_RETVAL);
}

static void find_uses_below(struct expr *e, void *arg)
{
	find_uses(e, arg);
	expr_each_child(e, find_uses_below, arg);
}

static bool has_prog(const struct expand *x)
{
	for (const struct prog *p = x->script->progs; p; p = p->next)
		if (p->probe == x->probe)
			return true;
	return false;
}

static bool expand_probe(struct expand *x, struct probe *p)
{
	bool ok = true;

	x->probe = p;
	x->uses_args = x->uses_name = false;
	x->uses_regs = x->uses_retval = false;
	x->uses_argn = 0;
	if (p->predicate)
		find_uses_below(p->predicate, x);
	stmt_each_expr(p->body, find_uses, x);
	for (struct attach_point *ap = p->points; ap; ap = ap->next)
		ok &= expand_point(x, ap);
	/* Without a match, its body still tells what maps hold. */
	if (!has_prog(x))
		add_prog(x, p->points->row, &(struct target){ 0 });
	return ok;
}

static bool read_filter(const char *text, regex_t *out, struct diags *d)
{
	char why[256];
	int err = regcomp(out, text, REG_EXTENDED | REG_NOSUB);

	if (!err)
		return true;
	regerror(err, out, why, sizeof(why));
	return diag_error(d, (struct span){ 0 }, D_USAGE,
			  "--probe-filter: '%s' is no regular expression: %s",
			  text, why);
}

bool sema_expand(struct script *s, const struct sema_env *env, struct diags *d)
{
	struct expand x = {
		.script = s,
		.env = env,
		.machine = env->machine,
		.d = d,
		.types = &s->types,
		.arena = &s->arena,
	};
	bool ok = true;
	regex_t filter;

	if (env->probe_filter) {
		if (!read_filter(env->probe_filter, &filter, d))
			return false;
		x.filter = &filter;
	}
	for (struct probe *p = s->probes; p; p = p->next)
		ok &= expand_probe(&x, p);
	if (x.filter)
		regfree(&filter);
	return ok;
}
