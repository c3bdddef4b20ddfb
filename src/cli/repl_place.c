/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/repl_place.h"

#include <ctype.h>

#include "lang/lang.h"

#define MAX_OPEN 64 /* brackets; deeper ones are not told apart */

/* The text being walked through. */
struct walk {
	const char *p;
	size_t n, i;
	char open[MAX_OPEN];
	size_t open_at[MAX_OPEN];
	size_t n_open;
	size_t clause; /* where the clause begins */
	struct str head;
	bool in_head; /* an attach point, or the first word of a clause */
	bool in_predicate;
	bool is_statement; /* no clauses: what runs once */
	bool is_nowhere;
};

bool place_is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str slice(const struct walk *w, size_t from, size_t to)
{
	return (struct str){ w->p + from, to - from };
}

/* --- brackets ------------------------------------------------------------- */

static int bracket(char c)
{
	if (c == '(' || c == '[' || c == '{')
		return 1;
	return c == ')' || c == ']' || c == '}' ? -1 : 0;
}

size_t place_match(struct str s)
{
	int depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		depth += bracket(s.p[i]);
		if (!depth)
			return i;
	}
	return s.n;
}

size_t place_match_back(struct str s)
{
	int depth = 0;

	for (size_t i = s.n; i-- > 0;) {
		depth -= bracket(s.p[i]);
		if (!depth)
			return i;
	}
	return s.n;
}

/* --- walking --------------------------------------------------------------- */

/* Over a comment or a string that begins here; false: none does. */
static bool skip_quoted(struct walk *w)
{
	struct str rest = slice(w, w->i, w->n);
	const char *end = NULL;
	size_t i = w->i + 1;

	if (str_starts(rest, "//")) {
		end = memchr(rest.p, '\n', rest.n);
		i = end ? (size_t)(end - w->p) : w->n;
	} else if (str_starts(rest, "/*")) {
		end = memmem(rest.p + 2, rest.n - 2, "*/", 2);
		i = end ? (size_t)(end - w->p) + 2 : w->n;
	} else if (rest.p[0] == '"') {
		while (i < w->n && w->p[i] != '"')
			i += w->p[i] == '\\' ? 2 : 1;
		end = i < w->n ? w->p + i : NULL;
		i++;
	} else {
		return false;
	}
	w->is_nowhere = !end;
	w->i = i < w->n ? i : w->n;
	return true;
}

static void begin_clause(struct walk *w)
{
	w->in_head = true;
	w->in_predicate = false;
	w->clause = w->i;
	w->head = (struct str){};
}

/* Is the word one of those that stand before braces? */
static bool is_attach_point(struct str word)
{
	struct str rest, type = str_split(word, ':', &rest);

	for (size_t i = 0; i < type.n; i++)
		if (!place_is_name(type.p[i]) && type.p[i] != '*')
			return false;
	if (rest.p)
		return type.n;
	return probe_type_find(word) && !function_find(word) &&
	       !builtin_find(word);
}

static bool is_declaration(struct str word)
{
	static const char *const words[] = { "fn",     "macro", "let",
					     "config", "enum",  "struct",
					     "union",  "import" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

/* The word at the beginning of a clause, or the next of its attach points.
 * False: the text ends in it. */
static bool walk_head(struct walk *w)
{
	size_t from = w->i;
	struct str word;
	bool in_quotes = false;

	while (w->i < w->n && (in_quotes || !strchr(" \t\n\r,{;", w->p[w->i])))
		in_quotes ^= w->p[w->i++] == '"';
	word = slice(w, from, w->i);
	if (is_attach_point(word)) {
		w->head = slice(
			w, w->head.p ? (size_t)(w->head.p - w->p) : from, w->i);
		return w->i < w->n;
	}
	for (w->i = from; w->i < w->n && place_is_name(w->p[w->i]);)
		w->i++;
	if (w->i == w->n)
		return false;
	w->in_head = false;
	w->is_statement = !is_declaration(slice(w, from, w->i));
	return true;
}

static void walk_open(struct walk *w, char c)
{
	if (w->n_open < MAX_OPEN) {
		w->open[w->n_open] = c;
		w->open_at[w->n_open] = w->i;
	}
	w->n_open++;
	w->in_head = false;
	w->in_predicate = false;
	w->i++;
}

static void walk_close(struct walk *w, char c)
{
	w->i++;
	if (w->n_open)
		w->n_open--;
	if (!w->n_open && c == '}' && !w->is_statement)
		begin_clause(w);
}

/* One character of code. */
static void walk_code(struct walk *w)
{
	char c = w->p[w->i];

	if (bracket(c) > 0) {
		walk_open(w, c);
	} else if (bracket(c) < 0) {
		walk_close(w, c);
	} else {
		w->i++;
		if (c == ';' && !w->n_open && !w->is_statement)
			begin_clause(w);
		else if (c == '/' && w->in_predicate && !w->n_open)
			w->in_predicate = false;
	}
}

/* Between the attach points of a clause. False: the text ends in one. */
static bool walk_between(struct walk *w)
{
	char c = w->p[w->i];

	if (is_blank(c) || c == ',') {
		w->i++;
	} else if (c == '{') {
		walk_open(w, c);
	} else if (c == '/' && w->head.n) {
		w->in_predicate = true;
		w->in_head = false;
		w->i++;
	} else if (c == ';' || c == '}') {
		w->i++;
		begin_clause(w);
	} else {
		return walk_head(w);
	}
	return true;
}

static void walk(struct walk *w)
{
	while (w->i < w->n && !w->is_nowhere) {
		bool is_path = w->in_head && w->head.n;

		if ((!is_path || !str_starts(slice(w, w->i, w->n), "/")) &&
		    skip_quoted(w))
			continue;
		if (!w->in_head)
			walk_code(w);
		else if (!walk_between(w))
			return;
	}
}

/* --- the cursor -------------------------------------------------------------- */

static size_t name_start(struct str s)
{
	size_t n = s.n;

	while (n && place_is_name(s.p[n - 1]))
		n--;
	return n;
}

/* Where the expression that s ends with begins: names, calls, elements and
 * fields of them. */
static size_t base_start(struct str s)
{
	for (;;) {
		size_t n = name_start(s);

		if (n && (s.p[n - 1] == '@' || s.p[n - 1] == '$'))
			n--;
		if (n == s.n) { /* no name: a bracket, or nothing */
			size_t open = s.n && bracket(s.p[s.n - 1]) < 0
					      ? place_match_back(s)
					      : s.n;

			if (open == s.n || s.p[open] == '{')
				return s.n;
			if (s.p[open] == '(')
				return name_start((struct str){ s.p, open });
			s.n = open;
			continue;
		}
		s.n = n;
		if (str_ends(s, "->"))
			s.n -= 2;
		else if (str_ends(s, ".") && n > 1)
			s.n--;
		else
			return n;
	}
}

static void place_in_code(const struct walk *w, struct place *at)
{
	struct str all = { w->p, w->n };
	size_t start = name_start(all);
	struct str before = { w->p, start };

	at->kind = PLACE_CODE;
	if (start && (w->p[start - 1] == '@' || w->p[start - 1] == '$'))
		start--;
	else if (start < w->n && isdigit((unsigned char)w->p[start]))
		at->kind = PLACE_NOWHERE;
	at->word = slice(w, start, w->n);
	if (str_ends(before, "->"))
		before.n -= 2;
	else if (str_ends(before, ".") && !str_ends(before, ".."))
		before.n--;
	if (before.n == start || at->kind == PLACE_NOWHERE)
		return;
	if (before.n < start && start == name_start(all)) {
		size_t from = base_start(before);

		at->kind = PLACE_FIELD;
		at->base = slice(w, from, before.n);
		if (!at->base.n || isdigit((unsigned char)at->base.p[0]))
			at->kind = PLACE_NOWHERE;
	}
}

/* The function whose parenthesis is open, skipping those of expressions. */
static struct str open_call(const struct walk *w)
{
	size_t n = w->n_open < MAX_OPEN ? w->n_open : MAX_OPEN;

	while (n-- > 0) {
		struct str before = { w->p, w->open_at[n] };
		size_t from = name_start(before);

		if (w->open[n] == '{')
			break;
		if (w->open[n] == '(' && from < before.n)
			return slice(w, from, before.n);
	}
	return (struct str){};
}

/* Are the braces that are open those of config? */
static bool in_config(const struct walk *w)
{
	struct str c = slice(w, w->clause, w->n);

	while (c.n && is_blank(c.p[0]))
		c = (struct str){ c.p + 1, c.n - 1 };
	return w->n_open == 1 && w->open[0] == '{' && !w->is_statement &&
	       str_starts(c, "config") && c.n > 6 && !place_is_name(c.p[6]);
}

/* What is typed of an attach point. */
static struct str head_word(const struct walk *w)
{
	size_t from = w->n;
	bool in_quotes = false;

	for (size_t i = w->clause; i < w->n; i++)
		in_quotes ^= w->p[i] == '"';
	while (from > w->clause &&
	       (in_quotes || !strchr(" \t\n\r,", w->p[from - 1]))) {
		from--;
		in_quotes ^= w->p[from] == '"';
	}
	return slice(w, from, w->n);
}

/* Behind a whole attach point only '/', ',' and '{' can follow. */
static bool ends_attach_point(const struct walk *w)
{
	size_t n = w->n;

	while (n > w->clause && is_blank(w->p[n - 1]))
		n--;
	return n < w->n && n > w->clause && w->p[n - 1] != ',' && w->head.n;
}

struct place repl_place(struct str before)
{
	struct walk w = { .p = before.p, .n = before.n };
	struct place at = {};

	begin_clause(&w);
	walk(&w);
	if (w.is_nowhere)
		return at;
	at.head = w.head;
	if (w.in_head && ends_attach_point(&w))
		return at;
	if (w.in_head) {
		at.kind = PLACE_HEAD;
		at.word = head_word(&w);
		at.head = (struct str){};
	} else {
		place_in_code(&w, &at);
		if (at.kind == PLACE_CODE && in_config(&w))
			at.kind = PLACE_CONFIG;
		at.call = open_call(&w);
	}
	at.clause = slice(&w, w.clause, before.n - at.word.n);
	at.is_first = true;
	for (size_t i = 0; i < before.n - at.word.n; i++)
		at.is_first &= is_blank(before.p[i]);
	return at;
}
