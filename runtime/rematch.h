/* SPDX-License-Identifier: Apache-2.0 */
/* rematch.h - attach points of a saved program, looked for on the machine that
 * it came to: wildcards, names of binaries, and whether the arguments that
 * programs read are where they were. */
#ifndef ESPY_RUNTIME_REMATCH_H
#define ESPY_RUNTIME_REMATCH_H

#include "machine/machine.h"
#include "plan/plan.h"

/* Replaces the targets of p by those that m has. The probes that there were keep
 * their numbers; more of them follow at the end, those that nothing is left of
 * are PF_ABSENT. False after a report. */
bool rematch_plan(struct plan *p, struct machine *m, struct diags *d);

#endif
