/* SPDX-License-Identifier: Apache-2.0 */
/* plan_check.h - between the two halves of plan_validate(): what is known of
 * the types, and how a mistake is said. Used by src/plan only. */
#ifndef ESPY_PLAN_PLAN_CHECK_H
#define ESPY_PLAN_PLAN_CHECK_H

#include "plan/plan.h"

/* Bounds of a type: how deep it nests and how many parts are printed when a
 * value of it is, so that nobody runs out of stack or time. */
#define TYPE_MAX_DEPTH 64
#define TYPE_MAX_PARTS (1u << 20)

struct type_fact {
	uint32_t depth; /* 1: has no parts */
	uint32_t parts; /* values printed, itself included; saturates */
	bool has_agg; /* an aggregation inside, or it is one */
	const char *wrong; /* what a plan cannot have about it; NULL: nothing */
};

/* Facts about a type whose parts have their facts in facts[id] already. */
struct type_fact type_fact(const struct type *t, const struct type_fact *facts);

/* The state of one validation. */
struct check {
	const struct plan *p;
	struct diags *d;
	struct type_fact *facts; /* of p->types */
	const char *table; /* "map" ...; NULL: the plan itself */
	size_t row;
};

/* Reports "TABLE ROW: ..." and returns false. */
bool plan_check_refuse(struct check *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* An event (row c->row, not 0), of a known kind and with its texts sound. */
bool plan_check_event(struct check *c, const struct plan_event *e);

/* Are these the version and the architecture of this build? Reports both
 * otherwise. */
bool plan_fits_here(uint32_t version, struct str arch, struct diags *d);

/* A type by id: known, without mistakes, not larger than a payload. Reports;
 * NULL when it is not. what: "key". */
const struct type *plan_check_type(struct check *c, const char *what,
				   type_id id);

#endif
