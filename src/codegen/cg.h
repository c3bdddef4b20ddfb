/* SPDX-License-Identifier: Apache-2.0 */
/* cg.h - a module being emitted: the state that the files of this folder
 * share. Nothing outside src/codegen includes it. */
#ifndef ESPY_CODEGEN_CG_H
#define ESPY_CODEGEN_CG_H

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>

#include "codegen/codegen.h"
#include "codegen/ir.h"

/* Bytes of the BPF stack that temporaries may take in the program and in the
 * callbacks of its loops together; the rest is for spills. */
#define STACK_BUDGET   256
#define STACK_TEMP_MAX 64 /* larger temporaries go to espy_scratch */
#define LOOP_MAX       (1u << 23) /* what bpf_loop allows */

struct slot { /* of a $variable of the program */
	LLVMValueRef ptr; /* in the program's own function; NULL: none yet */
	uint32_t frame; /* captured by a loop: offset in the frame + 1 */
	uint32_t scratch; /* large and captured: offset in scratch + 1 */
};

/* The loop around what is being emitted. */
struct loop {
	struct loop *outer;
	LLVMBasicBlockRef next, done;
	bool is_callback; /* next and done return from the callback */
};

/* A temporary on the stack: used again once its statement is over. */
struct stack_temp {
	LLVMValueRef ptr;
	uint32_t size;
	bool is_taken;
};

/* What the temporaries were when a statement began. */
struct temp_mark {
	size_t taken;
	uint32_t scratch_used;
};

/* The function being emitted: a program or the callback of a loop. */
struct func {
	struct func *parent; /* the function whose loop this is */
	LLVMValueRef fn, ctx;
	LLVMBasicBlockRef entry, start;
	LLVMValueRef scratch; /* alloca of the pointer; NULL: not used */
	LLVMValueRef frame; /* the captured variables; NULL: none */
	LLVMValueRef name; /* i64: which attach point, when known */
	LLVMValueRef task_name; /* see ir_once(); NULL: not kept */
	uint32_t name_uses; /* in the program; 0: not counted yet */
	struct loop *loop;
	LLVMMetadataRef scope;
	VEC(struct known) known; /* reuse.c */
	VEC(struct stack_temp) temps;
	VEC(size_t) taken; /* indices into temps, newest last */
};

/* What may be known already. */
enum known_kind {
	KNOWN_IDS, /* ir_pid_tgid() */
	KNOWN_NAME, /* where ir_once() keeps it */
	KNOWN_STORAGE, /* of the thread: its address, maybe NULL */
	KNOWN_ENTRY, /* a number in a map */
};

struct known {
	enum known_kind kind;
	const struct map *map; /* of an entry */
	const struct expr *keys; /* the same */
	LLVMValueRef v; /* NULL: not any more */
};

/* The frame of captured variables starts with whether the body of a loop
 * returned, the context, and which attach point that is. */
#define FRAME_RETURNED 0
#define FRAME_CTX      8
#define FRAME_NAME     16
#define FRAME_FIRST    24

struct range { /* where a range's first value is in the frame */
	const struct stmt *loop;
	uint32_t offset;
};

/* Maps of stacks by tables (plan/abi.h). */
enum unwind_table {
	UNWIND_TABLE_PROCESSES,
	UNWIND_TABLE_PAGES,
	UNWIND_TABLE_ASKS,
	UNWIND_TABLE_LATE,
	UNWIND_TABLE_N
};

struct fn_code; /* call.c: a function of the script */

struct cg {
	const struct script *script;
	struct plan *plan;
	const struct codegen_opts *opts;
	struct diags *diags;
	struct arena *arena;
	struct types *types;

	LLVMContextRef ctx;
	LLVMModuleRef mod;
	LLVMBuilderRef b;
	LLVMTypeRef i1, i8, i16, i32, i64, ptr, none;

	LLVMValueRef *maps; /* plan.maps.n; NULL: not referenced yet */
	LLVMValueRef ring, lost, sites, scratch_map;
	LLVMValueRef rates, passed; /* rate.c; NULL: not in it */
	LLVMValueRef stacks; /* NULL: not referenced yet */
	LLVMValueRef packets; /* the same */
	LLVMValueRef unwind[UNWIND_TABLE_N]; /* the same */
	LLVMValueRef selfs; /* storage of self-> variables; NULL: none yet */
	LLVMValueRef fixups, unknown, zeros, over, gate;
	uint32_t zeros_size;
	uint32_t scratch_max; /* largest program's */
	uint32_t n_callbacks;
	uint32_t wanted; /* bits: which of bcode_table to link */

	const struct prog *prog;
	const struct prog *event_prog; /* of functions: whom they are for */
	uint32_t prog_index;
	struct func *f;
	struct slot *slots; /* prog->n_vars */
	uint32_t stack_used, scratch_used; /* now, callers of callbacks too */
	uint32_t frame_size; /* of the captured variables; 0: no loop */
	VEC(struct fn_code *) fns; /* of the script, emitted for prog */
	struct fn_code *fn; /* the one being emitted; NULL: the program */
	VEC(struct range) ranges; /* for ($i : a..b) loops */
	LLVMValueRef agg; /* see ir_agg_value() */
	const struct type *agg_type;
	struct debuginfo *di;
};

/* --- types (ir.c) -------------------------------------------------------------- */

bool is_reg(const struct type *t); /* lives in a register */
LLVMTypeRef ir_int_type(struct cg *g, uint32_t size);

/* --- builder (ir.c) ------------------------------------------------------------ */

LLVMBasicBlockRef ir_block(struct cg *g, const char *name);
void ir_at(struct cg *g, LLVMBasicBlockRef bb);
void ir_br(struct cg *g, LLVMBasicBlockRef bb); /* unless terminated */
void ir_cond(struct cg *g, LLVMValueRef c, LLVMBasicBlockRef yes,
	     LLVMBasicBlockRef no);
LLVMValueRef ir_alloca(struct cg *g, LLVMTypeRef type, uint32_t n,
		       uint32_t align);
LLVMValueRef ir_at_offset(struct cg *g, LLVMValueRef p, uint64_t offset);
LLVMValueRef ir_extend(struct cg *g, LLVMValueRef v, uint32_t size,
		       bool is_signed); /* from the low size bytes */
LLVMValueRef ir_to_ptr(struct cg *g, LLVMValueRef v);
LLVMValueRef ir_truth(struct cg *g, struct val v); /* as i1 */
void ir_annotate(struct cg *g, LLVMValueRef insn, const char *kind,
		 LLVMMetadataRef md);
LLVMValueRef ir_helper_n(struct cg *g, enum bpf_func_id id, LLVMTypeRef ret,
			 unsigned int n, LLVMValueRef *args);

/* --- memory (mem.c) ------------------------------------------------------------- */

LLVMValueRef ir_load(struct cg *g, LLVMValueRef p, const struct type *t,
		     uint32_t align, bool is_volatile);
LLVMValueRef ir_temp_bytes(struct cg *g, uint32_t size); /* aligned to 8 */
LLVMValueRef ir_scratch_at(struct cg *g, uint32_t offset);
struct temp_mark temps_mark(const struct cg *g);
void temps_release(struct cg *g, struct temp_mark mark);
uint32_t ir_scratch_take(struct cg *g, uint32_t size);
LLVMValueRef ir_zeros(struct cg *g, uint32_t size);
/* i64 result of reading size bytes at src (i64) of space as into dst. */
LLVMValueRef ir_read(struct cg *g, enum addr_space as, LLVMValueRef dst,
		     uint32_t size, LLVMValueRef src);
LLVMValueRef ir_const_bytes(struct cg *g, struct str bytes, uint32_t size);
LLVMValueRef ir_strings_equal(struct cg *g, struct val a, struct val b);

/* --- iterators (iter.c) ---------------------------------------------------------- */

bool iter_is_pinned(const struct cg *g);
void iter_begin(struct cg *g); /* of the program */
void iter_end(struct cg *g); /* of the iteration */
/* A value of this type that came from the context. */
LLVMValueRef iter_pointer(struct cg *g, const struct type *t, LLVMValueRef v);
struct val iter_print(struct cg *g, const struct expr *call); /* pinned */

/* --- functions (func.c) ---------------------------------------------------------- */

void func_begin(struct cg *g, struct func *f, const char *name,
		LLVMTypeRef type, LLVMMetadataRef scope);
void func_end(struct cg *g); /* scratch lookup; pops */

/* --- statements, loops, maps ------------------------------------------------------ */

void emit_stmts(struct cg *g, const struct stmt *s);
void emit_return(struct cg *g); /* from the function, or the program */
void emit_end(struct cg *g); /* ends the probe, from wherever */
void emit_loop(struct cg *g, const struct stmt *s);
/* A callback of a loop being emitted: its frame is the function's, and next
 * and done are its ways out. */
void callback_begin(struct cg *g, struct func *f, struct loop *l,
		    struct span at, bool is_map);
void callback_end(struct cg *g);
void slots_capture(struct cg *g); /* decides which variables loops share */
struct val var_mem(struct cg *g, const struct var *v);
void slots_clear(struct cg *g); /* those used where nothing may have set them */
void var_set(struct cg *g, const struct var *v, struct val x);

struct val emit_map_read(struct cg *g, const struct expr *e);
void emit_map_assign(struct cg *g, const struct stmt *s);
struct val emit_map_incdec(struct cg *g, const struct expr *e);
struct val emit_arith(struct cg *g, enum op op, const struct type *type,
		      struct val a, struct val b, uint32_t site);
/* The type that `target op= value` is computed in. */
const struct type *arith_type(struct cg *g, enum op op,
			      const struct type *target,
			      const struct expr *value);
struct val emit_compare(struct cg *g, enum op op, const struct type *common,
			struct val a, struct val b);

/* --- what is known already (reuse.c) ---------------------------------------------- */

/* Each NULL when it is not known. */
LLVMValueRef known_value(struct cg *g, enum known_kind kind);
LLVMValueRef known_entry(struct cg *g, const struct expr *e); /* EX_MAP */
void known_add(struct cg *g, enum known_kind kind, LLVMValueRef v);
void known_add_entry(struct cg *g, const struct expr *e, LLVMValueRef v);
void known_forget(struct cg *g, enum known_kind kind);
void known_forget_map(struct cg *g, const struct map *m); /* it was changed */
void known_forget_var(struct cg *g); /* a variable was */
void known_forget_called(struct cg *g); /* by code elsewhere, who knows what */

/* --- functions of the script (call.c) --------------------------------------------- */

/* Emits those that p needs, and makes p the program being emitted. */
void fns_emit(struct cg *g, const struct prog *p);
struct val emit_user_call(struct cg *g, const struct expr *e);
void fn_place_vars(struct cg *g); /* parameters that are in memory */
void fn_set_result(struct cg *g, struct val x);
LLVMValueRef fn_result(struct cg *g); /* as a register */
void frame_make(struct cg *g); /* codegen.c: the variables of loops */

void emit_entry(struct cg *g); /* entry.c: what entry() keeps */

/* --- values of the thread (self.c) ----------------------------------------------- */

/* The current thread's value in a map of map_thread(), made when asked for;
 * NULL at run time when there is none. */
LLVMValueRef thread_storage(struct cg *g, LLVMValueRef map, bool create);
struct val emit_self(struct cg *g, const struct expr *e);
void emit_self_assign(struct cg *g, const struct stmt *s);
struct val emit_self_incdec(struct cg *g, const struct expr *e);

/* --- elements (element.c) ---------------------------------------------------------- */

struct val emit_member(struct cg *g, const struct expr *e);
struct val emit_member_address(struct cg *g, const struct expr *e); /* &p->m */
struct val emit_index(struct cg *g, const struct expr *e);
struct val emit_deref(struct cg *g, const struct expr *e);

/* --- maps as globals (maps.c) ------------------------------------------------------- */

/* The map of the object that a map of the script is, or for a pair the array
 * that it is in. */
LLVMValueRef map_object(struct cg *g, const struct map *m);
LLVMValueRef map_private(struct cg *g, const char *name, unsigned int type,
			 uint32_t key, uint32_t value, uint32_t entries);
LLVMValueRef map_thread(struct cg *g, const char *name, uint32_t value);
void maps_finish(struct cg *g); /* private maps with their final sizes */
LLVMValueRef map_ring(struct cg *g);
LLVMValueRef map_lost(struct cg *g);

/* max_events_per_second: is there no room in this second for one more run of
 * the program? Counts it then. NULL: there is no such limit. (rate.c) */
LLVMValueRef rate_is_over(struct cg *g);

/* One more in a private per-CPU array of counters. Returns the count before,
 * with zero meaning the first. */
LLVMValueRef count_up(struct cg *g, LLVMValueRef map, uint32_t index);
LLVMValueRef map_sites(struct cg *g);
LLVMValueRef map_scratch(struct cg *g);
LLVMValueRef map_unwind(struct cg *g, enum unwind_table which);
uint32_t ir_stack_size(const struct cg *g); /* bytes of what is kept */

/* --- events (event.c) ---------------------------------------------------------------- */

/* Reserves an event of the plan, calls fill on its payload, submits it. */
void event_send(struct cg *g, uint32_t event,
		void (*fill)(struct cg *g, struct val payload, void *arg),
		void *arg);

/* --- CO-RE (core.c) ------------------------------------------------------------------- */

LLVMValueRef core_field(struct cg *g, LLVMValueRef p, const struct type *rec,
			const struct field *f);

/* The value of a bit-field of the record at base. */
struct val core_bits(struct cg *g, struct val base, const struct type *rec,
		     const struct field *f);

/* --- debugging information (debuginfo.c) ------------------------------------------------ */

void di_begin(struct cg *g);
LLVMMetadataRef di_function(struct cg *g, LLVMValueRef fn, const char *name,
			    struct span at);

/* Of a function of the kernel with one parameter: an int or a pointer to the
 * record; a pointer that it returns is to the same record. */
void di_extern(struct cg *g, LLVMValueRef fn, const char *name,
	       const char *record);
void di_line(struct cg *g, struct span at);
void di_map(struct cg *g, LLVMValueRef global, const char *name,
	    const uint32_t *numbers, const char *const *names, unsigned int n);
/* A map whose key and value have types, too: an int and bytes. */
void di_thread_map(struct cg *g, LLVMValueRef global, const char *name,
		   const uint32_t *numbers, uint32_t value);
void di_global(struct cg *g, LLVMValueRef global, const char *name,
	       uint32_t size);
LLVMMetadataRef di_record_with(struct cg *g, const struct type *rec,
			       const struct field *f, bool *is_union);
void di_end(struct cg *g);
void di_rename(struct cg *g, char *object, size_t size); /* memfd names */
void di_free(struct cg *g);

/* --- object (object.c) ------------------------------------------------------------------ */

void object_want(struct cg *g, const char *file); /* of bpf-helpers */
bool object_link(struct cg *g); /* what is wanted */
bool object_emit(struct cg *g);

#endif
