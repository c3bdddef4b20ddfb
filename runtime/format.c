/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/format.h"

#include <inttypes.h>

/* One conversion with its stars replaced. */
struct spec {
	char conv, sub;
	uint32_t flags;
	size_t width, prec;
	uint8_t size;
};

/* Fills up to the width what was appended from start on. */
static void pad_text(const struct spec *c, struct buf *out, size_t start)
{
	size_t n = out->n - start, fill;

	if (n >= c->width)
		return;
	fill = c->width - n;
	buf_pad(out, ' ', fill);
	if (c->flags & FMT_LEFT)
		return;
	memmove(out->p + start + fill, out->p + start, n);
	memset(out->p + start, ' ', fill);
}

/* --- numbers -------------------------------------------------------------- */

/* Without a sign a number is shown as wide as C makes its type: 4 bytes for
 * those below. */
static uint8_t unsigned_size(const struct spec *c, const struct type *t)
{
	if (c->size || c->conv == 'd' || t->kind != TY_INT)
		return c->size;
	return t->size < 4 ? 4 : (uint8_t)t->size;
}

/* Cut to the size that the conversion asks for. */
static uint64_t resize(const struct spec *c, uint64_t n)
{
	unsigned int unused = 64 - 8 * c->size;

	if (!c->size)
		return n;
	n <<= unused;
	return c->conv == 'd' ? (uint64_t)((int64_t)n >> unused) : n >> unused;
}

/* The digits at the end of text; returns where they start. */
static char *add_digits(const struct spec *c, uint64_t n, char *end)
{
	const char *digits =
		c->conv == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned int base = 10;

	if (c->conv == 'x' || c->conv == 'X' || c->conv == 'p')
		base = 16;
	else if (c->conv == 'o')
		base = 8;
	for (; n; n /= base)
		*--end = digits[n % base];
	return end;
}

static const char *sign(const struct spec *c, bool is_negative)
{
	if (c->conv != 'd')
		return "";
	if (is_negative)
		return "-";
	if (c->flags & FMT_PLUS)
		return "+";
	return c->flags & FMT_SPACE ? " " : "";
}

static const char *prefix(const struct spec *c, uint64_t n)
{
	if (c->conv == 'p')
		return "0x";
	if (!(c->flags & FMT_ALT) || !n)
		return "";
	if (c->conv == 'x')
		return "0x";
	return c->conv == 'X' ? "0X" : "";
}

static void print_number(const struct spec *c, uint64_t n, struct buf *out)
{
	char text[24], *end = text + sizeof(text), *digits;
	size_t start = out->n, n_digits, wanted = 1;
	bool is_negative;

	n = resize(c, n);
	is_negative = c->conv == 'd' && (int64_t)n < 0;
	digits = add_digits(c, is_negative ? -n : n, end);
	n_digits = (size_t)(end - digits);
	buf_puts(out, sign(c, is_negative));
	buf_puts(out, prefix(c, n));
	if (c->flags & FMT_HAS_PREC)
		wanted = c->prec;
	else if ((c->flags & FMT_ZERO) && !(c->flags & FMT_LEFT) &&
		 c->width > out->n - start)
		wanted = c->width - (out->n - start);
	if (c->conv == 'o' && (c->flags & FMT_ALT) && wanted <= n_digits)
		wanted = n ? n_digits + 1 : 1;
	if (wanted > n_digits)
		buf_pad(out, '0', wanted - n_digits);
	buf_add(out, digits, n_digits);
	pad_text(c, out, start);
}

/* --- the rest ------------------------------------------------------------- */

static void print_hex(const unsigned char *p, size_t n, struct buf *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(out, i ? " %02x" : "%02x", p[i]);
}

static void print_buffer(const struct spec *c, const struct type *t,
			 const char *p, struct buf *out)
{
	size_t start = out->n;
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	if (n > t->size - sizeof(n))
		n = t->size - sizeof(n);
	if ((c->flags & FMT_HAS_PREC) && n > c->prec)
		n = (uint32_t)c->prec;
	if (c->sub == 'h')
		print_hex((const unsigned char *)p + 4, n, out);
	else
		value_print_bytes(p + 4, n, c->sub == 'x', out);
	pad_text(c, out, start);
}

static void print_text(const struct show *s, const struct spec *c,
		       const struct type *t, const void *p, struct buf *out)
{
	size_t start = out->n;

	value_print(s, t, p, out);
	if ((c->flags & FMT_HAS_PREC) && out->n - start > c->prec)
		out->n = start + c->prec;
	pad_text(c, out, start);
}

static void print_arg(const struct show *s, const struct spec *c,
		      const struct field *f, const char *payload,
		      struct buf *out)
{
	struct spec number = *c;
	size_t start = out->n;

	switch (c->conv) {
	case 's': print_text(s, c, f->type, payload + f->offset, out); break;
	case 'r': print_buffer(c, f->type, payload + f->offset, out); break;
	case 'c':
		buf_putc(out, (char)value_field_number(f, payload));
		pad_text(c, out, start);
		break;
	case 'g': /* flags of an allocation */
		number.conv = 'x';
		number.flags |= FMT_ALT;
		print_number(&number, value_field_number(f, payload), out);
		break;
	default:
		number.size = unsigned_size(c, f->type);
		print_number(&number, value_field_number(f, payload), out);
		break;
	}
}

/* A width or precision from an argument. A negative width is a flag and the
 * width, a negative precision is none. */
static struct spec take_stars(const struct fmt_part *part,
			      const struct type *record, const void *payload,
			      uint32_t *arg)
{
	struct spec c = { part->conv,  part->sub,  part->flags,
			  part->width, part->prec, part->size };
	int32_t n;

	if (c.flags & FMT_STAR_WIDTH) {
		n = (int32_t)value_field_number(&record->fields[(*arg)++],
						payload);
		c.flags |= n < 0 ? FMT_LEFT : 0;
		c.width = n < 0 ? -(size_t)n : (size_t)n;
		if (c.width > PLAN_MAX_STRING)
			c.width = PLAN_MAX_STRING;
	}
	if (c.flags & FMT_STAR_PREC) {
		n = (int32_t)value_field_number(&record->fields[(*arg)++],
						payload);
		c.flags &= n < 0 ? ~(uint32_t)FMT_HAS_PREC : ~0u;
		c.prec = n < 0 ? 0 : (size_t)n;
		if (c.prec > PLAN_MAX_STRING)
			c.prec = PLAN_MAX_STRING;
	}
	return c;
}

void format_print(const struct show *s, const struct fmt *f,
		  const struct type *record, const void *payload,
		  struct buf *out)
{
	uint32_t arg = 0;

	vec_each(part, &f->parts) {
		struct spec c;

		if (!part->conv) {
			buf_str(out, part->text);
			continue;
		}
		c = take_stars(part, record, payload, &arg);
		print_arg(s, &c, &record->fields[arg++], payload, out);
	}
}
