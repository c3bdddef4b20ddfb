/* SPDX-License-Identifier: Apache-2.0 */
/* compile.h - text to plan: the list of passes, and stopping between them. */
#ifndef ESPY_COMPILE_H
#define ESPY_COMPILE_H

#include "ast/ast.h"
#include "base/laps.h"
#include "machine/machine.h"
#include "plan/plan.h"

enum stage {
	STAGE_AST, /* after parse */
	STAGE_TYPED, /* after check */
	STAGE_PLAN, /* after lower */
	STAGE_LL, /* LLVM IR before optimisation */
	STAGE_ASM, /* BPF assembly */
	STAGE_OBJ, /* the ELF with its plan: everything */
	STAGE_N,
};

extern const char *const stage_names[STAGE_N];

struct compile_opts {
	struct machine *machine;
	const char *const *params; /* $1 ... $# ; also --name=value */
	size_t n_params;
	bool is_statement; /* the source is the inside of a begin probe; a
			      value at its end is printed */
	size_t n_kept; /* the first sources of srcs: what they declare can be
			  used; the one to compile was added last */
	struct live_maps *live; /* maps that are there already; those that the
				   script makes are added. NULL: none */
	uint32_t maker; /* who makes them */
	const char *probe_filter; /* only probes of such names; NULL: all */
	bool params_later; /* it is saved: missing ones may still come */
	char *const *env; /* for ESPY_*; NULL: none */
	bool unsafe; /* --unsafe was given */
	bool is_wary; /* -k was given */
	const char *const *c_dirs; /* of -I; ends with NULL; NULL: none */
	const char *const *c_files; /* of --include; as c_dirs */
	enum stage last; /* stop after this one */
	struct buf *text[STAGE_N]; /* where to print a stage; NULL: do not */
	struct laps *laps; /* the time of each pass is added; NULL: not */
};

/* Compiles a source of srcs. Returns a plan (complete with the object when
 * last is STAGE_OBJ, without it before; an empty one before STAGE_PLAN) or
 * NULL with errors in d. Warnings may be in d either way. Free with
 * plan_free(). */
struct plan *compile(struct sources *srcs, const struct source *src,
		     const struct compile_opts *opts, struct diags *d);

#endif
