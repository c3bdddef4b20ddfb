/* SPDX-License-Identifier: Apache-2.0 */
/* params.h - the parameters of a script: $1 and --name=value. The compiler
 * asks for those it has to know, the runtime fills in the others. */
#ifndef ESPY_PLAN_PARAMS_H
#define ESPY_PLAN_PARAMS_H

#include "base/str.h"

/* A number as users write them: decimal, 0x, 0b, octal, a sign, '_' between
 * digits, exponents (1e6), suffixes u ul ull l ll, and ns us ms s m h d for a
 * number of nanoseconds. */
bool param_number(const char *text, int64_t *out);

/* true, false, 1, 0, in any case. */
bool param_bool(struct str text, int64_t *out);

/* Is it --name or --name=value? All others are positional. */
bool param_is_option(const char *word);

/* The name of an option; value.p is NULL for --name. */
struct str param_option_name(const char *word, struct str *value);

/* The room for a text at least, NUL included: a saved program may be given a
 * longer one than there is now. Bytes. */
#define PARAM_TEXT 64

/* The last value that an option was given; false when it was not. */
bool param_option(const char *const *words, size_t n, struct str name,
		  struct str *value);

/* Does the default of an FX_OPTION say that it is true or false? */
bool param_is_bool(struct str fallback);

/* Takes the "--" out that may stand before parameters or among them. Returns
 * how many words are left. */
size_t param_drop_dashes(char **words, size_t n);

#endif
