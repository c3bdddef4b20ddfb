/* SPDX-License-Identifier: Apache-2.0 */
/* repl_impl.h - what the files of the engine share. */
#ifndef ESPY_CLI_REPL_IMPL_H
#define ESPY_CLI_REPL_IMPL_H

#include "cli/repl.h"

/* --- repl_keep.c ------------------------------------------------------------------ */

/* Adds the declarations that text may use, as the first sources. How many. */
size_t repl_kept_sources(struct repl *r, struct sources *srcs, struct str text);

/* Keeps all that a script declares, which was parsed from src. */
void repl_keep_all(struct repl *r, const struct script *s,
		   const struct source *src);
void repl_forget_all(struct repl *r);

/* --- repl_entry.c ------------------------------------------------------------------- */

/* A script, whatever it looks like; statements that run once. */
bool repl_enter_script(struct repl *r, struct str text);
bool repl_enter_statement(struct repl *r, struct str text);

/* One turn of an entry's session, all of it: until nothing is left of what was
 * sent. Ends the entry when it is over. */
void repl_turn(struct repl *r, struct entry *e, bool all);

/* Detaches all, in the order of their numbers. */
void repl_close_entries(struct repl *r);

/* Maps that are gone are unknown to scripts, too. */
void repl_forget_maps(struct repl *r);

/* --- repl.c --------------------------------------------------------------------------- */

/* Shows what is in r->diags and empties it; remembers the status of errors. */
void repl_show_diags(struct repl *r);

/* The entry failed: the reasons, which are in r->diags, are kept for :why, with
 * the sources they speak of (taken over; NULL: none). */
void repl_fail(struct repl *r, struct str text, struct sources *srcs);

/* Where sessions write. */
void repl_write(void *repl, bool is_err, struct str text);

/* Starts and ends to wait for a session. */
bool repl_watch(struct repl *r, struct entry *e);
void repl_unwatch(struct repl *r, struct entry *e);

#endif
