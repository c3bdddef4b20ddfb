/* SPDX-License-Identifier: Apache-2.0 */
/* C declarations: layouts are those of the C compiler, constants its
 * values. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <stdlib.h>

/* The values are meant to be strange. */
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Woverflow"
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wshift-overflow"
#pragma GCC diagnostic ignored "-Wdiv-by-zero"
#pragma GCC diagnostic ignored "-Wattributes"
#pragma GCC diagnostic ignored "-Wunused-function"

#include "sema/c.h"

#include "cdecl_sample.h"

struct front {
	struct arena arena;
	struct types types;
	struct sources srcs;
	struct diags d;
	struct machine *machine;
	struct c_front c;
	bool ok;
};

static struct front *front_new(const char *text)
{
	struct front *f = calloc(1, sizeof(*f));
	const struct source *src;
	struct c_text *piece;

	f->d.sources = &f->srcs;
	f->machine = machine_open("/nowhere", &f->d);
	types_init(&f->types, &f->arena);
	f->c = (struct c_front){
		.arena = &f->arena,
		.types = &f->types,
		.d = &f->d,
		.sources = &f->srcs,
		.machine = f->machine,
	};
	src = source_add(&f->srcs, STR("test"), str_from(text));
	piece = arena_new(&f->arena, struct c_text);
	piece->text = src->text;
	piece->span =
		(struct span){ src->base, src->base + (uint32_t)src->text.n };
	f->ok = c_read(&f->c, piece);
	return f;
}

static void front_free(struct front *f)
{
	machine_close(f->machine);
	diags_free(&f->d);
	sources_free(&f->srcs);
	arena_free(&f->arena);
	free(f);
}

static const struct type *type_of(struct front *f, const char *name)
{
	const struct type *t;

	cr_assert(c_named_type(&f->c, str_from(name), &t), "%s", name);
	cr_assert(t, "%s", name);
	return t;
}

/* --- layouts ----------------------------------------------------------------- */

static struct front *sample(void)
{
	const char *top = getenv("top_srcdir");
	char text[4096];
	struct front *f;
	struct buf out = { 0 };

	snprintf(text, sizeof(text),
		 "#include \"%s/tests/unit/cdecl_sample.h\"\n",
		 top ? top : ".");
	f = front_new(text);
	diags_render(&f->d, false, &out);
	buf_add(&out, "", 1);
	cr_assert(f->ok, "%s", out.p);
	buf_free(&out);
	return f;
}

struct size_row {
	const char *name;
	size_t size, align;
};

#define T(t)                               \
	{                                  \
#t, sizeof(t), _Alignof(t) \
	}
#define S(n) T(struct n)

static const struct size_row sizes[] = {
	S(s01),       S(s02),       S(s03),       S(s04),       S(s05),
	S(s06),       S(s07),       S(s08),       S(s09),       S(s10),
	S(s11),       S(s12),       S(s13),       S(s14),       S(s15),
	S(s16),       S(s17),       S(s18),       S(s19),       S(s20),
	S(s21),       S(s22),       S(s23),       S(s24),       S(s25),
	S(s26),       S(s27),       S(s28),       S(s29),       S(s30),
	S(s31),       S(s32),       S(s33),       S(s34),       S(s35),
	S(s36),       S(s37),       S(s38),       S(s39),       S(s40),
	S(s41),       S(s42),       S(s43),       S(s44),       S(s45),
	S(s46),       S(p01),       S(p02),       S(p03),       S(c01),
	S(c02),       S(c03),       S(c04),       S(c05),       S(c06),
	S(later),     T(union u01), T(union u02), T(union u03), T(enum colour),
	T(enum wide), T(point_t),   T(words),     T(text8),     T(s64),
	T(callback),
};

Test(cdecl, sizes)
{
	struct front *f = sample();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct type *t = type_of(f, sizes[i].name);

		cr_expect_eq(t->size, sizes[i].size, "%s: %u, not %zu",
			     sizes[i].name, t->size, sizes[i].size);
		cr_expect_eq(t->align, sizes[i].align, "%s: align %u, not %zu",
			     sizes[i].name, t->align, sizes[i].align);
	}
	front_free(f);
}

struct offset_row {
	const char *type, *field;
	size_t offset, size;
};

#define F(t, f)                                          \
	{                                                \
		"struct " #t, #f, offsetof(struct t, f), \
			sizeof(((struct t *)0)->f)       \
	}

static const struct offset_row offsets[] = {
	F(s01, a), F(s01, b),   F(s02, b),   F(s02, c),     F(s02, d),
	F(s02, e), F(s03, a),   F(s03, b),   F(s03, c),     F(s03, d),
	F(s04, b), F(s04, c),   F(s05, b),   F(s05, c),     F(s05, d),
	F(s05, e), F(s06, in),  F(s06, b),   F(s08, d),     F(s10, b),
	F(s12, c), F(s13, b),   F(s13, c),   F(s14, b),     F(s14, c),
	F(s15, b), F(s15, c),   F(s17, b),   F(s17, c),     F(s18, b),
	F(s20, f), F(s20, g),   F(s20, h),   F(s21, next),  F(s21, name),
	F(s22, w), F(s22, own), F(s22, end), F(s23, p),     F(s23, w),
	F(s23, n), F(s23, b),   F(s24, d),   F(s24, l),     F(s24, c),
	F(s25, b), F(s25, c),   F(s26, b),   F(s26, c),     F(s29, b),
	F(s30, a), F(s30, b),   F(s31, a),   F(s31, b),     F(s31, c),
	F(s32, a), F(s32, b),   F(s33, b),   F(s34, right), F(s35, b),
	F(s35, c), F(s35, d),   F(s35, e),   F(s36, a),     F(s36, b),
	F(s36, c), F(s36, d),   F(s36, e),   F(s37, names), F(s37, c),
	F(s38, d), F(s40, c),   F(s43, b),   F(s45, b),     F(s46, y),
	F(p01, b), F(p01, c),   F(p03, b),   F(p03, c),     F(c01, b),
	F(c02, b), F(c03, a),   F(c03, b),   F(c04, b),     F(c04, c),
	F(c05, b), F(c06, b),   F(later, n),
};

Test(cdecl, offsets)
{
	struct front *f = sample();

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		const struct offset_row *r = &offsets[i];
		const struct field *x =
			type_field(type_of(f, r->type), str_from(r->field));

		cr_assert(x, "%s.%s", r->type, r->field);
		cr_expect_eq(x->offset, r->offset, "%s.%s: at %u, not %zu",
			     r->type, r->field, x->offset, r->offset);
		cr_expect_eq(x->type->size, r->size, "%s.%s: size %u, not %zu",
			     r->type, r->field, x->type->size, r->size);
	}
	front_free(f);
}

/* The bits that all ones in the field set. */
/* clang-format off */
#define BIT_FIELDS(X) \
	X(s07, a) X(s07, b) X(s07, c) X(s07, d) X(s08, b) X(s08, c) \
	X(s09, a) X(s09, b) X(s11, a) X(s11, b) X(s11, c) X(s12, a) \
	X(s12, b) X(s19, a) X(s19, b) X(s38, a) X(s38, b) X(s38, c) \
	X(s40, a) X(s40, b) X(s41, a) X(s41, b) X(s41, c) X(s42, a) \
	X(s44, b) X(s44, c) X(s46, a) X(s46, b) X(p02, b) X(p02, c) \
	X(s39, a) X(s39, b) X(s39, c)
/* clang-format on */

static volatile long long ones = -1;

#define SETTER(t, f)                                              \
	static void set_##t##_##f(unsigned char *p)               \
	{                                                         \
		((struct t *)(void *)p)->f =                      \
			(__typeof__(((struct t *)0)->f + 0))ones; \
	}
BIT_FIELDS(SETTER)

static const struct bits_row {
	const char *type, *field;
	void (*set)(unsigned char *p);
} bit_rows[] = {
#define ROW(t, f) { "struct " #t, #f, set_##t##_##f },
	BIT_FIELDS(ROW)
};

static void mark_bits(const struct field *x, unsigned char *p)
{
	for (uint32_t i = 0; i < x->bit_size; i++) {
		uint32_t bit = 8 * x->offset + x->bit_offset + i;

		p[bit / 8] |= (unsigned char)(1 << bit % 8);
	}
}

Test(cdecl, bits)
{
	struct front *f = sample();

	for (size_t i = 0; i < ARRAY_SIZE(bit_rows); i++) {
		const struct bits_row *r = &bit_rows[i];
		const struct field *x =
			type_field(type_of(f, r->type), str_from(r->field));
		_Alignas(16) unsigned char want[64] = { 0 }, got[64] = { 0 };

		cr_assert(x && x->bit_size, "%s.%s", r->type, r->field);
		r->set(want);
		mark_bits(x, got);
		cr_expect_arr_eq(want, got, sizeof(want),
				 "%s.%s: at %u, bits %u to %u", r->type,
				 r->field, x->offset, x->bit_offset,
				 x->bit_offset + x->bit_size);
	}
	front_free(f);
}

/* --- constants --------------------------------------------------------------- */

/* clang-format off */
#define CONSTANTS(X) \
	X(1) X(-1) X(0x7fffffff) X(0x80000000) X(1 << 31) X(1u << 31) \
	X(1L << 40) X(~0) X(~0u) X(~0UL) X(-1 / 2) X(-7 % 3) \
	X(7u - 8) X(7u - 8L) X(010 + 0x10) X(1 ? 2 : 3) X(!5) X(!!5) \
	X('A') X('\n') X('\377') X(3 > 2 && 1 < 0 || 1) X(-1 < 0u) \
	X(5 & 3 | 8 ^ 1) X((unsigned char)300) X((signed char)200) \
	X((short)0x18000) X((unsigned)-1) X((long)-1) \
	X(sizeof(long) * 2) X(-8 >> 1) X(1000000000 * 4L) \
	X(4294967295) X(sizeof(int[3])) X((_Bool)7) \
	X(sizeof(struct { char a; long b; })) X(0xffffffffffffffff) \
	X((char)'\200') X(0 && 1 / 0) X(1 || 1 / 0) X(0b101) \
	X(10 - 2 - 3) X(2 + 3 * 4 << 1) X(1 == 1 != 0) X(+5) \
	X(sizeof(void *)) \
	X(__builtin_offsetof(struct { char a; long b; }, b))
/* clang-format on */

static const struct constant_row {
	const char *text;
	uint64_t value;
} constants[] = {
#define CONSTANT(x) { #x, (uint64_t)(x) },
	CONSTANTS(CONSTANT)
};

Test(cdecl, constants)
{
	for (size_t i = 0; i < ARRAY_SIZE(constants); i++) {
		struct c_constant *got;
		char text[256];
		struct front *f;

		snprintf(text, sizeof(text), "#define X (%s)\n",
			 constants[i].text);
		f = front_new(text);
		cr_assert(f->ok);
		cr_assert(c_constant(&f->c, STR("X"), (struct span){ 1, 2 },
				     &got));
		cr_expect(got && got->value.bits == constants[i].value, "%s",
			  constants[i].text);
		front_free(f);
	}
}

/* --- mistakes ---------------------------------------------------------------- */

static const char *const mistakes[] = {
	"struct x {",
	"struct x { int }; ;",
	"struct x { int a b; };",
	"struct x { foo a; };",
	"struct x { struct x a; };",
	"struct x { struct y a; };",
	"struct x { int a[-1]; };",
	"struct x { int a[1 << 30]; };",
	"struct x { int a : 33; };",
	"struct x { int a : 0; };",
	"struct x { void a; };",
	"struct x { int a; int a; };",
	"struct x {}; struct x {};",
	"enum e { A, A };",
	"enum e { A = 1 / 0 };",
	"enum e { A = B };",
	"#if\n#endif\n",
	"#if 1\n",
	"#endif\n",
	"#else\n",
	"#if 1\n#else\n#else\n#endif\n",
	"#error no\n",
	"#nothing\n",
	"#define\n",
	"#include\n",
	"#include \"/nowhere/at/all.h\"\n",
	"#define F(x) x\nstruct x { int a[F(3, 4)]; };\n",
	"#define F(x) #x\nstruct x { int a[F(3)]; };\n",
	"#define F(x) x\nstruct x { int a[F(3]; };\n",
	"typedef a a; struct x { a b; };",
	"typedef a b; typedef b a; struct x { a b; };",
	"struct x { int a __attribute__((aligned(3))); };",
	"struct x { long short a; };",
	"struct x { unsigned float a; };",
	"struct x { int a[\"x\"]; };",
	"struct x { int a; } }",
	"struct x { double a : 3; };",
	"struct x { char a['ab']; };",
	"struct x { int a __attribute__((mode(DI))); };",
};

Test(cdecl, mistakes)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct front *f = front_new(mistakes[i]);

		cr_expect(!f->ok && f->d.errors == 1, "%u errors: %s",
			  f->d.errors, mistakes[i]);
		front_free(f);
	}
}
