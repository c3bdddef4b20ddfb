/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks by tables: a turn of bpf_loop() for each frame, in a callback that
 * calls bpf-helpers/unwind.bpf.c. All it needs is in the program's scratch
 * memory. */
#include "codegen/cg.h"
#include "plan/abi.h"

struct walk {
	uint32_t state, frames; /* offsets in scratch memory */
	uint32_t words;
	LLVMValueRef turn; /* the callback */
};

static LLVMValueRef table(struct cg *g, enum unwind_table which)
{
	return map_unwind(g, which);
}

static void emit_turn(struct cg *g, struct walk *w, struct span at)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);
	struct func f = { 0 };
	LLVMValueRef end;
	struct loop l;

	callback_begin(g, &f, &l, at, false);
	end = ir_call_c(g, "unwind", "espy_unwind_step", 5,
			ir_scratch_at(g, w->state), ir_scratch_at(g, w->frames),
			ir_i64(g, w->words), table(g, UNWIND_TABLE_PROCESSES),
			table(g, UNWIND_TABLE_PAGES));
	ir_cond(g, ir_truth_of(g, end), l.done, l.next);
	callback_end(g);
	ir_at(g, here);
	di_line(g, at);
	w->turn = f.fn;
}

static LLVMValueRef emit_walk(struct cg *g, const struct walk *w,
			      LLVMValueRef pid)
{
	LLVMValueRef n, state = ir_scratch_at(g, w->state);

	ir_helper(g, BPF_FUNC_loop, 4, ir_i32(g, w->words), w->turn,
		  ir_i64(g, 0), ir_i64(g, 0));
	n = LLVMBuildLoad2(
		g->b, g->i64,
		ir_at_offset(g, state, offsetof(struct unwind_state, n)), "");
	return ir_call_c(g, "stack", "espy_stack_keep", 5, ir_stacks(g, NULL),
			 ir_scratch_at(g, w->frames), ir_i64(g, w->words), n,
			 pid);
}

LLVMValueRef ir_unwind(struct cg *g, uint32_t words, LLVMValueRef pid,
		       struct span at)
{
	struct walk w = { .words = words };
	LLVMValueRef is_known, way, id, other;
	struct ir_if i;

	w.state = ir_scratch_take(g, sizeof(struct unwind_state));
	w.frames = ir_scratch_take(g, ir_stack_size(g));
	emit_turn(g, &w, at);
	way = ir_call_c(g, "unwind", "espy_unwind_begin", 5,
			ir_scratch_at(g, w.state),
			table(g, UNWIND_TABLE_PROCESSES),
			table(g, UNWIND_TABLE_ASKS),
			table(g, UNWIND_TABLE_LATE), pid);
	is_known = LLVMBuildICmp(g->b, LLVMIntSGT, way, ir_i64(g, 0), "");
	i = ir_if(g, is_known);
	id = emit_walk(g, &w, pid);
	ir_else(g, &i);
	other = ir_call_c(g, "stack", "espy_stack_take", 6, ir_context(g),
			  ir_stacks(g, NULL), ir_scratch_at(g, w.frames),
			  ir_i64(g, words), ir_i64(g, BPF_F_USER_STACK), pid);
	ir_end(g, &i);
	return ir_phi(g, &i, id, other);
}

uint64_t ir_option(struct cg *g, enum option_id option)
{
	return g->script->options.num[option];
}
