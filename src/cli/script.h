/* SPDX-License-Identifier: Apache-2.0 */
/* script.h - the text that is to be compiled, or the program that was. */
#ifndef ESPY_CLI_SCRIPT_H
#define ESPY_CLI_SCRIPT_H

#include "cli/cli.h"

/* Appends to text what -e, --tool or FILE gives; name is as messages show it
 * and lives as long as path, text and c. False after a report. */
bool script_read(struct cli *c, struct buf *text, struct buf *path,
		 struct str *name, struct diags *d);

#endif
