/* SPDX-License-Identifier: Apache-2.0 */
/* Functions about strings. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/options.h"
#include "sema/check.h"
#include "sema/lower.h"

#define STRING_MAX 4096

/* --- str() --------------------------------------------------------------------- */

static uint32_t str_size(struct sema *s, const struct expr *len)
{
	uint64_t max = s->script->options.num[OPT_MAX_STRLEN];

	if (len && len->is_const && len->num >= 0 && (uint64_t)len->num < max)
		return len->num ? len->num : 1;
	return max;
}

/* $1 and $1 + n as texts, also when they could be numbers. */
static bool param_text(struct sema *s, struct expr *from)
{
	if (from->kind != EX_BINARY || from->bin.op != OP_ADD)
		return sema_param_text(s, from);
	return sema_param_text(s, from->bin.l) && sema_binary_type(s, from);
}

static bool is_param(const struct expr *e)
{
	return e->kind == EX_PARAM ||
	       (e->kind == EX_BINARY && e->bin.op == OP_ADD &&
		e->bin.l->kind == EX_PARAM && !e->is_const);
}

static bool check_str(struct sema *s, struct expr *call)
{
	struct expr *from = sema_arg(call, 0), *len = sema_arg(call, 1);
	uint32_t size = str_size(s, len);

	if (is_param(from)) {
		if (!param_text(s, from))
			return false;
		call->type = from->type;
		return true;
	}
	switch ((int)from->type->kind) {
	case TY_STRING:
		if (from->type->size < size)
			size = from->type->size;
		break;
	case TY_PTR:
	case TY_INT:
	case TY_ARRAY: break;
	default:
		return diag_error(s->d, from->span, D_ARG_TYPE,
				  "str() expects a pointer, an integer or a "
				  "string, found %s",
				  sema_name(s, from->type));
	}
	call->type = type_string(s->types, size);
	return true;
}

static enum addr_space text_space(const struct prog *p, const struct type *t)
{
	if (t->kind == TY_PTR && t->space != AS_NONE)
		return t->space == AS_USER ? AS_USER : AS_KERNEL;
	return p->is_user ? AS_USER : AS_NONE;
}

/* Of a string as of memory: length bytes at most, the last a NUL. */
static struct val cut(struct cg *g, const struct expr *call, struct val from)
{
	LLVMValueRef len = ir_value(g, emit_arg(g, call, 1));

	from = ir_here(g, from, from.type);
	return ir_text(g, from.v, AS_KERNEL, call->type, len);
}

static struct val emit_str(struct cg *g, const struct expr *call)
{
	struct val from = emit_arg(g, call, 0), text;
	const struct expr *n = call_arg(call, 1);
	LLVMValueRef len = NULL;

	if (from.where != VAL_REG && from.type->kind == TY_STRING)
		return n ? cut(g, call, from) : ir_convert(g, from, call->type);
	if (n && !n->is_const)
		len = ir_value(g, emit_expr(g, n));
	if (from.where == VAL_MEM && from.type->kind == TY_ARRAY)
		text = ir_text(g, from.v, from.as, call->type, len);
	else
		text = ir_text(g, ir_value(g, from),
			       text_space(ir_prog(g), from.type), call->type,
			       len);
	text.site = call->site;
	if (call->site && !n && from.type->kind != TY_ARRAY)
		text.cut = call->site + 1;
	return text;
}

/* Two sites, one after the other. A size that is given is a wish: what is
 * longer is not worth a word. */
static void lower_str(struct lower *l, struct expr *call)
{
	lower_read(l, call);
	if (call->site && !call_arg(call, 1))
		lower_site(l, SITE_CUT, call->span, NULL);
}

/* --- comparing and searching ------------------------------------------------------ */

static struct val text_arg(struct cg *g, const struct expr *call,
			   unsigned int n)
{
	struct val v = emit_arg(g, call, n);

	return ir_here(g, v, v.type);
}

/* A search that is short enough is followed turn by turn. */
#define SHORT_TEXT   64
#define SHORT_SEARCH 1024

static LLVMValueRef settled(struct cg *g, LLVMValueRef n, uint64_t turns)
{
	return turns > SHORT_TEXT ? ir_forget(g, n) : n;
}

static struct val emit_strlen(struct cg *g, const struct expr *call)
{
	struct val s = text_arg(g, call, 0);
	LLVMValueRef n = ir_call_c(g, "string", "espy_strlen", 2, s.v,
				   ir_i64(g, s.type->size));

	return ir_reg(settled(g, n, s.type->size), call->type);
}

static bool check_strncmp(struct sema *s, struct expr *call)
{
	return sema_const_range(s, sema_arg(call, 2), 0, STRING_MAX,
				"the length of strncmp()");
}

static struct val emit_strncmp(struct cg *g, const struct expr *call)
{
	struct val a = text_arg(g, call, 0), b = text_arg(g, call, 1);
	uint64_t n = call_arg(call, 2)->num;
	LLVMValueRef difference;

	if (n > a.type->size)
		n = a.type->size;
	if (n > b.type->size)
		n = b.type->size;
	difference = ir_call_c(g, "string", "espy_strncmp", 3, a.v, b.v,
			       ir_i64(g, n));
	return ir_reg(settled(g, difference, n), call->type);
}

static LLVMValueRef find(struct cg *g, const struct expr *call)
{
	struct val a = text_arg(g, call, 0), b = text_arg(g, call, 1);
	uint64_t turns = (uint64_t)a.type->size * b.type->size;
	LLVMValueRef at;

	if (turns > SHORT_SEARCH)
		return ir_find(g, a, b, call->span);
	at = ir_call_c(g, "string", "espy_strstr", 4, a.v,
		       ir_i64(g, a.type->size), b.v, ir_i64(g, b.type->size));
	return settled(g, at, turns);
}

static struct val emit_strstr(struct cg *g, const struct expr *call)
{
	return ir_reg(find(g, call), call->type);
}

static struct val emit_strcontains(struct cg *g, const struct expr *call)
{
	LLVMValueRef absent = ir_is_negative(g, find(g, call));

	return ir_reg(ir_not(g, absent), call->type);
}

const struct function string_functions[] = {
	{ "str", "any str(any from, [int length])", .check = check_str,
	  .lower = lower_str, .emit = emit_str,
	  .doc = "The string at an address; at most length bytes of it, its "
		 "NUL included.",
	  .example = "tracepoint:syscalls:sys_enter_openat "
		     "{ printf(\"%s\\n\", str(args.filename)); }" },
	{ "strcontains", "bool strcontains(string haystack, string needle)",
	  .emit = emit_strcontains,
	  .doc = "Whether one string is found in another.",
	  .example = "if (strcontains(comm, \"sh\")) { @ = count(); }" },
	{ "strlen", "uint64 strlen(string s)", .emit = emit_strlen,
	  .doc = "Length of a string in bytes.",
	  .example = "print(strlen(comm));" },
	{ "strncmp", "int64 strncmp(string a, string b, const int n)",
	  .check = check_strncmp, .emit = emit_strncmp,
	  .doc = "Compares at most n bytes of two strings: 0 when they are "
		 "the same.",
	  .example = "if (strncmp(comm, \"sshd\", 4) == 0) { @ = count(); }" },
	{ "strstr", "int64 strstr(string haystack, string needle)",
	  .emit = emit_strstr,
	  .doc = "Where one string is found in another, -1 when nowhere.",
	  .example = "print(strstr(comm, \"sh\"));" },
	{ 0 },
};
