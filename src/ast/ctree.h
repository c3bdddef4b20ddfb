/* SPDX-License-Identifier: Apache-2.0 */
/* ctree.h - the C at the top of a script: tokens, and the tree of its
 * declarations.
 *
 *   ctoken_scan()    text -> tokens; mistakes become tokens of kind C_BAD
 *   ctoken_settle()  decides what a grammar with one token of lookahead
 *                    cannot: which names are types, which parentheses hold
 *                    parameters; drops what does not matter for layouts
 *   ctree_parse()    tokens -> struct c_unit (grammar/cdecl.y)
 *
 * Directives, macros and the meaning of the tree are in src/sema/c*.c. All
 * is made in an arena. Used by grammar/cdecl.y and src/sema. */
#ifndef ESPY_AST_CTREE_H
#define ESPY_AST_CTREE_H

#include "ast/ast.h"

enum {
	C_MAX_DEPTH = 300, /* levels of types and expressions */
	C_MAX_TOKENS = 1 << 19, /* of everything, macros replaced */
};

struct ctok {
	int kind; /* of grammar/cdecl.h; a character is itself */
	struct span span;
	struct str text; /* as written; of strings: the value */
	uint64_t num; /* C_INT; of C_WORD: enum c_word */
	bool is_unsigned, is_wide; /* C_INT */
	bool is_first; /* of its line */
	bool is_spaced; /* something is between it and the one before */
	uint8_t pack; /* of '{': #pragma pack, 0 none */
};
typedef VEC(struct ctok) ctok_vec;

/* Words that make up the names of C's own types. */
enum c_word {
	CW_VOID,
	CW_BOOL,
	CW_CHAR,
	CW_SHORT,
	CW_INT,
	CW_LONG,
	CW_INT128,
	CW_FLOAT,
	CW_DOUBLE,
	CW_SIGNED,
	CW_UNSIGNED,
};

/* --- the tree -------------------------------------------------------------- */

enum c_expr_kind {
	CE_INT,
	CE_NAME, /* an enumerator, or a constant from elsewhere */
	CE_UNARY,
	CE_BINARY,
	CE_COND,
	CE_CAST,
	CE_SIZEOF, /* of a type */
	CE_ALIGNOF,
	CE_OFFSETOF,
};

struct c_expr {
	enum c_expr_kind kind;
	struct span span;
	uint16_t depth;
	enum op op; /* CE_UNARY (OP_NONE is '+'), CE_BINARY */
	uint64_t num; /* CE_INT */
	bool is_unsigned, is_wide; /* CE_INT */
	struct str name; /* CE_NAME; CE_OFFSETOF: "a.b" */
	const struct c_expr *a, *b, *c;
	const struct c_type *type; /* CE_CAST and after */
};

enum c_kind {
	CK_VOID,
	CK_BOOL,
	CK_INT,
	CK_FLOAT,
	CK_NAME, /* a typedef's */
	CK_TAG,
	CK_PTR,
	CK_ARRAY,
	CK_FUNC,
};

struct c_type {
	enum c_kind kind;
	struct span span;
	uint16_t depth;
	uint32_t size; /* CK_INT, CK_FLOAT */
	bool is_signed, is_char; /* CK_INT */
	struct str name; /* CK_NAME; CK_TAG: "struct x" */
	struct c_tag *tag; /* CK_TAG with a body here; else found by name */
	const struct c_type *of; /* CK_PTR, CK_ARRAY, CK_FUNC */
	const struct c_expr *count; /* CK_ARRAY; NULL: [] */
};

struct c_attrs {
	bool is_packed;
	const struct c_expr *align; /* NULL: none */
	bool is_max_align; /* aligned without a number */
};

/* A member, or a typedef. */
struct c_decl {
	struct span span;
	struct str name; /* empty: an anonymous member */
	const struct c_type *type;
	const struct c_expr *bits; /* NULL: not a bit-field */
	struct c_attrs attrs;
	struct c_decl *next;
	/* sema */
	bool is_busy;
};

struct c_enumerator {
	struct span span;
	struct str name;
	const struct c_expr *value; /* NULL: one more than the last */
	struct c_tag *tag;
	struct c_enumerator *next;
	/* sema */
	int64_t num;
};

/* A struct, union or enum with a body. */
struct c_tag {
	struct span span;
	struct str name; /* "struct x"; "" without a name */
	bool is_enum, is_union;
	struct c_attrs attrs;
	uint8_t pack;
	struct c_decl *members;
	struct c_enumerator *enums;
	struct c_tag *next;
	/* sema */
	enum c_state {
		CS_NEW,
		CS_BUSY,
		CS_DONE,
		CS_FAILED
	} state;
	const struct type *type;
};

/* Everything that was declared. */
struct c_unit {
	struct c_tag *tags, **last_tag; /* inner ones before outer ones */
	struct strmap tag_names, typedefs, enums; /* c_tag, c_decl,
						     c_enumerator */
	VEC(struct str) typedef_list; /* for suggestions */
};

/* --- tokens ---------------------------------------------------------------- */

/* Adds the tokens of text, whose first byte is at base, to out. The address of
 * literals' values is in a. */
void ctoken_scan(struct arena *a, struct str text, uint32_t base,
		 ctok_vec *out);

/* The value of a string or of a character between its quotes. */
struct str ctoken_unquote(struct arena *a, struct str body);

/* What it is, for those who do not know the grammar. */
bool ctoken_is_number(const struct ctok *t);
bool ctoken_is_string(const struct ctok *t);

/* Makes it a number. */
void ctoken_set_number(struct ctok *t, uint64_t num);

/* Prepares tokens, all macros replaced, for ctree_parse(): of declarations, or
 * of one expression. The result ends with a token of kind 0 at end. */
void ctoken_settle(struct arena *a, const ctok_vec *in, bool is_expr,
		   struct span end, ctok_vec *out);

/* --- parsing --------------------------------------------------------------- */

struct cparse {
	struct arena *arena;
	struct diags *d;
	const ctok_vec *toks;
	struct c_unit *unit; /* declarations are added to it */
	const struct c_expr *expr; /* the result, of an expression */
	bool is_expr, is_started;
	bool failed; /* a mistake was reported */
	const char *what; /* what is parsed, for messages */
	struct span at; /* where all of it is, when tokens come from a macro */
	size_t next;
};

/* False with errors in p->d. */
bool ctree_parse(struct cparse *p);

bool cparse_error(struct cparse *p, struct span at, enum diag_code code,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* --- what the grammar's actions call --------------------------------------- */

struct c_specs { /* the words before the declarators */
	struct span span;
	uint32_t words; /* 1 << enum c_word */
	uint8_t longs;
	bool is_typedef, has_tag_body;
	struct c_type *type; /* CK_NAME, CK_TAG; NULL: of words */
	struct c_attrs attrs;
};

struct c_declarator {
	struct str name;
	struct span span;
	struct c_type *outer; /* NULL: the base itself */
	struct c_type *inner; /* whose .of becomes the base */
};

struct c_members {
	struct c_specs specs; /* of the declaration that goes on */
	struct c_decl *head, *tail;
};

struct c_enums {
	struct c_enumerator *head, *tail;
};

union cvalue {
	const struct ctok *tok;
	const struct c_expr *expr;
	const struct c_type *type;
	struct c_tag *tag;
	struct str str;
	struct c_attrs attrs;
	struct c_specs specs;
	struct c_declarator dcl;
	struct c_members members;
	struct c_enums enums;
	enum op op;
};

typedef const struct ctok *ctok;

struct c_specs c_specs_word(struct cparse *p, struct c_specs s, ctok t);
struct c_specs c_specs_name(struct cparse *p, struct c_specs s, ctok t);
struct c_specs c_specs_tag(struct cparse *p, struct c_specs s, struct span at,
			   struct str name, struct c_tag *body);
struct c_specs c_specs_attrs(struct c_specs s, struct c_attrs x);
struct c_specs c_specs_typedef(struct c_specs s);
struct c_attrs c_attrs_join(struct c_attrs a, struct c_attrs b);

/* "struct x" */
struct str c_tag_name(struct cparse *p, ctok keyword, ctok name);
struct c_tag *c_tag_record(struct cparse *p, struct span at, struct str name,
			   ctok keyword, struct c_attrs x, ctok open,
			   struct c_members m);
struct c_tag *c_tag_enum(struct cparse *p, struct span at, struct str name,
			 struct c_attrs x, struct c_enums list);
struct c_enums c_enum_add(struct cparse *p, struct c_enums list, ctok name,
			  const struct c_expr *value);

struct c_declarator c_dcl_name(ctok name);
struct c_declarator c_dcl_none(struct span at);
/* CK_PTR, CK_FUNC, CK_ARRAY (count NULL: []) */
struct c_declarator c_dcl_add(struct cparse *p, struct span at,
			      struct c_declarator d, enum c_kind kind,
			      const struct c_expr *count);
const struct c_type *c_type_make(struct cparse *p, struct c_specs s,
				 struct c_declarator d);

/* A declaration outside of structs: typedefs are kept, others have no
 * meaning here. Returns s. */
struct c_specs c_declare(struct cparse *p, struct c_specs s,
			 struct c_declarator d, struct c_attrs x);
void c_declare_alone(struct cparse *p, struct c_specs s);
struct c_members c_member(struct cparse *p, struct c_members list,
			  struct c_specs s, struct c_declarator d,
			  const struct c_expr *bits, struct c_attrs x);
struct c_members c_member_alone(struct cparse *p, struct c_specs s);
struct c_members c_members_join(struct c_members a, struct c_members b);

const struct c_expr *c_int(struct cparse *p, struct span at, ctok t);
const struct c_expr *c_name(struct cparse *p, struct span at, ctok t);
const struct c_expr *c_unary(struct cparse *p, struct span at, enum op op,
			     const struct c_expr *a);
const struct c_expr *c_binary(struct cparse *p, struct span at, enum op op,
			      const struct c_expr *a, const struct c_expr *b);
const struct c_expr *c_cond(struct cparse *p, struct span at,
			    const struct c_expr *c, const struct c_expr *a,
			    const struct c_expr *b);
const struct c_expr *c_of_type(struct cparse *p, struct span at,
			       enum c_expr_kind kind, const struct c_type *type,
			       const struct c_expr *a);
const struct c_expr *c_offsetof(struct cparse *p, struct span at,
				const struct c_type *type, struct str path);
struct str c_path(struct cparse *p, struct str path, ctok name);

#endif
