/* SPDX-License-Identifier: Apache-2.0 */
/* Records for user space. The arguments' addresses and numbers are found
 * first; then the record is reserved, filled in place and submitted. */
#include "codegen/cg.h"
#include "plan/abi.h"

LLVMValueRef count_up(struct cg *g, LLVMValueRef map, uint32_t index)
{
	LLVMValueRef key = ir_temp_bytes(g, 4), p, n;
	struct ir_if i;

	LLVMBuildStore(g->b, ir_i32(g, index), key);
	p = ir_helper_ptr(g, BPF_FUNC_map_lookup_elem, 2, map, key);
	i = ir_if(g, ir_truth_of(g, p));
	n = LLVMBuildAtomicRMW(g->b, LLVMAtomicRMWBinOpAdd, p, ir_i64(g, 1),
			       LLVMAtomicOrderingMonotonic, false);
	ir_end(g, &i);
	return ir_phi(g, &i, n, ir_i64(g, 1));
}

void event_send(struct cg *g, uint32_t event,
		void (*fill)(struct cg *g, struct val payload, void *arg),
		void *arg)
{
	const struct plan_event *e = &g->plan->events.v[event];
	const struct type *t = types_get(&g->plan->types, e->payload);
	uint64_t head = event | (uint64_t)g->prog->first_probe << 32;
	uint64_t size = sizeof(struct event_head) + t->size;
	LLVMValueRef p;
	struct ir_if i;

	p = ir_helper_ptr(g, BPF_FUNC_ringbuf_reserve, 3, map_ring(g),
			  ir_i64(g, size), ir_i64(g, 0));
	i = ir_if(g, ir_truth_of(g, p));
	LLVMBuildStore(g->b, ir_i64(g, head), p);
	if (fill)
		fill(g,
		     ir_mem(ir_at_offset(g, p, sizeof(struct event_head)), t,
			    AS_BPF, 8),
		     arg);
	ir_helper(g, BPF_FUNC_ringbuf_submit, 2, p, ir_i64(g, 0));
	ir_else(g, &i);
	count_up(g, map_lost(g), g->prog->first_probe);
	ir_end(g, &i);
}

/* --- warnings ------------------------------------------------------------------ */

/* The event that tells of a site; lower may have made it already. */
static uint32_t warn_event(struct cg *g, uint32_t site)
{
	struct types *types = &g->plan->types;
	struct field code = { .name = STR("code"),
			      .type = type_int(types, 8, true) };
	struct plan_event e = { .kind = EV_WARN, .site = site };
	uint32_t i;

	for (i = 1; i < g->plan->events.n; i++)
		if (g->plan->events.v[i].kind == EV_WARN &&
		    g->plan->events.v[i].site == site)
			return i;
	e.payload = type_record(types, STR(""), &code, 1)->id;
	return plan_add_event(g->plan, &e);
}

/* One for which there is no room is no loss: the site's count tells, at the
 * end. */
static void send_warning(struct cg *g, uint32_t site, LLVMValueRef code)
{
	uint64_t head = warn_event(g, site) | (uint64_t)g->prog->first_probe
						      << 32;
	uint32_t size = sizeof(struct event_head) + sizeof(uint64_t);
	struct temp_mark mark = temps_mark(g);
	LLVMValueRef record = ir_temp_bytes(g, size);

	LLVMBuildStore(g->b, ir_i64(g, head), record);
	LLVMBuildStore(g->b, code,
		       ir_at_offset(g, record, sizeof(struct event_head)));
	ir_helper(g, BPF_FUNC_ringbuf_output, 4, map_ring(g), record,
		  ir_i64(g, size), ir_i64(g, 0));
	temps_release(g, mark);
}

void ir_warn_if(struct cg *g, LLVMValueRef condition, uint32_t site,
		LLVMValueRef code)
{
	LLVMValueRef before;
	struct ir_if i, first;

	if (!site || (LLVMIsConstant(condition) && LLVMIsNull(condition)))
		return;
	i = ir_if(g, condition);
	before = count_up(g, map_sites(g), site);
	first = ir_if(g, ir_is_zero(g, before));
	send_warning(g, site, code);
	ir_end(g, &first);
	ir_end(g, &i);
}

void ir_count_failed(struct cg *g, LLVMValueRef rc, LLVMValueRef address,
		     uint32_t site)
{
	struct ir_if i;

	if (!site)
		return;
	rc = LLVMBuildAnd(g->b, ir_is_negative(g, rc), ir_truth_of(g, address),
			  "");
	if (g->plan->sites.v[site].kind == SITE_READ_NOW) {
		ir_warn_if(g, rc, site, ir_i64(g, 0));
		return;
	}
	i = ir_if(g, rc);
	count_up(g, map_sites(g), site);
	ir_end(g, &i);
}

/* --- calls ------------------------------------------------------------------------ */

struct args {
	struct val *v;
	uint32_t n;
};

static void fill_args(struct cg *g, struct val payload, void *arg)
{
	const struct args *a = arg;
	const struct field *f;
	uint32_t i;

	for (i = 0; i < payload.type->n_fields; i++) {
		f = &payload.type->fields[i];
		ir_store(g, ir_part(g, payload, f->offset, f->type),
			 i < a->n ? a->v[i] : ir_none(g), false);
	}
}

/* The event names its map: the argument is not part of the payload. */
static bool names_map(enum event_kind kind)
{
	return kind == EV_PRINT_MAP || kind == EV_PRINT_ENTRY ||
	       kind == EV_PRINT_TABLE || kind == EV_PERCENTILE ||
	       kind == EV_CLEAR || kind == EV_ZERO;
}

static void key_arg(struct cg *g, const struct expr *map, struct args *a)
{
	struct val key;

	if (!map || map->kind != EX_MAP || !map->map.sym)
		return;
	key = ir_map_key(g, map->map.sym, map->map.keys);
	if (map->map.sym->key && map->map.sym->key->kind != TY_NONE)
		key.type = map->map.sym->key;
	a->v[a->n++] = key;
}

static struct val send_now(struct cg *g, const struct expr *call,
			   const struct plan_event *e)
{
	const struct expr *x = call->call.args;
	struct args a = { 0 };

	a.v = arena_alloc(g->arena, (call->call.n_args + 1) * sizeof(*a.v));
	if (x && (call->call.fn->flags & FN_HAS_FORMAT))
		x = x->next;
	if (x && (e->kind == EV_PRINT_ENTRY ||
		  (e->kind == EV_PERCENTILE && e->payload)))
		key_arg(g, x, &a);
	if (x && names_map(e->kind))
		x = x->next;
	for (; x; x = x->next)
		a.v[a.n++] = emit_expr(g, x);
	event_send(g, call->call.event, fill_args, &a);
	return ir_none(g);
}

struct val ir_send_filled(struct cg *g, const struct expr *call,
			  void (*fill)(struct cg *g, struct val payload,
				       void *arg),
			  void *arg)
{
	if (call->call.event)
		event_send(g, call->call.event, fill, arg);
	return ir_none(g);
}

struct val ir_send(struct cg *g, const struct expr *call)
{
	const struct plan_event *e = &g->plan->events.v[call->call.event];

	if (!call->call.event)
		return ir_none(g);
	if (iter_is_pinned(g))
		return iter_print(g, call);
	send_now(g, call, e);
	if (call->call.fn->flags & FN_ENDS) {
		iter_end(g);
		emit_end(g);
	}
	return ir_none(g);
}
