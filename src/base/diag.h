/* SPDX-License-Identifier: Apache-2.0 */
/* diag.h - source text, positions in it, and everything said about it:
 * errors, warnings, hints, with the line and an underline.
 *
 * Whoever detects a mistake reports it here, once; everyone above returns.
 * Only src/cli and runtime/run_main.c print. */
#ifndef ESPY_BASE_DIAG_H
#define ESPY_BASE_DIAG_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"

/* --- source text --------------------------------------------------------- */

/* Every text of one compile (the script, later what it imports) has its own
 * range of one number line of offsets, so that a span needs no file. Offset 0
 * is no position: the first text starts at 1. */
struct source {
	struct str name; /* as printed: "stdin" for -e and -, else the path */
	struct str text; /* NUL terminated, without the NUL; '\r\n' as read */
	uint32_t base; /* offset of its first byte */
	VEC(uint32_t) lines; /* offset in text of each line's first byte */
};

/* Half open range of offsets; {0, 0} is "nowhere in particular". */
struct span {
	uint32_t start, end;
};

/* A piece of a text that is read once more: the body of a macro where it is
 * used, an argument where the body uses it. Its offsets are its own, so that
 * messages tell of both places. */
struct expansion {
	uint32_t base, n; /* offsets base .. base + n */
	/* Where the piece is written, and what it stands for; both may be in
	 * an expansion made before. */
	uint32_t origin;
	struct span used;
};

struct sources {
	struct arena arena;
	VEC(struct source) v;
	VEC(struct expansion) expansions; /* by base */
	VEC(struct str) looked; /* source_look() */
	bool has_values; /* what parameters are decided what the texts mean */
};

/* A position as people count: both from 1; columns are bytes. */
struct source_pos {
	const struct source *source;
	uint32_t line, column;
};

/* Adds a text (copied) and returns it; the address is valid until the next
 * call. */
const struct source *source_add(struct sources *s, struct str name,
				struct str text);

/* Notes a path that was asked for: a folder whose list was read, a file that may
 * be there or not. What is found there may change what the texts mean. */
void source_look(struct sources *s, const char *path);

/* Gives the text of a span a second range of offsets. Returns its start; 0
 * when there are no offsets left. */
uint32_t source_expand(struct sources *s, struct span text, struct span used);

/* The offset where the text is written, which is in no expansion. */
uint32_t source_origin(const struct sources *s, uint32_t offset);

/* What the expansion stands for that an offset is in; {0, 0}: in none. */
struct span source_used(const struct sources *s, uint32_t offset);

/* Where an offset is; source is NULL for 0 and what is out of range. */
struct source_pos source_find(const struct sources *s, uint32_t offset);

/* The whole line around pos, without its line end. */
struct str source_line(const struct source *src, uint32_t line);

void sources_free(struct sources *s);

struct span span_join(struct span a, struct span b); /* covers both */

/* --- diagnostics --------------------------------------------------------- */

enum severity {
	SEV_ERROR,
	SEV_WARNING,
	SEV_NOTE,
	SEV_HINT, /* alone: an answer */
	SEV_N
};

/* What a message is about: names that stay as they are. Every code has a row
 * in diag_codes.c, those from D_IO on in diag_codes_machine.c: these are the
 * environment's refusals, exit status 2 instead of 1. When a script alone can
 * cause it, it has a golden test named after it. */
enum diag_code {
	/* text */
	D_SYNTAX, /* the grammar wants something else */
	D_LITERAL, /* a malformed number or string */
	D_ATTACH_POINT, /* a malformed attach point */
	/* names */
	D_PROBE_TYPE, /* no such probe type */
	D_UNKNOWN_NAME, /* no such builtin or constant */
	D_UNKNOWN_FUNC, /* no such function */
	D_UNKNOWN_TYPE, /* no such type */
	D_UNKNOWN_FIELD, /* no such field */
	D_UNDEFINED_VAR, /* a $variable without a value */
	D_UNDEFINED_MAP, /* a @map that nothing gives a value */
	D_REDEFINED, /* declared twice */
	D_OPTION, /* a config key or value that is not known */
	/* meaning */
	D_TYPE, /* types that do not fit */
	D_MAP_KEY, /* a map's keys differ between uses */
	D_MAP_KIND, /* a map declared as a kind it cannot be */
	D_ARG_COUNT, /* too few or too many arguments */
	D_ARG_TYPE, /* an argument of the wrong type or not a literal */
	D_FORMAT, /* a printf format and its arguments disagree */
	D_RANGE, /* a constant out of its range */
	D_NOT_HERE, /* not available in this probe or place */
	D_AGGREGATION, /* an aggregation used other than into a map */
	D_ASSIGN, /* something that cannot be assigned to */
	D_UNSAFE, /* needs --unsafe */
	D_LOOP, /* break or continue outside, bounds */
	D_IMPORT, /* a file that cannot be imported */
	D_MACRO, /* a macro defined or used in a way it cannot be */
	D_PARAM, /* positional and named parameters of the script */
	D_UNSUPPORTED, /* the language knows it, this build does not */
	D_LIMIT, /* too large: nesting, number of probes, sizes */
	D_NO_MATCH, /* a probe that matches nothing on this machine */
	D_USAGE, /* the command line */
	/* warnings only */
	D_DISCARDED, /* a value computed and not used */
	D_UNREACHABLE, /* code after return or exit() */
	D_UNUSED, /* declared and not used */
	D_DIVISION, /* division by a literal zero and the like */
	D_DEPRECATED, /* understood, with a better way to say it */
	/* the environment: exit status 2 */
	D_IO, /* a file that cannot be read or written */
	D_PERMISSION, /* not allowed */
	D_KERNEL, /* the kernel lacks or refuses something */
	D_ATTACH, /* a probe that cannot be attached */
	D_VERIFIER, /* a program the verifier rejects */
	D_SAVED, /* a saved program that cannot be used */
	D_LOST, /* events lost while tracing */
	D_RUNTIME, /* said by the program while it runs */
	D_N,
};

struct diag {
	enum severity severity;
	enum diag_code code;
	struct span span;
	struct str text;
	struct str hint; /* empty: none */
};

struct diags {
	struct arena arena;
	struct sources *sources; /* borrowed; may be NULL */
	VEC(struct diag) v;
	unsigned int errors, warnings;
	unsigned int muted; /* > 0: nothing is recorded, see diag_mute() */
	bool dropped; /* the last one was a repetition: so are its hints */
	bool no_warnings; /* diag_warn() records nothing */
	bool tells_codes; /* shown with their codes: "ERROR: text [D_TYPE]" */
};

/* Each records one message and returns false, so that a pass can say
 * `return diag_error(...)`. Text: lower case, no full stop, quotes 'like'
 * this. The same code at the same span is recorded once. */
bool diag_error(struct diags *d, struct span at, enum diag_code code,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool diag_warn(struct diags *d, struct span at, enum diag_code code,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool diag_note(struct diags *d, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What was asked for, as a hint of its own: counts as an error, since nothing
 * is done after it. */
void diag_answer(struct diags *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds a hint to the message recorded last (nothing while muted). */
void diag_hint(struct diags *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "fmt: strerror(err)" without a place. err is positive or negative.
 * Returns -|err|. */
int diag_errno(struct diags *d, int err, enum diag_code code, const char *fmt,
	       ...) __attribute__((format(printf, 4, 5)));

/* While muted nothing is recorded (rounds of inference before the last). */
void diag_mute(struct diags *d, bool mute);

/* The row of a code: what --explain shows. */
struct diag_page {
	const char *name; /* "D_TYPE" */
	const char *doc; /* a line about it */
	const char *text; /* some sentences: what it means, what helps */
	/* Either two scripts: one that gives this code and no other, and it
	 * without the mistake, which gives none; options that the second is
	 * to be started with, or NULL. */
	const char *wrong, *right, *options;
	/* Or how it comes about, when no script alone can cause it. */
	const char *how;
};

const struct diag_page *diag_page(enum diag_code code);

/* "D_TYPE" and a line about it. */
const char *diag_code_name(enum diag_code code);
const char *diag_code_doc(enum diag_code code);

/* The code of a name, in letters of any case and with or without its "D_".
 * False: there is none. */
bool diag_code_find(struct str name, enum diag_code *out);

/* Is one of the errors the environment's (D_IO and after)? */
bool diags_environment(const struct diags *d);

/* The visible form:
 *   stdin:1:9-15: ERROR: text
 *   the line
 *           ~~~~~~
 *   HINT: text
 * Columns count from 1, the end is exclusive; tabs of the line are printed as
 * four blanks. In colour when asked. Appends to out. */
void diag_render(const struct diags *d, const struct diag *m, bool colour,
		 struct buf *out);
void diags_render(const struct diags *d, bool colour, struct buf *out);

void diags_free(struct diags *d);

#endif
