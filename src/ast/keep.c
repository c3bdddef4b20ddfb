/* SPDX-License-Identifier: Apache-2.0 */
/* keep.c - declarations of earlier scripts, which a later one of the same
 * session can use as if they were its own. */
#include <ctype.h>

#include "ast/ast.h"

/* --- names of pieces of C ---------------------------------------------------- */

static struct str next_word(struct str *text)
{
	struct str s = *text, word;

	while (s.n && !isalnum((unsigned char)*s.p) && *s.p != '_' &&
	       *s.p != '#')
		s.p++, s.n--;
	word = (struct str){ s.p, 0 };
	while (word.n < s.n && (isalnum((unsigned char)s.p[word.n]) ||
				s.p[word.n] == '_' || s.p[word.n] == '#'))
		word.n++;
	*text = (struct str){ s.p + word.n, s.n - word.n };
	return word;
}

/* The last one of a typedef. */
static struct str last_word(struct str text)
{
	struct str word = next_word(&text), next;

	while ((next = next_word(&text)).n)
		word = next;
	return word;
}

struct str c_text_name(struct arena *a, struct str text)
{
	struct str rest = text, first = next_word(&rest), second;

	if (str_is(first, "#"))
		first = next_word(&rest);
	if (str_is(first, "typedef"))
		second = last_word(rest);
	else if (str_is(first, "define") || str_is(first, "#define") ||
		 str_is(first, "struct") || str_is(first, "union") ||
		 str_is(first, "enum"))
		second = next_word(&rest);
	else
		return text; /* #include <...>: the same is the same */
	if (first.p[0] == '#')
		first = (struct str){ first.p + 1, first.n - 1 };
	return str_printf(a, "%.*s %.*s", STR_ARG(first), STR_ARG(second));
}

/* --- joining ------------------------------------------------------------------- */

/* Moves those of list that is_own() does not find in s to the end of out. */
#define take_list(s, list, out, is_own)               \
	do {                                          \
		__typeof__(list) it_ = (list), next_; \
		__typeof__(list) *end_ = &(out);      \
		while (*end_)                         \
			end_ = &(*end_)->next;        \
		for (; it_; it_ = next_) {            \
			next_ = it_->next;            \
			it_->next = NULL;             \
			if (is_own(s, it_))           \
				continue;             \
			*end_ = it_;                  \
			end_ = &it_->next;            \
		}                                     \
	} while (0)

static bool has_c(struct script *s, const struct c_text *x)
{
	struct str name = c_text_name(&s->arena, x->text);

	for (const struct c_text *c = s->c; c; c = c->next)
		if (str_eq(c_text_name(&s->arena, c->text), name))
			return true;
	return false;
}

static bool has_map(struct script *s, const struct map_decl *x)
{
	for (const struct map_decl *m = s->map_decls; m; m = m->next)
		if (str_eq(m->name, x->name))
			return true;
	return false;
}

static bool has_callable(const struct script *s, struct str name)
{
	for (const struct fn_decl *f = s->fns; f; f = f->next)
		if (str_eq(f->name, name))
			return true;
	for (const struct macro *m = s->macros; m; m = m->next)
		if (str_eq(m->name, name))
			return true;
	return false;
}

static bool has_fn(struct script *s, const struct fn_decl *x)
{
	return has_callable(s, x->name);
}

static bool has_macro(struct script *s, const struct macro *x)
{
	return has_callable(s, x->name);
}

/* What the script sets comes later, and wins. */
static bool has_config(struct script *s, const struct config_entry *x)
{
	(void)s;
	(void)x;
	return false;
}

/* Adds what one source declares to `all`, unless s has it. */
static bool add_source(struct script *s, struct script *all,
		       const struct source *src, const struct parse_env *env,
		       struct diags *d)
{
	struct script *kept = script_parse(s->sources, src, env, d);

	if (!kept)
		return false;
	for (struct map_decl *m = kept->map_decls; m; m = m->next)
		m->is_kept = true;
	take_list(s, kept->c, all->c, has_c);
	take_list(s, kept->config, all->config, has_config);
	take_list(s, kept->map_decls, all->map_decls, has_map);
	take_list(s, kept->macros, all->macros, has_macro);
	take_list(s, kept->fns, all->fns, has_fn);
	arena_take(&s->arena, &kept->arena);
	script_free(kept);
	return true;
}

static bool never(struct script *s, const void *x)
{
	(void)s;
	(void)x;
	return false;
}

bool script_keep(struct script *s, size_t n, const struct parse_env *env,
		 struct diags *d)
{
	struct parse_env plain = { 0 };
	struct script all = { 0 };

	if (env)
		plain = *env;
	plain.is_statement = false;
	for (size_t i = 0; i < n; i++)
		if (!add_source(s, &all, &s->sources->v.v[i], &plain, d))
			return false;
	take_list(s, s->c, all.c, never);
	take_list(s, s->config, all.config, never);
	take_list(s, s->map_decls, all.map_decls, never);
	take_list(s, s->macros, all.macros, never);
	take_list(s, s->fns, all.fns, never);
	s->c = all.c;
	s->config = all.config;
	s->map_decls = all.map_decls;
	s->macros = all.macros;
	s->fns = all.fns;
	return true;
}
