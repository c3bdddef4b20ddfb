/* SPDX-License-Identifier: Apache-2.0 */
#include "sema/live.h"

#include <stdlib.h>

const struct live_map *live_find(const struct live_maps *l, struct str name)
{
	for (const struct live_map *m = l ? l->first : NULL; m; m = m->next)
		if (str_eq(m->name, name))
			return m;
	return NULL;
}

/* --- types ------------------------------------------------------------------- */

/* "struct sock" of a pointer to it. */
static struct str target_of(struct arena *a, const struct type *t)
{
	if (t->kind != TY_PTR || !t->elem || t->elem->kind != TY_RECORD)
		return (struct str){ "", 0 };
	return str_copy(a, t->elem->name);
}

static const struct type *with_target(const struct type *t, struct str target,
				      struct types *types,
				      struct machine *machine)
{
	const struct type *elem;

	t = types_import(types, t);
	if (!target.n)
		return t;
	elem = machine_type(machine, types, target);
	return elem ? type_ptr(types, elem, AS_KERNEL) : t;
}

const struct type *live_key(const struct live_map *m, struct types *t,
			    struct machine *machine)
{
	return with_target(m->key, m->key_target, t, machine);
}

const struct type *live_value(const struct live_map *m, struct types *t,
			      struct machine *machine)
{
	return with_target(m->value, m->value_target, t, machine);
}

static bool is_same(const struct type *a, const struct type *b);

static bool has_same_fields(const struct type *a, const struct type *b)
{
	if (a->n_fields != b->n_fields || !str_eq(a->name, b->name))
		return false;
	for (uint32_t i = 0; i < a->n_fields; i++)
		if (a->fields[i].offset != b->fields[i].offset ||
		    !is_same(a->fields[i].type, b->fields[i].type))
			return false;
	return true;
}

static bool has_same_numbers(const struct type *a, const struct type *b)
{
	return a->is_signed == b->is_signed && a->bits == b->bits &&
	       a->min == b->min && a->max == b->max && a->step == b->step &&
	       a->count == b->count && a->frames == b->frames &&
	       a->mode == b->mode;
}

/* Have values of both the same bytes with the same meaning? */
static bool is_same(const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->size != b->size)
		return false;
	if (a->kind == TY_PTR)
		return true;
	if (a->kind == TY_RECORD && (a->origin || b->origin))
		return str_eq(a->name, b->name);
	if (a->kind == TY_RECORD || a->kind == TY_TUPLE)
		return has_same_fields(a, b);
	if (a->kind == TY_ARRAY && !is_same(a->elem, b->elem))
		return false;
	return has_same_numbers(a, b) && str_eq(a->name, b->name);
}

static bool takes_tuple(const struct type *to, const struct type *from)
{
	if (to->n_fields != from->n_fields)
		return false;
	for (uint32_t i = 0; i < to->n_fields; i++)
		if (!live_takes(to->fields[i].type, from->fields[i].type))
			return false;
	return true;
}

bool live_takes(const struct type *to, const struct type *from)
{
	if (to->kind == TY_INT && type_is_integer(from))
		return to->size >= from->size;
	if (to->kind != from->kind)
		return false;
	if (to->kind == TY_STRING || to->kind == TY_BUFFER)
		return to->size >= from->size;
	if (to->kind == TY_TUPLE)
		return takes_tuple(to, from);
	return is_same(to, from);
}

#define TEXT_ROOM 64 /* bytes */

const struct type *live_widen(struct types *t, const struct type *type,
			      bool is_literal)
{
	if (type->kind == TY_INT)
		return type_int(t, 8, type->is_signed);
	if (type->kind == TY_STRING && is_literal && type->size < TEXT_ROOM)
		return type_string(t, TEXT_ROOM);
	return type;
}

/* --- the list ---------------------------------------------------------------- */

static void note(struct live_maps *l, const struct map *m, const struct plan *p,
		 uint32_t maker)
{
	const struct plan_map *x = &p->maps.v[m->id];
	struct live_map *live = xzalloc(sizeof(*live));

	types_init(&live->types, &live->arena);
	live->name = str_copy(&live->arena, m->name);
	live->key = types_import(&live->types, types_get(&p->types, x->key));
	live->value =
		types_import(&live->types, types_get(&p->types, x->value));
	live->key_target = target_of(&live->arena, m->key);
	live->value_target = target_of(&live->arena, m->value);
	live->store = x->store;
	live->max_entries = x->max_entries;
	live->maker = maker;
	live->next = l->first;
	l->first = live;
}

void live_note(struct live_maps *l, const struct script *s,
	       const struct plan *p, uint32_t maker)
{
	for (const struct map *m = s->maps; m; m = m->next)
		if (m->is_lowered && !live_find(l, m->name))
			note(l, m, p, maker);
}

static void free_map(struct live_map *m)
{
	arena_free(&m->arena);
	free(m);
}

void live_drop(struct live_maps *l, struct str name)
{
	for (struct live_map **at = &l->first; *at; at = &(*at)->next) {
		struct live_map *m = *at;

		if (!str_eq(m->name, name))
			continue;
		*at = m->next;
		free_map(m);
		return;
	}
}

void live_free(struct live_maps *l)
{
	while (l->first) {
		struct live_map *next = l->first->next;

		free_map(l->first);
		l->first = next;
	}
}
