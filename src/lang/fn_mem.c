/* SPDX-License-Identifier: Apache-2.0 */
/* Functions about memory: bytes as they are, what a pointer points to. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/options.h"
#include "sema/check.h"
#include "sema/lower.h"

/* --- buf() ----------------------------------------------------------------- */

/* As many bytes as there are; a pointer does not tell. */
static bool bytes_there(const struct expr *from, uint64_t *n)
{
	switch ((int)from->type->kind) {
	case TY_STRING:
		*n = from->is_const ? from->str.n : from->type->size;
		return true;
	case TY_ARRAY:
	case TY_RECORD:
	case TY_MAC: *n = from->type->size; return true;
	case TY_BUFFER: *n = from->type->size - 4; return true;
	case TY_PTR:
	case TY_INT: return true;
	default: return false;
	}
}

static bool check_buf(struct sema *s, struct expr *call)
{
	struct expr *from = sema_arg(call, 0), *len = sema_arg(call, 1);
	uint64_t max = s->script->options.num[OPT_MAX_STRLEN], n = max;

	if (!bytes_there(from, &n))
		return diag_error(s->d, from->span, D_ARG_TYPE,
				  "buf() expects a pointer, an array or a "
				  "string, found %s",
				  sema_name(s, from->type));
	if (len && len->is_const && len->num < 0)
		return diag_error(s->d, len->span, D_RANGE,
				  "the length of buf() is negative");
	if (len && len->is_const && (uint64_t)len->num < n)
		n = (uint64_t)len->num;
	if (n > max) {
		diag_error(s->d, call->span, D_LIMIT,
			   "buf() of %llu bytes: at most %llu",
			   (unsigned long long)n, (unsigned long long)max);
		diag_hint(s->d, "raise the option max_strlen, or give a "
				"length");
		return false;
	}
	call->type = type_buffer(s->types, n ? (uint32_t)n : 1);
	return true;
}

/* What cannot be read is empty. */
static void fill_buf(struct cg *g, const struct val *src, struct val dst,
		     uint32_t size, bool pad)
{
	const struct type *u32 = type_int(ir_types(g), 4, false);
	struct val bytes = ir_part(g, dst, 4, dst.type);
	struct val length = ir_part(g, dst, 0, u32);
	LLVMValueRef n = ir_at_most(g, src->len, size - 4), rc;
	struct ir_if i;

	if (pad)
		ir_zero(g, dst);
	ir_store(g, length, ir_reg(n, u32), true);
	rc = ir_read_n(g, src->as, bytes.v, n, src->v);
	i = ir_if(g, ir_is_negative(g, rc));
	ir_store(g, length, ir_num(g, u32, 0), true);
	ir_end(g, &i);
	ir_count_failed(g, rc, src->v, src->site);
}

static enum addr_space space_of(const struct cg *g, const struct type *t)
{
	if (t->kind == TY_PTR && t->space != AS_NONE)
		return t->space == AS_USER ? AS_USER : AS_KERNEL;
	return ir_prog(g)->is_user ? AS_USER : AS_NONE;
}

static struct val emit_buf(struct cg *g, const struct expr *call)
{
	struct val from = emit_arg(g, call, 0), out;
	uint32_t max = call->type->size - 4;
	const struct expr *n = call_arg(call, 1);
	LLVMValueRef address, len = ir_i64(g, max);
	enum addr_space as;

	if (n && !n->is_const)
		len = ir_value(g, emit_expr(g, n));
	else if (n && !n->num)
		len = ir_i64(g, 0);
	if (from.type->kind == TY_PTR || from.type->kind == TY_INT) {
		as = space_of(g, from.type);
		address = ir_value(g, from);
	} else {
		if (from.where != VAL_MEM)
			from = ir_here(g, from, from.type);
		as = from.as == AS_USER ? AS_USER : AS_KERNEL;
		address = ir_as_i64(g, from.v);
		if (from.type->kind == TY_BUFFER)
			address =
				ir_as_i64(g, ir_part(g, from, 4, from.type).v);
	}
	out = ir_text(g, address, as, call->type, len);
	out.fill = fill_buf;
	out.site = call->site;
	return out;
}

/* --- kptr(), uptr(), bswap() ------------------------------------------------- */

static bool check_space(struct sema *s, struct expr *call, enum addr_space as)
{
	const struct type *t = sema_arg(call, 0)->type;

	call->type = type_ptr(s->types, t->kind == TY_PTR ? t->elem : NULL, as);
	return true;
}

static bool check_kptr(struct sema *s, struct expr *call)
{
	return check_space(s, call, AS_KERNEL);
}

static bool check_uptr(struct sema *s, struct expr *call)
{
	return check_space(s, call, AS_USER);
}

static struct val emit_ptr(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_value(g, emit_arg(g, call, 0)), call->type);
}

static bool check_bswap(struct sema *s, struct expr *call)
{
	const struct expr *n = sema_arg(call, 0);

	call->type = type_int(s->types, n->type->size, false);
	return true;
}

static struct val emit_bswap(struct cg *g, const struct expr *call)
{
	struct val n = ir_convert(g, emit_arg(g, call, 0), call->type);

	return ir_reg(ir_call_c(g, "number", "espy_bswap", 2, ir_value(g, n),
				ir_i64(g, call->type->size)),
		      call->type);
}

const struct function memory_functions[] = {
	{ "bswap", "any bswap(int n)", .check = check_bswap, .emit = emit_bswap,
	  .doc = "The bytes of an integer in the opposite order.",
	  .example = "print(bswap((uint16)0x1234));" },
	{ "buf", "any buf(any from, [int length])", .check = check_buf,
	  .lower = lower_read, .emit = emit_buf,
	  .doc = "The bytes at an address, of an array or of a string; at "
		 "most length. Printed as text with \\xNN for what cannot be "
		 "shown.",
	  .example = "tracepoint:syscalls:sys_enter_write "
		     "{ printf(\"%r\\n\", buf(args.buf, args.count)); }" },
	{ "kptr", "any kptr(ptr p)", .check = check_kptr, .emit = emit_ptr,
	  .doc = "The same pointer, into the kernel's memory.",
	  .example = "print(kptr(1));" },
	{ "uptr", "any uptr(ptr p)", .check = check_uptr, .emit = emit_ptr,
	  .doc = "The same pointer, into the process's memory.",
	  .example = "print(uptr(1));" },
	{ 0 },
};
