/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <errno.h>
#include <stdlib.h>

#define TAB_WIDTH 4

/* Bytes of a line that are shown; in front of the place. */
#define EXCERPT_MAX    400
#define EXCERPT_BEFORE 200
#define CUT_OFF        "..."

static const struct severity_look {
	const char *word, *colour;
} severity_looks[SEV_N] = {
	[SEV_ERROR] = { "ERROR", "\033[1;31m" },
	[SEV_WARNING] = { "WARNING", "\033[1;33m" },
	[SEV_NOTE] = { "NOTE", "\033[1;36m" },
	[SEV_HINT] = { "HINT", "\033[1;36m" },
};

#define COLOUR_HINT  "\033[1;36m"
#define COLOUR_RESET "\033[0m"

/* --- recording ----------------------------------------------------------- */

/* Is it the same piece of text, though in different expansions? */
static bool is_same_text(const struct diags *d, struct span a, struct span b)
{
	return d->sources &&
	       source_origin(d->sources, a.start) ==
		       source_origin(d->sources, b.start) &&
	       a.end - a.start == b.end - b.start;
}

static bool is_repeated(const struct diags *d, const struct diag *m)
{
	vec_each(it, &d->v) {
		if (it->severity != m->severity || it->code != m->code)
			continue;
		if (it->span.start != m->span.start ||
		    it->span.end != m->span.end) {
			if (is_same_text(d, it->span, m->span) &&
			    str_eq(it->text, m->text))
				return true;
			continue;
		}
		/* Without a place, and for notes, the text has to say. */
		if ((m->span.start && m->severity != SEV_NOTE) ||
		    str_eq(it->text, m->text))
			return true;
	}
	return false;
}

static void record(struct diags *d, struct diag m)
{
	d->dropped = is_repeated(d, &m);
	if (d->dropped)
		return;
	vec_push(&d->arena, &d->v, m);
	if (m.severity == SEV_ERROR || m.severity == SEV_HINT)
		d->errors++;
	else if (m.severity == SEV_WARNING)
		d->warnings++;
}

static void recordf(struct diags *d, enum severity severity, struct span at,
		    enum diag_code code, const char *fmt, va_list ap)
{
	if (d->muted)
		return;
	record(d, (struct diag){
			  .severity = severity,
			  .code = code,
			  .span = at,
			  .text = str_from(arena_vprintf(&d->arena, fmt, ap)),
		  });
}

bool diag_error(struct diags *d, struct span at, enum diag_code code,
		const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	recordf(d, SEV_ERROR, at, code, fmt, ap);
	va_end(ap);
	return false;
}

bool diag_warn(struct diags *d, struct span at, enum diag_code code,
	       const char *fmt, ...)
{
	va_list ap;

	if (d->no_warnings) {
		d->dropped = true;
		return false;
	}
	va_start(ap, fmt);
	recordf(d, SEV_WARNING, at, code, fmt, ap);
	va_end(ap);
	return false;
}

bool diag_note(struct diags *d, struct span at, const char *fmt, ...)
{
	va_list ap;

	/* A note explains the message before it and goes where that goes. */
	if (d->dropped || !d->v.n)
		return false;
	va_start(ap, fmt);
	recordf(d, SEV_NOTE, at, d->v.v[d->v.n - 1].code, fmt, ap);
	va_end(ap);
	return false;
}

void diag_answer(struct diags *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	recordf(d, SEV_HINT, (struct span){ 0 }, D_USAGE, fmt, ap);
	va_end(ap);
}

void diag_hint(struct diags *d, const char *fmt, ...)
{
	struct str text;
	struct diag *m;
	va_list ap;

	if (d->muted || d->dropped || !d->v.n)
		return;
	va_start(ap, fmt);
	text = str_from(arena_vprintf(&d->arena, fmt, ap));
	va_end(ap);
	m = &d->v.v[d->v.n - 1];
	if (m->hint.n)
		text = str_printf(&d->arena, "%.*s\nHINT: %.*s",
				  STR_ARG(m->hint), STR_ARG(text));
	m->hint = text;
}

int diag_errno(struct diags *d, int err, enum diag_code code, const char *fmt,
	       ...)
{
	struct diag m = { .severity = SEV_ERROR, .code = code };
	va_list ap;
	char *text;

	err = abs(err);
	if (d->muted)
		return -err;
	va_start(ap, fmt);
	text = arena_vprintf(&d->arena, fmt, ap);
	va_end(ap);
	errno = err;
	m.text = str_printf(&d->arena, "%s: %m", text);
	record(d, m);
	return -err;
}

void diag_mute(struct diags *d, bool mute)
{
	if (mute)
		d->muted++;
	else if (d->muted)
		d->muted--;
}

bool diags_environment(const struct diags *d)
{
	vec_each(it, &d->v)
		if (it->severity == SEV_ERROR && it->code >= D_IO)
			return true;
	return false;
}

void diags_free(struct diags *d)
{
	if (!d)
		return;
	arena_free(&d->arena);
	*d = (struct diags){ .sources = d->sources };
}

/* --- showing ------------------------------------------------------------- */

/* Where a message is, ready to print: end is the exclusive end column on the
 * last line. */
struct place {
	struct source_pos from;
	uint32_t last_line, end;
};

static struct place find_place(const struct diags *d, struct span at)
{
	struct place p = { 0 };
	struct source_pos last;

	if (!d->sources || !at.start)
		return p;
	p.from = source_find(d->sources, at.start);
	p.last_line = p.from.line;
	p.end = p.from.column + 1;
	if (!p.from.source || at.end <= at.start)
		return p;
	last = source_find(d->sources, at.end - 1);
	if (last.source != p.from.source || last.line < p.from.line)
		return p;
	p.last_line = last.line;
	p.end = last.column + 1;
	return p;
}

/* Columns that a byte of the source takes when shown: what continues a UTF-8
 * sequence takes none. */
static size_t shown_width(char c)
{
	if (c == '\t')
		return TAB_WIDTH;
	return ((unsigned char)c & 0xc0) != 0x80;
}

static void show_line(struct str line, struct buf *out)
{
	size_t i;

	for (i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if (c == '\t')
			buf_pad(out, ' ', TAB_WIDTH);
		else
			buf_putc(out, c < ' ' || c == 0x7f ? '?' : (char)c);
	}
}

static size_t shown_columns(struct str line, size_t from, size_t to)
{
	size_t i, n = 0;

	for (i = from; i < to; i++)
		n += shown_width(line.p[i]);
	return n;
}

/* A line as far as it is shown: of one that is longer than anybody reads, what
 * is around the place. */
struct excerpt {
	struct str line;
	size_t from, to; /* the place in it */
	bool is_begun, goes_on;
};

static struct excerpt find_excerpt(const struct place *p)
{
	struct str line = source_line(p->from.source, p->from.line);
	size_t from = p->from.column - 1, to = p->end - 1, start = 0;
	size_t end = line.n;

	if (p->last_line > p->from.line || to > line.n)
		to = line.n;
	if (line.n > EXCERPT_MAX && from > EXCERPT_BEFORE)
		start = from - EXCERPT_BEFORE;
	while (start && !shown_width(line.p[start]))
		start--;
	if (end - start > EXCERPT_MAX)
		end = start + EXCERPT_MAX;
	while (end < line.n && !shown_width(line.p[end]))
		end++;
	return (struct excerpt){
		.line = { line.p + start, end - start },
		.from = from - start,
		.to = (to < end ? to : end) - start,
		.is_begun = start > 0,
		.goes_on = end < line.n,
	};
}

/* Of a message over several lines the first is shown. */
static void show_source(const struct place *p, const char *colour,
			struct buf *out)
{
	struct excerpt e = find_excerpt(p);
	size_t before = shown_columns(e.line, 0, e.from);
	size_t under = shown_columns(e.line, e.from, e.to);

	if (e.is_begun) {
		buf_puts(out, CUT_OFF);
		before += strlen(CUT_OFF);
	}
	show_line(e.line, out);
	buf_puts(out, e.goes_on ? CUT_OFF "\n" : "\n");
	buf_pad(out, ' ', before);
	if (colour)
		buf_puts(out, colour);
	buf_pad(out, '~', under ? under : 1);
	if (colour)
		buf_puts(out, COLOUR_RESET);
	buf_putc(out, '\n');
}

static void show_place(const struct place *p, struct buf *out)
{
	buf_str(out, p->from.source->name);
	if (p->last_line > p->from.line)
		buf_printf(out, ":%u-%u: ", p->from.line, p->last_line);
	else
		buf_printf(out, ":%u:%u-%u: ", p->from.line, p->from.column,
			   p->end);
}

static void show_word(const char *word, const char *colour, struct buf *out)
{
	if (colour)
		buf_printf(out, "%s%s:" COLOUR_RESET " ", colour, word);
	else
		buf_printf(out, "%s: ", word);
}

/* The use of the macro whose text it is in, and on to the user's line. */
static void show_uses(const struct diags *d, struct span at, bool colour,
		      struct buf *out)
{
	struct diag m = {
		.severity = SEV_NOTE,
		.text = STR("expanded from here"),
	};

	if (!d->sources)
		return;
	m.span = source_used(d->sources, at.start);
	if (m.span.start)
		diag_render(d, &m, colour, out);
}

void diag_render(const struct diags *d, const struct diag *m, bool colour,
		 struct buf *out)
{
	const struct severity_look *look = &severity_looks[m->severity];
	const char *paint = colour ? look->colour : NULL;
	struct place p = find_place(d, m->span);

	if (p.from.source)
		show_place(&p, out);
	show_word(look->word, paint, out);
	buf_str(out, m->text);
	if (d->tells_codes && m->severity <= SEV_WARNING)
		buf_printf(out, " [%s]", diag_code_name(m->code));
	buf_putc(out, '\n');
	if (p.from.source)
		show_source(&p, paint, out);
	if (m->hint.n) {
		show_word("HINT", colour ? COLOUR_HINT : NULL, out);
		buf_str(out, m->hint);
		buf_putc(out, '\n');
	}
	show_uses(d, m->span, colour, out);
}

void diags_render(const struct diags *d, bool colour, struct buf *out)
{
	vec_each(it, &d->v)
		diag_render(d, it, colour, out);
}
