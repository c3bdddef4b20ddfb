/* SPDX-License-Identifier: Apache-2.0 */
/* show_type.h - types as a session shows them. */
#ifndef ESPY_CLI_SHOW_TYPE_H
#define ESPY_CLI_SHOW_TYPE_H

#include "machine/machine.h"

/* Appends a type with its size and the offsets of its fields ("struct page",
 * "page", "pid_t", "u32"), or where fields are ("task_struct.mm->pgd"). False
 * after a report in d. */
bool show_type(struct machine *m, struct str text, struct buf *out,
	       struct diags *d);

#endif
