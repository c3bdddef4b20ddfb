/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - a plan at work: loaded, attached, read, printed. The only
 * stateful object of the runtime; several may live in one process.
 *
 * Order: session_open, session_start, session_loop, session_stop,
 * session_print_maps, session_close. Each returns 0 or -errno after reporting
 * in the diags given to session_open(). */
#ifndef ESPY_RUNTIME_SESSION_H
#define ESPY_RUNTIME_SESSION_H

#include <sys/types.h>

#include "machine/machine.h"
#include "plan/plan.h"
#include "runtime/sink.h"

enum buffering {
	BUFFER_LINE,
	BUFFER_FULL,
	BUFFER_NONE
};

/* What the kernel can, and is not to be used. */
enum no_features {
	FEATURE_KPROBE_MULTI = 1 << 0,
	FEATURE_UPROBE_MULTI = 1 << 1,
	FEATURE_FENTRY = 1 << 2, /* in place of kprobes */
};

/* How output looks: rows of out_forms[] (out.h). */
enum out_form_id {
	OUT_FORM_TEXT,
	OUT_FORM_JSON,
	OUT_FORM_JSON_LOSSY, /* as other tools write it */
	OUT_FORM_CSV,
	OUT_FORM_FOLDED, /* for flame graphs */
	OUT_FORM_N
};

enum test_form {
	TESTS_TEXT,
	TESTS_TAP, /* of benchmarks: as text */
	TESTS_JSON
};

struct registry; /* registry.h */
struct verify_report; /* verify.h */

struct session_opts {
	const char *const *params; /* for FX_PARAM and FX_OPTION */
	size_t n_params;
	pid_t pid; /* -p: ends with it; 0: none */
	const char *command; /* -c: started stopped, let go once attached */
	const char *user; /* whom it runs as; NULL: whoever we are */
	uint64_t timeout; /* ns from when everything is attached; 0: none */
	uint32_t no_features; /* enum no_features */
	bool no_warnings; /* of the script; losses are told all the same */
	bool unsafe;
	bool is_foreign; /* a saved program: files that it names are here */
	bool dry_run; /* load and verify, do not attach */
	struct verify_report *verify; /* to be filled while loading; or NULL */
	bool verify_lines; /* it is: now the lines of costly programs */
	bool quiet, verbose;
	bool stats; /* what probes cost is told at the end */
	uint64_t stats_every; /* ns: and each time that so many passed; or 0 */
	bool test, bench; /* run probes of these types */
	enum test_form test_form; /* how their results are shown */
	bool params_checked; /* missing parameters have been warned of */
	int out_fd; /* script's output: maps, printf */
	int err_fd; /* "Attached N probes", run-time warnings, losses */
	enum buffering buffering;
	enum out_form_id form;
	bool colour; /* of err_fd */

	bool leaves; /* the process ends with it: what the kernel waits for
			when programs are detached, another one waits for */

	/* For sessions that share a process with others: */
	bool keeps_rights; /* capabilities are not given up once attached */
	bool is_embedded; /* signals are the caller's, nothing is said of
			     what was attached, no maps at the end */
	struct registry *registry; /* maps are shared through it; NULL: own */
	uint32_t maker; /* what it notes of maps that are new */
	/* Where output goes instead of the descriptors; NULL: to them. */
	void (*write)(void *arg, bool is_err, struct str text);
	void *write_arg;
};

struct session;

/* What its programs have done so far, all together (stats.h). */
struct session_stats {
	uint64_t hits; /* runs; 0 unless the kernel counts them */
	uint64_t ns; /* in them, likewise */
	uint64_t missed; /* not run: one ran already on that CPU */
	uint64_t lost; /* events that found no room */
	uint64_t wall; /* ns since they were attached, and until they were
			  not any more */
};

/* Loads the object: fixups, maps, programs; nothing is attached. Borrows all
 * it is given until session_close(). NULL with the reason in d; a program the
 * verifier rejects is shown with the script's lines. */
struct session *session_open(const struct plan *p, struct machine *m,
			     const struct session_opts *o, struct diags *d);

/* begin probes, attaching, then the command is let go and "Attached N
 * probe(s)" is said. What was attached is detached again on failure. */
int session_start(struct session *s);

/* Until exit(), the end of the command or of the process of -p, SIGINT or
 * SIGTERM (blocked and read by a signalfd; a second SIGINT ends the process at
 * once), or because nothing is attached that could ever fire. */
int session_loop(struct session *s);

/* Instead of session_loop(), in a loop of the caller's: the descriptor that is
 * readable when there is something to do, and doing it. A first turn is due
 * right after session_start(). 1: the session is over; -errno after a report.
 * session_turn_all() also empties the ring buffer. */
int session_fd(const struct session *s);
int session_turn(struct session *s);
int session_turn_all(struct session *s);

/* Writes what was printed without the end of a line. */
void session_flush(struct session *s);

/* How many events and functions a plan's probes are at. */
size_t session_targets(const struct plan *p);

/* Detaches (in parallel), runs end probes, drains the ring buffer, reports
 * what was lost. */
int session_stop(struct session *s);

/* The final dump: every map in name order, as config says. Flushes; a write
 * that failed earlier (full disk, closed pipe) is reported here. */
int session_print_maps(struct session *s);

/* How patient to be with who reads messages about it: after a signal, brief. */
struct sink_hurry session_hurry(const struct session *s);

/* exit(n)'s n, else 0. */
int session_status(const struct session *s);

void session_close(struct session *s); /* NULL is fine */

#endif
