/* SPDX-License-Identifier: Apache-2.0 */
/* repl_save.c - :save: the session as a script. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "cli/repl_args.h"
#include "cli/repl_rows.h"

static void put_time(int64_t seconds, struct buf *out)
{
	char text[sizeof("2000-01-01 00:00:00 +0000")];
	time_t t = (time_t)seconds;
	struct tm tm;

	localtime_r(&t, &tm);
	if (strftime(text, sizeof(text), "%F %T %z", &tm))
		buf_puts(out, text);
}

static void put_head(struct repl *r, struct buf *out)
{
	buf_puts(out, "// saved ");
	put_time(time(NULL), out);
	buf_printf(out, ", Linux %.*s\n", STR_ARG(machine_release(r->machine)));
}

/* A script has one config block. */
static void put_settings(const struct repl *r, struct buf *out)
{
	size_t before = out->n;

	for (const struct kept *k = r->kept; k; k = k->next)
		if (k->kind == KEPT_CONFIG)
			buf_printf(out, "%s\n\t%.*s",
				   out->n == before ? "config = {" : ";",
				   STR_ARG(args_inside(k->text)));
	if (out->n > before)
		buf_puts(out, "\n}\n");
}

static void put_declarations(const struct repl *r, struct buf *out)
{
	for (const struct kept *k = r->kept; k; k = k->next)
		if (k->kind != KEPT_CONFIG)
			buf_printf(out, "%.*s\n", STR_ARG(k->text));
}

/* What is not attached is there to be read only. */
static void put_text(struct str text, const char *prefix, struct buf *out)
{
	while (text.n) {
		struct str line = str_split(text, '\n', &text);

		buf_printf(out, "%s%.*s\n", prefix, STR_ARG(line));
	}
}

static struct str slice(const struct source *src, struct span at)
{
	return (struct str){ src->text.p + (at.start - src->base),
			     at.end - at.start };
}

/* Declarations of an entry are among those that are kept. */
static void put_clauses(const struct script *s, const struct source *src,
			const char *prefix, struct buf *out)
{
	for (const struct import *i = s->imports; i; i = i->next)
		buf_printf(out, "%s%.*s;\n", prefix,
			   STR_ARG(slice(src, i->span)));
	for (const struct probe *p = s->probes; p; p = p->next)
		put_text(slice(src, p->span), prefix, out);
}

static void put_code(const struct repl *r, const struct entry *e,
		     struct buf *out)
{
	const char *prefix = e->state == ENTRY_ON ? "" : "// ";
	struct sources srcs = {};
	struct diags d = { .sources = &srcs };
	const struct source *src = source_add(&srcs, STR(""), e->text);
	struct parse_env env = { .params = r->cli->params,
				 .n_params = r->cli->n_params };
	struct script *s = script_parse(&srcs, src, &env, &d);

	if (s && (s->config || s->c || s->map_decls || s->fns || s->macros))
		put_clauses(s, src, prefix, out);
	else
		put_text(e->text, prefix, out);
	script_free(s);
	diags_free(&d);
	sources_free(&srcs);
}

static void put_entry(const struct repl *r, const struct entry *e,
		      struct buf *out)
{
	struct session_stats s = repl_stats(e);
	const char *how = e->state == ENTRY_ON ? "" : " (not attached)";

	buf_printf(out, "\n// %u%s: added ", e->number, how);
	put_time(e->added, out);
	buf_printf(out, ", %" PRIu64 " hit%s", s.hits, s.hits == 1 ? "" : "s");
	if (s.hits)
		buf_printf(out, " of %" PRIu64 " ns", s.ns / s.hits);
	buf_printf(out, ", %" PRIu64 " lost\n", s.lost);
	put_code(r, e, out);
}

static int write_all(const char *path, struct str text)
{
	auto_fd int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0)
			return -errno;
		text.p += n;
		text.n -= (size_t)n;
	}
	return 0;
}

bool repl_cmd_save(struct repl *r, struct str args)
{
	auto_buf struct buf out = {}, path = {};
	size_t n = 0;
	int err;

	if (!args.n)
		return repl_misuse(r, ":save expects the name of a file");
	repl_drain(r);
	put_head(r, &out);
	put_settings(r, &out);
	put_declarations(r, &out);
	for (const struct entry *e = r->entries; e; e = e->next, n++)
		put_entry(r, e, &out);
	buf_str(&path, args);
	err = write_all(path.p, buf_view(&out));
	if (err) {
		diag_errno(r->diags, err, D_IO, "cannot write '%s'", path.p);
		return false;
	}
	repl_printf(r, REPL_OUT, "saved %zu %s to %s\n", n,
		    n == 1 ? "entry" : "entries", path.p);
	return true;
}
