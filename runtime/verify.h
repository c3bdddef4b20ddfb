/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - --verify: what the kernel counted while it proved each program,
 * and what the programs and maps take once they are loaded. Nothing is
 * attached. Needs what loading needs; works for scripts and saved programs. */
#ifndef ESPY_RUNTIME_VERIFY_H
#define ESPY_RUNTIME_VERIFY_H

#include "runtime/session.h"

struct verify_line { /* of the script */
	struct str text;
	uint32_t line; /* 0: the kernel does not tell */
	uint64_t n; /* instructions that were looked at for it */
};

/* What is measured of a program, by enum verify_measure. */
enum verify_measure {
	VM_VERIFIED, /* instructions the verifier looked at, of its limit */
	VM_STATES, /* it kept in mind, all together */
	VM_PEAK, /* the most at a time */
	VM_STACK, /* bytes, of the program and its functions together */
	VM_CODE, /* bytes of BPF after the kernel's changes */
	VM_JITED, /* bytes of machine code; 0: there is no JIT */
	VM_MAPS, /* bytes of the maps that it uses */
	VM_N
};

extern const char *const verify_measure_names[VM_N]; /* in JSON and CSV */

struct verified {
	struct str symbol; /* of the program */
	struct str probe; /* the first of those that share it */
	uint32_t n_probes;
	uint64_t limit; /* of VM_VERIFIED */
	uint64_t measures[VM_N];
	VEC(struct verify_line) lines; /* the costly ones, most first */
};

struct verify_report {
	struct arena arena;
	struct str script, release;
	uint64_t map_bytes; /* of all maps */
	VEC(struct verified) programs;
};

/* For load.c. Each program's verifier shall say what it counts; afterwards its
 * log is read. The report is s->opts.verify. */
struct bpf_program;
uint32_t verify_log_level(const struct session *s, size_t probe);
size_t verify_log_size(const struct session *s, size_t size);
void verify_take(struct session *s, size_t probe, const char *log, size_t size);

/* Loads the plan and fills in a report; 0 or -errno after one in d. */
int verify_plan(const struct plan *p, struct machine *m,
		const struct session_opts *o, struct verify_report *r,
		struct diags *d);
void verify_free(struct verify_report *r);

/* Appends the report as text, JSON or CSV (the kinds of verify_has_form()). */
bool verify_has_form(enum out_form_id form);
void verify_print(const struct verify_report *r, enum out_form_id form,
		  struct buf *out);

/* Compares with what verify_print() wrote as JSON before. What grew by more
 * than so many per cent is an error in d (D_LIMIT), programs that were not there
 * or are not any more are notes. False: something grew, or old is no such
 * report. */
bool verify_compare(const struct verify_report *r, struct str old,
		    unsigned int tolerance, struct diags *d);

#endif
