/* SPDX-License-Identifier: Apache-2.0 */
/* Values as JSON: a row for each kind that is not simply its text. */
#include <inttypes.h>
#include <time.h>

#include "plan/abi.h"
#include "runtime/hist.h"
#include "runtime/json.h"
#include "runtime/stack.h"
#include "runtime/tseries.h"
#include "runtime/value_impl.h"

typedef void json_writer(const struct json *j, const struct type *t,
			 const void *p, struct buf *out);

/* --- simple values -------------------------------------------------------- */

/* A double has 53 bits: the old form makes texts of larger numbers that it
 * cannot hold. */
static bool fits_double(uint64_t n, bool is_signed)
{
	if (is_signed && (int64_t)n < 0)
		n = -n;
	while (n && !(n & 1))
		n >>= 1;
	return n < 1ull << 53;
}

static void add_number(const struct json *j, uint64_t n, bool is_signed,
		       struct buf *out)
{
	bool is_text = j->is_lossy && !fits_double(n, is_signed);

	if (is_text)
		buf_putc(out, '"');
	buf_number(out, n, is_signed);
	if (is_text)
		buf_putc(out, '"');
}

static void write_none(const struct json *j, const struct type *t,
		       const void *p, struct buf *out)
{
	(void)j;
	(void)t;
	(void)p;
	buf_puts(out, "null");
}

static void write_bool(const struct json *j, const struct type *t,
		       const void *p, struct buf *out)
{
	(void)j;
	buf_puts(out, value_ops[t->kind].number(t, p) ? "true" : "false");
}

static void write_number(const struct json *j, const struct type *t,
			 const void *p, struct buf *out)
{
	add_number(j, value_ops[t->kind].number(t, p), t->is_signed, out);
}

static void write_text(const struct json *j, const struct type *t,
		       const void *p, struct buf *out)
{
	auto_buf struct buf text = { 0 };

	value_print(j->show, t, p, &text);
	if (j->is_lossy)
		json_string_raw(out, buf_view(&text));
	else
		json_string(out, buf_view(&text));
}

/* As it is, unless printing adds something to what was cut off. */
static void write_string(const struct json *j, const struct type *t,
			 const void *p, struct buf *out)
{
	struct str text = { p, strnlen(p, t->size) };

	if (j->show->plan &&
	    text.n + 1 >= j->show->plan->options.num[OPT_MAX_STRLEN])
		write_text(j, t, p, out);
	else if (j->is_lossy)
		json_string_raw(out, text);
	else
		json_string(out, text);
}

static void write_buffer(const struct json *j, const struct type *t,
			 const void *p, struct buf *out)
{
	uint64_t i, n = value_load(p, 4, false);

	(void)j;
	if (n > t->size - 4)
		n = t->size - 4;
	buf_putc(out, '[');
	for (i = 0; i < n; i++) {
		if (i)
			buf_putc(out, ',');
		buf_number(out, value_load((const char *)p + 4 + i, 1, false),
			   false);
	}
	buf_putc(out, ']');
}

/* --- values made of values ------------------------------------------------ */

static void write_array(const struct json *j, const struct type *t,
			const void *p, struct buf *out)
{
	uint32_t i;

	buf_putc(out, '[');
	for (i = 0; i < t->count; i++) {
		if (i)
			buf_putc(out, ',');
		json_value(j, t->elem,
			   (const char *)p + (size_t)i * t->elem->size, out);
	}
	buf_putc(out, ']');
}

static void write_field(const struct json *j, const struct field *f,
			const void *record, struct buf *out)
{
	const char *p = (const char *)record + f->offset;
	uint64_t n;

	if (f->is_data_loc) {
		buf_number(out, value_load(p, 4, false), false);
		return;
	}
	if (!f->bit_size) {
		json_value(j, f->type, p, out);
		return;
	}
	n = value_field_number(f, record);
	json_value(j, f->type, &n, out);
}

static void write_tuple(const struct json *j, const struct type *t,
			const void *p, struct buf *out)
{
	uint32_t i;

	buf_putc(out, '[');
	for (i = 0; i < t->n_fields; i++) {
		if (i)
			buf_putc(out, ',');
		write_field(j, &t->fields[i], p, out);
	}
	buf_putc(out, ']');
}

/* Members of a struct without a name are the outer one's, as in C. */
static void write_members(const struct json *j, const struct type *t,
			  const char *record, const char **before,
			  struct buf *out)
{
	uint32_t i;

	for (i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];

		if (!f->name.n && f->type->kind == TY_RECORD && !f->bit_size) {
			write_members(j, f->type, record + f->offset, before,
				      out);
			continue;
		}
		buf_puts(out, *before);
		json_string(out, f->name);
		buf_puts(out, ": ");
		write_field(j, f, record, out);
		*before = ", ";
	}
}

static void write_record(const struct json *j, const struct type *t,
			 const void *p, struct buf *out)
{
	const char *before = "";

	buf_putc(out, '{');
	write_members(j, t, p, &before, out);
	buf_putc(out, '}');
}

/* --- stacks --------------------------------------------------------------- */

struct frames {
	struct buf *out;
	const char *before;
};

static void add_member(struct frames *f, const char *name)
{
	buf_printf(f->out, "%s\"%s\": ", f->before, name);
	f->before = ", ";
}

static void add_build_id(struct frames *f, const unsigned char *id)
{
	size_t i;

	add_member(f, "build_id");
	buf_putc(f->out, '"');
	for (i = 0; i < 20; i++)
		buf_printf(f->out, "%02x", id[i]);
	buf_putc(f->out, '"');
}

static void add_frame(void *arg, const struct stack_frame *frame)
{
	struct frames *f = arg;

	buf_puts(f->out, f->before);
	f->before = "{";
	if (frame->build_id) {
		add_build_id(f, frame->build_id);
	} else {
		add_member(f, "address");
		buf_number(f->out, frame->address, false);
	}
	if (frame->name.n) {
		add_member(f, "symbol");
		json_string(f->out, frame->name);
	}
	if (frame->is_inlined) {
		add_member(f, "inlined");
		buf_puts(f->out, "true");
	} else if (frame->name.n || frame->build_id) {
		add_member(f, "offset");
		buf_number(f->out, frame->offset, false);
	}
	if (frame->file.n) {
		add_member(f, "module");
		json_string(f->out, frame->file);
	}
	if (frame->source.n) {
		add_member(f, "file");
		json_string(f->out, frame->source);
		add_member(f, "line");
		buf_number(f->out, frame->line, false);
	}
	buf_putc(f->out, '}');
	f->before = ",";
}

static void write_stack(const struct json *j, const struct type *t,
			const void *p, struct buf *out)
{
	struct frames f = { out, "" };

	if (j->is_lossy) {
		write_text(j, t, p, out);
		return;
	}
	buf_putc(out, '[');
	stack_each(j->show, t, p, add_frame, &f);
	buf_putc(out, ']');
}

/* --- aggregations --------------------------------------------------------- */

static void write_stats(const struct json *j, const struct type *t,
			const void *p, struct buf *out)
{
	struct agg_avg avg;

	memcpy(&avg, p, sizeof(avg));
	buf_puts(out, "{\"count\": ");
	add_number(j, avg.count, false, out);
	buf_puts(out, ", \"average\": ");
	write_number(j, t, p, out);
	buf_puts(out, ", \"total\": ");
	add_number(j, avg.total, t->is_signed, out);
	buf_putc(out, '}');
}

static void write_stddev(const struct json *j, const struct type *t,
			 const void *p, struct buf *out)
{
	struct agg_stddev sd;

	memcpy(&sd, p, sizeof(sd));
	buf_puts(out, "{\"count\": ");
	add_number(j, sd.count, false, out);
	buf_puts(out, ", \"average\": ");
	write_number(j, t, p, out);
	buf_printf(out, ", \"stddev\": %.2f}", value_stddev(t, p));
}

static void add_bucket(const struct json *j, const struct type *t, uint32_t i,
		       uint64_t count, struct buf *out)
{
	struct hist_range r = hist_range(t, i);
	bool is_signed = t->kind == TY_LHIST || r.is_open_below;

	buf_putc(out, '{');
	if (!r.is_open_below) {
		buf_puts(out, "\"min\": ");
		add_number(j, (uint64_t)r.first, is_signed, out);
		buf_puts(out, ", ");
	}
	if (!r.is_open_above) {
		buf_puts(out, "\"max\": ");
		add_number(j, r.last, is_signed, out);
		buf_puts(out, ", ");
	}
	buf_puts(out, "\"count\": ");
	add_number(j, count, false, out);
	buf_putc(out, '}');
}

static void write_hist(const struct json *j, const struct type *t,
		       const void *p, struct buf *out)
{
	uint32_t i, first, last;

	buf_putc(out, '[');
	if (hist_used(t, p, &first, &last)) {
		for (i = first; i <= last; i++) {
			if (i > first)
				buf_putc(out, ',');
			add_bucket(j, t, i, hist_count(p, i), out);
		}
	}
	buf_putc(out, ']');
}

/* The old form has no time zone. */
static void add_time(const struct json *j, int64_t ns, struct buf *out)
{
	time_t seconds = ns / 1000000000 - (ns % 1000000000 < 0);
	char date[32] = "", zone[8] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm)) {
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
		strftime(zone, sizeof(zone), "%z", &tm);
	}
	buf_printf(out, "\"%s.%09" PRId64, date,
		   ns - (int64_t)seconds * 1000000000);
	if (!j->is_lossy)
		buf_printf(out, "%.3s:%s", zone, zone[0] ? zone + 3 : "");
	buf_putc(out, '"');
}

static void add_interval(const struct json *j, const struct type *t,
			 uint64_t epoch, const struct agg_slot *slot,
			 struct buf *out)
{
	buf_puts(out, j->is_lossy ? "{\"interval_start\":"
				  : "{\"interval_start\": ");
	add_time(j, tseries_start(t, epoch), out);
	buf_puts(out, j->is_lossy ? ",\"value\":" : ", \"value\": ");
	if (slot->epoch)
		add_number(j, slot->value, t->is_signed, out);
	else
		buf_puts(out, "null");
	buf_putc(out, '}');
}

static void write_tseries(const struct json *j, const struct type *t,
			  const void *p, struct buf *out)
{
	struct agg_slot v[TSERIES_SLOTS];
	uint32_t i, n = tseries_rows(t, p, v);
	const char *before = "";

	buf_putc(out, '[');
	for (i = 0; i < n; i++) {
		if (j->is_lossy && !v[i].epoch)
			continue;
		buf_puts(out, before);
		add_interval(j, t, v[0].epoch + i, &v[i], out);
		before = ",";
	}
	buf_putc(out, ']');
}

/* --- the table ------------------------------------------------------------ */

/* Kinds without a writer are texts; those without a type are "map". */
static const struct {
	json_writer *write;
	const char *map_type;
} kinds[TY_N] = {
	[TY_NONE] = { write_none, NULL },
	[TY_BOOL] = { write_bool, NULL },
	[TY_INT] = { write_number, NULL },
	[TY_PTR] = { write_number, NULL },
	[TY_ARRAY] = { write_array, NULL },
	[TY_STRING] = { write_string, NULL },
	[TY_BUFFER] = { write_buffer, NULL },
	[TY_TUPLE] = { write_tuple, NULL },
	[TY_RECORD] = { write_record, NULL },
	[TY_ENUM] = { write_number, NULL },
	[TY_KSTACK] = { write_stack, NULL },
	[TY_USTACK] = { write_stack, NULL },
	[TY_COUNT] = { write_number, NULL },
	[TY_SUM] = { write_number, NULL },
	[TY_MIN] = { write_number, NULL },
	[TY_MAX] = { write_number, NULL },
	[TY_AVG] = { write_number, "stats" },
	[TY_STATS] = { write_stats, "stats" },
	[TY_STDDEV] = { write_stddev, "stats" },
	[TY_HIST] = { write_hist, "hist" },
	[TY_LHIST] = { write_hist, "hist" },
	[TY_TSERIES] = { write_tseries, "tseries" },
};

void json_value(const struct json *j, const struct type *t, const void *p,
		struct buf *out)
{
	if (kinds[t->kind].write)
		kinds[t->kind].write(j, t, p, out);
	else
		write_text(j, t, p, out);
}

const char *json_map_type(const struct type *t)
{
	return kinds[t->kind].map_type ? kinds[t->kind].map_type : "map";
}

/* The old form: the text without blanks, wherever they are. */
static void lossy_key(const struct json *j, const struct type *t, const void *p,
		      struct buf *out)
{
	auto_buf struct buf text = { 0 };
	size_t from, to = 0;

	value_print_key(j->show, t, p, &text);
	for (from = 0; from < text.n; from++)
		if (text.p[from] != ' ')
			text.p[to++] = text.p[from];
	json_string_raw(out, (struct str){ text.p ? text.p : "", to });
}

void json_key(const struct json *j, const struct type *t, const void *p,
	      struct buf *out)
{
	if (j->is_lossy)
		lossy_key(j, t, p, out);
	else
		json_value(j, t, p, out);
}
