/* SPDX-License-Identifier: Apache-2.0 */
/* Prototypes and the joining of types. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "compile.h"
#include "lang/lang.h"
#include "plan/params.h"
#include "sema/check.h"
#include "sema/proto.h"

/* --- prototypes ------------------------------------------------------------------ */

static const struct {
	const char *text;
	const char *result, *first; /* first: type of the first parameter */
	uint32_t n, n_min;
	bool is_variadic, is_const; /* is_const: of the last parameter */
} protos[] = {
	{ "none exit([int code])", "none", "int", 1, 0, false, false },
	{ "none printf(const string f, ...)", "none", "string", 1, 1, true,
	  true },
	{ "any hist(number n, [const int bits])", "any", "number", 2, 1, false,
	  true },
	{ "int f(string[16] a, string b)", "int", "string[16]", 2, 2, false,
	  false },
	{ "uint64 f(map m, [key k [, const int n]])", "uint64", "map", 3, 1,
	  false, true },
	{ "struct x * f(struct task_struct *t)", "struct x *",
	  "struct task_struct *", 1, 1, false, false },
	{ "none f()", "none", NULL, 0, 0, false, false },
	{ "none f(any)", "none", "any", 1, 1, false, false },
};

Test(sema, prototypes)
{
	for (size_t i = 0; i < ARRAY_SIZE(protos); i++) {
		const char *text = protos[i].text;
		struct proto p;

		cr_assert(proto_parse(text, &p), "%s", text);
		cr_expect(str_is(p.result, protos[i].result), "%s", text);
		cr_expect_eq(p.n, protos[i].n, "%s: %u", text, p.n);
		cr_expect_eq(p.n_min, protos[i].n_min, "%s: %u", text, p.n_min);
		cr_expect_eq(p.is_variadic, protos[i].is_variadic, "%s", text);
		if (!p.n)
			continue;
		cr_expect(str_is(p.params[0].type, protos[i].first), "%s: %.*s",
			  text, STR_ARG(p.params[0].type));
		cr_expect_eq(p.params[p.n - 1].is_const, protos[i].is_const,
			     "%s", text);
	}
}

Test(sema, malformed_prototypes)
{
	static const char *const texts[] = {
		"",
		"none",
		"none f",
		"none f(",
		"f()",
		"none f(int a",
		"none f(const )",
		"none f(int a) b",
		"none f(..., int a)",
	};
	struct proto p;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		cr_expect_not(proto_parse(texts[i], &p), "'%s'", texts[i]);
}

Test(sema, every_row_has_a_prototype)
{
	struct proto p;
	size_t n = 0;

	for (size_t i = 0; function_tables[i]; i++)
		for (const struct function *f = function_tables[i]; f->name;
		     f++, n++) {
			cr_expect(proto_parse(f->proto, &p), "%s", f->proto);
			cr_expect(f->doc && f->example, "%s", f->name);
			cr_expect_eq(function_find(str_from(f->name)), f,
				     "%s is there twice", f->name);
		}
	cr_expect_gt(n, 10u);
}

/* --- joining --------------------------------------------------------------------- */

/* A '+' after the type: from literals that are not negative. */
static const struct {
	const char *a, *b, *out; /* out NULL: they do not go together */
} joins[] = {
	{ "int8", "int8", "int8" },
	{ "int8", "int32", "int32" },
	{ "uint8", "uint64", "uint64" },
	{ "int8", "uint8", "int16" },
	{ "int8", "uint32", "int64" },
	{ "int32", "uint8", "int32" },
	{ "int64", "uint64", "int64" },
	{ "int8+", "uint8", "uint8" },
	{ "int8+", "uint64", "uint64" },
	{ "int16+", "uint8", "uint16" },
	{ "int16+", "int8+", "int16" },
	{ "int16+", "int8", "int16" },
	{ "bool", "int32", "int32" },
	{ "bool", "bool", "bool" },
	{ "string[4]", "string[9]", "string[9]" },
	{ "string[4]", "int8", NULL },
	{ "uint8[4]", "uint8[5]", NULL },
	{ "uint8[4]", "uint8[4]", "uint8[4]" },
	{ "uint8*", "uint8*", "uint8 *" },
	{ "uint8*", "uint16*", NULL },
	{ "uint8*", "uint64", NULL },
};

static const struct type *parse(struct types *t, const char *text,
				bool *flexible)
{
	struct str s = str_from(text);

	*flexible = str_ends(s, "+");
	s.n -= *flexible;
	return type_parse(t, s);
}

static void expect_join(struct types *t, const char *a, const char *b,
			const char *out)
{
	bool fa, fb;
	const struct type *ta = parse(t, a, &fa), *tb = parse(t, b, &fb);
	const struct type *joined = type_join(t, ta, fa, tb, fb);
	const char *text = joined ? type_name(t->arena, joined) : "nothing";

	cr_expect_str_eq(text, out ? out : "nothing", "%s and %s", a, b);
}

Test(sema, types_join_in_both_orders)
{
	struct arena arena = { 0 };
	struct types types;

	types_init(&types, &arena);
	for (size_t i = 0; i < ARRAY_SIZE(joins); i++) {
		expect_join(&types, joins[i].a, joins[i].b, joins[i].out);
		expect_join(&types, joins[i].b, joins[i].a, joins[i].out);
	}
	arena_free(&arena);
}

Test(sema, tuples_and_aggregations_join_by_part)
{
	struct arena arena = { 0 };
	const struct type *a[2], *b[2], *t;
	struct types types;

	types_init(&types, &arena);
	a[0] = type_int(&types, 1, true);
	a[1] = type_string(&types, 4);
	b[0] = type_int(&types, 4, false);
	b[1] = type_string(&types, 9);
	t = type_join(&types, type_tuple(&types, a, 2), false,
		      type_tuple(&types, b, 2), false);
	cr_assert(t);
	cr_expect_str_eq(type_name(&arena, t), "(int64, string[9])");
	cr_expect_null(type_join(&types, type_tuple(&types, a, 2), false,
				 type_tuple(&types, b, 1), false));
	t = type_join(&types, type_agg(&types, TY_SUM, true), false,
		      type_agg(&types, TY_SUM, false), false);
	cr_expect_eq(t, type_agg(&types, TY_SUM, true));
	cr_expect_null(type_join(&types, type_hist(&types, 0), false,
				 type_hist(&types, 1), false));
	cr_expect_null(type_join(&types, type_agg(&types, TY_SUM, true), false,
				 type_simple(&types, TY_COUNT), false));
	arena_free(&arena);
}

/* --- parameters of the script ------------------------------------------------------ */

static const struct {
	const char *text;
	bool ok;
	int64_t num;
} params[] = {
	{ "0", true, 0 },
	{ "42", true, 42 },
	{ "-3", true, -3 },
	{ "0x1f", true, 31 },
	{ "0b101", true, 5 },
	{ "017", true, 15 },
	{ "", false, 0 },
	{ "-", false, 0 },
	{ "text", false, 0 },
	{ "1e3", true, 1000 },
	{ "5ms", true, 5000000 },
	{ "5x", false, 0 },
	{ "0x", false, 0 },
	{ "0b", false, 0 },
	{ "0b2", false, 0 },
	{ "99999999999999999999", false, 0 },
	{ "18446744073709551615", true, -1 },
	{ " 5", false, 0 },
};

Test(sema, parameters_as_numbers)
{
	for (size_t i = 0; i < ARRAY_SIZE(params); i++) {
		int64_t n = 0;
		bool ok = param_number(params[i].text, &n);

		cr_expect_eq(ok, params[i].ok, "'%s'", params[i].text);
		if (ok)
			cr_expect_eq(n, params[i].num, "'%s': %lld",
				     params[i].text, (long long)n);
	}
}

/* --- examples of the rows ------------------------------------------------------------ */

/* Compiles one without any message, against the machine of the tests: what
 * that machine has not got is ignored. */
static void expect_example(const char *name, const char *example)
{
	const char *top = getenv("top_srcdir");
	size_t n = strcspn(example, "({");
	bool is_script = example[n] == '{'; /* no call or if comes first */
	auto_buf struct buf script = { 0 }, said = { 0 };
	struct sources srcs = { 0 };
	struct diags d = { .sources = &srcs };
	struct compile_opts o = { .unsafe = true, .last = STAGE_PLAN };
	auto_free char *root = NULL;
	struct plan *p;

	cr_assert(asprintf(&root, "%s/tests/data/host", top ? top : ".") > 0);
	buf_printf(&script, "config = { missing_probes = ignore }\n%s%s%s",
		   is_script ? "" : "begin { ", example, is_script ? "" : " }");
	o.machine = machine_open(root, &d);
	p = compile(&srcs, source_add(&srcs, STR("x"), buf_view(&script)), &o,
		    &d);
	diags_render(&d, false, &said);
	cr_expect(p && !d.v.n, "%s: %s\n%s", name, script.p, said.p);
	plan_free(p);
	machine_close(o.machine);
	diags_free(&d);
	sources_free(&srcs);
}

Test(sema, examples_of_functions)
{
	for (size_t i = 0; function_tables[i]; i++)
		for (const struct function *f = function_tables[i]; f->name;
		     f++)
			expect_example(f->name, f->example);
}

Test(sema, examples_of_builtins)
{
	for (size_t i = 0; builtin_tables[i]; i++)
		for (const struct builtin *b = builtin_tables[i]; b->name; b++)
			expect_example(b->name, b->example);
}

Test(sema, examples_of_probe_types)
{
	for (size_t i = 0; probe_type_tables[i]; i++)
		for (const struct probe_type *t = probe_type_tables[i]; t->name;
		     t++)
			expect_example(t->name, t->example);
}

/* --- start-up ------------------------------------------------------------------------ */

static const struct {
	const char *script;
	bool wants_btf;
} starts[] = {
	{ "begin { exit(); }", false },
	{ "begin { printf(\"%d %s %x\\n\", pid, comm, nsecs); }", false },
	{ "tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }",
	  false },
	{ "tracepoint:syscalls:sys_exit_read { @ = hist(args.ret); "
	  "@s[pid, \"x\"] = stats(args.ret); print(@); clear(@); }",
	  false },
	{ "interval:s:1 { $a = (uint8)5; @m[$a, (1, \"b\")] = $a << 2; "
	  "for ($i : 0..3) { @n = sum($i); } clear(@m); }",
	  false },
	{ "begin { print(curtask.pid); }", true },
	{ "begin { print(sizeof(struct task_struct)); }", true },
};

/* Opening BTF costs more than all the rest: only a question about a type of
 * the kernel may do it. */
Test(sema, btf_is_opened_for_kernel_types_only)
{
	const char *top = getenv("top_srcdir");
	auto_free char *root = NULL;

	cr_assert(asprintf(&root, "%s/tests/data/host", top ? top : ".") > 0);
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		struct sources srcs = { 0 };
		struct diags d = { .sources = &srcs };
		struct compile_opts o = { .last = STAGE_OBJ };
		struct plan *p;

		o.machine = machine_open(root, &d);
		p = compile(&srcs,
			    source_add(&srcs, STR("x"),
				       str_from(starts[i].script)),
			    &o, &d);
		cr_expect(p && p->object.n, "%s", starts[i].script);
		cr_expect_eq(machine_btf_is_open(o.machine),
			     starts[i].wants_btf, "%s", starts[i].script);
		plan_free(p);
		machine_close(o.machine);
		diags_free(&d);
		sources_free(&srcs);
	}
}
