/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#define CUT "..."

static size_t columns(const struct table *t)
{
	size_t n = 0;

	while (t->heads[n])
		n++;
	return n;
}

static bool is_right(const struct table *t, size_t column)
{
	return t->heads[column][0] == '>';
}

static struct str head(const struct table *t, size_t column)
{
	return str_from(t->heads[column] + is_right(t, column));
}

void table_add(struct table *t, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(&t->arena, fmt, ap);
	va_end(ap);
	vec_push(&t->arena, &t->cells, str_from(text));
}

static size_t width_of(const struct table *t, size_t column)
{
	size_t n = columns(t), width = head(t, column).n;

	for (size_t i = column; i < t->cells.n; i += n)
		if (t->cells.v[i].n > width)
			width = t->cells.v[i].n;
	return width;
}

/* The line that begins at `start` ends here: not with blanks, not too far. */
static void end_line(struct buf *out, size_t start, size_t width)
{
	while (out->n > start && out->p[out->n - 1] == ' ')
		out->n--;
	if (width && out->n - start > width && width > strlen(CUT)) {
		out->n = start + width - strlen(CUT);
		while (out->n > start && (out->p[out->n] & 0xc0) == 0x80)
			out->n--; /* not within a character */
		buf_puts(out, CUT);
	}
	buf_putc(out, '\n');
}

static void put_row(const struct table *t, const struct str *cells,
		    const size_t *widths, size_t width, struct buf *out)
{
	size_t start = out->n, n = columns(t);

	for (size_t i = 0; i < n; i++) {
		size_t pad = widths[i] - cells[i].n;

		if (is_right(t, i))
			buf_pad(out, ' ', pad);
		buf_str(out, cells[i]);
		if (!is_right(t, i))
			buf_pad(out, ' ', pad);
		buf_puts(out, "  ");
	}
	end_line(out, start, width);
}

void table_print(const struct table *t, size_t width, struct buf *out)
{
	size_t widths[TABLE_COLUMNS] = {}, n = columns(t);
	struct str heads[TABLE_COLUMNS] = {};

	for (size_t i = 0; i < n; i++) {
		heads[i] = head(t, i);
		widths[i] = width_of(t, i);
	}
	put_row(t, heads, widths, width, out);
	for (size_t i = 0; i + n <= t->cells.n; i += n)
		put_row(t, t->cells.v + i, widths, width, out);
}

void table_free(struct table *t)
{
	arena_free(&t->arena);
	t->cells.n = t->cells.cap = 0;
	t->cells.v = NULL;
}
