/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - the report of --check: what a plan and its object cost and need,
 * and what of it changes the system. Derived from the plan and the code alone,
 * so it is the same for a script and for what --save made of it; loads nothing
 * and needs no root. */
#ifndef ESPY_CLI_CHECK_H
#define ESPY_CLI_CHECK_H

#include "plan/code.h"
#include "machine/machine.h"
#include "plan/plan.h"

typedef VEC(struct str) check_names; /* each once */

struct check_probe {
	const struct plan_probe *probe;
	struct code code;
	check_names caps, config; /* capabilities; options of the kernel */
	const char *files; /* what is read to attach it; NULL: nothing */
};

struct check_map {
	struct str name; /* "@bytes"; of espy's own: "espy_ring" */
	const char *kind;
	uint32_t entries, key, value; /* sizes in bytes */
	uint64_t bytes; /* of the kernel's memory, about; at most, for those
			   that grow */
	bool by_memory; /* the runtime chooses the size: bytes is the most */
};

struct check_unsafe {
	struct str what; /* "bpf_send_signal" */
	const char *does;
	struct str where; /* a probe; "": anywhere in the script */
};

struct check {
	const struct plan *plan;
	struct arena arena;
	VEC(struct check_probe) probes;
	VEC(struct check_map) maps;
	uint64_t map_bytes; /* all of them */
	uint32_t version; /* of Linux: major << 16 | minor */
	const char *version_why;
	check_names config, caps;
	VEC(struct check_unsafe) unsafe;
};

/* Fills *c, which borrows p. False after a report: the object is damaged
 * (D_SAVED). check_free() either way. */
bool check_open(struct check *c, const struct plan *p, struct machine *m,
		struct diags *d);
void check_free(struct check *c);

/* Appends the report. */
void check_text(const struct check *c, struct buf *out);

/* The same as a JSON object; with the messages of d. c NULL: the script has
 * mistakes, and there is nothing but messages. */
void check_json(const struct check *c, const struct diags *d, struct buf *out);

/* --- for the files check_*.c ------------------------------------------------ */

/* The maps of the object, each with its memory. */
bool check_read_maps(struct check *c, struct machine *m, struct diags *d);

/* What the probes and the helpers that they call need. */
void check_read_needs(struct check *c);

#endif
