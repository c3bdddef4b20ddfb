/* SPDX-License-Identifier: Apache-2.0 */
/* uapi.h - constants that Linux gives programs as macros (AF_INET, O_CREAT,
 * SIGKILL, ENOENT ...), which BTF does not have. The values are those of
 * x86-64; the table comes from uapi.sh. */
#ifndef ESPY_MACHINE_UAPI_H
#define ESPY_MACHINE_UAPI_H

#include "base/str.h"

/* False when there is none of that name. */
bool uapi_constant(struct str name, int64_t *value);

/* Is it of a family that the kernel has as macros only, so that BTF need not be
 * asked? */
bool uapi_is_macro(struct str name);

/* Offers all names. */
void uapi_suggest(struct str name, struct suggest *s);

#endif
