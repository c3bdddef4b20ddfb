/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of marks, as the assembler writes them. */
#include "machine/usdt.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

/* --- words ------------------------------------------------------------------- */

/* Takes the next word off; the blanks of "(%rax, %rbx, 4)" are inside. */
static struct str take_word(struct str *text)
{
	struct str word;
	size_t i = 0, deep = 0;

	while (text->n && text->p[0] == ' ') {
		text->p++;
		text->n--;
	}
	while (i < text->n && (deep || text->p[i] != ' ')) {
		deep += text->p[i] == '(';
		deep -= text->p[i] == ')' && deep;
		i++;
	}
	word = (struct str){ text->p, i };
	text->p += i;
	text->n -= i;
	return word;
}

uint32_t usdt_count(struct str operands)
{
	uint32_t n = 0;

	while (take_word(&operands).n)
		n++;
	return n;
}

struct str usdt_word(struct str operands, uint32_t i)
{
	struct str word = take_word(&operands);

	while (i-- && word.n)
		word = take_word(&operands);
	return word;
}

struct str usdt_narrow(struct arena *a, struct str operands, uint64_t wanted)
{
	auto_buf struct buf out = { 0 };
	struct str word;
	unsigned int i = 0;

	while (wanted && (word = take_word(&operands)).n) {
		if (!(wanted >> (i < 63 ? i : 63) & 1))
			word = STR("_");
		if (i++)
			buf_putc(&out, ' ');
		buf_str(&out, word);
	}
	return str_copy(a, buf_view(&out));
}

bool usdt_is_narrowed(struct str operands, struct str narrow)
{
	struct str a, b;

	if (!narrow.n)
		return true;
	do {
		a = take_word(&operands);
		b = take_word(&narrow);
		if (a.n && str_is(b, "_"))
			continue;
		if (!str_eq(a, b))
			return false;
	} while (a.n);
	return true;
}

/* --- registers --------------------------------------------------------------- */

/* Names of a register by size, and its place in struct pt_regs. */
static const struct reg {
	const char *names[4]; /* 8, 4, 2 and 1 byte */
	const char *high; /* the second byte */
	int offset;
} regs[] = {
	{ { "r15", "r15d", "r15w", "r15b" }, NULL, 0 },
	{ { "r14", "r14d", "r14w", "r14b" }, NULL, 8 },
	{ { "r13", "r13d", "r13w", "r13b" }, NULL, 16 },
	{ { "r12", "r12d", "r12w", "r12b" }, NULL, 24 },
	{ { "rbp", "ebp", "bp", "bpl" }, NULL, 32 },
	{ { "rbx", "ebx", "bx", "bl" }, "bh", 40 },
	{ { "r11", "r11d", "r11w", "r11b" }, NULL, 48 },
	{ { "r10", "r10d", "r10w", "r10b" }, NULL, 56 },
	{ { "r9", "r9d", "r9w", "r9b" }, NULL, 64 },
	{ { "r8", "r8d", "r8w", "r8b" }, NULL, 72 },
	{ { "rax", "eax", "ax", "al" }, "ah", 80 },
	{ { "rcx", "ecx", "cx", "cl" }, "ch", 88 },
	{ { "rdx", "edx", "dx", "dl" }, "dh", 96 },
	{ { "rsi", "esi", "si", "sil" }, NULL, 104 },
	{ { "rdi", "edi", "di", "dil" }, NULL, 112 },
	{ { "rip", "eip", "ip", NULL }, NULL, 128 },
	{ { "rsp", "esp", "sp", "spl" }, NULL, 152 },
};

/* The register of that name without '%'; *size is what the name stands for,
 * *shift where it starts. NULL when there is none. */
static const struct reg *find_reg(struct str name, uint32_t *size,
				  uint32_t *shift)
{
	for (size_t i = 0; i < ARRAY_SIZE(regs); i++) {
		*shift = 0;
		for (size_t j = 0; j < 4; j++) {
			*size = 8u >> j;
			if (regs[i].names[j] && str_is(name, regs[i].names[j]))
				return &regs[i];
		}
		*shift = 8;
		if (regs[i].high && str_is(name, regs[i].high))
			return &regs[i];
	}
	return NULL;
}

static const char *read_register(struct str text, struct usdt_operand *out)
{
	struct str name = { text.p + 1, text.n - 1 };
	const struct reg *r;
	uint32_t size;

	if (str_starts(name, "xmm") || str_starts(name, "ymm") ||
	    str_starts(name, "st"))
		return "it is in a floating-point register";
	r = find_reg(name, &size, &out->shift);
	if (!r)
		return "its register is not known";
	out->place = USDT_REGISTER;
	out->base = r->offset;
	return NULL;
}

/* One of an address: a whole register. */
static const char *read_part(struct str text, int *out)
{
	const struct reg *r;
	uint32_t size, shift;

	while (text.n && text.p[0] == ' ') {
		text.p++;
		text.n--;
	}
	if (!text.n)
		return NULL;
	if (text.p[0] != '%')
		return "its address is not understood";
	r = find_reg((struct str){ text.p + 1, text.n - 1 }, &size, &shift);
	if (!r || size != 8)
		return "the register of its address is not known";
	*out = r->offset;
	return NULL;
}

/* --- operands ---------------------------------------------------------------- */

static bool read_number(struct str text, int64_t *out)
{
	char digits[32], *end;
	bool is_negative = str_starts(text, "-");

	if (!text.n || text.n >= sizeof(digits))
		return false;
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	if (!isdigit((unsigned char)digits[is_negative]))
		return false;
	errno = 0;
	*out = is_negative ? strtoll(digits, &end, 0)
			   : (int64_t)strtoull(digits, &end, 0);
	return !errno && !*end;
}

/* "16(%rsp,%rax,8)", "16" */
static const char *read_memory(struct str text, struct usdt_operand *out)
{
	struct str inside, rest, first = str_split(text, '(', &inside);
	const char *why;
	int64_t scale = 1;

	out->place = USDT_MEMORY;
	if (str_has(first, ':'))
		return "it is in the memory of the thread";
	if (first.n && !read_number(first, &out->number))
		return "its symbol is not known";
	if (!inside.p)
		return NULL;
	if (!str_ends(inside, ")"))
		return "its address is not understood";
	inside.n--;
	why = read_part(str_split(inside, ',', &rest), &out->base);
	if (!why)
		why = read_part(str_split(rest, ',', &rest), &out->index);
	if (why)
		return why;
	while (rest.n && rest.p[0] == ' ') {
		rest.p++;
		rest.n--;
	}
	if (rest.n && (!read_number(rest, &scale) ||
		       (scale != 1 && scale != 2 && scale != 4 && scale != 8)))
		return "its address is not understood";
	out->scale = (uint32_t)scale;
	return NULL;
}

/* "-4@": bytes, negative when signed. */
static const char *read_size(struct str text, struct usdt_operand *out)
{
	int64_t size;

	if (text.n && strchr("fFdD", text.p[text.n - 1]))
		return "it is a floating-point number";
	if (!read_number(text, &size))
		return "its size is not known";
	out->is_signed = size < 0;
	if (size < 0)
		size = -size;
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return "it has not 1, 2, 4 or 8 bytes";
	out->size = (uint32_t)size;
	return NULL;
}

const char *usdt_operand(struct str word, struct usdt_operand *out)
{
	struct str rest, size = str_split(word, '@', &rest);
	const char *why;

	*out = (struct usdt_operand){ .base = -1, .index = -1, .scale = 1 };
	if (!rest.n)
		return "its size is not known";
	why = read_size(size, out);
	if (why)
		return why;
	if (rest.p[0] == '%' && !str_has(rest, ':'))
		return read_register(rest, out);
	if (rest.p[0] != '$')
		return read_memory(rest, out);
	out->place = USDT_CONSTANT;
	return read_number((struct str){ rest.p + 1, rest.n - 1 }, &out->number)
		       ? NULL
		       : "its constant is not a number";
}
