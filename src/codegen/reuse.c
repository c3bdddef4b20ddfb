/* SPDX-License-Identifier: Apache-2.0 */
/* What a program has found out already and need not ask for again: numbers of
 * the task, the thread's storage, entries of maps. Something is known from
 * where it was found to the end of the branch that it was found in; what may
 * have changed since is forgotten, also by the branches around. */
#include "codegen/cg.h"
#include "lang/lang.h"

/* --- which keys are equal ------------------------------------------------------- */

static bool is_args(const struct expr *e)
{
	return e->kind == EX_NAME && e->name.row &&
	       e->name.row->flags & BI_ARGS;
}

static bool same_part(const struct expr *a, const struct expr *b)
{
	return is_args(a->member.base) && is_args(b->member.base) &&
	       a->type == b->type && is_reg(a->type) &&
	       str_eq(a->member.id, b->member.id);
}

static bool same_key(const struct expr *a, const struct expr *b)
{
	if (a->is_const != b->is_const || a->kind != b->kind)
		return false;
	if (a->is_const)
		return a->type == b->type && a->num == b->num &&
		       str_eq(a->str, b->str);
	if (a->kind == EX_VAR)
		return a->var.sym == b->var.sym && is_reg(a->type);
	if (a->kind == EX_MEMBER)
		return same_part(a, b);
	return a->kind == EX_NAME && a->name.row &&
	       a->name.row == b->name.row && a->name.row->flags & BI_SAME;
}

static bool same_keys(const struct expr *a, const struct expr *b)
{
	for (; a && b; a = a->next, b = b->next)
		if (!same_key(a, b))
			return false;
	return !a && !b;
}

static bool has_var(const struct expr *keys)
{
	for (; keys; keys = keys->next)
		if (keys->kind == EX_VAR)
			return true;
	return false;
}

/* --- what is known ---------------------------------------------------------------- */

LLVMValueRef known_value(struct cg *g, enum known_kind kind)
{
	size_t i = g->f->known.n;

	while (i--)
		if (g->f->known.v[i].kind == kind && g->f->known.v[i].v)
			return g->f->known.v[i].v;
	return NULL;
}

void known_add(struct cg *g, enum known_kind kind, LLVMValueRef v)
{
	struct known k = { .kind = kind, .v = v };

	vec_push(g->arena, &g->f->known, k);
}

LLVMValueRef known_entry(struct cg *g, const struct expr *e)
{
	vec_each(k, &g->f->known)
		if (k->kind == KNOWN_ENTRY && k->v && k->map == e->map.sym &&
		    same_keys(k->keys, e->map.keys))
			return k->v;
	return NULL;
}

void known_add_entry(struct cg *g, const struct expr *e, LLVMValueRef v)
{
	struct known k = { .kind = KNOWN_ENTRY,
			   .map = e->map.sym,
			   .keys = e->map.keys,
			   .v = v };

	if (same_keys(k.keys, k.keys)) /* else nothing is ever the same */
		vec_push(g->arena, &g->f->known, k);
}

/* --- what is not any more ----------------------------------------------------------- */

void known_forget(struct cg *g, enum known_kind kind)
{
	vec_each(k, &g->f->known)
		if (k->kind == kind)
			k->v = NULL;
}

void known_forget_map(struct cg *g, const struct map *m)
{
	vec_each(k, &g->f->known)
		if (k->kind == KNOWN_ENTRY && k->map == m)
			k->v = NULL;
}

void known_forget_var(struct cg *g)
{
	vec_each(k, &g->f->known)
		if (k->kind == KNOWN_ENTRY && has_var(k->keys))
			k->v = NULL;
}

void known_forget_called(struct cg *g)
{
	known_forget(g, KNOWN_ENTRY);
	known_forget(g, KNOWN_STORAGE);
}

/* --- names of the task -------------------------------------------------------------- */

struct uses {
	const struct builtin *row;
	uint32_t n;
};

static void count_use(struct expr *e, void *arg)
{
	struct uses *u = arg;

	u->n += e->kind == EX_NAME && e->name.row == u->row;
}

static bool is_used_again(struct cg *g, const struct builtin *row)
{
	struct stmt predicate = { .kind = ST_EXPR, .e = g->prog->predicate };
	struct uses u = { .row = row };

	if (g->fn || g->f->parent)
		return false;
	if (g->f->name_uses)
		return g->f->name_uses > 1;
	if (predicate.e)
		stmt_each_expr(&predicate, count_use, &u);
	stmt_each_expr(g->prog->body, count_use, &u);
	g->f->name_uses = u.n + !u.n;
	return u.n > 1;
}

struct val ir_once(struct cg *g, const struct expr *e, struct val v)
{
	uint32_t size = (e->type->size + 7) & ~7u;
	struct val kept;

	if (!is_used_again(g, e->name.row))
		return v;
	if (!g->f->task_name) {
		if (g->stack_used + size > STACK_BUDGET)
			return v;
		g->stack_used += size;
		g->f->task_name = ir_alloca(g, g->i64, size / 8, 8);
	}
	kept = ir_mem(g->f->task_name, e->type, AS_BPF, 8);
	if (!known_value(g, KNOWN_NAME))
		v.fill(g, &v, kept, e->type->size, true);
	known_add(g, KNOWN_NAME, kept.v);
	return kept;
}
