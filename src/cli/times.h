/* SPDX-License-Identifier: Apache-2.0 */
/* times.h - --emit=time: how long each part of getting started takes. */
#ifndef ESPY_CLI_TIMES_H
#define ESPY_CLI_TIMES_H

#include "base/laps.h"
#include "cli/cli.h"

/* The time that this process has used so far, as that of its start. */
void times_begin(struct laps *l);

/* Loads and attaches what was compiled, detaches it at once, and appends the
 * table. Where the kernel does not let us, it has what was before, and the
 * reason is in d. Exit status. */
int times_report(struct laps *l, const struct plan *p, struct machine *m,
		 const struct cli *c, struct buf *out, struct diags *d);

#endif
