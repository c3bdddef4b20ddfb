/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked and asserted when the script is compiled; and assert(), which
 * waits until it runs. */
#include <inttypes.h>

#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/fmt.h"
#include "sema/check.h"

#define MAX_ERRNO 4095

/* --- is_*() ------------------------------------------------------------------- */

static bool answer(struct expr *call, bool is_so)
{
	sema_set_const(call, is_so);
	return true;
}

static bool is_kind(struct expr *call, enum type_kind kind)
{
	return answer(call, sema_arg(call, 0)->type->kind == kind);
}

static bool check_is_array(struct sema *s, struct expr *call)
{
	(void)s;
	return is_kind(call, TY_ARRAY);
}

static bool check_is_integer(struct sema *s, struct expr *call)
{
	(void)s;
	return is_kind(call, TY_INT);
}

static bool check_is_ptr(struct sema *s, struct expr *call)
{
	(void)s;
	return is_kind(call, TY_PTR);
}

static bool check_is_str(struct sema *s, struct expr *call)
{
	(void)s;
	return is_kind(call, TY_STRING);
}

static bool check_is_unsigned(struct sema *s, struct expr *call)
{
	const struct type *t = sema_arg(call, 0)->type;

	(void)s;
	return answer(call, t->kind == TY_INT && !t->is_signed);
}

static bool check_is_literal(struct sema *s, struct expr *call)
{
	const struct expr *e = sema_arg(call, 0);

	(void)s;
	return answer(call, e->is_literal || e->kind == EX_BOOL);
}

/* The kernel's pointers that are errors: -MAX_ERRNO .. -1. */
static struct val emit_is_err(struct cg *g, const struct expr *call)
{
	LLVMValueRef v = ir_value(g, emit_arg(g, call, 0));
	LLVMValueRef low = ir_add(g, v, ir_i64(g, MAX_ERRNO));

	return ir_reg(ir_and(g, ir_as_bool(g, ir_is_negative(g, v)),
			     ir_not(g, ir_is_negative(g, low))),
		      call->type);
}

/* --- static_assert(), assert_str(), fail() --------------------------------------- */

static struct val emit_nothing(struct cg *g, const struct expr *call)
{
	(void)call;
	return ir_none(g);
}

static bool check_static_assert(struct sema *s, struct expr *call)
{
	const struct expr *what = sema_arg(call, 0), *text = sema_arg(call, 1);

	if (what->num)
		return true;
	return diag_error(s->d, call->span, D_MACRO, "%.*s", (int)text->str.n,
			  text->str.p);
}

static bool check_assert_str(struct sema *s, struct expr *call)
{
	const struct expr *e = sema_arg(call, 0);

	return e->type->kind == TY_STRING ||
	       diag_error(s->d, e->span, D_ARG_TYPE,
			  "a string is wanted here, found %s",
			  sema_name(s, e->type));
}

static void put_constant(struct buf *out, const struct fmt_part *p,
			 const struct expr *e)
{
	if (e->type->kind == TY_STRING)
		buf_printf(out, "%.*s", STR_ARG(e->str));
	else if (p->conv == 'x')
		buf_printf(out, "%" PRIx64, (uint64_t)e->num);
	else if (p->conv == 'c')
		buf_printf(out, "%c", (char)e->num);
	else if (p->conv == 'u')
		buf_printf(out, "%" PRIu64, (uint64_t)e->num);
	else
		buf_printf(out, "%" PRId64, e->num);
}

static bool are_constants(struct sema *s, const struct expr *call)
{
	const struct expr *e;

	for (e = call->call.args->next; e; e = e->next)
		if (!e->is_const)
			return diag_error(s->d, e->span, D_ARG_TYPE,
					  "this argument of fail() must be "
					  "known when the script is compiled");
	return true;
}

static bool check_fail(struct sema *s, struct expr *call)
{
	const struct expr *format = call->call.args, *e = format->next;
	auto_buf struct buf text = { 0 };
	struct fmt f = { 0 };
	const char *why;
	uint32_t at;

	if (!are_constants(s, call) ||
	    !fmt_parse(s->arena, format->str, &f, &why, &at))
		return false;
	vec_each(p, &f.parts) {
		if (!p->conv) {
			buf_printf(&text, "%.*s", STR_ARG(p->text));
		} else if (e) {
			put_constant(&text, p, e);
			e = e->next;
		}
	}
	return diag_error(s->d, call->span, D_MACRO, "%s",
			  text.p ? text.p : "");
}

/* --- assert() ------------------------------------------------------------------------ */

static struct expr *new_call(struct sema *s, const struct expr *from,
			     struct str name, struct expr *args, uint32_t n)
{
	struct expr *e = arena_new(s->arena, struct expr);

	e->kind = EX_CALL;
	e->span = from->span;
	e->call.id = name;
	e->call.id_span = from->call.id_span;
	e->call.args = args;
	e->call.n_args = n;
	return e;
}

static struct stmt *new_stmt(struct sema *s, enum stmt_kind kind,
			     struct span at)
{
	struct stmt *st = arena_new(s->arena, struct stmt);

	st->kind = kind;
	st->span = at;
	return st;
}

/* errorf("assertion failed: %s", text); exit(1); */
static struct stmt *complaint(struct sema *s, const struct expr *call,
			      struct expr *text)
{
	struct expr *format = arena_new(s->arena, struct expr);
	struct expr *one = arena_new(s->arena, struct expr);
	struct stmt *say = new_stmt(s, ST_EXPR, call->span);

	format->kind = EX_STR;
	format->span = call->span;
	format->str = STR("assert failed: %s");
	format->next = text;
	one->kind = EX_INT;
	one->span = call->span;
	one->num = 1;
	one->str = STR("1");
	say->e = new_call(s, call, STR("errorf"), format, 2);
	say->next = new_stmt(s, ST_EXPR, call->span);
	say->next->e = new_call(s, call, STR("exit"), one, 1);
	return say;
}

/* Becomes { if (!what) { errorf(...); exit(1); } }. */
static bool check_assert(struct sema *s, struct expr *call)
{
	struct expr *what = sema_arg(call, 0), *text = sema_arg(call, 1);
	struct stmt *st = new_stmt(s, ST_IF, call->span);
	struct expr *is_not = arena_new(s->arena, struct expr);

	if (!check_truth(s, what))
		return false;
	what->next = NULL;
	is_not->kind = EX_UNARY;
	is_not->span = what->span;
	is_not->unary.op = OP_NOT;
	is_not->unary.e = what;
	st->branch.cond = is_not;
	st->branch.then = complaint(s, call, text);
	call->kind = EX_BLOCK;
	call->block.stmts = st;
	call->block.value = NULL;
	return sema_expr(s, call);
}

const struct function compile_functions[] = {
	{ "assert", "any assert(any what, const string text)",
	  .check = check_assert,
	  .doc = "When the condition does not hold: prints the text as an "
		 "error, with its place in the script, and ends the trace with "
		 "exit status 1.",
	  .example = "assert(1 + 1 == 2, \"numbers are numbers\");" },
	{ "assert_str", "none assert_str(any e)", .check = check_assert_str,
	  .emit = emit_nothing,
	  .doc = "Makes it an error of the script when e is not a string.",
	  .example = "assert_str(comm);" },
	{ "fail", "none fail(const string format, ...)", .flags = FN_HAS_FORMAT,
	  .check = check_fail, .emit = emit_nothing,
	  .doc = "An error of the script, with a text of its own; for the "
		 "branch of 'if comptime' that nobody shall get to. The "
		 "arguments are constants.",
	  .example = "if comptime (sizeof(uint64) != 8) "
		     "{ fail(\"%d bytes\", 8); }" },
	{ "is_array", "bool is_array(any e)", .check = check_is_array,
	  .doc = "Is it an array? Known when the script is compiled.",
	  .example = "print(is_array(1));" },
	{ "is_err", "bool is_err(ptr p)", .emit = emit_is_err,
	  .doc = "Is a pointer, or a number, what the kernel returns for an "
		 "error: -4095 to -1?",
	  .example = "print(is_err(-2));" },
	{ "is_integer", "bool is_integer(any e)", .check = check_is_integer,
	  .doc = "Is it an integer? Known when the script is compiled.",
	  .example = "print(is_integer(pid));" },
	{ "is_literal", "bool is_literal(any e)", .check = check_is_literal,
	  .doc = "Is it a literal, or made of literals only? Known when the "
		 "script is compiled.",
	  .example = "print(is_literal(\"text\"));" },
	{ "is_ptr", "bool is_ptr(any e)", .check = check_is_ptr,
	  .doc = "Is it a pointer? Known when the script is compiled.",
	  .example = "print(is_ptr(curtask));" },
	{ "is_str", "bool is_str(any e)", .check = check_is_str,
	  .doc = "Is it a string? Known when the script is compiled.",
	  .example = "if comptime is_str(comm) { print(comm); }" },
	{ "is_unsigned_integer", "bool is_unsigned_integer(any e)",
	  .check = check_is_unsigned,
	  .doc = "Is it an integer without a sign? Known when the script is "
		 "compiled.",
	  .example = "print(is_unsigned_integer(pid));" },
	{ "static_assert",
	  "none static_assert(const int what, const string text)",
	  .check = check_static_assert, .emit = emit_nothing,
	  .doc = "Makes it an error of the script, with this text, when a "
		 "condition that is known when it is compiled does not hold.",
	  .example = "static_assert(sizeof(uint64) == 8, \"8 bytes\");" },
	{ 0 },
};
