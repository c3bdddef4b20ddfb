/* SPDX-License-Identifier: Apache-2.0 */
/* repl_pipe.c - entries from a pipe or a file: no prompts, no colours that
 * nobody asked for, the same results. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/repl.h"

struct pipe {
	struct buf text; /* read and not entered yet */
	size_t line; /* where the line begins that is not complete */
};

/* Enters the first n bytes. */
static void enter(struct pipe *p, struct repl *r, size_t n)
{
	repl_enter(r, (struct str){ p->text.p, n });
	p->text.n -= n;
	memmove(p->text.p, p->text.p + n, p->text.n);
	p->line = 0;
}

static void take_lines(struct pipe *p, struct repl *r)
{
	const char *newline;
	size_t n;

	while (!r->is_over && p->line < p->text.n) {
		newline =
			memchr(p->text.p + p->line, '\n', p->text.n - p->line);
		if (!newline)
			return;
		n = (size_t)(newline + 1 - p->text.p);
		p->line = n;
		if (repl_form((struct str){ p->text.p, n }) != FORM_OPEN)
			enter(p, r, n);
	}
}

static void take_input(void *pipe, struct repl *r)
{
	struct pipe *p = pipe;
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		buf_add(&p->text, bytes, (size_t)n);
		take_lines(p, r);
		return;
	}
	if (p->text.n)
		enter(p, r, p->text.n);
	repl_quit(r);
}

static bool open_pipe(struct repl *r, struct repl_ui *ui)
{
	(void)r;
	ui->arg = xzalloc(sizeof(struct pipe));
	ui->fd = STDIN_FILENO;
	ui->input = take_input;
	return true;
}

static void close_pipe(struct repl *r, struct repl_ui *ui)
{
	struct pipe *p = ui->arg;

	(void)r;
	if (p)
		buf_free(&p->text);
	free(p);
	ui->arg = NULL;
}

const struct repl_input repl_pipe = { open_pipe, close_pipe };
