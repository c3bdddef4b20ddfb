/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that make strings of strings, and look at bytes. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/options.h"
#include "sema/check.h"

#define LOOK_MAX 1024 /* bytes memcmp() compares at most */

static struct val text_arg(struct cg *g, const struct expr *call,
			   unsigned int n)
{
	struct val v = emit_arg(g, call, n);

	return ir_here(g, v, v.type);
}

static LLVMValueRef length_of(struct cg *g, struct val s)
{
	return ir_forget(g, ir_call_c(g, "string", "espy_strlen", 2, s.v,
				      ir_i64(g, s.type->size)));
}

/* --- str_concat() ------------------------------------------------------------- */

/* Sizes that double: $s = str_concat($s, "x") comes to an end of growing. */
static bool check_concat(struct sema *s, struct expr *call)
{
	uint64_t max = s->script->options.num[OPT_MAX_STRLEN];
	uint64_t whole = (uint64_t)sema_arg(call, 0)->type->size +
			 sema_arg(call, 1)->type->size;
	uint64_t n = 16;

	while (n < whole)
		n *= 2;
	call->type = type_string(s->types, (uint32_t)(n < max ? n : max));
	return true;
}

/* The second goes where the first ends; both are padded, so nothing is behind
 * it. What is too long is cut, and ends in NUL. */
static struct val emit_concat(struct cg *g, const struct expr *call)
{
	struct val a = text_arg(g, call, 0), b = text_arg(g, call, 1), both;
	uint32_t whole = a.type->size + b.type->size, size = call->type->size;
	const struct type *byte = type_int(ir_types(g), 1, false);
	LLVMValueRef end;

	both = ir_temp_large(g, type_string(ir_types(g),
					    whole > size ? whole : size));
	ir_store(g, both, a, true);
	end = ir_moved(g, both.v, length_of(g, a), a.type->size);
	ir_copy(g, end, 1, b.v, b.align, b.type->size);
	if (size < whole)
		ir_store(g, ir_part(g, both, size - 1, byte),
			 ir_num(g, byte, 0), true);
	both.type = call->type;
	return both;
}

/* --- substr() ------------------------------------------------------------------- */

static bool check_substr(struct sema *s, struct expr *call)
{
	const struct expr *n;

	for (unsigned int i = 1; i < call->call.n_args; i++) {
		n = sema_arg(call, i);
		if (n->is_const && n->num < 0)
			return diag_error(s->d, n->span, D_RANGE,
					  "substr() counts from 0: this is "
					  "negative");
	}
	call->type = type_string(s->types, sema_arg(call, 0)->type->size);
	return true;
}

/* In memory twice as large: wherever the part begins, all of the size can be
 * read from there. */
static struct val doubled(struct cg *g, struct val s)
{
	struct val two =
		ir_temp_large(g, type_string(ir_types(g), 2 * s.type->size));

	ir_store(g, two, s, true);
	return two;
}

static struct val emit_substr(struct cg *g, const struct expr *call)
{
	struct val s = text_arg(g, call, 0), from, to;
	uint32_t size = call->type->size;
	LLVMValueRef n;

	from = doubled(g, s);
	n = ir_value(g, emit_arg(g, call, 1));
	from.v = ir_moved(g, from.v, n, size);
	from.align = 1;
	from.type = call->type;
	to = doubled(g, from);
	to.type = call->type;
	if (call->call.n_args < 3)
		return to;
	n = ir_value(g, emit_arg(g, call, 2));
	ir_clear(g, ir_moved(g, to.v, n, size), 1, size);
	return to;
}

/* --- strcap() --------------------------------------------------------------------- */

static bool check_strcap(struct sema *s, struct expr *call)
{
	call->type = type_int(s->types, 8, false);
	sema_set_const(call, sema_arg(call, 0)->type->size);
	return true;
}

/* --- memcmp() --------------------------------------------------------------------- */

static bool check_bytes(struct sema *s, const struct expr *e, int64_t n)
{
	switch ((int)e->type->kind) {
	case TY_PTR: return true;
	case TY_STRING:
	case TY_ARRAY:
	case TY_RECORD:
	case TY_TUPLE:
	case TY_MAC: break;
	default:
		return diag_error(s->d, e->span, D_ARG_TYPE,
				  "memcmp() expects a pointer, an array, a "
				  "string or a record, found %s",
				  sema_name(s, e->type));
	}
	if (!s->is_final || (uint64_t)n <= e->type->size)
		return true;
	return diag_error(s->d, e->span, D_RANGE,
			  "this has %u bytes, %lld are compared", e->type->size,
			  (long long)n);
}

static bool check_memcmp(struct sema *s, struct expr *call)
{
	struct expr *n = sema_arg(call, 2);

	return sema_const_range(s, n, 0, LOOK_MAX, "the length of memcmp()") &&
	       check_bytes(s, sema_arg(call, 0), n->num) &&
	       check_bytes(s, sema_arg(call, 1), n->num);
}

static struct val bytes_arg(struct cg *g, const struct expr *call,
			    unsigned int i, uint32_t n)
{
	struct val v = emit_arg(g, call, i), to;
	enum addr_space as;

	if (v.type->kind != TY_PTR)
		return ir_here(g, v, v.type);
	as = v.type->space == AS_BTF || v.type->space == AS_CTX ? AS_KERNEL
								: v.type->space;
	to = ir_temp(g, type_array(ir_types(g), type_int(ir_types(g), 1, false),
				   n));
	ir_zero(g, to);
	ir_read_n(g, as, to.v, ir_i64(g, n), ir_value(g, v));
	return to;
}

static struct val emit_memcmp(struct cg *g, const struct expr *call)
{
	uint32_t n = (uint32_t)call_arg(call, 2)->num;
	struct val a = bytes_arg(g, call, 0, n), b = bytes_arg(g, call, 1, n);
	LLVMValueRef difference = ir_call_c(g, "string", "espy_memcmp", 3, a.v,
					    b.v, ir_i64(g, n));

	return ir_reg(ir_forget(g, difference), call->type);
}

const struct function text_functions[] = {
	{ "memcmp", "int64 memcmp(any a, any b, const int n)",
	  .check = check_memcmp, .emit = emit_memcmp,
	  .doc = "Compares n bytes, also behind NULs, of two values or of what "
		 "two pointers point to: 0 when they are the same.",
	  .example = "if (memcmp(\"abc\", \"abd\", 2) == 0) { @ = count(); }" },
	{ "str_concat", "any str_concat(string a, string b)",
	  .check = check_concat, .emit = emit_concat,
	  .doc = "One string after the other, cut at max_strlen.",
	  .example = "print(str_concat(comm, \" ran\"));" },
	{ "strcap", "uint64 strcap(string s)", .check = check_strcap,
	  .doc = "How many bytes a string's type has room for.",
	  .example = "print(strcap(comm));" },
	{ "substr", "any substr(string s, int from, [int length])",
	  .check = check_substr, .emit = emit_substr,
	  .doc = "The part of a string from a position, the first is 0; at "
		 "most length bytes of it.",
	  .example = "print(substr(\"abcdef\", 2, 3));" },
	{ 0 },
};
