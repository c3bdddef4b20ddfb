/* SPDX-License-Identifier: Apache-2.0 */
/* macro.h - macros: their bodies are put in for their uses before anything
 * has a type. What the files of the pass share; only they use it. */
#ifndef ESPY_SEMA_MACRO_H
#define ESPY_SEMA_MACRO_H

#include "ast/walk.h"

/* Uses of a macro are bounded: few lines can stand for very many. */
#define MACRO_MAX_NODES 100000 /* of all bodies put in */
#define MACRO_MAX_DEPTH 500 /* levels of the tree */

struct macros {
	struct script *script;
	struct diags *d;
	struct arena *arena; /* of the script */
	VEC(const struct macro *) active; /* being put in, outer first */
	uint32_t n_nodes, n_uses;
	bool is_stopped; /* a bound was passed: that is said */
};

/* --- macro_check.c: definitions ------------------------------------------- */

/* Everything that is wrong with a macro whether it is used or not. False after
 * a report. */
bool macro_check(struct macros *m, const struct macro *x);

/* Have the two the same name and parameters of the same kinds? */
bool macro_same_signature(const struct macro *a, const struct macro *b);

/* --- macro_bind.c: a body for one use ------------------------------------- */

/* A copy of the macro's body with the arguments in place of the parameters.
 * NULL after a report. */
struct expr *macro_bind(struct macros *m, const struct macro *x,
			struct expr *args, struct span used);

/* Is it typeof(T) as an argument? */
bool macro_is_type_arg(const struct expr *e);

#endif
