/* SPDX-License-Identifier: Apache-2.0 */
/* Iterators: programs that the kernel calls for each object while somebody
 * reads a file. What they write there is the text of the file when the
 * iterator is pinned; else it tells the runtime's read() to come back, so that
 * it can print what was sent before there is too much of it. */
#include "codegen/cg.h"
#include "plan/abi.h"
#include "plan/fmt.h"

static const struct plan_probe *iter_of(const struct cg *g)
{
	const struct plan_probe *p = &g->plan->probes.v[g->prog->first_probe];

	return p->kind == PK_ITER ? p : NULL;
}

bool iter_is_pinned(const struct cg *g)
{
	const struct plan_probe *p = iter_of(g);

	return p && p->path.n;
}

static void return_if_zero(struct cg *g, LLVMValueRef v)
{
	struct ir_if i = ir_if(g, ir_is_zero(g, v));

	emit_return(g);
	LLVMBuildUnreachable(g->b);
	ir_else(g, &i);
	ir_end(g, &i);
}

/* The verifier wants to see it checked each time it comes from the context. */
LLVMValueRef iter_pointer(struct cg *g, const struct type *t, LLVMValueRef v)
{
	if (g->prog->ctx == CTX_ITER && t->kind == TY_PTR && t->space == AS_BTF)
		return_if_zero(g, v);
	return v;
}

/* The seq_file: the first member of the context's first. */
static LLVMValueRef seq_of(struct cg *g)
{
	LLVMValueRef meta = ir_to_ptr(g, ir_context_word(g, 0));

	return ir_load(g, meta, type_int(g->types, 8, false), 8, false);
}

static void write_zeros(struct cg *g, uint32_t n)
{
	ir_helper(g, BPF_FUNC_seq_write, 3, seq_of(g), ir_zeros(g, n),
		  ir_i32(g, n));
}

static bool is_paced(const struct cg *g)
{
	const struct plan_probe *p = iter_of(g);

	return p && !p->path.n && !(p->flags & PF_AT_ONCE);
}

/* Not zero: exit() was called, the objects that still come are not looked at.
 * Pinned ones go on: each of their readers starts anew. */
static LLVMValueRef over(struct cg *g)
{
	if (!g->over) {
		g->over = LLVMAddGlobal(g->mod, g->i64, "espy_over");
		LLVMSetInitializer(g->over, ir_i64(g, 0));
		LLVMSetSection(g->over, ".bss");
		di_global(g, g->over, "espy_over", 8);
	}
	return g->over;
}

static bool can_be_over(const struct cg *g)
{
	const struct plan_probe *p = iter_of(g);

	return p && !p->path.n;
}

static void return_if_over(struct cg *g)
{
	LLVMValueRef v = LLVMBuildLoad2(g->b, g->i64, over(g), "");
	struct ir_if i;

	LLVMSetVolatile(v, true);
	i = ir_if(g, ir_truth_of(g, v));
	emit_return(g);
	LLVMBuildUnreachable(g->b);
	ir_else(g, &i);
	ir_end(g, &i);
}

/* After the last object there is one more call, without any. */
void iter_begin(struct cg *g)
{
	const struct type *args = g->prog->args;

	if (g->prog->ctx != CTX_ITER)
		return;
	if (can_be_over(g))
		return_if_over(g);
	for (uint32_t i = 0; i < args->n_fields; i++) {
		const struct field *f = &args->fields[i];

		if (f->type->kind == TY_PTR)
			return_if_zero(g, ir_context_word(g, f->offset));
	}
	if (is_paced(g))
		write_zeros(g, 1);
}

/* exit(): the reader comes back now. Functions do not have the context; who
 * called them does it. */
void iter_end(struct cg *g)
{
	if (!can_be_over(g))
		return;
	LLVMSetVolatile(LLVMBuildStore(g->b, ir_i64(g, 1), over(g)), true);
	if (is_paced(g) && !g->fn)
		write_zeros(g, ITER_BATCH);
}

/* --- text that the kernel formats ------------------------------------------------ */

static void put_literal(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '%')
			buf_putc(out, '%');
		buf_putc(out, text.p[i]);
	}
}

/* Numbers are passed with 64 bits. */
static void put_conversion(struct buf *out, const struct fmt_part *p)
{
	static const struct {
		uint32_t flag;
		char c;
	} flags[] = { { FMT_LEFT, '-' },
		      { FMT_PLUS, '+' },
		      { FMT_SPACE, ' ' },
		      { FMT_ZERO, '0' } };

	buf_puts(out, p->conv == 'p' ? "0x%" : "%");
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (p->flags & flags[i].flag)
			buf_putc(out, flags[i].c);
	if (p->width)
		buf_printf(out, "%u", p->width);
	if (p->conv != 's' && p->conv != 'c')
		buf_puts(out, "ll");
	buf_putc(out, p->conv == 'p' ? 'x' : p->conv);
}

/* A string ends inside of the bytes that are given. */
static LLVMValueRef text_arg(struct cg *g, struct val v)
{
	const struct type *t = type_string(g->types, v.type->size + 1);
	struct val text = ir_temp(g, t);

	ir_store(g, text, v, true);
	return ir_as_i64(g, text.v);
}

static LLVMValueRef number_arg(struct cg *g, const struct fmt_part *p,
			       struct val v)
{
	const struct type *t = v.type;

	if (t->kind == TY_PTR || p->conv == 'd' || !t->is_signed)
		return ir_value(g, v);
	return ir_value(g,
			ir_convert(g, v, type_int(g->types, t->size, false)));
}

struct val iter_print(struct cg *g, const struct expr *call)
{
	const struct expr *e = call->call.args;
	LLVMValueRef data, fmt, v;
	auto_buf struct buf text = { 0 };
	struct fmt f = { 0 };
	const char *why;
	uint32_t at, n = 0;

	if (!fmt_parse(g->arena, e->str, &f, &why, &at))
		return ir_none(g);
	data = ir_temp_bytes(g, 8 * (f.n_args ? f.n_args : 1));
	vec_each(p, &f.parts) {
		if (!p->conv) {
			put_literal(&text, p->text);
			continue;
		}
		put_conversion(&text, p);
		e = e->next;
		v = p->conv == 's' ? text_arg(g, emit_expr(g, e))
				   : number_arg(g, p, emit_expr(g, e));
		LLVMBuildStore(g->b, v, ir_at_offset(g, data, 8 * n++));
	}
	at = (uint32_t)text.n + 1;
	fmt = ir_const_bytes(g, buf_view(&text), at);
	ir_helper(g, BPF_FUNC_seq_printf, 5, seq_of(g), fmt, ir_i32(g, at),
		  data, ir_i32(g, 8 * n));
	return ir_none(g);
}
