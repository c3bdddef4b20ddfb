/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_MIN 4096
#define BLOCK_MAX (1024 * 1024)

struct arena_block {
	struct arena_block *next; /* older */
	size_t used, cap; /* bytes of data */
	alignas(max_align_t) char data[];
};

void mem_none(void)
{
	static const char msg[] = "espy: out of memory\n";

	/* Nothing is left to allocate from: straight to the descriptor. The
	 * kernel takes back what is attached. */
	if (write(STDERR_FILENO, msg, sizeof(msg) - 1) < 0)
		_exit(2);
	_exit(2);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		mem_none();
	return p;
}

void *xzalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		mem_none();
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		mem_none();
	return p;
}

char *xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xmalloc(n), s, n);
}

static struct arena_block *new_block(size_t cap)
{
	struct arena_block *b;

	if (cap > SIZE_MAX - sizeof(*b))
		mem_none();
	b = xzalloc(sizeof(*b) + cap);
	b->cap = cap;
	return b;
}

/* The next block doubles what the newest one has, within bounds. */
static size_t next_cap(const struct arena *a)
{
	if (!a->head || a->head->cap < BLOCK_MIN)
		return BLOCK_MIN;
	if (a->head->cap >= BLOCK_MAX / 2)
		return BLOCK_MAX;
	return a->head->cap * 2;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t align = alignof(max_align_t), cap = next_cap(a);
	struct arena_block *b = a->head;
	void *p;

	if (size > SIZE_MAX - align)
		mem_none();
	size = size ? (size + align - 1) / align * align : align;
	if (!b || b->cap - b->used < size) {
		b = new_block(size > cap ? size : cap);
		/* A large one goes behind the newest, which has room left. */
		if (a->head && size > cap) {
			b->next = a->head->next;
			a->head->next = b;
		} else {
			b->next = a->head;
			a->head = b;
		}
	}
	p = b->data + b->used;
	b->used += size;
	return p;
}

char *arena_copy(struct arena *a, const void *p, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		mem_none();
	copy = arena_alloc(a, n + 1);
	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return arena_alloc(a, 1);
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

void arena_take(struct arena *a, struct arena *from)
{
	struct arena_block **end = &a->head;

	while (*end)
		end = &(*end)->next;
	*end = from->head;
	from->head = NULL;
}

void arena_free(struct arena *a)
{
	struct arena_block *b, *next;

	if (!a)
		return;
	for (b = a->head; b; b = next) {
		next = b->next;
		free(b);
	}
	a->head = NULL;
}

void mem_cleanup_free(void *pp)
{
	free(*(void **)pp);
}

void mem_cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

void mem_cleanup_file(FILE **f)
{
	if (*f)
		fclose(*f);
}
