/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c - constants: the same meaning as at run time, two's complement of 64
 * bits, found while compiling. */
#include "sema/check.h"

void sema_set_const(struct expr *e, int64_t num)
{
	uint32_t bits = e->type->size * 8;

	e->is_const = true;
	if (e->type->kind == TY_BOOL) {
		e->num = num != 0;
		return;
	}
	if (bits && bits < 64) {
		uint64_t cut = (uint64_t)num << (64 - bits);

		num = e->type->is_signed ? (int64_t)cut >> (64 - bits)
					 : (int64_t)(cut >> (64 - bits));
	}
	e->num = num;
}

const struct type *sema_literal_type(struct sema *s, int64_t num,
				     bool is_unsigned)
{
	if (is_unsigned)
		return type_int(s->types, 8, false);
	for (uint32_t size = 1; size < 8; size *= 2) {
		int64_t limit = (int64_t)1 << (size * 8 - 1);

		if (num >= -limit && num < limit)
			return type_int(s->types, size, true);
	}
	return type_int(s->types, 8, true);
}

/* --- binary ---------------------------------------------------------------------------- */

/* x / 0 and x % 0 are 1, as the generated code has it. */
static int64_t divide(enum op op, bool is_signed, int64_t a, int64_t b)
{
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	if (!b)
		return 1;
	if (is_signed && b == -1)
		return op == OP_DIV ? (int64_t)-ua : 0;
	if (is_signed)
		return op == OP_DIV ? a / b : a % b;
	return (int64_t)(op == OP_DIV ? ua / ub : ua % ub);
}

static bool compare(enum op op, bool is_signed, int64_t a, int64_t b)
{
	bool less = is_signed ? a < b : (uint64_t)a < (uint64_t)b;

	if (op == OP_EQ || op == OP_NE)
		return (a == b) == (op == OP_EQ);
	if (op == OP_LT || op == OP_GE)
		return less == (op == OP_LT);
	return (less || a == b) == (op == OP_LE);
}

static int64_t compute(enum op op, bool is_signed, int64_t a, int64_t b)
{
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	switch (op) {
	case OP_ADD: return (int64_t)(ua + ub);
	case OP_SUB: return (int64_t)(ua - ub);
	case OP_MUL: return (int64_t)(ua * ub);
	case OP_DIV:
	case OP_MOD: return divide(op, is_signed, a, b);
	case OP_AND: return a & b;
	case OP_OR: return a | b;
	case OP_XOR: return a ^ b;
	case OP_SHL: return (int64_t)(ua << (ub & 63));
	case OP_SHR:
		return is_signed ? a >> (b & 63) : (int64_t)(ua >> (ub & 63));
	case OP_EQ:
	case OP_NE:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE: return compare(op, is_signed, a, b);
	case OP_LAND: return a && b;
	case OP_LOR: return a || b;
	case OP_NONE:
	case OP_NEG:
	case OP_NOT:
	case OP_BNOT:
	case OP_DEREF:
	case OP_ADDR:
	case OP_N: break;
	}
	return 0;
}

/* The part of a string that is printed and compared. */
static struct str before_nul(struct str s)
{
	size_t n = strnlen(s.p, s.n);

	return (struct str){ s.p, n };
}

/* Byte by byte, as strcmp() does. */
static int order_of(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = memcmp(a.p, b.p, n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static void fold_order(struct expr *e, int order)
{
	switch ((int)e->bin.op) {
	case OP_LT: sema_set_const(e, order < 0); break;
	case OP_LE: sema_set_const(e, order <= 0); break;
	case OP_GT: sema_set_const(e, order > 0); break;
	case OP_GE: sema_set_const(e, order >= 0); break;
	}
}

static void fold_strings(struct sema *s, struct expr *e)
{
	struct str a = e->bin.l->str, b = e->bin.r->str;

	switch (e->bin.op) {
	case OP_ADD:
		e->str = str_printf(s->arena, "%.*s%.*s", STR_ARG(a),
				    STR_ARG(b));
		e->type = type_string(s->types, (uint32_t)e->str.n + 1);
		e->is_const = e->is_literal = true;
		return;
	case OP_EQ:
	case OP_NE:
		sema_set_const(e, str_eq(before_nul(a), before_nul(b)) ==
					  (e->bin.op == OP_EQ));
		return;
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		fold_order(e, order_of(before_nul(a), before_nul(b)));
		return;
	case OP_NONE:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_MOD:
	case OP_AND:
	case OP_OR:
	case OP_XOR:
	case OP_SHL:
	case OP_SHR:
	case OP_LAND:
	case OP_LOR:
	case OP_NEG:
	case OP_NOT:
	case OP_BNOT:
	case OP_DEREF:
	case OP_ADDR:
	case OP_N: return;
	}
}

static bool is_logic(enum op op)
{
	return op == OP_LAND || op == OP_LOR;
}

static bool is_number(const struct expr *e)
{
	return e->is_const && type_is_integer(e->type);
}

/* false && x, true || x: x does not matter. */
static void fold_logic(struct expr *e)
{
	const struct expr *l = e->bin.l, *r = e->bin.r;

	if (!is_number(l))
		return;
	if (!!l->num == (e->bin.op == OP_LOR))
		sema_set_const(e, e->bin.op == OP_LOR);
	else if (is_number(r))
		sema_set_const(e, !!r->num);
}

static void fold_binary(struct sema *s, struct expr *e)
{
	const struct expr *l = e->bin.l, *r = e->bin.r;
	bool is_signed = e->bin.common && e->bin.common->is_signed;
	int64_t num;

	if (is_logic(e->bin.op)) {
		fold_logic(e);
		return;
	}
	if (!l->is_const || !r->is_const)
		return;
	if (l->type->kind == TY_STRING && r->type->kind == TY_STRING) {
		fold_strings(s, e);
		return;
	}
	if (l->type->kind == TY_STRING && is_number(r)) {
		e->str = (struct str){ l->str.p + r->num, l->str.n - r->num };
		e->is_const = e->is_literal = true;
		return;
	}
	if (!is_number(l) || !is_number(r))
		return;
	num = compute(e->bin.op, is_signed, l->num, r->num);
	if (l->is_literal && r->is_literal && e->type->kind == TY_INT) {
		e->type = sema_literal_type(s, num, !is_signed && num < 0);
		e->is_literal = true;
	}
	sema_set_const(e, num);
}

/* --- the others ---------------------------------------------------------------------- */

static void fold_unary(struct sema *s, struct expr *e)
{
	const struct expr *v = e->unary.e;

	if (!is_number(v))
		return;
	switch (e->unary.op) {
	case OP_NEG:
		if (v->is_literal) {
			e->is_literal = true;
			e->type = sema_literal_type(
				s, (int64_t) - (uint64_t)v->num, false);
		}
		sema_set_const(e, (int64_t) - (uint64_t)v->num);
		return;
	case OP_NOT: sema_set_const(e, !v->num); return;
	case OP_BNOT: sema_set_const(e, ~v->num); return;
	case OP_NONE:
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_MOD:
	case OP_AND:
	case OP_OR:
	case OP_XOR:
	case OP_SHL:
	case OP_SHR:
	case OP_EQ:
	case OP_NE:
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
	case OP_LAND:
	case OP_LOR:
	case OP_DEREF:
	case OP_ADDR:
	case OP_N: return;
	}
}

static void fold_cond(struct expr *e)
{
	const struct expr *v;

	if (e->kind != EX_COND || !is_number(e->cond.c))
		return;
	v = e->cond.b;
	if (e->cond.c->num)
		v = e->cond.a ? e->cond.a : e->cond.c;
	if (!v->is_const)
		return;
	if (type_is_integer(v->type) && type_is_integer(e->type)) {
		sema_set_const(e, v->num);
		return;
	}
	e->str = v->str;
	e->is_const = v->type->kind == TY_STRING;
}

static void fold_cast(struct expr *e)
{
	const struct expr *v = e->cast.e;

	if (type_is_integer(e->type) && is_number(v))
		sema_set_const(e, v->num);
}

void sema_fold(struct sema *s, struct expr *e)
{
	if (!e->type)
		return;
	if (e->kind == EX_BINARY)
		fold_binary(s, e);
	else if (e->kind == EX_UNARY)
		fold_unary(s, e);
	else if (e->kind == EX_COND)
		fold_cond(e);
	else if (e->kind == EX_CAST)
		fold_cast(e);
}
