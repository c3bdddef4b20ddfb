/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <assert.h>

/* Offsets of the lines. What follows the last line end is a line only when
 * it is not empty, so that "after the end" is shown at the last line. */
static void find_lines(struct arena *a, struct source *s)
{
	uint32_t i, n = (uint32_t)s->text.n;

	vec_push(a, &s->lines, 0);
	for (i = 0; i + 1 < n; i++)
		if (s->text.p[i] == '\n')
			vec_push(a, &s->lines, i + 1);
}

/* The first offset that is free: one after the end of what was added last. */
static uint32_t next_base(const struct sources *s)
{
	const struct source *last = s->v.n ? &s->v.v[s->v.n - 1] : NULL;
	const struct expansion *x =
		s->expansions.n ? &s->expansions.v[s->expansions.n - 1] : NULL;
	uint32_t base = last ? last->base + (uint32_t)last->text.n + 1 : 1;

	return x && x->base + x->n >= base ? x->base + x->n + 1 : base;
}

const struct source *source_add(struct sources *s, struct str name,
				struct str text)
{
	uint32_t base = next_base(s);
	struct source *src;

	/* Readers of files limit them long before. */
	assert(text.n < UINT32_MAX - base);
	src = vec_add(&s->arena, &s->v);
	src->name = str_copy(&s->arena, name);
	src->text = str_copy(&s->arena, text);
	src->base = base;
	find_lines(&s->arena, src);
	return src;
}

/* --- expansions ---------------------------------------------------------- */

void source_look(struct sources *s, const char *path)
{
	vec_push(&s->arena, &s->looked, str_copy(&s->arena, str_from(path)));
}

uint32_t source_expand(struct sources *s, struct span text, struct span used)
{
	struct expansion x = {
		.base = next_base(s),
		.n = text.end - text.start,
		.origin = text.start,
		.used = used,
	};

	if (x.n >= UINT32_MAX - x.base)
		return 0;
	vec_push(&s->arena, &s->expansions, x);
	return x.base;
}

static const struct expansion *find_expansion(const struct sources *s,
					      uint32_t offset)
{
	size_t lo = 0, hi = s->expansions.n, mid;
	const struct expansion *x;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		x = &s->expansions.v[mid];
		if (offset < x->base)
			hi = mid;
		else if (offset - x->base > x->n)
			lo = mid + 1;
		else
			return x;
	}
	return NULL;
}

uint32_t source_origin(const struct sources *s, uint32_t offset)
{
	const struct expansion *x;

	while ((x = find_expansion(s, offset)))
		offset = x->origin + (offset - x->base);
	return offset;
}

struct span source_used(const struct sources *s, uint32_t offset)
{
	const struct expansion *x = find_expansion(s, offset);

	return x ? x->used : (struct span){ 0 };
}

/* --- lines --------------------------------------------------------------- */

/* Bytes of line (from 0), without its line end. */
static struct str line_text(const struct source *src, size_t line)
{
	size_t from = src->lines.v[line];
	size_t to =
		line + 1 < src->lines.n ? src->lines.v[line + 1] : src->text.n;
	const char *p = src->text.p;

	if (to > from && p[to - 1] == '\n')
		to--;
	if (to > from && p[to - 1] == '\r')
		to--;
	return (struct str){ p + from, to - from };
}

struct source_pos source_find(const struct sources *s, uint32_t offset)
{
	const struct source *src = NULL;
	size_t lo = 0, hi, mid, column, width;

	offset = source_origin(s, offset);
	vec_each(it, &s->v)
		if (offset >= it->base && offset - it->base <= it->text.n)
			src = it;
	if (!src)
		return (struct source_pos){ 0 };

	offset -= src->base;
	hi = src->lines.n;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (src->lines.v[mid] <= offset)
			lo = mid;
		else
			hi = mid;
	}
	/* Line ends and the end of the text: right after the line. */
	column = offset - src->lines.v[lo];
	width = line_text(src, lo).n;
	if (column > width)
		column = width;
	return (struct source_pos){ src, (uint32_t)lo + 1,
				    (uint32_t)column + 1 };
}

struct str source_line(const struct source *src, uint32_t line)
{
	if (!line || line > src->lines.n)
		return (struct str){ "", 0 };
	return line_text(src, line - 1);
}

void sources_free(struct sources *s)
{
	if (!s)
		return;
	arena_free(&s->arena);
	*s = (struct sources){ 0 };
}

struct span span_join(struct span a, struct span b)
{
	if (!a.start)
		return b;
	if (!b.start)
		return a;
	return (struct span){ a.start < b.start ? a.start : b.start,
			      a.end > b.end ? a.end : b.end };
}
