/* SPDX-License-Identifier: Apache-2.0 */
#include "ast/tokens.h"

#include <ctype.h>
#include <strings.h>

#include "grammar/parser.h"

struct span parse_span(const struct parse *p, size_t from, size_t to)
{
	return (struct span){ p->src->base + (uint32_t)from,
			      p->src->base + (uint32_t)to };
}

static struct str text_of(const struct parse *p, size_t from, size_t to)
{
	return (struct str){ p->src->text.p + from, to - from };
}

/* The character at an offset, 0 after the end. */
static char char_at(const struct parse *p, size_t at)
{
	return at < p->src->text.n ? p->src->text.p[at] : '\0';
}

/* --- adding -------------------------------------------------------------- */

static bool begins_declaration(int kind)
{
	return kind == ATTACH_POINT || kind == C_TEXT || kind == CONFIG ||
	       kind == IMPORT || kind == LET || kind == MACRO || kind == FN;
}

struct token *tokens_add(struct parse *p, int kind, size_t from, size_t to)
{
	struct token *t = vec_add(p->arena, &p->tokens);

	t->kind = kind;
	t->span = parse_span(p, from, to);
	t->text = text_of(p, from, to);
	t->in_body = tokens_braces(p) > 0;
	t->in_paren = p->open.n && p->open.v[p->open.n - 1].c != '{';
	t->is_top = !t->in_body && begins_declaration(kind);
	if (t->is_top)
		p->item = kind;
	if (kind == PARAM)
		t->num = literal_number(p, text_of(p, from + 1, to), t->span);
	return t;
}

void tokens_number(struct parse *p, size_t from, size_t to)
{
	struct token *t = tokens_add(p, INT, from, to);

	t->num = literal_number(p, t->text, t->span);
}

void tokens_string(struct parse *p, size_t from, size_t to)
{
	struct token *t = tokens_add(p, STRING, from, to);

	t->text = literal_string(p, text_of(p, from + 1, to - 1), t->span);
}

int tokens_attach_point(struct parse *p, size_t from)
{
	size_t n = attach_length(p->src->text, from);

	tokens_add(p, ATTACH_POINT, from, from + n);
	return (int)n;
}

/* --- what nobody should write -------------------------------------------- */

/* Where it should have ended is a guess, and so is all that follows. */
void tokens_open_string(struct parse *p, size_t from, size_t to)
{
	if (char_at(p, to - 1) == '\r')
		to--;
	parse_error(p, parse_span(p, from, to), D_LITERAL,
		    "this string has no end, expected '\"'");
	p->is_stopped = true;
}

void tokens_quoted(struct parse *p, size_t from, size_t to)
{
	struct str inside = text_of(p, from + 1, to - 1);

	tokens_add(p, STRING, from, to)->text = inside;
	if (parse_error(p, parse_span(p, from, to), D_LITERAL,
			"strings are in double quotes"))
		diag_hint(p->d, "write \"%.*s\"", STR_ARG(inside));
}

void tokens_no_end(struct parse *p, size_t from)
{
	p->is_endless = true;
	parse_error(p, parse_span(p, from, from + 2), D_SYNTAX,
		    "this comment has no end, expected '*/'");
	p->is_stopped = true;
}

static bool is_curly_quote(struct str s)
{
	return s.n == 3 && !memcmp(s.p, "\xe2\x80", 2) &&
	       (unsigned char)s.p[2] >= 0x98 && (unsigned char)s.p[2] <= 0x9f;
}

void tokens_strange(struct parse *p, size_t from, size_t to)
{
	struct span at = parse_span(p, from, to);
	struct str text = text_of(p, from, to);
	unsigned char c = (unsigned char)text.p[0];
	bool is_said;

	p->has_holes = true;
	if (c < ' ' || (c >= 0x7f && text.n == 1))
		is_said = parse_error(p, at, D_SYNTAX,
				      "unexpected character 0x%02x", c);
	else
		is_said = parse_error(p, at, D_SYNTAX,
				      "unexpected character '%.*s'",
				      STR_ARG(text));
	if (!is_said)
		return;
	if (is_curly_quote(text))
		diag_hint(p->d, "strings are in plain quotes: \"");
	if (c == '$')
		diag_hint(p->d, "a variable is '$' and a name");
	p->is_stopped = is_curly_quote(text);
}

/* --- brackets ------------------------------------------------------------ */

static char opener_of(char c)
{
	switch (c) {
	case ')': return '(';
	case ']': return '[';
	default: return '{';
	}
}

static int closer_of(char c)
{
	switch (c) {
	case '(': return ')';
	case '[': return ']';
	default: return '}';
	}
}

void tokens_open(struct parse *p, char c)
{
	uint32_t token = (uint32_t)p->tokens.n - 1;

	if (p->open.n >= PARSE_MAX_NESTING) {
		parse_error(p, p->tokens.v[token].span, D_LIMIT,
			    "nested more than %d levels deep",
			    PARSE_MAX_NESTING);
		p->is_stopped = true;
		return;
	}
	vec_push(p->arena, &p->open, ((struct opener){ c, token }));
}

/* A } closes what is open inside its braces too; other closing brackets do
 * not reach past a brace. */
void tokens_close(struct parse *p, char c)
{
	char wanted = opener_of(c);
	size_t i = p->open.n;
	uint32_t opener;

	while (i > 0 && p->open.v[i - 1].c != wanted)
		if (p->open.v[--i].c == '{')
			return;
	if (!i)
		return;
	opener = p->open.v[i - 1].token;
	p->tokens.v[opener].match = (uint32_t)p->tokens.n - 1;
	p->tokens.v[p->tokens.n - 1].match = opener;
	p->open.n = i - 1;
}

size_t tokens_braces(const struct parse *p)
{
	size_t n = 0;

	vec_each(it, &p->open)
		n += it->c == '{';
	return n;
}

/* Closes everything that is open, at offset at. */
static void close_all(struct parse *p, size_t at)
{
	char c;

	while (p->open.n) {
		c = (char)closer_of(p->open.v[p->open.n - 1].c);
		tokens_add(p, c, at, at);
		tokens_close(p, c);
	}
	p->in_predicate = false;
}

/* The innermost brace that is open. */
static struct span open_brace(const struct parse *p)
{
	size_t i = p->open.n;

	while (i > 0)
		if (p->open.v[--i].c == '{')
			return p->tokens.v[p->open.v[i].token].span;
	return (struct span){ 0 };
}

/* "begin {", "END{" */
static bool is_special_block(const struct parse *p, size_t from, size_t to)
{
	static const char *const words[] = { "begin", "end" };
	size_t i;

	while (isspace((unsigned char)char_at(p, to)))
		to++;
	if (char_at(p, to) != '{')
		return false;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strncasecmp(p->src->text.p + from, words[i],
				 strlen(words[i])))
			return true;
	return false;
}

bool tokens_missing_brace(struct parse *p, size_t from, size_t to)
{
	int last = p->tokens.n ? p->tokens.v[p->tokens.n - 1].kind : 0;

	if (from && char_at(p, from - 1) != '\n')
		return false;
	if (!(char_at(p, to) == ':' && !isspace(char_at(p, to + 1))) &&
	    !is_special_block(p, from, to))
		return false;
	if (!tokens_braces(p)) {
		p->in_predicate = false;
		p->open.n = 0;
		return true;
	}
	if (last != ';' && last != '{' && last != '}' && last != ')')
		return false;
	if (parse_error(p, parse_span(p, from, to), D_SYNTAX,
			"unexpected probe, expected '}'"))
		diag_note(p->d, open_brace(p), "this '{' has no '}'");
	close_all(p, from);
	return true;
}

void tokens_begin(struct parse *p)
{
	tokens_add(p, ATTACH_POINT, 0, 0)->text = STR("begin");
	tokens_add(p, '{', 0, 0);
	tokens_open(p, '{');
}

void tokens_end(struct parse *p)
{
	size_t end = p->src->text.n;

	p->n_open = p->open.n;
	p->unclosed = open_brace(p);
	if (p->unclosed.start == p->unclosed.end) /* that of tokens_begin() */
		p->unclosed = (struct span){ 0 };
	close_all(p, end);
	tokens_add(p, 0, end, end);
}

bool tokens_ends_predicate(const struct parse *p, size_t at)
{
	if (!p->in_predicate || tokens_braces(p))
		return false;
	while (isspace((unsigned char)char_at(p, at)))
		at++;
	return !char_at(p, at) ||
	       (!strchr("/)]&|=!<>+-*%?:,", char_at(p, at)) &&
		strncmp(p->src->text.p + at, "else", 4) != 0);
}

/* --- reading ------------------------------------------------------------- */

static bool is_open_brace(const struct token *t)
{
	return t->match && (t->kind == '{' || t->kind == STMT_OPEN);
}

static bool ends_statement(const struct token *t)
{
	return t->kind == '}' || (t->kind == ';' && !t->in_paren);
}

static const struct token a_semicolon = { .kind = ';' };

/* After a mistake: on to the ';' or '}' that ends the statement it is in, over
 * whole blocks; outside of braces to the next declaration. Returns what to
 * read when that is not p->next. */
static const struct token *skip(struct parse *p)
{
	const struct token *v = p->tokens.v, *t;

	/* The token that was not expected may be a brace itself. */
	if (is_open_brace(&v[p->last]) && p->last + 1 == p->next)
		p->next--;
	p->is_recovering = false;
	for (t = &v[p->next]; t->kind; t = &v[++p->next]) {
		if (t->is_top || (t->in_body && ends_statement(t)))
			return NULL;
		if (!is_open_brace(t))
			continue;
		p->next = t->match;
		if (!t->in_body || v[p->next + 1].kind == ELSE)
			continue;
		p->next++;
		return v[p->next].kind == ';' ? NULL : &a_semicolon;
	}
	return NULL;
}

const struct token *tokens_next(struct parse *p)
{
	const struct token *t = p->is_recovering ? skip(p) : NULL;

	if (t)
		return t;
	p->last = p->next;
	t = &p->tokens.v[p->next];
	if (t->kind)
		p->next++;
	return t;
}
