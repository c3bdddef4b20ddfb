/* SPDX-License-Identifier: Apache-2.0 */
/* format.h - printf over records: parsed formats, arguments from the fields
 * of a record, as C prints them. A number without a length modifier is shown
 * whole, whatever its size. Needs no kernel; owns nothing. */
#ifndef ESPY_RUNTIME_FORMAT_H
#define ESPY_RUNTIME_FORMAT_H

#include "plan/fmt.h"
#include "runtime/value.h"

/* Appends the text. The record has the fields that fmt_check() asked for. */
void format_print(const struct show *s, const struct fmt *f,
		  const struct type *record, const void *payload,
		  struct buf *out);

#endif
