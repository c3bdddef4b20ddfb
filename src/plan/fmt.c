/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/fmt.h"

#include <ctype.h>

#define MAX_WIDTH 65535

/* The format being read. */
struct reader {
	struct arena *arena;
	struct str text;
	size_t at;
	const char *why; /* set: a mistake was found */
};

static int peek(const struct reader *r)
{
	return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

static bool take(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->at++;
	return true;
}

/* --- parts of a conversion ------------------------------------------------- */

static uint32_t read_flags(struct reader *r)
{
	uint32_t flags = 0;

	for (;; r->at++) {
		switch (peek(r)) {
		case '-': flags |= FMT_LEFT; break;
		case '+': flags |= FMT_PLUS; break;
		case ' ': flags |= FMT_SPACE; break;
		case '#': flags |= FMT_ALT; break;
		case '0': flags |= FMT_ZERO; break;
		default: return flags;
		}
	}
}

static uint32_t read_number(struct reader *r)
{
	uint32_t n = 0;

	for (; isdigit(peek(r)); r->at++) {
		n = n * 10 + (uint32_t)(peek(r) - '0');
		if (n > MAX_WIDTH) {
			r->why = "a width or precision is at most 65535";
			n = MAX_WIDTH;
		}
	}
	return n;
}

static void read_width(struct reader *r, struct fmt_part *p)
{
	if (take(r, '*'))
		p->flags |= FMT_STAR_WIDTH;
	else
		p->width = read_number(r);
	if (!take(r, '.'))
		return;
	p->flags |= FMT_HAS_PREC;
	if (take(r, '*'))
		p->flags |= FMT_STAR_PREC;
	else
		p->prec = read_number(r);
}

static uint8_t read_size(struct reader *r)
{
	if (take(r, 'h'))
		return take(r, 'h') ? 1 : 2;
	if (take(r, 'l')) {
		take(r, 'l');
		return 8;
	}
	return take(r, 'j') || take(r, 'z') || take(r, 't') || take(r, 'L') ? 8
									    : 0;
}

static void refuse(struct reader *r, int c)
{
	if (c < 0)
		r->why = "a conversion ends the format too early ('%%' prints "
			 "a percent sign)";
	else if (c && strchr("aAeEfFgG", c))
		r->why = arena_printf(r->arena,
				      "'%%%c' is for floating point numbers, "
				      "which there are none of",
				      c);
	else if (c == 'n')
		r->why = "'%n' writes instead of printing: there is nothing it "
			 "could write to";
	else if (isprint(c))
		r->why = arena_printf(r->arena, "there is no conversion '%%%c'",
				      c);
	else
		r->why = "there is no conversion of this name";
}

static void read_conversion(struct reader *r, struct fmt_part *p)
{
	int c = peek(r);

	r->at += c >= 0;
	switch (c) {
	case 'i': p->conv = 'd'; return;
	case 'd':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
	case 'c':
	case 's':
	case 'p': p->conv = (char)c; return;
	case 'r':
		p->conv = 'r';
		if (take(r, 'x'))
			p->sub = 'x';
		else if (take(r, 'h'))
			p->sub = 'h';
		return;
	case 'g':
		if (!take(r, 'r'))
			break;
		p->conv = 'g';
		return;
	default: break;
	}
	refuse(r, c);
}

/* --- the whole format ------------------------------------------------------ */

static struct fmt_part *add_part(struct reader *r, struct fmt *f)
{
	struct fmt_part *p = vec_add(r->arena, &f->parts);

	p->at = (uint32_t)r->at;
	p->text.p = r->text.p + r->at;
	return p;
}

static void read_text(struct reader *r, struct fmt *f)
{
	struct fmt_part *p = add_part(r, f);

	while (peek(r) >= 0 && peek(r) != '%')
		r->at++;
	p->text.n = r->at - p->at;
}

static void read_percent(struct reader *r, struct fmt *f)
{
	struct fmt_part *p = add_part(r, f);

	r->at++;
	if (take(r, '%')) {
		p->text.n = 1;
		return;
	}
	p->flags = read_flags(r);
	read_width(r, p);
	p->size = read_size(r);
	read_conversion(r, p);
	p->text.n = r->at - p->at;
	f->n_args += 1 + !!(p->flags & FMT_STAR_WIDTH) +
		     !!(p->flags & FMT_STAR_PREC);
}

bool fmt_parse(struct arena *a, struct str text, struct fmt *out,
	       const char **why, uint32_t *at)
{
	struct reader r = { .arena = a, .text = text };
	size_t start;

	*out = (struct fmt){ 0 };
	while (r.at < text.n) {
		start = r.at;
		if (peek(&r) == '%')
			read_percent(&r, out);
		else
			read_text(&r, out);
		if (r.why) {
			*why = r.why;
			*at = (uint32_t)start;
			return false;
		}
	}
	return true;
}

/* --- formats and types ------------------------------------------------------ */

bool fmt_accepts(const struct fmt_part *p, const struct type *t)
{
	switch (p->conv) {
	case 'd':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
	case 'p': return type_is_scalar(t);
	case 'c':
	case 'g': return type_is_integer(t);
	case 'r': return t->kind == TY_BUFFER;
	case 's': return t->kind != TY_NONE && !type_is_aggregation(t);
	default: return false;
	}
}

/* One argument against what takes it: a conversion, or a * in it. */
static bool check_one(struct arena *a, const struct fmt_part *p, bool is_star,
		      const struct type *t, const char **why)
{
	if (is_star ? type_is_integer(t) : fmt_accepts(p, t))
		return true;
	if (is_star)
		*why = arena_printf(a,
				    "'*' in '%.*s' takes an integer, found "
				    "%s",
				    STR_ARG(p->text), type_name(a, t));
	else
		*why = arena_printf(a, "'%.*s' cannot show a value of type %s",
				    STR_ARG(p->text), type_name(a, t));
	return false;
}

bool fmt_check(struct arena *a, const struct fmt *f, const struct field *args,
	       uint32_t n, const char **why, uint32_t *which)
{
	uint32_t i = 0, k, stars;

	if (f->n_args != n) {
		*why = arena_printf(a,
				    "the format takes %u argument%s, found "
				    "%u",
				    f->n_args, f->n_args == 1 ? "" : "s", n);
		*which = f->n_args;
		return false;
	}
	vec_each(p, &f->parts) {
		if (!p->conv)
			continue;
		stars = !!(p->flags & FMT_STAR_WIDTH) +
			!!(p->flags & FMT_STAR_PREC);
		for (k = 0; k <= stars; k++, i++) {
			*which = i;
			if (!check_one(a, p, k < stars, args[i].type, why))
				return false;
		}
	}
	return true;
}
