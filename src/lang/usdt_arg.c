/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/usdt_arg.h"

#include "machine/usdt.h"

bool usdt_arg_check(struct sema *s, struct expr *e, uint64_t n)
{
	const struct prog *p = s->prog;
	uint32_t count = usdt_count(p->operands);
	struct usdt_operand o;
	const char *why;

	if (n >= count)
		return diag_error(s->d, e->span, D_RANGE,
				  "there is no %.*s: '%.*s' has %u argument%s",
				  STR_ARG(e->name.id), STR_ARG(p->names.v[0]),
				  count, count == 1 ? "" : "s");
	why = usdt_operand(usdt_word(p->operands, (uint32_t)n), &o);
	if (why)
		return diag_error(s->d, e->span, D_UNSUPPORTED,
				  "'%.*s' of '%.*s' cannot be read: %s (%.*s)",
				  STR_ARG(e->name.id), STR_ARG(p->names.v[0]),
				  why,
				  STR_ARG(usdt_word(p->operands, (uint32_t)n)));
	e->type = type_int(s->types, 8, o.is_signed);
	return true;
}

/* base + index * scale + number, without what is not there. */
static LLVMValueRef emit_address(struct cg *g, const struct usdt_operand *o)
{
	LLVMValueRef at = ir_i64(g, (uint64_t)o->number);

	if (o->base >= 0)
		at = ir_add(g, at, ir_context_word(g, (uint32_t)o->base));
	for (uint32_t i = 0; i < o->scale && o->index >= 0; i++)
		at = ir_add(g, at, ir_context_word(g, (uint32_t)o->index));
	return at;
}

struct val usdt_arg_emit(struct cg *g, const struct expr *e, uint64_t n)
{
	const struct type *whole = type_int(ir_types(g), 8, false);
	const struct type *type;
	struct usdt_operand o;
	LLVMValueRef v = NULL;

	usdt_operand(usdt_word(ir_prog(g)->operands, (uint32_t)n), &o);
	type = type_int(ir_types(g), o.size, o.is_signed);
	switch (o.place) {
	case USDT_MEMORY:
		v = emit_address(g, &o);
		v = ir_value(g, ir_address(g, v, type, AS_USER));
		return ir_convert(g, ir_reg(v, type), e->type);
	case USDT_REGISTER:
		v = ir_context_word(g, (uint32_t)o.base);
		if (o.shift)
			v = ir_shr(g, v, o.shift);
		break;
	case USDT_CONSTANT: v = ir_i64(g, (uint64_t)o.number); break;
	}
	return ir_convert(g, ir_convert(g, ir_reg(v, whole), type), e->type);
}
