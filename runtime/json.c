/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/json.h"

#include <inttypes.h>

/* --- strings -------------------------------------------------------------- */

/* Bytes of the character at p; 0: it is not UTF-8. Neither surrogates nor
 * what is longer than necessary nor what is beyond U+10FFFF is. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t i, length;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (length > n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return length;
}

static bool is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static void add_escaped(struct buf *out, unsigned char c)
{
	switch (c) {
	case '"': buf_puts(out, "\\\""); break;
	case '\\': buf_puts(out, "\\\\"); break;
	case '\n': buf_puts(out, "\\n"); break;
	case '\r': buf_puts(out, "\\r"); break;
	case '\t': buf_puts(out, "\\t"); break;
	case 0x7f: buf_putc(out, (char)c); break;
	default: buf_printf(out, "\\u%04X", c); break;
	}
}

/* Most texts are plain: they are copied in pieces. */
static void add_string(struct buf *out, struct str text, bool is_raw)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t i = 0, from, length;

	buf_putc(out, '"');
	while (i < text.n) {
		from = i;
		while (i < text.n && is_plain(p[i]))
			i++;
		buf_add(out, p + from, i - from);
		if (i == text.n)
			break;
		length = utf8_length(p + i, text.n - i);
		if (length == 1)
			add_escaped(out, p[i]);
		else if (length || is_raw)
			buf_add(out, p + i, length ? length : 1);
		else
			buf_puts(out, "\xef\xbf\xbd");
		i += length ? length : 1;
	}
	buf_putc(out, '"');
}

void json_string(struct buf *out, struct str text)
{
	add_string(out, text, false);
}

void json_string_raw(struct buf *out, struct str text)
{
	add_string(out, text, true);
}
