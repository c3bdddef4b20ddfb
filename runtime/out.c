/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/out.h"

#include "runtime/out_impl.h"

#define WRITE_AT (64u << 10) /* bytes */

const struct out_form *const out_forms[OUT_FORM_N] = {
	[OUT_FORM_TEXT] = &out_form_text,
	[OUT_FORM_JSON] = &out_form_json,
	[OUT_FORM_JSON_LOSSY] = &out_form_json_lossy,
	[OUT_FORM_CSV] = &out_form_csv,
	[OUT_FORM_FOLDED] = &out_form_folded,
};

void out_init(struct out *o, const struct session_opts *opts)
{
	o->form = out_forms[opts->form];
	o->hurry.fd = -1;
	sink_open(&o->to, opts->out_fd, &o->hurry);
	sink_open(&o->err, opts->err_fd, &o->hurry);
	o->buffering = opts->buffering;
	o->colour = opts->colour;
	o->no_warnings = opts->no_warnings;
	o->write = opts->write;
	o->write_arg = opts->write_arg;
}

void out_free(struct out *o)
{
	buf_free(&o->pending);
	buf_free(&o->text);
	sink_close(&o->to);
	sink_close(&o->err);
}

void out_redirect(struct out *o, int fd, int err_fd, enum out_form_id form)
{
	out_flush(o);
	sink_close(&o->to);
	sink_close(&o->err);
	sink_open(&o->to, fd, &o->hurry);
	sink_open(&o->err, err_fd, &o->hurry);
	o->form = out_forms[form];
}

/* --- what can be put out -------------------------------------------------- */

struct buf *out_begin(struct out *o)
{
	if (o->form->is_raw)
		return &o->pending;
	buf_reset(&o->text);
	return &o->text;
}

void out_text(struct out *o, enum out_text kind)
{
	if (!o->form->is_raw)
		o->form->text(o, kind);
	out_end(o);
}

void out_value(struct out *o, const struct type *t, const void *p)
{
	o->form->value(o, t, p);
	out_end(o);
}

void out_entry(struct out *o, const struct map_handle *m, const struct row *row)
{
	o->form->entry(o, m, row);
	out_end(o);
}

void out_map(struct out *o, const struct map_handle *m, const struct rows *rows)
{
	if (rows->n)
		o->form->map(o, m, rows);
	out_end(o);
}

void out_table(struct out *o, const struct map_handle *m,
	       const struct rows *rows)
{
	if (rows->n)
		o->form->table(o, m, rows);
	out_end(o);
}

void out_dump(struct out *o)
{
	o->form->dump(o);
	out_end(o);
}

/* People and programs wait for it. */
void out_attached(struct out *o, size_t n)
{
	o->form->attached(o, n);
	out_end(o);
	out_idle(o);
}

/* Who cannot read the output any more can still be told. */
static const struct out_form *form_of_notes(const struct out *o)
{
	return o->error || o->is_full ? &out_form_text : o->form;
}

void out_lost(struct out *o, struct str probe, uint64_t n)
{
	form_of_notes(o)->lost(o, probe, n);
	out_end(o);
}

void out_note(struct out *o, const struct out_note *note)
{
	if (note->site && note->severity == SEV_WARNING && o->no_warnings)
		return;
	form_of_notes(o)->note(o, note);
	out_end(o);
}

void out_costs(struct out *o, const struct out_costs *c)
{
	form_of_notes(o)->costs(o, c);
	out_end(o);
}

void out_warn(struct out *o, const char *fmt, ...)
{
	auto_buf struct buf text = { 0 };
	struct out_note note = { .severity = SEV_WARNING };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	note.text = buf_view(&text);
	out_note(o, &note);
}

bool out_takes_commands(const struct out *o)
{
	return !o->form->is_raw;
}

/* --- writing -------------------------------------------------------------- */

static int put_bytes(struct out *o, bool is_err, const char *p, size_t n)
{
	if (o->write) {
		o->write(o->write_arg, is_err, (struct str){ p, n });
		return 0;
	}
	return sink_write(is_err ? &o->err : &o->to, p, n);
}

/* How many of n bytes may still be written: whole lines. */
static size_t within_limit(struct out *o, size_t n)
{
	const char *newline = NULL;
	size_t all = n;

	if (!o->limit)
		return n;
	if (!o->is_full && n <= o->limit - o->written) {
		o->written += n;
		return n;
	}
	n = o->is_full ? 0 : o->limit - o->written;
	if (n)
		newline = memrchr(o->pending.p, '\n', n);
	n = newline ? (size_t)(newline - o->pending.p) + 1 : 0;
	o->is_full = true;
	o->written += n;
	o->unwritten += all - n;
	return n;
}

/* The first n bytes of what is pending. */
static void write_pending(struct out *o, size_t n)
{
	size_t now = within_limit(o, n);
	int err = now ? put_bytes(o, false, o->pending.p, now) : 0;

	if (!o->error)
		o->error = err;
	if (o->error || n == o->pending.n) {
		buf_reset(&o->pending);
		return;
	}
	o->pending.n -= n;
	memmove(o->pending.p, o->pending.p + n, o->pending.n);
}

void out_end(struct out *o)
{
	if (o->buffering == BUFFER_NONE || o->pending.n >= WRITE_AT)
		write_pending(o, o->pending.n);
}

void out_idle(struct out *o)
{
	const char *newline;

	if (o->buffering != BUFFER_LINE || !o->pending.n)
		return;
	newline = memrchr(o->pending.p, '\n', o->pending.n);
	if (newline)
		write_pending(o, (size_t)(newline - o->pending.p) + 1);
}

int out_flush(struct out *o)
{
	if (o->pending.n)
		write_pending(o, o->pending.n);
	return -o->error;
}

/* Nobody is left to be told when this fails. */
void out_say(struct out *o, const char *fmt, ...)
{
	auto_buf struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	(void)put_bytes(o, true, text.p, text.n);
}

void out_attaching(struct out *o, size_t done, size_t total)
{
	out_say(o, "attached %zu of %zu probes so far\n", done, total);
}
