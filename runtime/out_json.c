/* SPDX-License-Identifier: Apache-2.0 */
/* Output for programs: one JSON object per line, in the exact and in the old
 * lossy dialect. What members there are is docs/output.md's and
 * docs/output.schema.json's to say. */
#include <inttypes.h>

#include "runtime/json.h"
#include "runtime/out_impl.h"
#include "runtime/stats.h"

extern const struct out_form out_form_json_lossy;

static struct json dialect(const struct out *o)
{
	return (struct json){ o->show, o->form == &out_form_json_lossy };
}

static void add_string(const struct out *o, struct str text)
{
	if (o->form == &out_form_json_lossy)
		json_string_raw((struct buf *)&o->pending, text);
	else
		json_string((struct buf *)&o->pending, text);
}

static void put_attached(struct out *o, size_t n)
{
	buf_printf(&o->pending,
		   "{\"type\": \"attached_probes\", \"count\": %zu, "
		   "\"data\": {\"probes\": %zu}}\n",
		   n, n);
}

static void put_text(struct out *o, enum out_text kind)
{
	static const char *const types[OUT_TEXT_N] = {
		[OUT_PRINTF] = "{\"type\": \"printf\", \"data\": ",
		[OUT_TIME] = "{\"type\": \"time\", \"data\": ",
		[OUT_CAT] = "{\"type\": \"cat\", \"data\": ",
		[OUT_JOIN] = "{\"type\": \"join\", \"data\": ",
		[OUT_SYSTEM] = "{\"type\": \"syscall\", \"data\": ",
	};

	buf_puts(&o->pending, types[kind]);
	add_string(o, buf_view(&o->text));
	buf_puts(&o->pending, "}\n");
}

static void put_value(struct out *o, const struct type *t, const void *p)
{
	struct json j = dialect(o);

	buf_puts(&o->pending, "{\"type\": \"value\", \"data\": ");
	json_value(&j, t, p, &o->pending);
	buf_puts(&o->pending, "}\n");
}

/* --- maps ----------------------------------------------------------------- */

static void put_entry(struct out *o, const struct map_handle *m,
		      const struct row *row)
{
	put_value(o, m->value, row->value);
}

static void add_entry(struct out *o, const struct map_handle *m,
		      const struct row *row)
{
	struct json j = dialect(o);

	buf_puts(&o->pending, "{\"key\": ");
	json_key(&j, m->key, row->key, &o->pending);
	buf_puts(&o->pending, ", \"value\": ");
	json_value(&j, m->value, row->value, &o->pending);
	buf_putc(&o->pending, '}');
}

static uint32_t count_keys(const struct map_handle *m)
{
	if (!m->plan->key)
		return 0;
	return m->key->kind == TY_TUPLE ? m->key->n_fields : 1;
}

static void add_entries(struct out *o, const struct map_handle *m,
			const struct rows *rows)
{
	size_t i;

	buf_putc(&o->pending, '[');
	for (i = 0; i < rows->n; i++) {
		if (i)
			buf_putc(&o->pending, ',');
		add_entry(o, m, &rows->v[i]);
	}
	buf_putc(&o->pending, ']');
}

/* keys tells how many parts a key has: 0, and what follows the name is the
 * only value. */
static void put_map(struct out *o, const struct map_handle *m,
		    const struct rows *rows)
{
	struct json j = dialect(o);

	buf_printf(&o->pending,
		   "{\"type\": \"%s\", \"keys\": %" PRIu32 ", \"data\": {",
		   json_map_type(m->value), count_keys(m));
	json_string(&o->pending, m->plan->name);
	buf_puts(&o->pending, ": ");
	if (m->plan->key)
		add_entries(o, m, rows);
	else
		json_value(&j, m->value, rows->v[0].value, &o->pending);
	buf_puts(&o->pending, "}}\n");
}

/* --- notes ---------------------------------------------------------------- */

/* The function of the kernel that a place's trouble comes from. */
static const char *const helpers[SITE_N] = {
	[SITE_MAP_FULL] = "map_update_elem", [SITE_KEY] = "map_lookup_elem",
	[SITE_READ] = "probe_read",          [SITE_READ_NOW] = "probe_read",
	[SITE_STACK] = "get_stack",          [SITE_PACKET] = "skb_output",
};

static const char *note_type(const struct out_note *note)
{
	bool is_helper;

	if (note->by_script)
		return note->severity == SEV_ERROR ? "errorf" : "warnf";
	if (!note->site)
		return "warning";
	is_helper =
		note->site->kind == SITE_HELPER || helpers[note->site->kind];
	return is_helper ? "helper_error" : "runtime_error";
}

static void add_place(struct out *o, const struct plan_site *site)
{
	buf_puts(&o->pending, ", \"filename\": ");
	add_string(o, site->file);
	buf_printf(&o->pending, ", \"line\": %" PRIu32 ", \"col\": %" PRIu32,
		   site->line, site->column);
}

static void add_helper(struct out *o, const struct out_note *note)
{
	const char *name = helpers[note->site->kind];

	if (name || note->site->kind == SITE_HELPER)
		buf_printf(&o->pending,
			   ", \"helper\": \"%s\", \"retcode\": %" PRId64,
			   name ? name : "unknown", note->code);
}

/* Members that the old dialect has not. */
static void add_loss(struct out *o, const struct out_note *note)
{
	if (note->where)
		add_place(o, note->where);
	if (note->probe.n) {
		buf_puts(&o->pending, ", \"probe\": ");
		json_string(&o->pending, note->probe);
	}
	if (note->loss)
		buf_printf(&o->pending,
			   ", \"loss\": \"%s\", \"count\": %" PRIu64,
			   note->loss, note->count);
}

static void put_note(struct out *o, const struct out_note *note)
{
	buf_printf(&o->pending,
		   "{\"type\": \"%s\", \"msg\": ", note_type(note));
	add_string(o, note->text);
	if (note->site && !note->by_script)
		add_helper(o, note);
	if (note->site)
		add_place(o, note->site);
	if (o->form != &out_form_json_lossy)
		add_loss(o, note);
	buf_puts(&o->pending, "}\n");
}

static void put_lost(struct out *o, struct str probe, uint64_t n)
{
	buf_printf(&o->pending,
		   "{\"type\": \"lost_events\", \"count\": %" PRIu64
		   ", \"data\": {\"events\": %" PRIu64,
		   n, n);
	if (probe.n) {
		buf_puts(&o->pending, ", \"probe\": ");
		json_string(&o->pending, probe);
	}
	buf_puts(&o->pending, "}}\n");
}

static void put_costs(struct out *o, const struct out_costs *c)
{
	for (const struct out_cost *p = c->probes; p < c->probes + c->n_probes;
	     p++) {
		buf_puts(&o->pending,
			 "{\"type\": \"probe_stats\", \"data\": {\"probe\": ");
		json_string(&o->pending, p->probe);
		buf_printf(&o->pending,
			   ", \"hits\": %" PRIu64 ", \"ns\": %" PRIu64
			   ", \"cpu_percent\": %.3f, \"lost\": %" PRIu64
			   ", \"missed\": %" PRIu64,
			   p->hits, p->ns, stats_percent(p->ns, p->wall),
			   p->lost, p->missed);
		if (c->age)
			buf_printf(&o->pending,
				   ", \"age\": %" PRIu64
				   ", \"interval\": %" PRIu64,
				   c->age, p->wall);
		buf_puts(&o->pending, "}}\n");
	}
	for (const struct out_fill *m = c->maps; m < c->maps + c->n_maps; m++) {
		buf_puts(&o->pending,
			 "{\"type\": \"map_stats\", \"data\": {\"map\": ");
		json_string(&o->pending, m->map);
		buf_printf(&o->pending,
			   ", \"entries\": %" PRIu64 ", \"room\": %" PRIu64
			   ", \"bytes\": %" PRIu64 "}}\n",
			   m->entries, m->room, m->bytes);
	}
}

const struct out_form out_form_json = {
	.name = "json",
	.attached = put_attached,
	.text = put_text,
	.value = put_value,
	.entry = put_entry,
	.map = put_map,
	.table = put_map,
	.dump = out_no_dump,
	.note = put_note,
	.lost = put_lost,
	.costs = put_costs,
};

/* --- the old dialect ------------------------------------------------------ */

static void lossy_entries(struct out *o, const struct map_handle *m,
			  const struct rows *rows)
{
	struct json j = dialect(o);
	size_t i;

	buf_putc(&o->pending, '{');
	for (i = 0; i < rows->n; i++) {
		if (i)
			buf_puts(&o->pending, ", ");
		json_key(&j, m->key, rows->v[i].key, &o->pending);
		buf_puts(&o->pending, ": ");
		json_value(&j, m->value, rows->v[i].value, &o->pending);
	}
	buf_putc(&o->pending, '}');
}

static void lossy_map(struct out *o, const struct map_handle *m,
		      const struct rows *rows)
{
	struct json j = dialect(o);

	buf_printf(&o->pending, "{\"type\": \"%s\", \"data\": {",
		   json_map_type(m->value));
	json_string(&o->pending, m->plan->name);
	buf_puts(&o->pending, ": ");
	if (m->plan->key)
		lossy_entries(o, m, rows);
	else
		json_value(&j, m->value, rows->v[0].value, &o->pending);
	buf_puts(&o->pending, "}}\n");
}

/* It has no form for what is about the run as a whole. */
static void lossy_note(struct out *o, const struct out_note *note)
{
	if (note->site)
		put_note(o, note);
	else
		out_form_text.note(o, note);
}

static void lossy_lost(struct out *o, struct str probe, uint64_t n)
{
	if (!probe.n)
		put_lost(o, probe, n);
}

const struct out_form out_form_json_lossy = {
	.name = "json-bpftrace",
	.attached = put_attached,
	.text = put_text,
	.value = put_value,
	.entry = put_entry,
	.map = lossy_map,
	.table = lossy_map,
	.dump = out_no_dump,
	.note = lossy_note,
	.lost = lossy_lost,
	.costs = out_plain_costs,
};
