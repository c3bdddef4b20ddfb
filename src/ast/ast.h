/* SPDX-License-Identifier: Apache-2.0 */
/* ast.h - the tree of a script, and who writes which part of it.
 *
 *   parse    node kinds, children, spans, names       grammar/, src/ast
 *   expand   script.progs, prog.args, prog.targets    src/sema/expand.c
 *   check    types, symbols, rows, constants          src/sema/check*.c
 *   lower    ids of events, maps, sites, fixups       src/sema/lower.c
 *   codegen  reads all of it, writes nothing
 *
 * Every node lives in the script's arena and is never freed singly. Lists are
 * linked by next. */
#ifndef ESPY_AST_AST_H
#define ESPY_AST_AST_H

#include "base/diag.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "plan/type.h"

struct function; /* lang/lang.h: row of a function */
struct builtin; /* row of a builtin */
struct live_map; /* sema/live.h: a map that was there before */
struct probe_type; /* row of a probe type */

/* --- operators --------------------------------------------------------------- */

enum op {
	OP_NONE, /* plain assignment */
	/* binary, also compound assignment */
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_AND,
	OP_OR,
	OP_XOR,
	OP_SHL,
	OP_SHR,
	/* comparison and logic */
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_LAND,
	OP_LOR,
	/* unary */
	OP_NEG,
	OP_NOT,
	OP_BNOT,
	OP_DEREF,
	OP_ADDR,
	OP_N,
};

extern const char *const op_text[OP_N];

/* --- types as written ---------------------------------------------------------- */

/* "struct task_struct *", "uint8[4]", "string[16]", "typeof(@x)". */
struct type_expr {
	struct span span;
	struct str name; /* "uint64", "struct foo", "string", "hist_t" */
	VEC(struct type_suffix {
		bool is_ptr; /* '*'; else an array */
		bool has_size; /* [N]; false for [] */
		struct expr *size;
	})
	suffixes; /* left to right; string[N] has its [N] here */
	struct expr *of; /* typeof(expr), or NULL; typeof(type) is plain.
			    typeof(x) of a lone name that may be either has
			    both name and of (EX_NAME): the type comes first */
};

/* --- expressions --------------------------------------------------------------- */

enum expr_kind {
	EX_INT, /* 1, 0x1f, 10ms */
	EX_BOOL, /* true, false */
	EX_STR, /* "text", escapes resolved; may contain NUL */
	EX_NAME, /* pid, AF_INET, args: builtin, constant, enumerator */
	EX_VAR, /* $x */
	EX_MAP, /* @x, @x[k], @x[k, l] */
	EX_PARAM, /* $1 */
	EX_NPARAMS, /* $# */
	EX_UNARY,
	EX_INCDEC, /* ++x, x++, --x, x-- */
	EX_BINARY,
	EX_COND, /* c ? a : b, c ?: b (then == NULL) */
	EX_CALL,
	EX_MEMBER, /* a.b, a->b, a.0 */
	EX_INDEX, /* a[i] */
	EX_CAST,
	EX_TUPLE, /* (a, b), (a,), () */
	EX_RECORD, /* (a = 1, b = 2) */
	EX_SIZEOF, /* sizeof(type), sizeof(expr) */
	EX_OFFSETOF, /* offsetof(type, a.b) */
	EX_TYPEINFO,
	EX_BLOCK, /* { stmt; expr } */
	EX_IF, /* if c { a } else { b } as a value */
	EX_COMPTIME, /* comptime e */
	EX_SELF, /* self->x: a variable of the thread */
	EX_N,
};

struct expr {
	enum expr_kind kind;
	struct span span;
	struct expr *next; /* in argument, key and element lists */
	uint16_t depth; /* levels below and including this one; bounded */

	const struct type *type; /* check */
	/* check: the value is known; of an integer or bool type: num; of a
	 * string type: str. Children need not be looked at then. */
	bool is_const;
	bool is_literal; /* check: a literal or folded from literals only: its
			    type may adapt to what it meets */
	int64_t num; /* EX_INT (its bits: above INT64_MAX it is negative),
			EX_BOOL EX_PARAM (which); folded value */
	struct str str; /* EX_STR: bytes; EX_INT: as written */
	uint32_t site; /* lower: plan site of what may warn here; 0 none */
	uint32_t fixup; /* lower: slot + 1 of EX_PARAM, EX_NPARAMS and of
			    builtins and calls that need one; 0 none */

	union {
		struct { /* EX_NAME */
			struct str id;
			const struct builtin *row; /* check: NULL if constant */
		} name;
		struct { /* EX_VAR */
			/* With '$'. That of a macro's own variable ends with
			 * a NUL and a number, so that it is nobody else's:
			 * printed as text it looks as it was written. */
			struct str id;
			struct var *sym; /* check */
		} var;
		struct { /* EX_MAP */
			struct str id; /* with '@' */
			struct expr *keys; /* NULL: scalar use */
			struct map *sym; /* check */
			bool has_brackets;
			uint32_t flags; /* lower: of the event that is about
					   it: EF_TAKE and the like */
			/* check: type of the keys together: that of the one,
			 * or a tuple; same as sym->key once settled */
		} map;
		struct { /* EX_PARAM; num may become its value */
			uint32_t index; /* check: which, from 1 */
		} param;
		struct { /* EX_UNARY */
			enum op op;
			struct expr *e;
		} unary;
		struct { /* EX_INCDEC: e is EX_VAR, EX_MAP, EX_SELF */
			struct expr *e;
			bool is_inc, is_prefix;
		} incdec;
		struct { /* EX_BINARY */
			enum op op;
			struct expr *l, *r;
			/* check: what both sides are converted to before the
			 * operation (comparison of strings: the larger) */
			const struct type *common;
		} bin;
		struct { /* EX_COND, EX_IF (a, b are EX_BLOCK there) */
			struct expr *c, *a, *b;
		} cond;
		struct { /* EX_CALL */
			struct str id;
			struct span id_span;
			struct expr *args;
			uint32_t n_args;
			const struct function *fn; /* check */
			struct fn_decl *user; /* check: fn defined here */
			uint32_t event; /* lower: plan event; 0 none */
			uint32_t flags; /* check, lower: the event's */
		} call;
		struct { /* EX_MEMBER */
			struct expr *base;
			struct str id; /* "pid", "0" */
			bool is_arrow;
			/* check: base is a pointer: read through it */
			bool through_ptr;
			struct field field; /* check: where and what */
		} member;
		struct { /* EX_INDEX */
			struct expr *base, *index;
		} index;
		struct { /* EX_CAST, EX_SIZEOF, EX_OFFSETOF, EX_TYPEINFO */
			struct type_expr *to; /* NULL: sizeof(expr) */
			/* EX_CAST, sizeof(expr). sizeof(x) of a lone name that
			 * may be either has both: the type comes first.
			 * EX_CAST without it: typeof(T) as an argument of a
			 * macro; none is left after macros_expand() */
			struct expr *e;
			struct str path; /* EX_OFFSETOF: "a.b" */
			bool is_layout; /* check: of a type of the kernel */
		} cast;
		struct { /* EX_TUPLE, EX_RECORD */
			struct expr *elems;
			uint32_t n;
			struct str *names; /* EX_RECORD: n names */
		} tuple;
		struct { /* EX_BLOCK, EX_COMPTIME (stmts NULL) */
			struct stmt *stmts;
			struct expr *value; /* last expression; may be NULL */
		} block;
		struct { /* EX_SELF */
			struct str id;
			struct var *sym;
		} self;
	};
};

/* --- statements ------------------------------------------------------------------ */

enum stmt_kind {
	ST_EXPR, /* e; */
	ST_DISCARD, /* _ = e; */
	ST_ASSIGN, /* target op= value; target EX_VAR, EX_MAP, EX_SELF */
	ST_LET, /* let $x; let $x : T = e; */
	ST_IF,
	ST_BLOCK,
	ST_WHILE,
	ST_UNROLL,
	ST_FOR_RANGE, /* for ($i : a..b) */
	ST_FOR_MAP, /* for ($kv : @m) */
	ST_BREAK,
	ST_CONTINUE,
	ST_RETURN,
	ST_N,
};

struct stmt {
	enum stmt_kind kind;
	struct span span;
	struct stmt *next;
	uint16_t depth; /* as in struct expr */
	uint32_t site; /* lower: loops that can reach their bound */

	union {
		struct expr *e; /* ST_EXPR, ST_DISCARD, ST_RETURN (or NULL) */
		struct { /* ST_ASSIGN */
			struct expr *target;
			enum op op; /* OP_NONE for = */
			struct expr *value;
			const struct type *common; /* check: op: as in bin */
		} assign;
		struct { /* ST_LET */
			struct expr *var; /* EX_VAR */
			struct type_expr *type;
			struct expr *value;
		} let;
		struct { /* ST_IF */
			struct expr *cond;
			struct stmt *then, *otherwise;
			bool is_comptime;
		} branch;
		struct { /* ST_BLOCK */
			struct stmt *body;
		} block;
		struct { /* ST_WHILE: cond; ST_UNROLL: cond = count;
			    ST_FOR_*: var, from .. to, or map */
			struct expr *cond;
			struct expr *var;
			struct expr *from, *to;
			struct expr *map; /* EX_MAP without keys */
			struct stmt *body;
			uint32_t count; /* check: ST_UNROLL */
		} loop;
	};
};

/* --- symbols ----------------------------------------------------------------------- */

/* A $variable of one program (or of a fn), or a self-> variable. check makes
 * them; the same name in two sibling blocks is two. */
struct var {
	struct str name;
	struct span declared;
	const struct type *type;
	const struct type *wanted; /* declared with let $x : T */
	bool is_assigned, is_read, is_param;
	bool is_let; /* check: declared with let */
	bool is_shared; /* check: also used after the block that made it, where
			   it is 0 unless that block was run */
	uint32_t loops; /* check: loops around where it was made */
	bool is_failed; /* check: was given something without a type */
	bool is_flexible; /* check: literals only so far, none negative: its
			     sign may still change */
	uint32_t index; /* in prog->vars, for codegen's tables */
	struct var *next; /* in prog->vars */
};

/* A @map of the script. */
struct map {
	struct str name; /* "@bytes" */
	struct span first; /* where it was first used or declared */
	const struct type *key; /* NULL until known; TY_NONE: scalar */
	const struct type *value; /* NULL until known */
	struct span key_span, value_span; /* what settled them */
	const struct map_decl *decl;
	bool is_written, is_read;
	bool is_flexible; /* check: of value, as in struct var */
	bool is_failed; /* check: as in struct var */
	bool is_missing; /* check: written by a probe that matches nothing */
	uint64_t key_flexible; /* check: the same per key, one bit each */
	const struct live_map *live; /* check: it was there before; NULL */
	bool is_pair; /* lower: as of struct plan_map */
	bool is_lowered; /* lower: it is in the plan, as */
	uint32_t id; /* index in plan.maps */
	struct map *next;
};

/* --- declarations -------------------------------------------------------------------- */

struct map_decl { /* let @m = lruhash(100); */
	struct span span;
	struct str name;
	struct str kind;
	struct span kind_span;
	struct expr *size; /* NULL: not given */
	bool is_kept; /* of an earlier script: no need to use it */
	struct map_decl *next;
};

struct config_entry {
	struct span span;
	struct str key, value; /* value as text; strings without quotes */
	struct config_entry *next;
};

struct import {
	struct span span;
	struct str path;
	struct import *next;
};

struct fn_param {
	struct span span;
	struct str name; /* with '$' */
	struct type_expr *type;
	struct var *sym;
	struct fn_param *next;
};

struct fn_decl { /* fn name($a : T, ...) : R { ... } */
	struct span span;
	struct str name;
	struct fn_param *params;
	struct type_expr *ret_type; /* NULL: none */
	struct stmt *body;
	const struct type *ret; /* check */
	struct prog *prog; /* check: its body as a program of no probe */
	bool ends; /* check: may end the probe, itself or by its calls */
	bool is_cyclic; /* check: calls itself; that is said */
	struct fn_decl *next;
};

struct macro { /* macro name(@m, $v, x) { ... } */
	struct span span;
	struct str name;
	struct expr *params; /* EX_MAP, EX_VAR, EX_NAME */
	uint32_t n_params;
	struct expr *body; /* EX_BLOCK */
	bool is_c; /* it was a #define */
	struct macro *next;
};

/* A piece of C at the top: "#define ...", "struct x { ... }". */
struct c_text {
	struct span span;
	struct str text;
	struct c_text *next;
};

struct attach_point {
	struct span span;
	struct str text; /* as written */
	struct str label; /* label=provider:..., or empty */
	const struct probe_type *row; /* expand */
	VEC(struct str)
	parts; /* split at ':', quotes removed, $1 put in;
				  [0] is the provider; an '@' outside of
				  quotes is a part of its own: path @ file
				  line */
	VEC(struct span) part_spans;
	struct attach_point *next;
};

struct probe {
	struct span span;
	struct attach_point *points;
	struct expr *predicate; /* or NULL */
	struct stmt *body; /* list of statements */
	struct probe *next;
};

/* --- programs (expand) ------------------------------------------------------------- */

/* What a program's context pointer is. */
enum ctx_kind {
	CTX_NONE, /* begin, end, interval: nothing to look at */
	CTX_PERF, /* struct bpf_perf_event_data: interval, profile */
	CTX_TRACEPOINT, /* the record of the tracepoint */
	CTX_RAW, /* array of uint64_t, typed by BTF */
	CTX_ITER, /* the record of the iterator, struct bpf_iter__NAME */
	CTX_REGS, /* struct pt_regs: kprobe, uprobe */
	CTX_N,
};

/* A value that entry() keeps until the function returns. */
struct captured {
	struct expr *value; /* found at the entry */
	struct var *var; /* that has it at the return */
	struct captured *next;
};

/* One BPF program: a probe's body for one shape of context, with the targets
 * that share it. */
struct prog {
	const struct probe *probe;
	const struct probe_type *row;
	struct fn_decl *fn; /* check: the body is a function's; NULL */
	enum ctx_kind ctx;
	const struct type *args; /* record of `args`; NULL: none here */
	const struct type *retval; /* NULL: none here, or not typed */
	struct expr *predicate; /* clones: types differ between shapes */
	struct stmt *body;
	VEC(struct plan_probe) attach; /* what lower copies into the plan */
	VEC(struct str)
	names; /* full names, one per target, in order of
				  attach[].targets: what `probe` prints */
	bool uses_name; /* `probe` is read */
	bool is_placed; /* it knows more of each target: uaddr() */
	bool is_user; /* code of user space: uprobe */
	bool is_go; /* arguments are where Go puts them */
	struct str no_args; /* why args is NULL, for a hint; or empty */
	struct str operands; /* usdt: where argN are; p NULL: no usdt */
	bool is_each; /* the kernel wants a program for each target */
	bool is_trampoline; /* of BPF: the context's slots can be asked for
			       without their types */
	bool has_ip; /* the function's address can be asked for */
	bool is_either; /* a kprobe that may be loaded as a trampoline */
	uint32_t way; /* lower: the slot that tells, of those */
	uint32_t first_probe; /* lower: index of attach[0] in plan.probes */
	struct str symbol; /* lower: function name in the ELF */
	struct var *vars; /* check */
	uint32_t n_vars;
	struct prog *entry; /* check: the program at the entry; NULL: no use
			       of entry() */
	bool is_entry; /* check: it is that program */
	uint32_t n_kept; /* check: bytes that it keeps */
	/* lower, of both: what is kept, the type of all of it after the stack
	 * pointer, which pair of programs it is; of the entry's: where
	 * entry() is */
	struct captured *captured;
	const struct type *frame;
	uint32_t entry_number, site;
	struct prog *next;
};

struct script {
	struct arena arena;
	struct sources *sources; /* borrowed */
	struct types types; /* the compile's; in arena */
	struct options options; /* from environment and config */

	struct c_text *c;
	struct config_entry *config;
	struct import *imports;
	struct map_decl *map_decls;
	struct fn_decl *fns;
	struct macro *macros;
	struct probe *probes;
	struct stmt *shown; /* parse: of statements, an expression without ';'
			       at the end: its value is to be printed */

	struct prog *progs; /* expand */
	struct map *maps; /* check, in order of first use */
	struct var *selfs; /* check: self-> variables */
	bool c_has_layout; /* check: its C has sizes or offsets of this kernel */
	VEC(struct expr *) options_used; /* check: calls of getopt() */
	/* check: of the kernel's, those whose values are used */
	VEC(struct enumerator) enumerators;
	uint32_t stack_words; /* lower: of the largest stack that is taken */
	const struct type *self_type; /* lower: a tuple of them, by index;
					 NULL: there are none */
};

/* --- using the tree ----------------------------------------------------------------- */

/* Calls f for each direct child expression of e, in source order. */
void expr_each_child(struct expr *e, void (*f)(struct expr *e, void *arg),
		     void *arg);

/* Calls f for every expression below a list of statements, parents first. */
void stmt_each_expr(struct stmt *s, void (*f)(struct expr *e, void *arg),
		    void *arg);

/* An expression whose value nobody wants, as a statement: an EX_IF becomes an
 * ST_IF, an EX_BLOCK an ST_BLOCK. e is used up. */
struct stmt *stmt_from_expr(struct arena *a, struct expr *e);

/* Deep copies; symbols and types are not copied. */
struct expr *expr_clone(struct arena *a, const struct expr *e);
struct stmt *stmt_clone(struct arena *a, const struct stmt *s); /* the list */
struct type_expr *type_expr_clone(struct arena *a, const struct type_expr *t);

/* --- parse (parse.c) --------------------------------------------------------------- */

/* What parse needs beyond the text; NULL: no parameters. */
struct parse_env {
	const char *const *params; /* $1 ... in attach points */
	size_t n_params;
	bool is_statement; /* the text is what is inside of a begin probe */
};

/* Parses one source of srcs; NULL with errors in d. The script owns
 * everything below, with an empty table of types and the options' defaults;
 * names and texts are slices of srcs. Free with script_free(). */
struct script *script_parse(struct sources *srcs, const struct source *src,
			    const struct parse_env *env, struct diags *d);
void script_free(struct script *s);

/* Makes what s imports part of it; s was parsed last. Paths are relative to
 * the file that names them; no file is read twice. False with errors in d. */
bool script_import(struct script *s, const struct parse_env *env,
		   struct diags *d);

/* Puts the declarations of n sources of s's, which start at index 0, before
 * those of s, except those that s has itself. Their probes are dropped. False
 * with errors in d. */
bool script_keep(struct script *s, size_t n, const struct parse_env *env,
		 struct diags *d);

/* How a piece of C is told from others: "struct x", "#define X". */
struct str c_text_name(struct arena *a, struct str text);

/* Macros of its C that have parameters become macros of s where they can; after
 * script_import(). Reports nothing. */
void script_c_macros(struct script *s, const struct parse_env *env,
		     struct diags *d);

/* --emit=ast, and --emit=typed with types (after check). */
void script_text(const struct script *s, bool typed, struct buf *out);

#endif
