/* SPDX-License-Identifier: Apache-2.0 */
/* explain.h - what a message means at length, and what usually helps. */
#ifndef ESPY_CLI_EXPLAIN_H
#define ESPY_CLI_EXPLAIN_H

#include "base/diag.h"

/* Some sentences about a code, without a line end. Never NULL. */
const char *explain_code(enum diag_code code);

/* Every message of d as it was shown, each followed by what its code means. */
void explain_diags(const struct diags *d, bool colour, struct buf *out);

#endif
