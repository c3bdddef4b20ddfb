/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <llvm-c/Analysis.h>
#include <llvm-c/Target.h>

#include "codegen/cg.h"
#include "plan/abi.h"

#define SYSCALLS_MAX 512 /* numbers that PK_SYSCALLS' maps have room for */

/* --- what programs do before the script's own -------------------------------------- */

static void return_if(struct cg *g, LLVMValueRef condition)
{
	struct ir_if i = ir_if(g, condition);

	LLVMBuildRet(g->b, ir_i32(g, 0));
	i.from_then = LLVMGetInsertBlock(g->b);
	ir_at(g, i.otherwise);
	i.from_else = i.otherwise;
	ir_br(g, i.end);
	ir_at(g, i.end);
}

/* Is it attached to events, which go on when the run is over? */
static bool has_events(enum probe_kind kind)
{
	switch ((int)kind) {
	case PK_BEGIN:
	case PK_END:
	case PK_SELF:
	case PK_TEST:
	case PK_BENCH:
	case PK_ITER: return false;
	default: return true;
	}
}

static void check_gate(struct cg *g)
{
	LLVMValueRef v;

	if (!has_events(g->plan->probes.v[g->prog->first_probe].kind))
		return;
	if (!g->gate) {
		g->gate = LLVMAddGlobal(g->mod, g->i64, "espy_gate");
		LLVMSetInitializer(g->gate, ir_i64(g, 0));
		LLVMSetSection(g->gate, ABI_SECTION_GATE);
		di_global(g, g->gate, "espy_gate", 8);
	}
	v = LLVMBuildLoad2(g->b, g->i64, g->gate, "");
	LLVMSetVolatile(v, true);
	return_if(g, ir_truth_of(g, v));
}

static const struct plan_fixup *pid_slot(struct cg *g, uint32_t *index)
{
	uint32_t i;

	for (i = 0; i < g->plan->fixups.n; i++)
		if (g->plan->fixups.v[i].kind == FX_TARGET_PID) {
			*index = i;
			return &g->plan->fixups.v[i];
		}
	return NULL;
}

/* -p: the verifier sees the slot as a constant and drops what is dead. */
static void filter_pid(struct cg *g)
{
	enum probe_kind kind = g->plan->probes.v[g->prog->first_probe].kind;
	LLVMValueRef want, pid, other;
	uint32_t index = 0;
	struct ir_if i;

	if (kind == PK_BEGIN || kind == PK_END || kind == PK_INTERVAL ||
	    kind == PK_ITER || !pid_slot(g, &index))
		return;
	want = ir_fixup(g, index);
	i = ir_if(g, ir_truth_of(g, want));
	pid = ir_shr(g, ir_pid_tgid(g), 32);
	other = LLVMBuildICmp(g->b, LLVMIntNE, pid, want, "");
	return_if(g, other);
	ir_end(g, &i);
}

/* For the callbacks of loops. */
static void keep_name(struct cg *g)
{
	if (g->f->frame && g->f->name)
		LLVMBuildStore(g->b, g->f->name,
			       ir_at_offset(g, g->f->frame, FRAME_NAME));
}

/* One pair of tracepoints for many system calls: which one is this? */
static void find_syscall(struct cg *g)
{
	uint32_t probe = g->prog->first_probe;
	LLVMValueRef key, id, p, n, map;
	char *name;

	if (g->plan->probes.v[probe].kind != PK_SYSCALLS)
		return;
	name = arena_printf(g->arena, "espy_sys_%u", probe);
	map = map_private(g, name, BPF_MAP_TYPE_ARRAY, 4, 4, SYSCALLS_MAX);
	id = ir_context_word(g, 8);
	return_if(g, LLVMBuildICmp(g->b, LLVMIntUGE, id,
				   ir_i64(g, SYSCALLS_MAX), ""));
	key = ir_temp_bytes(g, 4);
	LLVMBuildStore(g->b, LLVMBuildTrunc(g->b, id, g->i32, ""), key);
	p = ir_helper_ptr(g, BPF_FUNC_map_lookup_elem, 2, map, key);
	return_if(g, ir_is_zero(g, p));
	n = ir_load(g, p, type_int(g->types, 4, false), 4, false);
	return_if(g, ir_is_zero(g, n));
	g->f->name = LLVMBuildSub(g->b, n, ir_i64(g, 1), "");
	keep_name(g);
}

void frame_make(struct cg *g)
{
	LLVMValueRef zero = ir_i64(g, 0);

	if (!g->frame_size)
		return;
	g->f->frame = ir_alloca(g, g->i64, g->frame_size / 8, 8);
	LLVMBuildMemSet(g->b, g->f->frame, LLVMConstInt(g->i8, 0, false),
			ir_i64(g, g->frame_size), 8);
	LLVMBuildStore(g->b, zero, g->f->frame);
	if (g->f->ctx) /* functions have none */
		LLVMBuildStore(g->b, g->f->ctx,
			       ir_at_offset(g, g->f->frame, FRAME_CTX));
}

/* --- programs ------------------------------------------------------------------------ */

static void emit_body(struct cg *g)
{
	const struct expr *predicate = g->prog->predicate;
	LLVMValueRef over;

	if (predicate) {
		di_line(g, predicate->span);
		return_if(g, LLVMBuildNot(g->b,
					  ir_truth(g, emit_expr(g, predicate)),
					  ""));
	}
	over = rate_is_over(g);
	if (over)
		return_if(g, over);
	emit_stmts(g, g->prog->body);
}

static void begin_prog(struct cg *g, struct func *f, struct str name)
{
	char *symbol = arena_copy(g->arena, name.p, name.n);
	LLVMTypeRef type = LLVMFunctionType(g->i32, &g->ptr, 1, false);

	func_begin(g, f, symbol, type, NULL);
	LLVMSetSection(f->fn, arena_printf(g->arena, "sec_%s", symbol));
	f->ctx = LLVMGetParam(f->fn, 0);
	f->scope = di_function(g, f->fn, symbol, g->prog->probe->span);
	di_line(g, g->prog->probe->span);
}

/* The code of programs that only differ in what they are attached to: a
 * function that takes the context and which of them it is. */
static void begin_shared(struct cg *g, struct func *f)
{
	char *name =
		arena_printf(g->arena, "%.*s_body", STR_ARG(g->prog->symbol));
	LLVMTypeRef params[] = { g->ptr, g->i64 };
	LLVMTypeRef type = LLVMFunctionType(g->i32, params,
					    g->prog->uses_name ? 2 : 1, false);
	unsigned int noinline = LLVMGetEnumAttributeKindForName("noinline", 8);

	func_begin(g, f, name, type, NULL);
	LLVMSetLinkage(f->fn, LLVMInternalLinkage);
	LLVMAddAttributeAtIndex(f->fn, LLVMAttributeFunctionIndex,
				LLVMCreateEnumAttribute(g->ctx, noinline, 0));
	f->ctx = LLVMGetParam(f->fn, 0);
	if (g->prog->uses_name)
		f->name = LLVMGetParam(f->fn, 1);
	f->scope = di_function(g, f->fn, name, g->prog->probe->span);
	di_line(g, g->prog->probe->span);
}

static void emit_each(struct cg *g, const struct func *body)
{
	LLVMTypeRef type = LLVMGlobalGetValueType(body->fn);
	size_t i;

	for (i = 0; i < g->prog->names.n; i++) {
		const struct plan_probe *p =
			&g->plan->probes.v[g->prog->first_probe + i];
		LLVMValueRef args[2];
		struct func f = { 0 };

		g->f = NULL;
		begin_prog(g, &f, p->symbol);
		args[0] = f.ctx;
		args[1] = ir_i64(g, p->names.v[0]);
		LLVMBuildCall2(g->b, type, body->fn, args, body->name ? 2 : 1,
			       "");
		LLVMBuildRet(g->b, ir_i32(g, 0));
		func_end(g);
	}
}

static void emit_prog(struct cg *g, const struct prog *p)
{
	bool is_shared = p->is_each && p->names.n > 1;
	struct func f = { 0 };

	g->scratch_used = 0;
	fns_emit(g, p);
	g->f = NULL;
	if (is_shared)
		begin_shared(g, &f);
	else
		begin_prog(g, &f, p->symbol);
	slots_capture(g);
	frame_make(g);
	keep_name(g);
	slots_clear(g);
	check_gate(g);
	find_syscall(g);
	filter_pid(g);
	iter_begin(g);
	emit_entry(g);
	emit_body(g);
	func_end(g);
	if (is_shared)
		emit_each(g, &f);
	g->prog_index++;
}

/* --- the module ------------------------------------------------------------------------- */

static void begin(struct cg *g)
{
	LLVMInitializeBPFTargetInfo();
	LLVMInitializeBPFTarget();
	LLVMInitializeBPFTargetMC();
	LLVMInitializeBPFAsmPrinter();
	g->ctx = LLVMContextCreate();
	g->mod = LLVMModuleCreateWithNameInContext("espy", g->ctx);
	g->b = LLVMCreateBuilderInContext(g->ctx);
	LLVMSetTarget(g->mod, "bpf");
	LLVMSetDataLayout(g->mod, "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128");
	g->i1 = LLVMInt1TypeInContext(g->ctx);
	g->i8 = LLVMInt8TypeInContext(g->ctx);
	g->i16 = LLVMInt16TypeInContext(g->ctx);
	g->i32 = LLVMInt32TypeInContext(g->ctx);
	g->i64 = LLVMInt64TypeInContext(g->ctx);
	g->ptr = LLVMPointerTypeInContext(g->ctx, 0);
	g->none = LLVMVoidTypeInContext(g->ctx);
	g->maps =
		arena_alloc(g->arena, (g->plan->maps.n + 1) * sizeof(*g->maps));
	di_begin(g);
}

/* Every map of the plan is in the object, used or not: the runtime prints
 * it. So are the ring and its counters. */
static void add_maps(struct cg *g)
{
	const struct map *m;

	for (m = g->script->maps; m; m = m->next)
		if (m->value && m->key) /* else declared and not used */
			map_object(g, m);
	map_ring(g);
	map_lost(g);
	map_sites(g);
}

static bool verify(struct cg *g)
{
	char *why = NULL;
	bool bad = LLVMVerifyModule(g->mod, LLVMReturnStatusAction, &why);

	if (bad)
		diag_error(g->diags, (struct span){ 0, 0 }, D_LIMIT,
			   "malformed code: %s", why);
	LLVMDisposeMessage(why);
	return !bad;
}

static void print_ll(struct cg *g)
{
	char *text;

	if (!g->opts->ll)
		return;
	text = LLVMPrintModuleToString(g->mod);
	buf_puts(g->opts->ll, text);
	LLVMDisposeMessage(text);
}

/* What a CPU has room for at once. */
#define SCRATCH_LIMIT (32u << 10)

static bool fits_scratch(struct cg *g)
{
	if (g->scratch_max <= SCRATCH_LIMIT)
		return true;
	return diag_error(g->diags, (struct span){ 0, 0 }, D_LIMIT,
			  "the variables and temporary values of a probe take "
			  "%u bytes: at most %u",
			  g->scratch_max, SCRATCH_LIMIT);
}

static bool emit_script(struct cg *g)
{
	const struct prog *p;

	for (p = g->script->progs; p; p = p->next)
		emit_prog(g, p);
	add_maps(g);
	maps_finish(g);
	di_end(g);
	laps_end(g->opts->laps, "IR");
	print_ll(g);
	if (!fits_scratch(g) || !object_link(g) || !verify(g))
		return false;
	laps_end(g->opts->laps, "link and verify");
	if (!g->opts->assembly && !g->opts->want_object)
		return true;
	return object_emit(g);
}

bool codegen(const struct script *s, struct plan *p,
	     const struct codegen_opts *opts, struct diags *d)
{
	struct arena arena = { 0 };
	struct cg g = { .script = s,
			.plan = p,
			.opts = opts,
			.diags = d,
			.arena = &arena,
			.types = (struct types *)&s->types };
	bool ok;

	begin(&g);
	laps_end(opts->laps, "LLVM's start");
	ok = emit_script(&g);
	laps_start(opts->laps);
	di_free(&g);
	LLVMDisposeBuilder(g.b);
	LLVMDisposeModule(g.mod);
	LLVMContextDispose(g.ctx);
	arena_free(&arena);
	return ok;
}
