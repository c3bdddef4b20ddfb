/* SPDX-License-Identifier: Apache-2.0 */
/* repl.h - the interactive session: entries that stay attached while others
 * are typed, maps that all of them share, and commands that begin with ':'.
 *
 *   repl.c          the loop: input, signals, sessions, one timer
 *   repl_entry.c    text -> compile -> session; entries' life
 *   repl_keep.c     what later entries know: fn, macro, C, config, let @m
 *   repl_command.c  the table of commands, those about entries and maps
 *   repl_pipe.c     input that is no terminal
 *   repl_term.c     readline; the only user of readline
 *
 * Everything that is shown goes through repl_put() and its relatives to the
 * functions of struct repl_ui, so that a terminal can erase and redraw the line
 * being edited. Nothing here writes to a descriptor itself. */
#ifndef ESPY_CLI_REPL_H
#define ESPY_CLI_REPL_H

#include "cli/cli.h"
#include "runtime/registry.h"
#include "sema/live.h"

struct repl;

/* --- what an input is ------------------------------------------------------ */

enum repl_form {
	FORM_EMPTY, /* blanks and comments */
	FORM_COMMAND, /* begins with ':' */
	FORM_OPEN, /* something is not closed: more lines are needed */
	FORM_SCRIPT, /* clauses and declarations, as in a file */
	FORM_STATEMENT, /* run once: statements, or an expression to print */
};

/* Decided by the scanner of the language; text may have many lines. A clause
 * that lacks its braces is FORM_OPEN until an empty line ends it. */
enum repl_form repl_form(struct str text);

/* --- entries --------------------------------------------------------------- */

enum entry_state {
	ENTRY_ON, /* attached */
	ENTRY_OFF, /* :off; its plan is kept */
	ENTRY_OVER, /* ended by exit(), its process, or nothing left to fire */
	ENTRY_STATE_N,
};

/* Clauses that were accepted. Made and freed by the engine; commands read. */
struct entry {
	uint32_t number; /* from 1, never used again */
	enum entry_state state;
	struct str text; /* as typed, without blanks around it */
	struct str name; /* of its first probe: "kprobe:vfs_read" */
	struct arena arena; /* owns text and name */
	struct sources sources; /* what it was compiled from; the last one is
				   text */
	struct plan *plan; /* as long as the entry is there */
	struct session *session; /* NULL unless ENTRY_ON */
	int64_t added; /* seconds since 1970 */
	uint64_t compile_ns, attach_ns; /* of the last time */
	struct session_stats past; /* of sessions that are closed */
	struct entry *next; /* by number */
};

/* --- what is kept of declarations ------------------------------------------ */

enum kept_kind {
	KEPT_CONFIG, /* name = key; text = "config = { key = value }" */
	KEPT_C, /* name = "struct x", "#define X" */
	KEPT_MAP, /* let @m = ...; name = "@m" */
	KEPT_MACRO,
	KEPT_FN,
	KEPT_N,
};

/* One declaration; a later one of the same kind and name replaces it. Entries
 * that are attached stay what they were. */
struct kept {
	enum kept_kind kind;
	struct str name, text;
	struct arena arena; /* owns both */
	bool is_wanted; /* by what is being compiled */
	struct kept *next; /* by kind, then by age */
};

/* Keeps a declaration (copied). */
void repl_keep(struct repl *r, enum kept_kind kind, struct str name,
	       struct str text);

/* Forgets one; false: nothing is called so. */
bool repl_forget(struct repl *r, enum kept_kind kind, struct str name);

/* --- what shows it --------------------------------------------------------- */

enum repl_stream {
	REPL_OUT, /* what scripts print, values, answers of commands */
	REPL_ERR, /* messages, warnings, what is attached */
};

/* A terminal or a pipe. Functions may be NULL where it says so. */
struct repl_ui {
	void *arg; /* of all functions */
	int fd; /* input: in the loop; -1: none (any more) */
	bool is_interactive; /* prompts, greets, tells what is detached */
	bool colour; /* of messages and classes of output */

	/* There is input to read: hand complete entries to repl_enter(), or call
	 * repl_quit() at the end. */
	void (*input)(void *arg, struct repl *r);

	/* SIGINT, SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP came through the
	 * loop's signalfd. False: not handled, the loop does what is usual (the
	 * last two end the session, SIGINT does without a terminal). NULL: all
	 * as usual. */
	bool (*signal)(void *arg, struct repl *r, int signo);

	/* Shows text at once. NULL: to descriptor 1 or 2. */
	void (*write)(void *arg, enum repl_stream stream, struct str text);

	/* Around a burst of write(): erase the edited line, draw it again. Calls
	 * of before() and after() alternate; a burst without output has neither.
	 * NULL: nothing. */
	void (*before)(void *arg);
	void (*after)(void *arg);

	/* Size of the terminal now. NULL: 80 and 24. */
	void (*size)(void *arg, uint32_t *columns, uint32_t *rows);

	/* The text of an entry that had a mistake in it: to be corrected, with
	 * the cursor at offset. NULL: nothing. */
	void (*correct)(void *arg, struct str text, size_t offset);

	/* Lets the user edit text in $EDITOR; false: nothing has changed. out
	 * is appended to. NULL: :edit is refused. */
	bool (*edit)(void *arg, struct str text, struct buf *out);
};

/* The ways to start; false with the reason in r->diags. close() undoes what
 * open() did; called also after a failed open(). */
struct repl_input {
	bool (*open)(struct repl *r, struct repl_ui *ui);
	void (*close)(struct repl *r, struct repl_ui *ui);
};

extern const struct repl_input repl_pipe; /* repl_pipe.c */
extern const struct repl_input repl_term; /* repl_term.c */

/* --- the session ------------------------------------------------------------ */

/* What went wrong last, for :why. */
struct failure {
	struct str text; /* the entry */
	struct arena arena;
	struct sources sources;
	struct diags diags; /* v is what was said, with codes */
};

/* A function of a timer: see repl_timer(). */
typedef void (*repl_tick)(struct repl *r);

struct repl {
	struct cli *cli; /* borrowed, as machine */
	struct machine *machine;
	struct repl_ui ui;
	struct session_opts opts; /* of entries: pid and command are filters */
	struct registry *maps; /* live ones */
	struct live_maps live; /* the same for the compiler: what pointers in
				  them point to */
	struct entry *entries; /* by number */
	struct kept *kept;
	uint32_t last_number; /* of entries so far */
	uint64_t compile_ns, attach_ns; /* of what was entered last (:time) */
	struct failure failure;
	struct buf history; /* entries that were accepted, each with a '\n' */
	struct diags *diags; /* the machine's, of sessions, of commands: shown
				and emptied after each entry */
	int status; /* of the first failure; 0 */
	bool is_over; /* :quit, the end of input */
	bool is_failed; /* what is being entered: r->failure says why */
	bool is_interrupted; /* Ctrl-C came while something was printed: stop
				printing, then set it back */
	bool is_shown; /* between ui.before() and ui.after() */
	int epoll_fd, signal_fd, timer_fd;
	int stats_fd; /* while it is open the kernel measures (runtime/stats.h);
			 -errno: it does not */
	repl_tick tick; /* NULL: nothing is watched */
	void *watch; /* of who asked for the timer */
};

/* The command: from its options to its exit status. `script` is loaded first;
 * NULL: none. */
int repl_main(struct cli *c, struct machine *m, const char *script,
	      struct diags *d);

/* One complete input: a command, declarations, clauses or statements. What it
 * says is shown when this returns. False: it failed, and left no trace but
 * r->failure, r->status. */
bool repl_enter(struct repl *r, struct str text);

/* A file of clauses and commands? No: one script, entered as a whole. */
bool repl_load(struct repl *r, const char *path);

/* Ends the loop after what is being done. */
void repl_quit(struct repl *r);

/* Handles what sessions have sent by now, so that what follows comes after. */
void repl_drain(struct repl *r);

/* Calls tick every ns until it is called again with NULL. One at a time. */
void repl_timer(struct repl *r, uint64_t ns, repl_tick tick);

/* --- saying things ----------------------------------------------------------- */

void repl_put(struct repl *r, enum repl_stream stream, struct str text);
void repl_printf(struct repl *r, enum repl_stream stream, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Ends a burst of output: the edited line is drawn again. The loop does it
 * after each turn. */
void repl_shown(struct repl *r);

/* --- entries (repl_entry.c) --------------------------------------------------- */

/* NULL after a report in r->diags when no entry has that number ("3"). */
struct entry *repl_find(struct repl *r, struct str number);

/* Attach again, detach, remove. False after a report in r->diags. */
bool repl_on(struct repl *r, struct entry *e);
bool repl_off(struct repl *r, struct entry *e);
bool repl_remove(struct repl *r, struct entry *e);

/* Compiles text with the session's maps and declarations, as an entry is, for
 * stages to look at (:emit); NULL with the reason in d. */
struct plan *repl_compile(struct repl *r, struct sources *srcs, struct str text,
			  enum stage last, struct buf *stage_text,
			  struct diags *d);

/* --- commands (repl_command.c) ------------------------------------------------ */

/* What completes a command's argument. */
enum complete_kind {
	COMPLETE_NONE,
	COMPLETE_ENTRY, /* numbers of entries */
	COMPLETE_MAP, /* @names that are live */
	COMPLETE_FILE,
	COMPLETE_PROBE, /* attach points */
	COMPLETE_TYPE, /* types of BTF, args */
	COMPLETE_NAME, /* functions, builtins, probe types, settings */
	COMPLETE_STAGE, /* ast, plan, ... then an entry */
	COMPLETE_SETTING, /* keys of config */
	COMPLETE_COMMAND, /* names of commands */
	COMPLETE_PID,
};

struct repl_command {
	const char *name; /* without ':' */
	const char *args; /* "N", "@map [top]", "" */
	const char *brief; /* one line for :help */
	const char *help; /* lines for `:help NAME`; may be NULL */
	enum complete_kind complete;
	/* args without blanks around it. False after a report in r->diags. */
	bool (*run)(struct repl *r, struct str args);
};

extern const struct repl_command repl_commands[]; /* a NULL name ends it */

/* By its name or a beginning that only one has; NULL with a report in d. */
const struct repl_command *repl_command_find(struct str name, struct diags *d);

/* The functions of rows that are in other files than the table: one
 * declaration for each below its file's name. */

#endif
