/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the script: a subprogram each, once per program that uses it,
 * so that what it counts and sends is that program's. As no function is ever
 * active twice, what does not fit into registers has a fixed place in the
 * program's scratch memory: arguments in memory, results, and whether the
 * whole probe is over. */
#include "codegen/cg.h"

#define STACK_FN   16 /* bytes that temporaries of a function may take */
#define STACK_PROG 96 /* and of a program that calls functions */
#define MAX_REGS   5

struct fn_code {
	const struct fn_decl *fn;
	LLVMValueRef code;
	LLVMTypeRef type;
	uint32_t places[MAX_REGS]; /* parameters that are in registers: their
				      numbers */
	uint32_t n_regs;
	bool has_context; /* its last parameter */
	uint32_t *params; /* of each other parameter: where in scratch + 1 */
	uint32_t ret; /* in scratch + 1; 0: only in a register */
	uint32_t ended; /* the same */
	LLVMValueRef result; /* a local; NULL: in scratch, or none */
};

/* --- what a program needs ---------------------------------------------------------- */

static void emit_fn(struct cg *g, const struct prog *p,
		    const struct fn_decl *f);

struct need {
	struct cg *g;
	const struct prog *p;
	bool has_context; /* something here is given the context */
};

static struct fn_code *find(struct cg *g, const struct fn_decl *f)
{
	vec_each(c, &g->fns)
		if ((*c)->fn == f)
			return *c;
	return NULL;
}

static void need_expr(struct expr *e, void *arg)
{
	struct need *n = arg;

	if (e->kind == EX_CALL && e->call.user && !find(n->g, e->call.user))
		emit_fn(n->g, n->p, e->call.user);
}

/* Functions that are called from here have been emitted. */
static void find_context(struct expr *e, void *arg)
{
	struct need *n = arg;

	if (e->kind != EX_CALL)
		return;
	n->has_context |= e->call.fn && e->call.fn->flags & FN_CONTEXT;
	n->has_context |= e->call.user && find(n->g, e->call.user)->has_context;
}

/* Callees first. */
void fns_emit(struct cg *g, const struct prog *p)
{
	struct need n = { g, p };
	struct stmt predicate = { .kind = ST_EXPR, .e = p->predicate };
	struct stmt value = { .kind = ST_EXPR };
	const struct captured *c;

	g->fns.n = 0;
	g->fn = NULL;
	g->event_prog = p;
	if (p->predicate)
		stmt_each_expr(&predicate, need_expr, &n);
	stmt_each_expr(p->body, need_expr, &n);
	for (c = p->captured; c && p->is_entry; c = c->next) {
		value.e = c->value;
		stmt_each_expr(&value, need_expr, &n);
	}
	g->prog = p;
	g->fn = NULL;
	g->stack_used = g->fns.n ? STACK_BUDGET - STACK_PROG : 0;
}

/* --- one function ---------------------------------------------------------------------- */

static void place_params(struct cg *g, struct fn_code *c)
{
	const struct fn_param *p;
	uint32_t i = 0, n = 0, max = MAX_REGS - c->has_context;

	for (p = c->fn->params; p; p = p->next)
		n++;
	c->params = arena_alloc(g->arena, (n + 1) * sizeof(*c->params));
	for (p = c->fn->params; p; p = p->next, i++) {
		if (is_reg(p->sym->type) && c->n_regs < max)
			c->places[c->n_regs++] = i;
		else
			c->params[i] =
				ir_scratch_take(g, p->sym->type->size) + 1;
	}
}

void fn_place_vars(struct cg *g)
{
	const struct fn_param *p;
	uint32_t i = 0;

	if (!g->fn)
		return;
	for (p = g->fn->fn->params; p; p = p->next, i++)
		g->slots[p->sym->index].scratch = g->fn->params[i];
}

static void take_params(struct cg *g, const struct fn_code *c)
{
	const struct fn_param *p;
	uint32_t i = 0, reg = 0;

	for (p = c->fn->params; p; p = p->next, i++)
		if (!c->params[i])
			var_set(g, p->sym,
				ir_reg(LLVMGetParam(c->code, reg++),
				       p->sym->type));
}

/* Callbacks of loops see only scratch memory. */
static void place_result(struct cg *g, struct fn_code *c)
{
	const struct type *t = c->fn->ret;

	if (c->fn->ends)
		c->ended = ir_scratch_take(g, 8) + 1;
	if (t->kind == TY_NONE)
		return;
	if (!is_reg(t) || g->frame_size)
		c->ret = ir_scratch_take(g, t->size) + 1;
	else
		c->result = ir_alloca(g, g->i64, 0, 8);
}

static struct val result_place(struct cg *g, const struct fn_code *c)
{
	const struct type *t = c->fn->ret;

	if (is_reg(t)) /* kept as the 64 bits of a register */
		t = type_int(g->types, 8, t->is_signed);
	return ir_mem(c->result ? c->result : ir_scratch_at(g, c->ret - 1), t,
		      AS_BPF, 8);
}

static void clear_result(struct cg *g, const struct fn_code *c)
{
	if (c->ended)
		LLVMBuildStore(g->b, ir_i64(g, 0),
			       ir_scratch_at(g, c->ended - 1));
	if (c->fn->ret->kind != TY_NONE)
		ir_zero(g, result_place(g, c));
}

static void emit_code(struct cg *g, struct fn_code *c, const char *name)
{
	unsigned int noinline = LLVMGetEnumAttributeKindForName("noinline", 8);
	LLVMTypeRef regs[] = { g->i64, g->i64, g->i64, g->i64, g->i64 };
	struct func f = { 0 };

	if (c->has_context)
		regs[c->n_regs] = g->ptr;
	c->type = LLVMFunctionType(g->i64, regs, c->n_regs + c->has_context,
				   false);
	func_begin(g, &f, name, c->type, NULL);
	c->code = f.fn;
	if (c->has_context)
		f.ctx = LLVMGetParam(f.fn, c->n_regs);
	LLVMSetLinkage(f.fn, LLVMInternalLinkage);
	LLVMAddAttributeAtIndex(f.fn, LLVMAttributeFunctionIndex,
				LLVMCreateEnumAttribute(g->ctx, noinline, 0));
	f.scope = di_function(g, f.fn, name, c->fn->span);
	di_line(g, c->fn->span);
	slots_capture(g);
	frame_make(g);
	slots_clear(g);
	place_result(g, c);
	clear_result(g, c);
	take_params(g, c);
	emit_stmts(g, c->fn->body);
	emit_return(g);
	func_end(g);
}

static void emit_fn(struct cg *g, const struct prog *p, const struct fn_decl *f)
{
	struct need n = { g, p };
	struct prog body = *f->prog;
	struct fn_code *c = arena_new(g->arena, struct fn_code);
	uint32_t before = g->scratch_max;

	stmt_each_expr(f->body, need_expr, &n);
	n.has_context = false;
	stmt_each_expr(f->body, find_context, &n);
	c->has_context = n.has_context;
	c->fn = f;
	body.first_probe = p->first_probe;
	body.symbol = p->symbol;
	g->prog = &body;
	g->fn = c;
	g->f = NULL;
	g->stack_used = STACK_BUDGET - STACK_FN;
	/* What is taken here stays taken: the caller's comes after it. */
	g->scratch_max = g->scratch_used;
	place_params(g, c);
	emit_code(g, c,
		  arena_printf(g->arena, "fn_%.*s_%u", STR_ARG(f->name),
			       g->prog_index));
	g->scratch_used = g->scratch_max;
	if (g->scratch_max < before)
		g->scratch_max = before;
	vec_push(g->arena, &g->fns, c);
}

/* --- inside of it ------------------------------------------------------------------------ */

void fn_set_result(struct cg *g, struct val x)
{
	if (g->fn->fn->ret->kind == TY_NONE)
		return;
	x = ir_convert(g, x, g->fn->fn->ret);
	ir_store(g, result_place(g, g->fn), x, true);
}

LLVMValueRef fn_result(struct cg *g)
{
	if (!is_reg(g->fn->fn->ret))
		return ir_i64(g, 0);
	return LLVMBuildLoad2(g->b, g->i64, result_place(g, g->fn).v, "");
}

void emit_end(struct cg *g)
{
	if (g->fn && g->fn->ended)
		LLVMBuildStore(g->b, ir_i64(g, 1),
			       ir_scratch_at(g, g->fn->ended - 1));
	emit_return(g);
}

/* --- calls ---------------------------------------------------------------------------------- */

/* All arguments have their values before the first is passed: they may call
 * the same function. */
static struct val *values(struct cg *g, const struct expr *call)
{
	const struct fn_param *p = call->call.user->params;
	struct val *v =
		arena_alloc(g->arena, (call->call.n_args + 1) * sizeof(*v));
	const struct expr *e;
	uint32_t i = 0;

	for (e = call->call.args; e; e = e->next, p = p->next)
		v[i++] = ir_convert(g, emit_expr(g, e), p->sym->type);
	return v;
}

static void pass_in_memory(struct cg *g, const struct fn_code *c,
			   const struct val *v)
{
	const struct fn_param *p;
	const struct type *t;
	uint32_t i = 0;

	for (p = c->fn->params; p; p = p->next, i++) {
		if (!c->params[i])
			continue;
		t = p->sym->type;
		if (is_reg(t))
			t = type_int(g->types, 8, t->is_signed);
		ir_store(g,
			 ir_mem(ir_scratch_at(g, c->params[i] - 1), t, AS_BPF,
				8),
			 v[i], true);
	}
}

static void end_with(struct cg *g, const struct fn_code *c)
{
	LLVMValueRef flag;
	struct ir_if i;

	if (!c->ended)
		return;
	flag = LLVMBuildLoad2(g->b, g->i64, ir_scratch_at(g, c->ended - 1), "");
	i = ir_if(g, ir_truth_of(g, flag));
	iter_end(g);
	emit_end(g);
	LLVMBuildUnreachable(g->b);
	ir_else(g, &i);
	ir_end(g, &i);
}

struct val emit_user_call(struct cg *g, const struct expr *e)
{
	const struct fn_code *c = find(g, e->call.user);
	struct val *v = values(g, e), t;
	LLVMValueRef regs[MAX_REGS], n;
	uint32_t i;

	for (i = 0; i < c->n_regs; i++)
		regs[i] = ir_as_i64(g, ir_value(g, v[c->places[i]]));
	pass_in_memory(g, c, v);
	if (c->has_context)
		regs[c->n_regs] = ir_context(g);
	n = LLVMBuildCall2(g->b, c->type, c->code, regs,
			   c->n_regs + c->has_context, "");
	known_forget_called(g);
	end_with(g, c);
	if (c->fn->ret->kind == TY_NONE)
		return ir_none(g);
	if (is_reg(c->fn->ret))
		return ir_convert(
			g,
			ir_reg(n, type_int(g->types, 8, c->fn->ret->is_signed)),
			c->fn->ret);
	t = ir_temp(g, c->fn->ret); /* the next call has the same place */
	ir_store(g, t,
		 ir_mem(ir_scratch_at(g, c->ret - 1), c->fn->ret, AS_BPF, 8),
		 true);
	return t;
}
