/* SPDX-License-Identifier: Apache-2.0 */
/* syntax.h - what the grammar's actions call: one constructor each.
 *
 * Everything is made in the script's arena. Constructors report what a
 * grammar cannot say (an operand that cannot be incremented, a tree too deep)
 * and still return a node. Used by grammar/parser.y only. */
#ifndef ESPY_AST_SYNTAX_H
#define ESPY_AST_SYNTAX_H

#include "ast/tokens.h"

/* Lists while they grow. */
struct exprs {
	struct expr *head, *tail;
	uint32_t n;
	uint16_t depth; /* of the deepest */
};

struct stmts {
	struct stmt *head, *tail, *before_tail;
	uint16_t depth; /* of the deepest */
	bool is_open; /* the tail is an expression without ';' */
};

struct fields { /* (a = 1, b = 2) */
	struct exprs values;
	struct field_name {
		struct str name;
		struct field_name *next;
	} * head, *tail;
};

struct points {
	struct attach_point *head, *tail;
};

struct params {
	struct fn_param *head, *tail;
};

/* The inside of braces: value is an expression at the end without ';'. */
struct body {
	struct stmts list;
	struct expr *value;
};

/* What follows the ':' of a for. */
struct range {
	struct expr *from, *to; /* to NULL: from is the map */
};

/* The value of a symbol of the grammar. */
union value {
	const struct token *tok;
	struct expr *expr;
	struct stmt *stmt;
	struct exprs exprs;
	struct stmts stmts;
	struct fields fields;
	struct points points;
	struct params params;
	struct body body;
	struct range range;
	struct type_expr *type;
	struct str str;
	enum op op;
};

/* --- expressions --------------------------------------------------------- */

typedef const struct token *tok;

struct expr *ast_int(struct parse *p, struct span at, tok t);
struct expr *ast_bool(struct parse *p, struct span at, tok t);
struct expr *ast_str(struct parse *p, struct span at, tok t);
struct expr *ast_name(struct parse *p, struct span at, tok t);
struct expr *ast_var(struct parse *p, struct span at, tok t);
struct expr *ast_map(struct parse *p, struct span at, tok t);
struct expr *ast_map_keys(struct parse *p, struct span at, struct expr *map,
			  struct exprs keys);
struct expr *ast_param(struct parse *p, struct span at, tok t);
struct expr *ast_nparams(struct parse *p, struct span at);
struct expr *ast_self(struct parse *p, struct span at, tok id);
struct expr *ast_unary(struct parse *p, struct span at, enum op op,
		       struct expr *e);
struct expr *ast_incdec(struct parse *p, struct span at, struct expr *e,
			bool is_inc, bool is_prefix);
struct expr *ast_binary(struct parse *p, struct span at, enum op op,
			struct expr *l, struct expr *r);
/* a NULL: c ?: b */
struct expr *ast_cond(struct parse *p, struct span at, struct expr *c,
		      struct expr *a, struct expr *b);
struct expr *ast_call(struct parse *p, struct span at, tok id,
		      struct exprs args);
struct expr *ast_member(struct parse *p, struct span at, struct expr *base,
			tok id, bool is_arrow);
struct expr *ast_index(struct parse *p, struct span at, struct expr *base,
		       struct expr *index);
/* typeof(T) as an argument: an EX_CAST of nothing. */
struct expr *ast_type_arg(struct parse *p, struct span at, struct type_expr *t);
struct expr *ast_cast(struct parse *p, struct span at, struct type_expr *to,
		      struct expr *e);
struct expr *ast_tuple(struct parse *p, struct span at, struct exprs elems);
struct expr *ast_record(struct parse *p, struct span at, struct fields f);
/* EX_SIZEOF, EX_TYPEINFO of a type or of an expression */
struct expr *ast_of_type(struct parse *p, struct span at, enum expr_kind kind,
			 struct type_expr *to);
struct expr *ast_of_expr(struct parse *p, struct span at, enum expr_kind kind,
			 struct expr *e);
/* One of to and e is NULL. */
struct expr *ast_offsetof(struct parse *p, struct span at, struct type_expr *to,
			  struct expr *e, struct str path);
/* The record of type `of` whose member at path is at address member. */
struct expr *ast_container_of(struct parse *p, struct span at,
			      struct expr *member, struct type_expr *of,
			      struct str path);
struct expr *ast_block(struct parse *p, struct span at, struct body b);
/* otherwise: NULL, EX_BLOCK, EX_IF */
struct expr *ast_if(struct parse *p, struct span at, struct expr *cond,
		    struct expr *then, struct expr *otherwise);
struct expr *ast_comptime(struct parse *p, struct span at, struct expr *e);

struct str ast_path(struct parse *p, struct str path, tok id);
struct str ast_path_index(struct parse *p, struct str path, tok index);
struct exprs ast_exprs(struct exprs list, struct expr *e);
struct exprs ast_exprs_first(struct expr *e, struct exprs list);
struct fields ast_field(struct parse *p, struct fields f, tok id,
			struct expr *e);

/* --- types --------------------------------------------------------------- */

struct type_expr *ast_type(struct parse *p, struct span at, tok name);
struct type_expr *ast_typeof(struct parse *p, struct span at, struct expr *e);
struct type_expr *ast_typeof_type(struct parse *p, struct span at,
				  struct type_expr *t);
/* '*', or an array with a size or without (NULL) */
struct type_expr *ast_suffix(struct parse *p, struct span at,
			     struct type_expr *t, bool is_ptr,
			     struct expr *size);

/* --- statements ---------------------------------------------------------- */

/* if and {} come as expressions too; see struct stmts. */
struct stmt *ast_expr_stmt(struct parse *p, struct span at, struct expr *e);
struct stmt *ast_assign(struct parse *p, struct span at, struct expr *target,
			enum op op, struct expr *value);
struct stmt *ast_let(struct parse *p, struct span at, struct expr *var,
		     struct type_expr *type, struct expr *value);
struct stmt *ast_loop(struct parse *p, struct span at, enum stmt_kind kind,
		      struct expr *cond, struct expr *body);
struct stmt *ast_for(struct parse *p, struct span at, struct expr *var,
		     struct range r, struct expr *body);
struct stmt *ast_jump(struct parse *p, struct span at, enum stmt_kind kind,
		      struct expr *value);

/* Reports what is no condition: if (pid = 1). */
void ast_check_condition(struct parse *p, const struct expr *cond);

/* An if or {} is kept as an expression while it is the last of the list, where
 * it may be the value of a block, and becomes a statement when more follows.
 * _open: without ';' */
struct stmts ast_stmts(struct parse *p, struct stmts list, struct stmt *s);
struct stmts ast_stmts_open(struct parse *p, struct stmts list, struct stmt *s);
struct stmts ast_stmts_end(struct stmts list); /* a ';' */
struct body ast_body(struct parse *p, struct stmts list);
/* last is a statement without ';' */
struct body ast_body_last(struct parse *p, struct stmts list,
			  struct stmt *last);

/* --- declarations: added to the script ----------------------------------- */

void ast_c_text(struct parse *p, struct span at);
void ast_config(struct parse *p, struct span at);
void ast_config_entry(struct parse *p, struct span at, tok key,
		      struct str value);
/* The text of a place in the script. */
struct str ast_text(struct parse *p, struct span at);
void ast_import(struct parse *p, struct span at, tok path);
/* size NULL: not given */
void ast_map_decl(struct parse *p, struct span at, tok name, tok kind,
		  struct exprs size);
void ast_fn(struct parse *p, struct span at, tok name, struct params params,
	    struct type_expr *ret, struct expr *body);
struct params ast_fn_param(struct parse *p, struct span at, struct params list,
			   tok name, struct type_expr *type);
void ast_macro(struct parse *p, struct span at, tok name, struct exprs params,
	       struct expr *body);
struct points ast_point(struct parse *p, struct points list, tok text);
void ast_probe(struct parse *p, struct span at, struct points points,
	       struct expr *predicate, struct expr *body);

#endif
