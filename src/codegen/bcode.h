/* SPDX-License-Identifier: Apache-2.0 */
/* bcode.h - the bitcode of bpf-helpers/ inside the program. The table is
 * generated while building: bpf-helpers/embed.sh over one .bc file for each
 * .bpf.c. Used by codegen only. */
#ifndef ESPY_CODEGEN_BCODE_H
#define ESPY_CODEGEN_BCODE_H

#include <stddef.h>

struct bcode {
	const char *name; /* "hist" for bpf-helpers/hist.bpf.c */
	const unsigned char *data;
	size_t size;
};

extern const struct bcode bcode_table[]; /* ends with name NULL */

#endif
