/* SPDX-License-Identifier: Apache-2.0 */
/* check_decl.c - let @m = lruhash(100): how a map is kept. */
#include "sema/check.h"

static const struct kind {
	const char *name;
	enum map_store store;
	bool needs_size;
} kinds[] = {
	{ "hash", MS_HASH, true },
	{ "percpuhash", MS_PERCPU_HASH, true },
	{ "lruhash", MS_LRU_HASH, true },
	{ "percpulruhash", MS_PERCPU_LRU_HASH, true },
	{ "array", MS_ARRAY, true },
	{ "percpuarray", MS_PERCPU_ARRAY, true },
};

#define MAX_ENTRIES 100000000

static const struct kind *find_kind(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

bool sema_map_store(const struct map_decl *d, enum map_store *out)
{
	const struct kind *k = find_kind(d->kind);

	if (k)
		*out = k->store;
	return k;
}

static bool unknown_kind(struct sema *s, const struct map_decl *d)
{
	struct suggest near = { 0 };

	diag_error(s->d, d->kind_span, D_MAP_KIND, "unknown kind of map '%.*s'",
		   STR_ARG(d->kind));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		suggest_offer(&near, d->kind, str_from(kinds[i].name));
	if (near.best.p)
		sema_hint(s, &near, "");
	else
		diag_hint(s->d, "the kinds are hash, percpuhash, lruhash, "
				"percpulruhash, array, percpuarray");
	return false;
}

static bool check_size(struct sema *s, const struct map_decl *d)
{
	bool before = s->const_params, ok;

	if (!d->size)
		return diag_error(s->d, d->span, D_MAP_KIND,
				  "a map of kind %.*s needs a size, as in "
				  "%.*s(1000)",
				  STR_ARG(d->kind), STR_ARG(d->kind));
	s->const_params = true;
	ok = sema_value(s, d->size) &&
	     sema_const_range(s, d->size, 1, MAX_ENTRIES, "the size of a map");
	s->const_params = before;
	return ok;
}

static void check_decl(struct sema *s, const struct map_decl *d)
{
	struct map *m = sema_map(s, d->name, d->span);

	if (m->decl && m->decl != d) {
		diag_error(s->d, d->span, D_REDEFINED,
			   "'%.*s' is declared twice", STR_ARG(d->name));
		diag_note(s->d, m->decl->span, "this is where it was declared");
		return;
	}
	m->decl = d;
	if (!find_kind(d->kind)) {
		unknown_kind(s, d);
		return;
	}
	check_size(s, d);
}

void check_map_decls(struct sema *s)
{
	s->prog = NULL;
	for (const struct map_decl *d = s->script->map_decls; d; d = d->next)
		check_decl(s, d);
}

/* --- when all types are known ------------------------------------------------------ */

static bool is_percpu(enum map_store store)
{
	return store == MS_PERCPU_ARRAY || store == MS_PERCPU_HASH ||
	       store == MS_PERCPU_LRU_HASH;
}

/* Does the kind fit what the map is used for? */
static void check_kind(struct sema *s, const struct map *m)
{
	enum map_store store = MS_HASH;

	if (!sema_map_store(m->decl, &store) || !m->value || !m->key)
		return;
	if (is_percpu(store) != type_is_aggregation(m->value)) {
		diag_error(
			s->d, m->decl->kind_span, D_MAP_KIND,
			is_percpu(store)
				? "'%.*s' is %.*s, but its values of type %s "
				  "are not combined from one per CPU"
				: "'%.*s' is %.*s, but its values of type %s "
				  "are kept per CPU",
			STR_ARG(m->name), STR_ARG(m->decl->kind),
			sema_name(s, m->value));
		return;
	}
	if (m->key->kind == TY_NONE)
		diag_error(s->d, m->decl->kind_span, D_MAP_KIND,
			   "'%.*s' is declared as %.*s, but used without a key",
			   STR_ARG(m->name), STR_ARG(m->decl->kind));
	else if ((store == MS_ARRAY || store == MS_PERCPU_ARRAY) &&
		 !type_is_integer(m->key))
		diag_error(s->d, m->decl->kind_span, D_MAP_KIND,
			   "the keys of an array are integers, those of "
			   "'%.*s' are of type %s",
			   STR_ARG(m->name), sema_name(s, m->key));
}

bool check_missing_maps(struct sema *s)
{
	bool any = false;

	for (struct map *m = s->script->maps; m; m = m->next) {
		if (!m->is_missing || (m->value && m->key))
			continue;
		if (!m->key)
			m->key = type_none(s->types);
		if (!m->value)
			m->value = type_int(s->types, 8, true);
		any = true;
	}
	return any;
}

void check_maps(struct sema *s)
{
	for (struct map *m = s->script->maps; m; m = m->next) {
		if (!m->decl)
			continue;
		check_kind(s, m);
		if (!m->is_written && !m->is_read && !m->decl->is_kept)
			diag_warn(s->d, m->decl->span, D_UNUSED,
				  "'%.*s' is declared and not used",
				  STR_ARG(m->name));
	}
}
