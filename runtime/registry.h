/* SPDX-License-Identifier: Apache-2.0 */
/* registry.h - maps that outlive a session: several sessions share those of
 * equal names. Each has its own copy of its types, so that what is dropped
 * leaves nothing behind. */
#ifndef ESPY_RUNTIME_REGISTRY_H
#define ESPY_RUNTIME_REGISTRY_H

#include "machine/machine.h"
#include "runtime/maps.h"

struct session;
struct registry;

struct registry_map {
	struct arena arena; /* owns the texts and the types */
	struct types types;
	struct plan_map map; /* its ids are of types */
	struct map_handle handle; /* borrows map; its descriptor is owned */
	uint32_t maker; /* who made it, as sessions were told; 0: nobody who
			   has a number */
	unsigned int users; /* sessions, and the list */
	struct registry_map *next; /* in order of names */
};

struct registry *registry_new(struct machine *m);
void registry_free(struct registry *r); /* closes all; NULL is fine */

/* The first one; NULL: there is none. */
struct registry_map *registry_first(const struct registry *r);
struct registry_map *registry_find(const struct registry *r, struct str name);

/* The type of its keys (NULL: a scalar) and of its values. */
const struct type *registry_key(const struct registry_map *m);
const struct type *registry_value(const struct registry_map *m);

/* Names that values of type probe stand for, in maps that are shared. */
const struct plan *registry_names(const struct registry *r);

/* How values of its maps are printed: names of addresses, probes, stacks. */
const struct show *registry_show(struct registry *r);

/* Forgets one: sessions that use it keep theirs. False: there is none. */
bool registry_drop(struct registry *r, struct str name);

#endif
