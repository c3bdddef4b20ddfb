/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include "codegen/cg.h"

/* --- types ------------------------------------------------------------------ */

bool is_reg(const struct type *t)
{
	switch (t->kind) {
	case TY_BOOL:
	case TY_INT:
	case TY_PTR:
	case TY_ENUM:
	case TY_KSYM:
	case TY_KSTACK:
	case TY_USTACK:
	case TY_PROBE:
	case TY_TIMESTAMP:
	case TY_USERNAME:
	case TY_CGROUP:
	case TY_COUNT:
	case TY_SUM: return true;
	case TY_NONE:
	case TY_ARRAY:
	case TY_STRING:
	case TY_BUFFER:
	case TY_TUPLE:
	case TY_RECORD:
	case TY_USYM:
	case TY_MAC:
	case TY_INET:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG:
	case TY_STATS:
	case TY_STDDEV:
	case TY_HIST:
	case TY_LHIST:
	case TY_TSERIES:
	case TY_N: return false;
	}
	return false;
}

LLVMTypeRef ir_int_type(struct cg *g, uint32_t size)
{
	switch (size) {
	case 1: return g->i8;
	case 2: return g->i16;
	case 4: return g->i32;
	default: return g->i64;
	}
}

/* --- making values ----------------------------------------------------------- */

struct val ir_none(struct cg *g)
{
	return (struct val){ .type = type_none(g->types) };
}

LLVMValueRef ir_i64(struct cg *g, uint64_t n)
{
	return LLVMConstInt(g->i64, n, false);
}

struct val ir_num(struct cg *g, const struct type *type, uint64_t n)
{
	return ir_reg(ir_i64(g, n), type);
}

struct val ir_reg(LLVMValueRef v, const struct type *type)
{
	return (struct val){ .v = v, .type = type, .where = VAL_REG };
}

struct val ir_mem(LLVMValueRef address, const struct type *type,
		  enum addr_space as, uint32_t align)
{
	return (struct val){ .v = address,
			     .type = type,
			     .where = VAL_MEM,
			     .as = as,
			     .align = align };
}

struct val ir_at_address(struct cg *g, LLVMValueRef address,
			 const struct type *type, enum addr_space as)
{
	return ir_mem(ir_to_ptr(g, address), type, as, 1);
}

struct val ir_bytes(struct cg *g, struct str bytes, const struct type *type)
{
	return ir_mem(ir_const_bytes(g, bytes, type->size), type, AS_BPF, 8);
}

const struct prog *ir_prog(const struct cg *g)
{
	return g->prog;
}

const struct prog *ir_event_prog(const struct cg *g)
{
	return g->fn ? g->event_prog : g->prog;
}

struct arena *ir_arena(struct cg *g)
{
	return g->arena;
}

struct types *ir_types(struct cg *g)
{
	return g->types;
}

const char *ir_arch(const struct cg *g)
{
	return g->plan->arch.p ? g->plan->arch.p : "";
}

/* --- the builder -------------------------------------------------------------- */

LLVMBasicBlockRef ir_block(struct cg *g, const char *name)
{
	return LLVMAppendBasicBlockInContext(g->ctx, g->f->fn, name);
}

void ir_at(struct cg *g, LLVMBasicBlockRef bb)
{
	LLVMPositionBuilderAtEnd(g->b, bb);
}

void ir_br(struct cg *g, LLVMBasicBlockRef bb)
{
	if (!LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(g->b)))
		LLVMBuildBr(g->b, bb);
}

void ir_cond(struct cg *g, LLVMValueRef c, LLVMBasicBlockRef yes,
	     LLVMBasicBlockRef no)
{
	LLVMBuildCondBr(g->b, c, yes, no);
}

LLVMValueRef ir_alloca(struct cg *g, LLVMTypeRef type, uint32_t n,
		       uint32_t align)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);
	LLVMValueRef p;

	ir_at(g, g->f->entry);
	p = LLVMBuildAlloca(g->b, n ? LLVMArrayType2(type, n) : type, "");
	LLVMSetAlignment(p, align);
	ir_at(g, here);
	return p;
}

LLVMValueRef ir_at_offset(struct cg *g, LLVMValueRef p, uint64_t offset)
{
	LLVMValueRef at = ir_i64(g, offset);

	if (!offset)
		return p;
	return LLVMBuildGEP2(g->b, g->i8, p, &at, 1, "");
}

LLVMValueRef ir_extend(struct cg *g, LLVMValueRef v, uint32_t size,
		       bool is_signed)
{
	if (size >= 8)
		return v;
	v = LLVMBuildTrunc(g->b, v, ir_int_type(g, size), "");
	if (is_signed)
		return LLVMBuildSExt(g->b, v, g->i64, "");
	return LLVMBuildZExt(g->b, v, g->i64, "");
}

LLVMValueRef ir_to_ptr(struct cg *g, LLVMValueRef v)
{
	if (LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind)
		return v;
	return LLVMBuildIntToPtr(g->b, v, g->ptr, "");
}

LLVMValueRef ir_as_i64(struct cg *g, LLVMValueRef v)
{
	if (LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind)
		return LLVMBuildPtrToInt(g->b, v, g->i64, "");
	return v;
}

LLVMValueRef ir_as_bool(struct cg *g, LLVMValueRef v)
{
	return LLVMBuildZExt(g->b, v, g->i64, "");
}

LLVMValueRef ir_truth(struct cg *g, struct val v)
{
	return LLVMBuildICmp(g->b, LLVMIntNE, ir_value(g, v), ir_i64(g, 0), "");
}

LLVMValueRef ir_is_zero(struct cg *g, LLVMValueRef v)
{
	return LLVMBuildIsNull(g->b, v, "");
}

LLVMValueRef ir_truth_of(struct cg *g, LLVMValueRef v)
{
	return LLVMBuildIsNotNull(g->b, v, "");
}

LLVMValueRef ir_not(struct cg *g, LLVMValueRef condition)
{
	return ir_as_bool(g, LLVMBuildNot(g->b, condition, ""));
}

LLVMValueRef ir_add(struct cg *g, LLVMValueRef a, LLVMValueRef b)
{
	return LLVMBuildAdd(g->b, a, b, "");
}

LLVMValueRef ir_shl(struct cg *g, LLVMValueRef a, unsigned int bits)
{
	return LLVMBuildShl(g->b, a, ir_i64(g, bits), "");
}

LLVMValueRef ir_sub(struct cg *g, LLVMValueRef a, LLVMValueRef b)
{
	return LLVMBuildSub(g->b, a, b, "");
}

LLVMValueRef ir_i32(struct cg *g, uint32_t n)
{
	return LLVMConstInt(g->i32, n, false);
}

void ir_bump(struct cg *g, LLVMValueRef p, LLVMValueRef n)
{
	LLVMValueRef old = LLVMBuildLoad2(g->b, g->i64, p, "");

	LLVMBuildStore(g->b, LLVMBuildAdd(g->b, old, n, ""), p);
}

LLVMValueRef ir_is_negative(struct cg *g, LLVMValueRef v)
{
	return LLVMBuildICmp(g->b, LLVMIntSLT, v, ir_i64(g, 0), "");
}

LLVMValueRef ir_and(struct cg *g, LLVMValueRef a, LLVMValueRef b)
{
	return LLVMBuildAnd(g->b, a, b, "");
}

LLVMValueRef ir_shr(struct cg *g, LLVMValueRef a, unsigned int bits)
{
	return LLVMBuildLShr(g->b, a, ir_i64(g, bits), "");
}

void ir_annotate(struct cg *g, LLVMValueRef insn, const char *kind,
		 LLVMMetadataRef md)
{
	unsigned int id = LLVMGetMDKindIDInContext(g->ctx, kind, strlen(kind));

	LLVMSetMetadata(insn, id, LLVMMetadataAsValue(g->ctx, md));
}

/* --- control flow ------------------------------------------------------------ */

struct ir_if ir_if(struct cg *g, LLVMValueRef condition)
{
	LLVMBasicBlockRef then = ir_block(g, "then");
	struct ir_if i = { .otherwise = ir_block(g, "else"),
			   .end = ir_block(g, "end"),
			   .known = g->f->known.n };

	ir_cond(g, condition, then, i.otherwise);
	ir_at(g, then);
	return i;
}

void ir_else(struct cg *g, struct ir_if *i)
{
	i->from_then = LLVMGetInsertBlock(g->b);
	g->f->known.n = i->known;
	ir_br(g, i->end);
	ir_at(g, i->otherwise);
}

void ir_end(struct cg *g, struct ir_if *i)
{
	if (!i->from_then)
		ir_else(g, i);
	i->from_else = LLVMGetInsertBlock(g->b);
	g->f->known.n = i->known;
	ir_br(g, i->end);
	ir_at(g, i->end);
}

LLVMValueRef ir_phi(struct cg *g, const struct ir_if *i, LLVMValueRef a,
		    LLVMValueRef b)
{
	LLVMValueRef phi = LLVMBuildPhi(g->b, LLVMTypeOf(a), "");
	LLVMValueRef from[] = { a, b };
	LLVMBasicBlockRef blocks[] = { i->from_then, i->from_else };

	LLVMAddIncoming(phi, from, blocks, 2);
	return phi;
}

/* --- helpers ------------------------------------------------------------------- */

/* What the helper returns is the same whenever a program asks. */
static bool is_pure(enum bpf_func_id id)
{
	static const enum bpf_func_id pure[] = {
		BPF_FUNC_get_smp_processor_id, BPF_FUNC_get_current_pid_tgid,
		BPF_FUNC_get_current_uid_gid,  BPF_FUNC_get_current_task,
		BPF_FUNC_get_numa_node_id,     BPF_FUNC_get_current_cgroup_id,
		BPF_FUNC_get_current_task_btf,
	};

	for (size_t i = 0; i < sizeof(pure) / sizeof(*pure); i++)
		if (pure[i] == id)
			return true;
	return false;
}

/* LLVM then calls it once, or not at all. */
static LLVMValueRef mark_pure(struct cg *g, LLVMValueRef call)
{
	static const char *const names[] = { "memory", "nounwind",
					     "willreturn" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		unsigned int kind = LLVMGetEnumAttributeKindForName(
			names[i], strlen(names[i]));

		LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex,
					 LLVMCreateEnumAttribute(g->ctx, kind,
								 0));
	}
	return call;
}

LLVMValueRef ir_helper_n(struct cg *g, enum bpf_func_id id, LLVMTypeRef ret,
			 unsigned int n, LLVMValueRef *args)
{
	LLVMTypeRef types[5], fn;
	LLVMValueRef address = LLVMConstIntToPtr(ir_i64(g, id), g->ptr), call;
	unsigned int i;

	for (i = 0; i < n; i++)
		types[i] = LLVMTypeOf(args[i]);
	fn = LLVMFunctionType(ret, types, n, false);
	call = LLVMBuildCall2(g->b, fn, address, args, n, "");
	return is_pure(id) ? mark_pure(g, call) : call;
}

static LLVMValueRef helper_va(struct cg *g, enum bpf_func_id id,
			      LLVMTypeRef ret, unsigned int n, va_list ap)
{
	LLVMValueRef args[5];
	unsigned int i;

	for (i = 0; i < n; i++)
		args[i] = va_arg(ap, LLVMValueRef);
	return ir_helper_n(g, id, ret, n, args);
}

LLVMValueRef ir_helper(struct cg *g, enum bpf_func_id id, unsigned int n, ...)
{
	LLVMValueRef v;
	va_list ap;

	va_start(ap, n);
	v = helper_va(g, id, g->i64, n, ap);
	va_end(ap);
	return v;
}

LLVMValueRef ir_helper_ptr(struct cg *g, enum bpf_func_id id, unsigned int n,
			   ...)
{
	LLVMValueRef v;
	va_list ap;

	va_start(ap, n);
	v = helper_va(g, id, g->ptr, n, ap);
	va_end(ap);
	return v;
}

/* Its place is found by the loader, in the section that it knows for that. */
static LLVMValueRef kfunc(struct cg *g, const char *name, LLVMTypeRef type)
{
	LLVMValueRef fn = LLVMGetNamedFunction(g->mod, name);

	if (fn)
		return fn;
	fn = LLVMAddFunction(g->mod, name, type);
	LLVMSetSection(fn, ".ksyms");
	di_extern(g, fn, name, "task_struct");
	return fn;
}

LLVMValueRef ir_task_from(struct cg *g, LLVMValueRef tid)
{
	LLVMTypeRef i32 = LLVMInt32TypeInContext(g->ctx);
	LLVMTypeRef type = LLVMFunctionType(g->ptr, &i32, 1, false);
	LLVMValueRef n = LLVMBuildTrunc(g->b, tid, i32, "");

	return LLVMBuildCall2(g->b, type, kfunc(g, "bpf_task_from_pid", type),
			      &n, 1, "");
}

void ir_task_release(struct cg *g, LLVMValueRef task)
{
	LLVMTypeRef none = LLVMVoidTypeInContext(g->ctx);
	LLVMTypeRef type = LLVMFunctionType(none, &g->ptr, 1, false);

	LLVMBuildCall2(g->b, type, kfunc(g, "bpf_task_release", type), &task, 1,
		       "");
}

/* Declares the function as the bitcode defines it: i64 or pointers. */
static LLVMValueRef c_function(struct cg *g, const char *name, LLVMTypeRef type)
{
	LLVMValueRef fn = LLVMGetNamedFunction(g->mod, name);

	return fn ? fn : LLVMAddFunction(g->mod, name, type);
}

LLVMValueRef ir_call_c(struct cg *g, const char *file, const char *name,
		       unsigned int n, ...)
{
	LLVMTypeRef types[6], type;
	LLVMValueRef args[6];
	unsigned int i;
	va_list ap;

	va_start(ap, n);
	for (i = 0; i < n; i++) {
		args[i] = va_arg(ap, LLVMValueRef);
		types[i] = LLVMTypeOf(args[i]);
	}
	va_end(ap);
	object_want(g, file);
	type = LLVMFunctionType(g->i64, types, n, false);
	return LLVMBuildCall2(g->b, type, c_function(g, name, type), args, n,
			      "");
}

/* --- fixups and the context ------------------------------------------------------ */

static LLVMValueRef fixups_global(struct cg *g)
{
	LLVMTypeRef type = LLVMArrayType2(g->i8, 8);

	if (g->fixups)
		return g->fixups;
	/* Replaced by one of the final size in maps_finish(). */
	g->fixups = LLVMAddGlobal(g->mod, type, "espy_fixups_open");
	return g->fixups;
}

LLVMValueRef ir_fixup(struct cg *g, uint32_t index)
{
	const struct plan_fixup *f = &g->plan->fixups.v[index];
	LLVMValueRef p = ir_at_offset(g, fixups_global(g), f->offset);
	LLVMValueRef v = LLVMBuildLoad2(g->b, g->i64, p, "");

	LLVMSetAlignment(v, 8);
	LLVMSetVolatile(v, true);
	return v;
}

struct val ir_slot(struct cg *g, uint32_t index, const struct type *type)
{
	const struct plan_fixup *f = &g->plan->fixups.v[index];
	LLVMValueRef p = ir_at_offset(g, fixups_global(g), f->offset);

	if (type->kind == TY_STRING)
		return ir_mem(p, type_string(g->types, f->size), AS_BPF, 8);
	return ir_convert(
		g, ir_reg(ir_fixup(g, index), type_int(g->types, 8, true)),
		type);
}

LLVMValueRef ir_fixup_kind(struct cg *g, enum fixup_kind kind)
{
	return ir_fixup_of(g, kind, STR(""));
}

LLVMValueRef ir_fixup_of(struct cg *g, enum fixup_kind kind, struct str arg)
{
	return ir_fixup(g, plan_add_fixup(g->plan, kind, arg, 8));
}

/* Where espy is in the first namespace, the verifier drops the branch. */
LLVMValueRef ir_pid_tgid(struct cg *g)
{
	LLVMValueRef ids = known_value(g, KNOWN_IDS), ino, seen, p;
	struct ir_if i;

	if (ids)
		return ids;
	ids = ir_helper(g, BPF_FUNC_get_current_pid_tgid, 0);
	ino = ir_fixup_kind(g, FX_PIDNS_INO);
	i = ir_if(g, ir_truth_of(g, ino));
	p = ir_number_place(g); /* struct bpf_pidns_info: pid, tgid */
	ir_helper(g, BPF_FUNC_get_ns_current_pid_tgid, 4,
		  ir_fixup_kind(g, FX_PIDNS_DEV), ino, p,
		  ir_i64(g, sizeof(struct bpf_pidns_info)));
	seen = ir_number_at(g, p);
	ir_end(g, &i);
	ids = ir_phi(g, &i, seen, ids);
	known_add(g, KNOWN_IDS, ids);
	return ids;
}

LLVMValueRef ir_context(struct cg *g)
{
	return g->f->ctx;
}

LLVMValueRef ir_context_word(struct cg *g, uint32_t offset)
{
	return ir_load(g, ir_at_offset(g, g->f->ctx, offset),
		       type_int(g->types, 8, false), 8, true);
}

LLVMValueRef ir_number_place(struct cg *g)
{
	LLVMValueRef p = ir_temp_bytes(g, 8);

	LLVMBuildStore(g->b, ir_i64(g, 0), p);
	return p;
}

LLVMValueRef ir_number_at(struct cg *g, LLVMValueRef p)
{
	return ir_load(g, p, type_int(g->types, 8, false), 8, false);
}

LLVMValueRef ir_probe_name(struct cg *g)
{
	const struct prog *p = g->prog;
	const struct plan_probe *first;

	if (g->f->name)
		return g->f->name;
	first = &g->plan->probes.v[p->first_probe];
	if (first->flags & PF_COOKIE)
		return ir_helper(g, BPF_FUNC_get_attach_cookie, 1, g->f->ctx);
	return ir_i64(g, first->names.v[0]);
}
