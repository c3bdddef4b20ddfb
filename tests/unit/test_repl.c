/* SPDX-License-Identifier: Apache-2.0 */
/* A session's engine without a kernel: what an input is, what is kept of
 * declarations, maps that are there. */
#include "cli/repl_impl.h"
#include "test_machine.h"

/* --- what an input is ------------------------------------------------------- */

static const struct {
	const char *text;
	enum repl_form form;
} forms[] = {
	{ "", FORM_EMPTY },
	{ " \t\n", FORM_EMPTY },
	{ "// a comment", FORM_EMPTY },
	{ "/* one\nof two lines */ ", FORM_EMPTY },
	{ "/* one", FORM_OPEN },
	{ "@x /* one", FORM_OPEN },
	{ ":ls", FORM_COMMAND },
	{ "  :p @x {", FORM_COMMAND },
	/* statements */
	{ "1+2", FORM_STATEMENT },
	{ "1 +", FORM_STATEMENT },
	{ "@x", FORM_STATEMENT },
	{ "@x[1] = 2;", FORM_STATEMENT },
	{ "nsecs", FORM_STATEMENT },
	{ "nsecs / 2", FORM_STATEMENT },
	{ "comm == \"a:b\"", FORM_STATEMENT },
	{ "pid ? 1:2", FORM_STATEMENT },
	{ "$x = 1; print($x)", FORM_STATEMENT },
	{ "let $x = 1", FORM_STATEMENT },
	{ "curtask.comm", FORM_STATEMENT },
	{ "(struct task_struct *)curtask", FORM_STATEMENT },
	{ "sizeof(struct file)", FORM_STATEMENT },
	{ "if (1) { print(1) }", FORM_STATEMENT },
	{ "{ print(1) }", FORM_STATEMENT },
	{ "\"no end", FORM_STATEMENT },
	{ "self->x", FORM_STATEMENT },
	{ "if (1) {", FORM_OPEN },
	{ "for ($i : 0..3) {\n\n", FORM_OPEN },
	{ "print((1,", FORM_OPEN },
	{ "print((1,\n\n", FORM_STATEMENT },
	{ "print(1))", FORM_STATEMENT },
	/* clauses */
	{ "begin { }", FORM_SCRIPT },
	{ "END{ }", FORM_SCRIPT },
	{ "kprobe:f { @ = 1 }", FORM_SCRIPT },
	{ "kprobe:f", FORM_OPEN },
	{ "kprobe:f\n\n", FORM_SCRIPT },
	{ "kprobe:f /pid == 1/", FORM_OPEN },
	{ "kprobe:f /pid == 1", FORM_OPEN },
	{ "kprobe:f,\n", FORM_OPEN },
	{ "kprobe:f, begin\n{\n}", FORM_SCRIPT },
	{ "kprobe:f { if (1) { }", FORM_OPEN },
	{ "kprobe:f { } kprobe:g {", FORM_OPEN },
	{ "kprobe:f { \"}\" ", FORM_OPEN },
	{ "t*:sched:* { }", FORM_SCRIPT },
	{ "x=kprobe:f { }", FORM_SCRIPT },
	{ "/* first */ i:s:1 { }", FORM_SCRIPT },
	/* declarations */
	{ "fn f() { }", FORM_SCRIPT },
	{ "fn f()", FORM_OPEN },
	{ "fn f( { }", FORM_SCRIPT },
	{ "macro m($x) {", FORM_OPEN },
	{ "let @m = hash(3);", FORM_SCRIPT },
	{ "config = { max_map_keys = 3 }", FORM_SCRIPT },
	{ "config = {", FORM_OPEN },
	{ "struct a { int b;", FORM_OPEN },
	{ "struct a { int b; };", FORM_SCRIPT },
	{ "#define A 1", FORM_SCRIPT },
	{ "#define A \\", FORM_OPEN },
	{ "#include <linux/fs.h>", FORM_SCRIPT },
	{ "import \"a.bt\"", FORM_SCRIPT },
};

Test(repl, forms)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		enum repl_form form = repl_form(str_from(forms[i].text));

		cr_expect_eq(form, forms[i].form, "'%s': %d, not %d",
			     forms[i].text, form, forms[i].form);
	}
}

/* --- declarations ------------------------------------------------------------- */

static void keep(struct repl *r, const char *text)
{
	struct sources srcs = { 0 };
	struct diags d = { .sources = &srcs };
	const struct source *src = source_add(&srcs, STR(""), str_from(text));
	struct script *s = script_parse(&srcs, src, NULL, &d);

	cr_assert(s);
	repl_keep_all(r, s, src);
	script_free(s);
	diags_free(&d);
	sources_free(&srcs);
}

/* The names of what a text needs, each with a blank behind it. */
static void expect_needs(struct repl *r, const char *text, const char *names)
{
	struct sources srcs = { 0 };
	auto_buf struct buf got = { 0 };
	size_t n = repl_kept_sources(r, &srcs, str_from(text));

	cr_expect_eq(n, srcs.v.n);
	vec_each(it, &srcs.v)
		buf_printf(&got, "%.*s ", STR_ARG(it->name));
	cr_expect_str_eq(got.n ? got.p : "", names, "%s", text);
	sources_free(&srcs);
}

Test(repl, keeps_what_is_declared)
{
	struct repl r = { 0 };

	keep(&r, "fn one() : int64 { return 1; } "
		 "fn two() : int64 { return one() + one(); }");
	keep(&r, "macro m($x) { $x + 1 }");
	keep(&r, "let @m = hash(3);");
	expect_needs(&r, "1 + 1", "");
	expect_needs(&r, "one()", "one ");
	expect_needs(&r, "begin { two(); }", "one two ");
	expect_needs(&r, "@m[1] = m(2)", "@m m ");
	expect_needs(&r, "someone(), @mm, onetwo", "");
	keep(&r, "#define A 1");
	keep(&r, "struct a { int b; };");
	keep(&r, "config = { max_map_keys = 3; max_strlen = 100 }");
	expect_needs(&r, "1", "max_map_keys max_strlen define A struct a ");
	cr_expect(repl_forget(&r, KEPT_C, STR("define A")));
	cr_expect(!repl_forget(&r, KEPT_C, STR("define A")));
	cr_expect(!repl_forget(&r, KEPT_FN, STR("m")));
	expect_needs(&r, "1", "max_map_keys max_strlen struct a ");
	repl_forget_all(&r);
	expect_needs(&r, "one() + m(1)", "");
}

Test(repl, a_later_declaration_replaces_in_place)
{
	struct repl r = { 0 };

	keep(&r, "#define A 1");
	keep(&r, "#define B A");
	keep(&r, "#define A 2");
	cr_assert(r.kept && r.kept->next && !r.kept->next->next);
	cr_expect(str_is(r.kept->text, "#define A 2"));
	cr_expect(str_is(r.kept->next->text, "#define B A"));
	repl_forget_all(&r);
}

Test(repl, names_of_c)
{
	static const char *const rows[][2] = {
		{ "#define X 1", "define X" },
		{ "# define  X(a) a", "define X" },
		{ "struct a { int b; };", "struct a" },
		{ "union /**/ a{ int b; };", "union a" },
		{ "enum e { A };", "enum e" },
		{ "typedef struct { int x; } name;", "typedef name" },
		{ "typedef int t;", "typedef t" },
		{ "#include <a.h>", "#include <a.h>" },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str name = c_text_name(&a, str_from(rows[i][0]));

		cr_expect(str_is(name, rows[i][1]), "%s: %.*s", rows[i][0],
			  STR_ARG(name));
	}
	arena_free(&a);
}

/* --- maps that are there -------------------------------------------------------- */

struct env {
	struct host host;
	struct live_maps live;
	struct plan *names;
};

/* Compiles text as a statement, with its maps there from now on; what is said,
 * or "" when it is right. */
static const char *enter(struct env *e, const char *text, uint32_t maker)
{
	struct sources srcs = { 0 };
	struct diags d = { .sources = &srcs };
	auto_buf struct buf said = { 0 };
	struct compile_opts o = {
		.machine = e->host.machine,
		.is_statement = true,
		.live = &e->live,
		.maker = maker,
		.last = STAGE_OBJ,
	};
	struct plan *p;

	p = compile(&srcs, source_add(&srcs, STR("t"), str_from(text)), &o, &d);
	vec_each(it, &d.v)
		buf_printf(&said, "%.*s; %.*s", STR_ARG(it->text),
			   STR_ARG(it->hint));
	cr_expect_eq(!p, d.errors > 0);
	plan_free(p);
	diags_free(&d);
	sources_free(&srcs);
	return arena_copy(&e->host.arena, said.n ? said.p : "", said.n);
}

static void close_env(struct env *e)
{
	live_free(&e->live);
	host_close(&e->host);
}

Test(repl, maps_keep_their_types)
{
	struct env e = { 0 };

	host_open(&e.host, NULL);
	cr_expect_str_eq(enter(&e, "@n = 1", 1), "");
	cr_expect_str_eq(enter(&e, "@n = 1 << 40", 0), "");
	cr_expect_str_eq(enter(&e, "print(@n + 1)", 0), "");
	cr_expect_str_eq(enter(&e, "@n = \"x\"", 0),
			 "'@n' cannot take a value of type string[2]: its "
			 "values are of type int64; entry 1 made it so; "
			 "':drop @n' forgets it");
	cr_expect_str_eq(enter(&e, "@n[1] = 1", 0),
			 "'@n' is used with a key here, but has none "
			 "elsewhere; entry 1 made it so; ':drop @n' forgets "
			 "it");
	cr_expect_str_eq(enter(&e, "@k[\"a\", 1] = count()", 0), "");
	cr_expect_str_eq(enter(&e, "@k[\"longer\", 1 << 40] = count()", 0), "");
	cr_expect_str_eq(enter(&e, "@k[1] = count()", 0),
			 "the key of '@k' is [int8] here, but was "
			 "[(string[64], int64)]; an earlier statement made it "
			 "so; ':drop @k' forgets it");
	live_drop(&e.live, STR("@n"));
	cr_expect_str_eq(enter(&e, "@n = \"x\"", 2), "");
	cr_expect_eq(live_find(&e.live, STR("@n"))->maker, 2);
	close_env(&e);
}

Test(repl, mistakes_make_no_maps)
{
	struct env e = { 0 };

	host_open(&e.host, NULL);
	cr_expect_neq(enter(&e, "@a = 1; @b = nothing_such", 0)[0], '\0');
	cr_expect_null(e.live.first);
	cr_expect_str_eq(enter(&e, "@a", 0), "nothing gives '@a' a value; ");
	close_env(&e);
}

Test(repl, types_that_fit)
{
	struct arena a = { 0 };
	struct types t = { 0 };
	const struct type *i4, *i8, *s8, *s16, *pair[2];

	types_init(&t, &a);
	i4 = type_int(&t, 4, true);
	i8 = type_int(&t, 8, false);
	s8 = type_string(&t, 8);
	s16 = type_string(&t, 16);
	cr_expect(live_takes(i8, i4));
	cr_expect(!live_takes(i4, i8));
	cr_expect(live_takes(i8, type_bool(&t)));
	cr_expect(!live_takes(type_bool(&t), i8));
	cr_expect(live_takes(s16, s8));
	cr_expect(!live_takes(s8, s16));
	cr_expect(!live_takes(s8, i8));
	pair[0] = s8;
	pair[1] = i4;
	const struct type *small = type_tuple(&t, pair, 2);

	pair[0] = s16;
	pair[1] = i8;
	const struct type *large = type_tuple(&t, pair, 2);

	cr_expect(live_takes(large, small));
	cr_expect(!live_takes(small, large));
	cr_expect(!live_takes(large, i8));
	cr_expect(live_takes(type_hist(&t, 2), type_hist(&t, 2)));
	cr_expect(!live_takes(type_hist(&t, 2), type_hist(&t, 3)));
	arena_free(&a);
}
