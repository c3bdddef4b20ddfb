/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel and the loader learn about the object: map definitions,
 * functions, a line of the script per statement, and the records of CO-RE
 * accesses. LLVM turns it into BTF. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "codegen/cg.h"

#define DWARF_SIGNED      0x05
#define DWARF_UNSIGNED    0x07
#define DWARF_CHAR        0x06
#define DWARF_BOOL        0x02
#define EMIT_NO_DWARF     3 /* lines without .debug_info */
#define MEMFD_NAME_LENGTH 32

/* A source of the script as LLVM knows it. Text that is in no file is given
 * to it in one that has no name, and the name is put right in the object. */
struct di_file {
	const struct source *source;
	LLVMMetadataRef file;
	int fd; /* -1: a file of its own */
	char path[MEMFD_NAME_LENGTH];
};

struct debuginfo {
	LLVMDIBuilderRef b;
	LLVMMetadataRef unit, file, u32, i32, i64, numbers;
	VEC(struct di_file) files;
};

static void open_text(struct di_file *f, const struct source *src)
{
	ssize_t n;

	f->fd = memfd_create("script", MFD_CLOEXEC);
	if (f->fd < 0)
		return;
	n = write(f->fd, src->text.p, src->text.n);
	if (n != (ssize_t)src->text.n)
		return;
	snprintf(f->path, sizeof(f->path), "/proc/self/fd/%d", f->fd);
}

static LLVMMetadataRef file_of(struct cg *g, const struct source *src)
{
	struct debuginfo *di = g->di;
	struct di_file *f;
	const char *path;

	vec_each(known, &di->files)
		if (known->source == src)
			return known->file;
	f = vec_add(g->arena, &di->files);
	f->source = src;
	f->fd = -1;
	path = arena_copy(g->arena, src->name.p, src->name.n);
	if (access(path, R_OK)) {
		open_text(f, src);
		if (f->path[0])
			path = f->path;
	}
	f->file = LLVMDIBuilderCreateFile(di->b, path, strlen(path), "", 0);
	return f->file;
}

static LLVMMetadataRef basic(struct cg *g, const char *name, uint32_t bits,
			     unsigned int encoding)
{
	return LLVMDIBuilderCreateBasicType(g->di->b, name, strlen(name), bits,
					    encoding, LLVMDIFlagZero);
}

void di_begin(struct cg *g)
{
	struct debuginfo *di = arena_new(g->arena, struct debuginfo);
	LLVMMetadataRef version;

	g->di = di;
	di->b = LLVMCreateDIBuilder(g->mod);
	di->file = LLVMDIBuilderCreateFile(di->b, "script", 6, "", 0);
	di->unit = LLVMDIBuilderCreateCompileUnit(
		di->b, LLVMDWARFSourceLanguageC, di->file, "espy", 4, true, "",
		0, 0, "", 0, (LLVMDWARFEmissionKind)EMIT_NO_DWARF, 0, false,
		false, "", 0, "", 0);
	di->i32 = basic(g, "int", 32, DWARF_SIGNED);
	di->i64 = basic(g, "long", 64, DWARF_SIGNED);
	di->u32 = basic(g, "unsigned int", 32, DWARF_UNSIGNED);
	version = LLVMValueAsMetadata(ir_i32(g, 3));
	LLVMAddModuleFlag(g->mod, LLVMModuleFlagBehaviorWarning,
			  "Debug Info Version", 18, version);
}

/* --- functions and lines ------------------------------------------------------- */

/* The kernel wants parameters of functions to have names. */
static void name_params(struct cg *g, LLVMMetadataRef sp, LLVMMetadataRef file,
			const LLVMMetadataRef *types, unsigned int n)
{
	unsigned int i;
	char *name;

	for (i = 0; i < n; i++) {
		name = arena_printf(g->arena, "a%u", i);
		LLVMDIBuilderCreateParameterVariable(g->di->b, sp, name,
						     strlen(name), i + 1, file,
						     0, types[i], true,
						     LLVMDIFlagZero);
	}
}

static bool takes_number(struct cg *g, LLVMValueRef fn, unsigned int i)
{
	return LLVMTypeOf(LLVMGetParam(fn, i)) == g->i64;
}

static bool returns_number(struct cg *g, LLVMValueRef fn)
{
	return LLVMGetReturnType(LLVMGlobalGetValueType(fn)) == g->i64;
}

LLVMMetadataRef di_function(struct cg *g, LLVMValueRef fn, const char *name,
			    struct span at)
{
	struct source_pos pos = source_find(g->script->sources, at.start);
	struct debuginfo *di = g->di;
	LLVMMetadataRef file = pos.source ? file_of(g, pos.source) : di->file;
	LLVMMetadataRef void_ptr =
		LLVMDIBuilderCreatePointerType(di->b, NULL, 64, 0, 0, "", 0);
	bool is_local = LLVMGetLinkage(fn) == LLVMInternalLinkage;
	LLVMMetadataRef types[6] = { returns_number(g, fn) ? di->i64
							   : di->i32 };
	unsigned int i, n = LLVMCountParams(fn);
	LLVMMetadataRef type, sp;

	for (i = 0; i < n; i++)
		types[i + 1] = takes_number(g, fn, i) ? di->i64 : void_ptr;
	type = LLVMDIBuilderCreateSubroutineType(di->b, file, types, n + 1,
						 LLVMDIFlagZero);
	sp = LLVMDIBuilderCreateFunction(di->b, file, name, strlen(name), name,
					 strlen(name), file, pos.line, type,
					 is_local, true, pos.line,
					 LLVMDIFlagZero, true);
	name_params(g, sp, file, types + 1, n);
	LLVMSetSubprogram(fn, sp);
	return sp;
}

/* The loader looks for a function of the kernel whose parameters fit. */
void di_extern(struct cg *g, LLVMValueRef fn, const char *name,
	       const char *record)
{
	struct debuginfo *di = g->di;
	LLVMTypeRef type = LLVMGlobalGetValueType(fn);
	LLVMMetadataRef rec = LLVMDIBuilderCreateStructType(
		di->b, di->unit, record, strlen(record), di->file, 0, 0, 0,
		LLVMDIFlagZero, NULL, NULL, 0, 0, NULL, "", 0);
	LLVMMetadataRef p =
		LLVMDIBuilderCreatePointerType(di->b, rec, 64, 0, 0, "", 0);
	LLVMMetadataRef types[] = {
		LLVMGetReturnType(type) == g->ptr ? p : NULL,
		LLVMTypeOf(LLVMGetParam(fn, 0)) == g->ptr ? p : di->i32
	};
	LLVMMetadataRef proto = LLVMDIBuilderCreateSubroutineType(
		di->b, di->file, types, ARRAY_SIZE(types), LLVMDIFlagZero);

	LLVMSetSubprogram(fn, LLVMDIBuilderCreateFunction(
				      di->b, di->file, name, strlen(name), name,
				      strlen(name), di->file, 0, proto, false,
				      false, 0, LLVMDIFlagZero, true));
}

void di_line(struct cg *g, struct span at)
{
	struct source_pos pos = source_find(g->script->sources, at.start);

	LLVMSetCurrentDebugLocation2(
		g->b, LLVMDIBuilderCreateDebugLocation(
			      g->ctx, pos.source ? pos.line : 0,
			      pos.source ? pos.column : 0, g->f->scope, NULL));
}

/* --- globals ------------------------------------------------------------------------ */

static void describe(struct cg *g, LLVMValueRef global, const char *name,
		     LLVMMetadataRef type)
{
	LLVMMetadataRef none = LLVMDIBuilderCreateExpression(g->di->b, NULL, 0);
	LLVMMetadataRef v = LLVMDIBuilderCreateGlobalVariableExpression(
		g->di->b, g->di->unit, name, strlen(name), "", 0, g->di->file,
		0, type, false, none, NULL, 0);
	unsigned int kind = LLVMGetMDKindIDInContext(g->ctx, "dbg", 3);

	LLVMGlobalSetMetadata(global, kind, v);
}

static LLVMMetadataRef array_of(struct cg *g, LLVMMetadataRef elem,
				uint64_t bits, uint32_t count)
{
	LLVMMetadataRef range =
		LLVMDIBuilderGetOrCreateSubrange(g->di->b, 0, count);

	return LLVMDIBuilderCreateArrayType(g->di->b, bits * count, 0, elem,
					    &range, 1);
}

void di_global(struct cg *g, LLVMValueRef global, const char *name,
	       uint32_t size)
{
	LLVMMetadataRef byte = basic(g, "char", 8, DWARF_CHAR);

	describe(g, global, name, array_of(g, byte, 8, size));
}

static LLVMMetadataRef member(struct cg *g, const char *name, size_t length,
			      uint64_t bits, uint64_t offset,
			      LLVMMetadataRef type)
{
	return LLVMDIBuilderCreateMemberType(g->di->b, g->di->unit, name,
					     length, g->di->file, 0, bits, 0,
					     offset, LLVMDIFlagZero, type);
}

/* The number n as a type: int (*)[n]. */
static LLVMMetadataRef number(struct cg *g, uint32_t n)
{
	return LLVMDIBuilderCreatePointerType(
		g->di->b, array_of(g, g->di->i32, 32, n), 64, 0, 0, "", 0);
}

static void describe_map(struct cg *g, LLVMValueRef global, const char *name,
			 LLVMMetadataRef *members, unsigned int n)
{
	LLVMMetadataRef type;

	type = LLVMDIBuilderCreateStructType(g->di->b, g->di->unit, "", 0,
					     g->di->file, 0, 64 * n, 0,
					     LLVMDIFlagZero, NULL, members, n,
					     0, NULL, "", 0);
	describe(g, global, name, type);
}

void di_map(struct cg *g, LLVMValueRef global, const char *name,
	    const uint32_t *numbers, const char *const *names, unsigned int n)
{
	LLVMMetadataRef members[8];
	unsigned int i;

	for (i = 0; i < n; i++)
		members[i] = member(g, names[i], strlen(names[i]), 64, 64 * i,
				    number(g, numbers[i]));
	describe_map(g, global, name, members, n);
}

static LLVMMetadataRef pointer_to(struct cg *g, LLVMMetadataRef type)
{
	return LLVMDIBuilderCreatePointerType(g->di->b, type, 64, 0, 0, "", 0);
}

void di_thread_map(struct cg *g, LLVMValueRef global, const char *name,
		   const uint32_t *numbers, uint32_t value)
{
	LLVMMetadataRef byte = basic(g, "char", 8, DWARF_CHAR);
	LLVMMetadataRef members[] = {
		member(g, "type", 4, 64, 0, number(g, numbers[0])),
		member(g, "map_flags", 9, 64, 64, number(g, numbers[1])),
		member(g, "key", 3, 64, 128, pointer_to(g, g->di->i32)),
		member(g, "value", 5, 64, 192,
		       pointer_to(g, array_of(g, byte, 8, value))),
	};

	describe_map(g, global, name, members, ARRAY_SIZE(members));
}

/* --- types of fields -------------------------------------------------------------- */

static LLVMMetadataRef empty_record(struct cg *g, uint64_t size)
{
	return LLVMDIBuilderCreateStructType(g->di->b, g->di->unit, "", 0,
					     g->di->file, 0, size * 8, 0,
					     LLVMDIFlagZero, NULL, NULL, 0, 0,
					     NULL, "", 0);
}

/* Only the kind counts: the loader compares no more. */
static LLVMMetadataRef field_type(struct cg *g, const struct type *t)
{
	LLVMMetadataRef byte;

	switch ((int)t->kind) {
	case TY_PTR:
		return LLVMDIBuilderCreatePointerType(g->di->b, NULL, 64, 0, 0,
						      "", 0);
	case TY_ARRAY:
		return array_of(g, field_type(g, t->elem), t->elem->size * 8,
				t->count);
	case TY_STRING:
		byte = basic(g, "char", 8, DWARF_CHAR);
		return array_of(g, byte, 8, t->size);
	case TY_RECORD: return empty_record(g, t->size);
	case TY_ENUM:
		return LLVMDIBuilderCreateEnumerationType(g->di->b, g->di->unit,
							  "", 0, g->di->file, 0,
							  t->size * 8, 0, NULL,
							  0, g->di->u32);
	}
	return basic(g, t->is_signed ? "int" : "unsigned int", t->size * 8,
		     t->is_signed ? DWARF_SIGNED : DWARF_UNSIGNED);
}

static LLVMMetadataRef bit_member(struct cg *g, const struct field *f)
{
	return LLVMDIBuilderCreateBitFieldMemberType(
		g->di->b, g->di->unit, f->name.p, f->name.n, g->di->file, 0,
		f->bit_size, 0, 0, LLVMDIFlagZero, field_type(g, f->type));
}

LLVMMetadataRef di_record_with(struct cg *g, const struct type *rec,
			       const struct field *f, bool *is_union)
{
	struct str name = rec->name;
	LLVMMetadataRef m;

	*is_union = str_starts(name, "union ");
	if (str_has(name, ' '))
		str_split(rec->name, ' ', &name);
	/* What follows ___ is ignored by the loader, but tells LLVM one such
	 * record from another. */
	name = str_printf(g->arena, "%.*s___f%.*s", STR_ARG(name),
			  STR_ARG(f->name));
	m = f->bit_size ? bit_member(g, f)
			: member(g, f->name.p, f->name.n, f->type->size * 8, 0,
				 field_type(g, f->type));
	if (*is_union)
		return LLVMDIBuilderCreateUnionType(
			g->di->b, g->di->unit, name.p, name.n, g->di->file, 0,
			f->type->size * 8, 0, LLVMDIFlagZero, &m, 1, 0, "", 0);
	return LLVMDIBuilderCreateStructType(g->di->b, g->di->unit, name.p,
					     name.n, g->di->file, 0,
					     f->type->size * 8, 0,
					     LLVMDIFlagZero, NULL, &m, 1, 0,
					     NULL, "", 0);
}

/* --- the end ----------------------------------------------------------------------------- */

void di_end(struct cg *g)
{
	LLVMDIBuilderFinalize(g->di->b);
}

void di_rename(struct cg *g, char *object, size_t size)
{
	struct str name;
	size_t n;
	char *at;

	vec_each(f, &g->di->files) {
		if (!f->path[0])
			continue;
		n = strlen(f->path) + 1;
		name = f->source->name;
		at = memmem(object, size, f->path, n);
		if (!at)
			continue;
		memset(at, 0, n);
		memcpy(at, name.p, name.n < n ? name.n : n - 1);
	}
}

void di_free(struct cg *g)
{
	if (!g->di)
		return;
	vec_each(f, &g->di->files)
		if (f->fd >= 0)
			close(f->fd);
	LLVMDisposeDIBuilder(g->di->b);
}
