/* SPDX-License-Identifier: Apache-2.0 */
/* A token the grammar has no place for, in the words of users. */
#include "ast/tokens.h"

#include <stdlib.h>
#include <strings.h>

#include "grammar/parser.h"

struct expected {
	const char *const *names; /* of parser.y */
	size_t n;
};

static bool expects(const struct expected *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (!strcmp(e->names[i], name))
			return true;
	return false;
}

/* What is worth naming when it is not the start of something larger. */
static const char *const worth_naming[] = {
	"';'", "')'",  "']'",      "'}'", "','",    "':'",    "'{'",  "'('",
	"'='", "name", "variable", "map", "string", "number", "type", "probe",
};

/* Every name could be that of a function. */
static bool is_after_name(const struct expected *e, const char *name)
{
	return !strcmp(name, "'('") && expects(e, "'+'");
}

/* Sums up what may come: a whole, or up to three words. */
static void add_expected(const struct expected *e, struct buf *out)
{
	const char *shown[3];
	size_t i, n = 0;

	if (expects(e, "config")) {
		buf_puts(out, "a probe");
		return;
	}
	if (expects(e, "while")) {
		buf_puts(out, "a statement");
		return;
	}
	if (expects(e, "sizeof")) {
		buf_puts(out, "an expression");
		return;
	}
	if (expects(e, "typeof")) {
		buf_puts(out, "a type");
		return;
	}
	if (expects(e, "end of predicate")) {
		buf_puts(out, "'/'");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(worth_naming) && n < 3; i++)
		if (expects(e, worth_naming[i]) &&
		    !is_after_name(e, worth_naming[i]))
			shown[n++] = worth_naming[i];
	/* Both end a statement; one is enough. */
	if (n && !strcmp(shown[0], "';'"))
		n = 1;
	for (i = 0; i < n; i++) {
		if (i)
			buf_puts(out, i + 1 == n ? " or " : ", ");
		if (shown[i][0] != '\'')
			buf_puts(out, "a ");
		buf_puts(out, shown[i]);
	}
}

/* --- hints --------------------------------------------------------------- */

static bool is_word(const struct token *t, const char *word)
{
	return t && t->kind == IDENT && t->text.n == strlen(word) &&
	       !strncasecmp(t->text.p, word, t->text.n);
}

static uint32_t line_of(const struct parse *p, uint32_t offset)
{
	return source_find(p->script->sources, offset).line;
}

/* BEGIN { or kprobe:f { inside of another block. */
static bool hint_nested_probe(struct parse *p, const struct token *t,
			      const struct token *last)
{
	if (t->kind != '{' && t->kind != ':')
		return false;
	if (t->kind == '{' && !is_word(last, "begin") && !is_word(last, "end"))
		return false;
	if (!last || last->kind != IDENT || !t->in_body)
		return false;
	diag_hint(p->d,
		  "a probe cannot be inside of another: is a '}' "
		  "missing before '%.*s'?",
		  STR_ARG(last->text));
	return true;
}

/* Statements on two lines with nothing between them. */
static bool hint_semicolon(struct parse *p, const struct expected *e,
			   const struct token *t, const struct token *last)
{
	uint32_t line;

	if (!last || !expects(e, "';'") || !t->in_body)
		return false;
	line = line_of(p, last->span.start);
	if (line == line_of(p, t->span.start))
		return false;
	diag_hint(p->d, "line %u has no ';' at its end", line);
	return true;
}

/* Needs an operand before it. */
static bool is_infix(int kind)
{
	return (kind >= ARROW && kind <= SHR && kind != INC && kind != DEC) ||
	       (kind > 0 && kind < 0x80 && strchr("=.<>/%|^", kind));
}

/* An operand is missing, and "$x = 1" is " = 1" after the shell. */
static bool hint_shell(struct parse *p, const struct expected *e,
		       const struct token *t)
{
	if (t->kind == '/' && !t->in_body) {
		diag_hint(p->d, "a probe has one condition: join two by &&");
		return true;
	}
	if (!is_infix(t->kind) || !expects(e, "variable") ||
	    !str_is(p->src->name, "stdin"))
		return false;
	diag_hint(p->d, "between double quotes the shell replaces $x: put the "
			"script between single quotes");
	return true;
}

/* kprobe vfs_read, kprobe;vfs_read */
static bool hint_colon(struct parse *p, const struct token *t,
		       const struct token *last)
{
	if (!last || last->kind != ATTACH_POINT ||
	    (t->kind != ATTACH_POINT && t->kind != ';'))
		return false;
	diag_hint(p->d, "the parts of a probe are joined by ':', without "
			"blanks");
	return true;
}

/* if (x) print(1); */
static bool is_bare_body(const struct expected *e, const struct token *t,
			 const struct token *last)
{
	return t->in_body && expects(e, "'{'") && !expects(e, "';'") && last &&
	       last->kind == ')';
}

static void add_hint(struct parse *p, const struct expected *e,
		     const struct token *t, const struct token *last)
{
	if (hint_nested_probe(p, t, last) || hint_shell(p, e, t) ||
	    hint_colon(p, t, last))
		return;
	if (t->kind == '=' && expects(e, "'=='") && !expects(e, "';'"))
		diag_hint(p->d, "'=' assigns, '==' compares");
	else if (t->kind == ')' && !t->match)
		diag_hint(p->d, "no '(' is open here");
	else if (t->kind == '}' && !t->in_body)
		diag_hint(p->d, "no '{' is open here");
	else if (t->kind == '{' && expects(e, "end of predicate"))
		diag_hint(p->d, "a condition ends with '/'");
	else if (is_bare_body(e, t, last))
		diag_hint(p->d, "the body is put in braces");
	else if (t->kind == MAP && last && last->kind == LET && t->in_body)
		diag_hint(p->d, "maps need no let, or one outside of probes");
	else
		hint_semicolon(p, e, t, last);
}

/* --- */

static void add_found(const struct token *t, struct buf *out)
{
	struct str text = t->text;

	if (!t->kind || !text.n) { /* or a bracket that closes what is open */
		buf_puts(out, "end of file");
		return;
	}
	if (t->kind == STRING) {
		buf_puts(out, "string");
		return;
	}
	if (text.n > 40)
		text.n = 40;
	buf_printf(out, "'%.*s'%s", STR_ARG(text), t->text.n > 40 ? "..." : "");
}

void parse_unexpected(struct parse *p, const char *const *expected, size_t n)
{
	struct expected e = { expected, n };
	const struct token *t = &p->tokens.v[p->last];
	auto_buf struct buf text = { 0 };

	/* What it belongs to was reported. */
	if (t->kind == ELSE && p->errors) {
		p->is_recovering = true;
		return;
	}
	buf_puts(&text, "unexpected ");
	add_found(t, &text);
	if (n) {
		buf_puts(&text, ", expected ");
		add_expected(&e, &text);
	}
	if (parse_error(p, t->span, D_SYNTAX, "%s", text.p))
		add_hint(p, &e, t, p->last ? t - 1 : NULL);
	p->is_recovering =
		t->kind && t->kind != ';' && t->kind != '}' && !t->is_top;
}
