/* SPDX-License-Identifier: Apache-2.0 */
/* repl_keep.c - declarations that later entries can use. */
#include <ctype.h>
#include <stdlib.h>

#include "cli/repl_impl.h"

static struct kept *find(struct repl *r, enum kept_kind kind, struct str name)
{
	for (struct kept *k = r->kept; k; k = k->next)
		if (k->kind == kind && str_eq(k->name, name))
			return k;
	return NULL;
}

static void free_kept(struct kept *k)
{
	arena_free(&k->arena);
	free(k);
}

static struct kept *make(enum kept_kind kind, struct str name, struct str text)
{
	struct kept *k = xzalloc(sizeof(*k));

	k->kind = kind;
	k->name = str_copy(&k->arena, name);
	k->text = str_copy(&k->arena, text);
	return k;
}

void repl_keep(struct repl *r, enum kept_kind kind, struct str name,
	       struct str text)
{
	struct kept **at = &r->kept, *k = make(kind, name, text);
	const struct kept *old = find(r, kind, name);

	/* in the place of the one it replaces: C is read in order */
	while (*at && (old ? *at != old : (*at)->kind <= kind))
		at = &(*at)->next;
	k->next = *at;
	*at = k;
	if (!old)
		return;
	k->next = old->next;
	free_kept((struct kept *)old);
}

bool repl_forget(struct repl *r, enum kept_kind kind, struct str name)
{
	struct kept *k = find(r, kind, name), **at = &r->kept;

	if (!k)
		return false;
	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	free_kept(k);
	return true;
}

void repl_forget_all(struct repl *r)
{
	while (r->kept) {
		struct kept *next = r->kept->next;

		free_kept(r->kept);
		r->kept = next;
	}
}

/* --- what an entry needs of them ------------------------------------------------ */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Could text mean something that is called so? */
static bool has_word(struct str text, struct str word)
{
	const char *p = text.p, *end = text.p + text.n;

	while ((p = memmem(p, (size_t)(end - p), word.p, word.n))) {
		bool begins = p == text.p || !is_word(p[-1]);

		p += word.n;
		if (begins && (p == end || !is_word(*p)))
			return true;
	}
	return false;
}

/* Settings and C count for everything; others only for who names them. */
static bool is_wanted(const struct kept *k, struct str text)
{
	return k->kind == KEPT_CONFIG || k->kind == KEPT_C ||
	       has_word(text, k->name);
}

size_t repl_kept_sources(struct repl *r, struct sources *srcs, struct str text)
{
	auto_buf struct buf all = { 0 };
	bool changed = true;
	size_t n = 0;

	for (struct kept *k = r->kept; k; k = k->next)
		k->is_wanted = false;
	buf_str(&all, text);
	while (changed) {
		changed = false;
		for (struct kept *k = r->kept; k; k = k->next) {
			if (k->is_wanted || !is_wanted(k, buf_view(&all)))
				continue;
			k->is_wanted = changed = true;
			buf_putc(&all, '\n');
			buf_str(&all, k->text);
		}
	}
	for (struct kept *k = r->kept; k; k = k->next) {
		if (!k->is_wanted)
			continue;
		source_add(srcs, k->name, k->text);
		n++;
	}
	return n;
}

/* --- what an entry declares ------------------------------------------------------- */

static struct str slice(const struct source *src, struct span at)
{
	return (struct str){ src->text.p + (at.start - src->base),
			     at.end - at.start };
}

static void keep_config(struct repl *r, const struct source *src,
			const struct config_entry *c)
{
	auto_buf struct buf text = { 0 };

	buf_printf(&text, "config = { %.*s }", STR_ARG(slice(src, c->span)));
	repl_keep(r, KEPT_CONFIG, c->key, buf_view(&text));
}

static void keep_map(struct repl *r, const struct source *src,
		     const struct map_decl *m)
{
	auto_buf struct buf text = { 0 };

	buf_str(&text, slice(src, m->span));
	if (text.p[text.n - 1] != ';')
		buf_putc(&text, ';');
	repl_keep(r, KEPT_MAP, m->name, buf_view(&text));
}

void repl_keep_all(struct repl *r, const struct script *s,
		   const struct source *src)
{
	struct arena names = { 0 };

	for (const struct config_entry *c = s->config; c; c = c->next)
		keep_config(r, src, c);
	for (const struct c_text *c = s->c; c; c = c->next)
		repl_keep(r, KEPT_C, c_text_name(&names, c->text), c->text);
	for (const struct map_decl *m = s->map_decls; m; m = m->next)
		keep_map(r, src, m);
	for (const struct macro *m = s->macros; m; m = m->next)
		repl_keep(r, KEPT_MACRO, m->name, slice(src, m->span));
	for (const struct fn_decl *f = s->fns; f; f = f->next)
		repl_keep(r, KEPT_FN, f->name, slice(src, f->span));
	arena_free(&names);
}
