/* SPDX-License-Identifier: Apache-2.0 */
/* verifier.h - why the kernel refuses a program, told in the words of the
 * script: what its verifier says is looked up in a table of patterns
 * (verifier_rows.c), the instruction it stopped at is mapped to the script
 * (verifier_places.c), and the value it did not like is followed back to where
 * it came from (verifier_log.c). Needs no kernel: a log that was written down
 * is explained like one that has just come. */
#ifndef ESPY_RUNTIME_VERIFIER_H
#define ESPY_RUNTIME_VERIFIER_H

#include "base/diag.h"

/* --- the table -------------------------------------------------------------- */

/* Whose it is to change something. */
enum verifier_blame {
	VB_SCRIPT, /* it can be written so that the kernel takes it */
	VB_KERNEL, /* this kernel lacks something, or forbids it */
	VB_ESPY, /* scripts cannot say such a thing: espy wrote bad code */
};

#define VERIFIER_PATTERNS 12

/* A pattern is a line of the log, or its beginning: '*' stands for anything up
 * to what follows it, '#' for a number, which is kept. Texts of rows may say
 * {value}, the script's name of the value that the instruction uses; {here},
 * the expression the kernel stopped at; {call}, the helper that is called;
 * {field}, what a relocation lacks; {1} to {4}, the numbers of the pattern. */
struct verifier_row {
	const char *name; /* of the row, and of its cases in tests */
	const char *patterns[VERIFIER_PATTERNS];
	int err; /* what is refused without a log, negative; 0: has one */
	enum verifier_blame blame;
	const char *says; /* what is wrong */
	const char *hint; /* what helps */
	const char *origin; /* how the second place is called; NULL: none */
	bool is_loop; /* the place is where most steps were taken */
	bool is_jump; /* number 1 is the instruction it is about */
};

extern const struct verifier_row verifier_rows[];
extern const size_t verifier_n_rows;

/* Names of helpers, with what is special about them on some kernels: a hint of
 * its own instead of the row's. */
struct verifier_helper {
	const char *name, *hint;
};

extern const struct verifier_helper verifier_helpers[];
extern const size_t verifier_n_helpers;

/* --- logs ------------------------------------------------------------------- */

/* An instruction as the verifier went through it. */
struct verifier_step {
	uint32_t insn; /* its number in the program */
	struct str text; /* "(79) r1 = *(u64 *)(r0 +0)" */
};

struct verifier_log {
	struct arena arena;
	VEC(struct verifier_step) steps; /* in the order they were looked at */
	VEC(struct str)
	said; /* lines behind the last step, or all if there is
				 no step: what the verifier complains of */
};

/* Takes a log apart; it borrows the text. */
void verifier_log_read(struct verifier_log *l, struct str text);
void verifier_log_free(struct verifier_log *l);

/* A register that a step uses in a way that can be refused: the address it
 * reads or writes at, else what it computes with. -1: none. */
int verifier_log_register(const struct verifier_step *step);

/* The step that made the value a register has before step `at`: a call, a load
 * or a constant. -1: not in the log. */
long verifier_log_origin(const struct verifier_log *l, size_t at, int reg);

/* The instruction that was looked at most often. */
uint32_t verifier_log_busiest(const struct verifier_log *l);

/* --- places ----------------------------------------------------------------- */

/* Where the code from an instruction on comes from. Columns count from 1; 0:
 * the function as a whole. */
struct verifier_place {
	uint32_t insn;
	uint32_t line, column;
	struct str file, text; /* of the line */
};

struct verifier_places {
	struct arena arena;
	VEC(struct verifier_place) v; /* by insn */
};

struct btf;
struct bpf_line_info;

/* From what the kernel is given with a program: records of `size` bytes. */
void verifier_places_read(struct verifier_places *p, const struct btf *btf,
			  const void *info, size_t n, size_t size);
void verifier_places_free(struct verifier_places *p);

/* That of an instruction; NULL: only espy knows. */
const struct verifier_place *verifier_places_find(
	const struct verifier_places *p, uint32_t insn);

/* The expression that begins at a column of a line of the script: a word with
 * its fields, indices and arguments. Empty behind the end. */
struct str verifier_expression(struct str line, uint32_t column);

/* --- explaining ------------------------------------------------------------- */

/* What is refused. */
struct verifier_refusal {
	int err; /* negative, as the kernel gave it */
	struct str probe; /* its name */
	struct str log; /* empty: refused before it was looked at */
	const struct verifier_places *places; /* NULL: none are known */
	/* What the system says about itself; see verifier_policy(). */
	bool lacks_rights; /* CAP_BPF, CAP_PERFMON */
	bool is_verbose; /* the whole log is shown */
};

/* Fills in what the system says. */
void verifier_policy(struct verifier_refusal *r);

/* Reports it in d, once: an error at the script's expression, where its value
 * comes from, what the kernel said. Returns the row; NULL: none fits, which is
 * told too. Sources that d has not are added to d->sources, if it has any. */
const struct verifier_row *verifier_explain(const struct verifier_refusal *r,
					    struct diags *d);

/* --- bugs of espy ----------------------------------------------------------- */

struct session;

/* Writes what is needed to understand a rejection that no script should cause:
 * versions, script, plan, instructions and log, into a new file of the working
 * folder (else of TMPDIR) that others cannot read; tells in the last message
 * of the session's diags what it is called. */
void verifier_report(struct session *s, size_t probe,
		     const struct verifier_refusal *r);

#endif
