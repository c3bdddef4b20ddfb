/* SPDX-License-Identifier: Apache-2.0 */
/* expand.h - attach points being expanded into programs: what the rows of
 * probe types (lang/lang.h: probe_type.expand) may use. */
#ifndef ESPY_SEMA_EXPAND_H
#define ESPY_SEMA_EXPAND_H

#include <regex.h>

#include "lang/lang.h"
#include "sema/sema.h"

struct expand {
	struct script *script;
	const struct sema_env *env;
	struct machine *machine;
	struct diags *d;
	struct types *types; /* of the script */
	struct arena *arena; /* of the script */
	const struct probe *probe; /* the one being expanded */
	bool uses_args; /* its body reads args: layouts matter */
	bool uses_name; /* its body reads probe: targets are told apart */
	bool uses_regs; /* its body reads arg0 and so on */
	uint64_t uses_argn; /* which of them; bit 63: any from arg63 on */
	bool uses_retval; /* its body reads retval */
	const regex_t *filter; /* names of probes; NULL: all */
	size_t n_targets; /* of the whole script */
	uint32_t n_points; /* attach points so far */
	bool is_full; /* max_probes reached and reported */
};

/* One thing to attach to, as found on the machine. */
struct target {
	struct str name; /* plan_probe.targets: function, event; "" none */
	struct str full; /* "kprobe:vfs_read": what `probe` prints */
	enum ctx_kind ctx;
	const struct type *args, *retval; /* NULL: none */
	struct str no_args; /* why args is NULL, for a hint; or empty */
	bool is_go; /* arguments are where Go puts them */
	bool is_user;
	bool is_alone; /* cannot share a program with another target */
	bool is_each; /* the kernel wants a program for each target: they share
			 code */
	bool is_trampoline, has_ip, is_either; /* see struct prog */
	enum probe_kind kind;
	struct str module, path;
	struct str operands; /* usdt: what differs makes another program */
	bool is_single; /* one of several with this name: attached alone */
	uint64_t offset, rate;
	uint32_t flags; /* enum probe_flags */
	struct str where, pattern; /* what finds it elsewhere; empty: nothing,
				      it is settled */
};

/* Adds a target of ap: to the program of this probe with the same shape, or
 * to a new one. False when the script has too many (reported). */
bool expand_add(struct expand *x, const struct attach_point *ap,
		const struct target *t);

/* A target in a file that a saved program shall look for where it runs: by the
 * name of the file if that is no path, or by a pattern of names. Not where the
 * program depends on the types of one build. */
void expand_again(struct expand *x, const struct attach_point *ap,
		  struct target *t, struct str pattern);

/* ap matches nothing: error, warning or silence as missing_probes says. True
 * when that is no error. hint may be NULL. */
bool expand_no_match(struct expand *x, const struct attach_point *ap,
		     const struct suggest *near);

/* The same; why: what keeps it from being attached, or NULL. */
bool expand_no_match_why(struct expand *x, const struct attach_point *ap,
			 const struct suggest *near, const char *why);

/* The i-th part after the provider ("" when absent), and its place. */
struct str ap_part(const struct attach_point *ap, size_t i);
struct span ap_span(const struct attach_point *ap, size_t i);
size_t ap_parts(const struct attach_point *ap); /* without the provider */

/* -lv: a line for each field of args (NULL: none), its name behind prefix. */
void expand_list_args(const struct type *args, const char *prefix,
		      struct buf *out);

/* A non-negative number, decimal or 0x hex; false when text is none. */
bool expand_number(struct str text, uint64_t *out);

/* Cuts "+0x10" off *name; *offset is 0 without. False after a report. */
bool expand_offset(struct expand *x, const struct attach_point *ap,
		   struct str *name, uint64_t *offset);

/* "hz", "99" or "100ms": the rate in ns (or Hz, with PF_FREQUENCY set in
 * *flags). False after a report. */
bool expand_rate(struct expand *x, const struct attach_point *ap,
		 uint64_t *rate, uint32_t *flags);

#endif
