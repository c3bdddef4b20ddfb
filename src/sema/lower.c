/* SPDX-License-Identifier: Apache-2.0 */
/* lower.c - typed AST to plan: everything gets its id. */
#include "sema/lower.h"

#include <ctype.h>

#include "sema/check.h"
#include "sema/live.h"
#include "sema/take.h"

/* --- maps ---------------------------------------------------------------------------- */

static enum map_store map_store(const struct map *m)
{
	bool is_percpu = type_is_aggregation(m->value);
	enum map_store store;

	if (m->live)
		return m->live->store;
	if (m->key->kind == TY_NONE)
		return is_percpu ? MS_PERCPU_ARRAY : MS_ARRAY;
	if (m->decl && sema_map_store(m->decl, &store))
		return store;
	return is_percpu ? MS_PERCPU_HASH : MS_HASH;
}

static uint32_t map_entries(const struct lower *l, const struct map *m)
{
	if (m->key->kind == TY_NONE)
		return 1;
	if (m->live)
		return m->live->max_entries;
	if (m->decl && m->decl->size)
		return (uint32_t)m->decl->size->num;
	return (uint32_t)l->script->options.num[OPT_MAX_MAP_KEYS];
}

/* The kernel indexes arrays with 4 bytes, whatever integers the script has. */
static const struct type *map_key(struct lower *l, const struct map *m)
{
	enum map_store store = map_store(m);

	if (store == MS_ARRAY || store == MS_PERCPU_ARRAY)
		return type_int(&l->script->types, 4, false);
	return m->key;
}

static void lower_map(struct lower *l, struct map *m)
{
	struct plan_map x = {
		.name = m->name,
		.symbol = str_printf(&l->script->arena, "AT_%.*s",
				     (int)m->name.n - 1, m->name.p + 1),
		.store = map_store(m),
		.value = lower_type(l, m->value),
		.max_entries = map_entries(l, m),
		.is_pair = m->is_pair,
	};

	if (m->key->kind != TY_NONE)
		x.key = lower_type(l, map_key(l, m));
	m->id = plan_add_map(l->plan, &x);
	m->is_lowered = true;
}

static void lower_maps(struct lower *l)
{
	for (struct map *m = l->script->maps; m; m = m->next) {
		if (m->live && !m->is_read && !m->is_written)
			continue;
		if (m->value && m->key) /* else declared and not used */
			lower_map(l, m);
	}
}

/* Numbers of probes mean the same in all plans that share maps. */
static void lower_known_names(struct lower *l)
{
	const struct plan *known = l->env->live ? l->env->live->names : NULL;

	for (size_t i = 0; known && i < known->names.n; i++)
		plan_add_name(l->plan, known->names.v[i]);
}

/* One value per thread holds all self-> variables. */
static void lower_selfs(struct lower *l)
{
	struct types *t = &l->script->types;
	const struct type **elems;
	uint32_t n = 0;

	for (const struct var *v = l->script->selfs; v; v = v->next)
		n++;
	if (!n)
		return;
	elems = arena_alloc(&l->script->arena, n * sizeof(*elems));
	for (const struct var *v = l->script->selfs; v; v = v->next)
		elems[v->index] = v->type ? v->type : type_bool(t);
	l->script->self_type = type_tuple(t, elems, n);
}

/* --- expressions --------------------------------------------------------------------- */

static void lower_stmts(struct lower *l, struct stmt *list);
static void lower_child(struct expr *e, void *arg);

/* Integers that may be zero when they divide. */
static bool may_divide_by_zero(enum op op, const struct expr *r)
{
	return (op == OP_DIV || op == OP_MOD) && !(r->is_const && r->num);
}

/* A saved program's wildcard may stand for that name where it runs. */
static void lower_compared(struct lower *l, const struct expr *probe,
			   const struct expr *name)
{
	if (probe->type->kind == TY_PROBE && name->is_const &&
	    name->type->kind == TY_STRING && str_has(name->str, ':') &&
	    !str_has(name->str, '\0'))
		plan_name_id(l->plan, name->str);
}

static void lower_param(struct lower *l, struct expr *e)
{
	struct str which = { "", 0 };

	if (e->kind == EX_NPARAMS) {
		lower_fixup(l, e, FX_NPARAMS, which, 8);
		return;
	}
	which = str_printf(&l->script->arena, "%u", e->param.index);
	if (e->type->kind == TY_STRING)
		lower_fixup(l, e, FX_PARAM_TEXT, which, e->type->size);
	else
		lower_fixup(l, e, FX_PARAM, which, 8);
}

static bool has_index(const struct map *m)
{
	enum map_store store = map_store(m);

	return (store == MS_ARRAY || store == MS_PERCPU_ARRAY) && m->key &&
	       m->key->kind != TY_NONE;
}

/* A write to a map of keys may find no room, one to an array no element. */
static void lower_write(struct lower *l, struct expr *target)
{
	const struct map *m;
	enum map_store store;

	if (target->site)
		return;
	if (target->kind == EX_SELF)
		target->site = lower_site(l, SITE_THREAD, target->span, NULL);
	if (target->kind != EX_MAP)
		return;
	m = target->map.sym;
	store = map_store(m);
	if (store == MS_HASH || store == MS_PERCPU_HASH || has_index(m))
		target->site = lower_site(l, SITE_MAP_FULL, target->span, m);
}

static void lower_call(struct lower *l, struct expr *e)
{
	const struct function *f = e->call.fn;

	if (f->flags & FN_UNSAFE)
		l->plan->needs |= NEED_UNSAFE;
	if (f->lower)
		f->lower(l, e);
	else if (f->event != EV_NONE)
		lower_event_default(l, e);
}

static const struct type *base_record(const struct expr *e)
{
	const struct type *t = e->member.base->type;

	return t->kind == TY_PTR ? t->elem : t;
}

static void lower_expr(struct lower *l, struct expr *e)
{
	if (e)
		lower_layout(l, e);
	if (!e || e->is_const)
		return;
	if (e->kind == EX_BLOCK) {
		lower_stmts(l, e->block.stmts);
		lower_expr(l, e->block.value);
		return;
	}
	if (!lower_args(l, e))
		expr_each_child(e, lower_child, l);
	switch ((int)e->kind) {
	case EX_PARAM:
	case EX_NPARAMS: lower_param(l, e); break;
	case EX_NAME:
		if (e->name.row && e->name.row->needs_fixup)
			lower_fixup(l, e, e->name.row->fixup,
				    (struct str){ "", 0 }, 8);
		break;
	case EX_BINARY:
		if (may_divide_by_zero(e->bin.op, e->bin.r))
			e->site = lower_site(l, SITE_DIVISION, e->span, NULL);
		lower_compared(l, e->bin.l, e->bin.r);
		lower_compared(l, e->bin.r, e->bin.l);
		break;
	case EX_INCDEC:
		e->incdec.e->site = 0;
		lower_write(l, e->incdec.e);
		break;
	case EX_MAP:
	case EX_INDEX: lower_wary(l, e); break;
	case EX_UNARY:
		if (e->unary.op == OP_DEREF)
			lower_wary(l, e);
		break;
	case EX_MEMBER:
		lower_wary(l, e);
		if (type_is_kernels(base_record(e)))
			l->plan->needs |= NEED_KERNEL_BTF;
		break;
	case EX_CALL:
		if (e->call.fn)
			lower_call(l, e);
		break;
	}
}

static void lower_child(struct expr *e, void *arg)
{
	lower_expr(arg, e);
}

/* --- statements ---------------------------------------------------------------------- */

/* A compound division warns at its value. */
static void lower_assign(struct lower *l, struct stmt *s)
{
	struct expr *value = s->assign.value;

	lower_expr(l, s->assign.target);
	lower_expr(l, value);
	s->assign.target->site = 0; /* it is not read */
	lower_write(l, s->assign.target);
	if (may_divide_by_zero(s->assign.op, value) && !value->site)
		value->site = lower_site(l, SITE_DIVISION, s->span, NULL);
}

static void lower_if(struct lower *l, struct stmt *s)
{
	const struct expr *c = s->branch.cond;

	lower_expr(l, s->branch.cond);
	if (!c->is_const || c->num)
		lower_stmts(l, s->branch.then);
	if (!c->is_const || !c->num)
		lower_stmts(l, s->branch.otherwise);
}

static void lower_loop(struct lower *l, struct stmt *s)
{
	if (s->kind == ST_WHILE || s->kind == ST_FOR_RANGE) {
		l->plan->needs |= NEED_LOOP;
		s->site = lower_site(l, SITE_LOOP, s->span, NULL);
	}
	lower_expr(l, s->kind == ST_UNROLL ? NULL : s->loop.cond);
	lower_expr(l, s->loop.from);
	lower_expr(l, s->loop.to);
	lower_stmts(l, s->loop.body);
}

static void lower_stmt(struct lower *l, struct stmt *s)
{
	switch (s->kind) {
	case ST_EXPR:
	case ST_DISCARD:
	case ST_RETURN: return lower_expr(l, s->e);
	case ST_ASSIGN: return lower_assign(l, s);
	case ST_LET: return lower_expr(l, s->let.value);
	case ST_IF: return lower_if(l, s);
	case ST_BLOCK: return lower_stmts(l, s->block.body);
	case ST_WHILE:
	case ST_UNROLL:
	case ST_FOR_RANGE:
	case ST_FOR_MAP: return lower_loop(l, s);
	case ST_BREAK:
	case ST_CONTINUE:
	case ST_N: break;
	}
}

static void lower_stmts(struct lower *l, struct stmt *list)
{
	for (; list; list = list->next)
		lower_stmt(l, list);
}

/* --- programs ------------------------------------------------------------------------ */

/* "p0_tracepoint_sched_sched_switch": a C identifier of at most 63 bytes. */
static struct str symbol_of(struct lower *l, const struct prog *p, uint32_t i)
{
	char *text = arena_printf(&l->script->arena, "p%u_%.*s", i,
				  STR_ARG(p->attach.v[0].name));
	size_t n = strlen(text);

	if (n > 63)
		n = 63;
	for (size_t c = 0; c < n; c++)
		if (!isalnum((unsigned char)text[c]))
			text[c] = '_';
	while (text[n - 1] == '_')
		n--;
	text[n] = '\0';
	return (struct str){ text, n };
}

static bool has_cookie(enum probe_kind kind)
{
	return kind == PK_TRACEPOINT || kind == PK_KPROBE ||
	       kind == PK_UPROBE || kind == PK_PROFILE || kind == PK_INTERVAL ||
	       kind == PK_USDT;
}

/* A probe for each target, since each has its own program. The first has the
 * symbol of all. */
static void lower_each(struct lower *l, const struct plan_probe *x)
{
	for (size_t i = 0; i < x->targets.n; i++) {
		struct plan_probe one = *x;
		uint32_t n = (uint32_t)l->plan->probes.n - l->prog->first_probe;

		if (n)
			one.symbol = str_printf(
				&l->script->arena, "%.*s_%u",
				x->symbol.n > 52 ? 52 : (int)x->symbol.n,
				x->symbol.p, n);
		memset(&one.targets, 0, sizeof(one.targets));
		vec_push(&l->script->arena, &one.targets, x->targets.v[i]);
		memset(&one.names, 0, sizeof(one.names));
		vec_push(&l->script->arena, &one.names, x->names.v[i]);
		plan_add_probe(l->plan, &one);
	}
}

/* What is told apart by name has one for each place. */
static uint32_t lower_name(struct lower *l, const struct prog *p,
			   struct str name)
{
	return p->is_placed ? plan_add_name(l->plan, name)
			    : plan_name_id(l->plan, name);
}

/* Adds the names of x's targets, which start at names.v[at] of p. */
static void lower_names(struct lower *l, const struct prog *p,
			struct plan_probe *x, size_t at)
{
	size_t n = x->targets.n ? x->targets.n : 1;

	for (size_t i = at; i < at + n; i++)
		vec_push(&l->script->arena, &x->names,
			 lower_name(l, p, p->names.v[i]));
}

/* The program knows these places only. */
static void settle(struct plan_probe *x)
{
	x->point = 0;
	x->where = x->pattern = (struct str){ "", 0 };
}

static void lower_probes(struct lower *l, struct prog *p)
{
	size_t name = 0;

	p->first_probe = (uint32_t)l->plan->probes.n;
	for (size_t i = 0; i < p->attach.n; i++) {
		struct plan_probe *x = &p->attach.v[i];

		x->symbol = p->symbol;
		if (p->is_placed)
			settle(x);
		lower_names(l, p, x, name);
		if (p->uses_name && (p->names.n > 1 || x->point) &&
		    has_cookie(x->kind))
			x->flags |= PF_COOKIE;
		/* entry() tells calls apart by the stack pointer */
		if (p->captured && x->kind == PK_KPROBE)
			x->flags |= PF_REGS;
		name += x->targets.n ? x->targets.n : 1;
		if (p->is_each)
			lower_each(l, x);
		else
			plan_add_probe(l->plan, x);
	}
}

static void lower_release(struct lower *l)
{
	l->plan->release =
		str_copy(&l->plan->arena, machine_release(l->env->machine));
}

void lower_need_release(struct lower *l)
{
	if (l->plan->needs & NEED_RELEASE)
		return;
	l->plan->needs |= NEED_RELEASE;
	lower_release(l);
}

/* Not of the script's own C, or of a program's? */
static bool is_of_kernel(struct lower *l, const struct type *t)
{
	const struct type *other;

	if (t->kind != TY_ENUM || !t->name.n ||
	    !machine_btf_is_open(l->env->machine))
		return false;
	other = machine_type(l->env->machine, &l->script->types, t->name);
	return other && other->kind == TY_ENUM &&
	       types_import(&l->plan->types, other) == t;
}

/* What a saved program has of the kernel's enums, which have other values on
 * other kernels. */
static void lower_enums(struct lower *l)
{
	struct plan *p = l->plan;

	for (size_t i = 0; i < p->types.v.n; i++) {
		const struct type *t = p->types.v.v[i];

		if (is_of_kernel(l, t))
			vec_push(&p->arena, &p->enums,
				 str_copy(&p->arena, t->name));
	}
	vec_each(e, &l->script->enumerators)
		vec_push(&p->arena, &p->constants,
			 ((struct enumerator){ str_copy(&p->arena, e->name),
					       e->value }));
	if (p->enums.n || p->constants.n)
		lower_release(l);
}

static void lower_needs(struct lower *l, const struct prog *p)
{
	const struct plan_probe *x = &p->attach.v[0];

	if (p->is_go && x->flags & PF_RETURN)
		l->plan->needs |= NEED_UNSAFE;
	if (x->kind == PK_KPROBE && x->flags & PF_ADDRESS) {
		l->plan->needs |= NEED_UNSAFE;
		lower_need_release(l);
	}
	if (p->ctx == CTX_RAW || p->ctx == CTX_ITER)
		l->plan->needs |= NEED_KERNEL_BTF;
}

/* Code of others' processes runs it: -p can choose. */
static bool has_process(const struct prog *p)
{
	enum probe_kind kind = p->attach.v[0].kind;

	return kind != PK_BEGIN && kind != PK_END && kind != PK_INTERVAL &&
	       kind != PK_ITER && kind != PK_SELF && kind != PK_TEST &&
	       kind != PK_BENCH;
}

static struct str function_of(struct lower *l, const struct plan_probe *x)
{
	return str_printf(&l->script->arena, "%.*s%s%.*s", STR_ARG(x->module),
			  x->module.n ? ":" : "", STR_ARG(x->targets.v[0]));
}

static void lower_prog(struct lower *l, struct prog *p, uint32_t i)
{
	l->prog = p;
	p->symbol = symbol_of(l, p, i);
	if (p->is_either)
		p->way = plan_add_fixup(l->plan, FX_TRAMPOLINE,
					function_of(l, &p->attach.v[0]), 8);
	lower_probes(l, p);
	lower_needs(l, p);
	if (has_process(p))
		plan_add_fixup(l->plan, FX_TARGET_PID, (struct str){ "", 0 },
			       8);
	for (struct captured *c = p->captured; c && p->is_entry; c = c->next)
		lower_expr(l, c->value);
	lower_expr(l, p->predicate);
	lower_stmts(l, p->body);
}

static void lower_options(struct lower *l)
{
	struct options *o = &l->plan->options;

	*o = l->script->options;
	for (size_t i = 0; i < OPT_N; i++)
		o->text[i] = str_copy(&l->plan->arena, o->text[i]);
}

static struct str script_name(const struct script *s)
{
	struct source_pos pos = { 0 };

	/* Those of imported files come first. */
	for (const struct probe *p = s->probes; p; p = p->next)
		if (!p->next)
			pos = source_find(s->sources, p->span.start);
	return pos.source ? pos.source->name : (struct str){ "", 0 };
}

bool sema_lower(struct script *s, const struct sema_env *env, struct plan *out,
		struct diags *d)
{
	struct lower l = { .script = s, .env = env, .plan = out };
	uint32_t i = 0;

	out->name = str_copy(&out->arena, script_name(s));
	if (s->c_has_layout)
		lower_need_release(&l);
	lower_options(&l);
	if (!env->live) /* else sessions share maps */
		take_mark(s);
	lower_maps(&l);
	lower_known_names(&l);
	vec_each(call, &s->options_used)
		(*call)->call.fn->lower(&l, *call);
	lower_selfs(&l);
	lower_entries(&l);
	for (struct fn_decl *f = s->fns; f; f = f->next) {
		l.prog = f->prog;
		lower_stmts(&l, f->body);
	}
	for (struct prog *p = s->progs; p; p = p->next)
		lower_prog(&l, p, i++);
	if (env->params_later) /* it is saved */
		lower_enums(&l);
	return plan_validate(out, d);
}
