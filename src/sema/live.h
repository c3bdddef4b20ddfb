/* SPDX-License-Identifier: Apache-2.0 */
/* live.h - maps that were there before the script: those that other scripts
 * of one session have made. Their types are settled; a script that uses one
 * takes it as it is. */
#ifndef ESPY_SEMA_LIVE_H
#define ESPY_SEMA_LIVE_H

#include "ast/ast.h"
#include "machine/machine.h"

struct live_map {
	struct arena arena; /* owns the rest */
	struct types types;
	struct str name; /* "@bytes" */
	const struct type *key, *value; /* of types; key may be TY_NONE */
	/* What its pointer points to by name, which types cannot keep; empty:
	 * nothing with a name. */
	struct str key_target, value_target;
	enum map_store store;
	uint32_t max_entries;
	uint32_t maker; /* number of who made it; 0: nobody with a number */
	struct live_map *next;
};

/* Zeroed is valid and empty. */
struct live_maps {
	struct live_map *first;
	/* What the numbers of values of type probe stand for so far: the names
	 * of a plan begin with these. NULL: nothing. Borrowed. */
	const struct plan *names;
};

const struct live_map *live_find(const struct live_maps *l, struct str name);

/* Remembers the maps of a script that was lowered, except those it had from
 * here. */
void live_note(struct live_maps *l, const struct script *s,
	       const struct plan *p, uint32_t maker);

/* Forgets one, or all. */
void live_drop(struct live_maps *l, struct str name);
void live_free(struct live_maps *l);

/* Its types in a script's table. */
const struct type *live_key(const struct live_map *m, struct types *t,
			    struct machine *machine);
const struct type *live_value(const struct live_map *m, struct types *t,
			      struct machine *machine);

/* Can a map with keys or values of type `to` take one of type `from`? */
bool live_takes(const struct type *to, const struct type *from);

/* The type of a new map's keys or values, which others will use: integers have
 * 64 bits, texts of the script some room. */
const struct type *live_widen(struct types *t, const struct type *type,
			      bool is_literal);

#endif
