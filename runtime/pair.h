/* SPDX-License-Identifier: Apache-2.0 */
/* pair.h - maps whose entries can be taken out at once: the programs find the
 * map in an array of maps, so that another, empty one takes its place. Putting
 * it there returns when no program uses the old one any more: that has every
 * count from before, and the new one every count since. */
#ifndef ESPY_RUNTIME_PAIR_H
#define ESPY_RUNTIME_PAIR_H

#include "runtime/maps.h"

struct bpf_map;

struct map_pair {
	int array; /* borrowed: of element 0; -1: not there yet */
	int fds[2]; /* owned; -1: none yet */
	unsigned int now; /* which is in the array: the handle's fd */
	struct rows kept; /* what was taken */
	bool has_kept;
};

/* Before the load: makes the two maps that plan->is_pair asks for. Owned by
 * m. -errno. */
int pair_make(struct map_handle *m, struct bpf_map *array);

/* After the load: puts the first one there. */
int pair_start(struct map_handle *m, int array);

/* No program uses it any more. m without a pair is fine. */
void pair_free(struct map_handle *m);

/* Takes all entries out of the kernel, keys that stay with zero excepted: they
 * become *m's kept rows. is_quiet: no program of the session runs now, and
 * nothing needs to be exchanged. -errno; then nothing is kept, or (maps that
 * are full) some keys are without their zero. */
int pair_take(struct map_handle *m, bool is_zero, bool is_quiet);

/* What was taken; NULL: nothing is. */
struct rows *pair_kept(const struct map_handle *m);
void pair_let_go(struct map_handle *m);

#endif
