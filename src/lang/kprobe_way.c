/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/kprobe_way.h"

/* Each function becomes a program of its own; beyond these a program for all,
 * by links for many, costs less to load and attach. */
#define MAX_POINTS 4
#define MAX_CALLS  1000 /* of functions that are looked into */

/* What programs themselves call, directly or while they allocate, lock, sample
 * and send. A kprobe there is passed over while a program runs on its CPU; a
 * fentry is not. */
static const char *const inner[] = {
	"*bpf*",     "htab_*",      "*_map_*",   "*perf*",    "*ring*buf*",
	"*rcu*",     "*spin*lock*", "*kmalloc*", "*kmem*",    "*kfree*",
	"*slab*",    "*percpu*",    "irq_work*", "*nofault*", "*trace*",
	"*ktime*",   "*clock*",     "*unwind*",  "*memcg*",   "*alloc_pages*",
	"*hrtimer*", "*preempt*",   "*migrate*", "*irq_*",    "*signal*",
};

static bool is_inner(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(inner); i++)
		if (str_glob(str_from(inner[i]), name))
			return true;
	return false;
}

struct look {
	const struct script *script;
	unsigned int calls; /* of functions that were looked into */
	unsigned int args; /* times that arguments are read by number... */
	unsigned int args_at_entry; /* ... below entry() */
	bool is_kprobes; /* something here differs */
};

static bool is_numbered(const struct expr *e)
{
	const struct builtin *b =
		e->kind == EX_NAME ? builtin_find(e->name.id) : NULL;

	return b && b->flags & BI_NUMBERED;
}

static void count_args(struct expr *e, void *arg)
{
	*(unsigned int *)arg += is_numbered(e);
	expr_each_child(e, count_args, arg);
}

static void look_at(struct expr *e, void *arg);

/* What functions of the script do is done by who calls them. */
static void look_into(struct str name, struct look *look)
{
	struct fn_decl *f = look->script->fns;

	while (f && !str_eq(f->name, name))
		f = f->next;
	if (!f || look->is_kprobes)
		return;
	look->is_kprobes = ++look->calls == MAX_CALLS; /* or calls itself */
	stmt_each_expr(f->body, look_at, look);
}

static void look_at(struct expr *e, void *arg)
{
	const struct function *f = NULL;
	const struct builtin *b = NULL;
	struct look *look = arg;

	if (e->kind == EX_NAME) {
		b = builtin_find(e->name.id);
		f = b ? NULL : function_find(e->name.id);
	} else if (e->kind == EX_CALL) {
		f = function_find(e->call.id);
		b = f ? NULL : builtin_find(e->call.id);
		look_into(e->call.id, look);
	}
	look->args += is_numbered(e);
	look->is_kprobes |= (b && b->flags & BI_AS_KPROBE) ||
			    (f && f->flags & FN_AS_KPROBE);
	if (e->kind == EX_CALL && f && f->flags & FN_AT_ENTRY)
		expr_each_child(e, count_args, &look->args_at_entry);
}

static void look_below(struct expr *e, void *arg)
{
	look_at(e, arg);
	expr_each_child(e, look_below, arg);
}

/* Arguments are gone when a function returns, and what a kprobe finds in their
 * registers then is its own. */
static bool is_body_indifferent(struct expand *x, bool is_return)
{
	const struct probe *p = x->probe;
	struct look look = { .script = x->script };

	if (p->predicate)
		look_below(p->predicate, &look);
	stmt_each_expr(p->body, look_at, &look);
	return !look.is_kprobes &&
	       (!is_return || look.args == look.args_at_entry);
}

static uint64_t what_it_reads(const struct expand *x, const struct target *t)
{
	uint64_t reads = x->uses_argn;

	if (x->uses_argn >= 1u << TR_ARGS)
		return UINT64_MAX;
	for (uint32_t i = 0; t->args && i < t->args->n_fields; i++)
		if (t->args->fields[i].offset < 8 * TR_ARGS)
			reads |= 1ull
				 << (TR_TYPED + t->args->fields[i].offset / 8);
	if (x->uses_retval)
		reads |= 1ull << TR_RESULT;
	return reads;
}

/* Beside a wildcard, which has a link for many, one more costs nothing. */
static bool has_few_points(const struct probe *probe)
{
	unsigned int n = 0;

	for (const struct attach_point *p = probe->points; p; p = p->next) {
		for (size_t i = 0; i < ap_parts(p); i++)
			if (str_is_glob(ap_part(p, i)))
				return false;
		n++;
	}
	return n <= MAX_POINTS;
}

bool kprobe_may_trampoline(struct expand *x, const struct target *t,
			   bool is_unique, uint64_t *reads)
{
	bool is_return = t->flags & PF_RETURN;

	if (!x->script->options.num[OPT_PREFER_FENTRY] || !is_unique ||
	    !has_few_points(x->probe) || t->offset || t->flags & PF_ADDRESS ||
	    is_inner(t->name))
		return false;
	*reads = what_it_reads(x, t);
	return *reads <= TR_ALL && is_body_indifferent(x, is_return) &&
	       machine_fits_trampoline(x->machine, t->module, t->name,
				       is_return ? TRACE_RETURN : TRACE_ENTRY,
				       *reads);
}
