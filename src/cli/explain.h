/* SPDX-License-Identifier: Apache-2.0 */
/* explain.h - what a message means at length: the page of its code (the rows
 * of diag_codes.c and diag_codes_machine.c), for --explain and for a session's
 * :why. */
#ifndef ESPY_CLI_EXPLAIN_H
#define ESPY_CLI_EXPLAIN_H

#include "base/diag.h"

/* Appends the page of a code: what it means, a script that has the mistake and
 * the same without it, or how it comes about. */
void explain_code(enum diag_code code, struct buf *out);

/* Appends a line for each code; those that no script alone can cause are
 * marked. */
void explain_list(struct buf *out);

/* The names of all codes, each followed by a blank. */
void explain_names(struct buf *out);

/* The nearest name of a code; p == NULL: none is near. */
struct str explain_suggest(struct str name);

/* Appends the scripts of all pages, for tests: before each a line
 * "// NAME wrong" or "// NAME right" and the options that it takes. */
void explain_scripts(struct buf *out);

/* Every message of d as it was shown, each followed by its page. */
void explain_diags(const struct diags *d, bool colour, struct buf *out);

#endif
