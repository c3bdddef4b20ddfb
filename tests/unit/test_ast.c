/* SPDX-License-Identifier: Apache-2.0 */
#include "test_ast.h"

#include <criterion/criterion.h>

static const char *const params[] = { "1", "bash" };

struct parsed *parsed_new(struct str text)
{
	const struct parse_env env = { params, ARRAY_SIZE(params) };
	struct parsed *p = xzalloc(sizeof(*p));

	p->d.sources = &p->srcs;
	p->s = script_parse(&p->srcs, source_add(&p->srcs, STR("stdin"), text),
			    &env, &p->d);
	if (p->s)
		script_text(p->s, false, &p->text);
	else
		diags_render(&p->d, false, &p->text);
	return p;
}

void parsed_free(struct parsed *p)
{
	script_free(p->s);
	buf_free(&p->text);
	diags_free(&p->d);
	sources_free(&p->srcs);
	free(p);
}

struct expr *parsed_value(struct parsed *p)
{
	cr_assert_not_null(p->s, "%s", p->text.p);
	cr_assert_eq(p->s->probes->body->kind, ST_ASSIGN);
	return p->s->probes->body->assign.value;
}

struct str parsed_at(const struct parsed *p, struct span at)
{
	const struct source *src = &p->srcs.v.v[0];

	cr_assert(at.start >= src->base && at.end >= at.start &&
		  at.end - src->base <= src->text.n);
	return (struct str){ src->text.p + (at.start - src->base),
			     at.end - at.start };
}

static struct parsed *value_of(const char *text)
{
	struct arena a = { 0 };
	struct parsed *p;

	p = parsed_new(str_printf(&a, "kprobe:f { $x = %s; }", text));
	arena_free(&a);
	return p;
}

Test(ast, numbers)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {
		{ "0", 0 },
		{ "10", 10 },
		{ "0xFf", 255 },
		{ "017", 15 },
		{ "0o17", 15 },
		{ "0b101", 5 },
		{ "1_000", 1000 },
		{ "1e6", 1000000 },
		{ "10e6", 10000000 },
		{ "1e0", 1 },
		{ "0e99", 0 },
		{ "1e19", 10000000000000000000u },
		{ "5u", 5 },
		{ "5ULL", 5 },
		{ "0x10ul", 16 },
		{ "2us", 2000 },
		{ "1e6us", 1000000000 },
		{ "1d", 86400000000000 },
		{ "18446744073709551615", UINT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct parsed *p = value_of(rows[i].text);
		struct expr *e = parsed_value(p);

		cr_expect_eq(e->kind, EX_INT, "%s", rows[i].text);
		cr_expect_eq((uint64_t)e->num, rows[i].value, "%s",
			     rows[i].text);
		cr_expect(str_is(e->str, rows[i].text));
		parsed_free(p);
	}
}

Test(ast, malformed_numbers)
{
	static const char *const rows[] = {
		"09",      "0b2",
		"0x",      "1_",
		"5xs",     "1NS",
		"0xfg",    "1e",
		"1e20",    "18446744073709551616",
		"5lul",    "1e6_",
		"999999d", "0x1_0000_0000_0000_0000",
		"1e999",
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct parsed *p = value_of(rows[i]);

		cr_expect_null(p->s, "%s", rows[i]);
		cr_expect_eq(p->d.errors, 1, "%s", rows[i]);
		cr_expect_eq(p->d.v.n ? p->d.v.v[0].code : D_N, D_LITERAL);
		parsed_free(p);
	}
}

Test(ast, strings)
{
	static const struct {
		const char *text;
		struct str value;
	} rows[] = {
		{ "\"\"", { "", 0 } },
		{ "\"a b\"", { "a b", 3 } },
		{ "\"\\n\\t\\r\\\"\\\\\"", { "\n\t\r\"\\", 5 } },
		{ "\"\\a\\b\\f\\v\\e\"", { "\a\b\f\v\033", 5 } },
		{ "\"\\101\\0\\1019\"", { "A\0A9", 4 } },
		{ "\"\\x4\\x41g\"", { "\004Ag", 3 } },
		{ "\"// /* \"", { "// /* ", 6 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct parsed *p = value_of(rows[i].text);
		struct expr *e = parsed_value(p);

		cr_expect_eq(e->kind, EX_STR, "%s", rows[i].text);
		cr_expect(str_eq(e->str, rows[i].value), "%s", rows[i].text);
		parsed_free(p);
	}
}

/* What parentheses around a name are. */
Test(ast, casts)
{
	static const struct {
		const char *text;
		enum expr_kind kind;
	} rows[] = {
		{ "(uint64)$x", EX_CAST },
		{ "(uint64)-1", EX_CAST },
		{ "(uint64)*$p", EX_CAST },
		{ "(struct foo *)x", EX_CAST },
		{ "(int8[4])x", EX_CAST },
		{ "(int8[])x", EX_CAST },
		{ "(foo)x", EX_CAST },
		{ "(foo)\"x\"", EX_CAST },
		{ "(foo)1", EX_CAST },
		{ "(foo)(x)", EX_CAST },
		{ "(foo *)x", EX_CAST },
		{ "(foo_t)-1", EX_CAST },
		{ "(unsigned long)x", EX_CAST },
		{ "(typeof(@x))1", EX_CAST },
		{ "(pid)-1", EX_BINARY },
		{ "(pid)*2", EX_BINARY },
		{ "(pid)&2", EX_BINARY },
		{ "(pid)", EX_NAME },
		{ "(a)[1]", EX_INDEX },
		{ "f(uint64)", EX_CALL },
		{ "(a = 1)", EX_RECORD },
		{ "(a, 1)", EX_TUPLE },
		{ "(a,)", EX_TUPLE },
		{ "()", EX_TUPLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct parsed *p = value_of(rows[i].text);

		cr_expect_eq(parsed_value(p)->kind, rows[i].kind, "%s:\n%s",
			     rows[i].text, p->text.p);
		parsed_free(p);
	}
}

/* Every node is where it was written. */
Test(ast, spans)
{
	struct parsed *p = value_of("f(1 + $b, a.b[ 3 ]) * (uint8)@m[1]");
	struct expr *e = parsed_value(p), *call = e->bin.l;

	cr_expect(str_is(parsed_at(p, e->span),
			 "f(1 + $b, a.b[ 3 ]) * (uint8)@m[1]"));
	cr_expect(str_is(parsed_at(p, call->span), "f(1 + $b, a.b[ 3 ])"));
	cr_expect(str_is(parsed_at(p, call->call.id_span), "f"));
	cr_expect(str_is(parsed_at(p, call->call.args->span), "1 + $b"));
	cr_expect(
		str_is(parsed_at(p, call->call.args->next->span), "a.b[ 3 ]"));
	cr_expect(str_is(parsed_at(p, e->bin.r->span), "(uint8)@m[1]"));
	cr_expect(str_is(parsed_at(p, e->bin.r->cast.to->span), "uint8"));
	cr_expect(str_is(parsed_at(p, p->s->probes->body->span),
			 "$x = f(1 + $b, a.b[ 3 ]) * (uint8)@m[1]"));
	cr_expect(str_is(parsed_at(p, p->s->probes->points->span), "kprobe:f"));
	parsed_free(p);
}

static void first_name(struct expr *e, void *arg)
{
	struct str *name = arg;

	if (e->kind == EX_VAR && !name->n)
		*name = e->var.id;
}

static void count(struct expr *e, void *arg)
{
	*(unsigned int *)arg += e->kind != EX_N;
}

/* Deep, but within the bounds: the recursive functions manage. */
Test(ast, deep_trees)
{
	static const struct {
		const char *before, *after;
		unsigned int n;
	} rows[] = {
		{ "(", ")", 190 },        { "!", "", 480 },
		{ "1+", "", 480 },        { "{ ", " }", 190 },
		{ "if 1 { ", " }", 160 }, { "a ? ", " : 1", 240 },
		{ "f(", ")", 190 },       { "(uint8)", "", 480 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buf text = { 0 };
		struct arena a = { 0 };
		struct parsed *p;
		unsigned int n;

		buf_puts(&text, "kprobe:f { $x = ");
		for (n = 0; n < rows[i].n; n++)
			buf_puts(&text, rows[i].before);
		buf_puts(&text, "1");
		for (n = 0; n < rows[i].n; n++)
			buf_puts(&text, rows[i].after);
		buf_puts(&text, "; }");
		p = parsed_new(buf_view(&text));
		cr_assert_not_null(p->s, "%s\n%s", rows[i].before, p->text.p);
		cr_expect_not_null(stmt_clone(&a, p->s->probes->body));
		arena_free(&a);
		parsed_free(p);
		buf_free(&text);
	}
}

Test(ast, clone_and_each)
{
	struct parsed *p = parsed_new(
		STR("kprobe:f { for ($i : 0..3) { if ($i) { print(@m[$i]); } "
		    "} let $x : uint8[4] = (a = 1, b = { 2; 3 }); }"));
	struct arena a = { 0 };
	struct stmt *copy;
	unsigned int n = 0, m = 0;
	struct str name = { 0 };

	cr_assert_not_null(p->s, "%s", p->text.p);
	copy = stmt_clone(&a, p->s->probes->body);
	stmt_each_expr(p->s->probes->body, count, &n);
	stmt_each_expr(copy, count, &m);
	cr_expect_eq(n, 14, "%u", n);
	cr_expect_eq(m, n);
	stmt_each_expr(copy, first_name, &name);
	cr_expect(str_is(name, "$i"));
	cr_expect_neq(copy, p->s->probes->body);
	cr_expect_neq(copy->loop.body, p->s->probes->body->loop.body);
	arena_free(&a);
	parsed_free(p);
}
