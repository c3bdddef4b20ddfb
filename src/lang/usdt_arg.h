/* SPDX-License-Identifier: Apache-2.0 */
/* usdt_arg.h - arguments of marks in programs (usdt), by number. */
#ifndef ESPY_LANG_USDT_ARG_H
#define ESPY_LANG_USDT_ARG_H

#include "codegen/ir.h"
#include "sema/check.h"

/* Sets e's type for argument n of the program's mark; says why there is none. */
bool usdt_arg_check(struct sema *s, struct expr *e, uint64_t n);

/* Emits the reading of argument n, as its operand says. */
struct val usdt_arg_emit(struct cg *g, const struct expr *e, uint64_t n);

#endif
