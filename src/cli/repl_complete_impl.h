/* SPDX-License-Identifier: Apache-2.0 */
/* repl_complete_impl.h - what the files of completion share. */
#ifndef ESPY_CLI_REPL_COMPLETE_IMPL_H
#define ESPY_CLI_REPL_COMPLETE_IMPL_H

#include "cli/repl_complete.h"
#include "cli/repl_place.h"

/* One question being answered. */
struct completing {
	const struct complete_env *env;
	struct completion *out;
	struct str text; /* all of it, also behind the cursor */
	struct str word; /* what words have to begin with */
	struct place place;
	struct types types; /* in the answer's arena */
	struct diags scratch; /* what nobody needs to know */
	/* What was compiled to learn types. */
	VEC(struct script *) scripts;
	struct sources sources;
};

/* Adds a word if it begins with what was typed. Both are copied. */
void complete_add(struct completing *c, struct str text, struct str note);

/* name and what always follows it: "(", ":", "". */
void complete_name(struct completing *c, struct str name, const char *after,
		   struct str note);

/* From here on, words begin with the last n bytes of what was typed. */
void complete_from(struct completing *c, struct str word);

/* repl_complete_name.c: words of the language and of the session */
void complete_code(struct completing *c);
void complete_head(struct completing *c);
void complete_config(struct completing *c, struct str typed);
void complete_maps(struct completing *c);
void complete_any_name(struct completing *c);
void complete_note_call(struct completing *c);

/* repl_complete_probe.c: attach points, files, types by name */
void complete_probe(struct completing *c);
void complete_file(struct completing *c);
void complete_type(struct completing *c);
void complete_pid(struct completing *c);

/* The first probe that matches a pattern; empty: none does. */
struct str complete_first_probe(struct completing *c, struct str pattern);

/* repl_complete_field.c: fields of the expression before the word. */
void complete_field(struct completing *c, struct str base);

#endif
