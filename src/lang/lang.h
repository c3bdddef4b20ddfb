/* SPDX-License-Identifier: Apache-2.0 */
/* lang.h - the vocabulary: rows for functions, builtins and probe types. The
 * checker and codegen never name a feature; they call through the rows here,
 * and the files of src/lang plug in. Manual, --help-function and completion
 * are made from the same rows, and a test compiles every example. */
#ifndef ESPY_LANG_LANG_H
#define ESPY_LANG_LANG_H

#include "ast/ast.h"

struct sema; /* sema/check.h: the checker at work */
struct lower; /* sema/lower.h: the lowering pass at work */
struct expand; /* sema/expand.h: attach points being expanded */
struct cg; /* codegen/ir.h: a program being emitted */
struct val; /* codegen/ir.h: a value being computed */

/* --- functions ----------------------------------------------------------------- */

enum fn_flags {
	FN_UNSAFE = 1 << 0, /* needs --unsafe */
	FN_ENDS = 1 << 1, /* nothing after it runs: exit() */
	FN_NO_WARN = 1 << 2, /* a discarded value is not worth a warning:
				  delete() */
	FN_ASSIGNED = 1 << 3, /* only as the value assigned to a map: count() */
	FN_HAS_FORMAT = 1 << 4, /* first argument is a printf format */
	FN_AT_ENTRY = 1 << 5, /* its argument is what it was when the function
				 was entered: entry() */
	FN_AS_KPROBE = 1 << 6, /* differs where a fentry stands for a kprobe */
	FN_SHOWS_MAPS = 1 << 7, /* user space prints its first argument when
				   that is a map, or several */
	FN_CONTEXT = 1 << 8, /* its code is given the program's context */
};

/* Prototypes are text: "RESULT NAME(TYPE name, ...)".
 *   types    int (any integer), string, ptr, map (a whole @map), key (the
 *            keys of the map before it), any, value (any, or a whole @map),
 *            var (a $variable, which it sets), name (a bare word), word (one, or a constant), a type's name (uint64), number (integer,
 *            also a castable map)
 *   const T  must be known at compile time
 *   [T x]    optional, from here on
 *   ...      any further arguments
 *   result   a type's name; none; any: the row's check sets call->type */
struct function {
	const char *name;
	const char *proto;
	uint32_t flags; /* enum fn_flags */
	enum event_kind event; /* EV_NONE: happens in the kernel */
	enum type_kind agg; /* the map value it feeds; TY_NONE: none */

	/* Takes what is no value out of the arguments (flags, names) before they
	 * are checked against the prototype; may be called again for what is
	 * left. NULL: none. False after a report. */
	bool (*options)(struct sema *s, struct expr *call);

	/* Rules beyond the prototype; may set call->type. NULL: none.
	 * False after a report. */
	bool (*check)(struct sema *s, struct expr *call);

	/* Fills the event's text and payload (default for NULL: a constant
	 * format becomes the text, a map its id, the other arguments the
	 * payload's fields in order) or fixups. */
	void (*lower)(struct lower *l, struct expr *call);

	/* Emits the call. NULL: sends the event. */
	struct val (*emit)(struct cg *g, const struct expr *call);

	const char *doc; /* a sentence or two for users */
	const char *example; /* statements that compile in a begin probe, or a
				whole script when its first '{' comes before
				any '(' */
};

/* Tables, each ended by a row without a name. */
extern const struct function *const function_tables[]; /* ended by NULL */

const struct function *function_find(struct str name);
void function_suggest(struct str name, struct suggest *s);

/* --- builtins -------------------------------------------------------------------- */

enum bi_flags {
	BI_ARGS = 1 << 0, /* its type is the program's args record */
	BI_RETVAL = 1 << 1, /* its type is the program's result */
	BI_NAME = 1 << 2, /* makes the program tell its targets apart */
	BI_CTX = 1 << 3, /* reads the context: not in begin, end */
	BI_REGS = 1 << 4, /* only with CTX_REGS (argN) or CTX_RAW */
	BI_NUMBERED = 1 << 5, /* the N at the end of its name is a number */
	BI_AS_KPROBE = 1 << 6, /* differs where a fentry stands for a kprobe */
	BI_SAME = 1 << 7, /* the same whenever a program asks */
};

struct builtin {
	const char *name;
	const char *type; /* as in prototypes; "any": check sets it */
	uint32_t flags; /* enum bi_flags */
	bool needs_fixup;
	enum fixup_kind fixup; /* the slot it reads, with needs_fixup */
	bool (*check)(struct sema *s, struct expr *e);
	struct val (*emit)(struct cg *g, const struct expr *e);
	uint64_t arg; /* for functions shared by several rows: arg3 -> 3 */
	const char *doc, *example;
};

extern const struct builtin *const builtin_tables[];

const struct builtin *builtin_find(struct str name);
void builtin_suggest(struct str name, struct suggest *s);

/* The number at the end of the name of one that is numbered: 3 of "arg3". */
uint64_t builtin_number(struct str name);

/* --- words of the language ------------------------------------------------------------- */

struct word {
	const char *name;
	const char *form; /* lines: how it is written */
	const char *doc, *example; /* as of functions; NULL: cannot stand
				      alone */
};

extern const struct word
	word_rows[]; /* words.c; ended by a row without a name */

/* --- probe types ------------------------------------------------------------------- */

struct probe_type {
	const char *name;
	const char *aliases[4]; /* "t", "BEGIN"; compared without case */
	const char *form; /* "tracepoint:category:event" */
	uint32_t min_parts, max_parts; /* without the provider */
	const char *entry; /* of returns: the type for the entries; NULL */
	bool has_path; /* the second part is a path: may contain '/' */

	/* Resolves one attach point against the machine: calls
	 * expand_add_target() or expand_add_probe() for each match; reports
	 * when nothing matches. */
	bool (*expand)(struct expand *x, const struct attach_point *ap);

	/* -l: appends the names that match pattern ("tracepoint:sched:*"
	 * split like an attach point) to out; -lv arguments too. NULL: the
	 * form is listed. */
	bool (*list)(struct expand *x, const struct attach_point *ap,
		     bool with_args, struct buf *out);

	const char *doc, *example; /* example: a whole script */
};

extern const struct probe_type *const probe_type_tables[];

const struct probe_type *probe_type_find(struct str name);
void probe_type_suggest(struct str name, struct suggest *s);

#endif
