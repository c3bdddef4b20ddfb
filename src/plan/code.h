/* SPDX-License-Identifier: Apache-2.0 */
/* code.h - what the programs of an object are made of: instructions,
 * helpers, maps, the sizes of the records that they send. Read from the
 * object's bytes; needs no kernel. */
#ifndef ESPY_PLAN_CODE_H
#define ESPY_PLAN_CODE_H

#include "base/vec.h"

struct code_call {
	uint32_t helper; /* its number */
	uint32_t n; /* places that call it */
};

struct code {
	uint32_t instructions; /* of the program and the functions it calls */
	uint32_t in_functions; /* how many of them are in functions */
	VEC(struct code_call) helpers; /* by number */
	VEC(struct str) functions; /* of the kernel, that it calls by name */
	VEC(struct str) maps; /* symbols, in the order of first use */
	VEC(uint32_t) records; /* their sizes in bytes, each once, ascending */
	bool has_other_records; /* and some whose size is not a constant */
};

/* Fills *out, whose arrays are in a, with the program of that symbol. False
 * when the object has none, or is none. */
bool code_read(struct arena *a, struct str object, struct str symbol,
	       struct code *out);

/* "bpf_map_lookup_elem"; NULL: newer than this build. */
const char *code_helper_name(uint32_t helper);

#endif
