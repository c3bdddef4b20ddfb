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
	{ "has_key", "bool has_key(map m, key k)", .emit = emit_has_key,
	  .doc = "Whether a map has an entry.",
	  .example = "@a[1] = 1; if (has_key(@a, 1)) { print(1); }" },
	{ "len", "int64 len(value of)", .check = check_len, .emit = emit_len,
	  .doc = "How many entries a map has, or how many frames a stack has.",
	  .example = "@a[1] = 1; print(len(@a));" },
	{ 0 },
};
