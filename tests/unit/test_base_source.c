/* SPDX-License-Identifier: Apache-2.0 */
/* Source texts: offsets to lines and columns, spans. */
#include <criterion/criterion.h>

#include "base/diag.h"

static const struct source *add(struct sources *s, const char *text)
{
	return source_add(s, STR("stdin"), str_from(text));
}

/* Every offset of a text as "line:column ", the end included. */
static void expect_positions(const char *text, const char *want)
{
	struct sources s = { 0 };
	const struct source *src = add(&s, text);
	auto_buf struct buf b = { 0 };

	for (uint32_t i = 0; i <= src->text.n; i++) {
		struct source_pos p = source_find(&s, src->base + i);

		cr_assert_eq(p.source, src);
		buf_printf(&b, "%u:%u ", p.line, p.column);
	}
	cr_expect_str_eq(b.p, want, "'%s': %s", text, b.p);
	sources_free(&s);
}

Test(source, every_offset_has_a_line_and_a_column)
{
	expect_positions("", "1:1 ");
	expect_positions("a", "1:1 1:2 ");
	expect_positions("ab\nc", "1:1 1:2 1:3 2:1 2:2 ");
	expect_positions("a\n\nb\n", "1:1 1:2 2:1 3:1 3:2 3:2 ");
}

Test(source, the_end_is_on_the_last_line_with_or_without_a_line_end)
{
	expect_positions("a\n", "1:1 1:2 1:2 ");
	expect_positions("\n", "1:1 1:1 ");
	expect_positions("\n\n", "1:1 2:1 2:1 ");
}

Test(source, both_bytes_of_crlf_are_after_the_line)
{
	expect_positions("ab\r\nc\r\n", "1:1 1:2 1:3 1:3 2:1 2:2 2:2 2:2 ");
	expect_positions("a\rb", "1:1 1:2 1:3 1:4 ");
}

Test(source, columns_are_bytes)
{
	expect_positions("\t\xc3\xa9x", "1:1 1:2 1:3 1:4 1:5 ");
}

Test(source, lines_come_without_their_ends)
{
	struct sources s = { 0 };
	const struct source *src = add(&s, "one\r\n\ntw\to\nlast");

	cr_assert_eq(src->lines.n, 4);
	cr_assert(str_is(source_line(src, 1), "one"));
	cr_assert(str_is(source_line(src, 2), ""));
	cr_assert(str_is(source_line(src, 3), "tw\to"));
	cr_assert(str_is(source_line(src, 4), "last"));
	cr_assert(str_is(source_line(src, 0), ""));
	cr_assert(str_is(source_line(src, 5), ""));
	sources_free(&s);
}

Test(source, the_text_is_a_copy_that_ends_in_nul)
{
	char text[] = "abc";
	struct sources s = { 0 };
	const struct source *src =
		source_add(&s, STR("f"), (struct str){ text, 2 });

	text[0] = 'x';
	cr_assert_str_eq(src->text.p, "ab");
	cr_assert_eq(src->text.n, 2);
	sources_free(&s);
}

Test(source, several_texts_share_one_line_of_offsets)
{
	struct sources s = { 0 };
	uint32_t a, b, c;

	a = source_add(&s, STR("a"), STR("one\n"))->base;
	b = source_add(&s, STR("b"), STR(""))->base;
	c = source_add(&s, STR("c"), STR("x\ny"))->base;
	cr_assert_eq(a, 1);
	cr_assert(str_is(source_find(&s, a + 3).source->name, "a"));
	cr_assert(str_is(source_find(&s, a + 4).source->name, "a"));
	cr_assert(str_is(source_find(&s, b).source->name, "b"));
	cr_assert(str_is(source_find(&s, c).source->name, "c"));
	cr_assert_eq(source_find(&s, c + 2).line, 2);
	sources_free(&s);
}

Test(source, no_text_at_no_offset)
{
	struct sources s = { 0 };

	cr_assert_null(source_find(&s, 0).source);
	cr_assert_null(source_find(&s, 1).source);
	add(&s, "ab");
	cr_assert_null(source_find(&s, 0).source);
	cr_assert_not_null(source_find(&s, 3).source);
	cr_assert_null(source_find(&s, 4).source);
	cr_assert_null(source_find(&s, UINT32_MAX).source);
	sources_free(&s);
	sources_free(NULL);
	cr_assert_null(source_find(&s, 1).source);
}

Test(source, expansions_are_where_they_are_written)
{
	struct sources s = { 0 };
	const struct source *src = add(&s, "macro m { x }\nm + m\n");
	struct span body = { src->base + 8, src->base + 13 };
	struct span use = { src->base + 14, src->base + 15 }, used;
	uint32_t a = source_expand(&s, body, use);
	uint32_t b = source_expand(&s, (struct span){ a + 2, a + 3 }, body);
	uint32_t end = source_add(&s, STR("end"), STR("e"))->base;

	cr_assert_gt(a, src->base);
	cr_assert_gt(b, a + 5);
	cr_assert_gt(end, b + 1);
	cr_assert_eq(source_origin(&s, a + 2), body.start + 2);
	cr_assert_eq(source_origin(&s, b), body.start + 2);
	cr_assert_eq(source_origin(&s, use.start), use.start);
	cr_assert_eq(source_find(&s, b).column, 11);
	cr_assert_eq(source_find(&s, a + 5).column, 14);
	used = source_used(&s, a + 2);
	cr_assert_eq(used.start, use.start);
	cr_assert_eq(used.end, use.end);
	cr_assert_eq(source_used(&s, b).start, body.start);
	cr_assert_eq(source_used(&s, use.start).start, 0);
	cr_assert(str_is(source_find(&s, end).source->name, "end"));
	cr_assert_eq(source_expand(&s, (struct span){ 1, UINT32_MAX }, use), 0);
	sources_free(&s);
}

Test(source, many_lines)
{
	struct sources s = { 0 };
	auto_buf struct buf b = { 0 };
	const struct source *src;

	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%03d\n", i);
	src = add(&s, b.p);
	cr_assert_eq(src->lines.n, 1000);
	for (uint32_t i = 0; i < 1000; i++) {
		struct source_pos p = source_find(&s, src->base + 4 * i + 2);

		cr_assert_eq(p.line, i + 1);
		cr_assert_eq(p.column, 3);
	}
	cr_assert(str_is(source_line(src, 1000), "999"));
	sources_free(&s);
}

Test(span, join_covers_both)
{
	struct span a = { 5, 8 }, b = { 2, 6 }, none = { 0, 0 }, s;

	s = span_join(a, b);
	cr_assert(s.start == 2 && s.end == 8);
	s = span_join(b, a);
	cr_assert(s.start == 2 && s.end == 8);
	s = span_join(a, none);
	cr_assert(s.start == 5 && s.end == 8);
	s = span_join(none, a);
	cr_assert(s.start == 5 && s.end == 8);
	s = span_join(none, none);
	cr_assert(s.start == 0 && s.end == 0);
}
