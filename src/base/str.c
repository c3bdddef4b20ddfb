/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

/* Names longer than this are never "near" another one. */
#define DISTANCE_MAX_LEN 128

struct str str_from(const char *s)
{
	return s ? (struct str){ s, strlen(s) } : (struct str){ "", 0 };
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

bool str_is(struct str a, const char *b)
{
	return str_eq(a, str_from(b));
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && (!n || !memcmp(s.p, prefix, n));
}

bool str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && (!n || !memcmp(s.p + s.n - n, suffix, n));
}

bool str_has(struct str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

struct str str_split(struct str s, char c, struct str *rest)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	if (!at) {
		*rest = (struct str){ NULL, 0 };
		return s;
	}
	*rest = (struct str){ at + 1, (size_t)(s.p + s.n - at - 1) };
	return (struct str){ s.p, (size_t)(at - s.p) };
}

struct str str_copy(struct arena *a, struct str s)
{
	return (struct str){ arena_copy(a, s.p, s.n), s.n };
}

struct str str_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return str_from(p);
}

/* Length of the set that starts at p[i] == '[', 0 when it is not closed. A ']'
 * that comes first is a member. */
static size_t set_length(struct str p, size_t i)
{
	size_t j = i + 1;

	if (j < p.n && p.p[j] == '!')
		j++;
	for (j++; j < p.n; j++)
		if (p.p[j] == ']')
			return j + 1 - i;
	return 0;
}

/* Does the set of n bytes at p, brackets included, contain c? */
static bool set_has(const char *p, size_t n, char c)
{
	bool negated = p[1] == '!', found = false;
	unsigned char lo, hi, u = (unsigned char)c;
	size_t i;

	for (i = negated ? 2 : 1; i < n - 1; i++) {
		lo = hi = (unsigned char)p[i];
		if (i + 2 < n - 1 && p[i + 1] == '-') {
			hi = (unsigned char)p[i + 2];
			i += 2;
		}
		if (u >= lo && u <= hi)
			found = true;
	}
	return found != negated;
}

/* Bytes of pattern that match c at i, 0 when they do not. */
static size_t glob_one(struct str p, size_t i, char c)
{
	size_t n;

	if (i >= p.n)
		return 0;
	if (p.p[i] == '?')
		return 1;
	if (p.p[i] == '[') {
		n = set_length(p, i);
		if (n)
			return set_has(p.p + i, n, c) ? n : 0;
	}
	return p.p[i] == c;
}

bool str_glob(struct str p, struct str s)
{
	size_t i = 0, j = 0, star = SIZE_MAX, mark = 0, n;

	while (j < s.n) {
		if (i < p.n && p.p[i] == '*') {
			star = i++;
			mark = j;
			continue;
		}
		n = glob_one(p, i, s.p[j]);
		if (n) {
			i += n;
			j++;
			continue;
		}
		/* Let the last star take one more; earlier ones need not. */
		if (star == SIZE_MAX)
			return false;
		i = star + 1;
		j = ++mark;
	}
	while (i < p.n && p.p[i] == '*')
		i++;
	return i == p.n;
}

bool str_is_glob(struct str p)
{
	return str_has(p, '*') || str_has(p, '?') || str_has(p, '[');
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* One row of the table: prefixes of b against the first i bytes of a. r[0] is
 * filled from the row before, r[1], and the one before that, r[2]. */
static unsigned int distance_row(unsigned int *const r[3], struct str a,
				 struct str b, size_t i)
{
	unsigned int best, d;
	size_t j;

	best = r[0][0] = (unsigned int)i;
	for (j = 1; j <= b.n; j++) {
		d = r[1][j - 1] + (a.p[i - 1] != b.p[j - 1]);
		d = least(d, least(r[1][j], r[0][j - 1]) + 1);
		if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
		    a.p[i - 2] == b.p[j - 1])
			d = least(d, r[2][j - 2] + 1);
		r[0][j] = d;
		best = least(best, d);
	}
	return best;
}

unsigned int str_distance(struct str a, struct str b, unsigned int max)
{
	unsigned int rows[3][DISTANCE_MAX_LEN + 1];
	size_t i, j;

	if (str_eq(a, b))
		return 0;
	if (a.n > DISTANCE_MAX_LEN || b.n > DISTANCE_MAX_LEN)
		return max + 1;
	for (j = 0; j <= b.n; j++)
		rows[0][j] = (unsigned int)j;
	for (i = 1; i <= a.n; i++) {
		unsigned int *const r[3] = { rows[i % 3], rows[(i + 2) % 3],
					     rows[(i + 1) % 3] };

		/* The least of a row never gets less further down. */
		if (distance_row(r, a, b, i) > max)
			return max + 1;
	}
	return least(rows[a.n % 3][b.n], max + 1);
}

void suggest_offer(struct suggest *s, struct str wanted, struct str name)
{
	unsigned int max = least((unsigned int)(wanted.n + 2) / 3, 3);
	unsigned int d;

	/* At least one byte of what was written has to survive. */
	if (max >= wanted.n)
		max = wanted.n ? (unsigned int)wanted.n - 1 : 0;
	if (!max)
		return;
	d = str_distance(wanted, name, max);
	if (!d || d > max || (s->best.p && d >= s->distance))
		return;
	s->best = name;
	s->distance = d;
}
