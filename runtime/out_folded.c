/* SPDX-License-Identifier: Apache-2.0 */
/* Maps as lines for flame graphs: the parts of the key, ';' between them, and
 * a number. Nothing else comes between those lines: what the script prints
 * besides goes where messages go. */
#include <inttypes.h>

#include "runtime/folded.h"
#include "runtime/out_impl.h"
#include "runtime/stack.h"
#include "runtime/value_impl.h"

/* --- keys ----------------------------------------------------------------- */

/* From `from` on: what has a meaning of its own here. */
static void replace_marks(struct buf *out, size_t from)
{
	for (; from < out->n; from++) {
		if (out->p[from] == ';')
			out->p[from] = ':';
		else if (out->p[from] == '\n' || out->p[from] == '\r')
			out->p[from] = ' ';
	}
}

static void add_frame(void *arg, const struct stack_frame *frame)
{
	struct buf *out = arg;
	size_t i, from = out->n;

	if (frame->name.n) {
		buf_str(out, frame->name);
	} else if (frame->build_id) {
		for (i = 0; i < 20; i++)
			buf_printf(out, "%02x", frame->build_id[i]);
		buf_printf(out, "+0x%" PRIx64, frame->offset);
	} else {
		buf_printf(out, "0x%" PRIx64, frame->address);
	}
	if (frame->source.n)
		buf_printf(out, "@%.*s:%" PRIu32, STR_ARG(frame->source),
			   frame->line);
	if (frame->is_inlined)
		buf_puts(out, "_[i]");
	replace_marks(out, from);
	buf_putc(out, ';');
}

void folded_stack(const struct show *s, const struct type *t, const void *p,
		  struct buf *out)
{
	auto_buf struct buf frames = { 0 };
	size_t end, at;

	stack_each(s, t, p, add_frame, &frames);
	if (!frames.n) {
		buf_puts(out, "[missing]");
		return;
	}
	/* The last one first. */
	end = frames.n - 1;
	for (at = end; at > 0; at--) {
		if (frames.p[at - 1] != ';')
			continue;
		buf_add(out, frames.p + at, end - at);
		buf_putc(out, ';');
		end = at - 1;
	}
	buf_add(out, frames.p, end);
}

bool folded_is_stack(const struct type *t)
{
	return t->kind == TY_KSTACK || t->kind == TY_USTACK;
}

static void add_part(const struct show *s, const struct type *t, const void *p,
		     struct buf *out)
{
	size_t from = out->n;

	if (folded_is_stack(t)) {
		folded_stack(s, t, p, out);
		return;
	}
	value_print(s, t, p, out);
	replace_marks(out, from);
}

/* 0: no stack, 1: a user's, 2: the kernel's. */
static int rank(const struct type *t)
{
	return t->kind == TY_KSTACK ? 2 : t->kind == TY_USTACK;
}

void folded_key(const struct show *s, const struct type *t, const void *p,
		struct buf *out)
{
	const char *before = "";
	uint32_t i;
	int k;

	if (t->kind != TY_TUPLE) {
		add_part(s, t, p, out);
		return;
	}
	for (k = 0; k <= 2; k++) {
		for (i = 0; i < t->n_fields; i++) {
			const struct field *f = &t->fields[i];

			if (rank(f->type) != k)
				continue;
			buf_puts(out, before);
			add_part(s, f->type, (const char *)p + f->offset, out);
			before = ";";
		}
	}
}

/* --- lines ---------------------------------------------------------------- */

/* Values that a width can stand for. */
static const bool is_number[TY_N] = {
	[TY_BOOL] = true,   [TY_INT] = true,  [TY_ENUM] = true,
	[TY_COUNT] = true,  [TY_SUM] = true,  [TY_MIN] = true,
	[TY_MAX] = true,    [TY_AVG] = true,  [TY_STATS] = true,
	[TY_STDDEV] = true, [TY_HIST] = true, [TY_LHIST] = true,
};

static void add_number(const struct type *t, const void *p, struct buf *out)
{
	uint64_t n = value_ops[t->kind].number(t, p);

	if (t->is_signed)
		buf_printf(out, " %" PRId64 "\n", (int64_t)n);
	else
		buf_printf(out, " %" PRIu64 "\n", n);
}

static void put_row(struct out *o, const struct map_handle *m,
		    const struct row *row)
{
	struct buf *out = &o->pending;

	if (!is_number[m->value->kind]) {
		if (!o->is_fold_told)
			out_warn(o,
				 "%.*s: only numbers can be the width of a "
				 "flame graph's frames: not shown",
				 STR_ARG(m->plan->name));
		o->is_fold_told = true;
		return;
	}
	if (row->key)
		folded_key(o->show, m->key, row->key, out);
	else
		buf_str(out, m->plan->name);
	add_number(m->value, row->value, out);
}

static void put_map(struct out *o, const struct map_handle *m,
		    const struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->n; i++)
		put_row(o, m, &rows->v[i]);
}

static void put_value(struct out *o, const struct type *t, const void *p)
{
	auto_buf struct buf text = { 0 };

	if (folded_is_stack(t)) {
		folded_stack(o->show, t, p, &o->pending);
		buf_puts(&o->pending, " 1\n");
		return;
	}
	value_print(o->show, t, p, &text);
	out_say(o, "%.*s\n", STR_ARG(buf_view(&text)));
}

static void put_text(struct out *o, enum out_text kind)
{
	(void)kind;
	out_say(o, "%.*s", STR_ARG(buf_view(&o->text)));
}

const struct out_form out_form_folded = {
	.name = "folded",
	.attached = out_plain_attached,
	.text = put_text,
	.value = put_value,
	.entry = put_row,
	.map = put_map,
	.table = put_map,
	.dump = out_no_dump,
	.note = out_plain_note,
	.lost = out_plain_lost,
	.costs = out_plain_costs,
};
