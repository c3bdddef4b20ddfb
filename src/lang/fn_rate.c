/* SPDX-License-Identifier: Apache-2.0 */
/* ratelimit(): not more than so many in a second. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"
#include "sema/lower.h"

/* The call's place has a state of its own. */
static void lower_ratelimit(struct lower *l, struct expr *call)
{
	call->site = lower_site(l, SITE_PLACE, call->span, NULL);
}

static struct val emit_ratelimit(struct cg *g, const struct expr *call)
{
	LLVMValueRef most = ir_value(g, emit_arg(g, call, 0));

	return ir_reg(ir_rate(g, call->site, most), call->type);
}

const struct function rate_functions[] = {
	{ .name = "ratelimit",
	  .proto = "bool ratelimit(int n)",
	  .flags = FN_NO_WARN,
	  .lower = lower_ratelimit,
	  .emit = emit_ratelimit,
	  .doc = "True the first n times in each second of the clock, on all "
		 "CPUs together, that this place of the probe is reached; "
		 "false from then on until the next second begins. In a "
		 "predicate, or in an if, whose else can count what was left "
		 "out.",
	  .example = "if (ratelimit(100)) { printf(\"%s\\n\", comm); } "
		     "else { @left_out++; }" },
	{ 0 },
};
