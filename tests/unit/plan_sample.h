/* SPDX-License-Identifier: Apache-2.0 */
/* plan_sample.h - a plan with something of every kind, for the tests of what
 * is done with plans. */
#ifndef ESPY_TESTS_PLAN_SAMPLE_H
#define ESPY_TESTS_PLAN_SAMPLE_H

#include "plan/plan.h"

/* Valid; freed with plan_free(). Rows are numbered as they are added: a test
 * that changes one names it by these. */
struct plan *plan_sample(void);

enum { /* plan.maps */
	SAMPLE_BYTES, /* string[16] -> hist_t */
	SAMPLE_SCALAR, /* count_t, without a key */
	SAMPLE_TABLE, /* array, uint32 -> int64 */
	SAMPLE_STATS, /* (uint32, string[16]) -> stats_t */
	SAMPLE_LINEAR, /* ksym_t -> lhist_t */
	SAMPLE_RECENT, /* usym_t -> timestamp */
	SAMPLE_FIRST_AGG, /* probe -> each other aggregation */
};

#endif
