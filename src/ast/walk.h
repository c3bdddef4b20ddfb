/* SPDX-License-Identifier: Apache-2.0 */
/* walk.h - visits every node below an expression or a list of statements, also
 * those of types. Unlike expr_each_child() it lets nodes be changed in place
 * while it is under way. Used by passes that rewrite the tree. */
#ifndef ESPY_AST_WALK_H
#define ESPY_AST_WALK_H

#include "ast/ast.h"

struct walk {
	/* Each may be NULL, and sees a node before what is below it. False:
	 * not below this one; else below what it is then. */
	bool (*expr)(struct walk *w, struct expr *e);
	void (*stmt)(struct walk *w, struct stmt *s);
	bool (*type)(struct walk *w, struct type_expr *t);
	void *arg; /* the caller's */
	unsigned int loops; /* around the node */
	unsigned int depth; /* levels above the node */
};

void walk_expr(struct walk *w, struct expr *e); /* e may be NULL */
void walk_stmts(struct walk *w, struct stmt *s); /* the list */
void walk_type(struct walk *w, struct type_expr *t); /* t may be NULL */

#endif
