/* SPDX-License-Identifier: Apache-2.0 */
/* Loops: bpf_loop() and bpf_for_each_map_elem() with a callback each. The
 * variables that a loop's body names live in a frame on the program's stack,
 * whose address the callback is given. */
#include <stdio.h>

#include "codegen/cg.h"

static LLVMTypeRef callback_type(struct cg *g, bool is_map)
{
	LLVMTypeRef loop[] = { g->i64, g->ptr };
	LLVMTypeRef map[] = { g->ptr, g->ptr, g->ptr, g->ptr };

	return is_map ? LLVMFunctionType(g->i64, map, 4, false)
		      : LLVMFunctionType(g->i64, loop, 2, false);
}

void callback_begin(struct cg *g, struct func *f, struct loop *l,
		    struct span at, bool is_map)
{
	char name[96];

	snprintf(name, sizeof(name), "%.*s_loop%u", STR_ARG(g->prog->symbol),
		 g->n_callbacks++);
	func_begin(g, f, name, callback_type(g, is_map), NULL);
	LLVMSetLinkage(f->fn, LLVMInternalLinkage);
	f->scope = di_function(g, f->fn, name, at);
	di_line(g, at);
	f->frame = LLVMGetParam(f->fn, is_map ? 3 : 1);
	f->ctx = LLVMBuildLoad2(g->b, g->ptr,
				ir_at_offset(g, f->frame, FRAME_CTX), "");
	if (g->f->parent->name)
		f->name = LLVMBuildLoad2(g->b, g->i64,
					 ir_at_offset(g, f->frame, FRAME_NAME),
					 "");
	*l = (struct loop){ .next = ir_block(g, "next"),
			    .done = ir_block(g, "done"),
			    .is_callback = true };
	f->loop = l;
}

void callback_end(struct cg *g)
{
	struct loop *l = g->f->loop;

	ir_br(g, l->next);
	ir_at(g, l->next);
	LLVMBuildRet(g->b, ir_i64(g, 0));
	ir_at(g, l->done);
	LLVMBuildRet(g->b, ir_i64(g, 1));
	func_end(g);
}

static void while_body(struct cg *g, const struct stmt *s)
{
	LLVMBasicBlockRef body = ir_block(g, "body");

	ir_cond(g, ir_truth(g, emit_expr(g, s->loop.cond)), body,
		g->f->loop->done);
	ir_at(g, body);
	emit_stmts(g, s->loop.body);
}

static void range_body(struct cg *g, const struct stmt *s, uint32_t from)
{
	const struct type *t = s->loop.var->var.sym->type;
	LLVMValueRef i = LLVMGetParam(g->f->fn, 0), first;

	first = LLVMBuildLoad2(g->b, g->i64, ir_at_offset(g, g->f->frame, from),
			       "");
	var_set(g, s->loop.var->var.sym,
		ir_reg(LLVMBuildAdd(g->b, first, i, ""), t));
	emit_stmts(g, s->loop.body);
}

static struct val entry_value(struct cg *g, const struct map *m,
			      const struct type *t, struct val key)
{
	LLVMValueRef v = LLVMGetParam(g->f->fn, 2);

	if (ir_map_percpu(g, m) && is_reg(t))
		return ir_reg(ir_agg_read(g, m, key), t);
	return ir_mem(v, t, AS_BPF, 8);
}

static void map_body(struct cg *g, const struct stmt *s)
{
	const struct map *m = s->loop.map->map.sym;
	const struct var *v = s->loop.var->var.sym;
	const struct type *t = v->type;
	struct val kv = var_mem(g, v), key, x;

	key = ir_mem(LLVMGetParam(g->f->fn, 1), m->key, AS_BPF, 8);
	if (t->kind == TY_TUPLE && t->n_fields == 2) {
		ir_zero(g, kv);
		ir_store(g, ir_part(g, kv, 0, t->fields[0].type), key, true);
		x = entry_value(g, m, t->fields[1].type, key);
		ir_store(g,
			 ir_part(g, kv, t->fields[1].offset, t->fields[1].type),
			 x, true);
	}
	emit_stmts(g, s->loop.body);
}

/* Bounds of a range: how many turns, and the first value into the frame. */
static LLVMValueRef range_turns(struct cg *g, const struct stmt *s,
				uint32_t *slot)
{
	LLVMValueRef from = ir_value(g, emit_expr(g, s->loop.from));
	LLVMValueRef to = ir_value(g, emit_expr(g, s->loop.to));
	LLVMValueRef n, max = ir_i64(g, LOOP_MAX), over;

	vec_each(r, &g->ranges)
		if (r->loop == s)
			*slot = r->offset;
	LLVMBuildStore(g->b, from, ir_at_offset(g, g->f->frame, *slot));
	n = LLVMBuildSub(g->b, to, from, "");
	n = LLVMBuildSelect(g->b, LLVMBuildICmp(g->b, LLVMIntSLT, from, to, ""),
			    n, ir_i64(g, 0), "");
	over = LLVMBuildICmp(g->b, LLVMIntUGT, n, max, "");
	ir_warn_if(g, over, s->site, max);
	return LLVMBuildSelect(g->b, over, max, n, "");
}

static void loop_call(struct cg *g, const struct stmt *s, LLVMValueRef n,
		      LLVMValueRef fn)
{
	LLVMValueRef done;

	if (s->kind == ST_FOR_MAP) {
		ir_helper(g, BPF_FUNC_for_each_map_elem, 4,
			  ir_map(g, s->loop.map->map.sym), fn, g->f->frame,
			  ir_i64(g, 0));
		return;
	}
	done = ir_helper(g, BPF_FUNC_loop, 4,
			 LLVMBuildTrunc(g->b, n, g->i32, ""), fn, g->f->frame,
			 ir_i64(g, 0));
	if (s->kind == ST_WHILE)
		ir_warn_if(g,
			   LLVMBuildICmp(g->b, LLVMIntEQ, done,
					 ir_i64(g, LOOP_MAX), ""),
			   s->site, done);
}

/* The body returned from the program: so does this function. */
static void loop_returned(struct cg *g)
{
	LLVMValueRef flag = LLVMBuildLoad2(g->b, g->i64, g->f->frame, "");
	struct ir_if i;

	i = ir_if(g, ir_truth_of(g, flag));
	emit_return(g);
	LLVMBuildUnreachable(g->b);
	ir_else(g, &i);
	ir_end(g, &i);
}

void emit_loop(struct cg *g, const struct stmt *s)
{
	LLVMValueRef n = ir_i64(g, LOOP_MAX);
	LLVMBasicBlockRef here;
	struct func f = { 0 };
	struct ir_if some;
	struct loop l;
	uint32_t from = 0;

	known_forget_called(g);
	if (s->kind == ST_FOR_RANGE)
		n = range_turns(g, s, &from);
	here = LLVMGetInsertBlock(g->b);
	callback_begin(g, &f, &l, s->span, s->kind == ST_FOR_MAP);
	if (s->kind == ST_WHILE)
		while_body(g, s);
	else if (s->kind == ST_FOR_RANGE)
		range_body(g, s, from);
	else
		map_body(g, s);
	callback_end(g);
	ir_at(g, here);
	di_line(g, s->span);
	/* some verifiers trip over a callback that is never called */
	some = ir_if(g, ir_truth_of(g, n));
	loop_call(g, s, n, f.fn);
	loop_returned(g);
	ir_else(g, &some);
	ir_end(g, &some);
	known_forget_called(g); /* what the bounds have found out */
}

/* --- the number of entries -------------------------------------------------- */

/* The helper returns how many it went through; a count of our own would be one
 * state of the verifier per entry once it is compared. */
LLVMValueRef ir_map_count(struct cg *g, const struct map *m, struct span at)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(g->b);
	struct func f = { 0 };
	struct loop l;

	if (ir_map_is_array(g, m))
		return ir_i64(g, ir_map_entries(g, m));
	callback_begin(g, &f, &l, at, true);
	callback_end(g);
	ir_at(g, here);
	di_line(g, at);
	return ir_helper(g, BPF_FUNC_for_each_map_elem, 4, ir_map(g, m), f.fn,
			 ir_i64(g, 0), ir_i64(g, 0));
}
