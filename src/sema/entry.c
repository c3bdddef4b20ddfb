/* SPDX-License-Identifier: Apache-2.0 */
/* entry.c - entry(expr) in probes of returns: another program, at the entry of
 * the same functions, finds the value and keeps it for the thread. */
#include "sema/check.h"
#include "sema/lower.h"

#define MAX_FRAME 3072 /* bytes of all values of a program */

/* --- check ------------------------------------------------------------------------ */

/* The program at the entry: it sees what this one does, but no result. */
static struct prog *entry_prog(struct sema *s)
{
	struct prog *p = s->prog;

	if (p->entry)
		return p->entry;
	p->entry = arena_new(s->arena, struct prog);
	p->entry->probe = p->probe;
	p->entry->row = probe_type_find(str_from(p->row->entry));
	p->entry->ctx = p->ctx;
	p->entry->args = p->args;
	p->entry->is_user = p->is_user;
	p->entry->is_each = p->is_each;
	p->entry->is_trampoline = p->is_trampoline;
	p->entry->has_ip = p->has_ip;
	p->entry->is_either = p->is_either;
	p->entry->uses_name = p->uses_name;
	p->entry->is_entry = true;
	p->entry->attach = p->attach;
	return p->entry;
}

static void find_misfit(struct expr *e, void *arg)
{
	struct sema *s = arg;

	if (e->kind == EX_VAR && sema_find_var(s, e->var.id)) {
		diag_error(s->d, e->span, D_NOT_HERE,
			   "'%.*s' belongs to the return: entry() looks when "
			   "the function is entered",
			   STR_ARG(e->var.id));
		diag_hint(s->d, "use a map or a self-> variable");
	}
	if (e->kind == EX_BLOCK)
		diag_error(s->d, e->span, D_ARG_TYPE,
			   "entry() takes no statements");
	expr_each_child(e, find_misfit, s);
}

static bool is_at_return(struct sema *s, const struct expr *call)
{
	const struct probe_type *row = s->prog->row;

	if (s->prog->fn || !row)
		return sema_not_here(s, call->span, call->call.id);
	if (row->entry)
		return true;
	sema_not_here(s, call->span, call->call.id);
	diag_hint(s->d, "it belongs to probes of returns: kretprobe, "
			"uretprobe, fexit");
	return false;
}

/* What the verifier follows does not outlive its program. */
static const struct type *kept_type(struct sema *s, const struct type *t)
{
	if (t->kind == TY_PTR && (t->space == AS_BTF || t->space == AS_CTX))
		return type_ptr(s->types, t->elem, AS_KERNEL);
	return t;
}

static bool check_size(struct sema *s, const struct expr *e)
{
	uint32_t size = (e->type->size + 7) & ~7u;

	if (s->is_final)
		s->prog->n_kept += size < MAX_FRAME ? size : MAX_FRAME + 1;
	if (size <= MAX_FRAME && s->prog->n_kept <= MAX_FRAME)
		return true;
	return diag_error(s->d, e->span, D_LIMIT,
			  "a probe's entry() keep at most %d bytes, found %u",
			  MAX_FRAME, s->prog->n_kept);
}

void check_entry(struct sema *s, struct expr *call)
{
	struct sema outer = *s;
	struct expr *e = call->call.args;
	unsigned int before = s->d->errors;

	if (!is_at_return(s, call))
		return;
	if (call->call.n_args != 1) {
		diag_error(s->d, call->span, D_ARG_COUNT,
			   "entry() takes exactly 1 argument, found %u",
			   call->call.n_args);
		return;
	}
	find_misfit(e, s);
	if (s->d->errors != before)
		return;
	s->prog = entry_prog(s);
	memset(&s->scope, 0, sizeof(s->scope));
	s->block = 0;
	if (sema_value(s, e) && check_size(s, e))
		call->type = kept_type(s, e->type);
	s->prog = outer.prog;
	s->scope = outer.scope;
	s->block = outer.block;
}

/* --- lower ------------------------------------------------------------------------- */

struct settle {
	struct arena *arena;
	struct prog *prog;
	struct span first; /* call of entry() */
};

static struct var *add_var(struct settle *x, const struct expr *call)
{
	struct var *v = arena_new(x->arena, struct var);
	struct var **end = &x->prog->vars;

	v->name = call->call.id;
	v->declared = call->span;
	v->type = call->type;
	v->is_assigned = v->is_read = true;
	v->index = x->prog->n_vars++;
	while (*end)
		end = &(*end)->next;
	*end = v;
	return v;
}

/* Arguments themselves, constants, and what is made of them by operators. */
static void find_other(struct expr *e, void *arg)
{
	const struct expr *base;
	bool *ok = arg;

	switch ((int)e->kind) {
	case EX_INT:
	case EX_BOOL:
	case EX_UNARY:
		*ok &= e->kind != EX_UNARY || e->unary.op != OP_DEREF;
		break;
	case EX_BINARY:
	case EX_COND:
	case EX_CAST: break;
	case EX_MEMBER:
		base = e->member.base;
		if (base->kind == EX_NAME && base->name.row &&
		    base->name.row->flags & BI_ARGS)
			return;
		*ok = false;
		break;
	case EX_NAME:
		*ok &= e->is_const ||
		       (e->name.row && e->name.row->flags & BI_REGS);
		break;
	default: *ok = false;
	}
	if (*ok)
		expr_each_child(e, find_other, ok);
}

/* The program at the return of a trampoline has the arguments, too: what needs
 * nothing else needs no program at the entry. */
static bool is_seen_at_return(const struct prog *p, struct expr *e)
{
	bool ok = p->is_trampoline;

	if (e->type->kind != TY_INT && e->type->kind != TY_BOOL &&
	    e->type->kind != TY_ENUM && e->type->kind != TY_PTR)
		return false;
	find_other(e, &ok);
	return ok;
}

static void take_argument(struct expr *call)
{
	struct expr e = *call->call.args;

	e.next = call->next;
	e.type = call->type;
	*call = e;
}

/* The call becomes a variable, which has the value when the program starts. */
static void settle_call(struct expr *e, void *arg)
{
	struct settle *x = arg;
	struct captured **end = &x->prog->captured;
	struct captured *c;
	struct var *v;

	if (e->kind != EX_CALL || !e->call.fn || !e->type ||
	    !(e->call.fn->flags & FN_AT_ENTRY))
		return;
	if (is_seen_at_return(x->prog, e->call.args)) {
		take_argument(e);
		return;
	}
	if (!*end)
		x->first = e->span;
	while (*end)
		end = &(*end)->next;
	v = add_var(x, e);
	c = arena_new(x->arena, struct captured);
	c->value = e->call.args;
	c->var = v;
	*end = c;
	e->kind = EX_VAR;
	memset(&e->var, 0, sizeof(e->var));
	e->var.id = v->name;
	e->var.sym = v;
}

/* "kretprobe:f" as "kprobe:f". */
static struct str entry_name(struct arena *a, const struct prog *p,
			     struct str name)
{
	struct str rest;

	str_split(name, ':', &rest);
	return str_printf(a, "%s:%.*s", p->row->entry, STR_ARG(rest));
}

static void settle_attach(struct arena *a, const struct prog *p)
{
	struct prog *entry = p->entry;

	memset(&entry->attach, 0, sizeof(entry->attach));
	vec_each(x, &p->attach) {
		struct plan_probe *copy = vec_add(a, &entry->attach);

		*copy = *x;
		copy->flags &= ~(uint32_t)PF_RETURN;
		copy->name = entry_name(a, p, x->name);
	}
	vec_each(name, &p->names)
		vec_push(a, &entry->names, entry_name(a, p, *name));
}

static const struct type *frame_type(struct lower *l, const struct prog *p)
{
	struct types *t = &l->script->types;
	const struct type **elems;
	uint32_t n = 1;

	for (const struct captured *c = p->captured; c; c = c->next)
		n++;
	elems = arena_alloc(&l->script->arena, n * sizeof(*elems));
	n = 0;
	elems[n++] = type_int(t, 8, false); /* the stack pointer */
	for (const struct captured *c = p->captured; c; c = c->next)
		elems[n++] = c->var->type;
	return type_tuple(t, elems, n);
}

static void settle_prog(struct lower *l, struct prog *p, uint32_t number)
{
	struct settle x = { &l->script->arena, p, { 0 } };
	struct stmt predicate = { .kind = ST_EXPR, .e = p->predicate };

	if (p->predicate)
		stmt_each_expr(&predicate, settle_call, &x);
	stmt_each_expr(p->body, settle_call, &x);
	if (!p->captured)
		return;
	settle_attach(x.arena, p);
	p->frame = frame_type(l, p);
	p->entry_number = p->entry->entry_number = number;
	p->entry->frame = p->frame;
	p->entry->captured = p->captured;
	p->entry->site = lower_site(l, SITE_DEPTH, x.first, NULL);
}

void lower_entries(struct lower *l)
{
	struct prog **at = &l->script->progs;
	uint32_t n = 0;

	while (*at) {
		struct prog *p = *at;

		if (p->entry)
			settle_prog(l, p, n++);
		if (p->captured) { /* attached before the return */
			p->entry->next = p;
			*at = p->entry;
		}
		at = &p->next;
	}
}
