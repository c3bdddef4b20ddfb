/* SPDX-License-Identifier: Apache-2.0 */
/* repl_place.h - where in a text the cursor is. The text is unfinished, so this
 * looks at brackets, strings and the beginnings of clauses only. */
#ifndef ESPY_CLI_REPL_PLACE_H
#define ESPY_CLI_REPL_PLACE_H

#include "base/str.h"

enum place_kind {
	PLACE_NOWHERE, /* in a string, a comment, a number */
	PLACE_HEAD, /* an attach point, or a word that begins a declaration */
	PLACE_CODE, /* expressions and statements */
	PLACE_FIELD, /* behind '.' or "->" */
	PLACE_CONFIG, /* in the braces of config */
};

struct place {
	enum place_kind kind;
	struct str word; /* from its beginning to the cursor */
	bool is_first; /* nothing is before the word */
	struct str head; /* attach points of the clause around, or empty */
	struct str clause; /* from the clause's beginning to the word */
	struct str base; /* PLACE_FIELD: the expression before the '.' */
	struct str call; /* the function whose ( is open, or empty */
};

/* Of the text before the cursor; slices of it. */
struct place repl_place(struct str before);

/* Is it part of a name? */
bool place_is_name(char c);

/* The bracket that the one at the end (or the beginning) of s belongs to, as
 * an offset in s; s.n when there is none. */
size_t place_match_back(struct str s);
size_t place_match(struct str s);

#endif
