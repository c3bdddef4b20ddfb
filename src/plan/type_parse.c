/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/type.h"

#include <ctype.h>

/* Integers that have one word as their name, as on 64-bit Linux. */
static const struct int_name {
	const char *name;
	uint8_t size;
	bool is_signed;
} int_names[] = {
	{ "int8", 1, true },         { "uint8", 1, false },
	{ "int16", 2, true },        { "uint16", 2, false },
	{ "int32", 4, true },        { "uint32", 4, false },
	{ "int64", 8, true },        { "uint64", 8, false },
	{ "int8_t", 1, true },       { "uint8_t", 1, false },
	{ "int16_t", 2, true },      { "uint16_t", 2, false },
	{ "int32_t", 4, true },      { "uint32_t", 4, false },
	{ "int64_t", 8, true },      { "uint64_t", 8, false },
	{ "s8", 1, true },           { "u8", 1, false },
	{ "s16", 2, true },          { "u16", 2, false },
	{ "s32", 4, true },          { "u32", 4, false },
	{ "s64", 8, true },          { "u64", 8, false },
	{ "__s8", 1, true },         { "__u8", 1, false },
	{ "__s16", 2, true },        { "__u16", 2, false },
	{ "__s32", 4, true },        { "__u32", 4, false },
	{ "__s64", 8, true },        { "__u64", 8, false },
	{ "__be16", 2, false },      { "__le16", 2, false },
	{ "__be32", 4, false },      { "__le32", 4, false },
	{ "__be64", 8, false },      { "__le64", 8, false },
	{ "__sum16", 2, false },     { "__wsum", 4, false },
	{ "size_t", 8, false },      { "ssize_t", 8, true },
	{ "ptrdiff_t", 8, true },    { "intptr_t", 8, true },
	{ "uintptr_t", 8, false },   { "pid_t", 4, true },
	{ "uid_t", 4, false },       { "gid_t", 4, false },
	{ "dev_t", 4, false },       { "umode_t", 2, false },
	{ "mode_t", 4, false },      { "ino_t", 8, false },
	{ "off_t", 8, true },        { "loff_t", 8, true },
	{ "time_t", 8, true },       { "time64_t", 8, true },
	{ "clock_t", 8, true },      { "clockid_t", 4, true },
	{ "ktime_t", 8, true },      { "gfp_t", 4, false },
	{ "fmode_t", 4, false },     { "sector_t", 8, false },
	{ "blkcnt_t", 8, false },    { "pgoff_t", 8, false },
	{ "dma_addr_t", 8, false },  { "phys_addr_t", 8, false },
	{ "sa_family_t", 2, false }, { "socklen_t", 4, false },
	{ "uchar", 1, false },       { "ushort", 2, false },
	{ "uint", 4, false },        { "ulong", 8, false },
	{ "_Bool", 0, false },       { "bool", 0, false },
};

/* Other kinds with a name of their own. */
static const struct kind_name {
	const char *name;
	enum type_kind kind;
	bool has_sign, is_signed;
} kind_names[] = {
	{ "ksym_t", TY_KSYM, false, false },
	{ "usym_t", TY_USYM, false, false },
	{ "username_t", TY_USERNAME, false, false },
	{ "cgroup_path_t", TY_CGROUP, false, false },
	{ "macaddr_t", TY_MAC, false, false },
	{ "mac_address", TY_MAC, false, false },
	{ "inet", TY_INET, false, false },
	{ "timestamp", TY_TIMESTAMP, false, false },
	{ "count_t", TY_COUNT, false, false },
	{ "sum_t", TY_SUM, true, true },
	{ "usum_t", TY_SUM, true, false },
	{ "min_t", TY_MIN, true, true },
	{ "umin_t", TY_MIN, true, false },
	{ "max_t", TY_MAX, true, true },
	{ "umax_t", TY_MAX, true, false },
	{ "avg_t", TY_AVG, true, true },
	{ "uavg_t", TY_AVG, true, false },
	{ "stats_t", TY_STATS, true, true },
	{ "ustats_t", TY_STATS, true, false },
	{ "stddev_t", TY_STDDEV, true, true },
	{ "ustddev_t", TY_STDDEV, true, false },
};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void skip_blanks(struct str *s)
{
	while (s->n && isspace((unsigned char)s->p[0])) {
		s->p++;
		s->n--;
	}
}

/* Takes a word off s; empty when something else is next. */
static struct str next_word(struct str *s)
{
	struct str word;

	skip_blanks(s);
	word = (struct str){ s->p, 0 };
	while (word.n < s->n && is_word_char(s->p[word.n]))
		word.n++;
	s->p += word.n;
	s->n -= word.n;
	return word;
}

static bool take_char(struct str *s, char c)
{
	skip_blanks(s);
	if (!s->n || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

/* "[N]" with 1 <= N <= 2^28, decimal or hexadecimal. */
static bool take_count(struct str *s, uint32_t *out)
{
	struct str word;
	uint64_t n = 0;
	size_t i = 0;
	int base = 10;

	if (!take_char(s, '['))
		return false;
	word = next_word(s);
	if (str_starts(word, "0x") || str_starts(word, "0X")) {
		base = 16;
		i = 2;
	}
	for (; i < word.n; i++) {
		int c = tolower((unsigned char)word.p[i]);
		int digit = isdigit(c) ? c - '0' : c - 'a' + 10;

		if (!isxdigit(c) || digit >= base)
			return false;
		n = n * base + digit;
		if (n > 1u << 28)
			return false;
	}
	*out = (uint32_t)n;
	return n && take_char(s, ']');
}

/* How often each word of C's own integer types was said. */
struct c_words {
	int n_signed, n_unsigned, n_char, n_short, n_int, n_long;
};

static bool c_word(struct c_words *w, struct str word)
{
	const struct {
		const char *name;
		int *n;
	} names[] = {
		{ "signed", &w->n_signed }, { "unsigned", &w->n_unsigned },
		{ "char", &w->n_char },     { "short", &w->n_short },
		{ "int", &w->n_int },       { "long", &w->n_long },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (str_is(word, names[i].name)) {
			(*names[i].n)++;
			return true;
		}
	}
	return false;
}

static const struct type *c_type(struct types *t, const struct c_words *w)
{
	uint32_t size = 4;

	if (w->n_signed + w->n_unsigned > 1 || w->n_int > 1 || w->n_long > 2 ||
	    w->n_char + w->n_short + !!w->n_long > 1 || (w->n_char && w->n_int))
		return NULL;
	if (w->n_char)
		size = 1;
	else if (w->n_short)
		size = 2;
	else if (w->n_long)
		size = 8;
	return type_int(t, size, !w->n_unsigned);
}

/* "unsigned long long", "long int" ...: word is the first. */
static const struct type *parse_c_words(struct types *t, struct str word,
					struct str *rest)
{
	struct c_words w = { 0 };
	struct str before = *rest;

	while (c_word(&w, word)) {
		before = *rest;
		word = next_word(rest);
	}
	*rest = before;
	return c_type(t, &w);
}

static const struct type *parse_sized(struct types *t, struct str word,
				      struct str *rest)
{
	uint32_t n;

	if (!take_count(rest, &n))
		return NULL;
	return str_is(word, "string") ? type_string(t, n) : type_buffer(t, n);
}

static const struct type *parse_kind(struct types *t, const struct kind_name *k)
{
	if (k->kind == TY_TIMESTAMP)
		return type_timestamp(t, STR(""));
	return k->has_sign ? type_agg(t, k->kind, k->is_signed)
			   : type_simple(t, k->kind);
}

static const struct type *parse_word(struct types *t, struct str word,
				     struct str *rest)
{
	struct c_words none = { 0 };
	size_t i;

	if (c_word(&none, word))
		return parse_c_words(t, word, rest);
	if (str_is(word, "string") || str_is(word, "buffer"))
		return parse_sized(t, word, rest);
	if (str_is(word, "void"))
		return type_none(t);
	for (i = 0; i < ARRAY_SIZE(int_names); i++) {
		const struct int_name *n = &int_names[i];

		if (str_is(word, n->name))
			return n->size ? type_int(t, n->size, n->is_signed)
				       : type_bool(t);
	}
	for (i = 0; i < ARRAY_SIZE(kind_names); i++)
		if (str_is(word, kind_names[i].name))
			return parse_kind(t, &kind_names[i]);
	return NULL;
}

static bool is_qualifier(struct str word)
{
	return str_is(word, "const") || str_is(word, "volatile");
}

static void skip_qualifiers(struct str *rest)
{
	struct str before = *rest;

	while (is_qualifier(next_word(rest)))
		before = *rest;
	*rest = before;
}

/* "*" and "[N]", from left to right: int8*[4] is an array of pointers. */
static const struct type *parse_suffixes(struct types *t,
					 const struct type *type,
					 struct str *rest)
{
	uint32_t n;

	for (;;) {
		skip_qualifiers(rest);
		skip_blanks(rest);
		if (!rest->n)
			return type;
		if (take_char(rest, '*')) {
			if (type->kind == TY_NONE)
				type = NULL;
			type = type_ptr(t, type, AS_NONE);
			continue;
		}
		if (!take_count(rest, &n) || type->kind == TY_NONE)
			return NULL;
		if ((uint64_t)type->size * n > INT32_MAX ||
		    type->size % type->align || type_is_aggregation(type))
			return NULL;
		type = type_array(t, type, n);
	}
}

const struct type *type_parse(struct types *t, struct str text)
{
	const struct type *type;
	struct str rest = text;

	skip_qualifiers(&rest);
	type = parse_word(t, next_word(&rest), &rest);
	if (type)
		type = parse_suffixes(t, type, &rest);
	return type && type->kind != TY_NONE ? type : NULL;
}
