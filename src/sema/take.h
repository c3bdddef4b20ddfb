/* SPDX-License-Identifier: Apache-2.0 */
/* take.h - what is printed and then cleared is one set: used by lower.c. */
#ifndef ESPY_SEMA_TAKE_H
#define ESPY_SEMA_TAKE_H

#include "lang/lang.h"

/* Marks calls that print, clear and zero (call.flags: EF_TAKE, EF_ZERO,
 * EF_TAKEN) and the maps that need a second copy for that (is_pair). */
void take_mark(struct script *s);

#endif
