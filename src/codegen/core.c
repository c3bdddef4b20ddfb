/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the kernel's records: the loader finds where they are (CO-RE).
 * Each access has a record of its own with that one field in it, which is
 * matched by name. */
#include "codegen/cg.h"

/* Its name differs in n_types pointers. */
static LLVMValueRef call_intrinsic(struct cg *g, const char *name,
				   LLVMValueRef *args, unsigned int n,
				   unsigned int n_types)
{
	unsigned int id = LLVMLookupIntrinsicID(name, strlen(name));
	LLVMTypeRef over[] = { g->ptr, g->ptr };
	LLVMValueRef fn =
		LLVMGetIntrinsicDeclaration(g->mod, id, over, n_types);
	LLVMTypeRef type = LLVMIntrinsicGetType(g->ctx, id, over, n_types);

	return LLVMBuildCall2(g->b, type, fn, args, n, "");
}

static void set_element_type(struct cg *g, LLVMValueRef call, LLVMTypeRef type)
{
	unsigned int kind = LLVMGetEnumAttributeKindForName("elementtype", 11);

	LLVMAddCallSiteAttribute(call, 1,
				 LLVMCreateTypeAttribute(g->ctx, kind, type));
}

/* The address as it is: the loader compares the sizes of what is relocated and
 * of what is loaded there, and a part of a record is smaller than that. */
static LLVMValueRef settle(struct cg *g, LLVMValueRef p)
{
	static const char same[] = "=r,0";
	LLVMTypeRef type = LLVMFunctionType(g->ptr, &g->ptr, 1, false);
	LLVMValueRef nothing =
		LLVMGetInlineAsm(type, "", 0, same, sizeof(same) - 1, false,
				 false, LLVMInlineAsmDialectATT, false);

	return LLVMBuildCall2(g->b, type, nothing, &p, 1, "");
}

/* The access that the loader puts right. */
static LLVMValueRef access_of(struct cg *g, LLVMValueRef p,
			      const struct type *rec, const struct field *f)
{
	LLVMValueRef zero = ir_i32(g, 0), call;
	LLVMValueRef args[] = { ir_to_ptr(g, p), zero, zero };
	LLVMTypeRef byte = g->i8;
	bool is_union;
	LLVMMetadataRef di = di_record_with(g, rec, f, &is_union);

	if (is_union) {
		call = call_intrinsic(g, "llvm.preserve.union.access.index",
				      args, 2, 2);
	} else {
		call = call_intrinsic(g, "llvm.preserve.struct.access.index",
				      args, 3, 2);
		set_element_type(g, call,
				 LLVMStructTypeInContext(g->ctx, &byte, 1,
							 false));
	}
	ir_annotate(g, call, "llvm.preserve.access.index", di);
	return call;
}

LLVMValueRef core_field(struct cg *g, LLVMValueRef p, const struct type *rec,
			const struct field *f)
{
	LLVMValueRef call = access_of(g, p, rec, f);

	return is_reg(f->type) ? call : settle(g, call);
}

/* --- bit-fields -------------------------------------------------------------- */

enum field_info {
	INFO_OFFSET = 0, /* of the bytes that have it */
	INFO_SIZE = 1, /* of those bytes: 1, 2, 4, 8 */
	INFO_LEFT = 4, /* how to shift them in 64 bits to drop what is above */
	INFO_RIGHT = 5, /* and then what is below */
};

static LLVMValueRef info_of(struct cg *g, LLVMValueRef p,
			    const struct type *rec, const struct field *f,
			    enum field_info which)
{
	LLVMValueRef args[] = { access_of(g, p, rec, f), ir_i64(g, which) };

	return LLVMBuildZExt(g->b,
			     call_intrinsic(g, "llvm.bpf.preserve.field.info",
					    args, 2, 1),
			     g->i64, "");
}

struct val core_bits(struct cg *g, struct val base, const struct type *rec,
		     const struct field *f)
{
	LLVMValueRef p = ir_as_i64(g, base.v), tmp = ir_temp_bytes(g, 8), v;
	const struct type *u64 = type_int(g->types, 8, false);
	enum addr_space as = base.as == AS_BTF ? AS_KERNEL : base.as;

	ir_clear(g, tmp, 8, 8);
	v = LLVMBuildAdd(g->b, p, info_of(g, base.v, rec, f, INFO_OFFSET), "");
	ir_read_n(g, as, tmp, info_of(g, base.v, rec, f, INFO_SIZE), v);
	v = ir_load(g, tmp, u64, 8, false);
	v = LLVMBuildShl(g->b, v, info_of(g, base.v, rec, f, INFO_LEFT), "");
	tmp = info_of(g, base.v, rec, f, INFO_RIGHT);
	v = f->type->is_signed ? LLVMBuildAShr(g->b, v, tmp, "")
			       : LLVMBuildLShr(g->b, v, tmp, "");
	return ir_reg(v, f->type);
}
