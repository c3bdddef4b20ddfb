/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of marks, and notes of a file. */
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/usdt.h"

static const struct operand_case {
	const char *word;
	enum usdt_place place;
	uint32_t size;
	bool is_signed;
	int64_t number;
	int base, index;
	uint32_t scale, shift;
} operand_cases[] = {
	{ "-4@%edi", USDT_REGISTER, 4, true, 0, 112, -1, 1, 0 },
	{ "1@%ah", USDT_REGISTER, 1, false, 0, 80, -1, 1, 8 },
	{ "2@%r15w", USDT_REGISTER, 2, false, 0, 0, -1, 1, 0 },
	{ "-1@%spl", USDT_REGISTER, 1, true, 0, 152, -1, 1, 0 },
	{ "8@%rip", USDT_REGISTER, 8, false, 0, 128, -1, 1, 0 },
	{ "4@$5", USDT_CONSTANT, 4, false, 5, -1, -1, 1, 0 },
	{ "-8@$-0x10", USDT_CONSTANT, 8, true, -16, -1, -1, 1, 0 },
	{ "8@$18446744073709551615", USDT_CONSTANT, 8, false, -1, -1, -1, 1,
	  0 },
	{ "8@(%rax)", USDT_MEMORY, 8, false, 0, 80, -1, 1, 0 },
	{ "-8@-16(%rbp)", USDT_MEMORY, 8, true, -16, 32, -1, 1, 0 },
	{ "8@0x20(%rax,%rbx,4)", USDT_MEMORY, 8, false, 32, 80, 40, 4, 0 },
	{ "8@(%rax, %rbx, 8)", USDT_MEMORY, 8, false, 0, 80, 40, 8, 0 },
	{ "1@3(%r9,%r10)", USDT_MEMORY, 1, false, 3, 64, 56, 1, 0 },
	{ "1@3(,%r10,2)", USDT_MEMORY, 1, false, 3, -1, 56, 2, 0 },
	{ "2@4096", USDT_MEMORY, 2, false, 4096, -1, -1, 1, 0 },
};

Test(usdt, operands_are_read)
{
	for (size_t i = 0; i < ARRAY_SIZE(operand_cases); i++) {
		const struct operand_case *c = &operand_cases[i];
		struct usdt_operand o;
		const char *why = usdt_operand(str_from(c->word), &o);

		cr_expect_null(why, "%s: %s", c->word, why);
		cr_expect(o.place == c->place && o.size == c->size &&
				  o.is_signed == c->is_signed &&
				  o.number == c->number && o.base == c->base &&
				  o.index == c->index && o.scale == c->scale &&
				  o.shift == c->shift,
			  "%s", c->word);
	}
}

Test(usdt, operands_are_refused)
{
	static const char *const words[] = {
		"",
		"@",
		"4@",
		"4",
		"%eax",
		"x@%eax",
		"3@%eax",
		"0@%eax",
		"-16@%rax",
		"8f@%rax",
		"4@%",
		"4@%foo",
		"8@%xmm3",
		"4@$",
		"4@$x",
		"4@$5x",
		"8@(%eax)",
		"8@(%rax",
		"8@(rax)",
		"8@x(%rax)",
		"8@1-2",
		"8@%fs:8",
		"8@%fs:(%rax)",
		"8@(%rax,%rbx,3)",
		"8@(%rax,%rbx,8)x",
		"8@99999999999999999999(%rax)",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct usdt_operand o;

		cr_expect_not_null(usdt_operand(str_from(words[i]), &o), "%s",
				   words[i]);
	}
}

Test(usdt, words)
{
	struct str all = STR(" 8@(%rax, %rbx, 4)  4@%ecx -1@$7 ");
	struct arena a = { 0 };

	cr_expect_eq(usdt_count(all), 3);
	cr_expect_eq(usdt_count(STR("  ")), 0);
	cr_expect(str_is(usdt_word(all, 0), "8@(%rax, %rbx, 4)"));
	cr_expect(str_is(usdt_word(all, 2), "-1@$7"));
	cr_expect_eq(usdt_word(all, 3).n, 0);
	cr_expect(str_is(usdt_narrow(&a, all, 0), ""));
	cr_expect(str_is(usdt_narrow(&a, all, 2), "_ 4@%ecx _"));
	cr_expect(str_is(usdt_narrow(&a, all, 8), "_ _ _"));
	cr_expect(usdt_is_narrowed(all, STR("")));
	cr_expect(usdt_is_narrowed(all, STR("_ 4@%ecx _")));
	cr_expect_not(usdt_is_narrowed(all, STR("_ 4@%edx _")));
	cr_expect_not(usdt_is_narrowed(all, STR("_ 4@%ecx")));
	cr_expect_not(usdt_is_narrowed(STR("1@%al"), STR("1@%al _")));
	arena_free(&a);
}

Test(usdt, narrow_of_many)
{
	struct buf many = { 0 };
	struct arena a = { 0 };
	struct str narrow;

	for (int i = 0; i < 70; i++)
		buf_printf(&many, "1@$%d ", i);
	narrow = usdt_narrow(&a, buf_view(&many), 1ull << 63);
	cr_expect(str_is(usdt_word(narrow, 62), "_"));
	cr_expect(str_is(usdt_word(narrow, 63), "1@$63"));
	cr_expect(str_is(usdt_word(narrow, 69), "1@$69"));
	arena_free(&a);
	buf_free(&many);
}

/* --- files ------------------------------------------------------------------ */

static size_t count_sites(const char *path, const char *provider,
			  const char *name)
{
	usdt_site_vec found = { 0 };
	struct arena a = { 0 };
	size_t n;

	cr_expect_eq(usdt_sites(path, str_from(provider), str_from(name), &a,
				&found),
		     0);
	n = found.n;
	arena_free(&a);
	return n;
}

static const char *notes_path(struct arena *a)
{
	const char *top = getenv("top_srcdir");

	return arena_printf(a, "%s/tests/data/host/usr/bin/notes",
			    top ? top : ".");
}

Test(usdt, sites_of_a_file)
{
	usdt_site_vec found = { 0 };
	struct arena a = { 0 };
	const char *path = notes_path(&a);

	cr_expect_eq(count_sites(path, "*", "*"), 6);
	cr_expect_eq(count_sites(path, "espy", "inlined"), 3);
	cr_expect_eq(count_sites(path, "e?py", "[gp]*"), 2);
	cr_expect_eq(count_sites(path, "other", "*"), 0);
	cr_assert_eq(usdt_sites(path, STR("espy"), STR("g*"), &a, &found), 0);
	cr_assert_eq(found.n, 1);
	cr_expect_neq(found.v[0].semaphore, 0);
	cr_expect(str_starts(found.v[0].operands, "1@%al 4@"));
	cr_expect(str_ends(found.v[0].operands, "(%rip)"));
	cr_expect_eq(usdt_sites("/dev/null", STR("*"), STR("*"), &a, &found),
		     -ENOEXEC);
	cr_expect_eq(usdt_sites("/no/where", STR("*"), STR("*"), &a, &found),
		     -ENOENT);
	arena_free(&a);
}

/* Whatever is wrong with a file, it is read or refused. */
Test(usdt, hostile_files)
{
	char path[] = "/tmp/espy_usdt.XXXXXX";
	struct arena a = { 0 };
	auto_buf struct buf good = { 0 };
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(buf_read_file(&good, notes_path(&a), 1 << 20), 0);
	for (size_t i = 0; i < good.n; i += 37) {
		usdt_site_vec found = { 0 };
		struct arena b = { 0 };
		char spoilt = (char)(good.p[i] ^ (1 << (i % 8)));

		cr_assert_eq(ftruncate(fd, 0), 0);
		cr_assert_eq(pwrite(fd, good.p, good.n, 0), (ssize_t)good.n);
		cr_assert_eq(pwrite(fd, &spoilt, 1, (off_t)i), 1);
		if (i % 3 == 0)
			cr_assert_eq(ftruncate(fd, (off_t)i), 0);
		usdt_sites(path, STR("*"), STR("*"), &b, &found);
		arena_free(&b);
	}
	close(fd);
	unlink(path);
	arena_free(&a);
}
