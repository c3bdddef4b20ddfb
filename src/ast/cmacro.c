/* SPDX-License-Identifier: Apache-2.0 */
/* cmacro.c - macros of C with parameters, for the rest of the script: those
 * that stand for an expression become macros of the script. Others (with # or
 * ##, of any number of arguments, with statements) are C's alone. */
#include <ctype.h>

#include "ast/ast.h"
#include "ast/walk.h"

static void skip_blanks(struct str *s)
{
	while (s->n && isspace((unsigned char)s->p[0])) {
		s->p++;
		s->n--;
	}
}

static struct str take_name(struct str *s)
{
	struct str name = { s->p, 0 };

	while (s->n && (isalnum((unsigned char)s->p[0]) || s->p[0] == '_')) {
		s->p++;
		s->n--;
		name.n++;
	}
	return name;
}

static bool take(struct str *s, const char *text)
{
	size_t n = strlen(text);

	if (s->n < n || memcmp(s->p, text, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* The name that is defined or undefined; what follows stays in s. */
static struct str defined(struct str *s)
{
	skip_blanks(s);
	if (!take(s, "#"))
		return STR("");
	skip_blanks(s);
	if (!take(s, "define") && !take(s, "undef"))
		return STR("");
	skip_blanks(s);
	return take_name(s);
}

/* More than one definition depends on conditions, which are read later. */
static bool is_only_one(const struct script *s, struct str name)
{
	size_t n = 0;

	for (const struct c_text *c = s->c; c; c = c->next) {
		struct str rest = c->text;

		n += str_eq(defined(&rest), name);
	}
	for (const struct macro *m = s->macros; m; m = m->next)
		n += str_eq(m->name, name);
	return n == 1;
}

static bool has_names_only(struct str params)
{
	skip_blanks(&params);
	while (params.n) {
		if (!take_name(&params).n)
			return false;
		skip_blanks(&params);
		if (params.n && !take(&params, ","))
			return false;
		skip_blanks(&params);
	}
	return true;
}

/* Is the name in the text, as a word? */
static bool has_word(struct str text, struct str name)
{
	while (text.n) {
		struct str word = take_name(&text);

		if (str_eq(word, name))
			return true;
		if (!word.n) {
			text.p++;
			text.n--;
		}
	}
	return false;
}

/* "#define NAME(a) body" as "macro   NAME(a){body\n}", everything where it was;
 * empty when it cannot be one. */
static struct str as_macro(struct script *s, struct str text)
{
	struct str rest = text, name = defined(&rest), params, body;
	char *copy, *p;
	bool is_tight;

	if (!name.n || !take(&rest, "(") || !is_only_one(s, name))
		return STR("");
	params = str_split(rest, ')', &body);
	if (!body.p || !body.n || !has_names_only(params) ||
	    str_has(body, '#') || str_has(body, ';') || has_word(body, name))
		return STR("");
	/* "(a)(a)" has no blank where the brace goes */
	is_tight = body.n && !isspace((unsigned char)body.p[0]);
	copy = arena_printf(&s->arena, "%.*s{%.*s\n}", (int)(body.p - text.p),
			    text.p, (int)body.n - !is_tight,
			    body.p + !is_tight);
	memset(copy, ' ', (size_t)(name.p - text.p));
	memcpy(copy, "macro", 5);
	for (p = copy; *p; p++)
		if (p[0] == '\\' && p[1] == '\n') /* the line goes on */
			*p = ' ';
	return str_from(copy);
}

/* --- places ------------------------------------------------------------------- */

static void move(struct span *at, uint32_t by)
{
	at->start += by;
	at->end += by;
}

static bool move_expr(struct walk *w, struct expr *e)
{
	move(&e->span, *(uint32_t *)w->arg);
	if (e->kind == EX_CALL)
		move(&e->call.id_span, *(uint32_t *)w->arg);
	return true;
}

static void move_stmt(struct walk *w, struct stmt *s)
{
	move(&s->span, *(uint32_t *)w->arg);
}

static bool move_type(struct walk *w, struct type_expr *t)
{
	move(&t->span, *(uint32_t *)w->arg);
	return true;
}

/* To where the script has it. The body may be one byte further. */
static void move_macro(struct macro *m, uint32_t by, bool is_tight)
{
	struct walk w = { .expr = move_expr,
			  .stmt = move_stmt,
			  .type = move_type,
			  .arg = &by };

	move(&m->span, by);
	for (struct expr *p = m->params; p; p = p->next)
		move(&p->span, by);
	by -= is_tight;
	walk_expr(&w, m->body);
}

/* --- */

static void add_macro(struct script *s, const struct parse_env *env,
		      const struct c_text *c, struct str text, struct diags *d)
{
	const struct source *src = source_add(s->sources, STR(""), text);
	uint32_t by = c->span.start - src->base;
	struct macro **end = &s->macros;
	struct script *more;

	diag_mute(d, true);
	more = script_parse(s->sources, src, env, d);
	diag_mute(d, false);
	if (!more)
		return;
	for (struct macro *m = more->macros; m; m = m->next) {
		m->is_c = true;
		move_macro(m, by, text.n > c->text.n + 2);
	}
	while (*end)
		end = &(*end)->next;
	*end = more->macros;
	arena_take(&s->arena, &more->arena);
	script_free(more);
}

void script_c_macros(struct script *s, const struct parse_env *env,
		     struct diags *d)
{
	for (const struct c_text *c = s->c; c; c = c->next) {
		struct str text = as_macro(s, c->text);

		if (text.n)
			add_macro(s, env, c, text, d);
	}
}
