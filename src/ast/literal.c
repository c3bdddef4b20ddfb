/* SPDX-License-Identifier: Apache-2.0 */
#include "ast/tokens.h"

#include <ctype.h>

/* --- numbers ------------------------------------------------------------- */

static const struct suffix {
	const char *text;
	uint64_t factor;
} suffixes[] = {
	{ "", 1 },
	{ "u", 1 },
	{ "l", 1 },
	{ "ul", 1 },
	{ "lu", 1 },
	{ "ll", 1 },
	{ "ull", 1 },
	{ "llu", 1 },
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "h", 3600000000000 },
	{ "d", 86400000000000 },
};

/* Suffixes of durations are in lower case, those of C in either. */
static const struct suffix *find_suffix(struct str s)
{
	char lower[4] = "";
	size_t i;

	if (s.n > 3)
		return NULL;
	for (i = 0; i < s.n; i++)
		lower[i] =
			strchr("UL", s.p[i]) ? (char)tolower(s.p[i]) : s.p[i];
	for (i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (!strcmp(suffixes[i].text, lower))
			return &suffixes[i];
	return NULL;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* Takes "0x" and the like off and returns the base. */
static int take_base(struct str *s)
{
	char c = s->n > 1 && s->p[0] == '0' ? s->p[1] : '\0';
	int base;
	size_t n = 2;

	if (c == 'x' || c == 'X') {
		base = 16;
	} else if (c == 'b' || c == 'B') {
		base = 2;
	} else if (c == 'o' || c == 'O') {
		base = 8;
	} else if (isdigit((unsigned char)c) || c == '_') {
		base = 8;
		n = 1;
	} else {
		return 10;
	}
	*s = (struct str){ s->p + n, s->n - n };
	return base;
}

struct digits {
	uint64_t value;
	size_t n; /* digits and blanks taken */
	bool has_any, is_too_large, ends_blank;
};

/* The digits s begins with; '_' may stand between them. */
static struct digits take_digits(struct str *s, int base)
{
	struct digits d = { 0 };

	for (; d.n < s->n; d.n++) {
		d.ends_blank = s->p[d.n] == '_';
		if (d.ends_blank)
			continue;
		if (digit_of(s->p[d.n]) >= base)
			break;
		d.has_any = true;
		if (__builtin_mul_overflow(d.value, (uint64_t)base, &d.value) ||
		    __builtin_add_overflow(
			    d.value, (uint64_t)digit_of(s->p[d.n]), &d.value))
			d.is_too_large = true;
	}
	d.ends_blank = d.n && s->p[d.n - 1] == '_';
	s->p += d.n;
	s->n -= d.n;
	return d;
}

/* times 10 to the power of what follows an 'e' */
static void take_exponent(struct str *s, struct digits *d)
{
	struct str rest = { s->p + 1, s->n - 1 };
	struct digits e;

	if (!s->n || (s->p[0] != 'e' && s->p[0] != 'E'))
		return;
	e = take_digits(&rest, 10);
	if (!e.has_any)
		return;
	*s = rest;
	d->ends_blank = e.ends_blank;
	if (!d->value)
		return;
	for (; e.value && !d->is_too_large; e.value--)
		if (__builtin_mul_overflow(d->value, 10, &d->value))
			d->is_too_large = true;
}

uint64_t literal_number(struct parse *p, struct str text, struct span at)
{
	const struct suffix *suffix;
	struct str s = text;
	int base = take_base(&s);
	struct digits d = take_digits(&s, base);

	if (base == 10)
		take_exponent(&s, &d);
	suffix = find_suffix(s);
	if (!d.has_any || !suffix) {
		parse_error(p, at, D_LITERAL, "'%.*s' is not a number",
			    STR_ARG(text));
		if (base == 8 && s.n && isdigit(s.p[0]))
			diag_hint(p->d, "a number that begins with 0 is octal");
		return 0;
	}
	if (d.ends_blank)
		return parse_error(p, at, D_LITERAL,
				   "a number does not end with '_'");
	if (__builtin_mul_overflow(d.value, suffix->factor, &d.value) ||
	    d.is_too_large) {
		parse_error(p, at, D_LITERAL,
			    "'%.*s' is too large, the largest number is %llu",
			    STR_ARG(text), (unsigned long long)UINT64_MAX);
		return 0;
	}
	return d.value;
}

/* --- strings ------------------------------------------------------------- */

static const char letters[] = "ntr\"\\abfve'?";
static const char meanings[] = "\n\t\r\"\\\a\b\f\v\033'?";

/* Up to max digits of a base from *i on; false when there is none. */
static bool take_code(struct str s, size_t *i, int base, size_t max,
		      unsigned int *out)
{
	size_t from = *i;

	*out = 0;
	while (*i < s.n && *i - from < max && digit_of(s.p[*i]) < base)
		*out = *out * (unsigned int)base +
		       (unsigned int)digit_of(s.p[(*i)++]);
	return *i > from;
}

/* The character of the escape whose backslash is at s.p[*i]; leaves *i after
 * it. Negative: there is no such escape. */
static int take_escape(struct str s, size_t *i)
{
	unsigned int code;
	const char *letter;
	char c = s.p[++*i];

	if (c >= '0' && c <= '7')
		return take_code(s, i, 8, 3, &code) && code <= 255 ? (int)code
								   : -1;
	(*i)++;
	if (c == 'x')
		return take_code(s, i, 16, 2, &code) ? (int)code : -1;
	letter = c ? strchr(letters, c) : NULL;
	return letter ? (unsigned char)meanings[letter - letters] : -1;
}

struct str literal_string(struct parse *p, struct str body, struct span at)
{
	char *out = arena_alloc(p->arena, body.n + 1);
	size_t i = 0, n = 0, from;
	int c;

	while (i < body.n) {
		if (body.p[i] != '\\') {
			out[n++] = body.p[i++];
			continue;
		}
		from = i;
		c = take_escape(body, &i);
		if (c < 0)
			parse_error(
				p,
				(struct span){ at.start + 1 + (uint32_t)from,
					       at.start + 1 + (uint32_t)i },
				D_LITERAL, "'%.*s' is not an escape",
				(int)(i - from), body.p + from);
		out[n++] = (char)c;
	}
	return (struct str){ out, n };
}
