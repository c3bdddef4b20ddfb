/* SPDX-License-Identifier: Apache-2.0 */
/* out.h - where a session's output goes, and in which form: what the script
 * prints to one descriptor, what is said about the run to another (forms for
 * programs put that, too, where the script prints).
 *
 * Each kind of thing that is put out has a function here and one of struct
 * out_form, which a form's row in out_forms[] implements: text (out_text.c),
 * JSON (out_json.c), tables for other programs (out_csv.c, out_folded.c).
 * Everything goes through these functions: nobody else decides how a thing
 * looks.
 *
 * To add a kind of thing:
 *   1. a member of struct out_form that takes the thing as data, not as text;
 *   2. out_THING() here, which calls it and out_end();
 *   3. its function in every form's row: those of text first, whose bytes go
 *      to o->pending. A form that has nothing of its own may point to
 *      text's; a NULL is not allowed (a unit test looks for one);
 *   4. for JSON a type in docs/output.schema.json and docs/output.md.
 * To add a form: a file with its row, and a value of enum out_form_id. The
 * option -f takes the row's name.
 *
 * The script's output is buffered; an error of writing is kept, everything
 * after it is dropped. */
#ifndef ESPY_RUNTIME_OUT_H
#define ESPY_RUNTIME_OUT_H

#include "plan/plan.h"
#include "runtime/maps.h"
#include "runtime/session.h"
#include "runtime/sink.h"

/* Pieces of text that the script has made. */
enum out_text {
	OUT_PRINTF,
	OUT_TIME,
	OUT_CAT,
	OUT_JOIN,
	OUT_SYSTEM, /* of a command: see out_takes_commands() */
	OUT_TEXT_N
};

/* Something that is said about the run, or that errorf() and warnf() say. */
struct out_note {
	enum severity severity;
	bool by_script; /* errorf(), warnf() */
	const struct plan_site *site; /* NULL: about the run as a whole */
	int64_t code; /* what the kernel's function gave, at a site */
	struct str text; /* one line, without its end */
	struct str probe; /* that it is about; empty: none */
	/* What is counted: the word for it; NULL: nothing is. */
	const char *loss;
	uint64_t count;
	const struct plan_site *where; /* instead of site, which text shows */
};

/* What a probe has cost, and what a map holds. */
struct out_cost {
	struct str probe;
	uint64_t hits, ns, lost, missed;
	uint64_t wall; /* ns that all this took */
};

struct out_fill {
	struct str map;
	uint64_t entries, room, bytes;
};

struct out_costs {
	const struct out_cost *probes;
	const struct out_fill *maps;
	size_t n_probes, n_maps;
	uint64_t
		age; /* ns since the start, if this is of an interval; else 0 */
};

struct out;

/* All but text and the last two append to o->pending (or write to o->err).
 */
struct out_form {
	const char *name; /* for -f */
	bool is_raw; /* texts of the script and of commands go out as they
			are: out_text() has nothing to do */
	/* "Attached 3 probes". */
	void (*attached)(struct out *o, size_t n);
	/* A text in o->text; not called for raw forms. */
	void (*text)(struct out *o, enum out_text kind);
	/* print(value) */
	void (*value)(struct out *o, const struct type *t, const void *p);
	/* print(@m[key]) */
	void (*entry)(struct out *o, const struct map_handle *m,
		      const struct row *row);
	/* print(@m), and maps at the end: in the order of the rows. */
	void (*map)(struct out *o, const struct map_handle *m,
		    const struct rows *rows);
	/* Maps side by side: the values are records of theirs (joined.h). */
	void (*table)(struct out *o, const struct map_handle *m,
		      const struct rows *rows);
	/* Now come the maps of the end. */
	void (*dump)(struct out *o);
	void (*note)(struct out *o, const struct out_note *note);
	/* Events that found no room: of a probe, or (empty name) in all. */
	void (*lost)(struct out *o, struct str probe, uint64_t n);
	/* --stats */
	void (*costs)(struct out *o, const struct out_costs *c);
};

extern const struct out_form *const out_forms[OUT_FORM_N];

struct out {
	const struct out_form *form;
	const struct show *show; /* borrowed: how values are printed */
	struct sink to, err;
	struct sink_hurry hurry; /* of both: from the signal that ends the run
				    on; its owner is whoever waits for signals */
	enum buffering buffering;
	bool colour; /* of err */
	bool no_warnings; /* of places of the script */
	bool is_fold_told; /* that a map cannot be folded */
	struct buf pending; /* not written yet */
	struct buf text; /* of the script, to be put into its form */
	int error; /* errno of the first write that failed */
	uint64_t limit; /* bytes that are written at most; 0: any number */
	uint64_t written, unwritten; /* with a limit */
	bool is_full; /* there was more: nothing is written any more */
	/* Instead of the descriptors: see struct session_opts. */
	void (*write)(void *arg, bool is_err, struct str text);
	void *write_arg;
};

/* Zeroed before; borrows the descriptors. o->show is the caller's to set. */
void out_init(struct out *o, const struct session_opts *opts);
void out_free(struct out *o); /* what is pending is lost: out_flush() first */

/* All that comes now goes to these descriptors, in that form. */
void out_redirect(struct out *o, int fd, int err_fd, enum out_form_id form);

/* --- what can be put out -------------------------------------------------- */

/* A text of the script: append it to what out_begin() returns (nothing else
 * may be put out meanwhile), then say of which kind it was. */
struct buf *out_begin(struct out *o);
void out_text(struct out *o, enum out_text kind);

void out_value(struct out *o, const struct type *t, const void *p);
void out_entry(struct out *o, const struct map_handle *m,
	       const struct row *row);

/* Rows that were chosen and sorted: map_select(). None: nothing is shown. */
void out_map(struct out *o, const struct map_handle *m,
	     const struct rows *rows);
void out_table(struct out *o, const struct map_handle *m,
	       const struct rows *rows);
void out_dump(struct out *o);

void out_attached(struct out *o, size_t n);
void out_lost(struct out *o, struct str probe, uint64_t n);
void out_note(struct out *o, const struct out_note *note);
void out_costs(struct out *o, const struct out_costs *c);

/* A warning about the run without a place. */
void out_warn(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Must the output of commands be taken as OUT_SYSTEM? Else they may write to
 * o->to.fd themselves, after out_flush(). */
bool out_takes_commands(const struct out *o);

/* For people only, in every form on the error descriptor: a line, or part of
 * one; how many probes already are attached when that takes long. */
void out_say(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void out_attaching(struct out *o, size_t done, size_t total);

/* --- writing -------------------------------------------------------------- */

/* One piece of output (an event, a map) is complete in o->pending. */
void out_end(struct out *o);

/* Nothing more comes for a while: lines that are complete should be seen. */
void out_idle(struct out *o);

/* Writes all. 0 or -errno of the first write that ever failed. */
int out_flush(struct out *o);

#endif
