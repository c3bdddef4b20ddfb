/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h - a growable byte buffer on the heap. Zeroed is valid and empty. */
#ifndef ESPY_BASE_BUF_H
#define ESPY_BASE_BUF_H

#include "base/str.h"

struct buf {
	char *p; /* NUL terminated once anything was added */
	size_t n, cap;
};

void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
/* A decimal number, faster than printf: every one that is printed. */
void buf_number(struct buf *b, uint64_t n, bool is_signed);
void buf_pad(struct buf *b, char c, size_t n); /* n times c */
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);

/* Room for n more bytes, which the caller fills; they count at once. */
void *buf_extend(struct buf *b, size_t n);

struct str buf_view(const struct buf *b); /* valid until b changes */
void buf_reset(struct buf *b); /* empty, memory kept */
void buf_free(struct buf *b);

#define auto_buf __attribute__((cleanup(buf_free)))

/* Adds all of a file or descriptor. 0 or -errno; at most max bytes, more is
 * -EFBIG. */
int buf_read_file(struct buf *b, const char *path, size_t max);
int buf_read_fd(struct buf *b, int fd, size_t max);

#endif
