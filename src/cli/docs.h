/* SPDX-License-Identifier: Apache-2.0 */
/* docs.h - the vocabulary's documentation, from the rows that implement it:
 * for the terminal and for the manual page. */
#ifndef ESPY_CLI_DOCS_H
#define ESPY_CLI_DOCS_H

#include "base/buf.h"

/* What a function, builtin, probe type or option called name does; every row
 * of that name. False, and nothing added, when there is none. */
bool docs_about(struct str name, struct buf *out);

/* The nearest name of any row, for "did you mean". */
struct str docs_suggest(struct str name);

/* The names of all rows, each followed by a blank. */
void docs_names(struct buf *out);

/* The manual's chapters as roff: "functions", "builtins", "words",
 * "probes", "options", "codes". False for another name. */
bool docs_chapter(struct str chapter, struct buf *out);

/* The examples of every row, a script each, separated by lines "// name":
 * what a test compiles. */
void docs_examples(struct buf *out);

#endif
