/* SPDX-License-Identifier: Apache-2.0 */
/* ir.h - BPF as an instruction set: what the emitters of src/lang may use.
 * Values, memory, helper calls, map operations; nobody above this needs to
 * know how LLVM's builder works.
 *
 * Integers and pointers in registers are always 64 bits wide, extended as
 * their type says. Strings in BPF memory are NUL padded to their whole size
 * (so that they can be compared and hashed as bytes), except inside events. */
#ifndef ESPY_CODEGEN_IR_H
#define ESPY_CODEGEN_IR_H

#include <linux/bpf.h>
#include <llvm-c/Types.h>

#include "ast/ast.h"
#include "lang/lang.h"

enum val_place {
	VAL_NONE, /* no value */
	VAL_REG, /* v is the value, an i64 */
	VAL_MEM, /* v is its address, in space as */
	VAL_LAZY, /* fill writes it where it is wanted */
};

struct val {
	LLVMValueRef v;
	const struct type *type;
	enum val_place where;
	enum addr_space as; /* VAL_MEM, VAL_LAZY text */
	uint32_t align; /* VAL_MEM: known alignment of v */
	/* VAL_LAZY: writes at most size bytes at dst (VAL_MEM in BPF memory);
	 * with pad the rest of size is zeroed. */
	void (*fill)(struct cg *g, const struct val *src, struct val dst,
		     uint32_t size, bool pad);
	LLVMValueRef len; /* VAL_LAZY text: bytes at most, NUL included */
	uint32_t cut; /* VAL_LAZY text: the site that counts those that are
			 longer than there is room; 0: none */
	uint32_t site; /* VAL_MEM, VAL_LAZY text: counts reads that fail; 0:
			  nobody */
};

/* --- values ----------------------------------------------------------------- */

struct val ir_none(struct cg *g);
struct val ir_num(struct cg *g, const struct type *type, uint64_t n);
struct val ir_reg(LLVMValueRef v, const struct type *type);
struct val ir_mem(LLVMValueRef address, const struct type *type,
		  enum addr_space as, uint32_t align);

/* The value at an address (an i64) in memory of kind as. */
struct val ir_address(struct cg *g, LLVMValueRef address,
		      const struct type *type, enum addr_space as);

/* A NUL terminated string at address (an i64) in memory of kind as: type is a
 * string of the size wanted; len NULL or the bytes wanted, at most that. */
struct val ir_text(struct cg *g, LLVMValueRef address, enum addr_space as,
		   const struct type *type, LLVMValueRef len);

/* The integer or pointer in a register, loaded from wherever it is. */
LLVMValueRef ir_value(struct cg *g, struct val v);

/* A value at an address (an i64) in memory of kind as. */
struct val ir_at_address(struct cg *g, LLVMValueRef address,
			 const struct type *type, enum addr_space as);

/* Constant bytes as a value. */
struct val ir_bytes(struct cg *g, struct str bytes, const struct type *type);

/* n, but at most max: for the verifier too. */
LLVMValueRef ir_at_most(struct cg *g, LLVMValueRef n, uint32_t max);

/* Reads n bytes at src into BPF memory; negative when that fails. */
LLVMValueRef ir_read_n(struct cg *g, enum addr_space as, LLVMValueRef dst,
		       LLVMValueRef n, LLVMValueRef src);

/* The value as another type: integers are cut and extended, strings cut. */
struct val ir_convert(struct cg *g, struct val v, const struct type *type);

/* The value as bytes of type in BPF memory, in place when it is there. */
struct val ir_here(struct cg *g, struct val v, const struct type *type);

/* --- BPF memory --------------------------------------------------------------- */

/* Memory for a value of type until the program ends; not initialised. */
struct val ir_temp(struct cg *g, const struct type *type);

/* The same, never on the stack: for places that are computed. */
struct val ir_temp_large(struct cg *g, const struct type *type);

/* The same number, of which the verifier knows nothing: what follows a loop is
 * looked at once, not once for each turn that may have been the last. */
LLVMValueRef ir_forget(struct cg *g, LLVMValueRef v);

/* Copies and clears memory of one size, known now. */
void ir_copy(struct cg *g, LLVMValueRef dst, uint32_t dst_align,
	     LLVMValueRef src, uint32_t src_align, uint32_t size);
void ir_clear(struct cg *g, LLVMValueRef dst, uint32_t align, uint32_t size);

/* p moved by n bytes, an i64 that must not be more than max. */
LLVMValueRef ir_moved(struct cg *g, LLVMValueRef p, LLVMValueRef n,
		      uint32_t max);

/* Where the string b is in a, both in BPF memory; -1 when nowhere. */
LLVMValueRef ir_find(struct cg *g, struct val a, struct val b, struct span at);

/* Writes v, converted to dst's type, to dst (VAL_MEM in BPF memory). With pad
 * every byte of dst has a defined value afterwards. */
void ir_store(struct cg *g, struct val dst, struct val v, bool pad);

void ir_zero(struct cg *g, struct val dst);

/* The part of a value in memory at a constant offset. */
struct val ir_part(struct cg *g, struct val base, uint32_t offset,
		   const struct type *type);

/* The field of a record at base (VAL_MEM): with a CO-RE relocation where the
 * kernel's own layout counts. */
struct val ir_field(struct cg *g, struct val base, const struct field *f);

/* --- calls -------------------------------------------------------------------- */

LLVMValueRef ir_i64(struct cg *g, uint64_t n);
LLVMValueRef ir_i32(struct cg *g, uint32_t n);

/* Calls a helper of the kernel by number with n arguments (i64 or pointers).
 * The result is an i64. */
LLVMValueRef ir_helper(struct cg *g, enum bpf_func_id id, unsigned int n, ...);
/* The same for helpers that return a pointer. */
LLVMValueRef ir_helper_ptr(struct cg *g, enum bpf_func_id id, unsigned int n,
			   ...);

/* The current process's id << 32 and its thread's, as seen from the namespace
 * that espy runs in; 0 when they are not in it. */
LLVMValueRef ir_pid_tgid(struct cg *g);

/* Calls a function of bpf-helpers/FILE.bpf.c, which is linked in when used.
 * Arguments are i64 or pointers; the result is an i64. */
LLVMValueRef ir_call_c(struct cg *g, const char *file, const char *name,
		       unsigned int n, ...);

/* The task with a thread id (kfuncs, Linux 6.2): a pointer that is NULL when
 * there is none, and must be released when it is not. */
LLVMValueRef ir_task_from(struct cg *g, LLVMValueRef tid);
void ir_task_release(struct cg *g, LLVMValueRef task);

/* Emits an expression, or the n-th argument (from 0) of a call. */
struct val emit_expr(struct cg *g, const struct expr *e);
struct val emit_arg(struct cg *g, const struct expr *call, unsigned int n);
const struct expr *call_arg(const struct expr *call, unsigned int n);

/* --- the program ---------------------------------------------------------------- */

const struct prog *ir_prog(const struct cg *g);
/* The same, of a function the program that calls it. */
const struct prog *ir_event_prog(const struct cg *g);
struct arena *ir_arena(struct cg *g); /* until the code is made */
struct types *ir_types(struct cg *g);
const char *ir_arch(const struct cg *g);

/* The slot of a fixup as a value of a type: a number, or a text. */
struct val ir_slot(struct cg *g, uint32_t index, const struct type *type);

/* The slot of a fixup as an integer; index is its number, not + 1. */
LLVMValueRef ir_fixup(struct cg *g, uint32_t index);
/* A slot of this kind that no expression asked for. */
LLVMValueRef ir_fixup_kind(struct cg *g, enum fixup_kind kind);
/* The slot of this kind and argument. */
LLVMValueRef ir_fixup_of(struct cg *g, enum fixup_kind kind, struct str arg);

/* The context's address; 8 bytes of it at an offset. */
LLVMValueRef ir_context(struct cg *g);
LLVMValueRef ir_context_word(struct cg *g, uint32_t offset);

/* Registers of the architecture: offsets in struct pt_regs. */
struct ir_regs {
	const char *arch;
	uint32_t args[9], n_args;
	uint32_t result, ip;
	uint32_t sp, sp_args; /* where arguments start above sp, at the entry */
};
const struct ir_regs *ir_regs(const struct cg *g);

/* The n-th argument as a number: in a register (0 where there is none), of a
 * BPF trampoline. The same for the result. A kprobe that may be a trampoline
 * finds out which it is. */
LLVMValueRef ir_register_arg(struct cg *g, uint64_t n);
LLVMValueRef ir_trampoline_arg(struct cg *g, uint64_t n);
LLVMValueRef ir_register_result(struct cg *g);
LLVMValueRef ir_trampoline_result(struct cg *g);

/* A word of struct pt_regs, in a program that may have none. */
LLVMValueRef ir_register_word(struct cg *g, uint32_t offset);

/* Is a program that may be either a trampoline? A constant when it is loaded,
 * for ir_if(). */
LLVMValueRef ir_is_trampoline(struct cg *g);

/* The slot of 8 bytes at an offset of the program's args. t: what is in it;
 * NULL: a part of it. */
LLVMValueRef ir_arg_slot(struct cg *g, uint32_t offset, const struct type *t);

/* 8 bytes for a helper to put a number into, 0 now; the number. */
LLVMValueRef ir_number_place(struct cg *g);
LLVMValueRef ir_number_at(struct cg *g, LLVMValueRef p);

/* Which attach point fired, as an index into plan.names. */
LLVMValueRef ir_probe_name(struct cg *g);

/* Counts a condition at a site and, the first time, tells user space. site 0:
 * nothing. code is an i64. */
void ir_warn_if(struct cg *g, LLVMValueRef condition, uint32_t site,
		LLVMValueRef code);

/* 1 for the first so many of each second, of all that come to the site,
 * which is the call's own; else 0. */
LLVMValueRef ir_rate(struct cg *g, uint32_t site, LLVMValueRef most);

/* Counts at a site that a read from address, which is not 0, failed: rc is
 * negative. Told at the end. site 0: nothing. */
void ir_count_failed(struct cg *g, LLVMValueRef rc, LLVMValueRef address,
		     uint32_t site);

/* --- maps -------------------------------------------------------------------------- */

/* A handle on the map of an EX_MAP, and its keys (a temporary). keys NULL and
 * the map keyed: the expression's own brackets. */
LLVMValueRef ir_map(struct cg *g, const struct map *m);
struct val ir_map_key(struct cg *g, const struct map *m,
		      const struct expr *keys);
LLVMValueRef ir_map_lookup(struct cg *g, const struct map *m, struct val key);

/* Notes whether the scalar whose value is at p has one (plan_map_mark()). */
void ir_map_set_mark(struct cg *g, const struct map *m, LLVMValueRef p,
		     bool is_present);

/* The value of m at p, which is not 0: what a lookup of key found. */
struct val ir_map_found(struct cg *g, const struct map *m, LLVMValueRef p,
			struct val key);

/* Gives the variable of an EX_VAR a value. */
void ir_set_var(struct cg *g, const struct expr *e, struct val v);

bool ir_map_percpu(struct cg *g, const struct map *m);
bool ir_map_is_array(struct cg *g, const struct map *m);
uint32_t ir_map_entries(struct cg *g, const struct map *m);
/* How many entries there are now: an i64. */
LLVMValueRef ir_map_count(struct cg *g, const struct map *m, struct span at);

/* Takes the stack of the current process by tables, of at most so many words,
 * and keeps it: an i64, its id or -errno. pid is the process. */
LLVMValueRef ir_unwind(struct cg *g, uint32_t words, LLVMValueRef pid,
		       struct span at);

/* What an option of the script was set to. */
uint64_t ir_option(struct cg *g, enum option_id option);

/* The buffers that packets are sent to. */
LLVMValueRef ir_packets(struct cg *g);

/* The map of stacks; room, unless NULL: memory for one of its values. */
LLVMValueRef ir_stacks(struct cg *g, struct val *room);

/* Inside the emitter of an aggregation (flag FN_ASSIGNED): the address of the
 * map value to change, this CPU's own. */
LLVMValueRef ir_agg_value(struct cg *g);
const struct type *ir_agg_type(struct cg *g); /* of the map */

/* *p += n: a number that only this CPU changes. */
void ir_bump(struct cg *g, LLVMValueRef p, LLVMValueRef n);

/* A value that is made lazily and the same whenever the program asks for the
 * builtin e: made once where it is asked for again. */
struct val ir_once(struct cg *g, const struct expr *e, struct val v);

/* The number an aggregation shows, over all CPUs; 0 when there is none. */
LLVMValueRef ir_agg_read(struct cg *g, const struct map *m, struct val key);

/* --- events ------------------------------------------------------------------------- */

/* Sends a call's event with its arguments as the payload's fields. */
struct val ir_send(struct cg *g, const struct expr *call);

/* The same; fill writes the payload, a record in BPF memory. */
struct val ir_send_filled(struct cg *g, const struct expr *call,
			  void (*fill)(struct cg *g, struct val payload,
				       void *arg),
			  void *arg);

/* --- control flow ------------------------------------------------------------------ */

/* if (condition) { ... } else { ... }:
 *	struct ir_if i = ir_if(g, condition);
 *	...
 *	ir_else(g, &i);
 *	...
 *	ir_end(g, &i);
 * ir_phi() joins two i64 after ir_end(). */
struct ir_if {
	LLVMBasicBlockRef otherwise, end, from_then, from_else;
	size_t known; /* how much was, before */
};
struct ir_if ir_if(struct cg *g, LLVMValueRef condition);
void ir_else(struct cg *g, struct ir_if *i);
void ir_end(struct cg *g, struct ir_if *i);
LLVMValueRef ir_phi(struct cg *g, const struct ir_if *i, LLVMValueRef a,
		    LLVMValueRef b);

/* Conditions, for ir_if(). */
LLVMValueRef ir_is_zero(struct cg *g, LLVMValueRef v); /* i64 or pointer */
LLVMValueRef ir_truth_of(struct cg *g, LLVMValueRef v); /* is not zero */
LLVMValueRef ir_is_negative(struct cg *g, LLVMValueRef v);

/* A condition, or its opposite, as 0 or 1. */
LLVMValueRef ir_as_bool(struct cg *g, LLVMValueRef condition);
LLVMValueRef ir_not(struct cg *g, LLVMValueRef condition);

LLVMValueRef ir_as_i64(struct cg *g, LLVMValueRef v); /* of a pointer */
LLVMValueRef ir_add(struct cg *g, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef ir_sub(struct cg *g, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef ir_and(struct cg *g, LLVMValueRef a, LLVMValueRef b);
LLVMValueRef ir_shr(struct cg *g, LLVMValueRef a, unsigned int bits);
LLVMValueRef ir_shl(struct cg *g, LLVMValueRef a, unsigned int bits);

#endif
