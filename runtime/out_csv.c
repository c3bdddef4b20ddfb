/* SPDX-License-Identifier: Apache-2.0 */
/* Maps as tables of comma-separated values (RFC 4180, lines end in \n): a line
 * of names, then a line for each entry, or part of one. What the script prints
 * itself stays as it is, so that it may make lines of its own. */
#include <inttypes.h>

#include "plan/abi.h"
#include "runtime/folded.h"
#include "runtime/hist.h"
#include "runtime/out_impl.h"
#include "runtime/tseries.h"

static bool needs_quotes(const struct buf *text)
{
	size_t i;

	for (i = 0; i < text->n; i++)
		if (memchr(",\"\n\r", text->p[i], 4))
			return true;
	return text->n && (text->p[0] == ' ' || text->p[text->n - 1] == ' ');
}

static void add_text(struct buf *out, const struct buf *text)
{
	size_t i;

	if (!needs_quotes(text)) {
		buf_str(out, buf_view(text));
		return;
	}
	buf_putc(out, '"');
	for (i = 0; i < text->n; i++) {
		if (text->p[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, text->p[i]);
	}
	buf_putc(out, '"');
}

static void add_value(const struct show *s, const struct type *t, const void *p,
		      struct buf *out)
{
	auto_buf struct buf text = { 0 };

	if (folded_is_stack(t))
		folded_stack(s, t, p, &text);
	else
		value_print(s, t, p, &text);
	add_text(out, &text);
}

/* Records without a name are the script's own, or made of maps. */
static bool has_columns(const struct type *t)
{
	return t->kind == TY_TUPLE ||
	       (t->kind == TY_RECORD && !t->name.n && t->n_fields);
}

/* A tuple or such a record is as many cells as it has parts. */
static void add_cells(const struct show *s, const struct type *t, const void *p,
		      struct buf *out)
{
	uint32_t i;

	if (!has_columns(t)) {
		add_value(s, t, p, out);
		return;
	}
	for (i = 0; i < t->n_fields; i++) {
		if (i)
			buf_putc(out, ',');
		add_value(s, t->fields[i].type,
			  (const char *)p + t->fields[i].offset, out);
	}
}

/* --- kinds of values that have several columns ---------------------------- */

/* What each line of an entry begins with: the map and its key. */
struct head {
	const struct show *show;
	struct buf text;
};

static void put_plain(const struct head *h, const struct type *t, const void *p,
		      struct buf *out)
{
	buf_str(out, buf_view(&h->text));
	add_cells(h->show, t, p, out);
	buf_putc(out, '\n');
}

static void add_signed(const struct type *t, uint64_t n, struct buf *out)
{
	if (t->is_signed)
		buf_printf(out, "%" PRId64, (int64_t)n);
	else
		buf_printf(out, "%" PRIu64, n);
}

static void put_stats(const struct head *h, const struct type *t, const void *p,
		      struct buf *out)
{
	struct agg_avg avg;

	memcpy(&avg, p, sizeof(avg));
	buf_str(out, buf_view(&h->text));
	buf_printf(out, "%" PRIu64 ",", avg.count);
	add_signed(t, value_ops[t->kind].number(t, p), out);
	buf_putc(out, ',');
	add_signed(t, avg.total, out);
	buf_putc(out, '\n');
}

static void put_stddev(const struct head *h, const struct type *t,
		       const void *p, struct buf *out)
{
	struct agg_stddev sd;

	memcpy(&sd, p, sizeof(sd));
	buf_str(out, buf_view(&h->text));
	buf_printf(out, "%" PRIu64 ",", sd.count);
	add_signed(t, value_ops[t->kind].number(t, p), out);
	buf_printf(out, ",%.2f\n", value_stddev(t, p));
}

static void put_bucket(const struct head *h, const struct type *t, uint32_t i,
		       uint64_t count, struct buf *out)
{
	struct hist_range r = hist_range(t, i);

	buf_str(out, buf_view(&h->text));
	if (!r.is_open_below)
		buf_printf(out, "%" PRId64, r.first);
	buf_putc(out, ',');
	if (!r.is_open_above && (t->kind == TY_LHIST || r.is_open_below))
		buf_printf(out, "%" PRId64, (int64_t)r.last);
	else if (!r.is_open_above)
		buf_printf(out, "%" PRIu64, r.last);
	buf_printf(out, ",%" PRIu64 "\n", count);
}

static void put_hist(const struct head *h, const struct type *t, const void *p,
		     struct buf *out)
{
	uint32_t i, first, last;

	if (!hist_used(t, p, &first, &last))
		return;
	for (i = first; i <= last; i++)
		put_bucket(h, t, i, hist_count(p, i), out);
}

static void put_tseries(const struct head *h, const struct type *t,
			const void *p, struct buf *out)
{
	struct agg_slot v[TSERIES_SLOTS];
	uint32_t i, n = tseries_rows(t, p, v);

	for (i = 0; i < n; i++) {
		int64_t at = tseries_start(t, v[0].epoch + i);

		buf_str(out, buf_view(&h->text));
		value_print_time(h->show,
				 (uint64_t)(at - h->show->boot_to_real),
				 STR("%Y-%m-%dT%H:%M:%S.%k%z"), out);
		buf_putc(out, ',');
		if (v[i].epoch)
			add_signed(t, v[i].value, out);
		buf_putc(out, '\n');
	}
}

static const struct {
	const char *columns;
	void (*put)(const struct head *h, const struct type *t, const void *p,
		    struct buf *out);
} kinds[TY_N] = {
	[TY_STATS] = { "count,average,total", put_stats },
	[TY_STDDEV] = { "count,average,stddev", put_stddev },
	[TY_HIST] = { "min,max,count", put_hist },
	[TY_LHIST] = { "min,max,count", put_hist },
	[TY_TSERIES] = { "interval_start,value", put_tseries },
};

/* --- tables --------------------------------------------------------------- */

static void add_value_names(const struct type *t, struct buf *out)
{
	uint32_t i;

	for (i = 0; i < t->n_fields; i++) {
		auto_buf struct buf name = { 0 };

		if (t->kind == TY_RECORD)
			buf_str(&name, t->fields[i].name);
		else
			buf_printf(&name, "value%" PRIu32, i + 1);
		if (i)
			buf_putc(out, ',');
		add_text(out, &name);
	}
}

static void add_names(const struct map_handle *m, struct buf *out)
{
	const char *columns = kinds[m->value->kind].columns;
	uint32_t i;

	buf_puts(out, "map,");
	if (m->plan->key && m->key->kind != TY_TUPLE)
		buf_puts(out, "key,");
	for (i = 0;
	     m->plan->key && i < m->key->n_fields && m->key->kind == TY_TUPLE;
	     i++)
		buf_printf(out, "key%" PRIu32 ",", i + 1);
	if (has_columns(m->value))
		add_value_names(m->value, out);
	else
		buf_puts(out, columns ? columns : "value");
	buf_putc(out, '\n');
}

static void put_row(const struct show *s, const struct map_handle *m,
		    const struct row *row, struct buf *out)
{
	struct head h = { .show = s };

	buf_str(&h.text, m->plan->name);
	buf_putc(&h.text, ',');
	if (row->key) {
		if (m->key->kind == TY_TUPLE)
			add_cells(s, m->key, row->key, &h.text);
		else
			add_value(s, m->key, row->key, &h.text);
		buf_putc(&h.text, ',');
	}
	if (kinds[m->value->kind].put)
		kinds[m->value->kind].put(&h, m->value, row->value, out);
	else
		put_plain(&h, m->value, row->value, out);
	buf_free(&h.text);
}

static void put_map(struct out *o, const struct map_handle *m,
		    const struct rows *rows)
{
	size_t i;

	add_names(m, &o->pending);
	for (i = 0; i < rows->n; i++)
		put_row(o->show, m, &rows->v[i], &o->pending);
}

static void put_value(struct out *o, const struct type *t, const void *p)
{
	add_cells(o->show, t, p, &o->pending);
	buf_putc(&o->pending, '\n');
}

static void put_entry(struct out *o, const struct map_handle *m,
		      const struct row *row)
{
	if (!kinds[m->value->kind].put) {
		put_value(o, m->value, row->value);
		return;
	}
	add_names(m, &o->pending);
	put_row(o->show, m, row, &o->pending);
}

const struct out_form out_form_csv = {
	.name = "csv",
	.is_raw = true,
	.attached = out_plain_attached,
	.text = out_plain_text,
	.value = put_value,
	.entry = put_entry,
	.map = put_map,
	.table = put_map,
	.dump = out_no_dump,
	.note = out_plain_note,
	.lost = out_plain_lost,
	.costs = out_plain_costs,
};
