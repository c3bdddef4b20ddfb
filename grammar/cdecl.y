/* SPDX-License-Identifier: Apache-2.0 */
/* cdecl.y - C declarations: what is needed to lay out structs. The tokens come
 * from src/ast/ctoken.c, which has told names of types from other names;
 * every action calls one constructor of src/ast/ctree.h. */

%code requires {
#include "ast/ctree.h"
}

%code {
static int next_ctok(union cvalue *v, struct span *at, struct cparse *p)
{
	const struct ctok *t = &p->toks->v[p->next];

	if (!p->is_started) {
		p->is_started = true;
		*at = (struct span){ t->span.start, t->span.start };
		return p->is_expr ? START_EXPR : START_DECLS;
	}
	if (t->kind)
		p->next++;
	v->tok = t;
	*at = t->span;
	return t->kind;
}

#define cdecl_lex next_ctok

static void cdecl_error(struct span *at, struct cparse *p, const char *text)
{
	(void)text; /* the parser's stack is full */
	cparse_error(p, *at, D_LIMIT, "this is nested too deeply");
}

#define YYLLOC_DEFAULT(at, rhs, n)                                    \
	((at) = (n) ? (struct span){ YYRHSLOC(rhs, 1).start,          \
				     YYRHSLOC(rhs, n).end } :         \
		      (struct span){ YYRHSLOC(rhs, 0).end,            \
				     YYRHSLOC(rhs, 0).end })
}

%define api.prefix {cdecl_}
%define api.pure full
%define api.value.type {union cvalue}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%lex-param { struct cparse *p }
%parse-param { struct cparse *p }

%initial-action {
	@$ = p->at;
	(void)yynerrs;
}

%token END_OF_C 0 "the end"
%token START_DECLS START_EXPR
%token <tok> C_IDENT "name" C_TYPE "type" C_TAG "name of a struct"
%token <tok> C_INT "number" C_STRING "string" C_WORD "name of a type"
%token <tok> C_STRUCT "struct" C_ENUM "enum"
%token C_TYPEDEF "typedef" C_PARAMS "parameters"
%token C_SIZEOF "sizeof" C_ALIGNOF "_Alignof" C_OFFSETOF "offsetof"
%token C_PACKED "packed" C_ALIGNED "aligned" C_ALIGNED_MAX "aligned to the most"
%token C_SHL "'<<'" C_SHR "'>>'" C_LE "'<='" C_GE "'>='" C_EQ "'=='"
%token C_NE "'!='" C_LAND "'&&'" C_LOR "'||'"
%token C_BAD "character" C_ATTRIBUTE "attribute" C_ELLIPSIS "'...'"

%right '?' ':'
%left C_LOR
%left C_LAND
%left '|'
%left '^'
%left '&'
%left C_EQ C_NE
%left '<' '>' C_LE C_GE
%left C_SHL C_SHR
%left '+' '-'
%left '*' '/' '%'
%precedence UNARY

%type <specs> specs entries
%type <attrs> attr attrs
%type <tag> body
%type <str> tag path
%type <dcl> dcl direct abstract direct_abstract
%type <members> members member fields
%type <enums> enums enum_list
%type <expr> expr bits
%type <type> type_name

%%

all
	: START_DECLS decls
	| START_EXPR expr		{ p->expr = $2; }
	;

decls
	: %empty
	| decls decl
	;

decl
	: ';'
	| specs ';'			{ c_declare_alone(p, $1); }
	| entries ';'
	;

entries
	: specs dcl attrs init		{ $$ = c_declare(p, $1, $2, $3); }
	| entries ',' dcl attrs init	{ $$ = c_declare(p, $1, $3, $4); }
	;

init
	: %empty
	| '=' expr
	| '=' C_STRING
	;

/* --- the words before the names --- */

specs
	: C_WORD	{ $$ = c_specs_word(p, (struct c_specs){ 0 }, $1); }
	| C_TYPE	{ $$ = c_specs_name(p, (struct c_specs){ 0 }, $1); }
	| tag		{ $$ = c_specs_tag(p, (struct c_specs){ 0 }, @1, $1,
					   NULL); }
	| body		{ $$ = c_specs_tag(p, (struct c_specs){ 0 }, @1,
					   $1->name, $1); }
	| attr		{ $$ = c_specs_attrs((struct c_specs){ .span = @1 },
					     $1); }
	| C_TYPEDEF	{ $$ = c_specs_typedef((struct c_specs){ .span = @1 });
			}
	| specs C_WORD			{ $$ = c_specs_word(p, $1, $2); }
	| specs C_TYPE			{ $$ = c_specs_name(p, $1, $2); }
	| specs tag			{ $$ = c_specs_tag(p, $1, @2, $2,
							   NULL); }
	| specs body			{ $$ = c_specs_tag(p, $1, @2, $2->name,
							   $2); }
	| specs attr			{ $$ = c_specs_attrs($1, $2); }
	| specs C_TYPEDEF		{ $$ = c_specs_typedef($1); }
	;

attrs
	: %empty			{ $$ = (struct c_attrs){ 0 }; }
	| attrs attr			{ $$ = c_attrs_join($1, $2); }
	;

attr
	: C_PACKED		{ $$ = (struct c_attrs){ .is_packed = true }; }
	| C_ALIGNED_MAX		{ $$ = (struct c_attrs){ .is_max_align = true };
				}
	| C_ALIGNED '(' expr ')'	{ $$ = (struct c_attrs){ .align = $3 };
					}
	;

tag
	: C_STRUCT attrs C_TAG		{ $$ = c_tag_name(p, $1, $3); }
	| C_ENUM attrs C_TAG		{ $$ = c_tag_name(p, $1, $3); }
	;

body
	: C_STRUCT attrs C_TAG '{' members '}'
		{ $$ = c_tag_record(p, @$, c_tag_name(p, $1, $3), $1, $2,
				    $<tok>4, $5); }
	| C_STRUCT attrs '{' members '}'
		{ $$ = c_tag_record(p, @$, STR(""), $1, $2, $<tok>3, $4); }
	| C_ENUM attrs C_TAG '{' enums '}'
		{ $$ = c_tag_enum(p, @$, c_tag_name(p, $1, $3), $2, $5); }
	| C_ENUM attrs '{' enums '}'
		{ $$ = c_tag_enum(p, @$, STR(""), $2, $4); }
	;

members
	: %empty			{ $$ = (struct c_members){ 0 }; }
	| members member		{ $$ = c_members_join($1, $2); }
	;

member
	: ';'				{ $$ = (struct c_members){ 0 }; }
	| specs ';'			{ $$ = c_member_alone(p, $1); }
	| fields ';'
	;

fields
	: specs dcl bits attrs
		{ $$ = c_member(p, (struct c_members){ 0 }, $1, $2, $3, $4); }
	| specs ':' expr
		{ $$ = c_member(p, (struct c_members){ 0 }, $1, c_dcl_none(@2),
				$3, (struct c_attrs){ 0 }); }
	| fields ',' dcl bits attrs
		{ $$ = c_member(p, $1, $1.specs, $3, $4, $5); }
	| fields ',' ':' expr
		{ $$ = c_member(p, $1, $1.specs, c_dcl_none(@3), $4,
				(struct c_attrs){ 0 }); }
	;

bits
	: %empty			{ $$ = NULL; }
	| ':' expr			{ $$ = $2; }
	;

enums
	: %empty			{ $$ = (struct c_enums){ 0 }; }
	| enum_list
	| enum_list ','
	;

enum_list
	: C_IDENT attrs
		{ $$ = c_enum_add(p, (struct c_enums){ 0 }, $1, NULL); }
	| C_IDENT attrs '=' expr
		{ $$ = c_enum_add(p, (struct c_enums){ 0 }, $1, $4); }
	| enum_list ',' C_IDENT attrs
		{ $$ = c_enum_add(p, $1, $3, NULL); }
	| enum_list ',' C_IDENT attrs '=' expr
		{ $$ = c_enum_add(p, $1, $3, $6); }
	;

/* --- what is around the names --- */

dcl
	: direct
	| '*' dcl		{ $$ = c_dcl_add(p, @1, $2, CK_PTR, NULL); }
	;

direct
	: C_IDENT			{ $$ = c_dcl_name($1); }
	| '(' dcl ')'			{ $$ = $2; }
	| direct '[' ']'	{ $$ = c_dcl_add(p, @2, $1, CK_ARRAY, NULL); }
	| direct '[' expr ']'	{ $$ = c_dcl_add(p, @3, $1, CK_ARRAY, $3); }
	| direct C_PARAMS	{ $$ = c_dcl_add(p, @2, $1, CK_FUNC, NULL); }
	;

type_name
	: specs			{ $$ = c_type_make(p, $1, c_dcl_none(@1)); }
	| specs abstract		{ $$ = c_type_make(p, $1, $2); }
	;

abstract
	: direct_abstract
	| '*'		{ $$ = c_dcl_add(p, @1, c_dcl_none(@1), CK_PTR, NULL); }
	| '*' abstract	{ $$ = c_dcl_add(p, @1, $2, CK_PTR, NULL); }
	;

direct_abstract
	: '(' abstract ')'		{ $$ = $2; }
	| '[' expr ']'			{ $$ = c_dcl_add(p, @2, c_dcl_none(@1),
							 CK_ARRAY, $2); }
	| direct_abstract '[' expr ']'	{ $$ = c_dcl_add(p, @3, $1, CK_ARRAY,
							 $3); }
	| direct_abstract C_PARAMS	{ $$ = c_dcl_add(p, @2, $1, CK_FUNC,
							 NULL); }
	;

/* --- constant expressions --- */

expr
	: C_INT				{ $$ = c_int(p, @$, $1); }
	| C_IDENT			{ $$ = c_name(p, @$, $1); }
	| '(' expr ')'			{ $$ = $2; }
	| '(' type_name ')' expr %prec UNARY
		{ $$ = c_of_type(p, @$, CE_CAST, $2, $4); }
	| C_SIZEOF '(' type_name ')'
		{ $$ = c_of_type(p, @$, CE_SIZEOF, $3, NULL); }
	| C_ALIGNOF '(' type_name ')'
		{ $$ = c_of_type(p, @$, CE_ALIGNOF, $3, NULL); }
	| C_OFFSETOF '(' type_name ',' path ')'
		{ $$ = c_offsetof(p, @$, $3, $5); }
	| '-' expr %prec UNARY		{ $$ = c_unary(p, @$, OP_NEG, $2); }
	| '+' expr %prec UNARY		{ $$ = c_unary(p, @$, OP_NONE, $2); }
	| '~' expr %prec UNARY		{ $$ = c_unary(p, @$, OP_BNOT, $2); }
	| '!' expr %prec UNARY		{ $$ = c_unary(p, @$, OP_NOT, $2); }
	| expr '+' expr			{ $$ = c_binary(p, @$, OP_ADD, $1, $3); }
	| expr '-' expr			{ $$ = c_binary(p, @$, OP_SUB, $1, $3); }
	| expr '*' expr			{ $$ = c_binary(p, @$, OP_MUL, $1, $3); }
	| expr '/' expr			{ $$ = c_binary(p, @$, OP_DIV, $1, $3); }
	| expr '%' expr			{ $$ = c_binary(p, @$, OP_MOD, $1, $3); }
	| expr '&' expr			{ $$ = c_binary(p, @$, OP_AND, $1, $3); }
	| expr '|' expr			{ $$ = c_binary(p, @$, OP_OR, $1, $3); }
	| expr '^' expr			{ $$ = c_binary(p, @$, OP_XOR, $1, $3); }
	| expr C_SHL expr		{ $$ = c_binary(p, @$, OP_SHL, $1, $3); }
	| expr C_SHR expr		{ $$ = c_binary(p, @$, OP_SHR, $1, $3); }
	| expr C_EQ expr		{ $$ = c_binary(p, @$, OP_EQ, $1, $3); }
	| expr C_NE expr		{ $$ = c_binary(p, @$, OP_NE, $1, $3); }
	| expr '<' expr			{ $$ = c_binary(p, @$, OP_LT, $1, $3); }
	| expr C_LE expr		{ $$ = c_binary(p, @$, OP_LE, $1, $3); }
	| expr '>' expr			{ $$ = c_binary(p, @$, OP_GT, $1, $3); }
	| expr C_GE expr		{ $$ = c_binary(p, @$, OP_GE, $1, $3); }
	| expr C_LAND expr		{ $$ = c_binary(p, @$, OP_LAND, $1, $3); }
	| expr C_LOR expr		{ $$ = c_binary(p, @$, OP_LOR, $1, $3); }
	| expr '?' expr ':' expr	{ $$ = c_cond(p, @$, $1, $3, $5); }
	;

path
	: C_IDENT			{ $$ = c_path(p, STR(""), $1); }
	| path '.' C_IDENT		{ $$ = c_path(p, $1, $3); }
	;

%%

/* "expected 'x'" is of use when there is little to choose from. */
static int yyreport_syntax_error(const yypcontext_t *ctx, struct cparse *p)
{
	yysymbol_kind_t expected[4];
	const struct span *at = yypcontext_location(ctx);
	int n = yypcontext_expected_tokens(ctx, expected, 3);
	struct str found = STR("the end");
	bool is_one = n == 1;

	if (yypcontext_token(ctx) != YYSYMBOL_YYEOF)
		found = p->toks->v[p->next - 1].text;
	cparse_error(p, *at, D_SYNTAX, "unexpected '%.*s' in %s%s%s",
		     STR_ARG(found), p->what, is_one ? ", expected " : "",
		     is_one ? yysymbol_name(expected[0]) : "");
	return 0;
}

bool ctree_parse(struct cparse *p)
{
	return !cdecl_parse(p) && !p->failed;
}
