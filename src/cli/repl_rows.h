/* SPDX-License-Identifier: Apache-2.0 */
/* repl_rows.h - the functions of the table of commands (repl_command.c) that
 * are in files of their own, and what these share. */
#ifndef ESPY_CLI_REPL_ROWS_H
#define ESPY_CLI_REPL_ROWS_H

#include "cli/repl.h"

/* An error about the arguments of a command. Returns false. */
bool repl_misuse(struct repl *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The entry of a command's argument; the last one when it is empty. NULL after
 * a report. */
struct entry *repl_entry_arg(struct repl *r, struct str word);

/* Columns of the terminal, 0 where lines are not cut. */
size_t repl_width(const struct repl *r);

/* repl_ask.c: about the system, the language and what was said. */
bool repl_cmd_help(struct repl *r, struct str args);
bool repl_cmd_list(struct repl *r, struct str args);
bool repl_cmd_type(struct repl *r, struct str args);
bool repl_cmd_doc(struct repl *r, struct str args);
bool repl_cmd_why(struct repl *r, struct str args);
bool repl_cmd_time(struct repl *r, struct str args);
bool repl_cmd_history(struct repl *r, struct str args);

/* repl_table.c: entries and maps with what they cost. */
bool repl_cmd_ls(struct repl *r, struct str args);
bool repl_cmd_maps(struct repl *r, struct str args);

/* What an entry has done since it was added; now and before :off. */
struct session_stats repl_stats(const struct entry *e);

/* repl_watch.c: what is in a map. The first: the one of that name, NULL after a
 * report. */
struct registry_map *repl_map_arg(struct repl *r, struct str name);
bool repl_cmd_print(struct repl *r, struct str args);
bool repl_cmd_watch(struct repl *r, struct str args);

/* Ends :watch, if something is being watched: a key was pressed, the session
 * is over. */
void repl_watch_end(struct repl *r);

/* repl_emit.c: what became of an entry. */
bool repl_cmd_emit(struct repl *r, struct str args);

/* repl_save.c, repl_edit.c: the session as text. */
bool repl_cmd_save(struct repl *r, struct str args);
bool repl_cmd_edit(struct repl *r, struct str args);

/* Lets the user edit a text in $VISUAL or $EDITOR. False: nothing has changed,
 * or it failed and that was reported. */
bool repl_run_editor(struct repl *r, struct str text, struct buf *out);

/* repl_set.c: what holds for entries to come. */
bool repl_cmd_set(struct repl *r, struct str args);
bool repl_cmd_pid(struct repl *r, struct str args);
bool repl_cmd_cmd(struct repl *r, struct str args);

/* What entries run from now on (copied); empty: nothing. Call so at the end,
 * too. */
void repl_set_command(struct repl *r, struct str text);

#endif
