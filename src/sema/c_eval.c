/* SPDX-License-Identifier: Apache-2.0 */
/* Constant expressions of C. */
#include "machine/uapi.h"
#include "sema/c.h"

struct eval {
	struct c_front *c;
	bool is_directive;
};

static bool eval(struct eval *x, const struct c_expr *e, struct c_value *out);

static struct c_value cut(struct c_value v)
{
	if (!v.is_wide)
		v.bits = v.is_unsigned ? (uint32_t)v.bits
				       : (uint64_t)(int32_t)v.bits;
	return v;
}

static struct c_value number(int64_t n)
{
	return (struct c_value){
		.bits = (uint64_t)n,
		.is_wide = n < INT32_MIN || n > INT32_MAX,
	};
}

static struct c_value truth(bool v)
{
	return number(v);
}

/* --- names ------------------------------------------------------------------- */

/* Enumerators have their values once their enum is laid out; those of an enum
 * that is, from its own expressions, one after the other. */
static bool enumerator(struct eval *x, const struct c_expr *e,
		       struct c_value *out)
{
	void **slot = strmap_get(&x->c->unit.enums, e->name);
	struct c_enumerator *n = slot ? *slot : NULL;

	if (!n)
		return false;
	if (n->tag->state == CS_NEW)
		c_layout_enum(x->c, n->tag);
	*out = number(n->num);
	return true;
}

static bool name(struct eval *x, const struct c_expr *e, struct c_value *out)
{
	struct suggest near = { 0 };
	const struct type *type;
	int64_t n;

	if (x->is_directive) {
		*out = number(0);
		return true;
	}
	if (enumerator(x, e, out))
		return true;
	if (uapi_constant(e->name, &n)) {
		*out = number(n);
		return true;
	}
	if (machine_enumerator(x->c->machine, x->c->types, e->name, &n,
			       &type)) {
		x->c->has_layout = true;
		*out = number(n);
		return true;
	}
	diag_error(x->c->d, e->span, D_UNKNOWN_NAME,
		   "unknown constant '%.*s' in C", STR_ARG(e->name));
	c_suggest(x->c, e->name, &near);
	uapi_suggest(e->name, &near);
	if (near.best.p)
		diag_hint(x->c->d, "did you mean '%.*s'?", STR_ARG(near.best));
	return false;
}

/* --- operators ----------------------------------------------------------------- */

static bool is_less(struct c_value a, struct c_value b)
{
	return a.is_unsigned ? a.bits < b.bits
			     : (int64_t)a.bits < (int64_t)b.bits;
}

static bool divide(struct eval *x, const struct c_expr *e, struct c_value a,
		   struct c_value b, struct c_value *out)
{
	bool is_div = e->op == OP_DIV;

	*out = a;
	if (!b.bits)
		return diag_error(x->c->d, e->span, D_RANGE,
				  "division by zero in a constant");
	if (a.is_unsigned)
		out->bits = is_div ? a.bits / b.bits : a.bits % b.bits;
	else if ((int64_t)b.bits == -1)
		out->bits = is_div ? -a.bits : 0;
	else
		out->bits =
			is_div ? (uint64_t)((int64_t)a.bits / (int64_t)b.bits)
			       : (uint64_t)((int64_t)a.bits % (int64_t)b.bits);
	return true;
}

/* The type of the result is that of the left operand. */
static struct c_value shift(const struct c_expr *e, struct c_value a,
			    struct c_value b)
{
	uint64_t n = b.bits & (a.is_wide ? 63 : 31);

	if (e->op == OP_SHL)
		a.bits <<= n;
	else if (a.is_unsigned)
		a.bits >>= n;
	else
		a.bits = (uint64_t)((int64_t)a.bits >> n);
	return a;
}

/* Both of one type: the wider, unsigned if it is so in either of that width. */
static void usual(struct c_value *a, struct c_value *b)
{
	struct c_value common = {
		.is_wide = a->is_wide || b->is_wide,
	};

	common.is_unsigned = (a->is_unsigned && a->is_wide == common.is_wide) ||
			     (b->is_unsigned && b->is_wide == common.is_wide);
	a->is_wide = b->is_wide = common.is_wide;
	a->is_unsigned = b->is_unsigned = common.is_unsigned;
	*a = cut(*a);
	*b = cut(*b);
}

static bool arithmetic(struct eval *x, const struct c_expr *e, struct c_value a,
		       struct c_value b, struct c_value *out)
{
	if (e->op == OP_SHL || e->op == OP_SHR) {
		*out = shift(e, a, b);
		return true;
	}
	usual(&a, &b);
	*out = a;
	switch ((int)e->op) {
	case OP_ADD: out->bits = a.bits + b.bits; break;
	case OP_SUB: out->bits = a.bits - b.bits; break;
	case OP_MUL: out->bits = a.bits * b.bits; break;
	case OP_AND: out->bits = a.bits & b.bits; break;
	case OP_OR: out->bits = a.bits | b.bits; break;
	case OP_XOR: out->bits = a.bits ^ b.bits; break;
	case OP_EQ: *out = truth(a.bits == b.bits); break;
	case OP_NE: *out = truth(a.bits != b.bits); break;
	case OP_LT: *out = truth(is_less(a, b)); break;
	case OP_GT: *out = truth(is_less(b, a)); break;
	case OP_LE: *out = truth(!is_less(b, a)); break;
	case OP_GE: *out = truth(!is_less(a, b)); break;
	default: return divide(x, e, a, b, out);
	}
	return true;
}

static bool binary(struct eval *x, const struct c_expr *e, struct c_value *out)
{
	bool is_and = e->op == OP_LAND;
	struct c_value a, b;

	if (!eval(x, e->a, &a))
		return false;
	if (is_and || e->op == OP_LOR) {
		*out = truth(!is_and);
		if (!a.bits == is_and) {
			*out = truth(!is_and);
			return true;
		}
		if (!eval(x, e->b, &b))
			return false;
		*out = truth(b.bits);
		return true;
	}
	return eval(x, e->b, &b) && arithmetic(x, e, a, b, out);
}

static bool unary(struct eval *x, const struct c_expr *e, struct c_value *out)
{
	if (!eval(x, e->a, out))
		return false;
	if (e->op == OP_NEG)
		out->bits = -out->bits;
	else if (e->op == OP_BNOT)
		out->bits = ~out->bits;
	else if (e->op == OP_NOT)
		*out = truth(!out->bits);
	return true;
}

/* --- types ----------------------------------------------------------------------- */

static bool cast(struct eval *x, const struct c_expr *e, struct c_value *out)
{
	struct c_layout to;
	uint32_t bits;

	if (!eval(x, e->a, out) || !c_layout(x->c, e->type, &to))
		return false;
	if (!to.type || !type_is_scalar(to.type))
		return diag_error(x->c->d, e->span, D_TYPE,
				  "a constant in C is cast to integers only");
	bits = 8 * to.size;
	out->is_unsigned = !to.type->is_signed && bits >= 32;
	out->is_wide = bits == 64;
	if (to.type->kind == TY_BOOL)
		out->bits = out->bits != 0;
	else if (bits < 32)
		out->bits = to.type->is_signed
				    ? (uint64_t)((int64_t)(out->bits
							   << (64 - bits)) >>
						 (64 - bits))
				    : out->bits & ((1ull << bits) - 1);
	return true;
}

static bool of_type(struct eval *x, const struct c_expr *e, struct c_value *out)
{
	struct c_layout t;
	uint64_t n;

	*out = (struct c_value){ .is_unsigned = true, .is_wide = true };
	if (x->is_directive)
		return diag_error(x->c->d, e->span, D_SYNTAX,
				  "a directive knows no types");
	if (e->kind == CE_OFFSETOF) {
		if (!c_offset(x->c, e, &n))
			return false;
		out->bits = n;
		return true;
	}
	if (!c_layout(x->c, e->type, &t))
		return false;
	x->c->has_layout |= t.type && t.type->origin;
	out->bits = !t.type ? 1 : e->kind == CE_SIZEOF ? t.size : t.align;
	return true;
}

static bool eval(struct eval *x, const struct c_expr *e, struct c_value *out)
{
	bool ok = true;

	*out = number(0);
	switch (e->kind) {
	case CE_INT:
		*out = (struct c_value){ e->num, e->is_unsigned, e->is_wide };
		break;
	case CE_NAME: ok = name(x, e, out); break;
	case CE_UNARY: ok = unary(x, e, out); break;
	case CE_BINARY: ok = binary(x, e, out); break;
	case CE_COND:
		ok = eval(x, e->c, out) &&
		     eval(x, out->bits ? e->a : e->b, out);
		break;
	case CE_CAST: ok = cast(x, e, out); break;
	case CE_SIZEOF:
	case CE_ALIGNOF:
	case CE_OFFSETOF: ok = of_type(x, e, out); break;
	}
	if (x->is_directive)
		out->is_wide = true;
	*out = cut(*out);
	return ok;
}

bool c_eval(struct c_front *c, const struct c_expr *e, bool is_directive,
	    struct c_value *out)
{
	struct eval x = { c, is_directive };

	return eval(&x, e, out);
}

bool c_eval_tokens(struct c_front *c, const ctok_vec *toks, bool is_directive,
		   const char *what, struct span at, struct span end,
		   struct c_value *out)
{
	ctok_vec settled = { 0 };
	struct cparse p = {
		.arena = c->arena,
		.d = c->d,
		.toks = &settled,
		.unit = &c->unit,
		.is_expr = true,
		.what = what,
		.at = at,
	};

	ctoken_settle(c->arena, toks, true, end, &settled);
	if (!ctree_parse(&p))
		return false;
	return c_eval(c, p.expr, is_directive, out);
}
