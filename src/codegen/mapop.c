/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts do with maps. */
#include "codegen/cg.h"

static const struct type *u32(struct cg *g)
{
	return type_int(g->types, 4, false);
}

/* --- keys --------------------------------------------------------------------- */

static struct val zero_key(struct cg *g)
{
	struct val k = ir_temp(g, u32(g));

	ir_store(g, k, ir_num(g, u32(g), 0), true);
	return k;
}

static struct val tuple_key(struct cg *g, const struct type *t,
			    const struct expr *keys)
{
	struct val k = ir_temp(g, t);
	uint32_t i, used = 0;

	for (i = 0; i < t->n_fields; i++)
		used += t->fields[i].type->size;
	if (used < t->size)
		ir_zero(g, k);
	for (i = 0; keys && i < t->n_fields; i++, keys = keys->next)
		ir_store(g,
			 ir_part(g, k, t->fields[i].offset, t->fields[i].type),
			 emit_expr(g, keys), true);
	return k;
}

/* The index of an array: what is too large for one is no element's. */
static struct val index_key(struct cg *g, struct val v)
{
	struct val k = ir_temp(g, u32(g));
	LLVMValueRef n = ir_value(g, v), max = ir_i64(g, UINT32_MAX);
	LLVMValueRef fits = LLVMBuildICmp(g->b, LLVMIntULE, n, max, "");

	n = LLVMBuildSelect(g->b, fits, n, max, "");
	ir_store(g, k, ir_reg(n, u32(g)), true);
	return k;
}

struct val ir_map_key(struct cg *g, const struct map *m,
		      const struct expr *keys)
{
	struct val v;

	if (!m->key || m->key->kind == TY_NONE || !keys)
		return zero_key(g);
	if (keys->next && m->key->kind == TY_TUPLE)
		return tuple_key(g, m->key, keys);
	v = emit_expr(g, keys);
	if (ir_map_is_array(g, m))
		return index_key(g, v);
	return ir_here(g, v, m->key);
}

static LLVMValueRef lookup(struct cg *g, LLVMValueRef map, struct val key)
{
	return ir_helper_ptr(g, BPF_FUNC_map_lookup_elem, 2, map, key.v);
}

LLVMValueRef ir_map_lookup(struct cg *g, const struct map *m, struct val key)
{
	return lookup(g, ir_map(g, m), key);
}

/* --- reading --------------------------------------------------------------------- */

static const char *const agg_readers[TY_N] = {
	[TY_COUNT] = "espy_read_sum", [TY_SUM] = "espy_read_sum",
	[TY_MIN] = "espy_read_min",   [TY_MAX] = "espy_read_max",
	[TY_AVG] = "espy_read_avg",
};

LLVMValueRef ir_agg_read(struct cg *g, const struct map *m, struct val key)
{
	const char *reader = agg_readers[m->value->kind];

	if (!reader)
		return ir_i64(g, 0);
	return ir_call_c(g, "agg", reader, 4, ir_map(g, m), key.v,
			 ir_fixup_kind(g, FX_NCPUS),
			 ir_i64(g, m->value->is_signed));
}

/* A pointer kept in a map is a number to the verifier. */
static const struct type *stored_type(struct cg *g, const struct type *t)
{
	if (t->kind == TY_PTR && t->space == AS_BTF)
		return type_ptr(g->types, t->elem, AS_KERNEL);
	return t;
}

static struct val read_value(struct cg *g, const struct map *m, struct val key)
{
	LLVMValueRef p = ir_map_lookup(g, m, key), n;
	const struct type *t = stored_type(g, m->value);
	struct val value, copy = { 0 };
	struct ir_if i;

	if (!is_reg(t)) {
		copy = ir_temp(g, t);
		ir_zero(g, copy);
	}
	i = ir_if(g, ir_truth_of(g, p));
	value = ir_mem(p, t, AS_BPF, 8);
	n = is_reg(t) ? ir_value(g, value) : NULL;
	if (!n)
		ir_store(g, copy, value, true);
	ir_end(g, &i);
	if (!n)
		return copy;
	return ir_reg(ir_phi(g, &i, n, ir_i64(g, 0)), t);
}

struct val ir_map_found(struct cg *g, const struct map *m, LLVMValueRef p,
			struct val key)
{
	if (!ir_map_percpu(g, m))
		return ir_mem(p, stored_type(g, m->value), AS_BPF, 8);
	return ir_reg(ir_agg_read(g, m, key), type_int(g->types, 8, true));
}

struct val emit_map_read(struct cg *g, const struct expr *e)
{
	const struct map *m = e->map.sym;
	bool is_kept = !e->site && !ir_map_percpu(g, m) && is_reg(m->value);
	LLVMValueRef n = is_kept ? known_entry(g, e) : NULL;
	struct val key, v;

	if (n)
		return ir_reg(n, stored_type(g, m->value));
	key = ir_map_key(g, m, e->map.keys);
	if (e->site)
		ir_warn_if(g, ir_is_zero(g, ir_map_lookup(g, m, key)), e->site,
			   ir_i64(g, 0));
	if (ir_map_percpu(g, m) && is_reg(e->type))
		return ir_convert(g,
				  ir_reg(ir_agg_read(g, m, key),
					 type_int(g->types, 8, true)),
				  e->type);
	v = read_value(g, m, key);
	if (is_kept)
		known_add_entry(g, e, v.v);
	return v;
}

/* --- writing ------------------------------------------------------------------------ */

/* What an operation of a map returned: of an int only the lower half counts
 * where the program calls it directly (kernels before 6.4). */
static LLVMValueRef int_result(struct cg *g, LLVMValueRef rc)
{
	LLVMValueRef low =
		LLVMBuildTrunc(g->b, rc, LLVMInt32TypeInContext(g->ctx), "");

	return LLVMBuildSExt(g->b, low, LLVMTypeOf(rc), "");
}

static void update(struct cg *g, LLVMValueRef map, LLVMValueRef key,
		   LLVMValueRef value, uint64_t flags, uint32_t site)
{
	LLVMValueRef rc =
		int_result(g, ir_helper(g, BPF_FUNC_map_update_elem, 4, map,
					key, value, ir_i64(g, flags)));
	LLVMValueRef failed = ir_is_negative(g, rc);

	if (flags == BPF_NOEXIST) /* another CPU was first: not a failure */
		failed = LLVMBuildAnd(g->b, failed,
				      LLVMBuildICmp(g->b, LLVMIntNE, rc,
						    ir_i64(g, -17), ""),
				      "");
	ir_warn_if(g, failed, site, rc);
}

/* The value's address, inserted as zero when absent (arrays always have it).
 * NULL at run time when there is no room, or no element of this index. */
static LLVMValueRef value_address(struct cg *g, const struct map *m,
				  struct val key, uint32_t site)
{
	LLVMValueRef map = ir_map(g, m), p = lookup(g, map, key), again, zero;
	uint32_t size = m->value->size;
	struct ir_if i;

	if (ir_map_is_array(g, m)) {
		ir_warn_if(g, ir_is_zero(g, p), site, ir_i64(g, 0));
		return p;
	}
	i = ir_if(g, ir_is_zero(g, p));
	if (size <= 16) {
		zero = ir_temp_bytes(g, size);
		ir_clear(g, zero, 8, size);
	} else {
		zero = ir_zeros(g, size);
	}
	update(g, map, key.v, zero, BPF_NOEXIST, site);
	again = lookup(g, map, key);
	ir_end(g, &i);
	return ir_phi(g, &i, again, p);
}

static void assign_agg(struct cg *g, const struct expr *t,
		       const struct expr *call)
{
	const struct map *m = t->map.sym;
	struct val key = ir_map_key(g, m, t->map.keys);
	LLVMValueRef outer = g->agg, p;
	struct ir_if i;

	p = value_address(g, m, key, t->site);
	i = ir_if(g, ir_truth_of(g, p));
	g->agg = p;
	g->agg_type = m->value;
	call->call.fn->emit(g, call);
	g->agg = outer;
	ir_end(g, &i);
}

LLVMValueRef ir_agg_value(struct cg *g)
{
	return g->agg;
}

const struct type *ir_agg_type(struct cg *g)
{
	return g->agg_type;
}

static void assign_plain(struct cg *g, const struct expr *t, struct val x)
{
	const struct map *m = t->map.sym;
	struct val key, value;
	LLVMValueRef p;
	struct ir_if i;

	if (is_reg(m->value))
		x = ir_convert(g, x, m->value);
	key = ir_map_key(g, m, t->map.keys);
	if (!ir_map_is_array(g, m)) {
		value = ir_here(g, x, m->value);
		update(g, ir_map(g, m), key.v, value.v, BPF_ANY, t->site);
		return;
	}
	p = value_address(g, m, key, t->site);
	i = ir_if(g, ir_truth_of(g, p));
	ir_store(g, ir_mem(p, m->value, AS_BPF, 8), x, true);
	ir_map_set_mark(g, m, p, true);
	ir_end(g, &i);
}

/* Adds to the number at p, also when other CPUs do. Returns what was there. */
static LLVMValueRef atomic_add(struct cg *g, LLVMValueRef p,
			       const struct type *t, LLVMValueRef n)
{
	LLVMTypeRef type = ir_int_type(g, t->size);
	LLVMValueRef old;

	n = LLVMBuildTrunc(g->b, n, type, "");
	old = LLVMBuildAtomicRMW(g->b, LLVMAtomicRMWBinOpAdd, p, n,
				 LLVMAtomicOrderingMonotonic, false);
	if (t->size == 8)
		return old;
	return t->is_signed ? LLVMBuildSExt(g->b, old, g->i64, "")
			    : LLVMBuildZExt(g->b, old, g->i64, "");
}

/* value op= x in place. Returns the value before. */
static LLVMValueRef change(struct cg *g, LLVMValueRef p, const struct type *t,
			   enum op op, const struct type *type, struct val x,
			   uint32_t site)
{
	struct val at = ir_mem(p, t, AS_BPF, 8);
	LLVMValueRef old, n = ir_value(g, x);

	if ((op == OP_ADD || op == OP_SUB) && t->size >= 4) {
		if (op == OP_SUB)
			n = LLVMBuildNeg(g->b, n, "");
		return atomic_add(g, p, t, n);
	}
	old = ir_value(g, at);
	x = emit_arith(g, op, type, ir_reg(old, t), x, site);
	ir_store(g, at, x, true);
	return old;
}

static struct val modify(struct cg *g, const struct expr *t, enum op op,
			 const struct type *type, struct val x, uint32_t site)
{
	const struct map *m = t->map.sym;
	struct val key = ir_map_key(g, m, t->map.keys);
	LLVMValueRef p = value_address(g, m, key, t->site), old;
	struct ir_if i;

	if (m->value->kind == TY_PTR && m->value->elem)
		x = ir_reg(LLVMBuildMul(g->b, ir_value(g, x),
					ir_i64(g, m->value->elem->size), ""),
			   type_int(g->types, 8, true));
	i = ir_if(g, ir_truth_of(g, p));
	old = change(g, p, stored_type(g, m->value), op, type, x, site);
	ir_map_set_mark(g, m, p, true);
	ir_end(g, &i);
	known_forget_map(g, m);
	return ir_reg(ir_phi(g, &i, old, ir_i64(g, 0)),
		      stored_type(g, m->value));
}

struct val emit_map_incdec(struct cg *g, const struct expr *e)
{
	const struct type *i64 = type_int(g->types, 8, true);
	const struct type *t = e->incdec.e->map.sym->value;
	enum op op = e->incdec.is_inc ? OP_ADD : OP_SUB;
	struct val old = modify(g, e->incdec.e, op, i64, ir_num(g, i64, 1), 0);
	LLVMValueRef new;

	if (!e->incdec.is_prefix)
		return old;
	new = LLVMBuildAdd(g->b, old.v, ir_i64(g, e->incdec.is_inc ? 1 : -1),
			   "");
	return ir_convert(g, ir_reg(new, i64), t);
}

void emit_map_assign(struct cg *g, const struct stmt *s)
{
	const struct expr *t = s->assign.target, *v = s->assign.value;

	if (v->kind == EX_CALL && v->call.fn && v->call.fn->agg != TY_NONE) {
		assign_agg(g, t, v);
		return;
	}
	if (s->assign.op == OP_NONE) {
		assign_plain(g, t, emit_expr(g, v));
		return known_forget_map(g, t->map.sym);
	}
	modify(g, t, s->assign.op,
	       arith_type(g, s->assign.op, t->map.sym->value, v),
	       emit_expr(g, v), v->site ? v->site : t->site);
}
