/* SPDX-License-Identifier: Apache-2.0 */
/* disasm.h - what the kernel runs: the instructions of a loaded program, as
 * its verifier left them, below the lines of the script they come from. */
#ifndef ESPY_RUNTIME_DISASM_H
#define ESPY_RUNTIME_DISASM_H

#include "machine/machine.h"

/* Who knows better names of maps than the kernel, by id. May be NULL. */
struct disasm_maps {
	bool (*name)(void *arg, uint32_t id, struct buf *out);
	void *arg;
};

/* Appends all functions of a program. -errno without a report: -EPERM where
 * the kernel hides its code from us. */
int disasm_program(int prog_fd, struct machine *m,
		   const struct disasm_maps *maps, struct buf *out);

#endif
