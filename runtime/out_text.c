/* SPDX-License-Identifier: Apache-2.0 */
/* Output for people. */
#include <inttypes.h>

#include "runtime/out_impl.h"
#include "runtime/joined.h"
#include "runtime/stats.h"

void out_plain_attached(struct out *o, size_t n)
{
	out_say(o, "Attached %zu probe%s\n", n, n == 1 ? "" : "s");
}

void out_plain_text(struct out *o, enum out_text kind)
{
	(void)kind;
	buf_str(&o->pending, buf_view(&o->text));
}

static void put_value(struct out *o, const struct type *t, const void *p)
{
	value_print(o->show, t, p, &o->pending);
	buf_putc(&o->pending, '\n');
}

static void put_entry(struct out *o, const struct map_handle *m,
		      const struct row *row)
{
	put_value(o, m->value, row->value);
}

static void put_map(struct out *o, const struct map_handle *m,
		    const struct rows *rows)
{
	map_print_rows(o->show, m, rows, &o->pending);
}

static void put_table(struct out *o, const struct map_handle *m,
		      const struct rows *rows)
{
	joined_print(o->show, m, rows, &o->pending);
}

static void put_dump(struct out *o)
{
	buf_puts(&o->pending, "\n\n");
}

/* --- notes ---------------------------------------------------------------- */

static void add_severity(const struct out *o, enum severity severity,
			 struct buf *out)
{
	static const struct {
		const char *word, *colour;
	} forms[SEV_N] = {
		[SEV_ERROR] = { "ERROR: ", "\033[31m" },
		[SEV_WARNING] = { "WARNING: ", "\033[33m" },
		[SEV_NOTE] = { "NOTE: ", "\033[36m" },
	};

	if (o->colour)
		buf_puts(out, forms[severity].colour);
	buf_puts(out, forms[severity].word);
	if (o->colour)
		buf_puts(out, "\033[0m");
}

static size_t tab_width(char c)
{
	return c == '\t' ? 4 : 1;
}

/* The line with its tabs expanded, and the underline. */
static void add_line(const struct plan_site *site, struct buf *out)
{
	size_t i;

	for (i = 0; i < site->text.n; i++) {
		if (site->text.p[i] == '\t')
			buf_pad(out, ' ', tab_width('\t'));
		else
			buf_putc(out, site->text.p[i]);
	}
	buf_putc(out, '\n');
	for (i = 0; i < site->text.n && i + 1 < site->end_column; i++)
		buf_pad(out, i + 1 < site->column ? ' ' : '~',
			tab_width(site->text.p[i]));
	buf_putc(out, '\n');
}

/* A place of the script, what happened, and for what the script did not say
 * itself its line with an underline. */
void out_note_text(const struct out *o, const struct out_note *note,
		   struct buf *out)
{
	const struct plan_site *site = note->site;

	if (site && site->line)
		buf_printf(out, "%.*s:%u:%u-%u: ", STR_ARG(site->file),
			   site->line, site->column, site->end_column);
	add_severity(o, note->severity, out);
	buf_str(out, note->text);
	buf_putc(out, '\n');
	if (site && !note->by_script && site->text.n)
		add_line(site, out);
}

void out_plain_note(struct out *o, const struct out_note *note)
{
	auto_buf struct buf text = { 0 };

	out_note_text(o, note, &text);
	out_say(o, "%.*s", STR_ARG(buf_view(&text)));
}

void out_plain_lost(struct out *o, struct str probe, uint64_t n)
{
	if (probe.n)
		out_warn(o, "lost %" PRIu64 " event%s of %.*s", n,
			 n == 1 ? "" : "s", STR_ARG(probe));
	else
		out_warn(o, "total lost event count: %" PRIu64, n);
}

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

void out_plain_costs(struct out *o, const struct out_costs *c)
{
	auto_buf struct buf text = { 0 };

	if (c->age && c->n_probes)
		buf_printf(&text, "In %.2f s, %.2f s after the start:\n",
			   seconds(c->probes->wall), seconds(c->age));
	if (c->n_probes)
		buf_printf(&text, "%12s %9s %8s %9s %9s  %s\n", "HITS",
			   "NS/HIT", "CPU", "LOST", "MISSED", "PROBE");
	for (const struct out_cost *p = c->probes; p < c->probes + c->n_probes;
	     p++)
		buf_printf(&text,
			   "%12" PRIu64 " %9" PRIu64 " %7.2f%% %9" PRIu64
			   " %9" PRIu64 "  %.*s\n",
			   p->hits, p->hits ? p->ns / p->hits : 0,
			   stats_percent(p->ns, p->wall), p->lost, p->missed,
			   STR_ARG(p->probe));
	if (c->n_maps)
		buf_printf(&text, "%12s %9s %8s %19s  %s\n", "ENTRIES", "ROOM",
			   "FILL", "BYTES", "MAP");
	for (const struct out_fill *m = c->maps; m < c->maps + c->n_maps; m++)
		buf_printf(&text,
			   "%12" PRIu64 " %9" PRIu64 " %7.2f%% %19" PRIu64
			   "  %.*s\n",
			   m->entries, m->room,
			   stats_percent(m->entries, m->room), m->bytes,
			   STR_ARG(m->map));
	out_say(o, "%.*s", STR_ARG(buf_view(&text)));
}

void out_no_dump(struct out *o)
{
	(void)o;
}

const struct out_form out_form_text = {
	.name = "text",
	.is_raw = true,
	.attached = out_plain_attached,
	.text = out_plain_text,
	.value = put_value,
	.entry = put_entry,
	.map = put_map,
	.table = put_table,
	.dump = put_dump,
	.note = out_plain_note,
	.lost = out_plain_lost,
	.costs = out_plain_costs,
};
