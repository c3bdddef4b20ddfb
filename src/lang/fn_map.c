/* SPDX-License-Identifier: Apache-2.0 */
/* Functions about maps that happen in the kernel. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"

/* delete(@m, k), and the older delete(@m[k]). */
static struct val key_of(struct cg *g, const struct expr *call)
{
	const struct expr *map = call_arg(call, 0), *key = call_arg(call, 1);

	return ir_map_key(g, map->map.sym, key ? key : map->map.keys);
}

static bool check_keyed(struct sema *s, struct expr *call)
{
	struct expr *map = sema_arg(call, 0);
	const struct type *key = map->map.sym->key;

	if (map->map.keys || sema_arg(call, 1) || !key)
		return true;
	if (key->kind != TY_NONE)
		return diag_error(s->d, call->span, D_ARG_COUNT,
				  "%.*s() needs a key: '%.*s' has keys",
				  STR_ARG(call->call.id), STR_ARG(map->map.id));
	return true;
}

static struct val emit_has_key(struct cg *g, const struct expr *call)
{
	const struct map *m = call_arg(call, 0)->map.sym;
	LLVMValueRef p = ir_map_lookup(g, m, key_of(g, call));

	return ir_reg(ir_not(g, ir_is_zero(g, p)), call->type);
}

/* The variable; made when there is none, and then 0 until something is found. */
static struct var *found_var(struct sema *s, struct expr *e)
{
	struct var *v = sema_find_var(s, e->var.id);

	if (!v) {
		v = sema_declare(s, e);
		v->is_shared = true;
	}
	e->var.sym = v;
	return v;
}

static bool check_find(struct sema *s, struct expr *call)
{
	const struct expr *map = sema_arg(call, 0);
	struct expr *e = sema_arg(call, 2);
	const struct type *t = map->map.sym->value;
	struct var *v = found_var(s, e);

	t = t ? sema_value_type(s, t) : NULL;
	if (!t)
		return false;
	if (type_is_aggregation(t))
		return diag_error(s->d, map->span, D_AGGREGATION,
				  "the values of '%.*s' are %s: they can be "
				  "printed, not read",
				  STR_ARG(map->map.id), sema_name(s, t));
	return sema_var_value(s, v, NULL, sema_kept(s, t), e->span);
}

static struct val emit_find(struct cg *g, const struct expr *call)
{
	const struct map *m = call_arg(call, 0)->map.sym;
	struct expr one = *call_arg(call, 1); /* without the variable */
	LLVMValueRef p;
	struct val key;
	struct ir_if i;

	one.next = NULL;
	key = ir_map_key(g, m, &one);
	p = ir_map_lookup(g, m, key);
	i = ir_if(g, ir_truth_of(g, p));

	ir_set_var(g, call_arg(call, 2), ir_map_found(g, m, p, key));
	ir_end(g, &i);
	return ir_reg(ir_phi(g, &i, ir_i64(g, 1), ir_i64(g, 0)), call->type);
}

/* An array's element cannot be removed: it becomes zero. */
static struct val reset(struct cg *g, const struct map *m, struct val key)
{
	const struct type *t = type_bool(ir_types(g));
	LLVMValueRef p;
	struct ir_if i;

	if (ir_map_percpu(g, m)) {
		ir_call_c(g, "agg", "espy_reset", 4, ir_map(g, m), key.v,
			  ir_fixup_kind(g, FX_NCPUS),
			  ir_i64(g, m->value->size));
		return ir_num(g, t, 1);
	}
	p = ir_map_lookup(g, m, key);
	i = ir_if(g, ir_truth_of(g, p));
	ir_zero(g, ir_mem(p, m->value, AS_BPF, 8));
	ir_map_set_mark(g, m, p, false);
	ir_end(g, &i);
	return ir_num(g, t, 1);
}

static struct val emit_delete(struct cg *g, const struct expr *call)
{
	const struct map *m = call_arg(call, 0)->map.sym;
	struct val key = key_of(g, call);
	LLVMValueRef rc;

	if (ir_map_is_array(g, m))
		return reset(g, m, key);
	rc = ir_helper(g, BPF_FUNC_map_delete_elem, 2, ir_map(g, m), key.v);
	return ir_reg(ir_as_bool(g, ir_is_zero(g, rc)), call->type);
}

/* A map without keys is what is in it. */
static bool check_len(struct sema *s, struct expr *call)
{
	struct expr *e = sema_arg(call, 0);
	const struct map *m = e->kind == EX_MAP ? e->map.sym : NULL;

	if (m && e->type->kind == TY_NONE) {
		if (!m->key || m->key->kind != TY_NONE ||
		    !type_is_stack(m->value))
			return true;
		sema_expr(s, e);
	}
	return type_is_stack(e->type) ||
	       diag_error(s->d, e->span, D_ARG_TYPE,
			  "len() expects a map or a stack, found %s",
			  sema_name(s, e->type));
}

static struct val emit_len(struct cg *g, const struct expr *call)
{
	const struct expr *e = call_arg(call, 0);

	if (e->type->kind != TY_NONE)
		return fn_stack_len(g, emit_expr(g, e));
	return ir_reg(ir_map_count(g, e->map.sym, call->span), call->type);
}

const struct function map_functions[] = {
	{ "delete", "bool delete(map m, [key k])", .flags = FN_NO_WARN,
	  .check = check_keyed, .emit = emit_delete,
	  .doc = "Removes one entry of a map. True when there was one.",
	  .example = "@start[tid] = nsecs; delete(@start, tid);" },
	{ "find", "bool find(map m, key k, var value)", .flags = FN_NO_WARN,
	  .check = check_find, .emit = emit_find,
	  .doc = "Looks an entry of a map up. True when there is one: then "
		 "the variable has its value; else the variable stays as it "
		 "is, or is 0 when it is new.",
	  .example = "@a[1] = 2; if (find(@a, 1, $v)) { print($v); }" },
	{ "has_key", "bool has_key(map m, key k)", .emit = emit_has_key,
	  .doc = "Whether a map has an entry.",
	  .example = "@a[1] = 1; if (has_key(@a, 1)) { print(1); }" },
	{ "len", "int64 len(value of)", .check = check_len, .emit = emit_len,
	  .doc = "How many entries a map has, or how many frames a stack has.",
	  .example = "@a[1] = 1; print(len(@a));" },
	{ 0 },
};
