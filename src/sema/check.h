/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - the checker at work: what its files share, and what the checks of
 * rows (lang/lang.h: function.check, builtin.check) may use.
 *
 * The whole script is checked in rounds until no type changes. A type that is
 * not known yet, or that could not be found because of a mistake, is NULL;
 * whoever meets a NULL type stays silent and leaves NULL behind. Messages are
 * only recorded in the final round (s->d is muted before), so a check reports
 * plainly and need not ask which round it is. */
#ifndef ESPY_SEMA_CHECK_H
#define ESPY_SEMA_CHECK_H

#include "lang/lang.h"
#include "sema/sema.h"

#define SEMA_MAX_ROUNDS 10
#define SEMA_MAX_VALUE  (32u << 10) /* the kernel's limit per CPU */

struct sema {
	/* for everyone */
	struct script *script;
	const struct sema_env *env;
	struct diags *d;
	struct types *types; /* of the script */
	struct arena *arena; /* of the script */
	struct prog *prog; /* the program being checked */
	bool is_final; /* the round that reports */
	bool is_guessing; /* rounds for what is made of itself only */

	/* the checker's own */
	bool changed; /* a type changed in this round */
	bool const_params; /* $1 is taken as the constant it is now */
	bool long_texts; /* formats: no limit on their length */
	bool is_unevaluated; /* in sizeof(): nothing is read or written */
	uint32_t loops; /* loops around the statement */
	VEC(struct var *) scope; /* variables that are visible, inner last */
	VEC(struct var *)
	ended; /* of blocks that have ended, made without let */
	size_t block; /* where the innermost block starts in scope */
	const struct expr *assigned; /* call that is the value of a map */
	struct c_front *c; /* the C at the top; check_c.c */
};

/* --- for the checks of rows ---------------------------------------------------- */

/* The i-th argument of a call from 0, NULL when not given. Arguments were
 * checked against the prototype before the row's check runs; those of types
 * that are not known yet keep it from running. */
struct expr *sema_arg(const struct expr *call, uint32_t i);

/* Text of a type for messages; in the script's arena. */
const char *sema_name(struct sema *s, const struct type *t);

/* Finds e's type (again); false when it is not known. */
bool sema_expr(struct sema *s, struct expr *e);

/* The same for an e that must have a value; reports when it has none. */
bool sema_value(struct sema *s, struct expr *e);

/* Is e an integer (or bool, enum, or a map value that can be read as a
 * number)? Says so when not: "WHAT expects an integer, found ...". */
bool sema_number(struct sema *s, const struct expr *e, const char *what);

/* Is e a constant integer in min .. max (both inclusive)? Reports D_ARG_TYPE
 * or D_RANGE: "WHAT must be ...". */
bool sema_const_range(struct sema *s, const struct expr *e, int64_t min,
		      int64_t max, const char *what);

/* A type from its text, also with struct names ("struct task_struct *", the
 * pointers in space). NULL when unknown: not reported. */
const struct type *sema_type_text(struct sema *s, struct str text,
				  enum addr_space space);

/* e is EX_PARAM (or NULL) and wanted as text: makes it a string. False when e
 * is something else. */
bool sema_param_text(struct sema *s, struct expr *e);

/* "'NAME' is not available in TYPE probes" with D_NOT_HERE. Returns false. */
bool sema_not_here(struct sema *s, struct span at, struct str name);

/* May the value be read as a number in an expression: COUNT SUM MIN MAX AVG?
 * Then its type as such (int64 or uint64), else t itself. */
const struct type *sema_value_type(struct sema *s, const struct type *t);

/* --- join.c ----------------------------------------------------------------------- */

/* The one type that holds values of both a and b: integers widen, of mixed
 * sign to the next larger signed one; strings to the larger. A flexible side
 * came from literals that are not negative only: it takes the sign of the
 * other. NULL when the two do not go together. */
const struct type *type_join(struct types *t, const struct type *a,
			     bool a_flexible, const struct type *b,
			     bool b_flexible);

/* Is e such a literal? */
bool sema_is_flexible(const struct expr *e);

/* Can a value of type `from` be put into a place of type `to` without losing
 * its kind? (Integers of any size: yes.) */
bool type_converts(const struct type *from, const struct type *to);

/* --- fold.c ----------------------------------------------------------------------- */

/* Makes e a constant where its children are; types are set already. Warns
 * about divisions by a constant zero. */
void sema_fold(struct sema *s, struct expr *e);

/* r divides: warns when it is a constant zero. */
void sema_warn_division(struct sema *s, enum op op, const struct expr *r);

/* Sets e to a constant of its type, cut to the type's size. */
void sema_set_const(struct expr *e, int64_t num);

/* Smallest signed type for a literal, uint64 when it needs to be. */
const struct type *sema_literal_type(struct sema *s, int64_t num,
				     bool is_unsigned);

/* --- check_*.c: each sets e->type, or leaves NULL after a report ----------------- */

void check_list(struct sema *s, struct stmt *list); /* without a scope */
void sema_end_block(struct sema *s, size_t n); /* the scope is n long again */
void check_block(struct sema *s, struct stmt *list); /* with one */
void check_name(struct sema *s, struct expr *e);
void check_param(struct sema *s, struct expr *e);
void check_binary(struct sema *s, struct expr *e);
void check_unary(struct sema *s, struct expr *e);
void check_incdec(struct sema *s, struct expr *e);
void check_cond(struct sema *s, struct expr *e);
void check_call(struct sema *s, struct expr *e);
void check_map(struct sema *s, struct expr *e); /* a read */
void check_var(struct sema *s, struct expr *e); /* a read */
void check_self(struct sema *s, struct expr *e); /* a read */
void check_selfs(struct sema *s); /* their sizes */
void check_member(struct sema *s, struct expr *e);
void check_index(struct sema *s, struct expr *e);
void check_cast(struct sema *s, struct expr *e);
void check_sizeof(struct sema *s, struct expr *e);
void check_offsetof(struct sema *s, struct expr *e);
void check_typeinfo(struct sema *s, struct expr *e);
void check_tuple(struct sema *s, struct expr *e);

/* Is e usable as a condition? Reports. */
bool check_truth(struct sema *s, struct expr *e);

/* An assignment: the value, and that the two go together. */
void check_assign(struct sema *s, struct stmt *st);

/* Sets the type of a binary operation whose operands have theirs. */
bool sema_binary_type(struct sema *s, struct expr *e);

/* --- check_c.c: the C at the top of the script --- */

/* Reads it, before everything else. */
bool check_c(struct sema *s);

/* Has the C at the top used sizes or offsets of this kernel? */
bool sema_c_has_layout(const struct sema *s);

/* The type it gives a name; see c_named_type(). */
bool sema_c_type(struct sema *s, struct str name, const struct type **out);

/* EX_NAME of a macro or an enumerator of the script; or of a constant of
 * Linux. False when there is none. */
bool check_c_constant(struct sema *s, struct expr *e);
bool check_uapi(struct sema *s, struct expr *e);
bool check_macro(struct sema *s, struct expr *e); /* without asking BTF */

void sema_c_suggest(struct sema *s, struct str name, struct suggest *near);
/* Is it a macro of C with parameters? Reports that it cannot be called. */
bool sema_c_macro(struct sema *s, struct str name, struct span at);

/* For a name that nothing is near to: headers are not read. */
void sema_c_hint(struct sema *s, struct str name);

void sema_c_suggest_type(struct sema *s, struct str name, struct suggest *near);

/* The type a script wrote; NULL after a report. */
const struct type *sema_type_expr(struct sema *s, const struct type_expr *t);

/* The pointer to a member that was checked; NULL after a report: it is not
 * behind a pointer, or a bit-field. */
const struct type *sema_member_address(struct sema *s, const struct expr *e);

/* Where the memory is that a member, an element or what a pointer leads to is
 * in; AS_BPF for all else. */
enum addr_space sema_space(const struct expr *e);

/* Where a record has a field; saying that it has none, what is near. */
bool sema_find_field(struct sema *s, const struct type *record, struct str name,
		     struct field *out);
bool sema_no_field(struct sema *s, const struct type *record, struct str name,
		   struct span at);

/* --- check_map.c, check_decl.c: symbols ------------------------------------------ */

/* The map of that name, made when new. */
struct map *sema_map(struct sema *s, struct str name, struct span at);

/* Hints at who made m, which was there before the script. */
void sema_hint_live(struct sema *s, const struct map *m);

/* Joins keys (NULL: scalar use) into the map's; reports what differs. */
bool sema_map_keys(struct sema *s, struct map *m, struct expr *keys,
		   struct span at);

/* Joins a value into the map's: of e, or plainly of a type. */
bool sema_map_value(struct sema *s, struct map *m, const struct expr *e,
		    const struct type *t, struct span at);

/* How a declared map is kept; false for an unknown kind. */
bool sema_map_store(const struct map_decl *d, enum map_store *out);

/* How many arguments a function cannot do without. */
uint32_t sema_min_args(struct sema *s, const struct function *f);

/* Does anything give it a value? Reports D_UNDEFINED_MAP. */
bool sema_map_known(struct sema *s, const struct map *m, struct span at);

/* The function of the script of that name, or NULL. */
struct fn_decl *sema_fn(const struct sema *s, struct str name);

/* Does nothing run after the statement? */
bool sema_ends(const struct stmt *st);

/* --- check_fn.c: functions of the script -------------------------------------- */

void check_fns(struct sema *s); /* once per round */
void check_fn_return(struct sema *s, const struct stmt *st);
void check_fn_call(struct sema *s, struct expr *call, struct fn_decl *f);

void check_entry(struct sema *s, struct expr *call); /* entry.c */

/* May it be called here, where the kernel runs alone? check_seq.c */
bool check_seq_call(struct sema *s, const struct expr *call);

/* Who calls whom: no cycles, no long chains, who may end the probe. */
void check_fn_calls(struct sema *s);

/* The self-> variable of that name, made when new. */
struct var *sema_self(struct sema *s, const struct expr *e);

/* Is a value of type t small enough to be kept? Reports. */
bool sema_fits(struct sema *s, const struct type *t, struct span at);

/* Is e a literal 0 where t, a pointer, is wanted: the pointer to nothing? */
bool sema_is_null(const struct expr *e, const struct type *t);

/* The arguments of a probe as a value: without what is not in it, texts where
 * they are elsewhere. The type that e has when it is kept: `args` has that. */
const struct type *sema_args_value(struct types *types, const struct type *t);
const struct type *sema_value_of(struct sema *s, const struct expr *e);

/* The type of a value of type t that is read back from a map, a tuple or a
 * record. */
const struct type *sema_kept(struct sema *s, const struct type *t);

struct var *sema_find_var(struct sema *s, struct str name);

/* Makes (or in later rounds, finds again) the variable e declares, and makes it
 * visible in the innermost block. */
struct var *sema_declare(struct sema *s, struct expr *e);

/* Joins a value into the variable's type; reports. */
bool sema_var_value(struct sema *s, struct var *v, const struct expr *e,
		    const struct type *t, struct span at);

/* Map declarations and the maps' final types; unused and undefined ones. */
void check_map_decls(struct sema *s);

/* Gives maps that only programs without a match write a type, so that others
 * may print them. False when there is none. */
bool check_missing_maps(struct sema *s);

void check_maps(struct sema *s);

/* "HINT: did you mean 'x'?" when sg has one. */
void sema_hint(struct sema *s, const struct suggest *sg, const char *prefix);

#endif
