/* SPDX-License-Identifier: Apache-2.0 */
/* repl_term.h - what the files that use readline share. readline has one line
 * per process and functions without an argument: so there is one struct term,
 * which repl_term_now() tells. */
#ifndef ESPY_CLI_REPL_TERM_H
#define ESPY_CLI_REPL_TERM_H

#include <termios.h>

#include "cli/repl_complete.h"

struct term {
	struct repl *repl;
	struct termios tty; /* as it was */
	bool is_plain; /* the cursor cannot be moved between lines: an entry of
			  several is edited line by line */
	bool is_editing; /* readline has the terminal */
	bool is_entering; /* repl_enter() is at work */
	bool is_open; /* what was shown last did not end its line */
	bool is_err; /* and was a message */
	struct buf before; /* is_plain: lines of the entry before this one */
	struct buf line; /* what readline has handed over */
	bool has_line, has_end;
	struct buf wrong; /* the entry to be corrected */
	size_t wrong_at; /* where */
	struct buf history; /* its path; empty: it is not kept */
	struct completion completion; /* shown last */
	struct complete_cache cache;
};

/* NULL: none is open. */
struct term *repl_term_now(void);

/* repl_term_history.c: entries of earlier sessions, in a file below
 * $XDG_STATE_HOME. What cannot be read or written is done without. */
void repl_term_read_history(struct term *t);
void repl_term_remember(struct term *t, struct str text);

/* repl_term_complete.c: Tab */
void repl_term_bind_tab(void);

/* Shows text below what is edited, which is drawn again. */
void repl_term_tell(struct str text);

#endif
