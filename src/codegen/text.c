/* SPDX-License-Identifier: Apache-2.0 */
/* Text in text: bpf_loop() over the places of the one, so that the verifier
 * looks at one place instead of a thousand, and another over the bytes of the
 * other when that is long. */
#include "codegen/cg.h"

/* What the callbacks are given: where the texts are, the answer, and what the
 * inner one compares. */
#define FIND_B      8 /* a is first */
#define FIND_AT     16
#define FIND_FROM   24
#define FIND_DIFFER 32
#define FIND_WORDS  5

#define FIND_INLINE 64 /* bytes of a needle compared without a callback */

struct find {
	uint32_t a_size, b_size;
	struct span at;
};

static LLVMValueRef byte_at(struct cg *g, LLVMValueRef p, LLVMValueRef i)
{
	p = LLVMBuildGEP2(g->b, g->i8, p, &i, 1, "");
	return ir_load(g, p, type_int(g->types, 1, false), 1, true);
}

static LLVMValueRef word(struct cg *g, LLVMTypeRef type, uint32_t offset)
{
	return LLVMBuildLoad2(g->b, type, ir_at_offset(g, g->f->frame, offset),
			      "");
}

/* Goes on when the condition holds, else the loop is done. */
static void go_on_if(struct cg *g, LLVMValueRef condition)
{
	LLVMBasicBlockRef on = ir_block(g, "on");

	ir_cond(g, condition, on, g->f->loop->done);
	ir_at(g, on);
}

static LLVMValueRef is_inside(struct cg *g, LLVMValueRef i, uint32_t size)
{
	return LLVMBuildICmp(g->b, LLVMIntULT, i, ir_i64(g, size), "");
}

/* One byte of b against the one of a; a's end is like another byte. */
static void compare_body(struct cg *g, const struct find *x)
{
	LLVMValueRef j = LLVMGetParam(g->f->fn, 0), at, p, q;

	go_on_if(g, is_inside(g, j, x->b_size));
	q = byte_at(g, word(g, g->ptr, FIND_B), j);
	go_on_if(g, ir_truth_of(g, q));
	LLVMBuildStore(g->b, ir_i64(g, 1),
		       ir_at_offset(g, g->f->frame, FIND_DIFFER));
	at = LLVMBuildAdd(g->b, word(g, g->i64, FIND_FROM), j, "");
	go_on_if(g, is_inside(g, at, x->a_size));
	p = byte_at(g, word(g, g->ptr, 0), at);
	go_on_if(g, LLVMBuildICmp(g->b, LLVMIntEQ, p, q, ""));
	LLVMBuildStore(g->b, ir_i64(g, 0),
		       ir_at_offset(g, g->f->frame, FIND_DIFFER));
}

static void text_loop(struct cg *g, LLVMValueRef frame, const struct find *x,
		      void (*body)(struct cg *g, const struct find *x),
		      uint32_t turns)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);
	struct func f = { 0 };
	struct loop l;

	callback_begin(g, &f, &l, x->at, false);
	body(g, x);
	callback_end(g);
	ir_at(g, here);
	di_line(g, x->at);
	ir_helper(g, BPF_FUNC_loop, 4, ir_i32(g, turns), f.fn, frame,
		  ir_i64(g, 0));
}

static LLVMValueRef is_here(struct cg *g, LLVMValueRef i, const struct find *x)
{
	LLVMValueRef frame = g->f->frame;

	if (x->b_size <= FIND_INLINE)
		return ir_call_c(g, "string", "espy_is_at", 5,
				 word(g, g->ptr, 0), ir_i64(g, x->a_size), i,
				 word(g, g->ptr, FIND_B), ir_i64(g, x->b_size));
	LLVMBuildStore(g->b, i, ir_at_offset(g, frame, FIND_FROM));
	LLVMBuildStore(g->b, ir_i64(g, 0), ir_at_offset(g, frame, FIND_DIFFER));
	text_loop(g, frame, x, compare_body, x->b_size);
	return ir_not(g, ir_truth_of(g, word(g, g->i64, FIND_DIFFER)));
}

/* One place: the search ends where b is, and where a ends. */
static void find_body(struct cg *g, const struct find *x)
{
	LLVMValueRef i = LLVMGetParam(g->f->fn, 0), here;
	struct ir_if found;

	go_on_if(g, is_inside(g, i, x->a_size));
	/* Read first: 6.12's verifier loses i where a sum with it is checked. */
	here = byte_at(g, word(g, g->ptr, 0), i);
	found = ir_if(g, ir_truth_of(g, is_here(g, i, x)));
	LLVMBuildStore(g->b, i, ir_at_offset(g, g->f->frame, FIND_AT));
	ir_br(g, g->f->loop->done);
	ir_end(g, &found);
	go_on_if(g, ir_truth_of(g, here));
}

LLVMValueRef ir_find(struct cg *g, struct val a, struct val b, struct span at)
{
	LLVMValueRef frame = ir_alloca(g, g->i64, FIND_WORDS, 8);
	struct find x = { a.type->size, b.type->size, at };

	LLVMBuildStore(g->b, a.v, frame);
	LLVMBuildStore(g->b, b.v, ir_at_offset(g, frame, FIND_B));
	LLVMBuildStore(g->b, ir_i64(g, -1), ir_at_offset(g, frame, FIND_AT));
	text_loop(g, frame, &x, find_body, x.a_size);
	return LLVMBuildLoad2(g->b, g->i64, ir_at_offset(g, frame, FIND_AT),
			      "");
}
