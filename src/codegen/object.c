/* SPDX-License-Identifier: Apache-2.0 */
/* From the finished module to the ELF. */
#include <stdlib.h>

#include <llvm-c/BitReader.h>
#include <llvm-c/Linker.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <llvm/Config/llvm-config.h>

#include "codegen/bcode.h"
#include "codegen/cg.h"
#include "plan/abi.h"

static bool report(struct cg *g, const char *what, char *why)
{
	diag_error(g->diags, (struct span){ 0, 0 }, D_LIMIT, "%s: %s", what,
		   why ? why : "no reason given");
	return false;
}

/* --- bpf-helpers ---------------------------------------------------------------- */

/* The linker leaves out what nothing calls. */
static void only_when_used(LLVMModuleRef mod)
{
	LLVMValueRef f;

	for (f = LLVMGetFirstFunction(mod); f; f = LLVMGetNextFunction(f))
		if (!LLVMIsDeclaration(f))
			LLVMSetLinkage(f, LLVMLinkOnceODRLinkage);
}

void object_want(struct cg *g, const char *file)
{
	unsigned int i;

	for (i = 0; bcode_table[i].name; i++)
		if (!strcmp(bcode_table[i].name, file))
			g->wanted |= 1u << i;
}

static bool link_file(struct cg *g, const struct bcode *c)
{
	LLVMMemoryBufferRef bytes;
	LLVMModuleRef mod;
	bool bad;

	bytes = LLVMCreateMemoryBufferWithMemoryRange((const char *)c->data,
						      c->size, c->name, false);
	bad = LLVMParseBitcodeInContext2(g->ctx, bytes, &mod);
	LLVMDisposeMemoryBuffer(bytes);
	if (bad)
		return report(g, c->name, "unreadable bitcode");
	only_when_used(mod);
	LLVMSetTarget(mod, LLVMGetTarget(g->mod));
	LLVMSetDataLayout(mod, LLVMGetDataLayoutStr(g->mod));
	if (LLVMLinkModules2(g->mod, mod))
		return report(g, c->name, "cannot be linked");
	return true;
}

bool object_link(struct cg *g)
{
	unsigned int i;

	for (i = 0; bcode_table[i].name; i++)
		if (g->wanted & 1u << i && !link_file(g, &bcode_table[i]))
			return false;
	return true;
}

static void make_internal(struct cg *g)
{
	LLVMValueRef f;

	for (f = LLVMGetFirstFunction(g->mod); f; f = LLVMGetNextFunction(f))
		if (LLVMGetLinkage(f) == LLVMLinkOnceODRLinkage)
			LLVMSetLinkage(f, LLVMInternalLinkage);
}

/* --- the plan and the licence ------------------------------------------------------ */

static LLVMValueRef data(struct cg *g, const char *name, const char *section,
			 struct str bytes)
{
	LLVMValueRef c =
		LLVMConstStringInContext2(g->ctx, bytes.p, bytes.n, true);
	LLVMValueRef v = LLVMAddGlobal(g->mod, LLVMTypeOf(c), name);

	LLVMSetInitializer(v, c);
	LLVMSetGlobalConstant(v, true);
	LLVMSetSection(v, section);
	LLVMSetAlignment(v, 1);
	return v;
}

static void add_data(struct cg *g)
{
	auto_buf struct buf plan = { 0 };
	struct str licence = g->plan->options.text[OPT_LICENSE];
	char *text;

	text = licence.n ? arena_copy(g->arena, licence.p, licence.n) : "GPL";
	data(g, "espy_license", "license",
	     (struct str){ text, strlen(text) + 1 });
	plan_write(g->plan, &plan);
	data(g, "espy_plan", ABI_SECTION_PLAN, buf_view(&plan));
}

/* --- passes and emission --------------------------------------------------------------- */

/* Instructions of LLVM from which on a jump may not reach any more. */
#define FAR_INSNS 16000

/* Jumps of more than 32767 instructions are known from Linux 6.6 on; LLVM ends
 * the process where it needs one and may not use it. */
static bool needs_far_jumps(struct cg *g)
{
	LLVMBasicBlockRef bb;
	LLVMValueRef f, insn;
	size_t n;

	for (f = LLVMGetFirstFunction(g->mod); f; f = LLVMGetNextFunction(f)) {
		n = 0;
		for (bb = LLVMGetFirstBasicBlock(f); bb;
		     bb = LLVMGetNextBasicBlock(bb))
			for (insn = LLVMGetFirstInstruction(bb); insn;
			     insn = LLVMGetNextInstruction(insn))
				n++;
		if (n > FAR_INSNS)
			return true;
	}
	return false;
}

static LLVMTargetMachineRef target_machine(struct cg *g, const char *cpu)
{
	LLVMTargetRef target;
	char *why = NULL;

	if (LLVMGetTargetFromTriple(LLVMGetTarget(g->mod), &target, &why)) {
		report(g, "LLVM", why);
		LLVMDisposeMessage(why);
		return NULL;
	}
	return LLVMCreateTargetMachine(target, LLVMGetTarget(g->mod), cpu, "",
				       LLVMCodeGenLevelDefault,
				       LLVMRelocDefault, LLVMCodeModelDefault);
}

#if LLVM_VERSION_MAJOR >= 18
#define COMBINE "instcombine<no-verify-fixpoint>"
#else
#define COMBINE "instcombine"
#endif

/* What default<O2> does to programs without functions, in half its time: loops
 * are functions, too. What BPF needs is in default<O0>. */
static const char short_pipeline[] =
	"default<O0>,function(sroa,early-cse<memssa>,simplifycfg," COMBINE
	",jump-threading,correlated-propagation,simplifycfg," COMBINE
	",gvn,dse,simplifycfg),globaldce";

/* A program of its own: LLVM would not look beyond it. */
static bool is_program(LLVMValueRef f)
{
	const char *section = LLVMGetSection(f);

	return section && str_starts(str_from(section), "sec_");
}

static bool has_functions(struct cg *g)
{
	LLVMValueRef f = LLVMGetFirstFunction(g->mod);

	for (; f; f = LLVMGetNextFunction(f))
		if (LLVMGetFirstBasicBlock(f) && !is_program(f))
			return true;
	return false;
}

static bool run_passes(struct cg *g, LLVMTargetMachineRef tm)
{
	LLVMPassBuilderOptionsRef o = LLVMCreatePassBuilderOptions();
	LLVMErrorRef err;
	char *why;

	LLVMPassBuilderOptionsSetLoopVectorization(o, false);
	LLVMPassBuilderOptionsSetSLPVectorization(o, false);
	LLVMPassBuilderOptionsSetLoopInterleaving(o, false);
	LLVMPassBuilderOptionsSetLoopUnrolling(o, false);
	err = LLVMRunPasses(g->mod,
			    has_functions(g) ? "default<O2>" : short_pipeline,
			    tm, o);
	LLVMDisposePassBuilderOptions(o);
	if (!err)
		return true;
	why = LLVMGetErrorMessage(err);
	report(g, "LLVM", why);
	LLVMDisposeErrorMessage(why);
	return false;
}

static bool emit(struct cg *g, LLVMTargetMachineRef tm,
		 LLVMCodeGenFileType type, LLVMMemoryBufferRef *out)
{
	char *why = NULL;

	if (!LLVMTargetMachineEmitToMemoryBuffer(tm, g->mod, type, &why, out))
		return true;
	report(g, "LLVM", why);
	LLVMDisposeMessage(why);
	return false;
}

static void keep_object(struct cg *g, LLVMMemoryBufferRef m)
{
	size_t n = LLVMGetBufferSize(m);
	char *copy = arena_copy(&g->plan->arena, LLVMGetBufferStart(m), n);

	di_rename(g, copy, n);
	g->plan->object = (struct str){ copy, n };
}

static bool emit_files(struct cg *g, LLVMTargetMachineRef tm)
{
	LLVMMemoryBufferRef m;
	LLVMModuleRef copy;
	bool ok = true;

	if (g->opts->assembly) {
		/* Emission changes the module. */
		copy = LLVMCloneModule(g->mod);
		ok = emit(g, tm, LLVMAssemblyFile, &m);
		if (ok) {
			buf_add(g->opts->assembly, LLVMGetBufferStart(m),
				LLVMGetBufferSize(m));
			LLVMDisposeMemoryBuffer(m);
		}
		LLVMDisposeModule(g->mod);
		g->mod = copy;
	}
	if (!ok || !g->opts->want_object)
		return ok;
	if (!emit(g, tm, LLVMObjectFile, &m))
		return false;
	laps_end(g->opts->laps, "code");
	keep_object(g, m);
	LLVMDisposeMemoryBuffer(m);
	return true;
}

bool object_emit(struct cg *g)
{
	LLVMTargetMachineRef tm;
	bool ok;

	make_internal(g);
	add_data(g);
	tm = target_machine(g, "v3");
	if (!tm)
		return false;
	ok = run_passes(g, tm);
	laps_end(g->opts->laps, "LLVM's passes");
	if (ok && needs_far_jumps(g)) {
		LLVMDisposeTargetMachine(tm);
		tm = target_machine(g, "v4");
	}
	ok = ok && tm && emit_files(g, tm);
	LLVMDisposeTargetMachine(tm);
	return ok;
}
