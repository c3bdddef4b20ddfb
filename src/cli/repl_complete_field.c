/* SPDX-License-Identifier: Apache-2.0 */
/* repl_complete_field.c - the type of an unfinished expression, as far as names,
 * casts and fields tell it, and the fields that can follow. */
#include <ctype.h>

#include "cli/repl_args.h"
#include "cli/repl_complete_impl.h"
#include "lang/lang.h"
#include "sema/expand.h"

#define MAX_STEPS 32 /* expressions that lead to each other */

/* An expression being read. */
struct reader {
	struct completing *c;
	unsigned int steps;
};

static const struct type *type_of(struct reader *r, struct str text);

/* --- the probe ----------------------------------------------------------------- */

/* The program of "HEAD { $x = NAME; }", where HEAD is around the cursor. */
static const struct prog *read_clause(struct completing *c, struct str name)
{
	struct sema_env env = { .machine = c->env->machine };
	struct parse_env parse = {};
	struct str rest, head = args_trim(str_split(c->place.head, ',', &rest));
	struct script *s;
	struct str text;

	if (str_is_glob(head))
		head = complete_first_probe(c, head);
	if (!head.n)
		head = STR("begin");
	text = str_printf(&c->out->arena, "%.*s { $x = %.*s; }", STR_ARG(head),
			  STR_ARG(name));
	c->scratch.sources = &c->sources;
	s = script_parse(&c->sources,
			 source_add(&c->sources, STR("stdin"), text), &parse,
			 &c->scratch);
	if (!s)
		return NULL;
	vec_push(&c->out->arena, &c->scripts, s);
	if (!sema_expand(s, &env, &c->scratch))
		return NULL;
	sema_check(s, &env, &c->scratch);
	return s->progs;
}

static const struct type *type_of_builtin(struct completing *c,
					  const struct builtin *b,
					  struct str name)
{
	const struct prog *p = read_clause(c, name);

	if (!p)
		return NULL;
	if (b->flags & BI_ARGS)
		return p->args;
	if (b->flags & BI_RETVAL)
		return p->retval;
	if (!p->body || p->body->kind != ST_ASSIGN)
		return NULL;
	return p->body->assign.value->type;
}

/* --- names ------------------------------------------------------------------------ */

/* "struct file **", "uint64". */
static const struct type *named_type(struct completing *c, struct str text)
{
	const struct type *t;
	size_t stars = 0;

	text = args_trim(text);
	while (str_ends(text, "*")) {
		stars++;
		text.n--;
		text = args_trim(text);
	}
	if (str_starts(text, "const "))
		text = args_trim((struct str){ text.p + 6, text.n - 6 });
	t = type_parse(&c->types, text);
	if (!t)
		t = machine_type(c->env->machine, &c->types, text);
	while (t && stars--)
		t = type_ptr(&c->types, t, AS_KERNEL);
	return t;
}

/* What a name was given last before the cursor: "$f = EXPRESSION;" or a
 * parameter "$f : TYPE". */
static const struct type *assigned(struct reader *r, struct str name)
{
	struct str clause = r->c->place.clause;
	const struct type *t = NULL;

	for (size_t i = 0; i + name.n < clause.n; i++) {
		struct str s = { clause.p + i, clause.n - i }, rest;

		if (memcmp(s.p, name.p, name.n) != 0 ||
		    place_is_name(s.p[name.n]))
			continue;
		s = args_trim((struct str){ s.p + name.n, s.n - name.n });
		if (str_starts(s, "["))
			s = args_trim((struct str){ s.p + place_match(s) + 1,
						    s.n - place_match(s) - 1 });
		if (s.n < 2 || s.p[1] == '=' || (*s.p != '=' && *s.p != ':'))
			continue;
		rest = (struct str){ s.p + 1, s.n - 1 };
		for (rest.n = 0;
		     rest.p + rest.n < s.p + s.n &&
		     !strchr(*s.p == '=' ? ";" : ";,)=", rest.p[rest.n]);)
			rest.n++;
		t = *s.p == '=' ? type_of(r, rest) : named_type(r->c, rest);
	}
	return t;
}

static const struct type *type_of_map(struct reader *r, struct str name)
{
	vec_each(m, &r->c->env->maps)
		if (str_eq(m->name, name))
			return m->value;
	return assigned(r, name);
}

/* "struct sock *" of "struct sock * skc_to_tcp(...)". */
static const struct type *type_of_call(struct reader *r, struct str name,
				       struct str args)
{
	const struct function *f = function_find(name);
	struct str rest, proto;

	if (!f)
		return NULL;
	proto = str_split(str_from(f->proto), '(', &rest);
	proto.n -= name.n < proto.n ? name.n : proto.n;
	if (str_is(args_trim(proto), "any")) /* of what it is given */
		return type_of(r, args);
	return named_type(r->c, proto);
}

static const struct type *type_of_name(struct reader *r, struct str name)
{
	const struct builtin *b;

	if (*name.p == '@')
		return type_of_map(r, name);
	if (*name.p == '$')
		return assigned(r, name);
	b = builtin_find(name);
	return b ? type_of_builtin(r->c, b, name) : NULL;
}

/* --- expressions ------------------------------------------------------------------ */

static const struct type *field_type(struct completing *c, const struct type *t,
				     struct str name)
{
	struct field f;

	if (t && t->kind == TY_PTR)
		t = t->elem;
	if (!t || t->kind != TY_RECORD)
		return NULL;
	for (uint32_t i = 0; i < t->n_fields; i++)
		if (str_eq(t->fields[i].name, name))
			return t->fields[i].type;
	return t->origin && machine_field(c->env->machine, &c->types, t, name,
					  &f)
		       ? f.type
		       : NULL;
}

static struct str skip(struct str s, size_t n)
{
	return args_trim((struct str){ s.p + n, s.n - n });
}

/* Fields and elements behind a value. */
static const struct type *type_of_rest(struct reader *r, const struct type *t,
				       struct str s)
{
	while (t && s.n) {
		size_t n = 0;

		if (*s.p == '[') {
			n = place_match(s);
			t = t->kind == TY_PTR || t->kind == TY_ARRAY ? t->elem
								     : NULL;
			s = skip(s, n < s.n ? n + 1 : n);
			continue;
		}
		if (*s.p != '.' && !str_starts(s, "->"))
			return NULL;
		s = skip(s, *s.p == '.' ? 1 : 2);
		while (n < s.n && place_is_name(s.p[n]))
			n++;
		t = field_type(r->c, t, (struct str){ s.p, n });
		s = skip(s, n);
	}
	return t;
}

/* A cast or an expression in parentheses. */
static const struct type *type_of_parens(struct reader *r, struct str s)
{
	size_t n = place_match(s);
	struct str inner, rest;

	if (n == s.n)
		return NULL;
	inner = (struct str){ s.p + 1, n - 1 };
	rest = skip(s, n + 1);
	if (rest.n && *rest.p != '.' && *rest.p != '[' &&
	    !str_starts(rest, "->"))
		return named_type(r->c, inner);
	return type_of_rest(r, type_of(r, inner), rest);
}

static const struct type *type_of(struct reader *r, struct str s)
{
	const struct type *t;
	size_t n = 0;

	s = args_trim(s);
	if (!s.n || r->steps++ > MAX_STEPS)
		return NULL;
	if (*s.p == '(')
		return type_of_parens(r, s);
	if (*s.p == '*') {
		t = type_of(r, skip(s, 1));
		return t && t->kind == TY_PTR ? t->elem : NULL;
	}
	if (*s.p == '&') {
		t = type_of(r, skip(s, 1));
		return t ? type_ptr(&r->c->types, t, AS_KERNEL) : NULL;
	}
	n = *s.p == '@' || *s.p == '$';
	while (n < s.n && place_is_name(s.p[n]))
		n++;
	if (!n)
		return NULL;
	struct str name = { s.p, n }, rest = skip(s, n);

	if (rest.n && *rest.p == '(') {
		n = place_match(rest);
		t = n < rest.n ? type_of_call(r, name,
					      (struct str){ rest.p + 1, n - 1 })
			       : NULL;
		return type_of_rest(r, t, skip(rest, n < rest.n ? n + 1 : n));
	}
	if (*name.p == '@' && rest.n && *rest.p == '[') {
		n = place_match(rest); /* the key */
		rest = skip(rest, n < rest.n ? n + 1 : n);
	}
	return type_of_rest(r, type_of_name(r, name), rest);
}

/* --- fields --------------------------------------------------------------------- */

void complete_field(struct completing *c, struct str base)
{
	struct reader r = { .c = c };
	const struct type *t = type_of(&r, base);
	auto_buf struct buf note = {};

	if (t && t->kind == TY_PTR)
		t = t->elem;
	if (!t || t->kind != TY_RECORD)
		return;
	t = machine_complete(c->env->machine, &c->types, t);
	for (uint32_t i = 0; i < t->n_fields; i++) {
		buf_reset(&note);
		type_text(t->fields[i].type, &note);
		complete_add(c, t->fields[i].name, buf_view(&note));
	}
}
