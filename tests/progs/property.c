/* SPDX-License-Identifier: Apache-2.0 */
/* property script|c SEED N - N random expressions over integers, as a script
 * for espy or as a C program; both print the same lines when espy computes as
 * its manual says: operands become 64 bits wide, the result is signed when one
 * of them is or when it is a difference, '/' '%' '>>' go by the sign, counts
 * of shifts are taken modulo 64, and a division by zero yields 1.
 *
 * Each line has the number of the expression and three results: over
 * constants, which are folded; over variables, which are not; and of a
 * compound assignment. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT      8192
#define N_VARS    6
#define PER_PROBE 5

struct text {
	char folded[TEXT]; /* for espy, over constants */
	char run[TEXT]; /* for espy, over variables */
	char c[TEXT]; /* for C */
	int bits;
	bool is_signed, is_bool;
};

struct variable {
	uint64_t value;
	int bits;
	bool is_signed;
};

static uint64_t state;
static struct variable vars[N_VARS];

static uint64_t random_word(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static unsigned int below(unsigned int n)
{
	return (unsigned int)(random_word() >> 20) % n;
}

static const char *type_name(int bits, bool is_signed)
{
	static const char *const names[2][4] = {
		{ "uint8", "uint16", "uint32", "uint64" },
		{ "int8", "int16", "int32", "int64" },
	};
	int i = bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3;

	return names[is_signed][i];
}

/* --- operands ------------------------------------------------------------ */

static uint64_t some_number(void)
{
	static const uint64_t edges[] = {
		0,
		1,
		2,
		3,
		7,
		10,
		63,
		64,
		100,
		UINT64_MAX,
		UINT64_MAX - 6,
		INT8_MAX,
		UINT8_MAX,
		0x80,
		INT16_MAX,
		0x8000,
		UINT16_MAX,
		INT32_MAX,
		0x80000000,
		UINT32_MAX,
		INT64_MAX,
		(uint64_t)1 << 63,
		((uint64_t)1 << 63) + 1,
	};

	if (below(3))
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	return random_word() >> below(64);
}

static void new_variables(void)
{
	struct variable *v;

	for (v = vars; v < vars + N_VARS; v++) {
		v->bits = 8 << below(4);
		v->is_signed = below(2);
		v->value = some_number();
	}
}

static void variable(struct text *t)
{
	unsigned int i = below(N_VARS);
	const struct variable *v = &vars[i];
	const char *type = type_name(v->bits, v->is_signed);

	t->bits = v->bits;
	t->is_signed = v->is_signed;
	t->is_bool = false;
	snprintf(t->folded, TEXT, "(%s)%" PRIu64, type, v->value);
	snprintf(t->run, TEXT, "$v%u", i);
	snprintf(t->c, TEXT, "(%s_t)%" PRIu64 "u", type, v->value);
}

/* A number without a type takes the sign of the other side. */
static void plain_number(struct text *t)
{
	snprintf(t->c, TEXT, "%" PRIu64, some_number() & INT64_MAX);
	strcpy(t->folded, t->c);
	strcpy(t->run, t->c);
	t->bits = 64;
	t->is_signed = t->is_bool = false;
}

/* --- operators ----------------------------------------------------------- */

static void expression(struct text *t, int depth);

/* The format with each $ replaced by the next text. */
static void put(char *to, const char *format, const char *a, const char *b,
		const char *c)
{
	const char *parts[] = { a, b, c }, *const *part = parts;
	size_t n = 0;

	for (; *format; format++) {
		if (*format == '$')
			n += (size_t)snprintf(to + n, TEXT - n, "%s", *part++);
		else
			n += (size_t)snprintf(to + n, TEXT - n, "%c", *format);
		if (n >= TEXT)
			exit(1);
	}
}

static void unary(struct text *t, const struct text *a)
{
	static const char *const forms[] = { "-($)", "~($)", "!($)" };
	static const char *const functions[] = { "neg($)", "inv($)", "not($)" };
	unsigned int op = below(3);

	t->bits = 64;
	t->is_signed = op == 0;
	t->is_bool = op == 2;
	put(t->folded, forms[op], a->folded, "", "");
	put(t->run, forms[op], a->run, "", "");
	put(t->c, functions[op], a->c, "", "");
}

static void cast(struct text *t, const struct text *a)
{
	const char *type;

	t->bits = 8 << below(4);
	t->is_signed = below(2);
	t->is_bool = false;
	type = type_name(t->bits, t->is_signed);
	put(t->folded, "($)($)", type, a->folded, "");
	put(t->run, "($)($)", type, a->run, "");
	put(t->c, "($_t)($)", type, a->c, "");
}

/* Both values become the one type that holds either. */
static void choice(struct text *t, const struct text *c, const struct text *a,
		   const struct text *b)
{
	const struct text *u = a->is_signed ? b : a, *s = u == a ? b : a;
	char both[TEXT];

	t->is_bool = false;
	t->is_signed = a->is_signed || b->is_signed;
	t->bits = a->bits > b->bits ? a->bits : b->bits;
	if (a->is_signed != b->is_signed && u->bits >= s->bits && t->bits < 64)
		t->bits *= 2;
	put(t->folded, "(($) ? ($) : ($))", c->folded, a->folded, b->folded);
	put(t->run, "(($) ? ($) : ($))", c->run, a->run, b->run);
	put(both, "choose($, $, $)", c->c, a->c, b->c);
	put(t->c, "($_t)($)", type_name(t->bits, t->is_signed), both, "");
}

enum op_kind {
	MATH,
	SHIFT,
	TRUTH
};

static const struct {
	const char *text, *function;
	enum op_kind kind;
} ops[] = {
	{ "+", "add", MATH },    { "-", "sub", MATH },   { "*", "mul", MATH },
	{ "/", "div", MATH },    { "%", "mod", MATH },   { "&", "and", MATH },
	{ "|", "or", MATH },     { "^", "xor", MATH },   { "<<", "shl", SHIFT },
	{ ">>", "shr", SHIFT }, /* those before have a form with = */
	{ "==", "eq", TRUTH },   { "!=", "ne", TRUTH },  { "<", "lt", TRUTH },
	{ "<=", "le", TRUTH },   { ">", "gt", TRUTH },   { ">=", "ge", TRUTH },
	{ "&&", "land", TRUTH }, { "||", "lor", TRUTH },
};

#define N_OPS          (sizeof(ops) / sizeof(ops[0]))
#define N_ASSIGNED_OPS 10

static void binary(struct text *t, const struct text *a, const struct text *b)
{
	unsigned int op = below(N_OPS);
	bool is_signed =
		a->is_signed || (b->is_signed && ops[op].kind != SHIFT);
	char form[32];

	is_signed |= *ops[op].text == '-';
	t->bits = 64;
	t->is_bool = ops[op].kind == TRUTH;
	t->is_signed = is_signed && !t->is_bool;
	snprintf(form, sizeof(form), "($ %s $)", ops[op].text);
	put(t->folded, form, a->folded, b->folded, "");
	put(t->run, form, a->run, b->run, "");
	snprintf(form, sizeof(form), "%s_%s($, $)", is_signed ? "s" : "u",
		 ops[op].function);
	put(t->c, form, a->c, b->c, "");
}

static void combine(struct text *t, int depth)
{
	struct text *v = malloc(3 * sizeof(*v));
	unsigned int which = below(8);

	if (!v)
		exit(1);
	expression(&v[0], depth - 1);
	expression(&v[1], depth - 1);
	expression(&v[2], depth - 2);
	if (which == 0)
		unary(t, &v[0]);
	else if (which == 1)
		cast(t, &v[0]);
	else if (which == 2 && !v[1].is_bool && !v[2].is_bool)
		choice(t, &v[0], &v[1], &v[2]);
	else if (which == 3 && (plain_number(&v[1]), true))
		binary(t, &v[0], &v[1]);
	else
		binary(t, &v[0], &v[1]);
	free(v);
}

static void expression(struct text *t, int depth)
{
	if (depth <= 0 || !below(5))
		variable(t);
	else
		combine(t, depth);
}

/* --- output -------------------------------------------------------------- */

/* The variables' values depend on a random number. */
static void print_variables(void)
{
	const struct variable *v;

	printf("begin {\n\t$z = rand & 0;\n");
	for (v = vars; v < vars + N_VARS; v++)
		printf("\t$v%d = (%s)($z + %" PRIu64 ");\n", (int)(v - vars),
		       type_name(v->bits, v->is_signed), v->value);
}

static void print_script(unsigned int i, const struct text *t,
			 const struct text *start, unsigned int op)
{
	printf("\t$f%u = %s;\n\t$r%u = %s;\n", i, t->folded, i, t->run);
	printf("\tlet $a%u : int64 = %s;\n\t$a%u %s= %s;\n", i, start->run, i,
	       ops[op].text, t->run);
	printf("\tprintf(\"%u %%llx %%llx %%llx\\n\", (uint64)$f%u, "
	       "(uint64)$r%u, (uint64)$a%u);\n",
	       i, i, i, i);
}

static void print_c(unsigned int i, const struct text *t,
		    const struct text *start, unsigned int op)
{
	printf("\tt = (uint64_t)%s;\n\ta = (int64_t)s_%s(%s, %s);\n", t->c,
	       ops[op].function, start->c, t->c);
	printf("\tprintf(\"%u %%llx %%llx %%llx\\n\", t, t, "
	       "(unsigned long long)a);\n",
	       i);
}

static const char preamble[] =
	"#include <stdint.h>\n"
	"#include <stdio.h>\n"
	"#define F(op, n) \\\n"
	"static inline int64_t s_##n(int64_t a, int64_t b)\\\n"
	"{ return a op b; }\\\n"
	"static inline uint64_t u_##n(uint64_t a, uint64_t b)\\\n"
	"{ return a op b; }\n"
	"F(+, add) F(-, sub) F(*, mul) F(&, and) F(|, or) F(^, xor)\n"
	"F(==, eq) F(!=, ne) F(<, lt) F(<=, le) F(>, gt) F(>=, ge)\n"
	"F(&&, land) F(||, lor)\n"
	"#define S(op, n) \\\n"
	"static inline int64_t s_##n(int64_t a, uint64_t b)\\\n"
	"{ return a op (b & 63); }\\\n"
	"static inline uint64_t u_##n(uint64_t a, uint64_t b)\\\n"
	"{ return a op (b & 63); }\n"
	"S(<<, shl) S(>>, shr)\n"
	"#define D(op, n) \\\n"
	"static inline int64_t s_##n(int64_t a, int64_t b)\\\n"
	"{ return !b ? 1 : b == -1 ? (*#op == '/' ? -a : 0) : a op b; }\\\n"
	"static inline uint64_t u_##n(uint64_t a, uint64_t b)\\\n"
	"{ return !b ? 1 : a op b; }\n"
	"D(/, div) D(%, mod)\n"
	"static inline int64_t neg(int64_t a) { return -a; }\n"
	"static inline uint64_t inv(uint64_t a) { return ~a; }\n"
	"static inline uint64_t not(uint64_t a) { return !a; }\n"
	"#define choose(c, a, b) ((c) ? (uint64_t)(a) : (uint64_t)(b))\n"
	"int main(void)\n{\n\tunsigned long long t;\n\tint64_t a;\n\n";

static void print_one(bool is_script, unsigned int i)
{
	static struct text t, start;
	unsigned int op = below(N_ASSIGNED_OPS);

	variable(&start);
	do
		expression(&t, 4);
	while (strlen(t.c) > 2000);
	if (is_script)
		print_script(i, &t, &start, op);
	else
		print_c(i, &t, &start, op);
}

int main(int argc, char **argv)
{
	unsigned int i, n;
	bool is_script;

	if (argc != 4)
		return 2;
	is_script = !strcmp(argv[1], "script");
	state = strtoull(argv[2], NULL, 10) * 0x9e3779b97f4a7c15 + 1;
	n = (unsigned int)strtoul(argv[3], NULL, 10);
	if (!is_script)
		fputs(preamble, stdout);
	for (i = 0; i < n; i++) {
		if (i % PER_PROBE == 0) {
			new_variables();
			if (is_script)
				print_variables();
		}
		print_one(is_script, i);
		if (is_script && (i % PER_PROBE == PER_PROBE - 1 || i == n - 1))
			puts("}");
	}
	if (!is_script)
		puts("\treturn 0;\n}");
	return 0;
}
