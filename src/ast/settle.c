/* SPDX-License-Identifier: Apache-2.0 */
#include "ast/tokens.h"

#include "grammar/parser.h"

/* Names that are types wherever a type can be. */
static const char *const type_words[] = {
	"int8",   "int16",  "int32", "int64",  "uint8",    "uint16", "uint32",
	"uint64", "u8",     "u16",   "u32",    "u64",      "s8",     "s16",
	"s32",    "s64",    "__u8",  "__u16",  "__u32",    "__u64",  "__s8",
	"__s16",  "__s32",  "__s64", "__be16", "__be32",   "__be64", "__le16",
	"__le32", "__le64", "bool",  "void",   "string",   "buffer", "inet",
	"char",   "short",  "int",   "long",   "unsigned", "signed", "_Bool",
	"float",  "double", "uint",  "ulong",  "ushort",
};

/* Those of C that may stand in a row: unsigned long long. */
static const char *const c_words[] = {
	"unsigned", "signed", "char", "short", "int", "long", "double",
};

static bool is_one_of(struct str s, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_is(s, words[i]))
			return true;
	return false;
}

/* In the table, or named like one. */
bool tokens_is_type_word(struct str name)
{
	return is_one_of(name, type_words, ARRAY_SIZE(type_words)) ||
	       (name.n > 2 && str_ends(name, "_t"));
}

static bool is_c_word(const struct token *t)
{
	return t->kind == IDENT &&
	       is_one_of(t->text, c_words, ARRAY_SIZE(c_words));
}

static bool is_const(const struct token *t)
{
	return t->kind == IDENT && str_is(t->text, "const");
}

static bool is_tag(int kind)
{
	return kind == STRUCT || kind == UNION || kind == ENUM;
}

/* What a look at a possible type found. */
struct look {
	size_t end; /* index after it; 0: not a type */
	bool is_sure; /* cannot be an expression */
};

/* The index after the bracket that closes the one at i. */
static size_t after_group(const struct token *v, size_t i)
{
	return v[i].match ? v[i].match + 1 : 0;
}

/* The name of a type: one word, a tag and its name, words of C. */
static struct look look_at_name(const struct token *v, size_t i)
{
	struct look l = { .end = i + 1, .is_sure = true };

	while (is_const(&v[i]))
		l.end = ++i + 1;
	if (is_tag(v[i].kind))
		l.end = v[i + 1].kind == IDENT ? i + 2 : 0;
	else if (v[i].kind == TYPEOF)
		l.end = v[i + 1].kind == '(' ? after_group(v, i + 1) : 0;
	else if (v[i].kind != IDENT)
		l.end = 0;
	else if (is_c_word(&v[i]))
		while (is_c_word(&v[l.end]))
			l.end++;
	else
		l.is_sure = tokens_is_type_word(v[i].text);
	return l;
}

/* A whole type: a name, then stars and sizes. */
static struct look look_at_type(const struct token *v, size_t i)
{
	struct look l = look_at_name(v, i);

	while (l.end) {
		if (v[l.end].kind == '*' || is_const(&v[l.end])) {
			l.end++;
			/* (a * b) is not a type */
			if (v[l.end].kind == ')')
				l.is_sure = true;
		} else if (v[l.end].kind == '[') {
			l.end = after_group(v, l.end);
		} else {
			break;
		}
	}
	return l;
}

/* Begins an expression and cannot continue one: then (x) before it is a cast,
 * whatever x is. */
static bool begins_operand(int kind)
{
	switch (kind) {
	case INT:
	case STRING:
	case BOOL:
	case IDENT:
	case VAR:
	case MAP:
	case PARAM:
	case NPARAMS:
	case SIZEOF:
	case OFFSETOF:
	case CONTAINER_OF:
	case TYPEINFO:
	case COMPTIME:
	case '!':
	case '~':
	case '(': return true;
	default: return false;
	}
}

/* Before it a '(' may open a cast: not a call, not the head of a statement. */
static bool allows_cast(const struct token *before, bool is_sure)
{
	switch (before->kind) {
	case ')': return before->ends_cast;
	case IDENT:
	case ']':
	case SIZEOF:
	case OFFSETOF:
	case CONTAINER_OF:
	case TYPEOF:
	case TYPEINFO: return false;
	case IF:
	case STMT_IF:
	case WHILE:
	case UNROLL: return is_sure;
	default: return true;
	}
}

/* The names of a type become one TYPE_NAME; the first of them holds it, the
 * others are dropped (kind -1). */
static void make_type(struct parse *p, struct token *v, size_t i)
{
	size_t first = i, end = look_at_name(v, i).end;
	struct str text = { 0 };

	if (!end)
		return;
	while (is_const(&v[i]))
		v[i++].kind = -1;
	if (v[i].kind == TYPEOF)
		return;
	for (first = i; i < end; i++) {
		text = i == first
			       ? v[i].text
			       : str_printf(p->arena, "%.*s %.*s",
					    STR_ARG(text), STR_ARG(v[i].text));
		v[first].span = span_join(v[first].span, v[i].span);
		v[i].kind = -1;
	}
	v[first].kind = TYPE_NAME;
	v[first].text = text;
	for (; is_const(&v[end]) || v[end].kind == '*'; end++)
		if (v[end].kind != '*')
			v[end].kind = -1;
}

static void make_cast(struct parse *p, struct token *v, size_t open,
		      size_t close)
{
	make_type(p, v, open + 1);
	v[close].ends_cast = true;
}

/* container_of(p, TYPE, path): what follows the first comma. */
static void settle_container(struct parse *p, struct token *v, size_t i)
{
	size_t end = v[i].match;

	for (i++; i < end && v[i].kind != ','; i++)
		if (v[i].match > i)
			i = v[i].match;
	if (i < end)
		make_type(p, v, i + 1);
}

/* sizeof(, offsetof(, typeof(, typeinfo( and casts. */
static void settle_paren(struct parse *p, struct token *v, size_t i)
{
	int before = i ? v[i - 1].kind : 0;
	struct look l = look_at_type(v, i + 1);
	int after = l.end ? v[l.end].kind : 0;

	if (before == CONTAINER_OF)
		settle_container(p, v, i);
	if (!l.end || !before)
		return;
	if (before == OFFSETOF) {
		if (after == ',')
			make_type(p, v, i + 1);
		return;
	}
	if (after != ')')
		return;
	if (before == SIZEOF || before == TYPEOF || before == TYPEINFO)
		make_type(p, v, i + 1);
	else if (allows_cast(&v[i - 1], l.is_sure) &&
		 (l.is_sure || begins_operand(v[l.end + 1].kind)))
		make_cast(p, v, i, l.end);
}

/* Keywords are names after a '.' or '->'. */
static bool is_word(const struct token *t)
{
	return t->text.n && t->kind > 0xff && t->kind != STRING &&
	       t->kind != INT && ((t->text.p[0] >= 'a' && t->text.p[0] <= 'z'));
}

static bool begins_statement(int before)
{
	return before == ';' || before == '{' || before == '}' ||
	       before == STMT_OPEN;
}

static void settle_one(struct parse *p, struct token *v, size_t i,
		       bool *in_header)
{
	int before = i ? v[i - 1].kind : 0;

	if ((before == '.' || before == ARROW) && is_word(&v[i]))
		v[i].kind = IDENT;
	/* a field of a record: (if = 1, for = 2) */
	if ((before == '(' || before == ',') && v[i + 1].kind == '=' &&
	    is_word(&v[i]))
		v[i].kind = IDENT;
	if (v[i].kind == FN)
		*in_header = true;
	if (v[i].kind == '{')
		*in_header = false;

	if (v[i].kind == '(')
		settle_paren(p, v, i);
	else if (v[i].kind == IF && begins_statement(before))
		v[i].kind = STMT_IF;
	else if (v[i].kind == '{' && begins_statement(before))
		v[i].kind = STMT_OPEN;
	else if (v[i].kind == IDENT && str_is(v[i].text, "self") &&
		 v[i + 1].kind == ARROW)
		v[i].kind = SELF;
	else if (v[i].kind == ':' && (*in_header || (before == VAR && i > 1 &&
						     v[i - 2].kind == LET)))
		make_type(p, v, i + 1);
}

void tokens_settle(struct parse *p)
{
	struct token *v = p->tokens.v;
	size_t n = p->tokens.n, i, out = 0;
	uint32_t *moved = arena_alloc(p->arena, n * sizeof(*moved));
	bool in_header = false;

	for (i = 0; i + 1 < n; i++)
		settle_one(p, v, i, &in_header);
	for (i = 0; i < n; i++) {
		moved[i] = (uint32_t)out;
		if (v[i].kind >= 0)
			v[out++] = v[i];
	}
	p->tokens.n = out;
	for (i = 0; i < out; i++)
		if (v[i].match)
			v[i].match = moved[v[i].match];
}
