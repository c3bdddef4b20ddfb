/* SPDX-License-Identifier: Apache-2.0 */
/* usdt.h - marks that programs carry for tracers: the notes of sys/sdt.h in
 * section .note.stapsdt. A mark is a provider, a name and the operands in which
 * its arguments are; one that was inlined is in several places, with operands
 * of their own. */
#ifndef ESPY_MACHINE_USDT_H
#define ESPY_MACHINE_USDT_H

#include "machine/machine.h"

struct usdt_site {
	struct str provider, name;
	struct str operands; /* a word for each argument: "-4@%edi 8@16(%rsp)";
				symbols are numbers: see usdt_operand() */
	uint64_t offset; /* in the file */
	uint64_t address; /* virtual address in the file */
	uint64_t semaphore; /* its offset in the file; 0: none */
};
typedef VEC(struct usdt_site) usdt_site_vec;

/* The marks of a file whose provider and name match two globs: by provider,
 * name and place. 0, -ENOEXEC when it is no ELF, or -errno; nothing is
 * reported. */
int usdt_sites(const char *path, struct str provider, struct str name,
	       struct arena *a, usdt_site_vec *out);

enum usdt_place {
	USDT_CONSTANT, /* number */
	USDT_REGISTER, /* base */
	USDT_MEMORY, /* base + index * scale + number */
};

/* Where an argument is. Registers are offsets in struct pt_regs, -1: none. The
 * instruction pointer is that of the mark itself. */
struct usdt_operand {
	enum usdt_place place;
	uint32_t size; /* bytes: 1, 2, 4, 8 */
	bool is_signed;
	int64_t number;
	int base, index;
	uint32_t scale; /* 1, 2, 4, 8 */
	uint32_t shift; /* bits: %ah is 8 higher than %al */
};

/* How many operands there are, and the i-th; empty behind the last. */
uint32_t usdt_count(struct str operands);
struct str usdt_word(struct str operands, uint32_t i);

/* Reads one operand of x86-64; NULL, or why it cannot be read. */
const char *usdt_operand(struct str word, struct usdt_operand *out);

/* The operands of which only some matter (bit i: the i-th; bit 63: all from
 * there on): the others become "_". Nothing matters: "". */
struct str usdt_narrow(struct arena *a, struct str operands, uint64_t wanted);

/* Is narrow what is left of operands? */
bool usdt_is_narrowed(struct str operands, struct str narrow);

#endif
