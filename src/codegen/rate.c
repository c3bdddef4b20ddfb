/* SPDX-License-Identifier: Apache-2.0 */
/* So many in a second, and no more. */
#include "codegen/cg.h"
#include "plan/abi.h"

static LLVMValueRef map_rates(struct cg *g)
{
	size_t n = g->plan->sites.n + g->plan->probes.n;

	if (!g->rates)
		g->rates = map_private(g, ABI_MAP_RATES, BPF_MAP_TYPE_ARRAY, 4,
				       8, (uint32_t)n);
	return g->rates;
}

static LLVMValueRef is_within(struct cg *g, uint32_t index, LLVMValueRef most)
{
	LLVMValueRef key = ir_temp_bytes(g, 4), p, now, yes;
	struct ir_if i;

	LLVMBuildStore(g->b, ir_i32(g, index), key);
	p = ir_helper_ptr(g, BPF_FUNC_map_lookup_elem, 2, map_rates(g), key);
	i = ir_if(g, ir_truth_of(g, p));
	now = ir_helper(g, BPF_FUNC_ktime_get_ns, 0);
	yes = ir_call_c(g, "rate", "espy_rate", 3, p, most, now);
	ir_end(g, &i);
	return ir_phi(g, &i, yes, ir_i64(g, 0));
}

LLVMValueRef ir_rate(struct cg *g, uint32_t site, LLVMValueRef most)
{
	return is_within(g, site, most);
}

/* What runs by itself and not for an event has no limit. */
static bool is_limited(const struct cg *g)
{
	static const bool is_free[PK_N] = {
		[PK_BEGIN] = true, [PK_END] = true,  [PK_INTERVAL] = true,
		[PK_SELF] = true,  [PK_TEST] = true, [PK_BENCH] = true,
		[PK_ITER] = true,
	};

	return g->script->options.num[OPT_MAX_EVENTS_PER_SECOND] &&
	       !is_free[g->plan->probes.v[g->prog->first_probe].kind];
}

LLVMValueRef rate_is_over(struct cg *g)
{
	uint64_t most = g->script->options.num[OPT_MAX_EVENTS_PER_SECOND];
	uint32_t probe = g->prog->first_probe;
	LLVMValueRef over;
	struct ir_if i;

	if (!is_limited(g))
		return NULL;
	if (!g->passed)
		g->passed = map_private(g, ABI_MAP_PASSED,
					BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8,
					(uint32_t)g->plan->probes.n);
	over = ir_is_zero(g, is_within(g, (uint32_t)g->plan->sites.n + probe,
				       ir_i64(g, most)));
	i = ir_if(g, over);
	count_up(g, g->passed, probe);
	ir_end(g, &i);
	return over;
}
