/* SPDX-License-Identifier: Apache-2.0 */
#include "sema/proto.h"

#include <ctype.h>

static const struct {
	const char *name;
	enum param_kind kind;
} kinds[] = {
	{ "int", PM_INT },   { "number", PM_NUMBER }, { "string", PM_STRING },
	{ "ptr", PM_PTR },   { "map", PM_MAP },       { "key", PM_KEY },
	{ "any", PM_ANY },   { "value", PM_VALUE },   { "name", PM_NAME },
	{ "word", PM_WORD }, { "var", PM_VAR },
};

static struct str trim(struct str s)
{
	while (s.n && isspace((unsigned char)s.p[0]))
		s.p++, s.n--;
	while (s.n && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Cuts the last word of s off: a parameter's or the function's name. */
static struct str last_word(struct str *s)
{
	size_t n = s->n;
	struct str word;

	while (n && is_word(s->p[n - 1]))
		n--;
	word = (struct str){ s->p + n, s->n - n };
	s->n = n;
	*s = trim(*s);
	return word;
}

static bool parse_param(struct str text, struct proto_param *out)
{
	struct str rest = text;

	if (str_starts(text, "const ")) {
		out->is_const = true;
		rest = trim((struct str){ text.p + 6, text.n - 6 });
	}
	if (!rest.n || str_is(rest, "const"))
		return false;
	text = rest;
	out->name = last_word(&rest);
	if (!rest.n || str_is(rest, "struct")) {
		/* one word: a type without a name */
		rest = text;
		out->name = (struct str){ 0 };
	}
	out->type = rest;
	out->kind = PM_TYPE;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_is(rest, kinds[i].name))
			out->kind = kinds[i].kind;
	return true;
}

static bool add_param(struct proto *p, struct str text, bool optional)
{
	text = trim(text);
	if (str_is(text, "...")) {
		p->is_variadic = true;
		return true;
	}
	if (p->n == PROTO_MAX_PARAMS || p->is_variadic ||
	    !parse_param(text, &p->params[p->n]))
		return false;
	p->n++;
	if (!optional)
		p->n_min = p->n;
	return true;
}

/* Is the '[' at p the start of an optional part, not of a size? */
static bool opens_option(const char *p)
{
	return !is_word(p[-1]);
}

static bool parse_params(struct proto *p, const char *text)
{
	const char *start = text;
	bool optional = false, in_size = false;

	for (; *text; text++) {
		bool end = *text == ',' || *text == ')';
		bool option = *text == '[' && opens_option(text);
		bool close = *text == ']' && !in_size;

		if (*text == '[' && !option)
			in_size = true;
		else if (*text == ']' && in_size)
			in_size = false;
		if (!end && !option && !close)
			continue;
		if (trim((struct str){ start, (size_t)(text - start) }).n &&
		    !add_param(p, (struct str){ start, (size_t)(text - start) },
			       optional))
			return false;
		start = text + 1;
		optional |= option;
		if (*text == ')')
			return !text[1];
	}
	return false;
}

bool proto_parse(const char *text, struct proto *out)
{
	const char *paren = strchr(text, '(');
	struct str head;

	*out = (struct proto){ 0 };
	if (!paren)
		return false;
	head = trim((struct str){ text, (size_t)(paren - text) });
	if (!last_word(&head).n || !head.n)
		return false;
	out->result = head;
	return parse_params(out, paren + 1);
}
