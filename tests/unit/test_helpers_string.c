/* SPDX-License-Identifier: Apache-2.0 */
/* bpf-helpers/string.bpf.c compiled for this machine. */
#include <criterion/criterion.h>

#include "espy.h"

static const char *const texts[] = { "",      "a",    "ab", "abc", "abab",
				     "ababc", "\xff", "b",  "ba",  "aab" };

#define N_TEXTS (sizeof(texts) / sizeof(texts[0]))

#define SIZE 16

/* As strings are in BPF memory: padded. */
static void pad(char *out, const char *text, size_t size)
{
	memset(out, 0, size);
	memcpy(out, text, strnlen(text, size));
}

Test(helpers_string, length_stops_at_nul_or_the_end)
{
	cr_expect_eq(espy_strlen("abc", 16), 3);
	cr_expect_eq(espy_strlen("", 16), 0);
	cr_expect_eq(espy_strlen("abcd", 4), 4, "filled");
	cr_expect_eq(espy_strlen("abcd", 2), 2);
	cr_expect_eq(espy_strlen("x", 0), 0);
}

static int sign(int64_t n)
{
	return (n > 0) - (n < 0);
}

Test(helpers_string, comparing_is_that_of_c)
{
	char a[SIZE], b[SIZE];

	for (size_t i = 0; i < N_TEXTS * N_TEXTS; i++) {
		pad(a, texts[i / N_TEXTS], SIZE);
		pad(b, texts[i % N_TEXTS], SIZE);
		for (size_t n = 0; n <= SIZE; n++)
			cr_expect_eq(sign(espy_strncmp(a, b, n)),
				     sign(strncmp(a, b, n)), "'%s' '%s' %zu", a,
				     b, n);
	}
}

Test(helpers_string, searching_is_that_of_c)
{
	char a[SIZE], b[SIZE];
	const char *at;

	for (size_t i = 0; i < N_TEXTS * N_TEXTS; i++) {
		pad(a, texts[i / N_TEXTS], SIZE);
		pad(b, texts[i % N_TEXTS], SIZE);
		at = strstr(a, b);
		cr_expect_eq(espy_strstr(a, SIZE, b, SIZE), at ? at - a : -1,
			     "'%s' in '%s'", b, a);
	}
}

Test(helpers_string, searching_stays_inside)
{
	cr_expect_eq(espy_strstr("abcd", 4, "cd", 2), 2, "both filled");
	cr_expect_eq(espy_strstr("abcd", 3, "cd", 2), -1, "past the end");
	cr_expect_eq(espy_strstr("", 1, "", 1), 0);
	cr_expect_eq(espy_strstr("x", 0, "", 1), 0);
}

Test(helpers_string, at_a_place)
{
	cr_expect_eq(espy_is_at("abcd", 4, 2, "cd", 3), 1);
	cr_expect_eq(espy_is_at("abcd", 4, 2, "cdx", 2), 1, "both filled");
	cr_expect_eq(espy_is_at("abcd", 4, 1, "cd", 3), 0);
	cr_expect_eq(espy_is_at("abcd", 4, 3, "de", 3), 0, "past the end");
	cr_expect_eq(espy_is_at("abcd", 4, 0, "", 1), 1);
	cr_expect_eq(espy_is_at("ab\0ab", 5, 3, "ab", 3), 1);
}

Test(helpers_string, bytes_in_order)
{
	cr_expect_eq(espy_memcmp("abc", "abd", 3), -1);
	cr_expect_eq(espy_memcmp("abd", "abc", 3), 1);
	cr_expect_eq(espy_memcmp("abc", "abd", 2), 0);
	cr_expect_eq(espy_memcmp("a\0b", "a\0c", 3), -1, "behind a NUL");
	cr_expect_eq(espy_memcmp("\xff", "\x01", 1), 254, "unsigned");
	cr_expect_eq(espy_memcmp("x", "y", 0), 0);
}

Test(helpers_string, every_byte_counts)
{
	uint64_t a[5] = { 0 }, b[5] = { 0 };

	for (size_t n = 1; n <= sizeof(a); n++)
		for (size_t i = 0; i < sizeof(a); i++) {
			((char *)b)[i] = 1;
			cr_expect_eq(espy_bytes_differ(a, b, n) != 0, i < n,
				     "byte %zu of %zu", i, n);
			((char *)b)[i] = 0;
		}
}
