/* SPDX-License-Identifier: Apache-2.0 */
/* Types that a saved program brings along, and what can be wrong with them. */
#include "plan/plan_btf.h"

#include <criterion/criterion.h>
#include <linux/btf.h>

#include "base/buf.h"

static const char names[] = "\0int\0s\0m\0f";

enum name_at {
	AT_NONE = 0,
	AT_INT = 1,
	AT_S = 5,
	AT_M = 7,
	AT_F = 9,
	AT_END = sizeof(names),
};

/* What the tests change: words of the types. */
enum word {
	INT, /* 1: int */
	INT_KIND = INT + 1,
	STRUCT = INT + 4, /* 2: struct s { int m; int m[2]; struct s *m; } */
	STRUCT_KIND = STRUCT + 1,
	MEMBER = STRUCT + 3, /* name, type, offset */
	MEMBER_TYPE = MEMBER + 1,
	ARRAY = MEMBER + 9, /* 3: int[2] */
	ELEMENT = ARRAY + 3,
	INDEX = ARRAY + 4,
	POINTER = ARRAY + 6, /* 4: struct s * */
	POINTER_TO = POINTER + 2,
	PROTO = POINTER + 3, /* 5: int (struct s *s) */
	PROTO_RESULT = PROTO + 2,
	PARAM = PROTO + 3,
	PARAM_TYPE = PARAM + 1,
	FUNC = PROTO + 5, /* 6: f */
	FUNC_TYPE = FUNC + 2,
	TYPEDEF = FUNC + 3, /* 7: typedef int s */
	TYPEDEF_OF = TYPEDEF + 2,
	VAR = TYPEDEF + 3, /* 8: int m */
	DATASEC = VAR + 4, /* 9: with it */
	DATASEC_VAR = DATASEC + 3,
	ENUM = DATASEC + 6, /* 10: enum { m } */
	ENUM_NAME = ENUM + 3,
	N_WORDS = ENUM + 5,
};

#define N_TYPES       10
#define INFO(kind, n) ((uint32_t)(kind) << 24 | (n))

static const uint32_t good[N_WORDS] = {
	[INT] = AT_INT,
	INFO(BTF_KIND_INT, 0),
	4,
	32,
	[STRUCT] = AT_S,
	INFO(BTF_KIND_STRUCT, 3),
	24,
	[MEMBER] = AT_M,
	1,
	0,
	AT_M,
	3,
	32,
	AT_M,
	4,
	128,
	[ARRAY] = AT_NONE,
	INFO(BTF_KIND_ARRAY, 0),
	0,
	1,
	1,
	2,
	[POINTER] = AT_NONE,
	INFO(BTF_KIND_PTR, 0),
	2,
	[PROTO] = AT_NONE,
	INFO(BTF_KIND_FUNC_PROTO, 1),
	1,
	AT_S,
	4,
	[FUNC] = AT_F,
	INFO(BTF_KIND_FUNC, 1),
	5,
	[TYPEDEF] = AT_S,
	INFO(BTF_KIND_TYPEDEF, 0),
	1,
	[VAR] = AT_M,
	INFO(BTF_KIND_VAR, 0),
	1,
	1,
	[DATASEC] = AT_S,
	INFO(BTF_KIND_DATASEC, 1),
	4,
	8,
	0,
	4,
	[ENUM] = AT_S,
	INFO(BTF_KIND_ENUM, 1),
	4,
	AT_M,
	0,
};

static void make(struct buf *out, const uint32_t *words, size_t n)
{
	struct btf_header head = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(head),
		.type_len = (uint32_t)(n * sizeof(*words)),
		.str_off = (uint32_t)(n * sizeof(*words)),
		.str_len = sizeof(names),
	};

	buf_add(out, &head, sizeof(head));
	buf_add(out, words, n * sizeof(*words));
	buf_add(out, names, sizeof(names));
}

/* What is said when one word is another. */
static const char *with(size_t word, uint32_t value)
{
	auto_buf struct buf btf = { 0 };
	uint32_t words[N_WORDS];

	memcpy(words, good, sizeof(words));
	words[word] = value;
	make(&btf, words, N_WORDS);
	return plan_btf_wrong(buf_view(&btf));
}

static void expect(const char *have, const char *want)
{
	cr_assert(have, "want '%s'", want);
	cr_expect(strstr(have, want), "have '%s', want '%s'", have, want);
}

Test(plan_btf, good)
{
	cr_expect_null(with(INT, AT_INT));
	cr_expect_null(with(POINTER_TO, 0), "void *");
	cr_expect_null(with(PROTO_RESULT, 0), "void");
}

Test(plan_btf, heads)
{
	auto_buf struct buf btf = { 0 };
	struct btf_header *head;

	expect(plan_btf_wrong(STR("")), "its head");
	make(&btf, good, N_WORDS);
	head = (void *)btf.p;
#define REFUSED(field, value)                                       \
	do {                                                        \
		__typeof__(head->field) was_ = head->field;         \
		head->field = (value);                              \
		expect(plan_btf_wrong(buf_view(&btf)), "its head"); \
		head->field = was_;                                 \
	} while (0)
	REFUSED(magic, 0x9feb);
	REFUSED(version, 2);
	REFUSED(hdr_len, sizeof(*head) + 4);
	REFUSED(type_off, 2);
	REFUSED(type_off, UINT32_MAX - 3);
	REFUSED(type_len, UINT32_MAX - 3);
	REFUSED(str_off, UINT32_MAX);
	REFUSED(str_len, sizeof(names) + 1);
	REFUSED(str_len, 0);
	REFUSED(str_len, sizeof(names) - 1); /* the last has no end */
	REFUSED(str_off, head->str_off + 1); /* the first is not empty */
#undef REFUSED
	cr_expect_null(plan_btf_wrong(buf_view(&btf)));
}

/* Where a type starts that none before it refers to. */
static bool may_end(size_t n)
{
	return n == STRUCT || n == PROTO || n == FUNC || n == TYPEDEF ||
	       n == VAR || n == DATASEC || n == ENUM;
}

Test(plan_btf, cut_anywhere)
{
	for (size_t n = 1; n < N_WORDS; n++) {
		auto_buf struct buf btf = { 0 };

		make(&btf, good, n);
		cr_expect_eq(!plan_btf_wrong(buf_view(&btf)), may_end(n),
			     "%zu words", n);
	}
}

Test(plan_btf, kinds)
{
	expect(with(INT_KIND, INFO(BTF_KIND_UNKN, 0)), "is cut");
	expect(with(INT_KIND, INFO(NR_BTF_KINDS, 0)), "is cut");
	expect(with(STRUCT_KIND, INFO(BTF_KIND_STRUCT, 0xffff)), "is cut");
}

Test(plan_btf, names_and_types)
{
	static const size_t at_name[] = { INT,   STRUCT, MEMBER,
					  PARAM, FUNC,   ENUM_NAME };
	static const size_t at_type[] = { MEMBER_TYPE,  ELEMENT,    INDEX,
					  POINTER_TO,   PARAM_TYPE, FUNC_TYPE,
					  PROTO_RESULT, TYPEDEF_OF, VAR + 2,
					  DATASEC_VAR };
	static const size_t at_some[] = { MEMBER_TYPE, ELEMENT, INDEX,
					  FUNC_TYPE, DATASEC_VAR };

	for (size_t i = 0; i < sizeof(at_name) / sizeof(*at_name); i++)
		expect(with(at_name[i], AT_END), "names what is not there");
	for (size_t i = 0; i < sizeof(at_type) / sizeof(*at_type); i++)
		expect(with(at_type[i], N_TYPES + 1),
		       "names what is not there");
	for (size_t i = 0; i < sizeof(at_some) / sizeof(*at_some); i++)
		expect(with(at_some[i], 0), "names what is not there");
	expect(with(FUNC_TYPE, 1), "names what is not there");
	expect(with(DATASEC_VAR, 1), "names what is not there");
}

Test(plan_btf, without_end)
{
	expect(with(MEMBER_TYPE, 2), "contains itself");
	expect(with(ELEMENT, 3), "contains itself");
	expect(with(ELEMENT, 2), "contains itself");
	expect(with(TYPEDEF_OF, 7), "contains itself");
}

/* Each struct has two members of the one before: 2^60 ways down. */
Test(plan_btf, wide_is_not_deep)
{
	auto_buf struct buf btf = { 0 };
	uint32_t words[4 + 60 * 9] = { AT_INT, INFO(BTF_KIND_INT, 0), 4, 32 };

	for (uint32_t i = 0; i < 60; i++) {
		const uint32_t one[] = { AT_S,  INFO(BTF_KIND_STRUCT, 2),
					 0,     AT_M,
					 i + 1, 0,
					 AT_M,  i + 1,
					 0 };

		memcpy(words + 4 + (size_t)i * 9, one, sizeof(one));
	}
	make(&btf, words, 4 + 60 * 9);
	cr_expect_null(plan_btf_wrong(buf_view(&btf)));
}

/* --- .BTF.ext ------------------------------------------------------------- */

enum ext_word {
	EXT_HEAD, /* magic, version, flags */
	EXT_LENGTH,
	EXT_FUNCTIONS, /* at, bytes; then those of lines and relocations */
	EXT_LINES = EXT_FUNCTIONS + 2,
	EXT_RELOCATIONS = EXT_LINES + 2,
	EXT_FUNCTION = EXT_RELOCATIONS + 2, /* size, section, n; record */
	EXT_FUNCTION_TYPE = EXT_FUNCTION + 4,
	EXT_LINE = EXT_FUNCTION + 5,
	EXT_LINE_FILE = EXT_LINE + 4,
	EXT_RELOCATION = EXT_LINE + 7,
	EXT_RELOCATION_TYPE = EXT_RELOCATION + 4,
	EXT_RELOCATION_NAME,
	N_EXT_WORDS = EXT_RELOCATION + 7,
};

static const uint32_t good_ext[N_EXT_WORDS] = {
	[EXT_HEAD] = BTF_MAGIC | BTF_VERSION << 16,
	32,
	0,
	[EXT_FUNCTIONS + 1] = 20,
	20,
	28,
	48,
	28,
	[EXT_FUNCTION] = 8,
	AT_S,
	1,
	0,
	6,
	[EXT_LINE] = 16,
	AT_S,
	1,
	0,
	AT_M,
	AT_M,
	1 << 10 | 1,
	[EXT_RELOCATION] = 16,
	AT_S,
	1,
	0,
	2,
	AT_M,
	0,
};

static const char *ext_with(size_t word, uint32_t value)
{
	auto_buf struct buf btf = { 0 };
	uint32_t words[N_EXT_WORDS];

	make(&btf, good, N_WORDS);
	memcpy(words, good_ext, sizeof(words));
	words[word] = value;
	return plan_btf_ext_wrong((struct str){ (char *)words, sizeof(words) },
				  buf_view(&btf));
}

Test(plan_btf, ext)
{
	static const struct {
		size_t word;
		uint32_t value;
	} bad[] = {
		{ EXT_HEAD, BTF_MAGIC },
		{ EXT_LENGTH, 24 },
		{ EXT_FUNCTIONS, UINT32_MAX - 3 },
		{ EXT_FUNCTIONS, 2 },
		{ EXT_FUNCTIONS + 1, 3 },
		{ EXT_FUNCTIONS + 1, 2 },
		{ EXT_LINES + 1, N_EXT_WORDS * 4 },
		{ EXT_FUNCTION, 4 },
		{ EXT_FUNCTION, 9 },
		{ EXT_FUNCTION, 1 << 20 },
		{ EXT_FUNCTION + 1, AT_END },
		{ EXT_FUNCTION + 2, 0 },
		{ EXT_FUNCTION + 2, 2 },
		{ EXT_FUNCTION + 2, UINT32_MAX },
		{ EXT_FUNCTION_TYPE, N_TYPES + 1 },
		{ EXT_LINE_FILE, AT_END },
		{ EXT_RELOCATION_TYPE, N_TYPES + 1 },
		{ EXT_RELOCATION_NAME, AT_END },
	};

	cr_expect_null(ext_with(EXT_HEAD, good_ext[EXT_HEAD]));
	cr_expect_null(ext_with(EXT_LINES + 1, 0), "none of them");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_not_null(ext_with(bad[i].word, bad[i].value),
				   "case %zu", i);
	cr_expect_not_null(plan_btf_ext_wrong(STR(""), STR("")));
}
