/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plan/options.h"

static struct arena arena;
static struct diags diags;
static struct options options;

static void setup(void)
{
	options_default(&options);
}

static void teardown(void)
{
	diags_free(&diags);
	arena_free(&arena);
}

TestSuite(options, .init = setup, .fini = teardown);

static bool set(const char *key, const char *value)
{
	diags_free(&diags);
	return option_set(&options, &arena, str_from(key), str_from(value),
			  &diags, (struct span){ 0 });
}

static void expect_message(enum severity severity, const char *part)
{
	cr_assert_eq(diags.v.n, 1, "%zu messages, want '%s'", diags.v.n, part);
	cr_expect_eq(diags.v.v[0].severity, severity);
	cr_expect_not_null(strstr(diags.v.v[0].text.p, part),
			   "have '%.*s', want '%s'", STR_ARG(diags.v.v[0].text),
			   part);
}

/* --- rows ------------------------------------------------------------------ */

static void check_number(enum option_id i, const struct option_row *r)
{
	auto_buf struct buf most = { 0 }, more = { 0 };

	option_number(r, r->max, &most);
	option_number(r, r->max + 1, &more);
	cr_expect_geq(r->fallback, r->min, "%s", r->name);
	cr_expect_leq(r->fallback, r->max, "%s", r->name);
	cr_expect(set(r->name, most.p), "%s", r->name);
	cr_expect_eq(options.num[i], r->max, "%s", r->name);
	cr_expect(!set(r->name, more.p), "%s", r->name);
	expect_message(SEV_ERROR, "between");
	cr_expect_eq(options.num[i], r->max, "%s", r->name);
}

static void check_bool(enum option_id i, const struct option_row *r)
{
	cr_expect(set(r->name, "true") && options.num[i] == 1, "%s", r->name);
	cr_expect(set(r->name, "0") && options.num[i] == 0, "%s", r->name);
	cr_expect(set(r->name, "TRUE") && options.num[i] == 1, "%s", r->name);
	cr_expect(set(r->name, "False") && options.num[i] == 0, "%s", r->name);
	cr_expect(!set(r->name, "2"), "%s", r->name);
	expect_message(SEV_ERROR, "true, false, 1 or 0");
}

static void check_choices(enum option_id i, const struct option_row *r)
{
	uint64_t k;

	for (k = 0; r->choices[k]; k++) {
		cr_expect(set(r->name, r->choices[k]), "%s", r->name);
		if (r->type == OT_CHOICE)
			cr_expect_eq(options.num[i], k, "%s", r->name);
		else
			cr_expect(str_is(options.text[i], r->choices[k]));
	}
	cr_expect_gt(k, 1, "%s", r->name);
	cr_expect(!set(r->name, "no such choice"), "%s", r->name);
	expect_message(SEV_ERROR, r->choices[k - 1]);
}

Test(options, every_row)
{
	enum option_id i, j;

	for (i = 0; i < OPT_N; i++) {
		const struct option_row *r = &option_rows[i];

		cr_assert_not_null(r->name, "row %d", i);
		cr_assert_not_null(r->doc, "%s", r->name);
		for (j = 0; j < i; j++)
			cr_expect_str_neq(r->name, option_rows[j].name);
		cr_expect(!options.is_set[i]);
		cr_expect_eq(options.num[i], r->fallback);
		cr_expect_eq(r->type == OT_TEXT, !!r->fallback_text);
		if (r->type == OT_NUMBER)
			check_number(i, r);
		else if (r->type == OT_BOOL)
			check_bool(i, r);
		else if (r->choices)
			check_choices(i, r);
		else
			cr_expect(set(r->name, ""), "%s", r->name);
		cr_expect(options.is_set[i], "%s", r->name);
	}
}

Test(options, defaults)
{
	cr_expect_eq(options.num[OPT_MAX_MAP_KEYS], 4096);
	cr_expect_eq(options.num[OPT_MAX_STRLEN], 1024);
	cr_expect_eq(options.num[OPT_MAX_PROBES], 1024);
	cr_expect_eq(options.num[OPT_MISSING_PROBES], MISSING_ERROR);
	cr_expect_eq(options.num[OPT_PRINT_MAPS_ON_EXIT], 1);
	cr_expect(str_is(options.text[OPT_STR_TRUNC_TRAILER], ".."));
	cr_expect(str_is(options.text[OPT_LICENSE], "GPL"));
}

/* --- names ----------------------------------------------------------------- */

Test(options, names_in_any_case_and_with_prefix)
{
	static const char *const keys[] = {
		"max_strlen",          "MAX_STRLEN",          "Max_StrLen",
		"BPFTRACE_MAX_STRLEN", "bpftrace_max_strlen", "ESPY_MAX_STRLEN"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		options_default(&options);
		cr_expect(set(keys[i], "64"), "%s", keys[i]);
		cr_expect_eq(options.num[OPT_MAX_STRLEN], 64, "%s", keys[i]);
	}
	cr_expect(!set("ESPY_BPFTRACE_MAX_STRLEN", "64"));
}

Test(options, old_names)
{
	static const struct {
		const char *key, *message; /* NULL: accepted in silence */
		bool ok;
	} table[] = {
		{ "strlen", "'max_strlen'", false },
		{ "no_cpp_demangle", "'cpp_demangle'", false },
		{ "cat_bytes_max", "'max_cat_bytes'", false },
		{ "map_keys_max", "'max_map_keys'", false },
		{ "BPFTRACE_STRLEN", "'max_strlen'", false },
		{ "symbol_source", "no effect", true },
		{ "max_type_res_iterations", "no effect", true },
		{ "unstable_addr", "no effect", true },
		{ "unstable_import", "no effect", true },
		{ "unstable_macro", "no effect", true },
		{ "unstable_map_decl", "no effect", true },
		{ "unstable_import_statement", NULL, true },
		{ "unstable_tseries", NULL, true },
		{ "unstable_typeinfo", NULL, true },
		{ "unstable_dw_ustack", NULL, true },
		{ "use_blazesym", NULL, true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cr_expect_eq(set(table[i].key, "1"), table[i].ok, "%s",
			     table[i].key);
		if (table[i].message)
			expect_message(table[i].ok ? SEV_WARNING : SEV_ERROR,
				       table[i].message);
		else
			cr_expect_eq(diags.v.n, 0, "%s", table[i].key);
	}
}

Test(options, unknown_names)
{
	cr_expect(!set("max_strlne", "1"));
	expect_message(SEV_ERROR, "there is no option 'max_strlne'");
	cr_expect(str_is(diags.v.v[0].hint, "did you mean 'max_strlen'?"));
	cr_expect_eq(diags.v.v[0].code, D_OPTION);
	cr_expect(!set("zebra", "1"));
	cr_expect_eq(diags.v.v[0].hint.n, 0);
}

/* --- values ---------------------------------------------------------------- */

Test(options, numbers)
{
	static const struct {
		const char *text;
		uint64_t n; /* 0: refused */
	} table[] = {
		{ "1", 1 },
		{ "0x10", 16 },
		{ "0XfF", 255 },
		{ "10_000", 10000 },
		{ "007", 7 },
		{ "", 0 },
		{ "x", 0 },
		{ "0x", 0 },
		{ "-1", 0 },
		{ "1k", 0 },
		{ "1_", 0 },
		{ "_1", 0 },
		{ "1.5", 0 },
		{ " 1", 0 },
		{ "12a", 0 },
		{ "18446744073709551616", 0 },
		{ "0x10000000000000001", 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		options.num[OPT_MAX_MAP_KEYS] = 99;
		cr_expect_eq(set("max_map_keys", table[i].text),
			     table[i].n != 0, "'%s'", table[i].text);
		if (!table[i].n)
			expect_message(SEV_ERROR, "expects a number");
		cr_expect_eq(options.num[OPT_MAX_MAP_KEYS],
			     table[i].n ? table[i].n : 99, "'%s'",
			     table[i].text);
	}
}

Test(options, text_is_copied)
{
	char value[] = "...";

	cr_expect(set("str_trunc_trailer", value));
	value[0] = 'x';
	cr_expect(str_is(options.text[OPT_STR_TRUNC_TRAILER], "..."));
	cr_expect(!option_set(&options, &arena, STR("str_trunc_trailer"),
			      STR("a\0b"), &diags, (struct span){ 0 }));
	cr_expect(str_is(options.text[OPT_STR_TRUNC_TRAILER], "..."));
	cr_expect(set("license", "dual mit/gpl"));
	cr_expect(str_is(options.text[OPT_LICENSE], "Dual MIT/GPL"));
}

/* --- environment ------------------------------------------------------------- */

Test(options, environment)
{
	char *env[] = { "PATH=/bin",
			"ESPY_MAX_STRLEN=100",
			"BPFTRACE_MAX_STRLEN=200",
			"BPFTRACE_MAX_MAP_KEYS=300",
			"BPFTRACE_COLOR=always",
			"ESPY_SOMETHING=1",
			"ESPY_MISSING_PROBES=warn",
			"MAX_PROBES=5",
			"nonsense",
			NULL };

	cr_expect(options_from_env(&options, &arena, env, &diags));
	cr_expect_eq(diags.v.n, 0);
	cr_expect_eq(options.num[OPT_MAX_STRLEN], 100);
	cr_expect_eq(options.num[OPT_MAX_MAP_KEYS], 300);
	cr_expect_eq(options.num[OPT_MISSING_PROBES], MISSING_WARN);
	cr_expect_eq(options.num[OPT_MAX_PROBES], 1024);
	cr_expect(options.is_set[OPT_MAX_STRLEN]);
	cr_expect(!options.is_set[OPT_MAX_PROBES]);
}

Test(options, environment_mistakes)
{
	char *env[] = { "BPFTRACE_STRLEN=200", "ESPY_MAX_PROBES=many", NULL };

	cr_expect(!options_from_env(&options, &arena, env, &diags));
	cr_expect_eq(diags.errors, 2);
}

/* --- units ----------------------------------------------------------------- */

static const struct unit_case {
	const char *key, *value;
	uint64_t number;
	const char *shown; /* NULL: the value is refused */
} unit_cases[] = {
	{ "max_output", "0", 0, "0" },
	{ "max_output", "1000", 1000, "1000" },
	{ "max_output", "64K", 65536, "64K" },
	{ "max_output", "64kb", 65536, "64K" },
	{ "max_output", "0x400", 1024, "1K" },
	{ "max_output", "3M", 3 << 20, "3M" },
	{ "max_output", "2048G", 1ull << 41, "2048G" },
	{ "max_output", "", 0, NULL },
	{ "max_output", "K", 0, NULL },
	{ "max_output", "B", 0, NULL },
	{ "max_output", "1T", 0, NULL },
	{ "max_output", "1.5M", 0, NULL },
	{ "max_output", "-1", 0, NULL },
	{ "max_output", "18446744073709551615G", 0, NULL },
	{ "max_overhead", "2%", 2000, "2%" },
	{ "max_overhead", "0", 0, "0" },
	{ "max_overhead", "0.5%", 500, "0.5%" },
	{ "max_overhead", "0.005%", 5, "0.005%" },
	{ "max_overhead", "12.25%", 12250, "12.25%" },
	{ "max_overhead", "2", 0, NULL },
	{ "max_overhead", "%", 0, NULL },
	{ "max_overhead", "1.%", 0, NULL },
	{ "max_overhead", "1.0001%", 0, NULL },
	{ "max_overhead", "1.x%", 0, NULL },
	{ "max_overhead", "-1%", 0, NULL },
	{ "max_overhead", "2K", 0, NULL },
	{ "max_map_keys", "64K", 0, NULL },
};

static void check_unit(const struct unit_case *c)
{
	auto_buf struct buf shown = { 0 };
	enum option_id i = 0;

	while (strcmp(option_rows[i].name, c->key))
		i++;
	cr_expect_eq(set(c->key, c->value), c->shown != NULL, "%s = %s", c->key,
		     c->value);
	if (!c->shown) {
		expect_message(SEV_ERROR, "expects");
		return;
	}
	option_number(&option_rows[i], options.num[i], &shown);
	cr_expect_eq(options.num[i], c->number, "%s = %s", c->key, c->value);
	cr_expect_str_eq(shown.p, c->shown);
}

Test(options, units)
{
	for (size_t i = 0; i < ARRAY_SIZE(unit_cases); i++)
		check_unit(&unit_cases[i]);
}
