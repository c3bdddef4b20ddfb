/* SPDX-License-Identifier: Apache-2.0 */
/* parser.y - the syntax of a script. Every action calls one constructor of
 * src/ast/syntax.h; what needs an if is decided there, or before the grammar
 * in src/ast/tokens.c. */

%code requires {
#include "ast/syntax.h"
}

%code {
static int next_token(union value *v, struct span *at, struct parse *p)
{
	const struct token *t = tokens_next(p);

	v->tok = t;
	*at = t->span;
	return t->kind;
}

#define espy_lex next_token

/* What the grammar would take here, as names, for parse.c to put in words. */
enum { MAX_EXPECTED = 96 };

static void espy_error(struct span *at, struct parse *p, const char *text)
{
	(void)text; /* the parser's stack is full */
	parse_error(p, *at, D_LIMIT, "this is nested too deeply");
	p->is_stopped = true;
}

/* From the first to the last symbol; of an empty rule, where it would be. */
#define YYLLOC_DEFAULT(at, rhs, n)                                    \
	((at) = (n) ? (struct span){ YYRHSLOC(rhs, 1).start,          \
				     YYRHSLOC(rhs, n).end } :         \
		      (struct span){ YYRHSLOC(rhs, 0).end,            \
				     YYRHSLOC(rhs, 0).end })
}

%define api.prefix {espy_}
%define api.pure full
%define api.value.type {union value}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%lex-param { struct parse *p }
%parse-param { struct parse *p }

%initial-action {
	@$ = (struct span){ p->src->base, p->src->base };
	(void)yynerrs;
}

%token END_OF_FILE 0 "end of file"

/* declarations */
%token <tok> C_TEXT "C declaration" ATTACH_POINT "probe"
%token CONFIG "config" IMPORT "import" MACRO "macro" FN "fn"
%token END_PREDICATE "end of predicate"

/* statements; the STMT_ ones are what begins a statement */
%token STMT_IF STMT_OPEN "'{'"
%token IF "if" ELSE "else" WHILE "while" FOR "for" UNROLL "unroll" LET "let"
%token BREAK "break" CONTINUE "continue" RETURN "return"

/* expressions */
%token <tok> INT "number" STRING "string" BOOL "bool" IDENT "name"
%token <tok> VAR "variable" MAP "map" PARAM "parameter" TYPE_NAME "type"
%token NPARAMS "'$#'" SELF "self"
%token SIZEOF "sizeof" OFFSETOF "offsetof" TYPEOF "typeof"
%token CONTAINER_OF "container_of"
%token TYPEINFO "typeinfo" COMPTIME "comptime"
%token STRUCT "struct" UNION "union" ENUM "enum"
%token ARROW "'->'" DOTDOT "'..'" INC "'++'" DEC "'--'"
%token ADD_EQ "'+='" SUB_EQ "'-='" MUL_EQ "'*='" DIV_EQ "'/='" MOD_EQ "'%='"
%token AND_EQ "'&='" OR_EQ "'|='" XOR_EQ "'^='" SHL_EQ "'<<='" SHR_EQ "'>>='"
%token LOR "'||'" LAND "'&&'" EQ "'=='" NE "'!='" LE "'<='" GE "'>='"
%token SHL "'<<'" SHR "'>>'"

%precedence COMPTIME
%right '?' ':'
%left LOR
%left LAND
%left '|'
%left '^'
%left '&'
%left EQ NE
%left '<' '>' LE GE
%left SHL SHR
%left '+' '-'
%left '*' '/' '%'
%precedence UNARY
%precedence NAME
%precedence '.' ARROW '[' INC DEC

%type <expr> expr primary if_expr else block map_name let_value predicate
%type <expr> macro_param arg
%type <exprs> args arg_list exprs map_size macro_params macro_param_list
%type <fields> fields
%type <stmt> stmt simple
%type <stmts> stmts
%type <body> body
%type <range> range
%type <type> type let_type ret_type
%type <str> path config_value
%type <points> points
%type <params> fn_params fn_param_list
%type <op> assign_op

%%

script
	: decls
	;

decls
	: %empty
	| decls decl			{ yyerrok; }
	| decls error
	;

decl
	: ';'
	| C_TEXT			{ ast_c_text(p, @$); }
	| CONFIG '=' '{' config_entries '}'	{ ast_config(p, @$); }
	| import
	| LET MAP '=' IDENT '(' map_size ')'	{ ast_map_decl(p, @$, $2, $4, $6); }
	| MACRO IDENT macro_params block	{ ast_macro(p, @$, $2, $3, $4); }
	| FN IDENT '(' fn_params ')' ret_type block	{ ast_fn(p, @$, $2, $4, $6, $7); }
	| points predicate block	{ ast_probe(p, @$, $1, $2, $3); }
	| points ',' predicate block	{ ast_probe(p, @$, $1, $3, $4); }
	;

config_entries
	: %empty
	| config_entries ';'
	| config_entries config_entry
	| config_entries error
	;

config_entry
	: IDENT '=' config_value	{ ast_config_entry(p, @$, $1, $3); }
	;

config_value
	: INT				{ $$ = ast_text(p, @$); }
	| BOOL				{ $$ = ast_text(p, @$); }
	| IDENT				{ $$ = ast_text(p, @$); }
	| STRING			{ $$ = $1->text; }
	;

import
	: IMPORT STRING			{ ast_import(p, @$, $2); }
	;

map_size
	: %empty			{ $$ = (struct exprs){ 0 }; }
	| expr				{ $$ = ast_exprs((struct exprs){ 0 }, $1); }
	;

macro_params
	: %empty			{ $$ = (struct exprs){ 0 }; }
	| '(' ')'			{ $$ = (struct exprs){ 0 }; }
	| '(' macro_param_list ')'	{ $$ = $2; }
	;

macro_param_list
	: macro_param			{ $$ = ast_exprs((struct exprs){ 0 }, $1); }
	| macro_param_list ',' macro_param	{ $$ = ast_exprs($1, $3); }
	;

macro_param
	: MAP				{ $$ = ast_map(p, @$, $1); }
	| VAR				{ $$ = ast_var(p, @$, $1); }
	| IDENT				{ $$ = ast_name(p, @$, $1); }
	;

fn_params
	: %empty			{ $$ = (struct params){ 0 }; }
	| fn_param_list			{ $$ = $1; }
	;

fn_param_list
	: VAR ':' type			{ $$ = ast_fn_param(p, @$, (struct params){ 0 }, $1, $3); }
	| fn_param_list ',' VAR ':' type	{ $$ = ast_fn_param(p, span_join(@3, @5), $1, $3, $5); }
	;

ret_type
	: %empty			{ $$ = NULL; }
	| ':' type			{ $$ = $2; }
	;

points
	: ATTACH_POINT			{ $$ = ast_point(p, (struct points){ 0 }, $1); }
	| points ',' ATTACH_POINT	{ $$ = ast_point(p, $1, $3); }
	;

predicate
	: %empty			{ $$ = NULL; }
	| '/' expr END_PREDICATE	{ $$ = $2; }
	;

/* --- statements ---------------------------------------------------------- */

block
	: '{' body '}'			{ $$ = ast_block(p, @$, $2); }
	;

body
	: stmts				{ $$ = ast_body(p, $1); }
	| stmts simple			{ $$ = ast_body_last(p, $1, $2); }
	| stmts error			{ $$ = ast_body(p, $1); }
	;

stmts
	: %empty			{ $$ = (struct stmts){ 0 }; }
	| stmts stmt			{ $$ = ast_stmts_open(p, $1, $2); }
	| stmts simple ';'		{ $$ = ast_stmts(p, $1, $2); }
	| stmts import			{ $$ = $1; }
	| stmts ';'			{ $$ = ast_stmts_end($1); }
	| stmts error ';'		{ $$ = $1; yyerrok; }
	;

stmt
	: STMT_IF expr block else	{ $$ = ast_expr_stmt(p, @$, ast_if(p, @$, $2, $3, $4)); }
	| STMT_OPEN body '}'		{ $$ = ast_expr_stmt(p, @$, ast_block(p, @$, $2)); }
	| WHILE expr block		{ $$ = ast_loop(p, @$, ST_WHILE, $2, $3); }
	| UNROLL expr block		{ $$ = ast_loop(p, @$, ST_UNROLL, $2, $3); }
	| FOR VAR ':' range block	{ $$ = ast_for(p, @$, ast_var(p, @2, $2), $4, $5); }
	| FOR '(' VAR ':' range ')' block	{ $$ = ast_for(p, @$, ast_var(p, @3, $3), $5, $7); }
	;

range
	: expr				{ $$ = (struct range){ $1, NULL }; }
	| expr DOTDOT expr		{ $$ = (struct range){ $1, $3 }; }
	;

simple
	: expr				{ $$ = ast_expr_stmt(p, @$, $1); }
	| expr assign_op expr		{ $$ = ast_assign(p, @$, $1, $2, $3); }
	| LET VAR let_type let_value	{ $$ = ast_let(p, @$, ast_var(p, @2, $2), $3, $4); }
	| BREAK				{ $$ = ast_jump(p, @$, ST_BREAK, NULL); }
	| CONTINUE			{ $$ = ast_jump(p, @$, ST_CONTINUE, NULL); }
	| RETURN			{ $$ = ast_jump(p, @$, ST_RETURN, NULL); }
	| RETURN expr			{ $$ = ast_jump(p, @$, ST_RETURN, $2); }
	;

let_type
	: %empty			{ $$ = NULL; }
	| ':' type			{ $$ = $2; }
	;

let_value
	: %empty			{ $$ = NULL; }
	| '=' expr			{ $$ = $2; }
	;

assign_op
	: '='				{ $$ = OP_NONE; }
	| ADD_EQ			{ $$ = OP_ADD; }
	| SUB_EQ			{ $$ = OP_SUB; }
	| MUL_EQ			{ $$ = OP_MUL; }
	| DIV_EQ			{ $$ = OP_DIV; }
	| MOD_EQ			{ $$ = OP_MOD; }
	| AND_EQ			{ $$ = OP_AND; }
	| OR_EQ				{ $$ = OP_OR; }
	| XOR_EQ			{ $$ = OP_XOR; }
	| SHL_EQ			{ $$ = OP_SHL; }
	| SHR_EQ			{ $$ = OP_SHR; }
	;

/* --- expressions --------------------------------------------------------- */

expr
	: primary
	| expr '?' expr ':' expr	{ $$ = ast_cond(p, @$, $1, $3, $5); }
	| expr '?' ':' expr		{ $$ = ast_cond(p, @$, $1, NULL, $4); }
	| expr LOR expr			{ $$ = ast_binary(p, @$, OP_LOR, $1, $3); }
	| expr LAND expr		{ $$ = ast_binary(p, @$, OP_LAND, $1, $3); }
	| expr '|' expr			{ $$ = ast_binary(p, @$, OP_OR, $1, $3); }
	| expr '^' expr			{ $$ = ast_binary(p, @$, OP_XOR, $1, $3); }
	| expr '&' expr			{ $$ = ast_binary(p, @$, OP_AND, $1, $3); }
	| expr EQ expr			{ $$ = ast_binary(p, @$, OP_EQ, $1, $3); }
	| expr NE expr			{ $$ = ast_binary(p, @$, OP_NE, $1, $3); }
	| expr '<' expr			{ $$ = ast_binary(p, @$, OP_LT, $1, $3); }
	| expr '>' expr			{ $$ = ast_binary(p, @$, OP_GT, $1, $3); }
	| expr LE expr			{ $$ = ast_binary(p, @$, OP_LE, $1, $3); }
	| expr GE expr			{ $$ = ast_binary(p, @$, OP_GE, $1, $3); }
	| expr SHL expr			{ $$ = ast_binary(p, @$, OP_SHL, $1, $3); }
	| expr SHR expr			{ $$ = ast_binary(p, @$, OP_SHR, $1, $3); }
	| expr '+' expr			{ $$ = ast_binary(p, @$, OP_ADD, $1, $3); }
	| expr '-' expr			{ $$ = ast_binary(p, @$, OP_SUB, $1, $3); }
	| expr '*' expr			{ $$ = ast_binary(p, @$, OP_MUL, $1, $3); }
	| expr '/' expr			{ $$ = ast_binary(p, @$, OP_DIV, $1, $3); }
	| expr '%' expr			{ $$ = ast_binary(p, @$, OP_MOD, $1, $3); }
	| '-' expr %prec UNARY		{ $$ = ast_unary(p, @$, OP_NEG, $2); }
	| '+' expr %prec UNARY		{ $$ = $2; }
	| '!' expr %prec UNARY		{ $$ = ast_unary(p, @$, OP_NOT, $2); }
	| '~' expr %prec UNARY		{ $$ = ast_unary(p, @$, OP_BNOT, $2); }
	| '*' expr %prec UNARY		{ $$ = ast_unary(p, @$, OP_DEREF, $2); }
	| '&' expr %prec UNARY		{ $$ = ast_unary(p, @$, OP_ADDR, $2); }
	| INC expr %prec UNARY		{ $$ = ast_incdec(p, @$, $2, true, true); }
	| DEC expr %prec UNARY		{ $$ = ast_incdec(p, @$, $2, false, true); }
	| '(' type ')' expr %prec UNARY	{ $$ = ast_cast(p, @$, $2, $4); }
	| COMPTIME expr %prec COMPTIME	{ $$ = ast_comptime(p, @$, $2); }
	| expr INC			{ $$ = ast_incdec(p, @$, $1, true, false); }
	| expr DEC			{ $$ = ast_incdec(p, @$, $1, false, false); }
	| expr '.' IDENT		{ $$ = ast_member(p, @$, $1, $3, false); }
	| expr '.' INT			{ $$ = ast_member(p, @$, $1, $3, false); }
	| expr ARROW IDENT		{ $$ = ast_member(p, @$, $1, $3, true); }
	| expr '[' expr ']'		{ $$ = ast_index(p, @$, $1, $3); }
	;

primary
	: INT				{ $$ = ast_int(p, @$, $1); }
	| STRING			{ $$ = ast_str(p, @$, $1); }
	| BOOL				{ $$ = ast_bool(p, @$, $1); }
	| IDENT				{ $$ = ast_name(p, @$, $1); }
	| VAR				{ $$ = ast_var(p, @$, $1); }
	| map_name %prec NAME		{ $$ = $1; }
	| map_name '[' exprs ']'	{ $$ = ast_map_keys(p, @$, $1, $3); }
	| PARAM				{ $$ = ast_param(p, @$, $1); }
	| NPARAMS			{ $$ = ast_nparams(p, @$); }
	| SELF ARROW IDENT		{ $$ = ast_self(p, @$, $3); }
	| IDENT '(' args ')'		{ $$ = ast_call(p, @$, $1, $3); }
	| IDENT '!' '(' args ')'	{ $$ = ast_call(p, @$, $1, $4); }
	| '(' expr ')'			{ $$ = $2; }
	| '(' ')'			{ $$ = ast_tuple(p, @$, (struct exprs){ 0 }); }
	| '(' expr ',' ')'		{ $$ = ast_tuple(p, @$, ast_exprs((struct exprs){ 0 }, $2)); }
	| '(' expr ',' exprs ')'	{ $$ = ast_tuple(p, @$, ast_exprs_first($2, $4)); }
	| '(' expr ',' exprs ',' ')'	{ $$ = ast_tuple(p, @$, ast_exprs_first($2, $4)); }
	| '(' fields ')'		{ $$ = ast_record(p, @$, $2); }
	| '(' fields ',' ')'		{ $$ = ast_record(p, @$, $2); }
	| SIZEOF '(' type ')'		{ $$ = ast_of_type(p, @$, EX_SIZEOF, $3); }
	| SIZEOF '(' expr ')'		{ $$ = ast_of_expr(p, @$, EX_SIZEOF, $3); }
	| TYPEINFO '(' type ')'		{ $$ = ast_of_type(p, @$, EX_TYPEINFO, $3); }
	| TYPEINFO '(' expr ')'		{ $$ = ast_of_expr(p, @$, EX_TYPEINFO, $3); }
	| OFFSETOF '(' type ',' path ')'	{ $$ = ast_offsetof(p, @$, $3, NULL, $5); }
	| OFFSETOF '(' expr ',' path ')'	{ $$ = ast_offsetof(p, @$, NULL, $3, $5); }
	| CONTAINER_OF '(' expr ',' type ',' path ')'	{ $$ = ast_container_of(p, @$, $3, $5, $7); }
	| block
	| if_expr
	;

map_name
	: MAP				{ $$ = ast_map(p, @$, $1); }
	;

if_expr
	: IF expr block else		{ $$ = ast_if(p, @$, $2, $3, $4); }
	;

else
	: %empty %prec NAME		{ $$ = NULL; }
	| ELSE block			{ $$ = $2; }
	| ELSE if_expr			{ $$ = $2; }
	;

args
	: %empty			{ $$ = (struct exprs){ 0 }; }
	| arg_list
	| fields			{ $$ = ast_exprs((struct exprs){ 0 }, ast_record(p, @$, $1)); }
	| arg_list ',' fields		{ $$ = ast_exprs($1, ast_record(p, @3, $3)); }
	;

arg_list
	: arg				{ $$ = ast_exprs((struct exprs){ 0 }, $1); }
	| arg_list ',' arg		{ $$ = ast_exprs($1, $3); }
	;

arg
	: expr
	| TYPEOF '(' type ')'		{ $$ = ast_type_arg(p, @$, $3); }
	| TYPEOF '(' expr ')'		{ $$ = ast_type_arg(p, @$, ast_typeof(p, @$, $3)); }
	;

exprs
	: expr				{ $$ = ast_exprs((struct exprs){ 0 }, $1); }
	| exprs ',' expr		{ $$ = ast_exprs($1, $3); }
	;

fields
	: IDENT '=' expr		{ $$ = ast_field(p, (struct fields){ 0 }, $1, $3); }
	| fields ',' IDENT '=' expr	{ $$ = ast_field(p, $1, $3, $5); }
	;

path
	: IDENT				{ $$ = $1->text; }
	| path '.' IDENT		{ $$ = ast_path(p, $1, $3); }
	| path '[' INT ']'		{ $$ = ast_path_index(p, $1, $3); }
	;

type
	: TYPE_NAME			{ $$ = ast_type(p, @$, $1); }
	| TYPEOF '(' type ')'		{ $$ = ast_typeof_type(p, @$, $3); }
	| TYPEOF '(' expr ')'		{ $$ = ast_typeof(p, @$, $3); }
	| type '*'			{ $$ = ast_suffix(p, @$, $1, true, NULL); }
	| type '[' ']'			{ $$ = ast_suffix(p, @$, $1, false, NULL); }
	| type '[' expr ']'		{ $$ = ast_suffix(p, @$, $1, false, $3); }
	;

%%

static int yyreport_syntax_error(const yypcontext_t *at, struct parse *p)
{
	yysymbol_kind_t kinds[MAX_EXPECTED];
	const char *names[MAX_EXPECTED];
	int i, n;

	n = yypcontext_expected_tokens(at, kinds, MAX_EXPECTED);
	for (i = 0; i < n; i++)
		names[i] = yysymbol_name(kinds[i]);
	parse_unexpected(p, names, n > 0 ? (size_t)n : 0);
	return 0;
}
