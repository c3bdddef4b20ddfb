/* SPDX-License-Identifier: Apache-2.0 */
/* check_type.c - types as scripts write them: casts, sizeof, offsetof. */
#include <inttypes.h>
#include <stdlib.h>

#include "sema/check.h"

/* --- type expressions ------------------------------------------------------------- */

/* Kinds without further parts, as rows name them. */
static const struct type *simple_type(struct sema *s, struct str name)
{
	static const struct {
		const char *name;
		enum type_kind kind;
	} rows[] = {
		{ "ksym_t", TY_KSYM },   { "usym_t", TY_USYM },
		{ "probe_t", TY_PROBE }, { "macaddr_t", TY_MAC },
		{ "inet_t", TY_INET },   { "username_t", TY_USERNAME },
		{ "inet", TY_INET },     { "mac_address", TY_MAC },
	};

	uint64_t text = s->script->options.num[OPT_MAX_STRLEN];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (str_is(name, rows[i].name))
			return type_simple(s->types, rows[i].kind);
	if (str_is(name, "timestamp") || str_is(name, "timestamp_t"))
		return type_timestamp(s->types, STR(""));
	/* those of a size: as large as any */
	if (str_is(name, "string"))
		return type_string(s->types, (uint32_t)text);
	if (str_is(name, "buffer"))
		return type_buffer(s->types, (uint32_t)text);
	return NULL;
}

/* A name without suffixes: the fixed ones, then the kernel's. */
static const struct type *named_type(struct sema *s, struct str name)
{
	const struct type *t = type_parse(s->types, name);

	if (!t)
		t = simple_type(s, name);
	if (t)
		return t;
	return machine_type(s->env->machine, s->types, name);
}

const struct type *sema_type_text(struct sema *s, struct str text,
				  enum addr_space space)
{
	const struct type *t = type_parse(s->types, text);
	uint32_t stars = 0;

	if (t)
		return t;
	while (text.n &&
	       (text.p[text.n - 1] == '*' || text.p[text.n - 1] == ' ')) {
		stars += text.p[text.n - 1] == '*';
		text.n--;
	}
	t = named_type(s, text);
	while (t && stars--)
		t = type_ptr(s->types, t, space);
	return t;
}

static bool array_size(struct sema *s, struct expr *e, uint32_t *n)
{
	bool before = s->const_params, ok;

	s->const_params = true;
	ok = sema_value(s, e) &&
	     sema_const_range(s, e, 1, 1 << 16, "the size of an array");
	s->const_params = before;
	*n = ok ? (uint32_t)e->num : 0;
	return ok;
}

/* A pointer is to where this program's pointers point by default. */
static enum addr_space default_space(const struct sema *s)
{
	if (!s->prog)
		return AS_NONE;
	if (s->prog->is_user)
		return AS_USER;
	return s->prog->ctx == CTX_REGS || s->prog->ctx == CTX_RAW ? AS_KERNEL
								   : AS_NONE;
}

static const struct type *add_suffix(struct sema *s, const struct type *t,
				     const struct type_suffix *x, bool first,
				     const struct type_expr *from)
{
	uint32_t n = 0;

	if (x->is_ptr)
		return type_ptr(s->types, t, default_space(s));
	if (x->size && !array_size(s, x->size, &n))
		return NULL;
	if (!x->size) {
		diag_error(s->d, from->span, D_TYPE, "the array needs a size");
		return NULL;
	}
	if (first && t->kind == TY_STRING)
		return type_string(s->types, n);
	if (first && t->kind == TY_BUFFER)
		return type_buffer(s->types, n);
	if (first && t->kind == TY_INET)
		return t;
	return type_array(s->types, t, n);
}

static const struct type *type_of(struct sema *s, struct expr *e)
{
	bool before = s->is_unevaluated;

	s->is_unevaluated = true;
	sema_value(s, e);
	s->is_unevaluated = before;
	return e->type;
}

/* The C of the script comes first. */
static const struct type *script_type(struct sema *s, struct str name)
{
	const struct type *t;

	return sema_c_type(s, name, &t) ? t : named_type(s, name);
}

/* What may name both is a type when there is one of that name. */
static const struct type *type_or_value(struct sema *s, struct str name,
					struct expr *e)
{
	const struct type *t = name.n ? script_type(s, name) : NULL;

	return t ? t : type_of(s, e);
}

/* Of sizeof, offsetof and typeinfo. */
static const struct type *operand_type(struct sema *s, const struct expr *e)
{
	if (!e->cast.to)
		return type_of(s, e->cast.e);
	if (e->cast.e && !e->cast.to->suffixes.n)
		return type_or_value(s, e->cast.to->name, e->cast.e);
	return sema_type_expr(s, e->cast.to);
}

/* "task_struct" is "struct task_struct". */
static bool hint_keyword(struct sema *s, struct str name)
{
	static const char *const keywords[] = { "struct", "union", "enum" };

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		struct str full = str_printf(s->arena, "%s %.*s", keywords[i],
					     STR_ARG(name));

		if (!named_type(s, full))
			continue;
		diag_hint(s->d, "did you mean '%.*s'?", STR_ARG(full));
		return true;
	}
	return false;
}

static const struct type *unknown_type(struct sema *s,
				       const struct type_expr *t)
{
	struct suggest near = { 0 };

	diag_error(s->d, t->span, D_UNKNOWN_TYPE, "unknown type '%.*s'",
		   STR_ARG(t->name));
	if (s->is_final)
		machine_suggest_type(s->env->machine, t->name, &near);
	sema_c_suggest_type(s, t->name, &near);
	if (s->is_final && hint_keyword(s, t->name))
		return NULL;
	sema_hint(s, &near, "");
	if (!near.best.p && s->is_final && !machine_has_btf(s->env->machine))
		diag_hint(s->d, "this kernel has no BTF: its types are not "
				"known");
	return NULL;
}

const struct type *sema_type_expr(struct sema *s, const struct type_expr *from)
{
	const struct type *t;

	if (from->of)
		t = type_or_value(s, from->name, from->of);
	else if (str_is(from->name, "void"))
		t = type_none(s->types);
	else
		t = script_type(s, from->name);
	if (!t)
		return from->of ? NULL : unknown_type(s, from);
	for (size_t i = 0; t && i < from->suffixes.n; i++)
		t = add_suffix(s, t, &from->suffixes.v[i], i == 0, from);
	return t;
}

/* --- casts -------------------------------------------------------------------------- */

static bool can_cast(const struct type *from, const struct type *to)
{
	switch (to->kind) {
	case TY_BOOL:
	case TY_INT:
	case TY_ENUM:
	case TY_PTR:
		return type_is_scalar(from) || from->kind == TY_KSYM ||
		       (from->kind == TY_ARRAY && from->size == to->size);
	case TY_STRING:
		return from->kind == TY_STRING && from->size <= to->size;
	case TY_ARRAY:
		return from->size == to->size &&
		       (from->kind == TY_ARRAY || from->kind == TY_INT ||
			(from->kind == TY_STRING && to->elem->size == 1));
	case TY_NONE:
	case TY_BUFFER:
	case TY_TUPLE:
	case TY_RECORD:
	case TY_KSYM:
	case TY_USYM:
	case TY_KSTACK:
	case TY_USTACK:
	case TY_PROBE:
	case TY_TIMESTAMP:
	case TY_MAC:
	case TY_INET:
	case TY_USERNAME:
	case TY_CGROUP:
	case TY_COUNT:
	case TY_SUM:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG:
	case TY_STATS:
	case TY_STDDEV:
	case TY_HIST:
	case TY_LHIST:
	case TY_TSERIES:
	case TY_N: break;
	}
	return false;
}

/* A pointer that is cast still points to the same place; the verifier follows
 * it no longer when it is said to be something else. */
static const struct type *cast_pointer(struct sema *s, const struct type *from,
				       const struct type *to)
{
	if (from->kind != TY_PTR || from->elem == to->elem)
		return from->kind == TY_PTR ? from : to;
	return type_ptr(s->types, to->elem,
			from->space == AS_BTF || from->space == AS_CTX
				? AS_KERNEL
				: from->space);
}

/* (T[])v: as many as fit into v. */
static const struct type *whole_array(struct sema *s,
				      const struct type_expr *from,
				      const struct type *v)
{
	struct type_expr one = *from;
	const struct type *elem;

	one.suffixes.n--;
	elem = sema_type_expr(s, &one);
	if (!elem || !elem->size || !v)
		return NULL;
	return type_array(s->types, elem, v->size / elem->size);
}

static bool lacks_size(const struct type_expr *t)
{
	const struct type_suffix *last;

	if (!t->suffixes.n)
		return false;
	last = &t->suffixes.v[t->suffixes.n - 1];
	return !last->is_ptr && !last->size;
}

/* A number as written is as wide as the array it is cast to. */
static void widen_literal(struct sema *s, struct expr *v, const struct type *to)
{
	uint32_t n = to->size;
	int64_t num = v->num;

	if (to->kind != TY_ARRAY || !v->is_literal || !v->is_const ||
	    v->type->kind != TY_INT)
		return;
	if (n != 1 && n != 2 && n != 4 && n != 8)
		return;
	if (n < 8 &&
	    (num < -((int64_t)1 << (8 * n - 1)) || num >= (int64_t)1 << 8 * n))
		return;
	v->type = type_int(s->types, n, v->type->is_signed);
}

/* A number that no enumerator has was meant to be another. */
static bool has_name(struct sema *s, const struct expr *v,
		     const struct type *to)
{
	if (to->kind != TY_ENUM || !v->is_literal || !v->is_const)
		return true;
	for (uint32_t i = 0; i < to->n_enums; i++)
		if (to->enums[i].value == v->num)
			return true;
	return diag_error(s->d, v->span, D_RANGE, "%s has no name for %lld",
			  sema_name(s, to), (long long)v->num);
}

void check_cast(struct sema *s, struct expr *e)
{
	struct expr *v = e->cast.e;
	const struct type *to;

	sema_value(s, v);
	to = lacks_size(e->cast.to) ? whole_array(s, e->cast.to, v->type)
				    : sema_type_expr(s, e->cast.to);
	if (!v->type || !to)
		return;
	widen_literal(s, v, to);
	if (!has_name(s, v, to))
		return;
	if (!can_cast(v->type, to)) {
		diag_error(s->d, e->span, D_TYPE, "cannot cast %s to %s",
			   sema_name(s, v->type), sema_name(s, to));
		if (to->kind == TY_RECORD)
			diag_hint(s->d, "cast to a pointer: (%s *)",
				  sema_name(s, to));
		return;
	}
	if (to->kind == TY_PTR)
		to = cast_pointer(s, v->type, to);
	e->type = to;
	sema_fold(s, e);
}

/* --- sizeof, offsetof ---------------------------------------------------------------- */

void check_sizeof(struct sema *s, struct expr *e)
{
	const struct type *t;

	t = operand_type(s, e);
	if (!t)
		return;
	e->type = type_int(s->types, 8, false);
	sema_set_const(e, t->size);
	e->cast.is_layout = type_is_kernels(t);
}

/* "[N]": the N-th element. */
static bool step_to_element(struct sema *s, const struct expr *e,
			    const struct type **t, struct str index,
			    uint64_t *offset)
{
	uint64_t n = strtoull(index.p + 1, NULL, 10);

	if ((*t)->kind == TY_STRING) {
		*offset += n;
		if (n >= (*t)->size)
			return diag_error(s->d, e->span, D_RANGE,
					  "element %ju of %u", (uintmax_t)n,
					  (*t)->size);
		*t = type_int(s->types, 1, true);
		return true;
	}
	if ((*t)->kind != TY_ARRAY)
		return diag_error(s->d, e->span, D_TYPE,
				  "a value of type %s has no elements",
				  sema_name(s, *t));
	if ((*t)->count && n >= (*t)->count)
		return diag_error(s->d, e->span, D_RANGE, "element %ju of %u",
				  (uintmax_t)n, (*t)->count);
	*t = (*t)->elem;
	*offset += n * (*t)->size;
	return true;
}

static bool step_into(struct sema *s, const struct expr *e,
		      const struct type **t, struct str name, uint64_t *offset)
{
	struct field f;

	if (name.n && name.p[0] == '[')
		return step_to_element(s, e, t, name, offset);
	if ((*t)->kind != TY_RECORD)
		return diag_error(s->d, e->span, D_TYPE,
				  "a value of type %s has no fields",
				  sema_name(s, *t));
	if (!sema_find_field(s, *t, name, &f))
		return sema_no_field(s, *t, name, e->span);
	*offset += f.offset;
	*t = f.type;
	return true;
}

void check_offsetof(struct sema *s, struct expr *e)
{
	const struct type *t = operand_type(s, e);
	struct str rest = e->cast.path;
	uint64_t offset = 0;

	e->cast.is_layout = t && type_is_kernels(t);
	while (t && rest.n)
		if (!step_into(s, e, &t, str_split(rest, '.', &rest), &offset))
			return;
	if (!t)
		return;
	e->type = type_int(s->types, 8, false);
	sema_set_const(e, (int64_t)offset);
}

/* --- typeinfo -------------------------------------------------------------------------- */

/* One part of what typeinfo() tells: its path says which. */
static void check_type_part(struct sema *s, struct expr *e)
{
	const struct type *t = operand_type(s, e);

	if (!t)
		return;
	if (str_is(e->cast.path, "btf_id")) {
		e->type = type_int(s->types, 4, false);
		sema_set_const(e, t->origin & 0xffffff);
		return;
	}
	e->str = str_from(str_is(e->cast.path, "base_ty")
				  ? type_kind_names[t->kind]
				  : sema_name(s, t));
	e->type = type_string(s->types, (uint32_t)e->str.n + 1);
	e->is_const = true;
}

/* typeinfo(x) is the record (btf_id = ..., base_ty = ..., full_ty = ...). */
void check_typeinfo(struct sema *s, struct expr *e)
{
	static const struct str names[] = { STR("btf_id"), STR("base_ty"),
					    STR("full_ty") };
	struct str *own = arena_alloc(s->arena, sizeof(names));
	struct expr *elems = NULL;

	if (e->cast.path.n) {
		check_type_part(s, e);
		return;
	}
	for (size_t i = ARRAY_SIZE(names); i--;) {
		struct expr *x = arena_new(s->arena, struct expr);

		*x = *e;
		x->cast.path = own[i] = names[i];
		x->next = elems;
		elems = x;
	}
	e->kind = EX_RECORD;
	memset(&e->tuple, 0, sizeof(e->tuple));
	e->tuple.elems = elems;
	e->tuple.n = ARRAY_SIZE(names);
	e->tuple.names = own;
	check_tuple(s, e);
}
