/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregations: what a map's value may be fed with. Each CPU has a value of
 * its own; they are combined when printed. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/abi.h"
#include "sema/check.h"

/* --- checks ------------------------------------------------------------------ */

static bool check_count(struct sema *s, struct expr *call)
{
	call->type = type_simple(s->types, TY_COUNT);
	return true;
}

static bool check_number_agg(struct sema *s, struct expr *call)
{
	struct expr *n = sema_arg(call, 0);
	const struct type *t = sema_value_type(s, n->type);

	call->type = type_agg(s->types, call->call.fn->agg,
			      t && t->is_signed && !sema_is_flexible(n));
	return true;
}

static bool check_hist(struct sema *s, struct expr *call)
{
	struct expr *bits = sema_arg(call, 1);

	if (bits && !sema_const_range(s, bits, 0, HIST_MAX_BITS,
				      "the second argument of hist()"))
		return false;
	call->type = type_hist(s->types, bits ? bits->num : 0);
	return true;
}

static bool check_lhist(struct sema *s, struct expr *call)
{
	struct expr *min = sema_arg(call, 1), *max = sema_arg(call, 2);
	struct expr *step = sema_arg(call, 3);

	if (!sema_const_range(s, min, INT32_MIN, INT64_MAX / 4,
			      "the minimum of lhist()") ||
	    !sema_const_range(s, max, INT32_MIN, INT64_MAX / 4,
			      "the maximum of lhist()") ||
	    !sema_const_range(s, step, 1, INT64_MAX / 4, "the step of lhist()"))
		return false;
	if (max->num <= min->num)
		return diag_error(s->d, call->span, D_RANGE,
				  "lhist(): the maximum (%lld) must be above "
				  "the minimum (%lld)",
				  (long long)max->num, (long long)min->num);
	if ((max->num - min->num) / step->num > LHIST_MAX_STEPS)
		return diag_error(
			s->d, call->span, D_RANGE,
			"lhist(): at most %d steps, found %lld",
			LHIST_MAX_STEPS,
			(long long)((max->num - min->num) / step->num));
	call->type = type_lhist(s->types, min->num, max->num, step->num);
	return true;
}

/* --- code ----------------------------------------------------------------------- */

static struct val emit_count(struct cg *g, const struct expr *call)
{
	(void)call;
	ir_bump(g, ir_agg_value(g), ir_i64(g, 1));
	return ir_none(g);
}

static struct val emit_sum(struct cg *g, const struct expr *call)
{
	ir_bump(g, ir_agg_value(g), ir_value(g, emit_arg(g, call, 0)));
	return ir_none(g);
}

static struct val minmax(struct cg *g, const struct expr *call,
			 const char *name)
{
	ir_call_c(g, "agg", name, 3, ir_agg_value(g),
		  ir_value(g, emit_arg(g, call, 0)),
		  ir_i64(g, ir_agg_type(g)->is_signed));
	return ir_none(g);
}

static struct val emit_min(struct cg *g, const struct expr *call)
{
	return minmax(g, call, "espy_min");
}

static struct val emit_max(struct cg *g, const struct expr *call)
{
	return minmax(g, call, "espy_max");
}

static struct val emit_avg(struct cg *g, const struct expr *call)
{
	ir_call_c(g, "agg", "espy_avg", 2, ir_agg_value(g),
		  ir_value(g, emit_arg(g, call, 0)));
	return ir_none(g);
}

static struct val emit_stddev(struct cg *g, const struct expr *call)
{
	return minmax(g, call, "espy_stddev");
}

static struct val emit_hist(struct cg *g, const struct expr *call)
{
	struct val n = emit_arg(g, call, 0);

	ir_call_c(g, "hist", "espy_hist", 4, ir_agg_value(g), ir_value(g, n),
		  ir_i64(g, ir_agg_type(g)->bits),
		  ir_i64(g, n.type->is_signed));
	return ir_none(g);
}

static struct val emit_lhist(struct cg *g, const struct expr *call)
{
	const struct type *t = ir_agg_type(g);

	ir_call_c(g, "hist", "espy_lhist", 5, ir_agg_value(g),
		  ir_value(g, emit_arg(g, call, 0)), ir_i64(g, t->min),
		  ir_i64(g, t->max), ir_i64(g, t->step));
	return ir_none(g);
}

/* --- rows -------------------------------------------------------------------------- */

const struct function agg_functions[] = {
	{ "count", "any count()", .flags = FN_ASSIGNED, .agg = TY_COUNT,
	  .check = check_count, .emit = emit_count,
	  .doc = "Counts how often it is reached.",
	  .example = "@[comm] = count();" },
	{ "sum", "any sum(number n)", .flags = FN_ASSIGNED, .agg = TY_SUM,
	  .check = check_number_agg, .emit = emit_sum,
	  .doc = "Adds up its argument.", .example = "@ = sum(10);" },
	{ "min", "any min(number n)", .flags = FN_ASSIGNED, .agg = TY_MIN,
	  .check = check_number_agg, .emit = emit_min,
	  .doc = "Keeps the smallest value.", .example = "@ = min(cpu);" },
	{ "max", "any max(number n)", .flags = FN_ASSIGNED, .agg = TY_MAX,
	  .check = check_number_agg, .emit = emit_max,
	  .doc = "Keeps the largest value.", .example = "@ = max(cpu);" },
	{ "avg", "any avg(number n)", .flags = FN_ASSIGNED, .agg = TY_AVG,
	  .check = check_number_agg, .emit = emit_avg,
	  .doc = "The average of the values.", .example = "@ = avg(10);" },
	{ "stats", "any stats(number n)", .flags = FN_ASSIGNED, .agg = TY_STATS,
	  .check = check_number_agg, .emit = emit_avg,
	  .doc = "How many values, their average and their sum.",
	  .example = "@ = stats(10);" },
	{ "stddev", "any stddev(number n)", .flags = FN_ASSIGNED,
	  .agg = TY_STDDEV, .check = check_number_agg, .emit = emit_stddev,
	  .doc = "How many values, their average and their standard deviation "
		 "(of all of them, not of a sample). The sum of the squares "
		 "has 128 bits.",
	  .example = "@ = stddev(10); @ = stddev(14);" },
	{ "hist", "any hist(number n, [const int bits])", .flags = FN_ASSIGNED,
	  .agg = TY_HIST, .check = check_hist, .emit = emit_hist,
	  .doc = "A histogram by powers of two; bits (0 to 5) split each "
		 "power into 2^bits slices.",
	  .example = "@ = hist(100); @fine = hist(100, 2);" },
	{ "lhist",
	  "any lhist(number n, const int min, const int max, const int step)",
	  .flags = FN_ASSIGNED, .agg = TY_LHIST, .check = check_lhist,
	  .emit = emit_lhist,
	  .doc = "A histogram with buckets of equal size from min to max.",
	  .example = "@ = lhist(pid, 0, 10000, 100);" },
	{ 0 },
};
