/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/params.h"

#include <strings.h>

/* --- numbers -------------------------------------------------------------- */

static unsigned int take_base(const char **p)
{
	if (**p != '0')
		return 10;
	if ((*p)[1] == 'x' || (*p)[1] == 'X') {
		*p += 2;
		return 16;
	}
	if ((*p)[1] == 'b' || (*p)[1] == 'B') {
		*p += 2;
		return 2;
	}
	return 8;
}

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 : 99;
}

static bool take_digits(const char **p, unsigned int base, uint64_t *out)
{
	const char *start = *p;

	for (; digit_value(**p) < base || (**p == '_' && *p > start); (*p)++) {
		if (**p == '_')
			continue;
		if (__builtin_mul_overflow(*out, base, out) ||
		    __builtin_add_overflow(*out, digit_value(**p), out))
			return false;
	}
	return *p > start && (*p)[-1] != '_';
}

static bool take_exponent(const char **p, uint64_t *out)
{
	uint64_t power = 0;

	if (**p != 'e' && **p != 'E')
		return true;
	(*p)++;
	if (!take_digits(p, 10, &power) || power > 19)
		return false;
	while (power--) {
		if (__builtin_mul_overflow(*out, 10, out))
			return false;
	}
	return true;
}

static bool take_suffix(const char *p, uint64_t *out)
{
	static const struct {
		const char *text;
		uint64_t factor;
	} suffixes[] = {
		{ "", 1 },
		{ "u", 1 },
		{ "U", 1 },
		{ "l", 1 },
		{ "L", 1 },
		{ "ul", 1 },
		{ "UL", 1 },
		{ "ll", 1 },
		{ "LL", 1 },
		{ "ull", 1 },
		{ "ULL", 1 },
		{ "ns", 1 },
		{ "us", 1000 },
		{ "ms", 1000000 },
		{ "s", 1000000000 },
		{ "m", 60ull * 1000000000 },
		{ "h", 3600ull * 1000000000 },
		{ "d", 86400ull * 1000000000 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (strcmp(p, suffixes[i].text) == 0)
			return !__builtin_mul_overflow(*out, suffixes[i].factor,
						       out);
	}
	return false;
}

bool param_number(const char *text, int64_t *out)
{
	bool is_negative = *text == '-';
	const char *p = text + (is_negative || *text == '+');
	unsigned int base = take_base(&p);
	uint64_t n = 0;

	if (!take_digits(&p, base, &n))
		return false;
	if (base == 10 && !take_exponent(&p, &n))
		return false;
	if (!take_suffix(p, &n))
		return false;
	if (is_negative && n > 1ull << 63)
		return false;
	*out = (int64_t)(is_negative ? -n : n);
	return true;
}

/* --- options -------------------------------------------------------------- */

bool param_is_option(const char *word)
{
	return strncmp(word, "--", 2) == 0 && word[2];
}

struct str param_option_name(const char *word, struct str *value)
{
	return str_split(str_from(word + 2), '=', value);
}

bool param_option(const char *const *words, size_t n, struct str name,
		  struct str *value)
{
	bool found = false;
	struct str text;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!param_is_option(words[i]) ||
		    !str_eq(param_option_name(words[i], &text), name))
			continue;
		*value = text;
		found = true;
	}
	return found;
}

bool param_bool(struct str text, int64_t *out)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "true", true },
		      { "false", false },
		      { "1", true },
		      { "0", false } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (text.n != strlen(words[i].word) ||
		    strncasecmp(text.p, words[i].word, text.n))
			continue;
		*out = words[i].value;
		return true;
	}
	return false;
}

bool param_is_bool(struct str fallback)
{
	return str_is(fallback, "true") || str_is(fallback, "false");
}

size_t param_drop_dashes(char **words, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(words[i], "--") != 0)
		i++;
	if (i == n)
		return n;
	memmove(words + i, words + i + 1, (n - i - 1) * sizeof(*words));
	return n - 1;
}
