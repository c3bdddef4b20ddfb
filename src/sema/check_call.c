/* SPDX-License-Identifier: Apache-2.0 */
/* check_call.c - calls against the prototypes of their rows. */
#include <assert.h>

#include "plan/fmt.h"
#include "sema/check.h"
#include "sema/proto.h"

static void parse(const struct function *f, struct proto *out)
{
	bool ok = proto_parse(f->proto, out);

	assert(ok && "a row's prototype is well formed");
	(void)ok;
}

uint32_t sema_min_args(struct sema *s, const struct function *f)
{
	struct proto p;

	(void)s;
	parse(f, &p);
	return p.n_min;
}

/* --- arguments ------------------------------------------------------------------- */

static bool wrong(struct sema *s, const struct expr *call, const struct expr *e,
		  const char *wanted)
{
	if (!e->type)
		return false;
	return diag_error(s->d, e->span, D_ARG_TYPE,
			  "%.*s() expects %s, found %s", STR_ARG(call->call.id),
			  wanted, sema_name(s, e->type));
}

/* A map as a whole: without keys. */
static bool check_whole_map(struct sema *s, struct expr *e)
{
	struct map *m = sema_map(s, e->map.id, e->span);

	e->map.sym = m;
	m->is_read |= !s->is_unevaluated;
	if (!sema_map_known(s, m, e->span))
		return false;
	e->type = type_none(s->types);
	return true;
}

static bool check_map_arg(struct sema *s, const struct expr *call,
			  struct expr *e)
{
	e->type = NULL;
	if (e->kind == EX_MAP && !e->map.keys)
		return check_whole_map(s, e);
	return diag_error(s->d, e->span, D_ARG_TYPE,
			  "%.*s() expects a map here, as in %.*s(@x)",
			  STR_ARG(call->call.id), STR_ARG(call->call.id));
}

/* Whole maps with a comma between, unless they are numbers without keys, which
 * are a tuple. */
static bool is_table(struct sema *s, const struct expr *e)
{
	const struct expr *elem;
	bool is_tuple = true;

	if (e->kind != EX_TUPLE || e->tuple.n < 2)
		return false;
	for (elem = e->tuple.elems; elem; elem = elem->next) {
		const struct map *m;

		if (elem->kind != EX_MAP || elem->map.keys)
			return false;
		m = sema_map(s, elem->map.id, elem->span);
		is_tuple &= (!m->key || m->key->kind == TY_NONE) &&
			    (!m->value || !type_is_aggregation(m->value));
	}
	return !is_tuple;
}

/* Keys of literals are as large as needed: so they become equal. */
static void join_keys(struct sema *s, struct map *a, struct map *b)
{
	const struct type *t;

	if (a->key == b->key || a->live || b->live || a->key->kind == TY_NONE ||
	    b->key->kind == TY_NONE)
		return;
	t = type_join(s->types, a->key, a->key_flexible & 1, b->key,
		      b->key_flexible & 1);
	if (!t)
		return;
	s->changed = true;
	a->key = b->key = t;
}

static bool check_column(struct sema *s, const struct expr *call,
			 struct expr *e, const struct expr *first)
{
	struct map *m;

	if (!check_map_arg(s, call, e))
		return false;
	m = e->map.sym;
	if (!m->key || !first->map.sym->key)
		return false;
	join_keys(s, m, first->map.sym);
	if (m->key != first->map.sym->key)
		return diag_error(s->d, e->span, D_ARG_TYPE,
				  "maps side by side have the same keys: those "
				  "of '%.*s' are %s, those of '%.*s' %s",
				  STR_ARG(e->map.id), sema_name(s, m->key),
				  STR_ARG(first->map.id),
				  sema_name(s, first->map.sym->key));
	if (m->value->kind == TY_TSERIES || type_is_stack(m->value))
		return diag_error(s->d, e->span, D_ARG_TYPE,
				  "the values of '%.*s' (%s) have lines of "
				  "their own: they do not fit into a table",
				  STR_ARG(e->map.id), sema_name(s, m->value));
	return true;
}

static bool check_table(struct sema *s, const struct expr *call, struct expr *e)
{
	struct expr *elem, *first = e->tuple.elems;
	bool ok = true;

	for (elem = first; elem && ok; elem = elem->next)
		ok = check_column(s, call, elem, first);
	e->type = ok ? type_none(s->types) : NULL;
	return ok;
}

/* The keys of the map that is the argument before. */
static bool check_key_arg(struct sema *s, const struct expr *call,
			  struct expr *e)
{
	const struct expr *map = call->call.args;
	struct expr *next = e->next;
	bool ok;

	while (map->next && map->next != e)
		map = map->next;
	if (map->kind != EX_MAP || !map->map.sym)
		return false;
	e->next = NULL; /* a list of one key */
	ok = sema_map_keys(s, map->map.sym, e, e->span);
	e->next = next;
	if (ok && e->kind == EX_TUPLE)
		sema_expr(s, e);
	return ok && e->type;
}

/* A whole map, or a value: also of kinds that only print. */
static bool check_value_arg(struct sema *s, const struct expr *call,
			    struct expr *e)
{
	struct map *m;

	e->type = NULL;
	if (call->call.fn->flags & FN_SHOWS_MAPS && is_table(s, e))
		return check_table(s, call, e);
	if (e->kind != EX_MAP)
		return sema_value(s, e);
	if (!e->map.keys)
		return check_whole_map(s, e);
	m = sema_map(s, e->map.id, e->span);
	e->map.sym = m;
	m->is_read |= !s->is_unevaluated;
	if (!sema_map_keys(s, m, e->map.keys, e->span) ||
	    !sema_map_known(s, m, e->span))
		return false;
	e->type = sema_value_type(s, m->value);
	return true;
}

static bool check_typed_arg(struct sema *s, const struct expr *call,
			    const struct proto_param *p, struct expr *e)
{
	const struct type *t = sema_type_text(s, p->type, AS_NONE);

	if (!t || type_converts(e->type, t) ||
	    (t->kind == TY_STRING && e->type->kind == TY_STRING))
		return true;
	return wrong(s, call, e, sema_name(s, t));
}

static bool check_kind(struct sema *s, const struct expr *call,
		       const struct proto_param *p, struct expr *e)
{
	switch (p->kind) {
	case PM_INT:
	case PM_NUMBER:
		return type_is_integer(e->type) ||
		       wrong(s, call, e, "an integer");
	case PM_STRING:
		return e->type->kind == TY_STRING ||
		       wrong(s, call, e, "a string");
	case PM_PTR:
		return type_is_scalar(e->type) ||
		       wrong(s, call, e, "a pointer");
	case PM_TYPE: return check_typed_arg(s, call, p, e);
	case PM_MAP:
	case PM_KEY:
	case PM_ANY:
	case PM_VALUE:
	case PM_WORD:
	case PM_VAR:
	case PM_NAME: return true;
	}
	return true;
}

static bool check_const(struct sema *s, const struct expr *call,
			const struct proto_param *p, const struct expr *e)
{
	if (e->is_const)
		return true;
	if (p->name.n)
		return diag_error(s->d, e->span, D_ARG_TYPE,
				  "argument '%.*s' of %.*s() must be known "
				  "when the script is compiled",
				  STR_ARG(p->name), STR_ARG(call->call.id));
	return diag_error(s->d, e->span, D_ARG_TYPE,
			  "this argument of %.*s() must be known when the "
			  "script is compiled",
			  STR_ARG(call->call.id));
}

static bool check_arg(struct sema *s, const struct expr *call,
		      const struct proto_param *p, struct expr *e)
{
	bool before = s->const_params, ok;

	switch (p->kind) {
	case PM_MAP: return check_map_arg(s, call, e);
	case PM_KEY: return check_key_arg(s, call, e);
	case PM_VALUE: return check_value_arg(s, call, e);
	case PM_NAME:
		e->type = type_none(s->types);
		return e->kind == EX_NAME ||
		       diag_error(s->d, e->span, D_ARG_TYPE,
				  "%.*s() expects a name here",
				  STR_ARG(call->call.id));
	case PM_VAR:
		e->type = type_none(s->types);
		return e->kind == EX_VAR ||
		       diag_error(s->d, e->span, D_ARG_TYPE,
				  "%.*s() expects a variable here, as $x",
				  STR_ARG(call->call.id));
	case PM_WORD:
		if (e->kind != EX_NAME)
			break;
		e->type = type_none(s->types);
		return true;
	case PM_INT:
	case PM_NUMBER:
	case PM_STRING:
	case PM_PTR:
	case PM_ANY:
	case PM_TYPE: break;
	}
	s->const_params |= p->is_const || p->kind == PM_WORD;
	s->long_texts = p->is_const && e->kind == EX_STR;
	ok = sema_value(s, e);
	s->long_texts = false;
	s->const_params = before;
	return ok && check_kind(s, call, p, e) &&
	       (!p->is_const || check_const(s, call, p, e));
}

/* f(@m[k]) for f(@m, k): understood when f could take a key. */
static void split_key(struct sema *s, struct expr *call, const struct proto *p)
{
	struct expr *map = call->call.args, *key = NULL;

	if (call->call.n_args != 1 || p->n < 2 || p->params[0].kind != PM_MAP ||
	    p->params[1].kind != PM_KEY || map->kind != EX_MAP ||
	    !map->map.keys)
		return;
	key = map->map.keys;
	if (key->next) {
		key = arena_new(s->arena, struct expr);
		key->kind = EX_TUPLE;
		key->span = map->span;
		key->tuple.elems = map->map.keys;
		for (struct expr *k = map->map.keys; k; k = k->next)
			key->tuple.n++;
	}
	map->map.keys = NULL;
	map->next = key;
	call->call.n_args = 2;
}

static bool check_count(struct sema *s, const struct expr *call,
			const struct proto *p)
{
	uint32_t n = call->call.n_args;
	const char *word = n < p->n_min ? "at least" : "at most";
	uint32_t bound = n < p->n_min ? p->n_min : p->n;

	if (n >= p->n_min && (n <= p->n || p->is_variadic))
		return true;
	if (p->n_min == p->n && !p->is_variadic)
		word = "exactly";
	diag_error(s->d, call->span, D_ARG_COUNT,
		   "%.*s() takes %s %u argument%s, found %u",
		   STR_ARG(call->call.id), word, bound, bound == 1 ? "" : "s",
		   n);
	diag_hint(s->d, "it is %s",
		  strstr(call->call.fn->proto, call->call.fn->name));
	return false;
}

static bool check_args(struct sema *s, struct expr *call, const struct proto *p)
{
	static const struct proto_param rest = { .kind = PM_ANY };
	bool ok = true;
	uint32_t i = 0;

	split_key(s, call, p);
	if (!check_count(s, call, p))
		return false;
	for (struct expr *e = call->call.args; e; e = e->next, i++)
		ok &= check_arg(s, call, i < p->n ? &p->params[i] : &rest, e);
	return ok;
}

/* --- formats ------------------------------------------------------------------------ */

/* Bytes of source text that a byte of a literal takes: an escape, or one. */
static uint32_t escape_length(struct str text, uint32_t at)
{
	uint32_t n = 2;
	bool hex;

	if (text.p[at] != '\\' || at + 1 >= text.n)
		return 1;
	hex = text.p[at + 1] == 'x';
	if (!hex && (text.p[at + 1] < '0' || text.p[at + 1] > '7'))
		return 2;
	for (; n < 4 && at + n < text.n; n++) {
		char c = text.p[at + n];
		bool digit = hex ? (c >= '0' && c <= '9') || ((c | 32) >= 'a' &&
							      (c | 32) <= 'f')
				 : c >= '0' && c <= '7';

		if (!digit)
			break;
	}
	return n;
}

/* The place of bytes from .. to of a string literal's value. */
static struct span inside(struct sema *s, const struct expr *e, uint32_t from,
			  uint32_t to)
{
	struct source_pos pos = source_find(s->script->sources, e->span.start);
	struct span at = e->span;
	uint32_t offset, first, i;

	if (e->kind != EX_STR || !pos.source)
		return at;
	/* after the quote */
	offset = source_origin(s->script->sources, e->span.start) -
		 pos.source->base + 1;
	first = offset;
	for (i = 0; i < to && offset < pos.source->text.n; i++) {
		if (i == from)
			at.start = e->span.start + 1 + (offset - first);
		offset += escape_length(pos.source->text, offset);
	}
	at.end = e->span.start + 1 + (offset - first);
	return at;
}

static uint32_t part_length(const struct fmt *f, struct str text, uint32_t at)
{
	for (size_t i = 0; i < f->parts.n; i++)
		if (f->parts.v[i].conv && f->parts.v[i].at == at)
			return (uint32_t)f->parts.v[i].text.n;
	return at < text.n ? 1 : 0;
}

/* The part that shows argument number which. */
static const struct fmt_part *part_of(const struct fmt *f, uint32_t which)
{
	for (size_t i = 0; i < f->parts.n; i++) {
		const struct fmt_part *p = &f->parts.v[i];
		uint32_t n = !!p->conv + !!(p->flags & FMT_STAR_WIDTH) +
			     !!(p->flags & FMT_STAR_PREC);

		if (!p->conv)
			continue;
		if (which < n)
			return p;
		which -= n;
	}
	return NULL;
}

#define MAX_FORMAT_ARGS 128

static bool check_format_args(struct sema *s, const struct expr *call,
			      const struct expr *format, const struct fmt *f)
{
	struct field fields[MAX_FORMAT_ARGS];
	const struct fmt_part *part;
	struct span at = call->span;
	uint32_t n = 0, which;
	const char *why;

	for (const struct expr *e = format->next; e; e = e->next) {
		if (n == MAX_FORMAT_ARGS)
			return diag_error(s->d, e->span, D_LIMIT,
					  "more than %d arguments",
					  MAX_FORMAT_ARGS);
		fields[n++] = (struct field){ .type = e->type };
	}
	if (fmt_check(s->arena, f, fields, n, &why, &which))
		return true;
	part = part_of(f, which);
	if (part)
		at = inside(s, format, part->at,
			    part->at + (uint32_t)part->text.n);
	else if (sema_arg(call, which + 1))
		at = sema_arg(call, which + 1)->span;
	return diag_error(s->d, at, D_FORMAT, "%s", why);
}

static bool check_format(struct sema *s, const struct expr *call)
{
	struct expr *format = call->call.args;
	struct fmt f = { 0 };
	const char *why;
	uint32_t at;

	if (format->type->kind != TY_STRING || !format->is_const)
		return false;
	/* a text is printed up to a zero byte */
	format->str.n = strnlen(format->str.p, format->str.n);
	if (!fmt_parse(s->arena, format->str, &f, &why, &at))
		return diag_error(s->d,
				  inside(s, format, at,
					 at + part_length(&f, format->str, at)),
				  D_FORMAT, "%s", why);
	return check_format_args(s, call, format, &f);
}

/* --- the call ----------------------------------------------------------------------- */
/* "any": the row's check says. */
static const struct type *result_type(struct sema *s, const struct proto *p)
{
	if (str_is(p->result, "none"))
		return type_none(s->types);
	if (str_is(p->result, "int"))
		return type_int(s->types, 8, true);
	if (str_is(p->result, "any"))
		return NULL;
	return sema_type_text(s, p->result, AS_KERNEL);
}

static void no_arguments(struct sema *s, const struct expr *e,
			 const struct builtin *b)
{
	diag_error(s->d, e->call.args->span, D_ARG_COUNT,
		   "%s takes no argument", b->name);
}

static void unknown_function(struct sema *s, const struct expr *e)
{
	struct suggest near = { 0 };

	if (sema_c_macro(s, e->call.id, e->call.id_span))
		return;
	diag_error(s->d, e->call.id_span, D_UNKNOWN_FUNC,
		   "unknown function '%.*s'", STR_ARG(e->call.id));
	function_suggest(e->call.id, &near);
	for (const struct fn_decl *f = s->script->fns; f; f = f->next)
		suggest_offer(&near, e->call.id, f->name);
	builtin_suggest(e->call.id, &near);
	for (const struct macro *m = s->script->macros; m; m = m->next)
		suggest_offer(&near, e->call.id, m->name);
	sema_hint(s, &near, "");
}

static void check_unknown(struct sema *s, struct expr *e)
{
	struct str id = e->call.id;
	struct fn_decl *user = sema_fn(s, id);

	if (user) {
		if (check_seq_call(s, e))
			check_fn_call(s, e, user);
		return;
	}
	if (!builtin_find(id)) {
		unknown_function(s, e);
		return;
	}
	if (e->call.n_args) {
		no_arguments(s, e, builtin_find(id));
		return;
	}
	e->kind = EX_NAME; /* pid() is pid */
	memset(&e->name, 0, sizeof(e->name));
	e->name.id = id;
	check_name(s, e);
}

static bool is_allowed(struct sema *s, const struct expr *e)
{
	const struct function *f = e->call.fn;

	if (f->flags & FN_UNSAFE && !s->env->unsafe)
		return diag_error(s->d, e->span, D_UNSAFE,
				  "%s() is unsafe: it needs --unsafe", f->name);
	if (f->flags & FN_ASSIGNED && s->assigned != e)
		return diag_error(s->d, e->span, D_AGGREGATION,
				  "%s() must be assigned directly to a map",
				  f->name);
	return true;
}

void check_call(struct sema *s, struct expr *e)
{
	const struct function *f = function_find(e->call.id);
	struct proto p;

	e->call.fn = f;
	if (!f) {
		check_unknown(s, e);
		return;
	}
	if (f->flags & FN_AT_ENTRY) {
		check_entry(s, e);
		return;
	}
	parse(f, &p);
	if (!is_allowed(s, e) || (f->options && !f->options(s, e)) ||
	    !check_args(s, e, &p))
		return;
	if (f->flags & FN_HAS_FORMAT && !check_format(s, e))
		return;
	if (!check_seq_call(s, e))
		return;
	e->type = result_type(s, &p);
	if (f->check && !f->check(s, e))
		e->type = NULL;
}
