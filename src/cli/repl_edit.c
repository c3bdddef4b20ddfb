/* SPDX-License-Identifier: Apache-2.0 */
/* repl_edit.c - :edit: an entry in an editor, attached again when it is
 * saved. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/repl_args.h"
#include "cli/repl_rows.h"

#define MAX_TEXT (16u << 20) /* bytes */

static const char *editor(void)
{
	static const char *const names[] = { "VISUAL", "EDITOR" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *name = getenv(names[i]);

		if (name && *name)
			return name;
	}
	return "vi";
}

static int write_file(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0)
			return -errno;
		text.p += n;
		text.n -= (size_t)n;
	}
	return 0;
}

/* The loop reads signals from a descriptor: the editor shall get its own. */
static void run_in_child(const char *path)
{
	static const char command[] = "exec $0 \"$1\"";
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/bin/sh", "sh", "-c", command, editor(), path, (char *)NULL);
	_exit(127);
}

/* Waits for it. 0, or a text that says what went wrong. */
static const char *run_editor(const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		run_in_child(path);
	if (pid < 0)
		return "cannot start";
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return "is lost";
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return "cannot be started";
	return WIFEXITED(status) && !WEXITSTATUS(status) ? NULL : "failed";
}

/* An editor may replace the file: it is read by its name. */
static bool edit_file(struct repl *r, const char *path, struct buf *out)
{
	const char *why = run_editor(path);
	int err;

	if (why) {
		repl_misuse(r, "the editor '%s' %s", editor(), why);
		diag_hint(r->diags, "$VISUAL or $EDITOR names another one");
		return false;
	}
	err = buf_read_file(out, path, MAX_TEXT);
	if (err)
		diag_errno(r->diags, err, D_IO, "cannot read what was edited");
	return !err;
}

bool repl_run_editor(struct repl *r, struct str text, struct buf *out)
{
	const char *folder = getenv("TMPDIR");
	auto_buf struct buf path = {}, lines = {};
	auto_fd int fd = -1;
	bool ok;
	int err;

	buf_printf(&path, "%s/espy-XXXXXX.bt", folder ? folder : "/tmp");
	buf_printf(&lines, "%.*s\n", STR_ARG(text));
	fd = mkstemps(path.p, strlen(".bt"));
	err = fd < 0 ? -errno : write_file(fd, buf_view(&lines));
	if (err) {
		diag_errno(r->diags, err, D_IO, "cannot write '%s'", path.p);
		return false;
	}
	ok = edit_file(r, path.p, out);
	unlink(path.p);
	return ok && !str_eq(args_trim(buf_view(out)), args_trim(text));
}

static bool edit(struct repl *r, const struct entry *e, struct buf *out)
{
	if (r->ui.edit)
		return r->ui.edit(r->ui.arg, e->text, out);
	return repl_run_editor(r, e->text, out);
}

bool repl_cmd_edit(struct repl *r, struct str args)
{
	unsigned int errors = r->diags->errors;
	struct entry *e = repl_entry_arg(r, args);
	auto_buf struct buf out = {};
	struct str text;
	bool was_on;

	if (!e)
		return false;
	if (!edit(r, e, &out)) {
		if (r->diags->errors > errors)
			return false;
		repl_printf(r, REPL_OUT, "%u is as it was\n", e->number);
		return true;
	}
	text = args_trim(buf_view(&out));
	if (!text.n) {
		repl_misuse(r, "nothing is left of it");
		diag_hint(r->diags, "':rm %u' removes it", e->number);
		return false;
	}
	/* two of them must not count the same events */
	was_on = e->state == ENTRY_ON;
	if (was_on && !repl_off(r, e))
		return false;
	if (repl_enter(r, text))
		return repl_remove(r, e);
	if (was_on)
		repl_on(r, e);
	return false;
}
