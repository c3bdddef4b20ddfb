/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

#include "cli/repl_term.h"

#define MAX_ENTRIES 2000

/* $XDG_STATE_HOME, or what stands for it; false: nowhere. */
static bool state_folder(struct buf *out)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (state && *state == '/')
		buf_puts(out, state);
	else if (home && *home == '/')
		buf_printf(out, "%s/.local/state", home);
	else
		return false;
	return true;
}

/* Makes the folders of a path. */
static void make_folders(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

/* Times between the entries tell where one of several lines ends. */
void repl_term_read_history(struct term *t)
{
	int fd;

	using_history();
	history_comment_char = '#';
	history_write_timestamps = 1;
	if (!state_folder(&t->history))
		return;
	buf_puts(&t->history, "/espy/history");
	make_folders(t->history.p);
	fd = open(t->history.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		buf_reset(&t->history);
		return;
	}
	close(fd);
	read_history(t->history.p);
	if (history_length > MAX_ENTRIES) {
		stifle_history(MAX_ENTRIES);
		write_history(t->history.p);
	}
	stifle_history(MAX_ENTRIES);
	using_history();
}

/* Not what begins with a blank, nor the same again. */
void repl_term_remember(struct term *t, struct str text)
{
	HIST_ENTRY *last =
		history_length ? history_get(history_base + history_length - 1)
			       : NULL;
	auto_buf struct buf line = {};

	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	if (!text.n || *text.p == ' ' || *text.p == '\n' ||
	    (last && str_is(text, last->line)))
		return;
	buf_str(&line, text);
	add_history(line.p);
	if (t->history.n)
		append_history(1, t->history.p);
}
