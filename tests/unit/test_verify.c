/* SPDX-License-Identifier: Apache-2.0 */
/* What --verify tells, and how it is compared with what was told before. */
#include <criterion/criterion.h>

#include "runtime/verify.h"

static struct verify_report report;
static struct diags diags;

static void add(const char *probe, uint64_t verified, uint64_t stack)
{
	struct verified *v = vec_add(&report.arena, &report.programs);

	v->probe = str_from(probe);
	v->n_probes = 1;
	v->limit = 1000000;
	v->measures[VM_VERIFIED] = verified;
	v->measures[VM_STACK] = stack;
	v->measures[VM_MAPS] = 4096;
}

static void setup(void)
{
	report.script = STR("a \"b\".bt");
	report.release = STR("6.1");
	add("begin", 100, 8);
	add("usdt:x:\"a::b\"", 250000, 64);
	add("begin", 40, 0);
	vec_push(&report.arena, &report.programs.v[1].lines,
		 ((struct verify_line){ STR("@x = 1;"), 3, 200000 }));
}

static void teardown(void)
{
	verify_free(&report);
	diags_free(&diags);
	diags = (struct diags){};
}

TestSuite(verify, .init = setup, .fini = teardown);

static void expect_print(enum out_form_id form, const char *want)
{
	auto_buf struct buf out = {};

	cr_assert(verify_has_form(form));
	verify_print(&report, form, &out);
	cr_expect_str_eq(out.p, want, "have\n%s", out.p);
}

Test(verify, text)
{
	report.programs.v[2].n_probes = 3;
	expect_print(OUT_FORM_TEXT,
		     "VERIFIED     %  STATES    PEAK   STACK    CODE   JITED"
		     "       MAPS  PROBE\n"
		     "     100   0.0       0       0       8       0       0"
		     "       4096  begin\n"
		     "  250000  25.0       0       0      64       0       0"
		     "       4096  usdt:x:\"a::b\"\n"
		     "  200000  line 3: @x = 1;\n"
		     "      40   0.0       0       0       0       0       0"
		     "       4096  begin and 2 more\n"
		     "0 bytes of maps in all\n");
}

Test(verify, csv)
{
	report.programs.n = 2;
	expect_print(
		OUT_FORM_CSV,
		"probe,limit,instructions,states,peak_states,stack_bytes,"
		"code_bytes,jited_bytes,map_bytes\n"
		"\"begin\",1000000,100,0,0,8,0,0,4096\n"
		"\"usdt:x:\"\"a::b\"\"\",1000000,250000,0,0,64,0,0,4096\n");
}

Test(verify, json)
{
	report.programs.v++;
	report.programs.n = 1;
	expect_print(OUT_FORM_JSON,
		     "{\"script\":\"a \\\"b\\\".bt\",\"kernel\":\"6.1\","
		     "\"map_bytes\":0,\"programs\":[\n"
		     "{\"probe\":\"usdt:x:\\\"a::b\\\"\",\"probes\":1,"
		     "\"limit\":1000000,\"instructions\":250000,\"states\":0,"
		     "\"peak_states\":0,\"stack_bytes\":64,\"code_bytes\":0,"
		     "\"jited_bytes\":0,\"map_bytes\":4096,\"lines\":["
		     "{\"instructions\":200000,\"line\":3,"
		     "\"text\":\"@x = 1;\"}]}]}\n");
	report.programs.v--;
}

Test(verify, other_forms)
{
	cr_expect(!verify_has_form(OUT_FORM_FOLDED));
	cr_expect(!verify_has_form(OUT_FORM_JSON_LOSSY));
}

/* Programs of one name are compared in their order. */
Test(verify, compared_with_itself)
{
	auto_buf struct buf old = {};

	verify_print(&report, OUT_FORM_JSON, &old);
	cr_expect(verify_compare(&report, buf_view(&old), 0, &diags));
	cr_expect_eq(diags.v.n, 0);
	/* what shrinks is welcome */
	report.programs.v[0].measures[VM_VERIFIED] = 5;
	cr_expect(verify_compare(&report, buf_view(&old), 0, &diags));
	cr_expect_eq(diags.v.n, 0);
}

Test(verify, tolerance)
{
	auto_buf struct buf old = {};

	verify_print(&report, OUT_FORM_JSON, &old);
	report.programs.v[2].measures[VM_VERIFIED] = 44;
	cr_expect(verify_compare(&report, buf_view(&old), 10, &diags));
	cr_expect(!verify_compare(&report, buf_view(&old), 9, &diags));
	cr_assert_eq(diags.errors, 1);
	cr_expect_str_eq(diags.v.v[0].text.p,
			 "begin: instructions grew from 40 to 44, of which 9% "
			 "are allowed");
	cr_expect_eq(diags.v.v[0].code, D_LIMIT);
}

/* From nothing to something is growth, whatever is allowed. */
Test(verify, from_nothing)
{
	auto_buf struct buf old = {};

	verify_print(&report, OUT_FORM_JSON, &old);
	report.programs.v[2].measures[VM_STACK] = 8;
	cr_expect(!verify_compare(&report, buf_view(&old), 1000, &diags));
	cr_expect_eq(diags.errors, 1);
}

Test(verify, new_and_gone)
{
	auto_buf struct buf old = {};

	verify_print(&report, OUT_FORM_JSON, &old);
	report.programs.v[1].probe = STR("end");
	cr_expect(verify_compare(&report, buf_view(&old), 0, &diags));
	cr_assert_eq(diags.v.n, 2);
	cr_expect_str_eq(diags.v.v[0].text.p,
			 "end: there was no such program before");
	cr_expect_str_eq(diags.v.v[1].text.p,
			 "usdt:x:\"a::b\": there is no such program any more");
}

/* Other members, other order, other blanks; what is missing is not compared. */
Test(verify, other_json)
{
	static const char old[] =
		" { \"x\": [1, {\"programs\": [2]}], \"programs\" : [ "
		"{\"lines\":[{\"instructions\":1}],\"states\":0,"
		"\"probe\":\"begin\"},\n"
		"{\"probe\":\"usdt:x:\\\"a::b\\\"\",\"instructions\":250000},"
		"{\"probe\":\"begin\",\"y\":null,\"z\":-1.5e3}]}\n";

	cr_expect(verify_compare(&report, str_from(old), 0, &diags));
	cr_expect_eq(diags.v.n, 0);
}

Test(verify, no_report)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"programs\":[]}",
		"{\"programs\":[{}]}",
		"{\"programs\":[5]}",
		"{\"programs\":[{\"probe\":\"begin\"}]",
		"{\"programs\":[{\"probe\":\"begin\"}]} x",
		"{\"programs\":[{\"probe\":\"begin\",}]}",
		"{\"programs\":[{\"probe\":\"begin}]}",
		"{\"programs\":[{\"probe\":}]}",
		"{\"a\":[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}",
		"{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct diags d = {};

		cr_expect(!verify_compare(&report, str_from(texts[i]), 0, &d),
			  "%s", texts[i]);
		cr_assert_eq(d.v.n, 1, "%s", texts[i]);
		cr_expect_eq(d.v.v[0].code, D_USAGE, "%s", texts[i]);
		diags_free(&d);
	}
}
