/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plan/abi.h"
#include "plan/type.h"

static struct arena arena;
static struct types types;

static void setup(void)
{
	types_init(&types, &arena);
}

static void teardown(void)
{
	arena_free(&arena);
}

TestSuite(type, .init = setup, .fini = teardown);

static struct str text_of(const struct type *t)
{
	return str_from(type_name(&arena, t));
}

#define expect_text(type, text)                                          \
	do {                                                             \
		struct str have_ = text_of(type);                        \
		cr_expect(str_is(have_, text), "have '%.*s', want '%s'", \
			  STR_ARG(have_), text);                         \
	} while (0)

/* --- parsing --------------------------------------------------------------- */

static const struct {
	const char *in, *out; /* out NULL: not a type */
	uint32_t size, align;
} parse_table[] = {
	{ "int8", "int8", 1, 1 },
	{ "uint8", "uint8", 1, 1 },
	{ "int16", "int16", 2, 2 },
	{ "uint16", "uint16", 2, 2 },
	{ "int32", "int32", 4, 4 },
	{ "uint32", "uint32", 4, 4 },
	{ "int64", "int64", 8, 8 },
	{ "uint64", "uint64", 8, 8 },
	{ "bool", "bool", 1, 1 },
	{ "_Bool", "bool", 1, 1 },
	{ "u8", "uint8", 1, 1 },
	{ "s64", "int64", 8, 8 },
	{ "__u32", "uint32", 4, 4 },
	{ "__be16", "uint16", 2, 2 },
	{ "uint32_t", "uint32", 4, 4 },
	{ "int64_t", "int64", 8, 8 },
	{ "size_t", "uint64", 8, 8 },
	{ "ssize_t", "int64", 8, 8 },
	{ "pid_t", "int32", 4, 4 },
	{ "dev_t", "uint32", 4, 4 },
	{ "uintptr_t", "uint64", 8, 8 },
	{ "char", "int8", 1, 1 },
	{ "signed char", "int8", 1, 1 },
	{ "unsigned char", "uint8", 1, 1 },
	{ "short", "int16", 2, 2 },
	{ "short int", "int16", 2, 2 },
	{ "unsigned short int", "uint16", 2, 2 },
	{ "int", "int32", 4, 4 },
	{ "signed", "int32", 4, 4 },
	{ "unsigned", "uint32", 4, 4 },
	{ "unsigned int", "uint32", 4, 4 },
	{ "int unsigned", "uint32", 4, 4 },
	{ "long", "int64", 8, 8 },
	{ "long int", "int64", 8, 8 },
	{ "unsigned long", "uint64", 8, 8 },
	{ "long long", "int64", 8, 8 },
	{ "unsigned long long", "uint64", 8, 8 },
	{ "long unsigned int", "uint64", 8, 8 },
	{ "  unsigned   long\tlong  ", "uint64", 8, 8 },
	{ "const char *", "int8 *", 8, 8 },
	{ "char const*const*", "int8 **", 8, 8 },
	{ "void *", "void *", 8, 8 },
	{ "void**", "void **", 8, 8 },
	{ "int32[4]", "int32[4]", 16, 4 },
	{ "int32 [ 0x10 ]", "int32[16]", 64, 4 },
	{ "int32*[4]*", "int32 *[4] *", 8, 8 },
	{ "int8[2][3]", "int8[2][3]", 6, 1 },
	{ "string[16]", "string[16]", 16, 1 },
	{ "string[16][2]", "string[16][2]", 32, 1 },
	{ "buffer[16]", "buffer[16]", 20, 4 },
	{ "buffer[3]", "buffer[3]", 7, 4 },
	{ "inet", "inet", 20, 4 },
	{ "timestamp", "timestamp", 8, 8 },
	{ "macaddr_t", "macaddr_t", 6, 1 },
	{ "username_t", "username_t", 4, 4 },
	{ "ksym_t", "ksym_t", 8, 8 },
	{ "usym_t", "usym_t", 16, 8 },
	{ "count_t", "count_t", 8, 8 },
	{ "sum_t", "sum_t", 8, 8 },
	{ "usum_t", "usum_t", 8, 8 },
	{ "min_t", "min_t", 16, 8 },
	{ "umin_t", "umin_t", 16, 8 },
	{ "max_t", "max_t", 16, 8 },
	{ "umax_t", "umax_t", 16, 8 },
	{ "avg_t", "avg_t", 16, 8 },
	{ "uavg_t", "uavg_t", 16, 8 },
	{ "stats_t", "stats_t", 16, 8 },
	{ "ustats_t", "ustats_t", 16, 8 },
	{ "", NULL, 0, 0 },
	{ "void", NULL, 0, 0 },
	{ "const void", NULL, 0, 0 },
	{ "void[3]", NULL, 0, 0 },
	{ "int24", NULL, 0, 0 },
	{ "unsigned signed", NULL, 0, 0 },
	{ "unsigned unsigned", NULL, 0, 0 },
	{ "long long long", NULL, 0, 0 },
	{ "char int", NULL, 0, 0 },
	{ "short long", NULL, 0, 0 },
	{ "int int", NULL, 0, 0 },
	{ "unsigned u32", NULL, 0, 0 },
	{ "u32 int", NULL, 0, 0 },
	{ "struct task_struct", NULL, 0, 0 },
	{ "string", NULL, 0, 0 },
	{ "string[0]", NULL, 0, 0 },
	{ "string[]", NULL, 0, 0 },
	{ "string[x]", NULL, 0, 0 },
	{ "string[16", NULL, 0, 0 },
	{ "string[-1]", NULL, 0, 0 },
	{ "string[4294967297]", NULL, 0, 0 },
	{ "string[99999999999999999999999]", NULL, 0, 0 },
	{ "int64[268435456]", NULL, 0, 0 },
	{ "buffer[3][2]", NULL, 0, 0 },
	{ "count_t[2]", NULL, 0, 0 },
	{ "int32[4]x", NULL, 0, 0 },
	{ "int32 &", NULL, 0, 0 },
	{ "int32)", NULL, 0, 0 },
};

Test(type, parse)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parse_table); i++) {
		const char *in = parse_table[i].in;
		const struct type *t = type_parse(&types, str_from(in));

		cr_expect_eq(!t, !parse_table[i].out, "'%s'", in);
		if (!t || !parse_table[i].out)
			continue;
		expect_text(t, parse_table[i].out);
		cr_expect_eq(t->size, parse_table[i].size, "'%s': size %u", in,
			     t->size);
		cr_expect_eq(t->align, parse_table[i].align, "'%s'", in);
		/* What is printed means the same type again. */
		cr_expect_eq(type_parse(&types, text_of(t)), t, "'%s'", in);
	}
}

Test(type, text_names_every_kind)
{
	size_t i, j;

	for (i = 0; i < TY_N; i++) {
		cr_assert_not_null(type_kind_names[i], "kind %zu", i);
		for (j = 0; j < i; j++)
			cr_expect_str_neq(type_kind_names[i],
					  type_kind_names[j]);
	}
	for (i = 0; i < AS_N; i++)
		cr_expect_not_null(addr_space_names[i], "space %zu", i);
}

/* --- identity --------------------------------------------------------------- */

Test(type, equal_is_same_pointer)
{
	const struct type *u32 = type_int(&types, 4, false);
	const struct type *s16 = type_string(&types, 16);
	const struct type *both[] = { u32, s16 };
	const struct type *swapped[] = { s16, u32 };
	struct enumerator red = { STR("RED"), 1 }, blue = { STR("BLUE"), 1 };

	cr_expect_eq(type_string(&types, 16), s16);
	cr_expect_neq(type_string(&types, 17), s16);
	cr_expect_neq(type_buffer(&types, 12), s16);
	cr_expect_eq(type_tuple(&types, both, 2), type_tuple(&types, both, 2));
	cr_expect_neq(type_tuple(&types, both, 2),
		      type_tuple(&types, swapped, 2));
	cr_expect_eq(type_ptr(&types, u32, AS_USER),
		     type_ptr(&types, u32, AS_USER));
	cr_expect_neq(type_ptr(&types, u32, AS_USER),
		      type_ptr(&types, u32, AS_KERNEL));
	cr_expect_neq(type_ptr(&types, u32, AS_USER),
		      type_ptr(&types, NULL, AS_USER));
	cr_expect_neq(type_agg(&types, TY_SUM, true),
		      type_agg(&types, TY_SUM, false));
	cr_expect_neq(type_agg(&types, TY_SUM, true),
		      type_agg(&types, TY_AVG, true));
	cr_expect_neq(type_hist(&types, 0), type_hist(&types, 1));
	cr_expect_neq(type_lhist(&types, 0, 10, 1),
		      type_lhist(&types, 1, 11, 1));
	cr_expect_neq(type_timestamp(&types, STR("%H")),
		      type_timestamp(&types, STR("%M")));
	cr_expect_neq(type_enum(&types, STR("enum c"), 4, false, &red, 1),
		      type_enum(&types, STR("enum c"), 4, false, &blue, 1));
	cr_expect_neq(type_record_lazy(&types, STR("struct a"), 8, 8, 1),
		      type_record_lazy(&types, STR("struct a"), 8, 8, 2));
	cr_expect_eq(type_none(&types), types_get(&types, 0));
	cr_expect_null(types_get(&types, (type_id)types.v.n));
}

Test(type, names_do_not_run_together)
{
	const struct type *u8 = type_int(&types, 1, false);
	struct field ab_c[] = { { .name = STR("ab"), .type = u8 },
				{ .name = STR("c"), .type = u8 } };
	struct field a_bc[] = { { .name = STR("a"), .type = u8 },
				{ .name = STR("bc"), .type = u8 } };

	cr_expect_neq(type_record(&types, STR(""), ab_c, 2),
		      type_record(&types, STR(""), a_bc, 2));
}

Test(type, ids_are_indices)
{
	uint32_t i;

	type_string(&types, 3);
	type_hist(&types, 2);
	cr_assert_gt(types.v.n, 11);
	for (i = 0; i < types.v.n; i++)
		cr_expect_eq(types.v.v[i]->id, i);
}

Test(type, borrowed_parts_are_copied)
{
	char name[] = "struct pair", first[] = "first";
	struct field f = { .name = str_from(first),
			   .type = type_int(&types, 4, true) };
	const struct type *t = type_record(&types, str_from(name), &f, 1);

	memset(name, 'x', sizeof(name) - 1);
	memset(first, 'x', sizeof(first) - 1);
	memset(&f, 0, sizeof(f));
	expect_text(t, "struct pair");
	cr_assert_not_null(type_field(t, STR("first")));
	cr_expect_eq(type_field(t, STR("first"))->type->size, 4);
	cr_expect_null(type_field(t, STR("second")));
}

/* --- layouts ---------------------------------------------------------------- */

struct same_in_c {
	uint8_t a;
	uint64_t b;
	char c[3];
	uint16_t d;
	uint32_t e;
	char f;
};

Test(type, record_is_laid_out_like_c)
{
	const struct type *str3 = type_string(&types, 3);
	struct field f[] = {
		{ .name = STR("a"), .type = type_int(&types, 1, false) },
		{ .name = STR("b"), .type = type_int(&types, 8, false) },
		{ .name = STR("c"), .type = str3, .offset = 77 },
		{ .name = STR("d"), .type = type_int(&types, 2, false) },
		{ .name = STR("e"), .type = type_int(&types, 4, false) },
		{ .name = STR("f"), .type = type_string(&types, 1) },
	};
	const struct type *t = type_record(&types, STR(""), f, 6);

	cr_expect_eq(t->size, sizeof(struct same_in_c));
	cr_expect_eq(t->align, _Alignof(struct same_in_c));
	cr_expect_eq(t->fields[1].offset, offsetof(struct same_in_c, b));
	cr_expect_eq(t->fields[2].offset, offsetof(struct same_in_c, c));
	cr_expect_eq(t->fields[3].offset, offsetof(struct same_in_c, d));
	cr_expect_eq(t->fields[4].offset, offsetof(struct same_in_c, e));
	cr_expect_eq(t->fields[5].offset, offsetof(struct same_in_c, f));
	expect_text(t, "{uint8 a, uint64 b, string[3] c, uint16 d, uint32 e, "
		       "string[1] f}");
}

Test(type, tuple_nests_with_padding)
{
	const struct type *inner[] = { type_int(&types, 1, true),
				       type_int(&types, 8, true) };
	const struct type *outer[] = { type_int(&types, 2, false),
				       type_tuple(&types, inner, 2),
				       type_string(&types, 5) };
	const struct type *t = type_tuple(&types, outer, 3);

	expect_text(t, "(uint16, (int8, int64), string[5])");
	cr_expect_eq(t->fields[1].offset, 8);
	cr_expect_eq(t->fields[2].offset, 24);
	cr_expect_eq(t->size, 32);
	cr_expect_eq(t->align, 8);
	expect_text(type_tuple(&types, NULL, 0), "()");
	cr_expect_eq(type_tuple(&types, NULL, 0)->size, 1);
}

Test(type, record_at_keeps_layout)
{
	struct field f[] = {
		{ .name = STR("low"),
		  .type = type_int(&types, 4, false),
		  .offset = 8,
		  .bit_offset = 3,
		  .bit_size = 5 },
		{ .name = STR("name"),
		  .type = type_string(&types, 1),
		  .offset = 12,
		  .is_data_loc = true },
	};
	const struct type *t =
		type_record_at(&types, STR("struct odd"), f, 2, 20, 4);

	cr_expect_eq(t->size, 20);
	cr_expect_eq(t->fields[0].offset, 8);
	cr_expect_eq(t->fields[0].bit_offset, 3);
	cr_expect_eq(t->fields[0].bit_size, 5);
	cr_expect(t->fields[1].is_data_loc);
}

Test(type, histogram_sizes)
{
	uint32_t bits;

	/* Negative, zero, and one for each power of two of 64 bits. */
	cr_expect_eq(type_hist(&types, 0)->size, 8 * (2 + 64));
	for (bits = 0; bits <= HIST_MAX_BITS; bits++)
		cr_expect_eq(type_hist(&types, bits)->size,
			     8 * HIST_BUCKETS(bits));
	cr_expect_eq(type_lhist(&types, 0, 10, 1)->size, 8 * 12);
	cr_expect_eq(type_lhist(&types, 0, 10, 3)->size, 8 * 6);
	cr_expect_eq(type_lhist(&types, -10, 10, 10)->size, 8 * 4);
	cr_expect_eq(type_lhist(&types, 0, 10, 3)->size,
		     8 * LHIST_BUCKETS(0, 10, 3));
	expect_text(type_lhist(&types, 0, 10, 3), "lhist_t");
	cr_expect_eq(type_lhist(&types, INT64_MIN, INT64_MAX, 1)->size,
		     UINT32_MAX);
}

Test(type, sizes_that_do_not_fit_saturate)
{
	const struct type *big = type_string(&types, UINT32_MAX);
	const struct type *two[] = { big, big };

	cr_expect_eq(type_array(&types, big, 2)->size, UINT32_MAX);
	cr_expect_eq(type_buffer(&types, UINT32_MAX)->size, UINT32_MAX);
	cr_expect_eq(type_tuple(&types, two, 2)->size, UINT32_MAX);
}

/* --- questions -------------------------------------------------------------- */

Test(type, predicates)
{
	const struct type *u32 = type_int(&types, 4, false);
	const struct type *e = type_enum(&types, STR(""), 4, false, NULL, 0);
	const struct type *p = type_ptr(&types, u32, AS_NONE);
	const struct type *c = type_simple(&types, TY_COUNT);
	const struct type *s = type_string(&types, 4);

	cr_expect(type_is_integer(u32) && type_is_integer(e));
	cr_expect(type_is_integer(type_bool(&types)));
	cr_expect(!type_is_integer(p) && !type_is_integer(c));
	cr_expect(type_is_scalar(p) && type_is_scalar(u32));
	cr_expect(!type_is_scalar(s) && !type_is_scalar(c));
	cr_expect(type_is_aggregation(c));
	cr_expect(type_is_aggregation(type_lhist(&types, 0, 2, 1)));
	cr_expect(!type_is_aggregation(type_simple(&types, TY_USERNAME)));
	cr_expect(!type_is_aggregation(type_none(&types)));
}

/* --- import ----------------------------------------------------------------- */

Test(type, import)
{
	struct arena other_arena = { 0 };
	struct types other;
	struct enumerator red = { STR("RED"), -1 };
	struct field f[2];
	const struct type *t, *task, *e;

	types_init(&other, &other_arena);
	task = type_record_lazy(&other, STR("struct task_struct"), 9000, 64, 7);
	e = type_enum(&other, STR("enum c"), 4, true, &red, 1);
	f[0] = (struct field){ .name = STR("task"),
			       .type = type_ptr(&other, task, AS_BTF) };
	f[1] = (struct field){ .name = STR("c"),
			       .type = type_array(&other, e, 3) };
	t = type_record(&other, STR("struct x"), f, 2);
	t = types_import(&types, t);
	arena_free(&other_arena);

	expect_text(t, "struct x");
	cr_expect_eq(types_get(&types, t->id), t);
	expect_text(t->fields[0].type, "void *");
	cr_expect_eq(t->fields[0].type, type_ptr(&types, NULL, AS_NONE));
	expect_text(t->fields[1].type, "enum c[3]");
	cr_expect_eq(t->fields[1].type->elem,
		     type_enum(&types, STR("enum c"), 4, true, &red, 1));
	cr_expect_eq(t->fields[1].offset, 8);
	cr_expect_eq(types_import(&types, t), t);
	cr_expect_eq(types_import(&types, type_none(&types)),
		     type_none(&types));
}
