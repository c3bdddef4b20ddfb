/* SPDX-License-Identifier: Apache-2.0 */
/* From text to tokens of C. */
#include "ast/ctree.h"

#include <ctype.h>

#include "grammar/cdecl.h"

struct scan {
	struct arena *a;
	struct str s;
	uint32_t base;
	ctok_vec *out;
	bool is_first, is_spaced;
};

static const struct word {
	const char *text;
	int kind;
	enum c_word word;
} words[] = {
	{ "_Alignas", C_ALIGNED },
	{ "_Alignof", C_ALIGNOF },
	{ "_Bool", C_WORD, CW_BOOL },
	{ "__alignof__", C_ALIGNOF },
	{ "__attribute", C_ATTRIBUTE },
	{ "__attribute__", C_ATTRIBUTE },
	{ "__builtin_offsetof", C_OFFSETOF },
	{ "__int128", C_WORD, CW_INT128 },
	{ "__packed", C_PACKED },
	{ "__signed__", C_WORD, CW_SIGNED },
	{ "alignas", C_ALIGNED },
	{ "bool", C_WORD, CW_BOOL },
	{ "char", C_WORD, CW_CHAR },
	{ "double", C_WORD, CW_DOUBLE },
	{ "enum", C_ENUM },
	{ "float", C_WORD, CW_FLOAT },
	{ "int", C_WORD, CW_INT },
	{ "long", C_WORD, CW_LONG },
	{ "offsetof", C_OFFSETOF },
	{ "short", C_WORD, CW_SHORT },
	{ "signed", C_WORD, CW_SIGNED },
	{ "sizeof", C_SIZEOF },
	{ "struct", C_STRUCT },
	{ "typedef", C_TYPEDEF },
	{ "union", C_STRUCT },
	{ "unsigned", C_WORD, CW_UNSIGNED },
	{ "void", C_WORD, CW_VOID },
};

static struct ctok *add(struct scan *x, int kind, size_t from, size_t to)
{
	struct ctok *t = vec_add(x->a, x->out);

	t->kind = kind;
	t->text = (struct str){ x->s.p + from, to - from };
	t->span = (struct span){ x->base + (uint32_t)from,
				 x->base + (uint32_t)to };
	t->is_first = x->is_first;
	t->is_spaced = x->is_spaced;
	x->is_first = x->is_spaced = false;
	return t;
}

/* --- literals -------------------------------------------------------------- */

static int digit_of(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
					  : 99;
}

/* u, l, ll in any order and case. */
static bool read_suffix(struct str s, struct ctok *t)
{
	uint32_t us = 0, ls = 0;

	for (size_t i = 0; i < s.n; i++) {
		us += s.p[i] == 'u' || s.p[i] == 'U';
		ls += s.p[i] == 'l' || s.p[i] == 'L';
	}
	t->is_unsigned = us;
	t->is_wide = ls;
	return us <= 1 && ls <= 2 && us + ls == s.n;
}

static void read_number(struct ctok *t)
{
	struct str s = t->text;
	bool is_hex = s.n > 2 && s.p[0] == '0' && (s.p[1] | 32) == 'x';
	bool is_binary = s.n > 2 && s.p[0] == '0' && (s.p[1] | 32) == 'b';
	int base = is_hex ? 16 : is_binary ? 2 : s.p[0] == '0' ? 8 : 10;
	size_t i = is_hex || is_binary ? 2 : 0;

	t->kind = C_INT;
	for (; i < s.n && digit_of(s.p[i]) < base; i++) {
		uint64_t n = t->num * (uint64_t)base;

		if (t->num > UINT64_MAX / (uint64_t)base ||
		    n + (uint64_t)digit_of(s.p[i]) < n)
			t->kind = C_BAD;
		t->num = n + (uint64_t)digit_of(s.p[i]);
	}
	if (!read_suffix((struct str){ s.p + i, s.n - i }, t))
		t->kind = C_BAD;
	t->is_wide |= t->num >
		      (t->is_unsigned || base != 10 ? UINT32_MAX : INT32_MAX);
	t->is_unsigned |=
		t->num > INT64_MAX || (!t->is_wide && t->num > INT32_MAX);
}

static char simple_escape(char c)
{
	static const char from[] = "ntrabfve", to[] = "\n\t\r\a\b\f\v\033";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : c;
}

struct str ctoken_unquote(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; n++) {
		int base = 8, c = 0;
		size_t max = 3;

		if (s.p[i] != '\\' || i + 1 == s.n) {
			out[n] = s.p[i++];
			continue;
		}
		i++;
		if (s.p[i] != 'x' && digit_of(s.p[i]) >= 8) {
			out[n] = simple_escape(s.p[i++]);
			continue;
		}
		if (s.p[i] == 'x') {
			base = 16;
			max = 2;
			i++;
		}
		for (; max-- && i < s.n && digit_of(s.p[i]) < base; i++)
			c = c * base + digit_of(s.p[i]);
		out[n] = (char)c;
	}
	return (struct str){ out, n };
}

/* After the quote that ends what begins at i; 0: it has none. */
static size_t quote_end(struct str s, size_t i)
{
	char quote = s.p[i++];

	for (; i < s.n && s.p[i] != '\n'; i++) {
		if (s.p[i] == quote)
			return i + 1;
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
	}
	return 0;
}

static size_t scan_quoted(struct scan *x, size_t from)
{
	size_t to = quote_end(x->s, from);
	struct ctok *t;
	struct str value;

	if (!to) {
		for (to = from; to < x->s.n && x->s.p[to] != '\n';)
			to++;
		add(x, C_BAD, from, to);
		return to;
	}
	t = add(x, C_STRING, from, to);
	value = ctoken_unquote(x->a, (struct str){ x->s.p + from + 1,
						   to - from - 2 });
	if (x->s.p[from] == '"') {
		t->text = value;
		return to;
	}
	t->kind = value.n == 1 ? C_INT : C_BAD;
	t->num = value.n ? (uint64_t)(int64_t)(signed char)value.p[0] : 0;
	return to;
}

/* --- the rest -------------------------------------------------------------- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t scan_word(struct scan *x, size_t from)
{
	size_t to = from;
	struct ctok *t;

	while (to < x->s.n && is_word(x->s.p[to]))
		to++;
	t = add(x, C_IDENT, from, to);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!str_is(t->text, words[i].text))
			continue;
		t->kind = words[i].kind;
		t->num = words[i].word;
	}
	return to;
}

static size_t scan_number(struct scan *x, size_t from)
{
	size_t to = from;

	while (to < x->s.n && (is_word(x->s.p[to]) || x->s.p[to] == '.'))
		to++;
	read_number(add(x, C_INT, from, to));
	return to;
}

static size_t scan_operator(struct scan *x, size_t i)
{
	static const struct {
		char text[4];
		int kind;
	} rows[] = {
		{ "...", C_ELLIPSIS }, { "<<", C_SHL },  { ">>", C_SHR },
		{ "<=", C_LE },        { ">=", C_GE },   { "==", C_EQ },
		{ "!=", C_NE },        { "&&", C_LAND }, { "||", C_LOR },
	};
	struct str rest = { x->s.p + i, x->s.n - i };

	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		if (!str_starts(rest, rows[r].text))
			continue;
		add(x, rows[r].kind, i, i + strlen(rows[r].text));
		return i + strlen(rows[r].text);
	}
	add(x,
	    strchr("{}()[]<>;,:?=+-*/%&|^~!.#", rest.p[0]) && rest.p[0]
		    ? rest.p[0]
		    : C_BAD,
	    i, i + 1);
	return i + 1;
}

/* Past a comment or a continued line; 0 when it is neither. */
static size_t skip_comment(struct str s, size_t i)
{
	char next = i + 1 < s.n ? s.p[i + 1] : '\0';
	bool is_crlf = next == '\r' && i + 2 < s.n && s.p[i + 2] == '\n';

	if (s.p[i] == '\\' && (next == '\n' || is_crlf))
		return i + 2 + is_crlf;
	if (s.p[i] != '/' || (next != '/' && next != '*'))
		return 0;
	if (next == '/') {
		while (i < s.n && s.p[i] != '\n')
			i++;
		return i;
	}
	for (i += 2; i + 1 < s.n; i++)
		if (s.p[i] == '*' && s.p[i + 1] == '/')
			return i + 2;
	return s.n;
}

void ctoken_scan(struct arena *a, struct str s, uint32_t base, ctok_vec *out)
{
	struct scan x = { a, s, base, out, true, true };
	size_t i = 0, end;

	while (i < s.n && out->n < C_MAX_TOKENS) {
		char c = s.p[i];

		end = skip_comment(s, i);
		if (isspace((unsigned char)c) || end) {
			x.is_first |= c == '\n';
			x.is_spaced = true;
			i = end ? end : i + 1;
		} else if (c == '"' || c == '\'') {
			i = scan_quoted(&x, i);
		} else if (isdigit((unsigned char)c)) {
			i = scan_number(&x, i);
		} else if (is_word(c)) {
			i = scan_word(&x, i);
		} else {
			i = scan_operator(&x, i);
		}
	}
}

bool ctoken_is_number(const struct ctok *t)
{
	return t->kind == C_INT;
}

bool ctoken_is_string(const struct ctok *t)
{
	return t->kind == C_STRING;
}

void ctoken_set_number(struct ctok *t, uint64_t num)
{
	t->kind = C_INT;
	t->num = num;
}
