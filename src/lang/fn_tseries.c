/* SPDX-License-Identifier: Apache-2.0 */
/* tseries(): what a number was in the latest intervals. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/abi.h"
#include "sema/check.h"

static const char *const kinds[TSERIES_N] = {
	[TSERIES_AVG] = "avg",
	[TSERIES_MAX] = "max",
	[TSERIES_MIN] = "min",
	[TSERIES_SUM] = "sum",
};

/* What several values in one interval become; TSERIES_N after a report. */
static uint32_t kind_of(struct sema *s, const struct expr *name)
{
	if (!name)
		return TSERIES_LAST;
	for (uint32_t i = 0; i < TSERIES_N; i++)
		if (kinds[i] && str_is(name->str, kinds[i]))
			return i;
	diag_error(s->d, name->span, D_ARG_TYPE,
		   "tseries() does not know '%.*s'", STR_ARG(name->str));
	diag_hint(s->d, "known are: avg, max, min, sum; without one the last "
			"value of the interval is kept");
	return TSERIES_N;
}

static bool check_tseries(struct sema *s, struct expr *call)
{
	struct expr *n = sema_arg(call, 0), *interval = sema_arg(call, 1);
	const struct type *t = sema_value_type(s, n->type);
	uint32_t kind = kind_of(s, sema_arg(call, 3));

	if (kind == TSERIES_N ||
	    !sema_const_range(s, interval, 1, INT64_MAX,
			      "the interval of tseries()") ||
	    !sema_const_range(s, sema_arg(call, 2), 1, TSERIES_SLOTS,
			      "the number of intervals of tseries()"))
		return false;
	call->type = type_tseries(s->types, interval->num,
				  (uint32_t)sema_arg(call, 2)->num, kind,
				  t && t->is_signed && !sema_is_flexible(n));
	return true;
}

/* The date's clock, so that intervals of a second begin with one. */
static struct val emit_tseries(struct cg *g, const struct expr *call)
{
	const struct type *t = ir_agg_type(g);
	struct val n = emit_arg(g, call, 0);

	ir_call_c(g, "tseries", "espy_tseries", 6, ir_agg_value(g),
		  ir_value(g, n), ir_helper(g, BPF_FUNC_ktime_get_tai_ns, 0),
		  ir_i64(g, (uint64_t)t->step), ir_i64(g, t->count),
		  ir_i64(g, t->bits << 1 | t->is_signed));
	return ir_none(g);
}

const struct function tseries_functions[] = {
	{ "tseries",
	  "any tseries(number n, const int interval, const int intervals, "
	  "[const string how])",
	  .flags = FN_ASSIGNED, .agg = TY_TSERIES, .check = check_tseries,
	  .emit = emit_tseries,
	  .doc = "A series in time: the last value (or with how the avg, max, "
		 "min or sum) in each of the latest intervals of so many "
		 "nanoseconds, printed as a graph.",
	  .example = "@ = tseries(rand % 10, 100ms, 20); "
		     "@sum = tseries(1, 1s, 60, \"sum\");" },
	{ 0 },
};
