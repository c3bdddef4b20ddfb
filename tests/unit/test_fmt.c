/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plan/fmt.h"

static struct arena arena;
static struct types types;

static void setup(void)
{
	types_init(&types, &arena);
}

static void teardown(void)
{
	arena_free(&arena);
}

TestSuite(fmt, .init = setup, .fini = teardown);

static struct fmt parse(const char *text)
{
	const char *why = NULL;
	struct fmt f;
	uint32_t at;

	cr_assert(fmt_parse(&arena, str_from(text), &f, &why, &at), "'%s': %s",
		  text, why);
	return f;
}

/* --- one conversion --------------------------------------------------------- */

static const struct {
	const char *text;
	char conv, sub;
	uint32_t flags, width, prec;
	uint8_t size;
	uint32_t n_args;
} conversions[] = {
	{ "%d", 'd', 0, 0, 0, 0, 0, 1 },
	{ "%i", 'd', 0, 0, 0, 0, 0, 1 },
	{ "%u", 'u', 0, 0, 0, 0, 0, 1 },
	{ "%x", 'x', 0, 0, 0, 0, 0, 1 },
	{ "%X", 'X', 0, 0, 0, 0, 0, 1 },
	{ "%o", 'o', 0, 0, 0, 0, 0, 1 },
	{ "%c", 'c', 0, 0, 0, 0, 0, 1 },
	{ "%s", 's', 0, 0, 0, 0, 0, 1 },
	{ "%p", 'p', 0, 0, 0, 0, 0, 1 },
	{ "%r", 'r', 0, 0, 0, 0, 0, 1 },
	{ "%rx", 'r', 'x', 0, 0, 0, 0, 1 },
	{ "%rh", 'r', 'h', 0, 0, 0, 0, 1 },
	{ "%gr", 'g', 0, 0, 0, 0, 0, 1 },
	{ "%hhd", 'd', 0, 0, 0, 0, 1, 1 },
	{ "%hu", 'u', 0, 0, 0, 0, 2, 1 },
	{ "%ld", 'd', 0, 0, 0, 0, 8, 1 },
	{ "%lli", 'd', 0, 0, 0, 0, 8, 1 },
	{ "%jx", 'x', 0, 0, 0, 0, 8, 1 },
	{ "%zu", 'u', 0, 0, 0, 0, 8, 1 },
	{ "%td", 'd', 0, 0, 0, 0, 8, 1 },
	{ "%Ld", 'd', 0, 0, 0, 0, 8, 1 },
	{ "%5d", 'd', 0, 0, 5, 0, 0, 1 },
	{ "%65535d", 'd', 0, 0, 65535, 0, 0, 1 },
	{ "%-5d", 'd', 0, FMT_LEFT, 5, 0, 0, 1 },
	{ "%05d", 'd', 0, FMT_ZERO, 5, 0, 0, 1 },
	{ "%+d", 'd', 0, FMT_PLUS, 0, 0, 0, 1 },
	{ "% d", 'd', 0, FMT_SPACE, 0, 0, 0, 1 },
	{ "%#x", 'x', 0, FMT_ALT, 0, 0, 0, 1 },
	{ "%0# +-5d", 'd', 0,
	  FMT_LEFT | FMT_PLUS | FMT_SPACE | FMT_ALT | FMT_ZERO, 5, 0, 0, 1 },
	{ "%00--d", 'd', 0, FMT_LEFT | FMT_ZERO, 0, 0, 0, 1 },
	{ "%.3s", 's', 0, FMT_HAS_PREC, 0, 3, 0, 1 },
	{ "%.s", 's', 0, FMT_HAS_PREC, 0, 0, 0, 1 },
	{ "%-10.10s", 's', 0, FMT_LEFT | FMT_HAS_PREC, 10, 10, 0, 1 },
	{ "%5.2lu", 'u', 0, FMT_HAS_PREC, 5, 2, 8, 1 },
	{ "%*d", 'd', 0, FMT_STAR_WIDTH, 0, 0, 0, 2 },
	{ "%.*s", 's', 0, FMT_HAS_PREC | FMT_STAR_PREC, 0, 0, 0, 2 },
	{ "%-*.*s", 's', 0,
	  FMT_LEFT | FMT_STAR_WIDTH | FMT_HAS_PREC | FMT_STAR_PREC, 0, 0, 0,
	  3 },
};

Test(fmt, conversions)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(conversions); i++) {
		const char *text = conversions[i].text;
		struct fmt f = parse(text);

		cr_assert_eq(f.parts.n, 1, "'%s'", text);
		cr_expect(str_is(f.parts.v[0].text, text), "'%s'", text);
		cr_expect_eq(f.parts.v[0].conv, conversions[i].conv, "'%s'",
			     text);
		cr_expect_eq(f.parts.v[0].sub, conversions[i].sub, "'%s'",
			     text);
		cr_expect_eq(f.parts.v[0].flags, conversions[i].flags, "'%s'",
			     text);
		cr_expect_eq(f.parts.v[0].width, conversions[i].width, "'%s'",
			     text);
		cr_expect_eq(f.parts.v[0].prec, conversions[i].prec, "'%s'",
			     text);
		cr_expect_eq(f.parts.v[0].size, conversions[i].size, "'%s'",
			     text);
		cr_expect_eq(f.n_args, conversions[i].n_args, "'%s'", text);
	}
}

/* --- mistakes ---------------------------------------------------------------- */

static const struct {
	const char *text;
	uint32_t at;
	const char *why; /* part of the reason */
} mistakes[] = {
	{ "%", 0, "ends the format" },
	{ "abc %", 4, "ends the format" },
	{ "%d %-5", 3, "ends the format" },
	{ "%ll", 0, "ends the format" },
	{ "%e", 0, "'%e' is for floating point" },
	{ "%E", 0, "floating point" },
	{ "%f", 0, "floating point" },
	{ "%F", 0, "floating point" },
	{ "%g", 0, "floating point" },
	{ "%G", 0, "floating point" },
	{ "%a", 0, "floating point" },
	{ "%A", 0, "floating point" },
	{ "x%5.2f", 1, "floating point" },
	{ "%n", 0, "'%n' writes" },
	{ "%q", 0, "no conversion '%q'" },
	{ "%5%", 0, "no conversion '%%'" },
	{ "%hld", 0, "no conversion '%l'" },
	{ "%\n", 0, "no conversion" },
	{ "%\xff", 0, "no conversion" },
	{ "%65536d", 0, "at most 65535" },
	{ "%.99999999999999999999d", 0, "at most 65535" },
	{ "%-5.-2d", 0, "no conversion '%-'" },
};

Test(fmt, mistakes)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const char *text = mistakes[i].text, *why = "";
		uint32_t at = 99;
		struct fmt f;

		cr_expect(!fmt_parse(&arena, str_from(text), &f, &why, &at),
			  "'%s'", text);
		cr_expect_eq(at, mistakes[i].at, "'%s' at %u", text, at);
		cr_expect_not_null(strstr(why, mistakes[i].why), "'%s': %s",
				   text, why);
	}
}

Test(fmt, zero_byte_is_no_conversion)
{
	const char *why = "";
	struct fmt f;
	uint32_t at;

	cr_expect(!fmt_parse(&arena, STR("%\0"), &f, &why, &at));
	cr_expect_not_null(strstr(why, "no conversion"), "%s", why);
}

/* --- whole formats ----------------------------------------------------------- */

Test(fmt, text_between)
{
	struct fmt f = parse("a%%b %-5d|%s\n");

	cr_assert_eq(f.parts.n, 7);
	cr_expect(str_is(f.parts.v[0].text, "a"));
	cr_expect(str_is(f.parts.v[1].text, "%"));
	cr_expect_eq(f.parts.v[1].conv, 0);
	cr_expect(str_is(f.parts.v[2].text, "b "));
	cr_expect(str_is(f.parts.v[3].text, "%-5d"));
	cr_expect_eq(f.parts.v[3].at, 5);
	cr_expect(str_is(f.parts.v[4].text, "|"));
	cr_expect_eq(f.parts.v[5].conv, 's');
	cr_expect(str_is(f.parts.v[6].text, "\n"));
	cr_expect_eq(f.n_args, 2);
	cr_expect_eq(parse("").parts.n, 0);
	cr_expect_eq(parse("%%").n_args, 0);
}

/* --- types ------------------------------------------------------------------- */

enum {
	INT_T,
	BOOL_T,
	ENUM_T,
	PTR_T,
	STRING_T,
	BUFFER_T,
	TUPLE_T,
	KSYM_T,
	NONE_T,
	COUNT_T,
	SHAPES
};

static const struct type *shape(int i)
{
	const struct type *u64 = type_int(&types, 8, false);

	switch (i) {
	case INT_T: return u64;
	case BOOL_T: return type_bool(&types);
	case ENUM_T: return type_enum(&types, STR("enum e"), 4, true, NULL, 0);
	case PTR_T: return type_ptr(&types, NULL, AS_NONE);
	case STRING_T: return type_string(&types, 16);
	case BUFFER_T: return type_buffer(&types, 16);
	case TUPLE_T: return type_tuple(&types, &u64, 1);
	case KSYM_T: return type_simple(&types, TY_KSYM);
	case COUNT_T: return type_simple(&types, TY_COUNT);
	default: return type_none(&types);
	}
}

#define INTEGERS (1 << INT_T | 1 << BOOL_T | 1 << ENUM_T)
#define SCALARS  (INTEGERS | 1 << PTR_T)
#define SHOWN    ((1 << NONE_T) - 1)

static const struct {
	const char *text;
	int accepted;
} accepts[] = {
	{ "%d", SCALARS },       { "%u", SCALARS },        { "%x", SCALARS },
	{ "%X", SCALARS },       { "%o", SCALARS },        { "%p", SCALARS },
	{ "%c", INTEGERS },      { "%gr", INTEGERS },      { "%s", SHOWN },
	{ "%r", 1 << BUFFER_T }, { "%rx", 1 << BUFFER_T },
};

Test(fmt, accepts)
{
	size_t i;
	int k;

	for (i = 0; i < ARRAY_SIZE(accepts); i++) {
		struct fmt f = parse(accepts[i].text);

		for (k = 0; k < SHAPES; k++)
			cr_expect_eq(fmt_accepts(&f.parts.v[0], shape(k)),
				     accepts[i].accepted >> k & 1, "'%s' %s",
				     accepts[i].text,
				     type_name(&arena, shape(k)));
	}
}

static const struct {
	const char *text;
	int args[4];
	uint32_t n;
	const char *why; /* NULL: fits */
	uint32_t which;
} checks[] = {
	{ "hello\n", { 0 }, 0, NULL, 0 },
	{ "%d %s\n", { INT_T, STRING_T }, 2, NULL, 0 },
	{ "%*d", { INT_T, INT_T }, 2, NULL, 0 },
	{ "%-*.*s", { INT_T, ENUM_T, STRING_T }, 3, NULL, 0 },
	{ "%d", { 0 }, 0, "takes 1 argument, found 0", 1 },
	{ "%d %d", { INT_T }, 1, "takes 2 arguments, found 1", 2 },
	{ "%d", { INT_T, INT_T }, 2, "takes 1 argument, found 2", 1 },
	{ "x", { INT_T }, 1, "takes 0 arguments, found 1", 0 },
	{ "%*d", { INT_T }, 1, "takes 2 arguments, found 1", 2 },
	{ "%s %5d",
	  { INT_T, STRING_T },
	  2,
	  "'%5d' cannot show a value of type string[16]",
	  1 },
	{ "%*s",
	  { STRING_T, STRING_T },
	  2,
	  "'*' in '%*s' takes an integer, found string[16]",
	  0 },
	{ "%d%.*s",
	  { INT_T, PTR_T, STRING_T },
	  3,
	  "'*' in '%.*s' takes an integer, found void *",
	  1 },
	{ "%d%.*d", { INT_T, INT_T, STRING_T }, 3, "'%.*d' cannot show", 2 },
	{ "%s", { COUNT_T }, 1, "cannot show a value of type count_t", 0 },
};

Test(fmt, check)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		struct fmt f = parse(checks[i].text);
		struct field args[4] = { 0 };
		const char *why = "";
		uint32_t which = 0;
		bool ok;

		for (k = 0; k < checks[i].n; k++)
			args[k].type = shape(checks[i].args[k]);
		ok = fmt_check(&arena, &f, args, checks[i].n, &why, &which);
		cr_expect_eq(ok, !checks[i].why, "'%s': %s", checks[i].text,
			     why);
		if (!checks[i].why)
			continue;
		cr_expect_not_null(strstr(why, checks[i].why), "'%s': %s",
				   checks[i].text, why);
		cr_expect_eq(which, checks[i].which, "'%s' %u", checks[i].text,
			     which);
	}
}
