/* SPDX-License-Identifier: Apache-2.0 */
/* folded.h - a stack in one line, as tools for flame graphs read it: its
 * functions from the outermost to the innermost, ';' between them. */
#ifndef ESPY_RUNTIME_FOLDED_H
#define ESPY_RUNTIME_FOLDED_H

#include "runtime/value.h"

/* Appends a stack. In names ';' becomes ':' and line ends blanks. Frames
 * without a name are their address, or build id and offset. One without
 * frames is [missing]. */
void folded_stack(const struct show *s, const struct type *t, const void *p,
		  struct buf *out);

/* Appends a map's key: what is no stack first, then stacks of users, then
 * those of the kernel. */
void folded_key(const struct show *s, const struct type *t, const void *p,
		struct buf *out);

bool folded_is_stack(const struct type *t);

#endif
