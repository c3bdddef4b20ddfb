/* SPDX-License-Identifier: Apache-2.0 */
/* The extent of C in a script; what it says is read elsewhere. */
#include "ast/tokens.h"

#include <ctype.h>

#include "grammar/parser.h"

/* A backslash at the end of a line continues it, so does an open comment. */
static size_t directive_end(struct str s, size_t i)
{
	for (; i < s.n; i++) {
		if (s.p[i] == '\n')
			return i;
		if (s.p[i] == '\\' && i + 1 < s.n)
			i += 1 + (s.p[i + 1] == '\r' && i + 2 < s.n);
		else if (s.p[i] == '/' && i + 1 < s.n && s.p[i + 1] == '*')
			for (i += 2; i + 1 < s.n; i++)
				if (s.p[i] == '*' && s.p[i + 1] == '/')
					break;
	}
	return s.n;
}

int tokens_c_directive(struct parse *p, size_t from)
{
	struct str s = p->src->text;
	size_t end = directive_end(s, from);
	bool is_shebang = !from && s.n > 1 && s.p[1] == '!';

	if (is_shebang)
		for (end = 0; end < s.n && s.p[end] != '\n';)
			end++;
	else
		tokens_add(p, C_TEXT, from, end);
	return (int)(end - from);
}

/* After the layout, string or character at i; i + 1 when it is none. */
static size_t after_unit(struct str s, size_t i)
{
	char c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : '\0';

	if (c == '/' && next == '/') {
		while (i < s.n && s.p[i] != '\n')
			i++;
		return i;
	}
	if (c == '/' && next == '*') {
		for (i += 2; i + 1 < s.n; i++)
			if (s.p[i] == '*' && s.p[i + 1] == '/')
				return i + 2;
		return s.n;
	}
	if (c != '"' && c != '\'')
		return i + 1;
	for (i++; i < s.n && s.p[i] != '\n'; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == c)
			return i + 1;
	}
	return i < s.n ? i : s.n;
}

static size_t after_layout(struct str s, size_t i)
{
	while (i < s.n) {
		if (isspace((unsigned char)s.p[i]))
			i++;
		else if (s.p[i] == '/' && i + 1 < s.n &&
			 strchr("/*", s.p[i + 1]))
			i = after_unit(s, i);
		else
			break;
	}
	return i;
}

/* After the bracket that closes the one at i; 0 when there is none. */
static size_t after_brackets(struct str s, size_t i)
{
	unsigned int depth = 0;

	while (i < s.n) {
		depth += s.p[i] == '{' || s.p[i] == '(';
		depth -= s.p[i] == '}' || s.p[i] == ')';
		i = after_unit(s, i);
		if (!depth)
			return i;
	}
	return 0;
}

/* Attributes and the ';' after a body; both may be missing. */
static size_t after_tail(struct str s, size_t i)
{
	static const char word[] = "__attribute__";
	size_t at = after_layout(s, i), end;

	while (at + sizeof(word) <= s.n &&
	       !memcmp(s.p + at, word, sizeof(word) - 1)) {
		at = after_layout(s, at + sizeof(word) - 1);
		if (at >= s.n || s.p[at] != '(')
			return i;
		end = after_brackets(s, at);
		if (!end)
			return i;
		i = end;
		at = after_layout(s, i);
	}
	return at < s.n && s.p[at] == ';' ? at + 1 : i;
}

/* 0: it does not end. */
static size_t decl_end(struct str s, size_t i)
{
	bool is_typedef = s.p[i] == 't';

	while (i < s.n && s.p[i] != ';') {
		if (s.p[i] != '{' && s.p[i] != '(') {
			i = after_unit(s, i);
			continue;
		}
		if (s.p[i] == '{' && !is_typedef) {
			i = after_brackets(s, i);
			return i ? after_tail(s, i) : 0;
		}
		i = after_brackets(s, i);
		if (!i)
			return 0;
	}
	return i < s.n ? i + 1 : 0;
}

int tokens_c_decl(struct parse *p, size_t from)
{
	struct str s = p->src->text;
	size_t end = decl_end(s, from), word = from;

	if (end) {
		tokens_add(p, C_TEXT, from, end);
		return (int)(end - from);
	}
	p->is_endless = true;
	while (isalpha((unsigned char)s.p[word]))
		word++;
	if (parse_error(p, parse_span(p, from, word), D_SYNTAX,
			"this declaration has no end, expected '}' or ';'"))
		p->is_stopped = true;
	return (int)(s.n - from);
}
