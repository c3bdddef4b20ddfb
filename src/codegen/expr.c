/* SPDX-License-Identifier: Apache-2.0 */
#include "codegen/cg.h"

/* --- constants ------------------------------------------------------------------ */

LLVMValueRef ir_const_bytes(struct cg *g, struct str bytes, uint32_t size)
{
	char *copy = arena_alloc(g->arena, size + 1);
	LLVMValueRef c, global;

	memcpy(copy, bytes.p, bytes.n < size ? bytes.n : size);
	c = LLVMConstStringInContext2(g->ctx, copy, size, true);
	global = LLVMAddGlobal(g->mod, LLVMTypeOf(c), "");
	LLVMSetInitializer(global, c);
	LLVMSetGlobalConstant(global, true);
	LLVMSetLinkage(global, LLVMPrivateLinkage);
	LLVMSetUnnamedAddress(global, LLVMGlobalUnnamedAddr);
	LLVMSetAlignment(global, 8);
	return global;
}

static struct val emit_const(struct cg *g, const struct expr *e)
{
	if (e->type->kind == TY_STRING)
		return ir_mem(ir_const_bytes(g, e->str, e->type->size), e->type,
			      AS_BPF, 8);
	return ir_convert(g, ir_num(g, type_int(g->types, 8, true), e->num),
			  e->type);
}

/* --- arithmetic ------------------------------------------------------------------- */

static struct val emit_divide(struct cg *g, enum op op, const struct type *type,
			      LLVMValueRef a, LLVMValueRef b, uint32_t site)
{
	const char *name = op == OP_DIV ? "espy_sdiv" : "espy_smod";
	LLVMValueRef zero, n, safe;

	/* Divided by zero: the result is 1 and a warning. */
	zero = LLVMBuildICmp(g->b, LLVMIntEQ, b, ir_i64(g, 0), "");
	ir_warn_if(g, zero, site, ir_i64(g, 0));
	safe = LLVMBuildSelect(g->b, zero, ir_i64(g, 1), b, "");
	if (type->is_signed)
		n = ir_call_c(g, "number", name, 2, a, safe);
	else if (op == OP_DIV)
		n = LLVMBuildUDiv(g->b, a, safe, "");
	else
		n = LLVMBuildURem(g->b, a, safe, "");
	n = LLVMBuildSelect(g->b, zero, ir_i64(g, 1), n, "");
	return ir_reg(n, type);
}

static LLVMValueRef emit_op(struct cg *g, enum op op, bool is_signed,
			    LLVMValueRef a, LLVMValueRef b)
{
	LLVMValueRef count = LLVMBuildAnd(g->b, b, ir_i64(g, 63), "");

	switch ((int)op) {
	case OP_ADD: return LLVMBuildAdd(g->b, a, b, "");
	case OP_SUB: return LLVMBuildSub(g->b, a, b, "");
	case OP_MUL: return LLVMBuildMul(g->b, a, b, "");
	case OP_AND: return LLVMBuildAnd(g->b, a, b, "");
	case OP_OR: return LLVMBuildOr(g->b, a, b, "");
	case OP_XOR: return LLVMBuildXor(g->b, a, b, "");
	case OP_SHL: return LLVMBuildShl(g->b, a, count, "");
	case OP_SHR:
		return is_signed ? LLVMBuildAShr(g->b, a, count, "")
				 : LLVMBuildLShr(g->b, a, count, "");
	}
	return a;
}

static LLVMValueRef scaled(struct cg *g, const struct type *ptr, LLVMValueRef n)
{
	uint32_t size = ptr->elem && ptr->elem->size ? ptr->elem->size : 1;

	return LLVMBuildMul(g->b, n, ir_i64(g, size), "");
}

/* Bytes as elements. */
static LLVMValueRef distance(struct cg *g, const struct type *ptr,
			     LLVMValueRef n)
{
	uint32_t size = ptr->elem && ptr->elem->size ? ptr->elem->size : 1;

	if (size & (size - 1))
		return ir_call_c(g, "number", "espy_sdiv", 2, n,
				 ir_i64(g, size));
	return LLVMBuildAShr(g->b, n, ir_i64(g, __builtin_ctz(size)), "");
}

static struct val emit_pointer(struct cg *g, enum op op, struct val a,
			       struct val b)
{
	LLVMValueRef x = ir_value(g, a), y = ir_value(g, b);
	const struct type *t = a.type->kind == TY_PTR ? a.type : b.type;
	LLVMValueRef n;

	if (a.type->kind == TY_PTR && b.type->kind == TY_PTR) {
		n = distance(g, t, LLVMBuildSub(g->b, x, y, ""));
		return ir_reg(n, type_int(g->types, 8, true));
	}
	if (a.type->kind == TY_PTR)
		y = scaled(g, t, y);
	else
		x = scaled(g, t, x);
	/* The verifier does not follow a BTF pointer that was moved. */
	if (t->space == AS_BTF)
		t = type_ptr(g->types, t->elem, AS_KERNEL);
	return ir_reg(emit_op(g, op, false, x, y), t);
}

struct val emit_arith(struct cg *g, enum op op, const struct type *type,
		      struct val a, struct val b, uint32_t site)
{
	LLVMValueRef x, y;

	if ((op == OP_ADD || op == OP_SUB) &&
	    (a.type->kind == TY_PTR || b.type->kind == TY_PTR))
		return emit_pointer(g, op, a, b);
	if (!type)
		type = type_int(g->types, 8,
				op == OP_SUB || a.type->is_signed ||
					b.type->is_signed);
	x = ir_value(g, a);
	y = ir_value(g, b);
	if (op == OP_DIV || op == OP_MOD)
		return emit_divide(g, op, type, x, y, site);
	return ir_reg(emit_op(g, op, type->is_signed, x, y), type);
}

/* A literal that is not negative takes the sign of what it meets. */
const struct type *arith_type(struct cg *g, enum op op,
			      const struct type *target,
			      const struct expr *value)
{
	bool adapts = value->is_literal && value->num >= 0;

	return type_int(g->types, 8,
			op == OP_SUB || target->is_signed ||
				(value->type->is_signed && !adapts));
}

/* --- comparison ------------------------------------------------------------------------ */

static LLVMIntPredicate predicate(enum op op, bool is_signed)
{
	switch ((int)op) {
	case OP_EQ: return LLVMIntEQ;
	case OP_NE: return LLVMIntNE;
	case OP_LT: return is_signed ? LLVMIntSLT : LLVMIntULT;
	case OP_LE: return is_signed ? LLVMIntSLE : LLVMIntULE;
	case OP_GT: return is_signed ? LLVMIntSGT : LLVMIntUGT;
	}
	return is_signed ? LLVMIntSGE : LLVMIntUGE;
}

/* Are n bytes at a and b (both aligned to 8) the same? As i1. */
static LLVMValueRef bytes_equal(struct cg *g, LLVMValueRef a, LLVMValueRef b,
				uint32_t n)
{
	LLVMValueRef all = LLVMConstInt(g->i1, 1, false), eq, x, y;
	const struct type *t;
	uint32_t i = 0, size;

	if (n > 64) {
		x = ir_call_c(g, "string", "espy_bytes_differ", 3, a, b,
			      ir_i64(g, n));
		return ir_is_zero(g, x);
	}
	for (; i < n; i += size) {
		size = n - i >= 8 ? 8 : n - i >= 4 ? 4 : n - i >= 2 ? 2 : 1;
		t = type_int(g->types, size, false);
		x = ir_load(g, ir_at_offset(g, a, i), t, size, false);
		y = ir_load(g, ir_at_offset(g, b, i), t, size, false);
		eq = LLVMBuildICmp(g->b, LLVMIntEQ, x, y, "");
		all = LLVMBuildAnd(g->b, all, eq, "");
	}
	return all;
}

/* Strings in BPF memory are padded: equal text is equal bytes, as far as the
 * smaller goes; the larger must end there. */
LLVMValueRef ir_strings_equal(struct cg *g, struct val a, struct val b)
{
	uint32_t n = a.type->size < b.type->size ? a.type->size : b.type->size;
	const struct type *byte = type_int(g->types, 1, false);
	struct val large = a.type->size > n ? a : b;
	LLVMValueRef eq, end;

	eq = bytes_equal(g, a.v, b.v, n);
	if (large.type->size == n)
		return eq;
	end = ir_load(g, ir_at_offset(g, large.v, n), byte, 1, false);
	return LLVMBuildAnd(g->b, eq, ir_is_zero(g, end), "");
}

/* In memory aligned to 8, as bytes_equal() wants it. */
static struct val aligned(struct cg *g, struct val v)
{
	struct val t;

	v = ir_here(g, v, v.type);
	if (v.align >= 8)
		return v;
	t = ir_temp(g, v.type);
	ir_store(g, t, v, true);
	return t;
}

struct val emit_compare(struct cg *g, enum op op, const struct type *common,
			struct val a, struct val b)
{
	const struct type *t = type_bool(g->types);
	LLVMValueRef eq;

	if (common->kind == TY_STRING || !is_reg(common)) {
		if (common->kind != TY_STRING) {
			a = ir_convert(g, a, common);
			b = ir_convert(g, b, common);
		}
		a = aligned(g, a);
		b = aligned(g, b);
		eq = common->kind == TY_STRING
			     ? ir_strings_equal(g, a, b)
			     : bytes_equal(g, a.v, b.v, common->size);
		if (op == OP_NE)
			eq = LLVMBuildNot(g->b, eq, "");
		return ir_reg(ir_as_bool(g, eq), t);
	}
	a = ir_convert(g, a, common);
	b = ir_convert(g, b, common);
	return ir_reg(ir_as_bool(g,
				 LLVMBuildICmp(g->b,
					       predicate(op, common->is_signed),
					       a.v, b.v, "")),
		      t);
}

/* --- operators ---------------------------------------------------------------------------- */

static struct val emit_logic(struct cg *g, const struct expr *e)
{
	bool is_and = e->bin.op == OP_LAND;
	LLVMValueRef a = ir_truth(g, emit_expr(g, e->bin.l)), b;
	struct ir_if i;

	if (!is_and)
		a = LLVMBuildNot(g->b, a, "");
	i = ir_if(g, a);
	b = ir_as_bool(g, ir_truth(g, emit_expr(g, e->bin.r)));
	ir_else(g, &i);
	ir_end(g, &i);
	return ir_reg(ir_phi(g, &i, b, ir_i64(g, !is_and)),
		      type_bool(g->types));
}

/* A probe's number is that of its name. */
static struct val emit_probe_is(struct cg *g, const struct expr *e,
				const struct expr *probe, struct str name)
{
	LLVMValueRef v = ir_value(g, emit_expr(g, probe)), is_it;
	uint32_t i;

	is_it = LLVMConstInt(g->i1, 0, false);
	for (i = 0; i < g->plan->names.n; i++) {
		if (!str_eq(g->plan->names.v[i], name))
			continue;
		is_it = LLVMBuildOr(g->b, is_it,
				    LLVMBuildICmp(g->b, LLVMIntEQ, v,
						  ir_i64(g, i), ""),
				    "");
	}
	return ir_reg(e->bin.op == OP_EQ ? ir_as_bool(g, is_it)
					 : ir_not(g, is_it),
		      e->type);
}

static struct val emit_binary(struct cg *g, const struct expr *e)
{
	const struct type *common = e->bin.common;
	struct val a, b;

	if (e->bin.op == OP_LAND || e->bin.op == OP_LOR)
		return emit_logic(g, e);
	if (common && common->kind == TY_PROBE && e->bin.r->is_const)
		return emit_probe_is(g, e, e->bin.l, e->bin.r->str);
	if (common && common->kind == TY_PROBE && e->bin.l->is_const)
		return emit_probe_is(g, e, e->bin.r, e->bin.l->str);
	a = emit_expr(g, e->bin.l);
	if (e->type->kind == TY_STRING) /* $1 + n: a text without n bytes */
		return ir_mem(ir_at_offset(g, a.v, (uint32_t)e->bin.r->num),
			      e->type, a.as, 1);
	b = emit_expr(g, e->bin.r);
	if (!common)
		common = a.type;
	if (e->bin.op >= OP_EQ && e->bin.op <= OP_GE)
		return emit_compare(g, e->bin.op, common, a, b);
	return emit_arith(g, e->bin.op,
			  is_reg(e->type) && e->type->kind == TY_INT ? e->type
								     : NULL,
			  a, b, e->site);
}

static struct val emit_unary(struct cg *g, const struct expr *e)
{
	struct val v;
	LLVMValueRef n;

	if (e->unary.op == OP_DEREF)
		return emit_deref(g, e);
	if (e->unary.op == OP_ADDR && e->unary.e->kind == EX_VAR)
		return ir_reg(ir_as_i64(g, var_mem(g, e->unary.e->var.sym).v),
			      e->type);
	if (e->unary.op == OP_ADDR && e->unary.e->kind == EX_MEMBER)
		return emit_member_address(g, e);
	if (e->unary.op == OP_ADDR)
		return ir_reg(ir_as_i64(g, ir_map(g, e->unary.e->map.sym)),
			      e->type);
	v = emit_expr(g, e->unary.e);
	if (e->unary.op == OP_NOT) {
		n = LLVMBuildNot(g->b, ir_truth(g, v), "");
		return ir_reg(ir_as_bool(g, n), e->type);
	}
	n = ir_value(g, v);
	n = e->unary.op == OP_NEG ? LLVMBuildNeg(g->b, n, "")
				  : LLVMBuildNot(g->b, n, "");
	return ir_convert(g, ir_reg(n, type_int(g->types, 8, true)), e->type);
}

static struct val emit_incdec(struct cg *g, const struct expr *e)
{
	const struct expr *t = e->incdec.e;
	struct val old, new;

	if (t->kind == EX_MAP)
		return emit_map_incdec(g, e);
	if (t->kind == EX_SELF)
		return emit_self_incdec(g, e);
	old = emit_expr(g, t);
	new = emit_arith(g, e->incdec.is_inc ? OP_ADD : OP_SUB, NULL, old,
			 ir_num(g, type_int(g->types, 8, true), 1), 0);
	new = ir_convert(g, ir_reg(new.v, type_int(g->types, 8, true)),
			 old.type);
	var_set(g, t->var.sym, new);
	return e->incdec.is_prefix ? new : old;
}

/* c ? a : b, and if as a value. */
static struct val emit_cond(struct cg *g, const struct expr *e)
{
	struct val c = emit_expr(g, e->cond.c), a, b, t = { 0 };
	bool in_reg = is_reg(e->type), has_value = e->type->kind != TY_NONE;
	struct ir_if i;

	if (!in_reg && has_value)
		t = ir_temp(g, e->type);
	i = ir_if(g, ir_truth(g, c));
	a = e->cond.a ? emit_expr(g, e->cond.a) : c;
	if (in_reg)
		a = ir_convert(g, a, e->type);
	else if (has_value)
		ir_store(g, t, a, true);
	ir_else(g, &i);
	b = e->cond.b ? emit_expr(g, e->cond.b) : ir_none(g);
	if (in_reg)
		b = ir_convert(g, b, e->type);
	else if (has_value)
		ir_store(g, t, b, true);
	ir_end(g, &i);
	if (in_reg)
		return ir_reg(ir_phi(g, &i, a.v, b.v), e->type);
	return has_value ? t : ir_none(g);
}

static struct val emit_tuple(struct cg *g, const struct expr *e)
{
	struct val t = ir_temp(g, e->type);
	const struct expr *x = e->tuple.elems;
	uint32_t i, used = 0;

	for (i = 0; i < e->type->n_fields; i++)
		used += e->type->fields[i].type->size;
	if (used < e->type->size)
		ir_zero(g, t);
	for (i = 0; x && i < e->type->n_fields; i++, x = x->next)
		ir_store(g,
			 ir_part(g, t, e->type->fields[i].offset,
				 e->type->fields[i].type),
			 emit_expr(g, x), true);
	return t;
}

static struct val emit_var(struct cg *g, const struct expr *e)
{
	struct val m = var_mem(g, e->var.sym);

	if (!is_reg(m.type))
		return m;
	return ir_reg(LLVMBuildLoad2(g->b, g->i64, m.v, ""), m.type);
}

static struct val emit_cast(struct cg *g, const struct expr *e)
{
	struct val v = emit_expr(g, e->cast.e);

	if (is_reg(e->type) && v.where == VAL_MEM && !is_reg(v.type))
		v = ir_here(g, v, v.type);
	if (v.type->kind == TY_PTR && e->type->kind == TY_INT)
		v = ir_reg(ir_forget(g, ir_value(g, v)), v.type);
	if (is_reg(e->type) || e->type->kind == TY_STRING)
		return ir_convert(g, v, e->type);
	if (v.where == VAL_MEM && v.type->size >= e->type->size) {
		v.type = e->type;
		return v;
	}
	return ir_here(g, v, e->type);
}

static struct val emit_param(struct cg *g, const struct expr *e)
{
	return e->fixup ? ir_slot(g, e->fixup - 1, e->type) : ir_none(g);
}

static struct val emit_call(struct cg *g, const struct expr *e)
{
	const struct expr *a;
	struct val v;

	if (e->call.user)
		return emit_user_call(g, e);
	if (!e->call.fn)
		return ir_none(g);
	v = e->call.fn->emit ? e->call.fn->emit(g, e) : ir_send(g, e);
	for (a = e->call.args; a; a = a->next)
		if (a->kind == EX_MAP) /* it may have removed something */
			known_forget_map(g, a->map.sym);
	return v;
}

static struct val emit_block(struct cg *g, const struct expr *e)
{
	emit_stmts(g, e->block.stmts);
	return e->block.value ? emit_expr(g, e->block.value) : ir_none(g);
}

static struct val emit_kind(struct cg *g, const struct expr *e)
{
	if (e->is_const && e->type && e->type->kind != TY_NONE)
		return emit_const(g, e);
	switch (e->kind) {
	case EX_NAME: return e->name.row ? e->name.row->emit(g, e) : ir_none(g);
	case EX_VAR: return emit_var(g, e);
	case EX_SELF: return emit_self(g, e);
	case EX_MAP: return emit_map_read(g, e);
	case EX_PARAM:
	case EX_NPARAMS: return emit_param(g, e);
	case EX_UNARY: return emit_unary(g, e);
	case EX_INCDEC: return emit_incdec(g, e);
	case EX_BINARY: return emit_binary(g, e);
	case EX_COND:
	case EX_IF: return emit_cond(g, e);
	case EX_CALL: return emit_call(g, e);
	case EX_MEMBER: return emit_member(g, e);
	case EX_INDEX: return emit_index(g, e);
	case EX_CAST: return emit_cast(g, e);
	case EX_TUPLE:
	case EX_RECORD: return emit_tuple(g, e);
	case EX_BLOCK:
	case EX_COMPTIME: return emit_block(g, e);
	case EX_INT:
	case EX_BOOL:
	case EX_STR: return emit_const(g, e);
	case EX_SIZEOF:
	case EX_OFFSETOF:
	case EX_TYPEINFO:
	case EX_N: break;
	}
	return ir_none(g);
}

struct val emit_expr(struct cg *g, const struct expr *e)
{
	LLVMMetadataRef outer = LLVMGetCurrentDebugLocation2(g->b);
	struct val v;

	di_line(g, e->span);
	v = emit_kind(g, e);
	LLVMSetCurrentDebugLocation2(g->b, outer);
	return v;
}

const struct expr *call_arg(const struct expr *call, unsigned int n)
{
	const struct expr *a = call->call.args;

	while (a && n--)
		a = a->next;
	return a;
}

struct val emit_arg(struct cg *g, const struct expr *call, unsigned int n)
{
	const struct expr *a = call_arg(call, n);

	return a ? emit_expr(g, a) : ir_none(g);
}
