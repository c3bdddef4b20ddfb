/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the kernel's records: the loader finds where they are (CO-RE).
 * Each access has a record of its own with that one field in it, which is
 * matched by name. */
#include "codegen/cg.h"

static LLVMValueRef call_intrinsic(struct cg *g, const char *name,
				   LLVMValueRef *args, unsigned int n)
{
	unsigned int id = LLVMLookupIntrinsicID(name, strlen(name));
	LLVMTypeRef over[] = { g->ptr, g->ptr };
	LLVMValueRef fn = LLVMGetIntrinsicDeclaration(g->mod, id, over, 2);
	LLVMTypeRef type = LLVMIntrinsicGetType(g->ctx, id, over, 2);

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

LLVMValueRef core_field(struct cg *g, LLVMValueRef p, const struct type *rec,
			const struct field *f)
{
	LLVMValueRef zero = ir_i32(g, 0), call;
	LLVMValueRef args[] = { ir_to_ptr(g, p), zero, zero };
	LLVMTypeRef byte = g->i8;
	bool is_union;
	LLVMMetadataRef di = di_record_with(g, rec, f, &is_union);

	if (is_union) {
		call = call_intrinsic(g, "llvm.preserve.union.access.index",
				      args, 2);
	} else {
		call = call_intrinsic(g, "llvm.preserve.struct.access.index",
				      args, 3);
		set_element_type(g, call,
				 LLVMStructTypeInContext(g->ctx, &byte, 1,
							 false));
	}
	ir_annotate(g, call, "llvm.preserve.access.index", di);
	return is_reg(f->type) ? call : settle(g, call);
}
