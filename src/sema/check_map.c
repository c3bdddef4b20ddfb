/* SPDX-License-Identifier: Apache-2.0 */
/* check_map.c - maps: their keys, their values, reading them. */
#include "sema/check.h"
#include "sema/live.h"

#define MAX_KEYS 64

static struct map *find_map(struct sema *s, struct str name)
{
	for (struct map *m = s->script->maps; m; m = m->next)
		if (str_eq(m->name, name))
			return m;
	return NULL;
}

/* Arrays that are declared take any integers as keys. */
static bool has_any_key(const struct live_map *live)
{
	return live->key->kind != TY_NONE &&
	       (live->store == MS_ARRAY || live->store == MS_PERCPU_ARRAY);
}

/* One that is there has its types. */
static void take_live(struct sema *s, struct map *m)
{
	const struct live_map *live = live_find(s->env->live, m->name);

	if (!live)
		return;
	m->live = live;
	if (!has_any_key(live))
		m->key = live_key(live, s->types, s->env->machine);
	m->value = live_value(live, s->types, s->env->machine);
}

struct map *sema_map(struct sema *s, struct str name, struct span at)
{
	struct map *m = find_map(s, name);
	struct map **end = &s->script->maps;

	if (m)
		return m;
	m = arena_new(s->arena, struct map);
	m->name = name;
	m->first = at;
	take_live(s, m);
	while (*end)
		end = &(*end)->next;
	*end = m;
	return m;
}

/* Its keys cannot change: it is there. */
static bool is_settled(const struct map *m)
{
	return m->live && !has_any_key(m->live);
}

void sema_hint_live(struct sema *s, const struct map *m)
{
	auto_buf struct buf who = { 0 };

	if (m->live->maker)
		buf_printf(&who, "entry %u", m->live->maker);
	else
		buf_puts(&who, "an earlier statement");
	diag_hint(s->d, "%s made it so; ':drop %.*s' forgets it", who.p,
		  STR_ARG(m->name));
}

/* --- keys -------------------------------------------------------------------------- */

/* The elements of a key: (a, b) as one key is the same as a, b. */
static struct expr *key_elems(struct expr *keys, bool *is_tuple)
{
	*is_tuple = keys->next != NULL;
	if (*is_tuple || keys->kind != EX_TUPLE || keys->tuple.n < 2)
		return keys;
	*is_tuple = true;
	return keys->tuple.elems;
}

static const struct type *key_type(struct sema *s, const struct expr *e)
{
	switch (e->type->kind) {
	case TY_COUNT:
	case TY_SUM:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG:
	case TY_STATS:
	case TY_STDDEV:
	case TY_HIST:
	case TY_LHIST:
	case TY_TSERIES:
	case TY_NONE:
		diag_error(s->d, e->span, D_MAP_KEY,
			   "a value of type %s cannot be a key",
			   sema_name(s, e->type));
		return NULL;
	case TY_RECORD:
		if (e->type->size)
			return sema_value_of(s, e);
		diag_error(s->d, e->span, D_MAP_KEY,
			   "a value of type %s cannot be a key",
			   sema_name(s, e->type));
		return NULL;
	case TY_BOOL:
	case TY_INT:
	case TY_PTR:
	case TY_ARRAY:
	case TY_STRING:
	case TY_BUFFER:
	case TY_TUPLE:
	case TY_ENUM:
	case TY_KSYM:
	case TY_USYM:
	case TY_KSTACK:
	case TY_USTACK:
	case TY_PROBE:
	case TY_TIMESTAMP:
	case TY_MAC:
	case TY_INET:
	case TY_USERNAME:
	case TY_CGROUP:
	case TY_N: break;
	}
	return e->type;
}

/* The key as it is used here, and which of its elements are flexible. */
static const struct type *use_key(struct sema *s, const struct map *m,
				  struct expr *keys, uint64_t *flexible)
{
	const struct type *elems[MAX_KEYS];
	bool is_tuple;
	uint32_t n = 0;
	bool ok = true;

	*flexible = 0;
	if (!keys)
		return type_none(s->types);
	for (struct expr *k = keys; k; k = k->next)
		ok &= sema_value(s, k);
	if (!ok)
		return NULL;
	for (struct expr *k = key_elems(keys, &is_tuple); k; k = k->next) {
		if (n == MAX_KEYS) {
			diag_error(s->d, k->span, D_LIMIT, "more than %d keys",
				   MAX_KEYS);
			return NULL;
		}
		elems[n] = key_type(s, k);
		if (elems[n] && s->env->live && !m->live)
			elems[n] =
				live_widen(s->types, elems[n], k->is_literal);
		if (!elems[n] || !sema_fits(s, k->type, k->span))
			return NULL;
		if (sema_is_flexible(k))
			*flexible |= (uint64_t)1 << n;
		n++;
	}
	return is_tuple ? type_tuple(s->types, elems, n) : elems[0];
}

static uint32_t key_count(const struct type *key, uint32_t i,
			  const struct type **elem)
{
	if (key->kind != TY_TUPLE) {
		*elem = key;
		return 1;
	}
	if (i < key->n_fields)
		*elem = key->fields[i].type;
	return key->n_fields;
}

/* Both have keys. */
static const struct type *join_keys(struct sema *s, const struct map *m,
				    const struct type *key, uint64_t flexible)
{
	const struct type *elems[MAX_KEYS], *a = NULL, *b = NULL;
	uint32_t n = key_count(key, 0, &b);

	if (key_count(m->key, 0, &a) != n || m->key->kind == TY_NONE ||
	    key->kind == TY_NONE || n > MAX_KEYS)
		return m->key == key ? key : NULL;
	if ((key->kind == TY_TUPLE) != (m->key->kind == TY_TUPLE))
		return NULL;
	for (uint32_t i = 0; i < n; i++) {
		key_count(m->key, i, &a);
		key_count(key, i, &b);
		elems[i] = type_join(s->types, a, m->key_flexible >> i & 1, b,
				     flexible >> i & 1);
		if (!elems[i])
			return NULL;
	}
	return key->kind == TY_TUPLE ? type_tuple(s->types, elems, n)
				     : elems[0];
}

static const char *key_text(struct sema *s, const struct type *key)
{
	if (key->kind == TY_NONE)
		return "no key";
	return arena_printf(s->arena, "[%s]", sema_name(s, key));
}

static bool differ(struct sema *s, const struct map *m, const struct type *key,
		   struct span at)
{
	if (key->kind == TY_NONE)
		diag_error(s->d, at, D_MAP_KEY,
			   "'%.*s' is used without a key here, but has one "
			   "elsewhere",
			   STR_ARG(m->name));
	else if (m->key->kind == TY_NONE)
		diag_error(s->d, at, D_MAP_KEY,
			   "'%.*s' is used with a key here, but has none "
			   "elsewhere",
			   STR_ARG(m->name));
	else
		diag_error(s->d, at, D_MAP_KEY,
			   "the key of '%.*s' is %s here, but was %s",
			   STR_ARG(m->name), key_text(s, key),
			   key_text(s, m->key));
	if (m->live)
		sema_hint_live(s, m);
	else if (m->key_span.start != at.start)
		diag_note(s->d, m->key_span, "this is where it got its key");
	return false;
}

bool sema_map_keys(struct sema *s, struct map *m, struct expr *keys,
		   struct span at)
{
	uint64_t flexible;
	const struct type *key = use_key(s, m, keys, &flexible), *joined;

	if (!key)
		return false;
	if (s->is_unevaluated && !m->key)
		return true;
	if (!m->key) {
		m->key = key;
		m->key_span = at;
		m->key_flexible = flexible;
		s->changed = true;
		return true;
	}
	if (is_settled(m))
		return live_takes(m->key, key) || differ(s, m, key, at);
	joined = join_keys(s, m, key, flexible);
	if (!joined)
		return differ(s, m, key, at);
	if (joined != m->key || (m->key_flexible & ~flexible)) {
		s->changed = true;
		m->key = joined;
		m->key_flexible &= flexible;
	}
	return true;
}

/* --- values ------------------------------------------------------------------------- */

static bool is_storable(const struct type *t)
{
	return t->kind != TY_NONE && !(t->kind == TY_RECORD && !t->size);
}

bool sema_fits(struct sema *s, const struct type *t, struct span at)
{
	if (t->size <= SEMA_MAX_VALUE || type_is_aggregation(t))
		return true;
	diag_error(s->d, at, D_LIMIT,
		   "a value of type %s takes %u bytes: at most %u can be kept",
		   sema_name(s, t), t->size, SEMA_MAX_VALUE);
	diag_hint(s->d, "print it, or keep the fields you need");
	return false;
}

bool sema_is_null(const struct expr *e, const struct type *t)
{
	return e && e->is_literal && e->is_const && !e->num &&
	       type_is_integer(e->type) && t->kind == TY_PTR;
}

static bool values_differ(struct sema *s, const struct map *m,
			  const struct type *t, struct span at)
{
	if (t->kind == m->value->kind && type_is_aggregation(t))
		diag_error(s->d, at, D_TYPE,
			   "all values of '%.*s' need the same buckets",
			   STR_ARG(m->name));
	else
		diag_error(s->d, at, D_TYPE,
			   "'%.*s' cannot take a value of type %s: its values "
			   "are of type %s",
			   STR_ARG(m->name), sema_name(s, t),
			   sema_name(s, m->value));
	if (m->live)
		sema_hint_live(s, m);
	else
		diag_note(s->d, m->value_span, "this is where it got its type");
	return false;
}

bool sema_map_value(struct sema *s, struct map *m, const struct expr *e,
		    const struct type *t, struct span at)
{
	bool flexible = e && sema_is_flexible(e);
	const struct type *joined;

	m->is_written |= !s->is_unevaluated;
	if (!is_storable(t))
		return diag_error(s->d, at, D_TYPE,
				  "a value of type %s cannot be stored in a "
				  "map",
				  sema_name(s, t));
	if (!sema_fits(s, t, at))
		return false;
	if (m->live)
		return live_takes(m->value, t) || values_differ(s, m, t, at);
	if (s->env->live)
		t = live_widen(s->types, t, e && e->is_literal);
	if (!m->value) {
		m->value = t;
		m->value_span = at;
		m->is_flexible = flexible;
		s->changed = true;
		return true;
	}
	if (sema_is_null(e, m->value))
		return true;
	joined = type_join(s->types, m->value, m->is_flexible, t, flexible);
	if (!joined)
		return values_differ(s, m, t, at);
	if (joined != m->value || (m->is_flexible && !flexible)) {
		s->changed = true;
		m->value = joined;
		m->is_flexible &= flexible;
	}
	return true;
}

const struct type *sema_value_type(struct sema *s, const struct type *t)
{
	switch (t->kind) {
	case TY_COUNT: return type_int(s->types, 8, false);
	case TY_SUM:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG: return type_int(s->types, 8, t->is_signed);
	case TY_NONE:
	case TY_BOOL:
	case TY_INT:
	case TY_PTR:
	case TY_ARRAY:
	case TY_STRING:
	case TY_BUFFER:
	case TY_TUPLE:
	case TY_RECORD:
	case TY_ENUM:
	case TY_KSYM:
	case TY_USYM:
	case TY_KSTACK:
	case TY_USTACK:
	case TY_PROBE:
	case TY_TIMESTAMP:
	case TY_MAC:
	case TY_INET:
	case TY_USERNAME:
	case TY_CGROUP:
	case TY_STATS:
	case TY_STDDEV:
	case TY_HIST:
	case TY_LHIST:
	case TY_TSERIES:
	case TY_N: break;
	}
	return t;
}

static void undefined(struct sema *s, const struct map *m, struct span at)
{
	struct suggest near = { 0 };

	diag_error(s->d, at, D_UNDEFINED_MAP, "nothing gives '%.*s' a value",
		   STR_ARG(m->name));
	for (const struct map *o = s->script->maps; o; o = o->next)
		if (o != m && o->value && m->name.n > 1)
			suggest_offer(&near, m->name, o->name);
	sema_hint(s, &near, "");
}

bool sema_map_known(struct sema *s, const struct map *m, struct span at)
{
	if (!m->value && !m->is_failed)
		undefined(s, m, at);
	return m->value;
}

/* A map that is read for its value. */
void check_map(struct sema *s, struct expr *e)
{
	struct map *m = sema_map(s, e->map.id, e->span);

	e->map.sym = m;
	m->is_read |= !s->is_unevaluated;
	if (!sema_map_keys(s, m, e->map.keys, e->span) ||
	    !sema_map_known(s, m, e->span))
		return;
	e->type = sema_kept(s, sema_value_type(s, m->value));
	if (!type_is_aggregation(e->type))
		return;
	diag_error(s->d, e->span, D_AGGREGATION,
		   "the value of '%.*s' is a %s: it can be printed, not read",
		   STR_ARG(m->name), sema_name(s, m->value));
	e->type = NULL;
}
