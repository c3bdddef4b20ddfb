/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, vectors and byte buffers. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/vec.h"

Test(mem, x_functions_give_memory_for_nothing)
{
	auto_free char *a = xmalloc(0), *b = xzalloc(0), *c = NULL;

	c = xrealloc(c, 0);
	cr_assert(a && b && c);
}

Test(mem, xzalloc_is_zeroed_and_xstrdup_copies)
{
	auto_free unsigned char *z = xzalloc(300);
	auto_free char *s = xstrdup("abc");

	for (int i = 0; i < 300; i++)
		cr_assert_eq(z[i], 0);
	cr_assert_str_eq(s, "abc");
}

Test(mem, take_ptr_hands_over)
{
	auto_free char *to = NULL;

	{
		auto_free char *from = xstrdup("kept");

		to = take_ptr(&from);
		cr_assert_null(from);
	}
	cr_assert_str_eq(to, "kept");
}

Test(mem, auto_fd_closes_and_ignores_negative)
{
	int kept;

	{
		auto_fd int none = -1;
		auto_fd int fd = open("/dev/null", O_RDONLY);

		cr_assert_lt(none, 0);
		cr_assert_geq(fd, 0);
		kept = fd;
	}
	cr_assert_eq(fcntl(kept, F_GETFD), -1);
	cr_assert_eq(errno, EBADF);
}

Test(mem, auto_file_closes_and_ignores_null)
{
	int kept;

	{
		auto_file FILE *none = NULL;
		auto_file FILE *f = fopen("/dev/null", "r");

		cr_assert_null(none);
		cr_assert_not_null(f);
		kept = fileno(f);
	}
	cr_assert_eq(fcntl(kept, F_GETFD), -1);
}

Test(arena, memory_is_zeroed_aligned_and_distinct)
{
	static const size_t sizes[] = { 0, 1, 3, 17, 4095, 4096, 5000, 70000 };
	struct arena a = { 0 };
	unsigned char *p[ARRAY_SIZE(sizes)];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		p[i] = arena_alloc(&a, sizes[i]);
		cr_assert_not_null(p[i]);
		cr_assert_eq((uintptr_t)p[i] % alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			cr_assert_eq(p[i][j], 0);
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (size_t j = 0; j < sizes[i]; j++)
			cr_assert_eq(p[i][j], i + 1);
	arena_free(&a);
}

Test(arena, empty_allocations_have_their_own_address)
{
	struct arena a = { 0 };
	char *p = arena_alloc(&a, 0), *q = arena_alloc(&a, 0);

	cr_assert_neq(p, q);
	arena_free(&a);
}

Test(arena, is_usable_after_free)
{
	struct arena a = { 0 };

	arena_free(NULL);
	arena_free(&a);
	arena_alloc(&a, 100000);
	arena_free(&a);
	cr_assert_null(a.head);
	cr_assert_str_eq(arena_copy(&a, "xyz", 2), "xy");
	arena_free(&a);
}

Test(arena, a_large_piece_leaves_room_in_the_newest_block)
{
	struct arena a = { 0 };
	char *p = arena_alloc(&a, 16), *q;

	arena_alloc(&a, 1 << 20);
	q = arena_alloc(&a, 16);
	cr_assert_eq(q - p, 16);
	arena_free(&a);
}

Test(arena, copies_and_formats)
{
	struct arena a = { 0 };
	char *p;

	cr_assert_str_eq(arena_copy(&a, NULL, 0), "");
	cr_assert_str_eq(arena_printf(&a, "%s-%d", "x", 42), "x-42");
	p = arena_printf(&a, "%5000d", 7);
	cr_assert_eq(strlen(p), 5000);
	cr_assert_eq(p[4999], '7');
	*arena_new(&a, uint64_t) = 1;
	arena_free(&a);
}

Test(arena, there_is_room_for_the_nul)
{
	struct arena a = { 0 };
	char *p = arena_copy(&a, "0123456789abcdef", 16);
	char *q = arena_printf(&a, "0123456789abcdef");

	memset(arena_alloc(&a, 16), 'x', 16);
	cr_assert_str_eq(p, "0123456789abcdef");
	cr_assert_str_eq(q, "0123456789abcdef");
	arena_free(&a);
}

Test(vec, grows_and_keeps_what_it_has)
{
	struct arena a = { 0 };
	VEC(uint32_t) v = { 0 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 1000; i++)
		vec_push(&a, &v, i);
	cr_assert_eq(v.n, 1000);
	cr_assert_geq(v.cap, v.n);
	vec_each(it, &v) {
		cr_assert_eq(*it, (uint32_t)(it - v.v));
		sum += *it;
	}
	cr_assert_eq(sum, 499500);
	arena_free(&a);
}

Test(vec, push_may_read_the_vector_itself)
{
	struct arena a = { 0 };
	VEC(uint32_t) v = { 0 };

	vec_push(&a, &v, 7);
	while (v.n < 100)
		vec_push(&a, &v, v.v[v.n - 1]);
	cr_assert_eq(v.v[99], 7);
	arena_free(&a);
}

Test(vec, added_elements_are_zeroed_also_after_a_removal)
{
	struct arena a = { 0 };
	VEC(uint64_t) v = { 0 };

	*vec_add(&a, &v) = 5;
	v.n--;
	cr_assert_eq(*vec_add(&a, &v), 0);
	arena_free(&a);
}

Test(vec, nothing_to_walk_in_an_empty_one)
{
	VEC(int) v = { 0 };

	vec_each(it, &v)
		cr_assert_fail("%p", (void *)it);
}

Test(strmap, finds_what_was_put)
{
	struct arena a = { 0 };
	struct strmap m = { 0 };
	static int values[500];

	cr_assert_null(strmap_get(&m, STR("k0")));
	for (int i = 0; i < 500; i++)
		*strmap_put(&a, &m, str_printf(&a, "k%d", i)) = &values[i];
	cr_assert_eq(m.n, 500);
	for (int i = 0; i < 500; i++) {
		void **v = strmap_get(&m, str_printf(&a, "k%d", i));

		cr_assert(v && *v == &values[i]);
	}
	cr_assert_null(strmap_get(&m, STR("k500")));
	arena_free(&a);
}

Test(strmap, put_of_a_known_key_gives_its_value)
{
	struct arena a = { 0 };
	struct strmap m = { 0 };
	int value;

	cr_assert_null(*strmap_put(&a, &m, STR("a")));
	*strmap_put(&a, &m, STR("a")) = &value;
	cr_assert_eq(*strmap_put(&a, &m, STR("a")), &value);
	cr_assert_eq(m.n, 1);
	arena_free(&a);
}

Test(strmap, the_empty_key_and_bytes_after_nul_count)
{
	struct arena a = { 0 };
	struct strmap m = { 0 };
	int x, y;

	cr_assert_null(strmap_get(&m, (struct str){ 0 }));
	*strmap_put(&a, &m, (struct str){ 0 }) = &x;
	*strmap_put(&a, &m, STR("a\0b")) = &y;
	cr_assert_eq(*strmap_get(&m, STR("")), &x);
	cr_assert_eq(*strmap_get(&m, STR("a\0b")), &y);
	cr_assert_null(strmap_get(&m, STR("a\0c")));
	arena_free(&a);
}

Test(buf, adds_in_every_way)
{
	struct buf b = { 0 };

	cr_assert(str_is(buf_view(&b), ""));
	buf_add(&b, "ab", 1);
	buf_puts(&b, "bc");
	buf_str(&b, STR("d"));
	buf_putc(&b, 'e');
	buf_pad(&b, '.', 3);
	buf_printf(&b, "%d|", 12);
	buf_add(&b, NULL, 0);
	cr_assert_str_eq(b.p, "abcde...12|");
	cr_assert_eq(b.n, 11);
	buf_free(&b);
	cr_assert(!b.p && !b.n && !b.cap);
	buf_free(NULL);
}

Test(buf, printf_longer_than_the_room)
{
	auto_buf struct buf b = { 0 };
	struct str s;

	for (int i = 60; i < 70; i++) {
		buf_reset(&b);
		buf_printf(&b, "<%*d>", i, 3);
		cr_assert_eq(b.n, (size_t)i + 2);
		cr_assert_eq(b.p[b.n], '\0');
	}
	buf_printf(&b, "%9000d%s", 1, "end");
	s = buf_view(&b);
	cr_assert_eq(s.n, 71 + 9003);
	cr_assert(str_ends(s, "1end"));
}

Test(buf, extend_counts_at_once_and_reset_keeps_memory)
{
	auto_buf struct buf b = { 0 };
	char *p;

	memcpy(buf_extend(&b, 3), "abc", 3);
	cr_assert_str_eq(b.p, "abc");
	p = b.p;
	buf_reset(&b);
	cr_assert_eq(b.n, 0);
	cr_assert_eq(b.p, p);
	cr_assert_str_eq(b.p, "");
}

/* A pipe that holds n times 'x' and has no writer any more. */
static int pipe_of(size_t n)
{
	int fd[2];

	cr_assert_eq(pipe(fd), 0);
	while (n--)
		cr_assert_eq(write(fd[1], "x", 1), 1);
	close(fd[1]);
	return fd[0];
}

Test(buf, reads_up_to_the_limit)
{
	auto_buf struct buf b = { 0 };
	auto_fd int fits = pipe_of(100), large = pipe_of(101);

	buf_puts(&b, "<");
	cr_assert_eq(buf_read_fd(&b, fits, 100), 0);
	cr_assert_eq(b.n, 101);
	cr_assert_eq(buf_read_fd(&b, large, 100), -EFBIG);
	cr_assert_eq(b.n, 101, "a failed read adds nothing");
	cr_assert_eq(b.p[101], '\0');
}

Test(buf, read_errors_are_returned)
{
	auto_buf struct buf b = { 0 };

	cr_assert_eq(buf_read_file(&b, "/nonexistent", 10), -ENOENT);
	cr_assert_eq(buf_read_file(&b, "/", 10), -EISDIR);
	cr_assert_eq(buf_read_file(&b, "/dev/null", 0), 0);
	cr_assert_str_eq(b.p, "");
}

Test(buf, reads_a_file_larger_than_a_chunk)
{
	char path[] = "/tmp/espy-test-XXXXXX";
	auto_fd int fd = mkstemp(path);
	auto_buf struct buf b = { 0 }, again = { 0 };

	cr_assert_geq(fd, 0);
	buf_pad(&b, 'y', 50000);
	cr_assert_eq(write(fd, b.p, b.n), 50000);
	cr_assert_eq(buf_read_file(&again, path, 1 << 20), 0);
	unlink(path);
	cr_assert(str_eq(buf_view(&b), buf_view(&again)));
}
