/* SPDX-License-Identifier: Apache-2.0 */
/* self-> variables: one value of task storage per thread holds all of them;
 * the kernel frees it with the thread. What was never assigned reads as 0. */
#include "codegen/cg.h"

#define STORAGE_CREATE 1 /* BPF_LOCAL_STORAGE_GET_F_CREATE */

LLVMValueRef thread_storage(struct cg *g, LLVMValueRef map, bool create)
{
	LLVMValueRef task = ir_helper_ptr(g, BPF_FUNC_get_current_task_btf, 0);

	return ir_helper_ptr(g, BPF_FUNC_task_storage_get, 4, map, task,
			     LLVMConstNull(g->ptr),
			     ir_i64(g, create ? STORAGE_CREATE : 0));
}

static LLVMValueRef storage(struct cg *g, bool create)
{
	if (!g->selfs)
		g->selfs =
			map_thread(g, "espy_self", g->script->self_type->size);
	return thread_storage(g, g->selfs, create);
}

/* For reading. */
static LLVMValueRef storage_found(struct cg *g)
{
	LLVMValueRef p = known_value(g, KNOWN_STORAGE);

	if (!p) {
		p = storage(g, false);
		known_add(g, KNOWN_STORAGE, p);
	}
	return p;
}

/* Made unless there is one. */
static LLVMValueRef storage_made(struct cg *g)
{
	LLVMValueRef p = known_value(g, KNOWN_STORAGE), made;
	struct ir_if i;

	if (!p) {
		made = storage(g, true);
	} else {
		i = ir_if(g, ir_is_zero(g, p));
		made = storage(g, true);
		ir_end(g, &i);
		made = ir_phi(g, &i, made, p);
	}
	known_forget(g, KNOWN_STORAGE);
	known_add(g, KNOWN_STORAGE, made);
	return made;
}

/* Where the variable is in the thread's value at p. A pointer kept there is a
 * number to the verifier. */
static struct val self_at(struct cg *g, LLVMValueRef p, const struct var *v)
{
	const struct field *f = &g->script->self_type->fields[v->index];
	const struct type *t = v->type;

	if (t->kind == TY_PTR && t->space == AS_BTF)
		t = type_ptr(g->types, t->elem, AS_KERNEL);
	return ir_part(g, ir_mem(p, g->script->self_type, AS_BPF, 8), f->offset,
		       t);
}

struct val emit_self(struct cg *g, const struct expr *e)
{
	const struct var *v = e->self.sym;
	LLVMValueRef p = storage_found(g), n = NULL;
	struct val x, copy = { 0 };
	struct ir_if i;

	if (!is_reg(v->type)) {
		copy = ir_temp(g, v->type);
		ir_zero(g, copy);
	}
	i = ir_if(g, ir_truth_of(g, p));
	x = self_at(g, p, v);
	if (is_reg(v->type))
		n = ir_value(g, x);
	else
		ir_store(g, copy, x, true);
	ir_end(g, &i);
	if (!n)
		return copy;
	return ir_reg(ir_phi(g, &i, n, ir_i64(g, 0)), x.type);
}

/* The thread's value for a write. Says once that there is none: no memory, or
 * a probe that was interrupted on this CPU is in the storage. Before 6.2 reads
 * fail for the latter reason, too, and cannot be told from "never assigned". */
static LLVMValueRef for_write(struct cg *g, const struct expr *t)
{
	LLVMValueRef p = storage_made(g);

	ir_warn_if(g, ir_is_zero(g, p), t->site, ir_i64(g, 0));
	return p;
}

void emit_self_assign(struct cg *g, const struct stmt *s)
{
	const struct expr *t = s->assign.target;
	const struct var *v = t->self.sym;
	struct val x = emit_expr(g, s->assign.value), at, old;
	LLVMValueRef p;
	struct ir_if i;

	if (is_reg(v->type) && s->assign.op == OP_NONE)
		x = ir_convert(g, x, v->type);
	p = for_write(g, t);
	i = ir_if(g, ir_truth_of(g, p));
	at = self_at(g, p, v);
	if (s->assign.op != OP_NONE) {
		old = ir_reg(ir_value(g, at), at.type);
		x = emit_arith(g, s->assign.op, s->assign.common, old, x,
			       s->assign.value->site);
	}
	ir_store(g, at, x, true);
	ir_end(g, &i);
}

struct val emit_self_incdec(struct cg *g, const struct expr *e)
{
	const struct type *i64 = type_int(g->types, 8, true);
	const struct var *v = e->incdec.e->self.sym;
	LLVMValueRef p = for_write(g, e->incdec.e), was, is;
	struct val at, new;
	struct ir_if i;

	i = ir_if(g, ir_truth_of(g, p));
	at = self_at(g, p, v);
	was = ir_value(g, at);
	new = emit_arith(g, e->incdec.is_inc ? OP_ADD : OP_SUB, NULL,
			 ir_reg(was, at.type), ir_num(g, i64, 1), 0);
	is = ir_convert(g, ir_reg(new.v, i64), at.type).v;
	ir_store(g, at, ir_reg(is, at.type), true);
	ir_end(g, &i);
	return ir_reg(ir_phi(g, &i, e->incdec.is_prefix ? is : was,
			     ir_i64(g, 0)),
		      at.type);
}
