/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/out.h"

#include <errno.h>
#include <unistd.h>

#define WRITE_AT (64u << 10) /* bytes */

void out_init(struct out *o, const struct session_opts *opts)
{
	o->fd = opts->out_fd;
	o->err_fd = opts->err_fd;
	o->buffering = opts->buffering;
	o->colour = opts->colour;
	o->no_warnings = opts->no_warnings;
}

void out_free(struct out *o)
{
	buf_free(&o->pending);
}

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

/* --- about the run -------------------------------------------------------- */

/* Nobody is left to be told when this fails. */
static void say(struct out *o, const struct buf *text)
{
	(void)write_all(o->err_fd, text->p, text->n);
}

void out_say(struct out *o, const char *fmt, ...)
{
	auto_buf struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	say(o, &text);
}

void out_attaching(struct out *o, size_t done, size_t total)
{
	out_say(o, "attached %zu of %zu probes so far\n", done, total);
}

void out_attached(struct out *o, size_t n)
{
	out_say(o, "Attached %zu probe%s\n", n, n == 1 ? "" : "s");
}

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

void out_site(struct out *o, const struct plan_site *site,
	      enum severity severity, bool with_line, struct str text)
{
	auto_buf struct buf out = { 0 };

	if (severity == SEV_WARNING && o->no_warnings)
		return;
	if (site->line)
		buf_printf(&out, "%.*s:%u:%u-%u: ", STR_ARG(site->file),
			   site->line, site->column, site->end_column);
	add_severity(o, severity, &out);
	buf_str(&out, text);
	buf_putc(&out, '\n');
	if (with_line && site->text.n)
		add_line(site, &out);
	say(o, &out);
}

void out_warn(struct out *o, const char *fmt, ...)
{
	auto_buf struct buf text = { 0 };
	va_list ap;

	add_severity(o, SEV_WARNING, &text);
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	buf_putc(&text, '\n');
	say(o, &text);
}
