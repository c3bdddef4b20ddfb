/* SPDX-License-Identifier: Apache-2.0 */
/* take.c - print(@x) with clear(@x) or zero(@x) behind it, in the same list of
 * statements: what is printed and what is removed is to be one set. The first
 * print takes it out of the kernel, which needs a map in two copies. */
#include "sema/take.h"

#include "ast/walk.h"

/* The call of a row with arguments that is a statement of its own. */
static struct expr *call_of(const struct stmt *s)
{
	if (s->kind != ST_EXPR || s->e->kind != EX_CALL || !s->e->call.fn)
		return NULL;
	return s->e->call.args ? s->e : NULL;
}

/* --- what changes the map --------------------------------------------------------- */

struct between {
	const struct map *map;
	bool is_changed; /* the map is, or control may leave */
};

static bool is_map(const struct expr *e, const struct map *m)
{
	return e->kind == EX_MAP && e->map.sym == m;
}

/* Calls that are given the map as a whole may do anything with it. */
static bool changes(const struct expr *call, const struct map *m)
{
	const struct expr *e = call->call.args;

	if (!call->call.fn || call->call.fn->flags & FN_ENDS)
		return true;
	if (call->call.fn->flags & FN_SHOWS_MAPS)
		return false;
	for (; e; e = e->next)
		if (is_map(e, m) && !e->map.keys)
			return true;
	return false;
}

static bool see_expr(struct walk *w, struct expr *e)
{
	struct between *b = w->arg;

	if (e->kind == EX_CALL)
		b->is_changed |= changes(e, b->map);
	if (e->kind == EX_INCDEC)
		b->is_changed |= is_map(e->incdec.e, b->map);
	return true;
}

static void see_stmt(struct walk *w, struct stmt *s)
{
	struct between *b = w->arg;

	if (s->kind == ST_RETURN || s->kind == ST_BREAK ||
	    s->kind == ST_CONTINUE)
		b->is_changed = true;
	if (s->kind == ST_ASSIGN)
		b->is_changed |= is_map(s->assign.target, b->map);
}

static bool is_changed(const struct stmt *s, const struct map *m)
{
	struct between b = { .map = m };
	struct walk w = { .expr = see_expr, .stmt = see_stmt, .arg = &b };
	struct stmt one = *s;

	one.next = NULL;
	walk_stmts(&w, &one);
	return b.is_changed;
}

/* Is it shown in user space: as a whole, or an entry that is combined there? */
static bool is_shown(const struct expr *e, const struct map *m)
{
	if (e->kind != EX_MAP || e->map.sym != m || !e->type)
		return false;
	return e->type->kind == TY_NONE || type_is_aggregation(e->type);
}

/* Where the call shows the map; NULL: it does not. */
static struct expr *shown_at(const struct stmt *s, const struct map *m)
{
	struct expr *call = call_of(s), *e;

	if (!call || !(call->call.fn->flags & FN_SHOWS_MAPS))
		return NULL;
	e = call->call.args;
	if (e->kind != EX_TUPLE)
		return is_shown(e, m) ? e : NULL;
	for (e = e->tuple.elems; e; e = e->next)
		if (is_shown(e, m) && e->type->kind == TY_NONE)
			return e;
	return NULL;
}

/* --- lists of statements ------------------------------------------------------------ */

/* Behind the last statement before end that changes it. */
static struct stmt *begin_of(struct stmt *list, const struct stmt *end,
			     const struct map *m)
{
	struct stmt *from = list;

	for (; list != end; list = list->next)
		if (is_changed(list, m))
			from = list->next;
	return from;
}

/* From the first print to the statement that clears or zeroes. */
static void mark(struct stmt *list, const struct stmt *end, bool is_zero)
{
	struct expr *cleared = end->e->call.args, *shown;
	struct map *m = cleared->map.sym;
	bool is_first = true;

	for (list = begin_of(list, end, m); list != end; list = list->next) {
		shown = shown_at(list, m);
		if (!shown)
			continue;
		shown->map.flags |= is_first ? EF_TAKE : EF_TAKEN;
		if (is_first && is_zero)
			shown->map.flags |= EF_ZERO;
		is_first = false;
	}
	if (is_first)
		return;
	cleared->map.flags |= EF_TAKEN;
	m->is_pair = true;
}

static void take_in(struct stmt *list)
{
	enum event_kind kind;
	struct stmt *s;

	for (s = list; s; s = s->next) {
		const struct expr *call = call_of(s);

		kind = call ? call->call.fn->event : EV_NONE;
		if ((kind == EV_CLEAR || kind == EV_ZERO) &&
		    call->call.args->kind == EX_MAP)
			mark(list, s, kind == EV_ZERO);
	}
}

static void take_below(struct walk *w, struct stmt *s)
{
	(void)w;
	switch ((int)s->kind) {
	case ST_IF:
		take_in(s->branch.then);
		take_in(s->branch.otherwise);
		break;
	case ST_BLOCK: take_in(s->block.body); break;
	case ST_WHILE:
	case ST_UNROLL:
	case ST_FOR_RANGE:
	case ST_FOR_MAP: take_in(s->loop.body); break;
	}
}

static bool take_block(struct walk *w, struct expr *e)
{
	(void)w;
	if (e->kind == EX_BLOCK)
		take_in(e->block.stmts);
	return true;
}

static void take_body(struct stmt *body)
{
	struct walk w = { .expr = take_block, .stmt = take_below };

	take_in(body);
	walk_stmts(&w, body);
}

void take_mark(struct script *s)
{
	for (struct fn_decl *f = s->fns; f; f = f->next)
		take_body(f->body);
	for (struct prog *p = s->progs; p; p = p->next)
		take_body(p->body);
}
