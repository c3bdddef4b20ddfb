/* SPDX-License-Identifier: Apache-2.0 */
/* repl_complete.h - what can follow what was typed: a function of the text, the
 * cursor and what the session knows. It asks the running system through
 * machine/ and knows no terminal. */
#ifndef ESPY_CLI_REPL_COMPLETE_H
#define ESPY_CLI_REPL_COMPLETE_H

#include "cli/repl.h"

/* A name with what is told of it: the prototype of a function, the type of a
 * field. note may be empty. */
struct complete_word {
	struct str text, note;
};

typedef VEC(struct complete_word) complete_words;

/* A map that is live. */
struct complete_map {
	struct str name; /* "@reads" */
	struct str note; /* its types */
	const struct type *value; /* NULL: not known */
};

/* What was listed last: all functions of the kernel are many. Zeroed is empty;
 * whoever has it frees both. */
struct complete_cache {
	struct buf pattern, lines;
};

/* What the session knows. All of it is borrowed; nothing may be NULL except
 * where it says so. */
struct complete_env {
	struct machine *machine;
	struct diags *diags; /* the machine's: muted while asking; NULL */
	const struct repl_command *commands; /* a NULL name ends them */
	struct complete_cache *cache; /* NULL: nothing is remembered */
	VEC(struct complete_map) maps;
	complete_words calls; /* functions and macros of the session */
	complete_words entries; /* "3", its text */
};

struct completion {
	struct arena arena; /* owns the texts */
	/* The text from here to the cursor is what the words begin with. */
	size_t from;
	complete_words words; /* in byte order, each once */
	struct str note; /* a line about what is around the cursor, or empty */
	char after; /* follows the only word; 0: nothing */
};

/* at: offset of the cursor. out is zeroed; free it with completion_free(). */
void repl_complete(const struct complete_env *env, struct str text, size_t at,
		   struct completion *out);

/* The longest text that all words begin with. */
struct str completion_common(const struct completion *c);

void completion_free(struct completion *c);

#endif
