/* SPDX-License-Identifier: Apache-2.0 */
/* rematch_impl.h - what the files of rematch.h share. Not for others. */
#ifndef ESPY_RUNTIME_REMATCH_IMPL_H
#define ESPY_RUNTIME_REMATCH_IMPL_H

#include "runtime/rematch.h"

/* One thing that an attach point stands for here. */
struct match {
	struct str place; /* module, category or file */
	struct str name;
	struct str full; /* what `probe` prints */
	uint64_t address; /* of a function that the name does not find */
};
typedef VEC(struct match) match_vec;

struct rematch {
	struct plan *plan;
	struct machine *machine;
	struct diags *d;
	struct types types; /* arguments here; in the plan's arena */
	size_t n_settled; /* probes that the plan came with */
	size_t n_refused; /* of one attach point... */
	struct str refused, why; /* ... and the first of them */
};

/* All that the attach point of p stands for, in an order of its own. False
 * after a report. */
bool rematch_find(struct rematch *r, const struct plan_probe *p,
		  match_vec *out);

/* Is it an event that raw_syscalls' table takes? The side that does, else "". */
struct str rematch_side(struct rematch *r, const struct match *it);

/* Why the arguments of a target are not what the program of p reads; NULL: they
 * are, or nobody can tell. */
const char *rematch_unfit(struct rematch *r, const struct plan_probe *p,
			  struct str place, struct str name);

#endif
