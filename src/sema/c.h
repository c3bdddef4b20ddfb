/* SPDX-License-Identifier: Apache-2.0 */
/* c.h - the meaning of the C at the top of a script: directives, macros,
 * constants, and the layout of structs as the C compiler has it.
 *
 * c_read() takes all of a script's C once, before anything is checked; the
 * others answer questions about it afterwards. Kernel types that the C names
 * and does not define come from the machine. */
#ifndef ESPY_SEMA_C_H
#define ESPY_SEMA_C_H

#include "ast/ctree.h"
#include "machine/machine.h"

/* A number as C has it: 32 or 64 bits; bits are extended to 64. */
struct c_value {
	uint64_t bits;
	bool is_unsigned, is_wide;
};

struct c_macro {
	struct str name;
	struct span span;
	ctok_vec body;
	VEC(struct str) params;
	bool has_params;
	bool is_busy; /* it is being replaced */
};

struct c_front {
	/* given by the caller, borrowed */
	struct arena *arena;
	struct types *types;
	struct diags *d;
	struct sources *sources; /* what #include reads is added */
	struct machine *machine;
	const char *const *dirs; /* see struct sema_env */
	const char *const *files;

	struct c_unit unit;
	struct strmap macros; /* c_macro */
	VEC(struct str) macro_list; /* for suggestions */

	bool has_layout; /* sizes or offsets of this kernel are in it */

	/* while reading */
	ctok_vec toks; /* declarations, macros replaced */
	VEC(struct cond {
		struct span at;
		bool is_taken; /* what follows counts */
		bool was_taken; /* one of its branches did */
		bool is_dead; /* it lies in what does not count */
		bool has_else;
	})
	conds;
	VEC(uint8_t) packs; /* of #pragma pack(push) */
	uint8_t pack;
	uint32_t includes; /* open files */
	uint32_t depth; /* of types being laid out */
	struct str path; /* of the file that is being read */
	VEC(struct str) once; /* paths of those with #pragma once */
	bool is_full; /* too many tokens: said once */
	bool has_headers; /* it has an #include <header> */
};

/* Reads and checks a list of pieces. False with errors in c->d. */
bool c_read(struct c_front *c, const struct c_text *list);

/* The type that the C gives a name: "struct x", "union x", "enum x", or a
 * typedef's. False when it says nothing about the name; true with NULL in *out
 * when what it says is wrong, which was reported. */
bool c_named_type(struct c_front *c, struct str name, const struct type **out);

/* A constant: an enumerator, or what a macro stands for. */
struct c_constant {
	bool is_text;
	struct str text;
	struct c_value value;
	const struct type *type; /* of an enumerator; else NULL */
};

/* False when the C has nothing of that name; *out is NULL when the macro is no
 * constant, which was reported at the place. */
bool c_constant(struct c_front *c, struct str name, struct span at,
		struct c_constant **out);

/* Offers the names of constants, or of types, of the script. */
void c_suggest(const struct c_front *c, struct str name, struct suggest *s);
void c_suggest_type(const struct c_front *c, struct str name,
		    struct suggest *s);

/* --- between the files ------------------------------------------------------- */

struct c_macro *c_find_macro(const struct c_front *c, struct str name);
bool c_is_macro_name(const struct ctok *t);
struct c_macro *c_define(struct c_front *c, const struct ctok *name);

/* Adds a copy of t, at another place unless at is NULL. False when there are
 * too many, which is reported. */
bool c_put(struct c_front *c, const struct ctok *t, const struct span *at,
	   ctok_vec *out);

/* Adds the tokens of in, macros replaced. */
bool c_expand(struct c_front *c, const ctok_vec *in, ctok_vec *out);

/* The value of an expression. In a directive unknown names are 0. */
bool c_eval(struct c_front *c, const struct c_expr *e, bool is_directive,
	    struct c_value *out);

/* Parses and evaluates tokens (macros replaced). Mistakes are reported at
 * `at`, or where they are when at is {0, 0}. */
bool c_eval_tokens(struct c_front *c, const ctok_vec *toks, bool is_directive,
		   const char *what, struct span at, struct span end,
		   struct c_value *out);

struct c_layout {
	const struct type *type; /* NULL: incomplete (void, a function) */
	uint32_t size, align;
	bool is_char;
};

/* Reports what is unknown or incomplete. */
bool c_layout(struct c_front *c, const struct c_type *t, struct c_layout *out);

/* The layout of a struct or union: fields of tag in order. Sets tag->type. */
bool c_layout_tag(struct c_front *c, struct c_tag *tag);
bool c_layout_enum(struct c_front *c, struct c_tag *tag);

/* Raises *align to what attributes ask for. */
bool c_align(struct c_front *c, const struct c_attrs *x, uint32_t *align);

/* Offset of "a.b" in a type. */
bool c_offset(struct c_front *c, const struct c_expr *e, uint64_t *out);

#endif
