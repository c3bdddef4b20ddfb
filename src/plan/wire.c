/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/wire.h"

#include <ctype.h>

#include "plan/plan.h"

void wire_fail(struct wire *w, const char *error)
{
	if (!w->error)
		w->error = error;
	w->in.n = 0;
}

/* --- bytes ------------------------------------------------------------------ */

static void write_number(struct wire *w, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_putc(w->out, (char)(v | 0x80));
	buf_putc(w->out, (char)v);
}

static uint64_t read_number(struct wire *w, uint64_t max)
{
	unsigned int shift = 0;
	unsigned char c;
	uint64_t v = 0;

	do {
		if (!w->in.n) {
			wire_fail(w, "it ends too early");
			return 0;
		}
		c = (unsigned char)*w->in.p++;
		w->in.n--;
		if (shift == 63 && c > 1) {
			wire_fail(w, "a number is too large");
			return 0;
		}
		v |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
	} while (c & 0x80);
	if (v > max) {
		wire_fail(w, "a number is too large");
		return 0;
	}
	return v;
}

static struct str read_text(struct wire *w)
{
	struct str s = { .n = read_number(w, PLAN_MAX_STRING) };

	if (s.n > w->in.n) {
		wire_fail(w, "it ends too early");
		s.n = 0;
	}
	s.p = w->in.p;
	if (str_has(s, '\0')) {
		wire_fail(w, "a text has a zero byte in it");
		s.n = 0;
	}
	w->in.p += s.n;
	w->in.n -= w->error ? w->in.n : s.n;
	return s.n ? str_copy(w->arena, s) : STR("");
}

size_t wire_count(struct wire *w, size_t n)
{
	switch (w->mode) {
	case WIRE_WRITE: write_number(w, n); return n;
	case WIRE_TEXT: return n;
	case WIRE_READ: break;
	}
	n = read_number(w, PLAN_MAX_ELEMENTS);
	if (n > w->in.n) {
		wire_fail(w, "it ends too early");
		n = 0;
	}
	return n;
}

/* --- text ------------------------------------------------------------------- */

static void print_name(struct wire *w, const char *name)
{
	buf_putc(w->out, ' ');
	if (name)
		buf_printf(w->out, "%s=", name);
}

static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_@:./+-*,", c));
}

void wire_quote(struct str s, struct buf *out)
{
	size_t i;

	buf_putc(out, '"');
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == '\t')
			buf_puts(out, "\\t");
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
	buf_putc(out, '"');
}

static void print_text(struct wire *w, const char *name, struct str s)
{
	size_t i = 0;

	if (name && !s.n)
		return;
	print_name(w, name);
	while (i < s.n && is_plain(s.p[i]))
		i++;
	if (s.n && i == s.n)
		buf_str(w->out, s);
	else
		wire_quote(s, w->out);
}

static void print_number(struct wire *w, const char *name, uint64_t v)
{
	if (name && !v)
		return;
	print_name(w, name);
	buf_printf(w->out, "%ju", (uintmax_t)v);
}

static void print_flags(struct wire *w, const char *name, uint32_t v,
			const char *const *names)
{
	const char *between = "";
	uint32_t i;

	if (!v)
		return;
	print_name(w, name);
	for (i = 0; names[i]; i++, v >>= 1) {
		if (!(v & 1))
			continue;
		buf_printf(w->out, "%s%s", between, names[i]);
		between = ",";
	}
	if (v)
		buf_printf(w->out, "%s%#x", between, v << i);
}

void wire_line(struct wire *w, const char *name, long i)
{
	if (w->mode != WIRE_TEXT)
		return;
	if (i < 0)
		buf_printf(w->out, "%-6s", name);
	else
		buf_printf(w->out, "%-6s %-3ld", name, i);
}

void wire_label(struct wire *w, const char *label)
{
	if (w->mode == WIRE_TEXT)
		buf_printf(w->out, " %s", label);
}

void wire_line_end(struct wire *w)
{
	if (w->mode == WIRE_TEXT)
		buf_putc(w->out, '\n');
}

/* --- fields ----------------------------------------------------------------- */

static uint64_t number(struct wire *w, const char *name, uint64_t v,
		       uint64_t max)
{
	switch (w->mode) {
	case WIRE_WRITE: write_number(w, v); return v;
	case WIRE_TEXT: print_number(w, name, v); return v;
	case WIRE_READ: break;
	}
	return read_number(w, max);
}

void wire_u64(struct wire *w, const char *name, uint64_t *v)
{
	uint64_t n = number(w, name, *v, UINT64_MAX);

	if (w->mode == WIRE_READ)
		*v = n;
}

void wire_u32(struct wire *w, const char *name, uint32_t *v)
{
	uint64_t n = number(w, name, *v, UINT32_MAX);

	if (w->mode == WIRE_READ)
		*v = (uint32_t)n;
}

void wire_u8(struct wire *w, const char *name, uint8_t *v)
{
	uint64_t n = number(w, name, *v, UINT8_MAX);

	if (w->mode == WIRE_READ)
		*v = (uint8_t)n;
}

void wire_bool(struct wire *w, const char *name, bool *v)
{
	uint64_t n = number(w, name, *v, 1);

	if (w->mode == WIRE_READ)
		*v = n;
}

void wire_i64(struct wire *w, const char *name, int64_t *v)
{
	uint64_t n = (uint64_t)*v << 1 ^ (*v < 0 ? UINT64_MAX : 0);

	switch (w->mode) {
	case WIRE_WRITE: write_number(w, n); return;
	case WIRE_READ:
		n = read_number(w, UINT64_MAX);
		*v = (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
		return;
	case WIRE_TEXT:
		if (!name || *v) {
			print_name(w, name);
			buf_printf(w->out, "%jd", (intmax_t)*v);
		}
		return;
	}
}

void wire_str(struct wire *w, const char *name, struct str *v)
{
	switch (w->mode) {
	case WIRE_WRITE:
		write_number(w, v->n);
		buf_str(w->out, *v);
		return;
	case WIRE_READ: *v = read_text(w); return;
	case WIRE_TEXT: print_text(w, name, *v); return;
	}
}

void wire_choice(struct wire *w, const char *name, uint32_t *v,
		 const char *const *names, uint32_t n)
{
	switch (w->mode) {
	case WIRE_WRITE: write_number(w, *v); return;
	case WIRE_READ:
		*v = (uint32_t)read_number(w, UINT32_MAX);
		if (*v < n)
			return;
		wire_fail(w, "something of a kind that does not exist");
		*v = 0;
		return;
	case WIRE_TEXT:
		print_name(w, name);
		buf_puts(w->out, *v < n ? names[*v] : "?");
		return;
	}
}

void wire_flags(struct wire *w, const char *name, uint32_t *v,
		const char *const *names)
{
	if (w->mode == WIRE_TEXT)
		print_flags(w, name, *v, names);
	else
		wire_u32(w, name, v);
}
