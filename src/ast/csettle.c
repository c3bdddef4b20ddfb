/* SPDX-License-Identifier: Apache-2.0 */
/* What a grammar with one token of lookahead cannot decide about C: which
 * names are those of types, and which parentheses hold parameters. */
#include "ast/ctree.h"
#include "ast/tokens.h"

#include "grammar/cdecl.h"

struct settle {
	struct arena *a;
	const ctok_vec *in;
	ctok_vec *out;
	VEC(struct level {
		char open; /* { ( [, or 0 for the outermost */
		bool is_enum; /* of { */
		bool has_type; /* of the declaration: seen so far */
		bool in_expr;
	})
	levels;
	bool is_after_enum;
	bool is_open; /* a bracket has no other */
};

static struct level *top(struct settle *x)
{
	return &x->levels.v[x->levels.n - 1];
}

static int kind_at(const struct settle *x, size_t i)
{
	return i < x->in->n ? x->in->v[i].kind : 0;
}

static int last_kind(const struct settle *x)
{
	return x->out->n ? x->out->v[x->out->n - 1].kind : 0;
}

static void keep(struct settle *x, size_t i, int kind)
{
	struct ctok *t = vec_add(x->a, x->out);

	*t = x->in->v[i];
	t->kind = kind;
}

/* Index of the bracket that closes the one at i; in->n: none. */
static size_t match(struct settle *x, size_t i)
{
	size_t depth = 0;

	for (; i < x->in->n && !x->is_open; i++) {
		int k = x->in->v[i].kind;

		depth += k == '(' || k == '[' || k == '{';
		depth -= k == ')' || k == ']' || k == '}';
		if (!depth)
			return i;
	}
	x->is_open = true;
	return x->in->n;
}

/* --- words without a meaning for layouts ----------------------------------- */

static bool is_ignored_word(struct str s)
{
	static const char *const list[] = {
		"const",       "volatile",      "restrict",     "__restrict",
		"__const",     "__volatile",    "__restrict__", "__volatile__",
		"static",      "extern",        "inline",       "register",
		"__inline",    "__inline__",    "_Noreturn",    "__extension__",
		"_Atomic",     "__user",        "__kernel",     "__rcu",
		"__iomem",     "__percpu",      "__force",      "__bitwise",
		"__nonstring", "_Thread_local",
	};

	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (str_is(s, list[i]))
			return true;
	return false;
}

static bool is_ignored_call(struct str s)
{
	return str_is(s, "_Static_assert") || str_is(s, "static_assert") ||
	       str_is(s, "asm") || str_is(s, "__asm__");
}

static bool is_attribute(struct str s, const char *name)
{
	if (s.n > 4 && str_starts(s, "__") && str_ends(s, "__"))
		s = (struct str){ s.p + 2, s.n - 4 };
	return str_is(s, name);
}

/* ((packed, aligned(8), noreturn)) from i on; those that change a layout
 * are kept. Returns the index after. */
static size_t attributes(struct settle *x, size_t i)
{
	size_t end = kind_at(x, i) == '(' ? match(x, i) : x->in->n;
	size_t args;

	if (end >= x->in->n)
		return i;
	for (; i < end; i++) {
		const struct ctok *t = &x->in->v[i];
		bool has_args = kind_at(x, i + 1) == '(';

		if (t->kind != C_IDENT && t->kind != C_PACKED)
			continue;
		if (is_attribute(t->text, "packed"))
			keep(x, i, C_PACKED);
		else if (is_attribute(t->text, "aligned"))
			keep(x, i, has_args ? C_ALIGNED : C_ALIGNED_MAX);
		else if (is_attribute(t->text, "mode") ||
			 is_attribute(t->text, "vector_size") ||
			 is_attribute(t->text, "ms_struct"))
			keep(x, i, C_ATTRIBUTE); /* the grammar refuses it */
		if (!has_args)
			continue;
		args = match(x, i + 1);
		if (last_kind(x) == C_ALIGNED)
			for (size_t k = i + 1; k <= args; k++)
				keep(x, k, x->in->v[k].kind);
		i = args;
	}
	return end + 1;
}

/* --- names ----------------------------------------------------------------- */

static bool starts_value(int kind)
{
	return kind == C_INT || kind == C_IDENT || kind == '(' || kind == '~' ||
	       kind == '!' || kind == C_SIZEOF;
}

/* In an expression: (name) x, sizeof(name), sizeof(name *). */
static bool is_type_in_expr(const struct settle *x, size_t i)
{
	size_t end = i + 1;

	if (i < 1 || kind_at(x, i - 1) != '(')
		return false;
	while (kind_at(x, end) == '*')
		end++;
	if (i > 1 &&
	    (kind_at(x, i - 2) == C_SIZEOF || kind_at(x, i - 2) == C_ALIGNOF ||
	     kind_at(x, i - 2) == C_OFFSETOF))
		return true;
	return kind_at(x, end) == ')' &&
	       (tokens_is_type_word(x->in->v[i].text) ||
		starts_value(kind_at(x, end + 1)));
}

static int name_kind(struct settle *x, size_t i)
{
	struct level *l = top(x);

	if (l->in_expr)
		return is_type_in_expr(x, i) ? C_TYPE : C_IDENT;
	if (l->has_type || l->is_enum)
		return C_IDENT;
	l->has_type = true;
	return C_TYPE;
}

/* After attributes between struct and its name the word before is not
 * struct: remember that a name is due. */
static bool is_tag_due(const struct settle *x)
{
	size_t n = x->out->n, depth = 0;

	for (int near = 64; n-- && near--;) {
		int k = x->out->v[n].kind;

		depth += k == ')';
		depth -= k == '(' && depth;
		if (depth || k == '(' || k == C_PACKED || k == C_ALIGNED ||
		    k == C_ALIGNED_MAX)
			continue;
		return k == C_STRUCT || k == C_ENUM;
	}
	return false;
}

/* --- brackets -------------------------------------------------------------- */

static void open_level(struct settle *x, size_t i)
{
	char c = (char)kind_at(x, i);
	bool in_expr = top(x)->in_expr, has_type = top(x)->has_type;
	struct level *l = vec_add(x->a, &x->levels);

	l->open = c;
	l->is_enum = c == '{' && x->is_after_enum;
	l->in_expr = c == '[' || (in_expr && c == '(') ||
		     (c == '(' && last_kind(x) == C_ALIGNED);
	l->has_type = c == '(' && has_type;
	if (c == '{')
		x->is_after_enum = false;
	keep(x, i, c);
}

static void close_level(struct settle *x, size_t i)
{
	int c = kind_at(x, i);
	char open = c == '}' ? '{' : c == ')' ? '(' : '[';

	if (x->levels.n > 1 && top(x)->open == open)
		x->levels.n--;
	keep(x, i, c);
}

/* Not the grouping of (*f): what follows a name or another group. */
static bool is_params(struct settle *x)
{
	int last = last_kind(x);

	return !top(x)->in_expr && !top(x)->is_enum &&
	       (last == C_IDENT || last == ')' || last == ']') &&
	       top(x)->has_type;
}

/* Parameters, or the body of a function: one token for all. */
static size_t swallow(struct settle *x, size_t i, int kind)
{
	keep(x, i, kind);
	return match(x, i) + 1;
}

/* --- all ------------------------------------------------------------------- */

static size_t settle_word(struct settle *x, size_t i)
{
	const struct ctok *t = &x->in->v[i];

	if (is_ignored_word(t->text))
		return i + 1;
	if (is_ignored_call(t->text) && kind_at(x, i + 1) == '(')
		return match(x, i + 1) + 1;
	if (is_attribute(t->text, "aligned") && str_starts(t->text, "__") &&
	    kind_at(x, i + 1) == '(') {
		keep(x, i, C_ALIGNED);
		return i + 1;
	}
	keep(x, i, is_tag_due(x) ? C_TAG : name_kind(x, i));
	return i + 1;
}

static void settle_mark(struct settle *x, size_t i, int kind)
{
	struct level *l = top(x);

	if (kind == ';' && !l->open) {
		l->has_type = l->in_expr = false;
		x->is_after_enum = false;
	} else if (kind == ';' && l->open == '{') {
		l->has_type = l->in_expr = false;
	} else if (kind == ',' && (l->open == '{' || !l->open)) {
		l->in_expr = false;
	} else if (kind == ':' || kind == '=') {
		l->in_expr = true;
	} else if (kind == C_STRUCT || kind == C_ENUM || kind == C_WORD) {
		l->has_type = true;
		x->is_after_enum =
			kind == C_ENUM || (kind == C_WORD && x->is_after_enum);
	}
	keep(x, i, kind);
}

static size_t settle_one(struct settle *x, size_t i)
{
	int kind = kind_at(x, i);

	switch (kind) {
	case C_IDENT: return settle_word(x, i);
	case C_ATTRIBUTE: return attributes(x, i + 1);
	case '(':
		if (is_params(x))
			return swallow(x, i, C_PARAMS);
		open_level(x, i);
		return i + 1;
	case '{':
		if (last_kind(x) == C_PARAMS)
			return swallow(x, i, ';');
		open_level(x, i);
		return i + 1;
	case '[': open_level(x, i); return i + 1;
	case ')':
	case ']':
	case '}': close_level(x, i); return i + 1;
	default: settle_mark(x, i, kind); return i + 1;
	}
}

void ctoken_settle(struct arena *a, const ctok_vec *in, bool is_expr,
		   struct span end, ctok_vec *out)
{
	struct settle x = { .a = a, .in = in, .out = out };
	struct ctok *last;
	size_t i = 0;

	vec_add(a, &x.levels)->in_expr = is_expr;
	while (i < in->n)
		i = settle_one(&x, i);
	last = vec_add(a, out);
	last->span = end;
	last->text = STR("the end");
}
