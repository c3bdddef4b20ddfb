/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/joined.h"

#include <stdlib.h>

#include "runtime/hist.h"
#include "runtime/percentile.h"

/* --- histograms ----------------------------------------------------------- */

/* What a table shows of each: numbers in columns of their own. */
#define N_SUMMARY 3
static const char *const summary_names[N_SUMMARY] = { "count", "p50", "p99" };

static int64_t summary_number(const struct type *t, const char *hist,
			      uint32_t i)
{
	switch (i) {
	case 0: return (int64_t)hist_total(t, hist);
	case 1: return percentile(t, hist, 50);
	default: return percentile(t, hist, 99);
	}
}

static void add_summary(struct joined *t, const struct map_handle *m,
			const struct rows *rows, uint32_t which, uint64_t div)
{
	static const struct type number = {
		.kind = TY_INT, .size = 8, .align = 8, .is_signed = true
	};
	struct plan_map *plan = arena_new(&t->arena, struct plan_map);
	uint32_t column = (uint32_t)t->columns.n;
	struct map_handle h = *m;
	int64_t *values =
		arena_alloc(&t->arena, (rows->n + 1) * sizeof(*values));
	size_t i;

	*plan = *m->plan;
	plan->name = str_printf(&t->arena, "%.*s.%s", STR_ARG(m->plan->name),
				summary_names[which]);
	h.plan = plan;
	h.value = &number;
	for (i = 0; i < rows->n; i++) {
		values[i] = summary_number(m->value, rows->v[i].value, which);
		if (which && div > 1) /* not how many there are */
			values[i] /= (int64_t)div;
		vec_push(&t->arena, &t->cells,
			 ((struct joined_cell){ rows->v[i].key,
						(const char *)&values[i],
						column }));
	}
	vec_push(&t->arena, &t->columns, h);
}

static void add_summaries(struct joined *t, const struct map_handle *m,
			  struct rows *rows, uint64_t div)
{
	uint32_t i;

	for (i = 0; i < N_SUMMARY; i++)
		add_summary(t, m, rows, i, div);
	vec_push(&t->arena, &t->read, *rows); /* the keys */
	*rows = (struct rows){ 0 };
}

/* --- joining -------------------------------------------------------------- */

void joined_add(struct joined *t, const struct map_handle *m, struct rows *rows,
		uint64_t div)
{
	uint32_t column = (uint32_t)t->columns.n;
	size_t i;

	t->name = str_printf(&t->arena, "%.*s%s%.*s", STR_ARG(t->name),
			     column ? " " : "", STR_ARG(m->plan->name));
	if (m->value->kind == TY_HIST || m->value->kind == TY_LHIST) {
		add_summaries(t, m, rows, div);
		return;
	}
	for (i = 0; i < rows->n; i++) {
		struct joined_cell c = { rows->v[i].key, rows->v[i].value,
					 column };

		if (div > 1)
			value_ops[m->value->kind].divide(m->value,
							 rows->v[i].value, div);
		vec_push(&t->arena, &t->cells, c);
	}
	vec_push(&t->arena, &t->columns, *m);
	vec_push(&t->arena, &t->read, *rows);
	*rows = (struct rows){ 0 };
}

/* Keys are equal when their bytes are: so it is to the kernel. */
static int compare_keys(const struct joined *t, const struct joined_cell *a,
			const struct joined_cell *b)
{
	return a->key ? memcmp(a->key, b->key, t->columns.v[0].key->size) : 0;
}

static int compare_cells(const void *a, const void *b, void *table)
{
	const struct joined_cell *x = a, *y = b;
	int order = compare_keys(table, x, y);

	return order ? order : (int)x->column - (int)y->column;
}

static void make_handle(struct joined *t)
{
	struct type *type = arena_new(&t->arena, struct type);
	struct field *fields =
		arena_alloc(&t->arena, t->columns.n * sizeof(*fields));
	uint32_t i, size = 0;

	for (i = 0; i < t->columns.n; i++) {
		const struct map_handle *m = &t->columns.v[i];

		fields[i].name = m->plan->name;
		fields[i].type = m->value;
		fields[i].offset = size;
		size += (m->value->size + 7) & ~7u;
	}
	*type = (struct type){ .kind = TY_RECORD,
			       .size = size,
			       .align = 8,
			       .fields = fields,
			       .n_fields = i };
	t->plan = *t->columns.v[0].plan;
	t->plan.name = t->name;
	t->handle = t->columns.v[0];
	t->handle.plan = &t->plan;
	t->handle.value = type;
}

static void add_row(struct joined *t, size_t from, size_t to)
{
	const struct type *type = t->handle.value;
	struct row *row = &t->rows.v[t->rows.n];

	row->key = t->cells.v[from].key;
	row->value = t->rows.values + t->rows.n * type->size;
	for (; from < to; from++) {
		const struct joined_cell *c = &t->cells.v[from];
		const struct field *f = &type->fields[c->column];

		memcpy(row->value + f->offset, c->value, f->type->size);
	}
	t->rows.n++;
}

void joined_finish(struct joined *t, const struct map_order *order)
{
	struct map_order first = *order;
	size_t i, from = 0, n = t->cells.n;

	make_handle(t);
	if (n)
		qsort_r(t->cells.v, n, sizeof(*t->cells.v), compare_cells, t);
	t->rows.v = xzalloc((n + 1) * sizeof(*t->rows.v));
	t->rows.values = xzalloc((n + 1) * t->handle.value->size);
	for (i = 1; i <= n; i++) {
		if (i < n &&
		    !compare_keys(t, &t->cells.v[from], &t->cells.v[i]))
			continue;
		add_row(t, from, i);
		from = i;
	}
	first.div = 0;
	/* The first column's value is what a record begins with. */
	map_arrange(&t->columns.v[0], &t->rows, &first);
}

void joined_free(struct joined *t)
{
	vec_each(r, &t->read)
		rows_free(r);
	rows_free(&t->rows);
	arena_free(&t->arena);
}

/* --- as text -------------------------------------------------------------- */

static size_t width_of(const struct buf *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->n; i++) /* of UTF-8, what begins a character */
		n += ((unsigned char)b->p[i] & 0xc0) != 0x80;
	return n;
}

/* Cells are the text of one column of one row; column 0 is the key's. */
static void add_cell(const struct show *s, const struct map_handle *m,
		     const struct row *row, uint32_t column, struct buf *out)
{
	const struct field *f;

	if (!column) {
		if (row->key)
			value_print_key(s, m->key, row->key, out);
		return;
	}
	f = &m->value->fields[column - 1];
	value_print(s, f->type, row->value + f->offset, out);
}

static void add_head(const struct map_handle *m, uint32_t column,
		     struct buf *out)
{
	if (column)
		buf_str(out, m->value->fields[column - 1].name);
}

static void measure(const struct show *s, const struct map_handle *m,
		    const struct rows *rows, size_t *widths)
{
	auto_buf struct buf text = { 0 };
	uint32_t c;
	size_t i;

	for (c = 0; c <= m->value->n_fields; c++) {
		for (i = 0; i <= rows->n; i++) {
			buf_reset(&text);
			if (i < rows->n)
				add_cell(s, m, &rows->v[i], c, &text);
			else
				add_head(m, c, &text);
			if (width_of(&text) > widths[c])
				widths[c] = width_of(&text);
		}
	}
}

/* Keys to the left, values to the right. */
static void add_padded(const struct buf *text, size_t width, uint32_t column,
		       struct buf *out)
{
	size_t n = width_of(text),
	       gap = out->n && out->p[out->n - 1] != '\n' ? 2 : 0;

	if (column)
		buf_pad(out, ' ', width - n + gap);
	buf_str(out, buf_view(text));
	if (!column)
		buf_pad(out, ' ', width - n);
}

void joined_print(const struct show *s, const struct map_handle *m,
		  const struct rows *rows, struct buf *out)
{
	auto_free size_t *widths =
		xzalloc((m->value->n_fields + 1ul) * sizeof(*widths));
	auto_buf struct buf text = { 0 };
	uint32_t c;
	size_t i;

	measure(s, m, rows, widths);
	for (i = 0; i <= rows->n; i++) {
		for (c = m->plan->key ? 0 : 1; c <= m->value->n_fields; c++) {
			buf_reset(&text);
			if (i)
				add_cell(s, m, &rows->v[i - 1], c, &text);
			else
				add_head(m, c, &text);
			add_padded(&text, widths[c], c, out);
		}
		buf_putc(out, '\n');
	}
}
