/* SPDX-License-Identifier: Apache-2.0 */
/* check_binary.c - operators. */
#include "sema/check.h"

bool check_truth(struct sema *s, struct expr *e)
{
	if (!sema_value(s, e))
		return false;
	if (type_is_scalar(e->type))
		return true;
	return diag_error(s->d, e->span, D_TYPE,
			  "a condition is an integer or a pointer, found %s",
			  sema_name(s, e->type));
}

/* Does the operand make the result signed? */
static bool brings_sign(const struct expr *e)
{
	if (e->is_literal)
		return e->type->is_signed && e->num < 0;
	return e->type->is_signed;
}

static const struct type *common_int(struct sema *s, const struct expr *l,
				     const struct expr *r)
{
	bool is_signed = brings_sign(l) || brings_sign(r);

	/* two literals: the larger decides, as for one number */
	if (l->is_literal && r->is_literal)
		is_signed = l->type->is_signed && r->type->is_signed;
	return type_int(s->types, 8, is_signed);
}

static void mismatch(struct sema *s, const struct expr *e, struct expr *l,
		     struct expr *r)
{
	diag_error(s->d, e->span, D_TYPE, "'%s' does not take %s and %s",
		   op_text[e->bin.op], sema_name(s, l->type),
		   sema_name(s, r->type));
}

static bool is_equality(enum op op)
{
	return op == OP_EQ || op == OP_NE;
}

static bool is_comparison(enum op op)
{
	return op >= OP_EQ && op <= OP_GE;
}

static bool is_pointer(const struct expr *e)
{
	return e->type->kind == TY_PTR;
}

/* Kinds compared byte by byte. */
static bool is_plain(const struct type *t);

static bool are_plain(const struct type *t)
{
	for (uint32_t i = 0; i < t->n_fields; i++)
		if (!is_plain(t->fields[i].type) || t->fields[i].bit_size)
			return false;
	return true;
}

static bool is_plain(const struct type *t)
{
	switch (t->kind) {
	case TY_BOOL:
	case TY_INT:
	case TY_PTR:
	case TY_ENUM:
	case TY_STRING:
	case TY_BUFFER:
	case TY_MAC:
	case TY_INET:
	case TY_KSYM:
	case TY_USYM:
	case TY_KSTACK:
	case TY_USTACK:
	case TY_TIMESTAMP:
	case TY_USERNAME:
	case TY_CGROUP:
	case TY_PROBE: return true;
	case TY_ARRAY: return t->elem->kind == TY_INT;
	case TY_TUPLE: return are_plain(t);
	case TY_RECORD:
		if (t->name.n || t->origin) /* C's: as it lies in memory */
			return t->size;
		return are_plain(t);
	case TY_NONE:
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

static bool is_text(const struct expr *e)
{
	return e->is_const && e->type->kind == TY_STRING;
}

/* What pointers of any type may be compared with. */
static bool is_untyped(const struct type *pointer)
{
	return !pointer->elem || pointer->elem->kind == TY_NONE;
}

static void warn_pointers(struct sema *s, const struct expr *e)
{
	const struct type *l = e->bin.l->type, *r = e->bin.r->type;

	if (l->kind != TY_PTR || r->kind != TY_PTR || l->elem == r->elem ||
	    is_untyped(l) || is_untyped(r))
		return;
	if (l->elem->name.n && str_eq(l->elem->name, r->elem->name))
		return; /* the script's and the kernel's */
	diag_warn(s->d, e->span, D_TYPE,
		  "pointers of different types are compared: %s and %s",
		  sema_name(s, l), sema_name(s, r));
	diag_hint(s->d, "if that is meant, cast one of them");
}

/* Is it a whole context, which cannot be read as one? */
static bool is_context(const struct expr *e)
{
	return e->kind == EX_NAME && e->type->kind == TY_RECORD;
}

/* probe == "kprobe:vfs_read": the name is found among the plan's. */
static bool is_probe_name(const struct expr *probe, const struct expr *name)
{
	return probe->type->kind == TY_PROBE && is_text(name);
}

static void check_compare(struct sema *s, struct expr *e)
{
	struct expr *l = e->bin.l, *r = e->bin.r;

	if (is_equality(e->bin.op) &&
	    (is_probe_name(l, r) || is_probe_name(r, l)))
		e->bin.common = is_probe_name(l, r) ? l->type : r->type;
	else if (type_is_integer(l->type) && type_is_integer(r->type))
		e->bin.common = common_int(s, l, r);
	else if (type_is_scalar(l->type) && type_is_scalar(r->type))
		e->bin.common = type_int(s->types, 8, false);
	else if (is_text(l) && is_text(r)) /* known now: in any order */
		e->bin.common = l->type;
	else if (is_equality(e->bin.op) && is_plain(l->type) &&
		 !is_context(l) && !is_context(r) &&
		 sema_fits(s, l->type, l->span))
		e->bin.common =
			type_join(s->types, l->type, false, r->type, false);
	if (!e->bin.common) {
		mismatch(s, e, l, r);
		if (l->type->kind == TY_STRING && r->type->kind == TY_STRING)
			diag_hint(s->d, "strings are compared with == and !=");
		return;
	}
	warn_pointers(s, e);
	e->type = type_bool(s->types);
}

/* How many elements lie between two pointers. */
static void check_distance(struct sema *s, struct expr *e)
{
	if (e->bin.l->type->elem != e->bin.r->type->elem) {
		mismatch(s, e, e->bin.l, e->bin.r);
		return;
	}
	e->type = e->bin.common = type_int(s->types, 8, true);
}

static void check_pointer_math(struct sema *s, struct expr *e)
{
	struct expr *l = e->bin.l, *r = e->bin.r;
	struct expr *p = is_pointer(l) ? l : r, *n = p == l ? r : l;
	bool fits = e->bin.op == OP_ADD || (e->bin.op == OP_SUB && p == l);

	if (!fits || !type_is_integer(n->type)) {
		mismatch(s, e, l, r);
		return;
	}
	if (p->type->elem && p->type->elem->size == 0) {
		diag_error(s->d, p->span, D_TYPE,
			   "the size of what %s points to is not known",
			   sema_name(s, p->type));
		return;
	}
	e->type = p->type;
	e->bin.common = type_int(s->types, 8, true);
}

static void check_math(struct sema *s, struct expr *e)
{
	struct expr *l = e->bin.l, *r = e->bin.r;
	const struct expr *right = r;

	if (is_pointer(l) && is_pointer(r) && e->bin.op == OP_SUB) {
		check_distance(s, e);
		return;
	}
	if (is_pointer(l) || is_pointer(r)) {
		check_pointer_math(s, e);
		return;
	}
	if (!type_is_integer(l->type) || !type_is_integer(r->type)) {
		mismatch(s, e, l, r);
		if (e->bin.op == OP_ADD && l->type->kind == TY_STRING)
			diag_hint(s->d, "str_concat() joins strings, substr() "
					"cuts them");
		return;
	}
	if (e->bin.op == OP_SHL || e->bin.op == OP_SHR)
		right = l; /* the count does not decide the type */
	e->bin.common = common_int(s, l, right);
	e->type = e->bin.common;
	if (e->bin.op == OP_SUB)
		e->type = e->bin.common = type_int(s->types, 8, true);
}

static bool is_division(enum op op)
{
	return op == OP_DIV || op == OP_MOD;
}

void sema_warn_division(struct sema *s, enum op op, const struct expr *r)
{
	if (!is_division(op) || !r->is_const || r->num ||
	    !type_is_integer(r->type))
		return;
	diag_warn(s->d, r->span, D_DIVISION,
		  "division by zero: the result is 1");
}

/* "text" + n is the text after n bytes. */
static void check_cut(struct sema *s, struct expr *e)
{
	const struct expr *l = e->bin.l, *r = e->bin.r;

	if (!type_is_integer(r->type) || !r->is_const) {
		mismatch(s, e, e->bin.l, e->bin.r);
		return;
	}
	if (r->num < 0 || (uint64_t)r->num > l->str.n) {
		diag_error(s->d, r->span, D_RANGE,
			   "the text has %zu bytes, found %lld", l->str.n,
			   (long long)r->num);
		return;
	}
	e->type = type_string(s->types, (uint32_t)(l->str.n - r->num + 1));
}

static bool is_param_text(const struct expr *e)
{
	return e->kind == EX_PARAM && e->type->kind == TY_STRING;
}

/* $1 + n likewise, of the text that it will have. */
static void check_param_cut(struct sema *s, struct expr *e)
{
	struct expr *r = e->bin.r;
	uint32_t size = e->bin.l->type->size;

	if (!type_is_integer(r->type) || !r->is_const)
		mismatch(s, e, e->bin.l, r);
	else if (r->num < 0 || r->num >= size)
		diag_error(s->d, r->span, D_RANGE,
			   "the text has at most %u bytes, found %lld",
			   size - 1, (long long)r->num);
	else
		e->type = type_string(s->types, size - (uint32_t)r->num);
}

bool sema_binary_type(struct sema *s, struct expr *e)
{
	e->bin.common = NULL;
	if (is_comparison(e->bin.op))
		check_compare(s, e);
	else if (e->bin.op == OP_ADD && is_text(e->bin.l) && is_text(e->bin.r))
		e->type = e->bin.l->type; /* folding makes it whole */
	else if (e->bin.op == OP_ADD && is_text(e->bin.l))
		check_cut(s, e);
	else if (e->bin.op == OP_ADD && is_param_text(e->bin.l))
		check_param_cut(s, e);
	else
		check_math(s, e);
	return e->type;
}

static void check_logic(struct sema *s, struct expr *e)
{
	bool ok = check_truth(s, e->bin.l);

	if (!check_truth(s, e->bin.r) || !ok)
		return;
	e->type = e->bin.common = type_bool(s->types);
	sema_fold(s, e);
}

/* text + n, of a text that is known when the program runs: substr(). */
static bool is_cut(const struct expr *e)
{
	const struct expr *l = e->bin.l, *r = e->bin.r;

	return e->bin.op == OP_ADD && l->type->kind == TY_STRING &&
	       !is_text(l) && !is_param_text(l) && type_is_integer(r->type);
}

static void become_substr(struct sema *s, struct expr *e)
{
	struct expr *text = e->bin.l;

	text->next = e->bin.r;
	e->kind = EX_CALL;
	memset(&e->call, 0, sizeof(e->call));
	e->call.id = STR("substr");
	e->call.id_span = e->span;
	e->call.args = text;
	e->call.n_args = 2;
	check_call(s, e);
}

void check_binary(struct sema *s, struct expr *e)
{
	bool ok;

	if (e->bin.op == OP_LAND || e->bin.op == OP_LOR) {
		check_logic(s, e);
		return;
	}
	ok = sema_value(s, e->bin.l);
	if (!sema_value(s, e->bin.r) || !ok)
		return;
	if (is_cut(e)) {
		become_substr(s, e);
		return;
	}
	if (!sema_binary_type(s, e))
		return;
	sema_warn_division(s, e->bin.op, e->bin.r);
	sema_fold(s, e);
}

/* A number that can be an address is one of a number of 64 bits. */
static void check_deref(struct sema *s, struct expr *e)
{
	const struct type *t = e->unary.e->type;

	if (t->kind == TY_INT && t->size == 8 && !e->unary.e->is_const) {
		e->type = type_int(s->types, 8, false);
		return;
	}
	if (t->kind != TY_PTR) {
		diag_error(s->d, e->span, D_TYPE,
			   "'*' expects a pointer, found %s", sema_name(s, t));
		return;
	}
	if (!t->elem || t->elem->kind == TY_NONE) {
		diag_error(s->d, e->span, D_TYPE,
			   "a pointer to void cannot be read through");
		diag_hint(s->d, "cast it first, as in *(uint64 *)p");
		return;
	}
	e->type = t->elem;
}

/* &$x points to the variable, &@m is the map itself: for helpers of the
 * kernel. &p->a.b is where the member is. */
static void check_address(struct sema *s, struct expr *e)
{
	struct expr *v = e->unary.e;
	struct map *m;

	if (v->kind == EX_VAR) {
		if (sema_value(s, v))
			e->type = type_ptr(s->types, v->type, AS_KERNEL);
		return;
	}
	if (v->kind == EX_MEMBER) {
		if (sema_expr(s, v))
			e->type = sema_member_address(s, v);
		return;
	}
	if (v->kind != EX_MAP || v->map.keys) {
		diag_error(s->d, e->span, D_TYPE,
			   "'&' expects a variable, a whole map or a member "
			   "behind a pointer");
		return;
	}
	m = v->map.sym = sema_map(s, v->map.id, v->span);
	m->is_read |= !s->is_unevaluated;
	if (sema_map_known(s, m, v->span))
		e->type = type_ptr(s->types, NULL, AS_KERNEL);
}

void check_unary(struct sema *s, struct expr *e)
{
	struct expr *v = e->unary.e;

	if (e->unary.op == OP_ADDR) {
		check_address(s, e);
		return;
	}
	if (e->unary.op == OP_NOT) {
		if (!check_truth(s, v))
			return;
		e->type = type_bool(s->types);
		sema_fold(s, e);
		return;
	}
	if (!sema_value(s, v))
		return;
	if (e->unary.op == OP_DEREF) {
		check_deref(s, e);
		return;
	}
	if (!type_is_integer(v->type)) {
		diag_error(s->d, e->span, D_TYPE,
			   "'%s' expects an integer, found %s",
			   op_text[e->unary.op], sema_name(s, v->type));
		return;
	}
	e->type = type_int(s->types, 8, e->unary.op == OP_NEG);
	sema_fold(s, e);
}

/* --- c ? a : b -------------------------------------------------------------------------- */

static bool is_null(const struct expr *e)
{
	return e->is_const && e->is_literal && !e->num &&
	       type_is_integer(e->type);
}

/* c ? p : 0: the verifier follows it no longer. */
static const struct type *or_null(struct sema *s, const struct expr *p,
				  const struct expr *null)
{
	if (p->type->kind != TY_PTR || !is_null(null))
		return NULL;
	return sema_kept(s, p->type);
}

static void check_arms(struct sema *s, struct expr *e, const struct expr *a,
		       const struct expr *b)
{
	if (!a->type || !b->type)
		return;
	e->type = or_null(s, a, b);
	if (!e->type)
		e->type = or_null(s, b, a);
	if (e->type)
		return;
	e->type = type_join(s->types, a->type, sema_is_flexible(a), b->type,
			    sema_is_flexible(b));
	if (e->type) {
		sema_fold(s, e);
		return;
	}
	diag_error(s->d, e->span, D_TYPE,
		   "both values must be of one type, found %s and %s",
		   sema_name(s, a->type), sema_name(s, b->type));
}

void check_cond(struct sema *s, struct expr *e)
{
	bool ok = check_truth(s, e->cond.c);

	if (e->cond.a)
		sema_expr(s, e->cond.a);
	if (e->cond.b)
		sema_expr(s, e->cond.b);
	if (!ok)
		return;
	if (e->cond.b)
		check_arms(s, e, e->cond.a ? e->cond.a : e->cond.c, e->cond.b);
	else
		e->type = type_none(s->types);
}
