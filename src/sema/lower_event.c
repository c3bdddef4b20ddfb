/* SPDX-License-Identifier: Apache-2.0 */
/* lower_event.c - events, slots, sites: what rows' lower functions use. */
#include "sema/check.h"
#include "sema/lower.h"

#define MAX_FIELDS 128

/* A record of the kernel becomes whole: the plan knows no machine. Its layout
 * is this release's. */
static const struct type *complete(struct lower *l, const struct type *t);

static const struct type *complete_fields(struct lower *l, const struct type *t)
{
	struct types *types = &l->script->types;
	struct field fields[MAX_FIELDS];
	const struct type *elems[MAX_FIELDS];
	bool is_new = false;

	if (t->n_fields > MAX_FIELDS || t->name.n)
		return t;
	for (uint32_t i = 0; i < t->n_fields; i++) {
		fields[i] = t->fields[i];
		fields[i].type = elems[i] = complete(l, fields[i].type);
		is_new |= fields[i].type != t->fields[i].type;
	}
	if (!is_new)
		return t;
	return t->kind == TY_TUPLE
		       ? type_tuple(types, elems, t->n_fields)
		       : type_record(types, t->name, fields, t->n_fields);
}

static const struct type *complete(struct lower *l, const struct type *t)
{
	const struct type *elem;

	if (l->prog && t == l->prog->args)
		return complete_fields(l,
				       sema_args_value(&l->script->types, t));
	if (t->kind == TY_RECORD && t->origin) {
		if (type_is_kernels(t))
			lower_need_release(l);
		return machine_complete(l->env->machine, &l->script->types, t);
	}
	if (t->kind == TY_TUPLE || t->kind == TY_RECORD)
		return complete_fields(l, t);
	if (t->kind == TY_ARRAY) {
		elem = complete(l, t->elem);
		return type_array(&l->script->types, elem, t->count);
	}
	return t;
}

type_id lower_type(struct lower *l, const struct type *t)
{
	return types_import(&l->plan->types, complete(l, t))->id;
}

static uint32_t flags_of(const struct expr *call)
{
	const struct expr *e = call->call.args;

	return call->call.flags | (e && e->kind == EX_MAP ? e->map.flags : 0);
}

void lower_event(struct lower *l, struct expr *call, enum event_kind kind,
		 struct str text, const struct map *map,
		 const struct field *fields, uint32_t n)
{
	struct field whole[MAX_FIELDS];
	struct plan_event e = {
		.kind = kind,
		.text = text,
		.map = map ? map->id : 0,
		.flags = map ? flags_of(call) : 0,
	};
	const struct type *t;

	for (uint32_t i = 0; i < n; i++) {
		whole[i] = fields[i];
		whole[i].type = complete(l, fields[i].type);
	}
	if (n) {
		t = type_record(&l->script->types, (struct str){ "", 0 }, whole,
				n);
		e.payload = lower_type(l, t);
	}
	call->call.event = plan_add_event(l->plan, &e);
}

void lower_event_default(struct lower *l, struct expr *call)
{
	const struct function *f = call->call.fn;
	const struct expr *e = call->call.args;
	struct str text = { "", 0 };
	const struct map *map = NULL;
	struct field fields[MAX_FIELDS] = { 0 };
	uint32_t n = 0;

	if (e && f->flags & FN_HAS_FORMAT) {
		text = e->str;
		e = e->next;
	}
	for (; e && n < MAX_FIELDS; e = e->next) {
		if (e->kind == EX_MAP && e->type->kind == TY_NONE)
			map = e->map.sym;
		else
			fields[n++].type = e->type;
	}
	for (uint32_t i = 0; i < n; i++)
		fields[i].name = str_printf(&l->script->arena, "a%u", i);
	lower_event(l, call, f->event, text, map, fields, n);
}

void lower_fixup(struct lower *l, struct expr *e, enum fixup_kind kind,
		 struct str arg, uint32_t size)
{
	e->fixup = plan_add_fixup(l->plan, kind, arg, size) + 1;
}

/* The event that tells of the site: first seen, on a CPU. */
static void add_warning(struct lower *l, uint32_t site)
{
	struct types *types = &l->plan->types;
	struct field code = {
		.name = STR("code"),
		.type = type_int(types, 8, true),
	};
	struct plan_event e = {
		.kind = EV_WARN,
		.site = site,
		.payload =
			type_record(types, (struct str){ "", 0 }, &code, 1)->id,
	};

	plan_add_event(l->plan, &e);
}

uint32_t lower_site(struct lower *l, enum site_kind kind, struct span at,
		    const struct map *map)
{
	struct source_pos from = source_find(l->script->sources, at.start);
	struct source_pos to = source_find(l->script->sources, at.end);
	struct plan_site x = {
		.kind = kind,
		.line = from.line,
		.column = from.column,
		.map = map ? map->id : 0,
	};
	uint32_t site;

	if (from.source) {
		x.file = from.source->name;
		x.text = source_line(from.source, from.line);
	}
	x.end_column =
		to.line == from.line ? to.column : (uint32_t)x.text.n + 1;
	if (plan_site_has_probe(kind))
		x.probe = l->prog->first_probe;
	site = plan_add_site(l->plan, &x);
	if (kind != SITE_PLACE && kind != SITE_READ && kind != SITE_CUT)
		add_warning(l, site);
	return site;
}

void lower_read(struct lower *l, struct expr *call)
{
	const struct expr *from = call->call.args;

	if (from->kind == EX_PARAM || !from->type)
		return;
	if (from->type->kind == TY_PTR || from->type->kind == TY_INT ||
	    from->type->kind == TY_ARRAY)
		call->site =
			lower_site(l,
				   l->env->is_wary ? SITE_READ_NOW : SITE_READ,
				   call->span, NULL);
}

void lower_wary(struct lower *l, struct expr *e)
{
	const struct map *m = e->kind == EX_MAP ? e->map.sym : NULL;

	if (!e->type || e->type->kind == TY_NONE)
		return;
	if (!m && l->env->is_wary)
		e->site = lower_site(l, SITE_READ_NOW, e->span, NULL);
	else if (!m && sema_space(e) == AS_USER)
		e->site = lower_site(l, SITE_READ, e->span, NULL);
	else if (m && l->env->is_wary && e->map.keys && m->key &&
		 m->key->kind != TY_NONE)
		e->site = lower_site(l, SITE_KEY, e->span, m);
}
