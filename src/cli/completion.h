/* SPDX-License-Identifier: Apache-2.0 */
/* completion.h - scripts that teach a shell what may follow `espy`: the
 * options are those of the command line's table, the probes those of -l. */
#ifndef ESPY_CLI_COMPLETION_H
#define ESPY_CLI_COMPLETION_H

#include "base/buf.h"

/* For the shell bash, zsh or fish. False, and nothing added, for another. */
bool completion_script(struct str shell, struct buf *out);

#endif
