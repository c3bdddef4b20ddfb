/* SPDX-License-Identifier: Apache-2.0 */
/* test_ast.h - parsing pieces of script in the tests of src/ast. */
#ifndef ESPY_TESTS_TEST_AST_H
#define ESPY_TESTS_TEST_AST_H

#include "ast/ast.h"

struct parsed {
	struct sources srcs;
	struct diags d;
	struct script *s; /* NULL: mistakes, which are in d */
	struct buf text; /* of the tree, or of the mistakes */
};

/* Parses a script with the parameters "1" and "bash". */
struct parsed *parsed_new(struct str text);
void parsed_free(struct parsed *p);

/* The value of `kprobe:f { $x = TEXT; }`; a failed test when there is none. */
struct expr *parsed_value(struct parsed *p);

/* The bytes of a span. */
struct str parsed_at(const struct parsed *p, struct span at);

#endif
