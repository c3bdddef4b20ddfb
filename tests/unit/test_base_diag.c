/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: what is recorded, and how it looks. */
#include <criterion/criterion.h>
#include <errno.h>

#include "base/diag.h"

static struct sources sources;
static struct diags diags;

static void setup(void)
{
	diags.sources = &sources;
}

static void teardown(void)
{
	diags_free(&diags);
	sources_free(&sources);
}

/* Where word is in the last text; the whole line of offsets starts at 1. */
static struct span at(const char *word)
{
	const struct source *src = &sources.v.v[sources.v.n - 1];
	const char *p = strstr(src->text.p, word);
	uint32_t start;

	cr_assert_not_null(p, "'%s' is not in the text", word);
	start = src->base + (uint32_t)(p - src->text.p);
	return (struct span){ start, start + (uint32_t)strlen(word) };
}

static void text(const char *t)
{
	source_add(&sources, STR("stdin"), str_from(t));
}

static void expect(const char *want)
{
	auto_buf struct buf b = { 0 };

	diags_render(&diags, false, &b);
	cr_expect_str_eq(b.p ? b.p : "", want, "got:\n%s", b.p);
}

TestSuite(diag, .init = setup, .fini = teardown);

static const struct span nowhere = { 0, 0 };

Test(diag, passes_can_return_it)
{
	cr_assert(!diag_error(&diags, nowhere, D_TYPE, "a"));
	cr_assert(!diag_warn(&diags, nowhere, D_UNUSED, "b"));
	cr_assert(!diag_note(&diags, nowhere, "c"));
	cr_assert_eq(diags.errors, 1);
	cr_assert(!diag_note(&diags, nowhere, "d"));
	cr_assert_eq(diags.warnings, 1);
	expect("ERROR: a\nWARNING: b\nNOTE: c\nNOTE: d\n");
}

Test(diag, line_and_underline)
{
	text("begin { print(args.foo); }");
	diag_error(&diags, at("args.foo"), D_UNKNOWN_FIELD, "no field '%s'",
		   "foo");
	expect("stdin:1:15-23: ERROR: no field 'foo'\n"
	       "begin { print(args.foo); }\n"
	       "              ~~~~~~~~\n");
}

Test(diag, hint_after_the_line)
{
	text("let @z = array(10);");
	diag_warn(&diags, at("array"), D_MAP_KIND, "no such kind");
	diag_hint(&diags, "one of: %s", "hash, lruhash");
	expect("stdin:1:10-15: WARNING: no such kind\n"
	       "let @z = array(10);\n"
	       "         ~~~~~\n"
	       "HINT: one of: hash, lruhash\n");
}

Test(diag, hints_add_up_and_need_a_message)
{
	diag_hint(&diags, "to nothing");
	diag_error(&diags, nowhere, D_USAGE, "a");
	diag_hint(&diags, "b");
	diag_hint(&diags, "c");
	expect("ERROR: a\nHINT: b\nHINT: c\n");
}

Test(diag, tabs_are_four_blanks)
{
	text("\tif\t(x)");
	diag_error(&diags, at("x"), D_TYPE, "tabs");
	diag_error(&diags, at("\t(x"), D_SYNTAX, "over a tab");
	expect("stdin:1:6-7: ERROR: tabs\n"
	       "    if    (x)\n"
	       "           ~\n"
	       "stdin:1:4-7: ERROR: over a tab\n"
	       "    if    (x)\n"
	       "      ~~~~~~\n");
}

/* n times the text, and what comes before and behind it. */
static void long_text(struct buf *b, const char *head, int n, const char *t,
		      const char *tail)
{
	buf_puts(b, head);
	while (n--)
		buf_puts(b, t);
	buf_puts(b, tail);
}

Test(diag, of_a_very_long_line_what_is_around_the_place)
{
	auto_buf struct buf line = { 0 }, want = { 0 };

	long_text(&line, "", 50000, "a ", "BAD");
	long_text(&line, "", 50000, " b", "");
	text(line.p);
	diag_error(&diags, at("BAD"), D_SYNTAX, "x");
	long_text(&want, "stdin:1:100001-100004: ERROR: x\n...", 100, "a ",
		  "BAD");
	long_text(&want, "", 98, " b", " ...\n");
	long_text(&want, "", 203, " ", "~~~\n");
	expect(want.p);
}

Test(diag, a_long_place_is_underlined_as_far_as_it_is_shown)
{
	auto_buf struct buf line = { 0 }, want = { 0 };

	long_text(&line, "x ", 5000, "\u00e4", "");
	text(line.p);
	diag_error(&diags, at("\u00e4"), D_SYNTAX, "y");
	diags.v.v[0].span.end += 9998;
	long_text(&want, "stdin:1:3-10003: ERROR: y\nx ", 199, "\u00e4",
		  "...\n");
	long_text(&want, "  ", 199, "~", "\n");
	expect(want.p);
}

Test(diag, crlf_is_not_shown)
{
	text("a;\r\nbad;\r\n");
	diag_error(&diags, at("bad;"), D_SYNTAX, "x");
	expect("stdin:2:1-5: ERROR: x\nbad;\n~~~~\n");
}

Test(diag, last_line_without_line_end)
{
	text("one\ntwo");
	diag_error(&diags, at("two"), D_SYNTAX, "x");
	expect("stdin:2:1-4: ERROR: x\ntwo\n~~~\n");
}

Test(diag, at_the_end_of_the_text)
{
	text("begin {\n");
	diag_error(&diags, (struct span){ 9, 9 }, D_SYNTAX, "unexpected end");
	expect("stdin:1:8-9: ERROR: unexpected end\n"
	       "begin {\n"
	       "       ~\n");
}

Test(diag, empty_text)
{
	text("");
	diag_error(&diags, (struct span){ 1, 1 }, D_SYNTAX, "nothing there");
	expect("stdin:1:1-2: ERROR: nothing there\n\n~\n");
}

Test(diag, over_several_lines_shows_the_first)
{
	text("begin {\n\tx;\n}\n");
	diag_error(&diags, at("{\n\tx;\n}"), D_SYNTAX, "x");
	expect("stdin:1-3: ERROR: x\n"
	       "begin {\n"
	       "      ~\n");
}

Test(diag, a_span_that_ends_with_the_line_end)
{
	text("abc\ndef\n");
	diag_error(&diags, at("abc\n"), D_SYNTAX, "x");
	expect("stdin:1:1-5: ERROR: x\nabc\n~~~\n");
}

Test(diag, utf8_is_one_column_wide)
{
	text("\"\xc3\xa9\xe2\x82\xac\" x");
	diag_error(&diags, at("x"), D_SYNTAX, "y");
	diag_error(&diags, at("\xc3\xa9\xe2\x82\xac"), D_SYNTAX, "z");
	expect("stdin:1:9-10: ERROR: y\n"
	       "\"\xc3\xa9\xe2\x82\xac\" x\n"
	       "     ~\n"
	       "stdin:1:2-7: ERROR: z\n"
	       "\"\xc3\xa9\xe2\x82\xac\" x\n"
	       " ~~\n");
}

Test(diag, control_characters_of_the_script_do_not_reach_the_terminal)
{
	text("a\033[2Jb\x7f");
	diag_error(&diags, at("b"), D_SYNTAX, "x");
	expect("stdin:1:6-7: ERROR: x\na?[2Jb?\n     ~\n");
}

Test(diag, names_the_text_it_is_in)
{
	source_add(&sources, STR("dir/a.bt"), STR("one\n"));
	source_add(&sources, STR("b.bt"), STR("two\n"));
	diag_error(&diags, at("two"), D_SYNTAX, "x");
	diag_error(&diags, (struct span){ 2, 4 }, D_SYNTAX, "y");
	expect("b.bt:1:1-4: ERROR: x\ntwo\n~~~\n"
	       "dir/a.bt:1:2-4: ERROR: y\none\n ~~\n");
}

Test(diag, a_span_over_two_texts_is_cut)
{
	source_add(&sources, STR("a"), STR("one"));
	source_add(&sources, STR("b"), STR("two"));
	diag_error(&diags, (struct span){ 1, 7 }, D_SYNTAX, "x");
	expect("a:1:1-2: ERROR: x\none\n~\n");
}

Test(diag, without_sources_or_out_of_range_there_is_no_place)
{
	text("abc");
	diag_error(&diags, (struct span){ 100, 101 }, D_SYNTAX, "x");
	diags.sources = NULL;
	diag_error(&diags, (struct span){ 1, 2 }, D_SYNTAX, "y");
	expect("ERROR: x\nERROR: y\n");
}

Test(diag, colour)
{
	auto_buf struct buf b = { 0 };

	text("ab cd");
	diag_error(&diags, at("cd"), D_TYPE, "x");
	diag_hint(&diags, "y");
	diag_render(&diags, &diags.v.v[0], true, &b);
	cr_expect_str_eq(b.p, "stdin:1:4-6: \033[1;31mERROR:\033[0m x\n"
			      "ab cd\n"
			      "   \033[1;31m~~\033[0m\n"
			      "\033[1;36mHINT:\033[0m y\n");
}

Test(diag, the_same_again_is_dropped_with_its_hint_and_note)
{
	text("ab cd");
	diag_error(&diags, at("cd"), D_TYPE, "first");
	diag_error(&diags, at("cd"), D_TYPE, "again");
	diag_hint(&diags, "lost");
	cr_assert(!diag_note(&diags, at("ab"), "lost too"));
	cr_assert_eq(diags.errors, 1);
	expect("stdin:1:4-6: ERROR: first\nab cd\n   ~~\n");
}

Test(diag, another_code_place_or_severity_is_not_the_same)
{
	text("ab cd");
	diag_error(&diags, at("cd"), D_TYPE, "a");
	diag_error(&diags, at("cd"), D_RANGE, "b");
	diag_error(&diags, at("ab"), D_TYPE, "c");
	diag_warn(&diags, at("ab"), D_TYPE, "d");
	cr_assert_eq(diags.v.n, 4);
	cr_assert_eq(diags.errors, 3);
}

Test(diag, without_a_place_the_text_decides)
{
	diag_error(&diags, nowhere, D_IO, "cannot open a");
	diag_error(&diags, nowhere, D_IO, "cannot open b");
	diag_error(&diags, nowhere, D_IO, "cannot open a");
	expect("ERROR: cannot open a\nERROR: cannot open b\n");
}

Test(diag, muted_records_nothing)
{
	diag_error(&diags, nowhere, D_TYPE, "kept");
	diag_mute(&diags, true);
	diag_mute(&diags, true);
	cr_assert(!diag_error(&diags, nowhere, D_TYPE, "a"));
	diag_hint(&diags, "to nothing");
	diag_mute(&diags, false);
	cr_assert(!diag_warn(&diags, nowhere, D_UNUSED, "b"));
	cr_assert_eq(diag_errno(&diags, ENOENT, D_IO, "c"), -ENOENT);
	diag_note(&diags, nowhere, "d");
	diag_mute(&diags, false);
	cr_assert_eq(diags.v.n, 1);
	cr_assert_eq(diags.errors, 1);
	diag_error(&diags, nowhere, D_TYPE, "heard");
	expect("ERROR: kept\nERROR: heard\n");
}

Test(diag, unmuting_what_is_not_muted_does_nothing)
{
	diag_mute(&diags, false);
	diag_error(&diags, nowhere, D_TYPE, "heard");
	cr_assert_eq(diags.errors, 1);
}

Test(diag, errno_of_either_sign)
{
	cr_assert_eq(diag_errno(&diags, EACCES, D_PERMISSION, "open %s", "a"),
		     -EACCES);
	cr_assert_eq(diag_errno(&diags, -ENOENT, D_IO, "open %s", "b"),
		     -ENOENT);
	expect("ERROR: open a: Permission denied\n"
	       "ERROR: open b: No such file or directory\n");
}

Test(diag, environment)
{
	cr_assert(!diags_environment(&diags));
	diag_error(&diags, nowhere, D_TYPE, "a");
	diag_warn(&diags, nowhere, D_LOST, "b");
	cr_assert(!diags_environment(&diags));
	diag_error(&diags, nowhere, D_IO, "c");
	cr_assert(diags_environment(&diags));
}

Test(diag, every_code_has_its_row)
{
	for (int i = 0; i < D_N; i++) {
		const char *name = diag_code_name((enum diag_code)i);
		const char *doc = diag_code_doc((enum diag_code)i);

		cr_assert(name && !strncmp(name, "D_", 2), "code %d", i);
		cr_assert(doc && *doc, "%s", name);
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(name,
					  diag_code_name((enum diag_code)j));
	}
	cr_assert_str_eq(diag_code_name(D_SYNTAX), "D_SYNTAX");
	cr_assert_str_eq(diag_code_name(D_RUNTIME), "D_RUNTIME");
}

Test(diag, free_leaves_an_empty_one)
{
	diag_error(&diags, nowhere, D_TYPE, "a");
	diags_free(&diags);
	diags_free(NULL);
	cr_assert_eq(diags.v.n, 0);
	cr_assert_eq(diags.errors, 0);
	cr_assert_eq(diags.sources, &sources);
	expect("");
}
