/* SPDX-License-Identifier: Apache-2.0 */
/* enums.h - enums of the kernel in a saved program: their values are not the
 * same on all kernels. */
#ifndef ESPY_RUNTIME_ENUMS_H
#define ESPY_RUNTIME_ENUMS_H

#include "machine/machine.h"
#include "plan/plan.h"

/* Gives the enums that p prints the names that they have on m's kernel, if that
 * is another one than it was compiled for; those that are not there are numbers.
 * False after a report where a value is in its code that is another there. */
bool enums_settle(struct plan *p, struct machine *m, struct diags *d);

#endif
