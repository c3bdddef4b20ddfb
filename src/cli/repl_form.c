/* SPDX-License-Identifier: Apache-2.0 */
/* repl_form.c - what an input is: the scanner's tokens decide. */
#include <ctype.h>

#include "ast/tokens.h"
#include "cli/repl.h"
#include "grammar/parser.h"
#include "lang/lang.h"

/* The tokens of a text, as a script's or as those of statements. */
struct scan {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct parse_env env;
	struct parse parse;
	const struct token *v; /* the first of the text's own */
	size_t n; /* without the one at the end */
};

static void scan(struct scan *s, struct str text, bool is_statement)
{
	size_t own = is_statement ? 2 : 0; /* those of tokens_begin() */

	s->diags.sources = &s->sources;
	s->env.is_statement = is_statement;
	s->parse = (struct parse){
		.arena = &s->arena,
		.src = source_add(&s->sources, STR(""), text),
		.env = &s->env,
		.d = &s->diags,
	};
	tokens_scan(&s->parse);
	s->v = s->parse.tokens.v + own;
	while (own + s->n + 1 < s->parse.tokens.n && s->v[s->n].kind)
		s->n++;
	/* what the scanner added to close what was open */
	while (s->n && s->v[s->n - 1].span.start == s->v[s->n - 1].span.end)
		s->n--;
}

static void scan_free(struct scan *s)
{
	diags_free(&s->diags);
	sources_free(&s->sources);
	arena_free(&s->arena);
}

static int kind_at(const struct scan *s, size_t i)
{
	return i < s->n ? s->v[i].kind : 0;
}

/* --- script or statement ------------------------------------------------------ */

/* "tracepoint:", "t*:" */
static bool has_provider(struct str text)
{
	size_t i = 0;

	while (i < text.n && (isalnum((unsigned char)text.p[i]) ||
			      text.p[i] == '_' || text.p[i] == '*'))
		i++;
	return i && i < text.n && text.p[i] == ':';
}

/* Do words begin a clause: "begin {", "kprobe:f", "name=kprobe:f"? */
static bool is_clause(const struct scan *s, struct str text)
{
	int next = kind_at(s, 1);

	if (has_provider(text))
		return true;
	if (kind_at(s, 0) != IDENT)
		return false;
	if (next == '{' || next == ',')
		return true;
	if (next == '=' && kind_at(s, 2) == IDENT && kind_at(s, 3) == ':')
		return true;
	return probe_type_find(s->v[0].text) && !builtin_find(s->v[0].text) &&
	       !function_find(s->v[0].text) && next != ARROW && next != '.' &&
	       next != '(';
}

static bool is_script(const struct scan *as_script,
		      const struct scan *as_statement, struct str text)
{
	switch (kind_at(as_script, 0)) {
	case CONFIG:
	case IMPORT:
	case MACRO:
	case FN:
	case C_TEXT: return true;
	case LET: return kind_at(as_script, 1) != VAR;
	case ATTACH_POINT:
		return (kind_at(as_script, 1) == '{' &&
			probe_type_find(as_script->v[0].text)) ||
		       is_clause(as_statement, text);
	}
	return false;
}

/* --- is it complete? ------------------------------------------------------------ */

/* Does an empty line say that no more will come? */
static bool ends_with_empty_line(struct str text)
{
	unsigned int newlines = 0;

	while (text.n && isspace((unsigned char)text.p[text.n - 1]))
		newlines += text.p[--text.n] == '\n';
	return newlines >= 2;
}

/* What a declaration or a clause cannot end with. */
static bool wants_more(const struct scan *s, struct str text)
{
	int last = s->n ? s->v[s->n - 1].kind : 0;

	if (ends_with_empty_line(text))
		return false;
	if (last == C_TEXT)
		return str_ends(s->v[s->n - 1].text, "\\");
	return last != '}' && last != ';' && last != STRING &&
	       !(last == ')' && s->v[0].kind == LET);
}

/* An empty line is a part of what is in braces only. */
static enum repl_form complete(const struct scan *s, enum repl_form form,
			       struct str text)
{
	if (s->parse.is_endless)
		return FORM_OPEN;
	if (s->parse.errors)
		return form;
	if (s->parse.unclosed.start)
		return FORM_OPEN;
	if (form == FORM_SCRIPT
		    ? wants_more(s, text)
		    : s->parse.n_open > 1 && !ends_with_empty_line(text))
		return FORM_OPEN;
	return form;
}

static struct str without_blanks(struct str s)
{
	while (s.n && isspace((unsigned char)*s.p))
		s.p++, s.n--;
	return s;
}

enum repl_form repl_form(struct str text)
{
	struct str begin = without_blanks(text);
	struct scan script = { 0 }, statement = { 0 };
	enum repl_form form;

	if (!begin.n)
		return FORM_EMPTY;
	if (*begin.p == ':')
		return FORM_COMMAND;
	scan(&script, text, false);
	scan(&statement, text, true);
	if (script.parse.is_endless && !script.n)
		form = FORM_OPEN;
	else if (!script.n && !script.parse.errors)
		form = FORM_EMPTY;
	else if (is_script(&script, &statement,
			   script.n ? script.v[0].text : begin))
		form = complete(&script, FORM_SCRIPT, text);
	else
		form = complete(&statement, FORM_STATEMENT, text);
	scan_free(&script);
	scan_free(&statement);
	return form;
}
