/* SPDX-License-Identifier: Apache-2.0 */
/* sema.h - the meaning of a script: the passes between text and code.
 *
 *   macros  put in for their uses
 *   expand  attach points -> programs, one per shape of context
 *   check   types for every expression; all of the user's errors end here
 *   lower   the plan: maps, probes, events, fixups, sites
 */
#ifndef ESPY_SEMA_SEMA_H
#define ESPY_SEMA_SEMA_H

#include "ast/ast.h"
#include "machine/machine.h"

struct live_maps; /* sema/live.h */

struct sema_env {
	struct machine *machine;
	const char *const *params; /* of the script: $1 ... */
	size_t n_params;
	const char *const *words; /* all of them, also --name=value */
	size_t n_words;
	const char *probe_filter; /* a regular expression; NULL: all probes */
	const struct live_maps *live; /* maps that are there; NULL: none */
	bool params_later; /* it is saved: missing ones may still come */
	bool unsafe;
	bool is_wary; /* -k: reads that fail and missing keys are told */
	const char *const *c_dirs; /* -I: where #include looks, too; ends
				      with NULL; NULL: nowhere */
	const char *const *c_files; /* --include: read before the script's C;
				       ends with NULL; NULL: none */
};

/* Makes script.shown a print(), where it has a value; before the expansion. */
void sema_show(struct script *s);

/* Each returns false with errors in d. In this order. */
bool macros_expand(struct script *s, struct diags *d);
bool sema_expand(struct script *s, const struct sema_env *env, struct diags *d);
bool sema_check(struct script *s, const struct sema_env *env, struct diags *d);
bool sema_lower(struct script *s, const struct sema_env *env, struct plan *out,
		struct diags *d);

#endif
