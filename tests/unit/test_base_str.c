/* SPDX-License-Identifier: Apache-2.0 */
/* String slices: comparing, splitting, globs, distances. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/str.h"

Test(str, from_c_strings)
{
	cr_assert_eq(str_from("abc").n, 3);
	cr_assert_eq(str_from("").n, 0);
	cr_assert_eq(str_from(NULL).n, 0);
	cr_assert(str_is(str_from(NULL), ""));
}

Test(str, equality)
{
	struct str none = { 0 };

	cr_assert(str_eq(STR("ab"), STR("ab")));
	cr_assert(!str_eq(STR("ab"), STR("ac")));
	cr_assert(!str_eq(STR("ab"), STR("abc")));
	cr_assert(str_eq(none, STR("")));
	cr_assert(str_eq(none, none));
	cr_assert(str_is(STR("ab"), "ab"));
	cr_assert(!str_is(STR("ab"), "abc"));
	cr_assert(!str_is(STR("abc"), "ab"));
	cr_assert(!str_eq(STR("a\0b"), STR("a\0c")));
}

Test(str, order_is_by_bytes_and_shorter_first)
{
	cr_assert_eq(str_cmp(STR("a"), STR("a")), 0);
	cr_assert_lt(str_cmp(STR("a"), STR("b")), 0);
	cr_assert_lt(str_cmp(STR("a"), STR("aa")), 0);
	cr_assert_gt(str_cmp(STR("b"), STR("aa")), 0);
	cr_assert_gt(str_cmp(STR("\xff"), STR("a")), 0);
	cr_assert_lt(str_cmp((struct str){ 0 }, STR("a")), 0);
	cr_assert_eq(str_cmp((struct str){ 0 }, STR("")), 0);
}

Test(str, starts_ends_has)
{
	struct str none = { 0 };

	cr_assert(str_starts(STR("kprobe:x"), "kprobe"));
	cr_assert(str_starts(STR("k"), ""));
	cr_assert(str_starts(none, ""));
	cr_assert(!str_starts(STR("k"), "kp"));
	cr_assert(!str_starts(STR("xk"), "k"));
	cr_assert(str_ends(STR("a.bt"), ".bt"));
	cr_assert(str_ends(none, ""));
	cr_assert(!str_ends(STR("bt"), ".bt"));
	cr_assert(!str_ends(STR("a.bts"), ".bt"));
	cr_assert(str_has(STR("a:b"), ':'));
	cr_assert(!str_has(STR("ab"), ':'));
	cr_assert(!str_has(none, ':'));
}

Test(str, split)
{
	struct str rest, s = STR("a:b::c");

	cr_assert(str_is(str_split(s, ':', &rest), "a"));
	cr_assert(str_is(rest, "b::c"));
	cr_assert(str_is(str_split(rest, ':', &rest), "b"));
	cr_assert(str_is(str_split(rest, ':', &rest), ""));
	cr_assert(str_is(rest, "c"));
	cr_assert(str_is(str_split(rest, ':', &rest), "c"));
	cr_assert_null(rest.p);
	cr_assert_eq(rest.n, 0);
	cr_assert(str_is(str_split(rest, ':', &rest), ""));
}

Test(str, split_at_the_last_byte_leaves_an_empty_rest)
{
	struct str rest;

	cr_assert(str_is(str_split(STR("a:"), ':', &rest), "a"));
	cr_assert_not_null(rest.p);
	cr_assert_eq(rest.n, 0);
}

Test(str, copies_end_in_nul)
{
	struct arena a = { 0 };
	struct str s = str_copy(&a, (struct str){ "abcdef", 3 });

	cr_assert_str_eq(s.p, "abc");
	s = str_copy(&a, (struct str){ 0 });
	cr_assert_str_eq(s.p, "");
	s = str_printf(&a, "%.*s=%d", STR_ARG(STR("x")), 3);
	cr_assert_str_eq(s.p, "x=3");
	cr_assert_eq(s.n, 3);
	arena_free(&a);
}

static const struct glob_case {
	const char *pattern, *s;
	bool match;
} glob_cases[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "a", "", false },
	{ "*", "", true },
	{ "**", "", true },
	{ "*", "anything", true },
	{ "vfs_*", "vfs_read", true },
	{ "vfs_*", "vfs_", true },
	{ "vfs_*", "xvfs_read", false },
	{ "*read", "vfs_read", true },
	{ "*read", "vfs_readv", false },
	{ "*a*b*", "xxaxxbxx", true },
	{ "*a*b*", "xxbxxaxx", false },
	{ "a*aab", "aaaaab", true },
	{ "a*b*c", "abbbbcbc", true },
	{ "a?c", "abc", true },
	{ "a?c", "ac", false },
	{ "???", "ab", false },
	{ "a*?", "a", false },
	{ "a*?", "ab", true },
	{ "cpu[0-3]", "cpu2", true },
	{ "cpu[0-3]", "cpu4", false },
	{ "[abc]x", "bx", true },
	{ "[abc]x", "dx", false },
	{ "[!abc]x", "dx", true },
	{ "[!abc]x", "ax", false },
	{ "[a]", "a", true },
	{ "[a]", "]", false },
	{ "[]x]", "]", true },
	{ "[!]", "[!]", true },
	{ "[", "[", true },
	{ "[!", "!", false },
	{ "[!]]", "]", false },
	{ "[a-]", "-", true },
	{ "[-a]", "-", true },
	{ "[-a]", "b", false },
	{ "[ab", "[ab", true },
	{ "[ab", "a", false },
	{ "*[0-9]*", "abc5", true },
	{ "*[0-9]", "5a", false },
	{ "a.c", "abc", false },
	{ "a\\*", "a\\b", true },
	{ "[\x80-\xff]", "\xc3", true },
	{ "{a,b}", "a", false },
};

/* A copy with nothing behind it, so that a sanitizer sees a byte too far. */
static struct str exact(const char *s)
{
	size_t n = strlen(s);

	return (struct str){ memcpy(xmalloc(n), s, n), n };
}

Test(str, glob)
{
	for (size_t i = 0; i < ARRAY_SIZE(glob_cases); i++) {
		const struct glob_case *c = &glob_cases[i];
		struct str pattern = exact(c->pattern), s = exact(c->s);

		cr_expect_eq(str_glob(pattern, s), c->match, "'%s' and '%s'",
			     c->pattern, c->s);
		free((void *)pattern.p);
		free((void *)s.p);
	}
}

Test(str, glob_with_many_stars_ends_soon)
{
	struct arena a = { 0 };
	char *s = arena_alloc(&a, 20001);

	memset(s, 'a', 20000);
	cr_assert(!str_glob(STR("*a*a*a*a*a*a*a*a*a*b"), str_from(s)));
	arena_free(&a);
}

Test(str, is_glob)
{
	cr_assert(str_is_glob(STR("a*")));
	cr_assert(str_is_glob(STR("a?")));
	cr_assert(str_is_glob(STR("[a]")));
	cr_assert(!str_is_glob(STR("a]b")));
	cr_assert(!str_is_glob((struct str){ 0 }));
}

static const struct distance_case {
	const char *a, *b;
	unsigned int max, want;
} distance_cases[] = {
	{ "", "", 3, 0 },
	{ "abc", "abc", 0, 0 },
	{ "abc", "", 3, 3 },
	{ "", "abc", 3, 3 },
	{ "abc", "", 2, 3 },
	{ "abc", "abd", 3, 1 },
	{ "abc", "ab", 3, 1 },
	{ "abc", "abcd", 3, 1 },
	{ "abc", "bac", 3, 1 },
	{ "printf", "pritnf", 3, 1 },
	{ "kitten", "sitting", 5, 3 },
	{ "kitten", "sitting", 2, 3 },
	{ "ca", "abc", 5, 3 },
	{ "hist", "lhist", 3, 1 },
	{ "abcdef", "uvwxyz", 3, 4 },
	{ "abcdef", "uvwxyz", 6, 6 },
	{ "xaby", "xbay", 1, 1 },
	{ "ab", "ba", 0, 1 },
};

Test(str, distance)
{
	for (size_t i = 0; i < ARRAY_SIZE(distance_cases); i++) {
		const struct distance_case *c = &distance_cases[i];
		struct str a = str_from(c->a), b = str_from(c->b);

		cr_expect_eq(str_distance(a, b, c->max), c->want, "%s %s", c->a,
			     c->b);
		cr_expect_eq(str_distance(b, a, c->max), c->want, "%s %s", c->b,
			     c->a);
	}
}

Test(str, very_long_strings_are_near_only_to_themselves)
{
	static char a[1000], b[1000];

	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	b[500] = 'y';
	cr_assert_eq(str_distance((struct str){ a, sizeof(a) },
				  (struct str){ a, sizeof(a) }, 3),
		     0);
	cr_assert_eq(str_distance((struct str){ a, sizeof(a) },
				  (struct str){ b, sizeof(b) }, 3),
		     4);
}

Test(str, distance_up_to_the_longest_that_is_compared)
{
	char a[130], b[130];

	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	b[100] = 'y';
	cr_assert_eq(str_distance((struct str){ a, 128 },
				  (struct str){ b, 128 }, 3),
		     1);
	cr_assert_eq(str_distance((struct str){ a, 129 },
				  (struct str){ b, 129 }, 3),
		     4);
}

static struct str suggest_among(const char *wanted)
{
	static const char *const names[] = { "pid",    "tid",    "comm",
					     "printf", "retval", "kstack",
					     "count",  "nsecs",  "hist",
					     "lhist" };
	struct suggest s = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		suggest_offer(&s, str_from(wanted), str_from(names[i]));
	return s.best;
}

Test(suggest, picks_the_nearest)
{
	cr_assert(str_is(suggest_among("prinft"), "printf"));
	cr_assert(str_is(suggest_among("kstak"), "kstack"));
	cr_assert(str_is(suggest_among("cont"), "count"));
	cr_assert(str_is(suggest_among("pd"), "pid"));
	cr_assert(str_is(suggest_among("lhistt"), "lhist"));
	cr_assert(str_is(suggest_among("retvall"), "retval"));
}

Test(suggest, the_first_of_equals_wins)
{
	cr_assert(str_is(suggest_among("xid"), "pid"));
}

Test(suggest, nothing_when_nothing_is_near)
{
	cr_assert_null(suggest_among("frobnicate").p);
	cr_assert_null(suggest_among("x").p);
	cr_assert_null(suggest_among("").p);
	cr_assert_null(suggest_among("zz").p);
	cr_assert_null(suggest_among("xyz").p);
}

Test(suggest, one_byte_is_near_to_nothing)
{
	struct suggest s = { 0 };

	suggest_offer(&s, STR("x"), STR("y"));
	cr_assert_null(s.best.p);
}

Test(suggest, not_the_name_itself)
{
	struct suggest s = { 0 };

	suggest_offer(&s, STR("printf"), STR("printf"));
	cr_assert_null(s.best.p);
}
