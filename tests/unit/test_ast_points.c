/* SPDX-License-Identifier: Apache-2.0 */
/* Attach points, and where mistakes are reported. */
#include "test_ast.h"

#include <criterion/criterion.h>

/* The parts of the first attach point, with '|' between them. */
static void expect_parts(const char *script, const char *parts,
			 bool has_predicate)
{
	struct parsed *p = parsed_new(str_from(script));
	struct buf got = { 0 };

	cr_assert_not_null(p->s, "%s\n%s", script, p->text.p);
	vec_each(it, &p->s->probes->points->parts) {
		if (got.n)
			buf_putc(&got, '|');
		buf_str(&got, *it);
	}
	cr_expect_str_eq(got.p, parts);
	cr_expect_eq(p->s->probes->predicate != NULL, has_predicate, "%s",
		     script);
	buf_free(&got);
	parsed_free(p);
}

Test(ast_points, parts)
{
	expect_parts("BEGIN{}", "BEGIN", false);
	expect_parts("kprobe:f{}", "kprobe|f", false);
	expect_parts("kprobe:f/1/{}", "kprobe|f", true);
	expect_parts("kprobe:f /1/ {}", "kprobe|f", true);
	expect_parts("kprobe:f//c\n{}", "kprobe|f", false);
	expect_parts("kprobe:f/* c */{}", "kprobe|f", false);
	expect_parts("tracepoint:c:d/pid==1/{}", "tracepoint|c|d", true);
	expect_parts("tracepoint:c:d/4/2/ /* c */ {}", "tracepoint|c|d", true);
	expect_parts("uprobe:/a/b:f/1/{}", "uprobe|/a/b|f", true);
	expect_parts("u:a/b:f{}", "u|a/b|f", false);
	expect_parts("UPROBE:a/b:f{}", "UPROBE|a/b|f", false);
	expect_parts("usdt:/a/b:n:x/1/{}", "usdt|/a/b|n|x", true);
	expect_parts("uprobe:/a/*:f{}", "uprobe|/a/*|f", false);
	expect_parts("uprobe:\"/a b,{\":f{}", "uprobe|/a b,{|f", false);
	expect_parts("uprobe:/a\\ b:f{}", "uprobe|/a b|f", false);
	expect_parts("uprobe:/a@b/c.c:3{}", "uprobe|/a|@|b/c.c|3", false);
	expect_parts("iter:task:a/b{}", "iter|task|a/b", false);
	expect_parts("interval:s:$1{}", "interval|s|1", false);
	expect_parts("uprobe:/bin/$2:f{}", "uprobe|/bin/bash|f", false);
	expect_parts("uprobe:\"$2\":f{}", "uprobe|$2|f", false);
	expect_parts("kprobe:f,{}", "kprobe|f", false);
}

Test(ast_points, label_and_places)
{
	struct parsed *p =
		parsed_new(STR("a-b=kprobe:f,\n\tuprobe:\"x\":g+4 { }"));
	const struct attach_point *a;

	cr_assert_not_null(p->s, "%s", p->text.p);
	a = p->s->probes->points;
	cr_expect(str_is(a->label, "a-b"));
	cr_expect(str_is(a->text, "a-b=kprobe:f"));
	cr_expect(str_is(parsed_at(p, a->part_spans.v[0]), "kprobe"));
	cr_expect(str_is(parsed_at(p, a->part_spans.v[1]), "f"));
	a = a->next;
	cr_expect_eq(a->label.n, 0);
	cr_expect(str_is(parsed_at(p, a->part_spans.v[1]), "\"x\""));
	cr_expect(str_is(parsed_at(p, a->part_spans.v[2]), "g+4"));
	cr_expect_null(a->next);
	parsed_free(p);
}

/* Mistakes: what is underlined, of each. */
static void expect_errors(const char *script, const char *places)
{
	struct parsed *p = parsed_new(str_from(script));
	struct buf got = { 0 };

	cr_assert_null(p->s, "%s", script);
	vec_each(it, &p->d.v) {
		if (it->severity != SEV_ERROR)
			continue;
		if (got.n)
			buf_putc(&got, '|');
		buf_str(&got, parsed_at(p, it->span));
	}
	cr_expect_str_eq(got.p, places, "%s: %s", script, got.p);
	buf_free(&got);
	parsed_free(p);
}

Test(ast_points, one_error_for_one_mistake)
{
	expect_errors("kprobe:f { @x = 1 @y = 2; @z = 3; }", "@y");
	expect_errors("kprobe:f { @x = ; @y = * ; }", ";|;");
	expect_errors("kprobe:f { if (x { a(); b(); } c() d(); }", "{|d");
	expect_errors("kprobe:f { print(1)); }", ")");
	expect_errors("kprobe:f { } } kprobe:g { 1 2 }", "}|2");
	expect_errors("kprobe:f { if (a) { \nkprobe:g { a b; }", "kprobe|b");
	expect_errors("kprobe f { a b; } kprobe:g { }", "f|b");
	expect_errors("kprobe:f { a.; } kprobe:g { ->b; }", ";|->");
	expect_errors("kprobe:f { @a[]; f(,); }", "]|,");
	expect_errors("kprobe:f { if ($x = 1) { a } else { b } }", "=");
	expect_errors("kprobe:f { print(\"abc); }", "\"abc); }");
	expect_errors("config = { a = ; b = 1 } kprobe:f { a b }", ";|b");
	expect_errors("fn f($a) { x y } kprobe:f { a b }", ")|b");
	expect_errors("kprobe:$7 { }", "$7");
}

/* What the first message says, and its hint. */
static void expect_hint(const char *script, const char *text, const char *hint)
{
	struct parsed *p = parsed_new(str_from(script));

	cr_assert_null(p->s, "%s", script);
	cr_expect_str_eq(p->d.v.v[0].text.p, text);
	cr_expect(p->d.v.v[0].hint.n && strstr(p->d.v.v[0].hint.p, hint),
		  "%s: %s", script, p->text.p);
	parsed_free(p);
}

Test(ast_points, hints)
{
	expect_hint("begin { = 1; }", "unexpected '=', expected a statement",
		    "single quotes");
	expect_hint("begin { if ( == 1) { } }",
		    "unexpected '==', expected an expression", "single quotes");
	expect_hint("begin { @x = 1\n@y = 2; }",
		    "unexpected '@y', expected ';'", "line 1");
	expect_hint("begin { if (1) print(1); }",
		    "unexpected 'print', expected '{'", "braces");
	expect_hint("begin { print(1)); }", "unexpected ')', expected ';'",
		    "no '('");
	expect_hint("begin { } }", "unexpected '}', expected a probe",
		    "no '{'");
	expect_hint("begin { END { } }", "unexpected '{', expected ';'",
		    "'END'");
	expect_hint("begin { print('a'); }", "strings are in double quotes",
		    "write \"a\"");
	expect_hint("kprobe: f { }", "unexpected 'f', expected ',' or '{'",
		    "':'");
	expect_hint("kprobe:f /pid { }", "unexpected '{', expected '/'", "'/'");
}

Test(ast_points, nul_has_a_place)
{
	struct parsed *p = parsed_new(STR("begin {\n \0 }"));

	cr_assert_null(p->s);
	cr_expect_eq(p->d.errors, 1);
	cr_expect_eq(source_find(&p->srcs, p->d.v.v[0].span.start).line, 2);
	parsed_free(p);
}

/* Nothing nested too deeply reaches the passes that recurse. */
Test(ast_points, depth_is_bounded)
{
	static const char *const rows[] = {
		"(",        "!", "- ",     "(int8)",  "f(", "@x[",  "comptime ",
		"a ? b : ", "{", "if 1 {", "sizeof(", "1+", "a ? ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf text = { 0 };
		struct parsed *p;

		buf_puts(&text, "kprobe:f { $x = ");
		for (unsigned int n = 0; n < 12000; n++)
			buf_puts(&text, rows[i]);
		buf_puts(&text, "1; }");
		p = parsed_new(buf_view(&text));
		cr_expect_null(p->s, "%s", rows[i]);
		cr_expect_eq(p->d.v.n ? p->d.v.v[0].code : D_N, D_LIMIT, "%s",
			     rows[i]);
		parsed_free(p);
		buf_free(&text);
	}
}
