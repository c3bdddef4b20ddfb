/* SPDX-License-Identifier: Apache-2.0 */
/* fn_join.c - join(): an array of strings, printed in a line. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/options.h"
#include "sema/check.h"
#include "sema/lower.h"

#define MAX_TEXTS 16

static bool check_join(struct sema *s, struct expr *call)
{
	const struct expr *from = sema_arg(call, 0);
	const struct type *t = from->type;

	if (t->kind == TY_PTR && t->elem && t->elem->kind == TY_PTR)
		return true;
	if (t->kind == TY_INT && t->size == 8)
		return true;
	return diag_error(s->d, from->span, D_ARG_TYPE,
			  "join() expects an array of strings' addresses, "
			  "found %s",
			  sema_name(s, t));
}

static void lower_join(struct lower *l, struct expr *call)
{
	struct types *types = &l->script->types;
	const struct expr *separator = sema_arg(call, 1);
	uint32_t size = (uint32_t)l->script->options.num[OPT_MAX_STRLEN];
	const struct type *text = type_string(types, size);
	const struct field fields[] = {
		{ .name = STR("n"), .type = type_int(types, 4, false) },
		{ .name = STR("texts"),
		  .type = type_array(types, text, MAX_TEXTS) },
	};

	lower_event(l, call, EV_JOIN, separator ? separator->str : STR(" "),
		    NULL, fields, 2);
}

/* Where the strings are: an i64, and in which memory. */
struct texts {
	LLVMValueRef at;
	enum addr_space as;
};

static LLVMValueRef address_of(struct cg *g, const struct texts *from,
			       uint32_t i)
{
	const struct type *u64 = type_int(ir_types(g), 8, false);
	LLVMValueRef at = ir_sub(g, from->at, ir_i64(g, -(uint64_t)i * 8));

	return ir_value(g, ir_address(g, at, u64, from->as));
}

/* Up to the first address that is 0. */
static void fill_texts(struct cg *g, struct val payload, void *arg)
{
	const struct texts *from = arg;
	const struct field *n = &payload.type->fields[0];
	const struct field *texts = &payload.type->fields[1];
	const struct type *text = texts->type->elem;
	struct val count = ir_part(g, payload, n->offset, n->type);
	struct ir_if more[MAX_TEXTS];
	LLVMValueRef at;
	uint32_t i;

	ir_store(g, count, ir_num(g, n->type, 0), false);
	for (i = 0; i < MAX_TEXTS; i++) {
		at = address_of(g, from, i);
		more[i] = ir_if(g, ir_truth_of(g, at));
		ir_store(g,
			 ir_part(g, payload, texts->offset + i * text->size,
				 text),
			 ir_text(g, at, from->as, text, NULL), false);
		ir_store(g, count, ir_num(g, n->type, i + 1), false);
	}
	while (i--)
		ir_end(g, &more[i]);
}

static struct val emit_join(struct cg *g, const struct expr *call)
{
	struct val v = emit_arg(g, call, 0);
	struct texts from = { .at = ir_value(g, v), .as = AS_KERNEL };

	if (v.type->kind == TY_PTR && v.type->space != AS_NONE)
		from.as = v.type->space == AS_USER ? AS_USER : AS_KERNEL;
	else if (ir_prog(g)->is_user)
		from.as = AS_USER;
	return ir_send_filled(g, call, fill_texts, &from);
}

const struct function join_functions[] = {
	{ "join", "none join(any texts, [const string separator])",
	  .event = EV_JOIN, .check = check_join, .lower = lower_join,
	  .emit = emit_join,
	  .doc = "Prints the strings of an array such as argv, the first 16 at "
		 "most, with a blank or the separator between them, and a "
		 "newline.",
	  .example = "tracepoint:syscalls:sys_enter_execve "
		     "{ join(args.argv); }" },
	{ 0 },
};
