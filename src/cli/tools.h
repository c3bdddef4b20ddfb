/* SPDX-License-Identifier: Apache-2.0 */
/* tools.h - the scripts that come with espy. They are in the folder of the
 * environment's ESPY_TOOLS, in examples/ or .tools/ beside the program, in
 * ../share/espy/tools from there, or where they were installed. */
#ifndef ESPY_CLI_TOOLS_H
#define ESPY_CLI_TOOLS_H

#include "machine/machine.h"

/* The path of the one called name, with or without ".bt". False after a
 * report (D_USAGE). */
bool tools_path(const char *name, struct buf *path, struct diags *d);

/* Appends the folder's path; false after a report. */
bool tools_folder(struct buf *path, struct diags *d);

/* Appends a line for each: its name, whether this kernel has what it needs, what
 * it is for; and what it lacks. False after a report: there are none. */
bool tools_list(struct machine *m, struct buf *out, struct diags *d);

/* Appends their names, each followed by a blank; nothing when there are
 * none. */
void tools_names(struct buf *out);

#endif
