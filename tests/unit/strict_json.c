/* SPDX-License-Identifier: Apache-2.0 */
#include "strict_json.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"

enum {
	MAX_DEPTH = 32,
	MAX_MEMBERS = 64
};

struct reader {
	const char *p, *end;
	int depth;
};

static bool take_value(struct reader *r);

static bool take(struct reader *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static bool take_word(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return false;
	r->p += n;
	return true;
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && memchr(" \t\n\r", *r->p, 4))
		r->p++;
}

static size_t take_digits(struct reader *r)
{
	const char *from = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return (size_t)(r->p - from);
}

static bool take_number(struct reader *r)
{
	take(r, '-');
	if (!take(r, '0') && !take_digits(r))
		return false;
	if (take(r, '.') && !take_digits(r))
		return false;
	if (!take(r, 'e') && !take(r, 'E'))
		return true;
	if (!take(r, '-'))
		take(r, '+');
	return take_digits(r) > 0;
}

static bool take_escape(struct reader *r)
{
	int i;

	if (r->p == r->end)
		return false;
	if (*r->p != 'u')
		return memchr("\"\\/bfnrt", *r->p++, 8) != NULL;
	for (r->p++, i = 0; i < 4; i++, r->p++)
		if (r->p == r->end ||
		    !memchr("0123456789abcdefABCDEF", *r->p, 22))
			return false;
	return true;
}

/* The second byte of a character says whether it could be shorter. */
static bool take_character(struct reader *r)
{
	const unsigned char *p = (const unsigned char *)r->p;
	size_t i, n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

	if (*p < 0x20 || (*p >= 0x80 && *p < 0xc2) || *p > 0xf4)
		return false;
	if ((size_t)(r->end - r->p) < n)
		return false;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
	    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return false;
	r->p += n;
	return true;
}

static bool take_string(struct reader *r)
{
	if (!take(r, '"'))
		return false;
	while (r->p < r->end) {
		if (take(r, '"'))
			return true;
		if (take(r, '\\') ? !take_escape(r) : !take_character(r))
			return false;
	}
	return false;
}

static bool take_list(struct reader *r)
{
	skip_blanks(r);
	if (take(r, ']'))
		return true;
	do {
		if (!take_value(r))
			return false;
	} while (take(r, ','));
	return take(r, ']');
}

static bool take_name(struct reader *r, struct str *names, size_t *n)
{
	struct str name = { r->p, 0 };
	size_t i;

	if (*n == MAX_MEMBERS || !take_string(r))
		return false;
	name.n = (size_t)(r->p - name.p);
	for (i = 0; i < *n; i++)
		if (str_eq(names[i], name))
			return false;
	names[(*n)++] = name;
	return true;
}

static bool take_object(struct reader *r)
{
	struct str names[MAX_MEMBERS];
	size_t n = 0;

	skip_blanks(r);
	if (take(r, '}'))
		return true;
	do {
		skip_blanks(r);
		if (!take_name(r, names, &n))
			return false;
		skip_blanks(r);
		if (!take(r, ':') || !take_value(r))
			return false;
	} while (take(r, ','));
	return take(r, '}');
}

static bool take_some(struct reader *r)
{
	if (take(r, '{'))
		return take_object(r);
	if (take(r, '['))
		return take_list(r);
	if (r->p < r->end && *r->p == '"')
		return take_string(r);
	return take_word(r, "true") || take_word(r, "false") ||
	       take_word(r, "null") || take_number(r);
}

static bool take_value(struct reader *r)
{
	bool is_good;

	if (++r->depth > MAX_DEPTH)
		return false;
	skip_blanks(r);
	is_good = take_some(r);
	skip_blanks(r);
	r->depth--;
	return is_good;
}

bool is_strict_json(struct str text)
{
	struct reader r = { .p = text.p, .end = text.p + text.n };

	return take_value(&r) && r.p == r.end;
}

bool is_strict_json_lines(struct str text)
{
	if (text.n && text.p[text.n - 1] != '\n')
		return false;
	while (text.n)
		if (!is_strict_json(str_split(text, '\n', &text)))
			return false;
	return true;
}

/* --- of the check itself -------------------------------------------------------- */

Test(strict_json, knows_good_and_bad)
{
	static const char *const good[] = {
		"0",      "-1.5e+3", "\"\\u00ff\xc2\x80\"",
		"[1, 2]", "null",    "{\"a\": {}}",
		"[]",     " true ",
	};
	static const char *const bad[] = {
		"",          "01",          "+1",
		"1.",        ".5",          "'a'",
		"\"\n\"",    "\"\xff\"",    "[1,]",
		"{a: 1}",    "{\"a\": 1,}", "{\"a\": 1, \"a\": 2}",
		"\"\\x41\"", "1 2",         "\"\xed\xa0\x80\"",
		"\"\\u12\"", "nul",         "{\"a\"}",
		"[1 2]",     "\"a",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		cr_expect(is_strict_json(str_from(good[i])), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		cr_expect_not(is_strict_json(str_from(bad[i])), "%s", bad[i]);
}
