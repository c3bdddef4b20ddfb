/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define BUF_MIN    64
#define READ_CHUNK 16384

/* Room for n more bytes and a NUL. */
static char *reserve(struct buf *b, size_t n)
{
	size_t need, cap;

	if (n >= SIZE_MAX / 2 - b->n)
		xmalloc(SIZE_MAX); /* says so and ends */
	need = b->n + n + 1;
	if (need > b->cap) {
		cap = b->cap ? b->cap : BUF_MIN;
		while (cap < need)
			cap *= 2;
		b->p = xrealloc(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->n;
}

void *buf_extend(struct buf *b, size_t n)
{
	char *p = reserve(b, n);

	b->n += n;
	b->p[b->n] = '\0';
	return p;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_extend(b, n);

	if (n)
		memcpy(to, p, n);
}

void buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

void buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_number(struct buf *b, uint64_t n, bool is_signed)
{
	bool is_negative = is_signed && (int64_t)n < 0;
	char digits[24];
	size_t at = sizeof(digits);

	if (is_negative)
		n = -n;
	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	if (is_negative)
		digits[--at] = '-';
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_pad(struct buf *b, char c, size_t n)
{
	memset(buf_extend(b, n), c, n);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	size_t room;
	va_list again;
	char *p;
	int n;

	p = reserve(b, BUF_MIN);
	room = b->cap - b->n;
	va_copy(again, ap);
	n = vsnprintf(p, room, fmt, again);
	va_end(again);
	if (n > 0 && (size_t)n >= room)
		vsnprintf(reserve(b, (size_t)n), (size_t)n + 1, fmt, ap);
	if (n > 0)
		b->n += (size_t)n;
	b->p[b->n] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

struct str buf_view(const struct buf *b)
{
	return b->p ? (struct str){ b->p, b->n } : (struct str){ "", 0 };
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	if (b->p)
		b->p[0] = '\0';
}

void buf_free(struct buf *b)
{
	if (!b)
		return;
	free(b->p);
	*b = (struct buf){ 0 };
}

int buf_read_fd(struct buf *b, int fd, size_t max)
{
	size_t start = b->n;
	int err = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, reserve(b, READ_CHUNK), READ_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		b->n += (size_t)n;
		if (b->n - start > max) {
			err = -EFBIG;
			break;
		}
	}
	if (err)
		b->n = start;
	b->p[b->n] = '\0';
	return err;
}

int buf_read_file(struct buf *b, const char *path, size_t max)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : buf_read_fd(b, fd, max);
}
