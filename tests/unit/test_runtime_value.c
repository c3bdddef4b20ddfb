/* SPDX-License-Identifier: Apache-2.0 */
/* How values of every kind look, in which order they come, how what several
 * CPUs have becomes one. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>

#include "plan/abi.h"
#include "runtime/hist.h"
#include "runtime/maps.h"

static struct arena arena;
static struct types types;

static void open_types(void)
{
	types_init(&types, &arena);
}

static void close_types(void)
{
	arena_free(&arena);
}

TestSuite(value, .init = open_types, .fini = close_types);

static void expect(const struct type *t, const void *p, const char *wanted)
{
	auto_buf struct buf text = { 0 };
	struct show show = { 0 };

	value_print(&show, t, p, &text);
	cr_expect_str_eq(text.p ? text.p : "", wanted);
}

static void expect_int(uint32_t size, bool is_signed, uint64_t n,
		       const char *wanted)
{
	expect(type_int(&types, size, is_signed), &n, wanted);
}

Test(value, no_row_is_empty)
{
	for (int i = 0; i < TY_N; i++) {
		const struct value_ops *ops = &value_ops[i];

		cr_expect(ops->print && ops->compare && ops->merge &&
				  ops->divide && ops->number && ops->order,
			  "%s", type_kind_names[i]);
	}
}

Test(value, integers_of_every_size)
{
	expect_int(1, true, 0xff, "-1");
	expect_int(1, false, 0xff, "255");
	expect_int(2, true, 0x8000, "-32768");
	expect_int(2, false, 0x8000, "32768");
	expect_int(4, true, 0xfffffffe, "-2");
	expect_int(4, false, 0xfffffffe, "4294967294");
	expect_int(8, true, 1ull << 63, "-9223372036854775808");
	expect_int(8, false, UINT64_MAX, "18446744073709551615");
	expect_int(8, true, 0, "0");
}

Test(value, plain_kinds)
{
	uint64_t address = 0xffff8880;
	struct {
		uint32_t n;
		char bytes[8];
	} buffer = { 4, "a \x01\xff" };
	uint8_t on = 1, off = 0;

	expect(type_bool(&types), &on, "true");
	expect(type_bool(&types), &off, "false");
	expect(type_ptr(&types, NULL, AS_KERNEL), &address, "0xffff8880");
	expect(type_string(&types, 8), "abc\0def", "abc");
	expect(type_string(&types, 3), "abc", "abc");
	expect(type_buffer(&types, 8), &buffer, "a \\x01\\xff");
	buffer.n = 1000;
	expect(type_buffer(&types, 8), &buffer,
	       "a \\x01\\xff\\x00\\x00\\x00\\x00");
	expect(type_none(&types), "", "null");
}

Test(value, values_of_values)
{
	const struct type *u32 = type_int(&types, 4, false);
	const struct type *pair[] = { u32, type_string(&types, 4) };
	const struct type *tuple = type_tuple(&types, pair, 2);
	const struct type *nested[] = { type_int(&types, 8, true), tuple };
	const struct field fields[] = { { .name = STR("size"), .type = u32 },
					{ .name = STR("name"),
					  .type = pair[1] } };
	struct {
		uint32_t n;
		char s[4];
	} x = { 7, "abc" };
	struct {
		int64_t n;
		uint32_t m;
		char s[4];
	} y = { -1, 2, "z" };
	uint32_t array[] = { 4, 3, 2 };

	expect(tuple, &x, "(7, abc)");
	expect(type_tuple(&types, nested, 2), &y, "(-1, (2, z))");
	expect(type_tuple(&types, pair, 1), &x, "(7)");
	expect(type_record(&types, STR(""), fields, 2), &x,
	       "{ .size = 7, .name = abc }");
	expect(type_record(&types, STR("struct empty"), fields, 0), &x, "{}");
	expect(type_array(&types, u32, 3), array, "[4,3,2]");
}

Test(value, bit_fields)
{
	const struct field fields[] = {
		{ .name = STR("a"),
		  .type = type_int(&types, 4, false),
		  .bit_size = 3 },
		{ .name = STR("b"),
		  .type = type_int(&types, 4, true),
		  .bit_offset = 3,
		  .bit_size = 5 },
		{ .name = STR("c"),
		  .type = type_int(&types, 4, false),
		  .bit_offset = 31,
		  .bit_size = 1 },
	};
	uint32_t x = 5 | 0x1fu << 3 | 1u << 31;

	expect(type_record_at(&types, STR("struct s"), fields, 3, 4, 4), &x,
	       "{ .a = 5, .b = -1, .c = 1 }");
}

Test(value, kinds_printed_by_name)
{
	const struct enumerator e[] = { { STR("RED"), 0 },
					{ STR("BLUE"), -1 } };
	const struct type *colour =
		type_enum(&types, STR("enum colour"), 4, true, e, 2);
	struct {
		uint32_t family;
		uint8_t address[16];
	} inet = { 2, { 127, 0, 0, 1 } };
	uint8_t mac[] = { 0, 0x1b, 0xff, 1, 2, 3 };
	uint32_t root = 0, nobody = 4294967000u;
	int32_t n = -1, other = 9;
	uint64_t address[2] = { 0x1234, 0 };

	expect(colour, &n, "BLUE");
	expect(colour, &other, "9");
	expect(type_simple(&types, TY_INET), &inet, "127.0.0.1");
	inet.family = 10;
	expect(type_simple(&types, TY_INET), &inet, "7f00:1::");
	expect(type_simple(&types, TY_MAC), mac, "00:1B:FF:01:02:03");
	expect(type_simple(&types, TY_USERNAME), &root, "root");
	expect(type_simple(&types, TY_USERNAME), &nobody, "4294967000");
	expect(type_simple(&types, TY_KSYM), address, "0x1234");
	expect(type_simple(&types, TY_USYM), address, "0x1234");
	expect(type_simple(&types, TY_PROBE), &other, "9");
}

static bool name_address(struct symbols *s, uint64_t address, struct buf *out)
{
	(void)s;
	buf_puts(out, "vfs_read");
	return address == 0x1234;
}

Test(value, names_come_from_the_plan_and_from_symbols)
{
	struct plan *plan = plan_new();
	struct show show = { .plan = plan, .ksym = name_address };
	auto_buf struct buf text = { 0 };
	uint64_t address = 0x1234;
	uint32_t probe = 1;

	plan_add_name(plan, STR("begin"));
	plan_add_name(plan, STR("kprobe:vfs_read"));
	value_print(&show, type_simple(&types, TY_PROBE), &probe, &text);
	buf_putc(&text, ' ');
	value_print(&show, type_simple(&types, TY_KSYM), &address, &text);
	cr_expect_str_eq(text.p, "kprobe:vfs_read vfs_read");
	plan_free(plan);
}

Test(value, texts_that_were_cut_off_end_in_dots)
{
	struct plan *plan = plan_new();
	struct show show = { .plan = plan };
	auto_buf struct buf text = { 0 };

	plan->options.num[OPT_MAX_STRLEN] = 4;
	value_print(&show, type_string(&types, 4), "abc", &text);
	value_print(&show, type_string(&types, 4), "ab", &text);
	cr_expect_str_eq(text.p, "abc..ab");
	plan_free(plan);
}

Test(value, dates)
{
	/* 2001-09-09 01:46:40 UTC */
	struct show show = { .boot_to_real = 1000000000000000000 };
	auto_buf struct buf text = { 0 };
	uint64_t ns = 123456789;

	setenv("TZ", "UTC", 1);
	value_print(&show,
		    type_timestamp(&types, STR("%Y-%m-%d %T %f %l %k %%")), &ns,
		    &text);
	cr_expect_str_eq(text.p, "2001-09-09 01:46:40 123456 123 123456789 %");
}

/* --- aggregations --------------------------------------------------------- */

static void merge_and_expect(const struct type *t, void *a, const void *b,
			     const char *wanted)
{
	value_ops[t->kind].merge(t, a, b);
	expect(t, a, wanted);
}

Test(value, what_cpus_have_becomes_one)
{
	uint64_t a = 5, b = 7, minus = (uint64_t)-9;
	struct agg_minmax unset = { 0 }, x = { 5, 1 }, y = { (uint64_t)-3, 1 };
	struct agg_avg p = { 10, 2 }, q = { (uint64_t)-30, 1 };
	struct agg_minmax z = unset;

	merge_and_expect(type_simple(&types, TY_COUNT), &a, &b, "12");
	merge_and_expect(type_agg(&types, TY_SUM, true), &a, &minus, "3");
	merge_and_expect(type_agg(&types, TY_MIN, true), &z, &x, "5");
	merge_and_expect(type_agg(&types, TY_MIN, true), &z, &unset, "5");
	merge_and_expect(type_agg(&types, TY_MIN, true), &z, &y, "-3");
	z = y;
	merge_and_expect(type_agg(&types, TY_MIN, false), &z, &x, "5");
	z = x;
	merge_and_expect(type_agg(&types, TY_MAX, true), &z, &y, "5");
	merge_and_expect(type_agg(&types, TY_MAX, false), &z, &y,
			 "18446744073709551613");
	merge_and_expect(type_agg(&types, TY_AVG, true), &p, &q, "-6");
	p = (struct agg_avg){ 10, 1 };
	q = (struct agg_avg){ 5, 1 };
	merge_and_expect(type_agg(&types, TY_STATS, false), &p, &q,
			 "{ .count = 2, .average = 7, .total = 15 }");
}

Test(value, no_values_are_an_average_of_zero)
{
	struct agg_avg none = { 0 };

	expect(type_agg(&types, TY_AVG, true), &none, "0");
	expect(type_agg(&types, TY_STATS, true), &none,
	       "{ .count = 0, .average = 0, .total = 0 }");
}

/* --- histograms ----------------------------------------------------------- */

#define FULL "|@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
#define NONE "|                                                    |\n"

Test(value, histogram_by_powers_of_two)
{
	uint64_t b[HIST_BUCKETS(0)] = { [0] = 1, [1] = 1, [2 + 10] = 1 };

	expect(type_hist(&types, 0), b,
	       "(..., 0)               1 " FULL "[0]                    1 " FULL
	       "[1]                    0 " NONE "[2, 4)                 0 " NONE
	       "[4, 8)                 0 " NONE "[8, 16)                0 " NONE
	       "[16, 32)               0 " NONE "[32, 64)               0 " NONE
	       "[64, 128)              0 " NONE "[128, 256)             0 " NONE
	       "[256, 512)             0 " NONE "[512, 1K)              0 " NONE
	       "[1K, 2K)               1 " FULL);
}

Test(value, histogram_in_slices)
{
	uint64_t b[HIST_BUCKETS(2)] = { [8] = 3, [10] = 1 };
	uint64_t last[HIST_BUCKETS(0)] = { [HIST_BUCKETS(0) - 1] = 2 };
	uint64_t fine[HIST_BUCKETS(5)] = { [HIST_BUCKETS(5) - 1] = 2 };

	expect(type_hist(&types, 2), b,
	       "[7]                    3 " FULL "[8, 10)                0 " NONE
	       "[10, 12)               1 "
	       "|@@@@@@@@@@@@@@@@@                                   |\n");
	expect(type_hist(&types, 0), last, "[8E, 16E)              2 " FULL);
	expect(type_hist(&types, 5), fine, "[16128P, 16E)          2 " FULL);
}

Test(value, linear_histogram)
{
	uint64_t b[LHIST_BUCKETS(0, 10, 1)] = { [0] = 2, [2] = 1, [11] = 2 };
	uint64_t k[LHIST_BUCKETS(0, 10240, 1024)] = { [5] = 1, [0] = 1 };
	uint64_t c[LHIST_BUCKETS(-10, 15, 10)] = { [1] = 1, [3] = 1, [4] = 1 };

	expect(type_lhist(&types, 0, 10, 1), b,
	       "(..., 0)               2 " FULL "[0]                    0 " NONE
	       "[1]                    1 "
	       "|@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"
	       "[2]                    0 " NONE "[3]                    0 " NONE
	       "[4]                    0 " NONE "[5]                    0 " NONE
	       "[6]                    0 " NONE "[7]                    0 " NONE
	       "[8]                    0 " NONE "[9]                    0 " NONE
	       "[10, ...)              2 " FULL);
	expect(type_lhist(&types, 0, 10240, 1024), k,
	       "(..., 0)               1 " FULL "[0, 1K)                0 " NONE
	       "[1K, 2K)               0 " NONE "[2K, 3K)               0 " NONE
	       "[3K, 4K)               0 " NONE
	       "[4K, 5K)               1 " FULL);
	expect(type_lhist(&types, -10, 15, 10), c,
	       "[-10, 0)               1 " FULL "[0, 10)                0 " NONE
	       "[10, 15)               1 " FULL
	       "[15, ...)              1 " FULL);
}

Test(value, an_empty_histogram_is_nothing)
{
	uint64_t b[HIST_BUCKETS(0)] = { 0 };

	expect(type_hist(&types, 0), b, "");
}

/* --- maps ----------------------------------------------------------------- */

#define MAX_ROWS 8

static void expect_map(const struct plan_map *plan, const struct type *key,
		       const struct type *value, struct row *v, size_t n,
		       uint64_t top, uint64_t div, const char *wanted)
{
	struct map_handle m = { .plan = plan, .key = key, .value = value };
	struct rows rows = { .v = v, .n = n };
	auto_buf struct buf text = { 0 };
	struct show show = { 0 };

	map_print(&show, &m, &rows, top, div, &text);
	cr_expect_str_eq(text.p ? text.p : "", wanted);
}

Test(value, maps_of_every_integer_come_in_order)
{
	const struct plan_map plan = { .name = STR("@a"), .key = 1 };
	uint32_t sizes[] = { 1, 2, 4, 8 };

	for (int i = 0; i < 4; i++) {
		int64_t v[] = { 2, -1, 100, 2 };
		struct row rows[] = { { "c", (char *)&v[0] },
				      { "b", (char *)&v[1] },
				      { "d", (char *)&v[2] },
				      { "a", (char *)&v[3] } };

		expect_map(&plan, type_string(&types, 2),
			   type_int(&types, sizes[i], true), rows, 4, 0, 0,
			   "@a[b]: -1\n@a[a]: 2\n@a[c]: 2\n@a[d]: 100\n");
	}
}

Test(value, other_values_come_by_key)
{
	const struct plan_map plan = { .name = STR("@t"), .key = 1 };
	const struct type *parts[] = { type_int(&types, 4, true),
				       type_string(&types, 4) };
	struct {
		int32_t n;
		char s[4];
	} keys[] = { { 10, "a" }, { -2, "b" }, { 10, "A" } };
	struct row rows[] = { { (char *)&keys[0], (char[]){ "x" } },
			      { (char *)&keys[1], (char[]){ "y" } },
			      { (char *)&keys[2], (char[]){ "z" } } };

	expect_map(&plan, type_tuple(&types, parts, 2), type_string(&types, 2),
		   rows, 3, 0, 0, "@t[-2, b]: y\n@t[10, A]: z\n@t[10, a]: x\n");
}

Test(value, the_top_of_a_map_divided)
{
	const struct plan_map plan = { .name = STR("@"), .key = 1 };
	uint64_t v[] = { 3000, 1000, 2000 };
	struct row rows[] = { { "c", (char *)&v[0] },
			      { "a", (char *)&v[1] },
			      { "b", (char *)&v[2] } };

	expect_map(&plan, type_string(&types, 2), type_simple(&types, TY_COUNT),
		   rows, 3, 2, 1000, "@[b]: 2\n@[c]: 3\n");
}

Test(value, averages_and_totals_give_the_order)
{
	const struct plan_map plan = { .name = STR("@"), .key = 1 };
	struct agg_avg v[] = { { 10, 1 }, { 20, 4 } };
	uint64_t h[2][HIST_BUCKETS(0)] = { { [2] = 9 }, { [1] = 1, [2] = 1 } };
	struct row rows[] = { { "a", (char *)&v[0] }, { "b", (char *)&v[1] } };
	struct row hists[] = { { "a", (char *)h[0] }, { "b", (char *)h[1] } };

	expect_map(&plan, type_string(&types, 2),
		   type_agg(&types, TY_AVG, true), rows, 2, 0, 0,
		   "@[b]: 5\n@[a]: 10\n");
	expect_map(&plan, type_string(&types, 2), type_hist(&types, 0), hists,
		   2, 0, 0,
		   "@[b]:\n[0]                    1 " FULL
		   "[1]                    1 " FULL
		   "\n@[a]:\n[1]                    9 " FULL "\n");
}

Test(value, a_scalar_has_no_brackets)
{
	const struct plan_map plan = { .name = STR("@x") };
	uint64_t n = 5;
	struct row row = { NULL, (char *)&n };

	expect_map(&plan, type_none(&types), type_int(&types, 8, true), &row, 1,
		   0, 0, "@x: 5\n");
}
