/* SPDX-License-Identifier: Apache-2.0 */
/* tokens.h - from text to the tokens the grammar reads.
 *
 * The whole text is scanned into an array first (grammar/lexer.l), then
 * tokens_settle() decides, looking ahead as far as it likes, what a grammar
 * with one token of lookahead cannot: which parentheses are casts, which
 * names are types, which braces and ifs begin a statement. The parser then
 * reads the array through tokens_next(), which also skips what is around a
 * mistake. Used by the other files of src/ast and by grammar/. */
#ifndef ESPY_AST_TOKENS_H
#define ESPY_AST_TOKENS_H

#include "ast/ast.h"

enum {
	PARSE_MAX_TEXT = 1 << 20, /* bytes of one script */
	PARSE_MAX_NESTING = 200, /* open (, [ and { */
	PARSE_MAX_DEPTH = 500, /* levels of the tree */
	PARSE_MAX_ERRORS = 5, /* then parsing stops */
};

struct token {
	int kind; /* of grammar/parser.h; a character is itself */
	struct span span;
	struct str text; /* as written; of strings: the value; of types:
			    "struct foo", one blank */
	uint64_t num; /* numbers and $1 */
	bool is_top; /* may begin a declaration */
	bool in_body; /* some { is open before it; of } its own counts */
	bool in_paren; /* some ( or [ is open before it, inside of the braces */
	bool ends_cast; /* the ) of (type) */
	uint32_t match; /* of a bracket: the index of its other, 0: none */
};

/* State of parsing one text. */
struct parse {
	struct script *script;
	struct arena *arena; /* the script's */
	const struct source *src;
	const struct parse_env *env; /* may be NULL */
	struct diags *d;
	VEC(struct token) tokens; /* ends with a token of kind 0 */
	size_t next; /* index of the token to read */
	size_t last; /* of the one read last */
	bool is_recovering; /* skipping to where a mistake ends */
	bool is_stopped; /* no use going on */
	bool is_endless; /* something taken whole does not end */
	size_t n_open; /* brackets that are open at the end */
	bool has_holes; /* words without a meaning: the grammar would only
			   say so again */
	unsigned int errors;

	/* of the scanner */
	VEC(struct opener {
		char c; /* ( [ { */
		uint32_t token; /* its index in tokens */
	})
	open;
	bool in_predicate;
	struct span unclosed; /* a { that is open at the end; {0, 0}: none */
	int item; /* kind of the keyword that began the declaration */

	/* ends of the script's lists */
	struct c_text **last_c;
	struct config_entry **last_config;
	struct import **last_import;
	struct map_decl **last_map_decl;
	struct fn_decl **last_fn;
	struct macro **last_macro;
	struct probe **last_probe;
	bool has_config;
};

/* Scans p->src into p->tokens. Mistakes are in p->d. Defined by
 * grammar/lexer.l. */
void tokens_scan(struct parse *p);

/* --- for the scanner; from and to are offsets in the text ----------------- */

/* Adds a token for the bytes from..to; the address is valid until the next. */
struct token *tokens_add(struct parse *p, int kind, size_t from, size_t to);

/* Literals. */
void tokens_number(struct parse *p, size_t from, size_t to);
void tokens_string(struct parse *p, size_t from, size_t to);

/* What nobody should write: a string without its end, 'text', a comment
 * without its end, a character that means nothing. Report it; what was meant
 * is added. */
void tokens_open_string(struct parse *p, size_t from, size_t to);
void tokens_quoted(struct parse *p, size_t from, size_t to);
void tokens_no_end(struct parse *p, size_t from);
void tokens_strange(struct parse *p, size_t from, size_t to);

/* Pieces that are taken whole: a directive with its continuation lines; a
 * struct, union, enum or typedef with its body and attributes; an attach
 * point. Return their length. */
int tokens_c_directive(struct parse *p, size_t from);
int tokens_c_decl(struct parse *p, size_t from);
int tokens_attach_point(struct parse *p, size_t from);

/* Keeps track of brackets while scanning. Opening ones deeper than
 * PARSE_MAX_NESTING stop the parse. */
void tokens_open(struct parse *p, char c);
void tokens_close(struct parse *p, char c);
size_t tokens_braces(const struct parse *p); /* braces that are open */

/* A word inside of braces that can only begin a probe (at the start of a line,
 * with a ':' or of a begin or end block): reports the missing brace, closes
 * what is open and returns true. */
bool tokens_missing_brace(struct parse *p, size_t from, size_t to);

/* What stands around statements: the beginning of a begin probe. */
void tokens_begin(struct parse *p);

/* The end of the text: closes what is open and remembers it in p->unclosed. A
 * mistake before the end is likelier to be the cause, so nothing is said yet. */
void tokens_end(struct parse *p);

/* After a } at the end of which is at: has the '/' of a predicate been
 * forgotten? Only an operator could go on. */
bool tokens_ends_predicate(const struct parse *p, size_t at);

/* The second step; see above. */
void tokens_settle(struct parse *p);

/* Is the name surely that of a type: uint64, pid_t? */
bool tokens_is_type_word(struct str name);

/* The token to read; the last one again and again. */
const struct token *tokens_next(struct parse *p);

/* The token last read is not one of the n expected (names of parser.y):
 * reports it and skips to where parsing can go on. */
void parse_unexpected(struct parse *p, const char *const *expected, size_t n);

/* Reports a mistake; more than PARSE_MAX_ERRORS stop the parse. Returns
 * whether it was reported, so that hints can be added. */
bool parse_error(struct parse *p, struct span at, enum diag_code code,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The span of the bytes from..to of the text. */
struct span parse_span(const struct parse *p, size_t from, size_t to);

/* --- literals (literal.c) ------------------------------------------------ */

/* 10, 0x1f, 1_000, 1e6, 5ms, 7ull. Reports what is malformed and uses 0. */
uint64_t literal_number(struct parse *p, struct str text, struct span at);

/* The bytes between the quotes, escapes resolved; at is all of it. */
struct str literal_string(struct parse *p, struct str body, struct span at);

/* --- attach points (attach.c) -------------------------------------------- */

/* How many bytes from offset at are one attach point. It ends at a blank, a
 * comma, a brace or a semicolon outside of quotes. A '/' is part of it only
 * where a path can be: in the second part of uprobe, uretprobe, usdt and of
 * names with '*', in the third of iter, after '@', and in a part that begins
 * with '/'; everywhere else it begins the predicate. */
size_t attach_length(struct str text, size_t at);

/* Splits it into parts. Always returns one, of mistakes as far as it goes. */
struct attach_point *attach_parse(struct parse *p, struct str text,
				  struct span at);

#endif
