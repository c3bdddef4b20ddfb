/* SPDX-License-Identifier: Apache-2.0 */
/* The session's commands: their arguments, types with offsets, what messages
 * mean. */
#include "cli/explain.h"
#include "cli/repl_args.h"
#include "cli/show_type.h"
#include "cli/table.h"
#include "test_machine.h"

/* --- arguments ------------------------------------------------------------ */

Test(repl_args, words)
{
	struct str rest = STR("  one\ttwo   three  ");

	expect_str(args_word(&rest), "one");
	expect_str(rest, "two   three");
	expect_str(args_word(&rest), "two");
	expect_str(args_word(&rest), "three");
	cr_expect_eq(args_word(&rest).n, 0);
	cr_expect_eq(args_word(&rest).n, 0);
}

Test(repl_args, numbers)
{
	static const struct {
		const char *text;
		uint64_t max, value;
		bool ok;
	} rows[] = {
		{ "0", 9, 0, true },
		{ "17", 17, 17, true },
		{ "18", 17, 0, false },
		{ "5", 4, 0, false },
		{ "18446744073709551615", UINT64_MAX, UINT64_MAX, true },
		{ "18446744073709551616", UINT64_MAX, 0, false },
		{ "", 9, 0, false },
		{ "-1", 9, 0, false },
		{ "3x", 9, 0, false },
		{ " 3", 9, 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t n = 0;
		struct str text = str_from(rows[i].text);

		cr_expect_eq(args_number(text, rows[i].max, &n), rows[i].ok,
			     "'%s'", rows[i].text);
		cr_expect_eq(n, rows[i].value, "'%s'", rows[i].text);
	}
}

Test(repl_args, intervals)
{
	static const struct {
		const char *text;
		uint64_t ms; /* 0: refused */
	} rows[] = {
		{ "1s", 1000 },     { "1", 1000 },
		{ "250ms", 250 },   { "2m", 120000 },
		{ "60m", 3600000 }, { "100ms", 100 },
		{ "99ms", 0 },      { "61m", 0 },
		{ "0", 0 },         { "", 0 },
		{ "s", 0 },         { "1h", 0 },
		{ "1 s", 0 },       { "-1s", 0 },
		{ "1.5s", 0 },      { "99999999999999999999s", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t ns = 0;
		bool ok = args_interval(str_from(rows[i].text), &ns);

		cr_expect_eq(ok, rows[i].ms != 0, "'%s'", rows[i].text);
		cr_expect_eq(ns, rows[i].ms * 1000000, "'%s'", rows[i].text);
	}
}

Test(repl_args, maps)
{
	cr_expect(args_is_map(STR("@")));
	cr_expect(args_is_map(STR("@lat_2")));
	cr_expect_not(args_is_map(STR("")));
	cr_expect_not(args_is_map(STR("lat")));
	cr_expect_not(args_is_map(STR("@a-b")));
	cr_expect_not(args_is_map(STR("@a[1]")));
}

Test(repl_args, map_and_number)
{
	struct diags d = {};
	struct str map;
	uint64_t n = 7;

	cr_expect(args_map_number(STR("@m"), "p", &map, &n, &d));
	expect_str(map, "@m");
	cr_expect_eq(n, 7);
	cr_expect(args_map_number(STR("@m 3"), "p", &map, &n, &d));
	cr_expect_eq(n, 3);
	cr_expect_eq(d.v.n, 0);
	cr_expect_not(args_map_number(STR(""), "p", &map, &n, &d));
	cr_expect_not(args_map_number(STR("m"), "p", &map, &n, &d));
	cr_expect_not(args_map_number(STR("@m x"), "p", &map, &n, &d));
	cr_expect_not(args_map_number(STR("@m 3 4"), "p", &map, &n, &d));
	cr_assert_eq(d.v.n, 4);
	expect_str(d.v.v[0].text, ":p expects the name of a map");
	expect_str(d.v.v[1].text, ":p expects the name of a map, found 'm'");
	expect_str(d.v.v[2].text,
		   ":p expects a number behind the map, found 'x'");
	expect_str(d.v.v[3].text, ":p: there is more than it takes: '4'");
	for (size_t i = 0; i < d.v.n; i++)
		cr_expect_gt(d.v.v[i].hint.n, 0);
	diags_free(&d);
}

Test(repl_args, map_and_interval)
{
	struct diags d = {};
	struct str map;
	uint64_t ns = 5;

	cr_expect(args_map_interval(STR("@m"), "watch", &map, &ns, &d));
	cr_expect_eq(ns, 5);
	cr_expect(args_map_interval(STR("@m 2s"), "watch", &map, &ns, &d));
	cr_expect_eq(ns, 2000000000);
	cr_expect_not(args_map_interval(STR("@m 2h"), "watch", &map, &ns, &d));
	cr_assert_eq(d.v.n, 1);
	expect_str(d.v.v[0].text,
		   ":watch expects a time from 100ms to 60m, found '2h'");
	diags_free(&d);
}

Test(repl_args, settings)
{
	static const struct {
		const char *text, *key, *value;
	} rows[] = {
		{ "", "", "" },
		{ "max_map_keys", "max_map_keys", "" },
		{ "max_map_keys 10", "max_map_keys", "10" },
		{ "max_map_keys = 10", "max_map_keys", "10" },
		{ "license \"GPL v2\"", "license", "GPL v2" },
		{ "trailer \"\"", "trailer", "" },
		{ "trailer \"", "trailer", "\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str value;

		expect_str(args_setting(str_from(rows[i].text), &value),
			   rows[i].key);
		expect_str(value, rows[i].value);
	}
}

Test(repl_args, inside_of_braces)
{
	expect_str(args_inside(STR("config = { a = 1 }")), "a = 1");
	expect_str(args_inside(STR("{{x}}")), "{x}");
	expect_str(args_inside(STR("}{")), "");
	expect_str(args_inside(STR("a = 1")), "");
	expect_str(args_inside(STR("")), "");
}

/* --- types ---------------------------------------------------------------- */

static void expect_shown(const char *name, const char *want)
{
	auto_buf struct buf out = {};
	struct host h;

	host_open(&h, NULL);
	cr_expect(show_type(h.machine, str_from(name), &out, &h.diags), "%s",
		  name);
	expect_str(buf_view(&out), want);
	host_close(&h);
}

Test(show_type, records)
{
	static const char iovec[] = "struct iovec: 16 bytes\n"
				    "       0  void * iov_base\n"
				    "       8  uint64 iov_len\n";

	expect_shown("struct iovec", iovec);
	expect_shown("iovec", iovec);
	expect_shown("u32", "uint32: 4 bytes\n");
	expect_shown("struct in_addr", "struct in_addr: 4 bytes\n"
				       "       0  uint32 s_addr\n");
}

Test(show_type, fields)
{
	expect_shown("struct iovec.iov_len",
		     "struct iovec.iov_len: uint64 at offset 8, 8 bytes\n");
	expect_shown("iovec.iov_base",
		     "struct iovec.iov_base: void * at offset 0, 8 bytes\n");
	expect_shown(
		"bio.bi_bdev->bd_dev",
		"struct bio.bi_bdev: struct block_device * at offset 8, "
		"8 bytes\n"
		"struct block_device.bd_dev: uint32 at offset 8, 4 bytes\n");
}

static void expect_refused(const char *name, const char *text, const char *hint)
{
	auto_buf struct buf out = {};
	struct host h;

	host_open(&h, NULL);
	cr_expect_not(show_type(h.machine, str_from(name), &out, &h.diags));
	cr_assert_eq(h.diags.v.n, 1);
	expect_str(h.diags.v.v[0].text, text);
	expect_str(h.diags.v.v[0].hint, hint);
	host_close(&h);
}

Test(show_type, unknown)
{
	expect_refused("struct iovect", "no type is called 'struct iovect'",
		       "did you mean 'struct iovec'?");
	expect_refused("iovect", "no type is called 'iovect'",
		       "did you mean 'struct iovec'?");
	expect_refused("iovec.iov_lem", "struct iovec has no field 'iov_lem'",
		       "did you mean 'iov_len'?");
	expect_refused("iovec.iov_len.x", "uint64 has no fields", "");
	expect_refused("", "no type is called ''", "");
}

/* --- messages -------------------------------------------------------------- */

Test(explain, every_code)
{
	for (int i = 0; i < D_N; i++) {
		const struct diag_page *page = diag_page((enum diag_code)i);
		auto_buf struct buf out = {};

		cr_expect_gt(strlen(page->text), strlen(page->doc), "%s",
			     page->name);
		cr_expect(!strchr(page->text, '\n') &&
				  !strstr(page->text, "  "),
			  "%s", page->name);
		cr_expect(page->how ? !page->wrong && !page->right
				    : page->wrong && page->right,
			  "%s", page->name);
		explain_code((enum diag_code)i, &out);
		cr_expect_eq(out.p[out.n - 1], '\n');
		for (char *text = out.p; *text;) { /* fits a terminal */
			cr_expect_leq(strcspn(text, "\n"), 79, "%s", text);
			text += strcspn(text, "\n");
			text += *text == '\n';
		}
	}
}

Test(explain, names)
{
	static const struct {
		const char *name;
		enum diag_code code; /* D_N: none */
	} rows[] = {
		{ "D_TYPE", D_TYPE }, { "type", D_TYPE }, { "d_type", D_TYPE },
		{ "LOST", D_LOST },   { "D_TYP", D_N },   { "D_", D_N },
		{ "", D_N },          { "D_TYPES", D_N },
	};
	enum diag_code code;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		code = D_N;
		cr_expect_eq(diag_code_find(str_from(rows[i].name), &code),
			     rows[i].code != D_N, "%s", rows[i].name);
		cr_expect_eq(code, rows[i].code, "%s", rows[i].name);
	}
	expect_str(explain_suggest(STR("d_typ")), "D_TYPE");
	expect_str(explain_suggest(STR("VERIFER")), "D_VERIFIER");
	cr_expect_null(explain_suggest(STR("nothing like it")).p);
}

Test(explain, messages_with_their_notes)
{
	struct diags d = {};
	auto_buf struct buf out = {};

	diag_error(&d, (struct span){}, D_UNUSED, "one");
	diag_note(&d, (struct span){}, "of one");
	diag_warn(&d, (struct span){}, D_LOST, "two");
	explain_diags(&d, false, &out);
	expect_str(buf_view(&out),
		   "ERROR: one\n"
		   "NOTE: of one\n"
		   "\n"
		   "D_UNUSED: a declaration that is not used\n"
		   "\n"
		   "It is declared, and nothing uses it.\n"
		   "\n"
		   "a script that has the mistake:\n"
		   "\n"
		   "    begin { let $x = 1 }\n"
		   "\n"
		   "the same without it:\n"
		   "\n"
		   "    begin { let $x = 1; print($x) }\n"
		   "\n"
		   "WARNING: two\n"
		   "\n"
		   "D_LOST: events that were lost while tracing\n"
		   "\n"
		   "Events came faster than they could be printed, and the "
		   "buffer was full.\n"
		   "Print less by counting in maps, or raise perf_rb_pages in "
		   "config, with\n"
		   "':set' in a session.\n"
		   "\n"
		   "No script alone can cause it. It comes about while the "
		   "programs run, when\n"
		   "more events come than are read.\n");
	diags_free(&d);
}

/* --- tables ---------------------------------------------------------------- */

Test(table, columns)
{
	struct table t = { .heads = { ">N", "NAME", ">HITS", "TEXT" } };
	auto_buf struct buf all = {}, cut = {};

	table_add(&t, "%d", 1);
	table_add(&t, "one");
	table_add(&t, "%d", 12345);
	table_add(&t, "a text");
	table_add(&t, "%d", 10);
	table_add(&t, "eleven");
	table_add(&t, "-");
	table_add(&t, "%s", "");
	table_print(&t, 0, &all);
	expect_str(buf_view(&all), " N  NAME     HITS  TEXT\n"
				   " 1  one     12345  a text\n"
				   "10  eleven      -\n");
	table_print(&t, 20, &cut);
	expect_str(buf_view(&cut), " N  NAME     HITS...\n"
				   " 1  one     12345...\n"
				   "10  eleven      -\n");
	table_free(&t);
}

Test(table, empty)
{
	struct table t = { .heads = { "A", ">B" } };
	auto_buf struct buf out = {};

	table_print(&t, 80, &out);
	expect_str(buf_view(&out), "A  B\n");
	table_free(&t);
}

/* A character of several bytes is left out as a whole. */
Test(table, cut_between_characters)
{
	struct table t = { .heads = { "A" } };
	auto_buf struct buf out = {};

	table_add(&t, "abcd\u00e9fghijk");
	table_print(&t, 8, &out);
	expect_str(buf_view(&out), "A\nabcd...\n");
	table_free(&t);
}
