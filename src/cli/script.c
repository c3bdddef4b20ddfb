/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/script.h"

#include <errno.h>
#include <unistd.h>

#include "cli/tools.h"

#define MAX_SCRIPT (16u << 20) /* bytes of a script or saved program */

bool script_read(struct cli *c, struct buf *text, struct buf *path,
		 struct str *name, struct diags *d)
{
	int err = 0;

	*name = STR("stdin");
	if (c->tool) {
		if (!tools_path(c->tool, path, d))
			return false;
		c->file = path->p;
	}
	if (c->program) {
		buf_puts(text, c->program);
	} else if (strcmp(c->file, "-") == 0) {
		err = buf_read_fd(text, STDIN_FILENO, MAX_SCRIPT);
	} else {
		*name = str_from(c->file);
		err = buf_read_file(text, c->file, MAX_SCRIPT);
	}
	if (!err)
		return true;
	diag_errno(d, err, D_IO, "cannot read '%.*s'", STR_ARG(*name));
	if (err == -ENOENT && strchr(c->file, '{'))
		diag_hint(d, "a program on the command line follows -e");
	return false;
}
