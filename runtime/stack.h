/* SPDX-License-Identifier: Apache-2.0 */
/* stack.h - the frames of a stack one by one, for output that is not text. */
#ifndef ESPY_RUNTIME_STACK_H
#define ESPY_RUNTIME_STACK_H

#include "runtime/value.h"

struct stack_frame {
	uint64_t address; /* 0 where there is a build id */
	struct str name; /* of the function; empty: not known */
	uint64_t offset; /* from its start; in the file of a build id */
	struct str file; /* the binary or the module; may be empty */
	const unsigned char *build_id; /* 20 bytes; NULL: not asked for */
	/* Where it is in the source, when that was asked for and is known. */
	struct str source; /* empty: not known */
	uint32_t line;
	bool is_inlined; /* a copy of a function within the next frame's: it has
			    that one's address, and no offset */
};

typedef void stack_visit(void *arg, const struct stack_frame *frame);

/* Calls visit for each frame that printing would show, the innermost first.
 * A frame's texts are valid during the call. t is TY_KSTACK or TY_USTACK. */
void stack_each(const struct show *show, const struct type *t, const void *p,
		stack_visit *visit, void *arg);

/* How many there are. */
size_t stack_count(const struct show *show, const struct type *t,
		   const void *p);

#endif
