/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: temporaries, loads through every address space, copies. */
#include "codegen/cg.h"

#define INLINE_COPY_MAX 256 /* bytes; above, a helper copies */

/* --- temporaries ------------------------------------------------------------- */

uint32_t ir_scratch_take(struct cg *g, uint32_t size)
{
	uint32_t offset = g->scratch_used;

	g->scratch_used += (size + 7) & ~7u;
	if (g->scratch_used > g->scratch_max)
		g->scratch_max = g->scratch_used;
	return offset;
}

LLVMValueRef ir_scratch_at(struct cg *g, uint32_t offset)
{
	if (!g->f->scratch)
		g->f->scratch = ir_alloca(g, g->ptr, 0, 8);
	return ir_at_offset(g, LLVMBuildLoad2(g->b, g->ptr, g->f->scratch, ""),
			    offset);
}

/* A temporary of this size that no statement around uses. */
static LLVMValueRef free_temp(struct cg *g, uint32_t size)
{
	struct func *f = g->f;
	struct stack_temp *t = NULL;
	size_t i;

	for (i = 0; i < f->temps.n && !t; i++)
		if (!f->temps.v[i].is_taken && f->temps.v[i].size == size)
			t = &f->temps.v[i];
	if (!t) {
		if (g->stack_used + size > STACK_BUDGET)
			return NULL;
		g->stack_used += size;
		i = f->temps.n + 1;
		t = vec_add(g->arena, &f->temps);
		t->ptr = ir_alloca(g, g->i64, size / 8, 8);
		t->size = size;
	}
	t->is_taken = true;
	vec_push(g->arena, &f->taken, i - 1);
	return t->ptr;
}

LLVMValueRef ir_temp_bytes(struct cg *g, uint32_t size)
{
	LLVMValueRef p = NULL;

	size = size ? (size + 7) & ~7u : 8;
	if (size <= STACK_TEMP_MAX)
		p = free_temp(g, size);
	return p ? p : ir_scratch_at(g, ir_scratch_take(g, size));
}

struct temp_mark temps_mark(const struct cg *g)
{
	return (struct temp_mark){ g->f->taken.n, g->scratch_used };
}

void temps_release(struct cg *g, struct temp_mark mark)
{
	struct func *f = g->f;

	while (f->taken.n > mark.taken)
		f->temps.v[f->taken.v[--f->taken.n]].is_taken = false;
	g->scratch_used = mark.scratch_used;
}

struct val ir_temp(struct cg *g, const struct type *type)
{
	return ir_mem(ir_temp_bytes(g, type->size), type, AS_BPF, 8);
}

struct val ir_temp_large(struct cg *g, const struct type *type)
{
	uint32_t offset = ir_scratch_take(g, type->size);

	return ir_mem(ir_scratch_at(g, offset), type, AS_BPF, 8);
}

LLVMValueRef ir_zeros(struct cg *g, uint32_t size)
{
	if (!g->zeros)
		g->zeros = LLVMAddGlobal(g->mod, LLVMArrayType2(g->i64, 1),
					 "espy_zeros_open");
	if (size > g->zeros_size)
		g->zeros_size = size;
	return g->zeros;
}

LLVMValueRef ir_forget(struct cg *g, LLVMValueRef v)
{
	LLVMValueRef p = ir_scratch_at(g, ir_scratch_take(g, 8));

	LLVMSetVolatile(LLVMBuildStore(g->b, v, p), true);
	v = LLVMBuildLoad2(g->b, g->i64, p, "");
	LLVMSetVolatile(v, true);
	return v;
}

/* --- copying --------------------------------------------------------------------- */

static bool fits_inline(uint32_t size, uint32_t align)
{
	if (align > 8)
		align = 8;
	return size <= INLINE_COPY_MAX && size / align <= 32;
}

void ir_copy(struct cg *g, LLVMValueRef dst, uint32_t dst_align,
	     LLVMValueRef src, uint32_t src_align, uint32_t size)
{
	uint32_t align = dst_align < src_align ? dst_align : src_align;

	if (!size || dst == src)
		return;
	if (fits_inline(size, align))
		LLVMBuildMemCpy(g->b, dst, dst_align, src, src_align,
				ir_i64(g, size));
	else
		ir_helper(g, BPF_FUNC_probe_read_kernel, 3, dst,
			  ir_i32(g, size), src);
}

void ir_clear(struct cg *g, LLVMValueRef dst, uint32_t align, uint32_t size)
{
	if (!size)
		return;
	if (fits_inline(size, align))
		LLVMBuildMemSet(g->b, dst, LLVMConstInt(g->i8, 0, false),
				ir_i64(g, size), align);
	else
		ir_helper(g, BPF_FUNC_probe_read_kernel, 3, dst,
			  ir_i32(g, size), ir_zeros(g, size));
}

void ir_zero(struct cg *g, struct val dst)
{
	ir_clear(g, dst.v, dst.align, dst.type->size);
}

/* --- reading ------------------------------------------------------------------------ */

LLVMValueRef ir_at_most(struct cg *g, LLVMValueRef n, uint32_t max)
{
	LLVMValueRef bound = ir_i64(g, max);
	LLVMValueRef less = LLVMBuildICmp(g->b, LLVMIntULT, n, bound, "");

	return LLVMBuildSelect(g->b, less, n, bound, "");
}

LLVMValueRef ir_moved(struct cg *g, LLVMValueRef p, LLVMValueRef n,
		      uint32_t max)
{
	n = ir_at_most(g, n, max);
	return LLVMBuildGEP2(g->b, g->i8, p, &n, 1, "");
}

LLVMValueRef ir_read(struct cg *g, enum addr_space as, LLVMValueRef dst,
		     uint32_t size, LLVMValueRef src)
{
	return ir_read_n(g, as, dst, ir_i32(g, size), src);
}

LLVMValueRef ir_read_n(struct cg *g, enum addr_space as, LLVMValueRef dst,
		       LLVMValueRef n, LLVMValueRef src)
{
	LLVMValueRef rc, again;
	struct ir_if i;

	src = ir_as_i64(g, src);
	if (as == AS_USER)
		return ir_helper(g, BPF_FUNC_probe_read_user, 3, dst, n, src);
	rc = ir_helper(g, BPF_FUNC_probe_read_kernel, 3, dst, n, src);
	if (as != AS_NONE)
		return rc;
	i = ir_if(g, ir_is_negative(g, rc));
	again = ir_helper(g, BPF_FUNC_probe_read_user, 3, dst, n, src);
	ir_end(g, &i);
	return ir_phi(g, &i, again, rc);
}

LLVMValueRef ir_load(struct cg *g, LLVMValueRef p, const struct type *t,
		     uint32_t align, bool is_volatile)
{
	LLVMValueRef v = LLVMBuildLoad2(g->b, ir_int_type(g, t->size), p, "");

	LLVMSetAlignment(v, align && align < t->size ? align : t->size);
	LLVMSetVolatile(v, is_volatile);
	if (t->size >= 8)
		return v;
	if (t->is_signed)
		return LLVMBuildSExt(g->b, v, g->i64, "");
	return LLVMBuildZExt(g->b, v, g->i64, "");
}

/* What is beside a pointer to nothing is no loss. */
static void count_read(struct cg *g, LLVMValueRef rc, struct val v)
{
	LLVMValueRef address = ir_as_i64(g, v.v);

	if (v.site && g->plan->sites.v[v.site].kind == SITE_READ)
		address = ir_shr(g, address, 12);
	ir_count_failed(g, rc, address, v.site);
}

LLVMValueRef ir_value(struct cg *g, struct val v)
{
	LLVMValueRef tmp, rc;

	if (v.where == VAL_REG)
		return v.v;
	if (v.where != VAL_MEM || !is_reg(v.type))
		return ir_i64(g, 0);
	switch (v.as) {
	case AS_BPF: return ir_load(g, v.v, v.type, v.align, false);
	case AS_CTX:
		tmp = ir_load(g, v.v, v.type, v.type->size, true);
		return iter_pointer(g, v.type, tmp);
	case AS_BTF: return ir_load(g, v.v, v.type, v.type->size, false);
	case AS_NONE:
	case AS_KERNEL:
	case AS_USER:
	case AS_N: break;
	}
	tmp = ir_temp_bytes(g, v.type->size);
	rc = ir_read(g, v.as, tmp, v.type->size, v.v);
	count_read(g, rc, v);
	return ir_load(g, tmp, v.type, 8, false);
}

/* --- text ------------------------------------------------------------------------------ */

static LLVMValueRef read_str(struct cg *g, enum addr_space as, LLVMValueRef dst,
			     LLVMValueRef n, LLVMValueRef src)
{
	LLVMValueRef rc, again;
	struct ir_if i;

	if (as == AS_USER)
		return ir_helper(g, BPF_FUNC_probe_read_user_str, 3, dst, n,
				 src);
	rc = ir_helper(g, BPF_FUNC_probe_read_kernel_str, 3, dst, n, src);
	if (as != AS_NONE)
		return rc;
	i = ir_if(g, ir_is_negative(g, rc));
	again = ir_helper(g, BPF_FUNC_probe_read_user_str, 3, dst, n, src);
	ir_end(g, &i);
	return ir_phi(g, &i, again, rc);
}

/* There is no room for more: was there more to read? */
static void count_cut(struct cg *g, const struct val *src, LLVMValueRef rc,
		      uint32_t size)
{
	const struct type *byte = type_int(g->types, 1, false);
	struct ir_if full, more;
	LLVMValueRef last;

	if (!src->cut)
		return;
	full = ir_if(g,
		     LLVMBuildICmp(g->b, LLVMIntEQ, rc, ir_i64(g, size), ""));
	last = ir_temp_bytes(g, 8);
	LLVMBuildStore(g->b, ir_i64(g, 0), last);
	ir_read(g, src->as, last, 1,
		LLVMBuildAdd(g->b, src->v, ir_i64(g, size - 1), ""));
	more = ir_if(g, ir_truth_of(g, ir_load(g, last, byte, 1, true)));
	count_up(g, map_sites(g), src->cut);
	ir_end(g, &more);
	ir_end(g, &full);
}

static void fill_text(struct cg *g, const struct val *src, struct val dst,
		      uint32_t size, bool pad)
{
	LLVMValueRef n = ir_i64(g, size), rc;

	if (pad)
		ir_clear(g, dst.v, dst.align, size);
	if (src->len)
		n = ir_at_most(g, src->len, size);
	if (src->len && !pad) /* 0 bytes are not even a NUL */
		ir_clear(g, dst.v, 1, 1);
	rc = read_str(g, src->as, dst.v, n, src->v);
	ir_count_failed(g, rc, src->v, src->site);
	count_cut(g, src, rc, size);
}

struct val ir_text(struct cg *g, LLVMValueRef address, enum addr_space as,
		   const struct type *type, LLVMValueRef len)
{
	return (struct val){ .v = ir_as_i64(g, address),
			     .type = type,
			     .where = VAL_LAZY,
			     .as = as,
			     .fill = fill_text,
			     .len = len };
}

/* --- storing ------------------------------------------------------------------------------ */

static bool in_bpf(struct val v)
{
	return v.where == VAL_MEM && v.as == AS_BPF;
}

/* The helper ends what it reads with a NUL: an array of characters may be full
 * to its last byte. */
static void add_last(struct cg *g, struct val dst, struct val src, uint32_t n)
{
	const struct type *byte = type_int(g->types, 1, false);
	struct ir_if i;
	LLVMValueRef p;

	if (n < 2)
		return;
	p = ir_at_offset(g, dst.v, n - 2);
	i = ir_if(g, ir_truth_of(g, ir_load(g, p, byte, 1, false)));
	ir_read(g, src.as, ir_at_offset(g, dst.v, n - 1), 1,
		LLVMBuildAdd(g->b, src.v, ir_i64(g, n - 1), ""));
	ir_end(g, &i);
}

static void store_string(struct cg *g, struct val dst, struct val v, bool pad)
{
	uint32_t n = dst.type->size, have = v.type->size;
	uint32_t min = have < n ? have : n;
	bool is_array = v.where == VAL_MEM && v.as != AS_BPF;

	if (is_array)
		v = ir_text(g, v.v, v.as == AS_USER ? AS_USER : AS_KERNEL,
			    v.type, NULL);
	if (v.where == VAL_LAZY)
		v.fill(g, &v, dst, min, pad);
	if (is_array)
		add_last(g, dst, v, min);
	if (v.where != VAL_LAZY)
		ir_copy(g, dst.v, dst.align, v.v, v.align, min);
	if (min < n)
		ir_clear(g, ir_at_offset(g, dst.v, min),
			 min % 8 ? 1 : dst.align, pad ? n - min : 1);
}

/* Bytes of a record that no field covers have no value: clear them first. */
static bool has_padding(const struct type *t)
{
	uint32_t i, sum = 0;

	for (i = 0; i < t->n_fields; i++)
		sum += t->fields[i].type->size;
	return sum < t->size;
}

static void store_fields(struct cg *g, struct val dst, struct val v, bool pad)
{
	const struct field *f, *from;
	uint32_t i;

	if (pad && has_padding(dst.type))
		ir_zero(g, dst);
	for (i = 0; i < dst.type->n_fields; i++) {
		f = &dst.type->fields[i];
		from = i < v.type->n_fields ? &v.type->fields[i] : NULL;
		if (f->name.n && v.type->kind == TY_RECORD)
			from = type_field(v.type, f->name);
		if (from)
			ir_store(g, ir_part(g, dst, f->offset, f->type),
				 ir_part(g, v, from->offset, from->type), pad);
	}
}

static bool same_bytes(const struct type *a, const struct type *b)
{
	uint32_t i;

	if (a == b)
		return true;
	/* one of them has its fields filled in */
	if (a->kind == TY_RECORD && b->kind == TY_RECORD &&
	    (a->origin || b->origin))
		return a->size == b->size;
	if (a->kind != b->kind || a->size != b->size ||
	    a->n_fields != b->n_fields)
		return false;
	for (i = 0; i < a->n_fields; i++)
		if (a->fields[i].offset != b->fields[i].offset ||
		    !str_eq(a->fields[i].name, b->fields[i].name) ||
		    !same_bytes(a->fields[i].type, b->fields[i].type))
			return false;
	return true;
}

/* What the smaller does not have is 0. */
static void copy_bytes(struct cg *g, struct val dst, struct val v)
{
	uint32_t n = dst.type->size, have = v.type->size;

	if (have < n)
		ir_zero(g, dst);
	ir_copy(g, dst.v, dst.align, v.v, v.align, n < have ? n : have);
}

static void store_bytes(struct cg *g, struct val dst, struct val v)
{
	uint32_t n = dst.type->size;

	if (v.where == VAL_LAZY)
		v.fill(g, &v, dst, n, true);
	else if (in_bpf(v))
		copy_bytes(g, dst, v);
	else if (v.where == VAL_MEM)
		count_read(g, ir_read(g, v.as, dst.v, n, v.v), v);
}

/* The bytes of an integer as an array: (uint8[4])$x. */
static void store_integer(struct cg *g, struct val dst, struct val v)
{
	uint32_t size = dst.type->size < 8 ? dst.type->size : 8;
	LLVMValueRef n = ir_value(g, v), insn;

	if (size == 3 || (size > 4 && size < 8))
		return;
	insn = LLVMBuildStore(
		g->b, LLVMBuildTrunc(g->b, n, ir_int_type(g, size), ""), dst.v);
	LLVMSetAlignment(insn, dst.align < size ? dst.align : size);
}

/* The arguments of the probe, copied one by one. */
static void store_args(struct cg *g, struct val dst, struct val v)
{
	const struct field *from, *f;
	uint32_t i;

	for (i = 0; i < dst.type->n_fields; i++) {
		f = &dst.type->fields[i];
		from = type_field(v.type, f->name);
		if (from)
			ir_store(g, ir_part(g, dst, f->offset, f->type),
				 ir_field(g, v, from), true);
	}
}

void ir_store(struct cg *g, struct val dst, struct val v, bool pad)
{
	const struct type *t = dst.type;

	if (v.where == VAL_NONE)
		return ir_zero(g, dst);
	if (is_reg(t))
		return store_integer(g, dst, ir_convert(g, v, t));
	if (v.where == VAL_REG)
		return store_integer(g, dst, v);
	if (v.where == VAL_MEM && v.as == AS_CTX && v.type == g->prog->args)
		return store_args(g, dst, v);
	if (t->kind == TY_STRING && v.type->kind == TY_STRING)
		return store_string(g, dst, v, pad);
	if ((t->kind == TY_TUPLE || t->kind == TY_RECORD) && in_bpf(v) &&
	    !same_bytes(t, v.type))
		return store_fields(g, dst, v, pad);
	store_bytes(g, dst, v);
}

struct val ir_here(struct cg *g, struct val v, const struct type *type)
{
	struct val t;

	if (in_bpf(v) && same_bytes(type, v.type))
		return v;
	if (in_bpf(v) && type->kind == TY_STRING && v.type->kind == TY_STRING &&
	    v.type->size == type->size)
		return v;
	t = ir_temp(g, type);
	ir_store(g, t, v, true);
	return t;
}

struct val ir_convert(struct cg *g, struct val v, const struct type *type)
{
	LLVMValueRef n;

	if (type->kind == TY_NONE || v.type == type)
		return v;
	if (!is_reg(type)) {
		if (v.where == VAL_LAZY && v.type->size <= type->size)
			return v;
		return ir_here(g, v, type);
	}
	if (v.where == VAL_MEM && !is_reg(v.type) && v.as == AS_BPF &&
	    v.type->kind != TY_STRING)
		return ir_reg(ir_load(g, v.v, type, v.align, false), type);
	n = ir_value(g, v);
	if (type->kind == TY_BOOL)
		return v.type->kind == TY_BOOL
			       ? ir_reg(n, type)
			       : ir_reg(ir_as_bool(g,
						   ir_truth(g,
							    ir_reg(n, v.type))),
					type);
	return ir_reg(ir_extend(g, n, type->size, type->is_signed), type);
}

struct val ir_part(struct cg *g, struct val base, uint32_t offset,
		   const struct type *type)
{
	struct val v = base;
	uint32_t low = offset & -offset;

	v.v = ir_at_offset(g, base.v, offset);
	v.type = type;
	if (offset && low < v.align)
		v.align = low;
	return v;
}
