/* SPDX-License-Identifier: Apache-2.0 */
/* codegen.h - typed AST and plan to a BPF object: a pure function that cannot
 * fail on anything a user wrote. Knows no machine. */
#ifndef ESPY_CODEGEN_CODEGEN_H
#define ESPY_CODEGEN_CODEGEN_H

#include "ast/ast.h"
#include "base/laps.h"
#include "plan/plan.h"

struct codegen_opts {
	struct buf *ll, *assembly; /* texts wanted, or NULL */
	bool want_object;
	bool is_local; /* for this kernel only: the loader need not look for
			  fields that were found here */
	struct laps *laps; /* NULL: no time is measured */
};

/* Emits every program of s, optimises, embeds the encoded plan in section
 * .espy and stores the ELF in p->object. False only on a bug or a limit of the
 * back end (reported in d as D_LIMIT). */
bool codegen(const struct script *s, struct plan *p,
	     const struct codegen_opts *opts, struct diags *d);

#endif
