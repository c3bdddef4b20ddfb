/* SPDX-License-Identifier: Apache-2.0 */
/* lower.h - typed AST to plan: what the rows' lower functions may use
 * (lang/lang.h: function.lower). Nothing here can fail on what a user wrote.
 *
 * Codegen fills the payload of an event whose row has no emit function by one
 * rule: its fields take the call's arguments in order, leaving out a format
 * (FN_HAS_FORMAT) and a map that the event names; fields without an argument
 * are 0; the field of EV_PRINT_ENTRY takes the keys of the first argument. */
#ifndef ESPY_SEMA_LOWER_H
#define ESPY_SEMA_LOWER_H

#include "lang/lang.h"
#include "sema/sema.h"

struct lower {
	struct script *script;
	const struct sema_env *env;
	struct plan *plan;
	struct prog *prog; /* the program being lowered */
};

/* Adds the event of a call: its site is the call's, payload a record of these
 * fields (n 0: none; types of the script; offsets are computed). */
void lower_event(struct lower *l, struct expr *call, enum event_kind kind,
		 struct str text, const struct map *map,
		 const struct field *fields, uint32_t n);

/* What a row without a lower function gets: see function.lower. */
void lower_event_default(struct lower *l, struct expr *call);

/* Adds (or shares) a slot and stores it in e->fixup. */
void lower_fixup(struct lower *l, struct expr *e, enum fixup_kind kind,
		 struct str arg, uint32_t size);

/* Adds a place that may warn. */
uint32_t lower_site(struct lower *l, enum site_kind kind, struct span at,
		    const struct map *map);

/* A site for memory of a process that e reads, which may not be there; with -k
 * for all memory, and for entries of maps. */
void lower_wary(struct lower *l, struct expr *e);

/* For rows that read memory at the address in their first argument: a site
 * that counts what could not be read. */
void lower_read(struct lower *l, struct expr *call);

/* The plan is for this release of the kernel only. */
void lower_need_release(struct lower *l);

/* It is so when e depends on a layout of the kernel's. Looks below e only
 * where nothing is computed at run time. */
void lower_layout(struct lower *l, struct expr *e);

/* lower_args.c: what the program reads of args, and the targets must have. True
 * when e is a field of args: there is nothing more below it. */
bool lower_args(struct lower *l, const struct expr *e);

/* entry.c: adds the programs at the entries of functions. */
void lower_entries(struct lower *l);

/* A type of the script in the plan. */
type_id lower_type(struct lower *l, const struct type *t);

#endif
