/* SPDX-License-Identifier: Apache-2.0 */
/* held.h - files with code that nobody could open later: those of other mount
 * namespaces and those that were deleted are opened while a process has them,
 * and stay open. Files that our own names lead to are not. Bounded: what finds
 * no room is read as long as a process has it. Used by processes.c. */
#ifndef ESPY_RUNTIME_HELD_H
#define ESPY_RUNTIME_HELD_H

#include "runtime/processes.h"

struct held;

struct held *held_open(void);
void held_free(struct held *h);

/* A process has mapped an image. Looks at each image until it is known where
 * its file is, a few times at most. */
void held_offer(struct held *h, uint32_t pid, const struct mapping *m,
		struct image *image);

/* Its descriptor; -1: it is not held. */
int held_fd(const struct held *h, const struct image *image);

/* Appends the path to what a process still has mapped. */
bool held_mapped(uint32_t pid, const struct mapping *m, struct buf *out);

#endif
