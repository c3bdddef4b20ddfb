/* SPDX-License-Identifier: Apache-2.0 */
#include "ast/tokens.h"

#include <ctype.h>
#include <strings.h>

/* Probe types of which one part is a path. */
static const struct path_part {
	const char *provider;
	unsigned int part; /* [0] is the provider */
} path_parts[] = {
	{ "uprobe", 1 }, { "u", 1 },    { "uretprobe", 1 }, { "ur", 1 },
	{ "usdt", 1 },   { "iter", 2 }, { "it", 2 },
};

/* Which part of these is a path; 0: none. A pattern may stand for any. */
static unsigned int path_part_of(struct str provider)
{
	size_t i;

	if (str_has(provider, '*'))
		return 1;
	for (i = 0; i < ARRAY_SIZE(path_parts); i++)
		if (strlen(path_parts[i].provider) == provider.n &&
		    !strncasecmp(provider.p, path_parts[i].provider,
				 provider.n))
			return path_parts[i].part;
	return 0;
}

/* --- where it ends ------------------------------------------------------- */

/* A walk over the characters of one attach point. */
struct walk {
	struct str text;
	size_t i;
	size_t part_start;
	unsigned int part; /* counted at ':' */
	unsigned int path_part;
	bool is_after_at;
};

static void begin_part(struct walk *w)
{
	struct str provider = { w->text.p + w->part_start,
				w->i - w->part_start };

	if (w->part == 0)
		w->path_part = path_part_of(provider);
	w->part++;
	w->part_start = w->i + 1;
	w->is_after_at = false;
}

static bool is_in_path(const struct walk *w)
{
	return (w->part && w->part == w->path_part) || w->is_after_at ||
	       (w->part && w->text.p[w->part_start] == '/');
}

/* After the closing quote, or at the end of the line. */
static size_t after_quotes(struct str text, size_t i)
{
	for (i++; i < text.n && text.p[i] != '\n'; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n)
			i++;
		else if (text.p[i] == '"')
			return i + 1;
	}
	return i;
}

size_t attach_length(struct str text, size_t at)
{
	struct walk w = { .text = text, .i = at, .part_start = at };

	while (w.i < text.n) {
		char c = text.p[w.i];

		if (isspace((unsigned char)c) || strchr(",{};", c))
			break;
		if (c == '/' && !is_in_path(&w))
			break;
		if (c == '"') {
			w.i = after_quotes(text, w.i);
			continue;
		}
		if (c == '\\' && w.i + 1 < text.n && text.p[w.i + 1] != '\n')
			w.i++;
		else if (c == ':')
			begin_part(&w);
		else if (c == '=' && !w.part)
			w.part_start = w.i + 1;
		else if (c == '@')
			w.is_after_at = true;
		w.i++;
	}
	return w.i > at ? w.i - at : 1;
}

/* --- its parts ----------------------------------------------------------- */

struct split {
	struct parse *p;
	struct attach_point *a;
	struct str text;
	size_t i, part_start;
	struct buf part;
};

static struct span span_in(const struct split *s, size_t from, size_t to)
{
	return (struct span){ s->a->span.start + (uint32_t)from,
			      s->a->span.start + (uint32_t)to };
}

/* Ends a part at offset i. */
static void end_part(struct split *s)
{
	struct arena *a = s->p->arena;

	vec_push(a, &s->a->parts, str_copy(a, buf_view(&s->part)));
	vec_push(a, &s->a->part_spans, span_in(s, s->part_start, s->i));
	buf_reset(&s->part);
	s->part_start = s->i + 1;
}

static void take_quoted(struct split *s)
{
	size_t from = s->i;

	for (s->i++; s->i < s->text.n && s->text.p[s->i] != '"'; s->i++) {
		if (s->text.p[s->i] == '\\' && s->i + 1 < s->text.n)
			s->i++;
		buf_putc(&s->part, s->text.p[s->i]);
	}
	if (s->i < s->text.n) {
		s->i++;
		return;
	}
	parse_error(s->p, span_in(s, from, s->i), D_ATTACH_POINT,
		    "this quote has no end, expected '\"'");
	s->p->is_stopped = true;
}

/* $1 and $#: the text of the parameter. */
static void take_param(struct split *s)
{
	const struct parse_env *env = s->p->env;
	size_t from = s->i++, n_params = env ? env->n_params : 0, n = 0;

	s->p->script->sources->has_values = true;
	if (s->i < s->text.n && s->text.p[s->i] == '#') {
		s->i++;
		buf_printf(&s->part, "%zu", n_params);
		return;
	}
	if (s->i >= s->text.n || !isdigit((unsigned char)s->text.p[s->i])) {
		buf_putc(&s->part, '$');
		return;
	}
	while (s->i < s->text.n && isdigit((unsigned char)s->text.p[s->i]) &&
	       n < 100000)
		n = n * 10 + (size_t)(s->text.p[s->i++] - '0');
	if (n && n <= n_params)
		buf_puts(&s->part, env->params[n - 1]);
	else
		parse_error(s->p, span_in(s, from, s->i), D_PARAM,
			    "parameter $%zu is not given", n);
}

static void take_plain(struct split *s)
{
	if (s->text.p[s->i] == '\\' && s->i + 1 < s->text.n)
		s->i++;
	buf_putc(&s->part, s->text.p[s->i++]);
}

static void take_parts(struct split *s)
{
	while (s->i < s->text.n) {
		switch (s->text.p[s->i]) {
		case ':':
			end_part(s);
			s->i++;
			break;
		case '@':
			end_part(s);
			buf_putc(&s->part, '@');
			s->part_start = s->i++;
			end_part(s);
			s->part_start = s->i;
			break;
		case '"': take_quoted(s); break;
		case '$': take_param(s); break;
		default: take_plain(s);
		}
	}
	end_part(s);
}

/* "name=provider:..." */
static void take_label(struct split *s)
{
	size_t i = 0;

	while (i < s->text.n && (isalnum((unsigned char)s->text.p[i]) ||
				 (s->text.p[i] && strchr("_-.", s->text.p[i]))))
		i++;
	if (!i || i == s->text.n || s->text.p[i] != '=')
		return;
	s->a->label = (struct str){ s->text.p, i };
	s->i = s->part_start = i + 1;
}

struct attach_point *attach_parse(struct parse *p, struct str text,
				  struct span at)
{
	struct split s = { .p = p, .text = text };
	struct attach_point *a = arena_new(p->arena, struct attach_point);

	s.a = a;
	a->span = at;
	a->text = text;
	take_label(&s);
	take_parts(&s);
	buf_free(&s.part);
	if (!a->parts.v[0].n)
		parse_error(p, at, D_ATTACH_POINT,
			    "'%.*s' does not begin with a probe type",
			    STR_ARG(text));
	return a;
}
