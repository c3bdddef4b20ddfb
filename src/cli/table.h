/* SPDX-License-Identifier: Apache-2.0 */
/* table.h - rows of cells below heads, in columns as wide as they need. */
#ifndef ESPY_CLI_TABLE_H
#define ESPY_CLI_TABLE_H

#include "base/buf.h"
#include "base/vec.h"

#define TABLE_COLUMNS 8 /* at most */

/* Zeroed but for heads is valid and empty. */
struct table {
	/* What a column is called; one that begins with '>' is aligned to the
	 * right. NULL ends them. */
	const char *heads[TABLE_COLUMNS + 1];
	struct arena arena;
	VEC(struct str) cells; /* row by row */
};

/* Adds the next cell of a row, or of the next one. */
void table_add(struct table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends heads and rows; no line has blanks at its end. Lines are cut to
 * width, which shows by "..."; 0: not. */
void table_print(const struct table *t, size_t width, struct buf *out);

void table_free(struct table *t);

#endif
