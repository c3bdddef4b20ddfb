/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of things: fields, elements of arrays, what pointers point to. */
#include "codegen/cg.h"

/* What a pointer points to. */
static struct val pointee(struct cg *g, struct val p, const struct type *elem)
{
	enum addr_space as = p.type->kind == TY_PTR ? p.type->space : AS_NONE;

	return ir_mem(ir_to_ptr(g, ir_value(g, p)), elem, as, 1);
}

struct val ir_address(struct cg *g, LLVMValueRef address,
		      const struct type *type, enum addr_space as)
{
	return ir_mem(ir_to_ptr(g, address), type, as, 1);
}

static struct val data_loc(struct cg *g, struct val base, const struct field *f)
{
	const struct type *u32 = type_int(g->types, 4, false);
	struct val loc = ir_part(g, base, f->offset, u32);
	LLVMValueRef at = ir_and(g, ir_value(g, loc), ir_i64(g, 0xffff));

	if (f->is_rel_loc)
		base = ir_part(g, base, f->offset + 4, u32);
	at = LLVMBuildAdd(g->b, ir_as_i64(g, base.v), at, "");
	if (f->type->kind == TY_STRING)
		return ir_text(g, at, AS_KERNEL, f->type, NULL);
	return ir_mem(ir_to_ptr(g, at), f->type, AS_KERNEL, 1);
}

static struct val bit_field(struct cg *g, struct val base,
			    const struct field *f)
{
	uint32_t bits = f->bit_offset + f->bit_size, size = 1;
	LLVMValueRef v;

	while (size * 8 < bits && size < 8)
		size *= 2;
	v = ir_value(g, ir_part(g, base, f->offset,
				type_int(g->types, size, false)));
	v = LLVMBuildShl(g->b, v, ir_i64(g, 64 - bits), "");
	v = f->type->is_signed
		    ? LLVMBuildAShr(g->b, v, ir_i64(g, 64 - f->bit_size), "")
		    : LLVMBuildLShr(g->b, v, ir_i64(g, 64 - f->bit_size), "");
	return ir_reg(v, f->type);
}

/* A struct that was passed by value lies in the slots themselves. */
static struct val slots_value(struct cg *g, const struct field *f)
{
	struct val t =
		ir_temp(g, type_array(g->types, type_int(g->types, 8, false),
				      (f->type->size + 7) / 8));

	for (uint32_t i = 0; i < t.type->size; i += 8)
		LLVMBuildStore(g->b, ir_arg_slot(g, f->offset + i, NULL),
			       ir_at_offset(g, t.v, i));
	t.type = f->type;
	return t;
}

/* Arguments by position: 64-bit slots whatever the type. */
static struct val raw_slot(struct cg *g, const struct field *f)
{
	LLVMValueRef v;

	if (!is_reg(f->type))
		return slots_value(g, f);
	v = ir_arg_slot(g, f->offset, f->type);
	return ir_reg(ir_extend(g, v, f->type->size, f->type->is_signed),
		      f->type);
}

struct val ir_field(struct cg *g, struct val base, const struct field *f)
{
	const struct type *rec = base.type;
	bool is_core = !g->opts->is_local && type_is_kernels(rec) &&
		       rec->name.n && f->name.n && base.as != AS_BPF &&
		       base.as != AS_CTX;

	if (base.as == AS_CTX && rec == g->prog->args &&
	    (g->prog->ctx == CTX_RAW || g->prog->ctx == CTX_REGS))
		return raw_slot(g, f);
	if (f->is_data_loc)
		return data_loc(g, base, f);
	if (f->bit_size && is_core)
		return core_bits(g, base, rec, f);
	if (f->bit_size && base.as == AS_BTF) /* not of the verifier's fields */
		base.as = AS_KERNEL;
	if (f->bit_size)
		return bit_field(g, base, f);
	if (!is_core)
		return ir_part(g, base, f->offset, f->type);
	return ir_mem(core_field(g, base.v, rec, f), f->type, base.as, 1);
}

/* A scalar is read now: what it points to may change its mind later. */
static struct val settled(struct cg *g, struct val v, uint32_t site)
{
	v.site = v.where == VAL_MEM ? site : v.site;
	if (v.where == VAL_MEM && is_reg(v.type))
		return ir_reg(ir_value(g, v), v.type);
	return v;
}

/* Values in the record or tuple that is not memory yet. */
static struct val base_of(struct cg *g, const struct expr *e)
{
	struct val base = emit_expr(g, e);

	if (base.where == VAL_LAZY)
		base = ir_here(g, base, base.type);
	return base;
}

/* A pointer that did not come from a BTF pointer is not one. */
static const struct type *demoted(struct cg *g, const struct type *t,
				  enum addr_space from)
{
	if (t->kind != TY_PTR || t->space != AS_BTF || from == AS_BTF ||
	    from == AS_CTX)
		return t;
	return type_ptr(g->types, t->elem, AS_KERNEL);
}

/* What the member is part of; VAL_NONE: nothing that is in memory. */
static struct val member_base(struct cg *g, const struct expr *e)
{
	struct val base = base_of(g, e->member.base);

	if (e->member.through_ptr)
		base = pointee(g, base, base.type->elem);
	return base.where == VAL_MEM ? base : ir_none(g);
}

struct val emit_member(struct cg *g, const struct expr *e)
{
	struct val base = member_base(g, e), v;

	if (base.where != VAL_MEM)
		return base;
	v = settled(g, ir_field(g, base, &e->member.field), e->site);
	if (v.where == VAL_REG)
		v.type = demoted(g, e->type, base.as);
	return v;
}

struct val emit_member_address(struct cg *g, const struct expr *e)
{
	const struct expr *m = e->unary.e;
	struct val v = ir_field(g, member_base(g, m), &m->member.field);

	return ir_reg(ir_as_i64(g, v.v), demoted(g, e->type, v.as));
}

struct val emit_deref(struct cg *g, const struct expr *e)
{
	struct val p = emit_expr(g, e->unary.e);

	if (p.type->kind != TY_PTR)
		p = ir_reg(ir_value(g, p),
			   type_ptr(g->types, e->type,
				    g->prog->is_user ? AS_USER : AS_KERNEL));
	return settled(g, pointee(g, p, e->type), e->site);
}

/* a[i] with an i that is not known: past the end the element is 0. */
static struct val bounded(struct cg *g, struct val base, uint32_t count,
			  const struct type *elem, LLVMValueRef i)
{
	struct val t = ir_temp(g, elem), x;
	LLVMValueRef at, inside;
	struct ir_if in;

	inside = LLVMBuildICmp(g->b, LLVMIntULT, i, ir_i64(g, count), "");
	ir_zero(g, t);
	in = ir_if(g, inside);
	at = LLVMBuildMul(g->b, i, ir_i64(g, elem->size), "");
	x = base;
	x.v = LLVMBuildGEP2(g->b, g->i8, base.v, &at, 1, "");
	x.type = elem;
	x.align = elem->align ? elem->align : 1;
	ir_store(g, t, x, true);
	ir_end(g, &in);
	return settled(g, t, 0);
}

static struct val array_element(struct cg *g, struct val base,
				const struct expr *e)
{
	const struct type *elem = e->type, *t = base.type;
	uint32_t count = t->kind == TY_STRING ? t->size : t->count;
	const struct expr *index = e->index.index;
	struct val i;

	if (index->is_const && index->num >= 0 &&
	    (uint64_t)index->num < (count ? count : UINT32_MAX))
		return settled(g,
			       ir_part(g, base, index->num * elem->size, elem),
			       e->site);
	i = emit_expr(g, index);
	if (base.as == AS_BPF)
		return bounded(g, base, count, elem, ir_value(g, i));
	if (base.as == AS_BTF)
		base.as = AS_KERNEL;
	base.v = ir_to_ptr(g,
			   LLVMBuildAdd(g->b, ir_as_i64(g, base.v),
					LLVMBuildMul(g->b, ir_value(g, i),
						     ir_i64(g, elem->size), ""),
					""));
	base.type = elem;
	base.align = 1;
	return settled(g, base, e->site);
}

struct val emit_index(struct cg *g, const struct expr *e)
{
	struct val base = base_of(g, e->index.base), p;

	if (base.type->kind == TY_TUPLE && e->index.index->is_const &&
	    (uint64_t)e->index.index->num < base.type->n_fields)
		return settled(
			g,
			ir_field(g, base,
				 &base.type->fields[e->index.index->num]),
			0);
	if (base.type->kind != TY_PTR)
		return array_element(g, base, e);
	p = emit_arith(g, OP_ADD, NULL, base, emit_expr(g, e->index.index), 0);
	return settled(g, pointee(g, p, e->type), e->site);
}
