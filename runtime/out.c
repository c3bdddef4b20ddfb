/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/out.h"

#include <errno.h>
#include <unistd.h>

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
	o->fd = opts->out_fd;
	o->err_fd = opts->err_fd;
	o->buffering = opts->buffering;
	o->colour = opts->colour;
	o->no_warnings = opts->no_warnings;
}

void out_free(struct out *o)
{
	buf_free(&o->pending);
	buf_free(&o->text);
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

void out_lost(struct out *o, struct str probe, uint64_t n)
{
	o->form->lost(o, probe, n);
	out_end(o);
}

void out_note(struct out *o, const struct out_note *note)
{
	if (note->site && note->severity == SEV_WARNING && o->no_warnings)
		return;
	o->form->note(o, note);
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

/* 0 or the errno. */
static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The first n bytes of what is pending. */
static void write_pending(struct out *o, size_t n)
{
	if (!o->error)
		o->error = write_all(o->fd, o->pending.p, n);
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
	(void)write_all(o->err_fd, text.p, text.n);
}

void out_attaching(struct out *o, size_t done, size_t total)
{
	out_say(o, "attached %zu of %zu probes so far\n", done, total);
}
