/* SPDX-License-Identifier: Apache-2.0 */
/* repl_watch.c - what is in a map: once, and again and again in its place. */
#include <stdlib.h>

#include "cli/repl_args.h"
#include "cli/repl_rows.h"

#define SECOND 1000000000ull /* ns */

/* What is being watched. */
struct watch {
	struct buf name; /* of the map */
	size_t lines; /* of the screen that it has now */
};

struct registry_map *repl_map_arg(struct repl *r, struct str name)
{
	struct registry_map *m = registry_find(r->maps, name);
	struct suggest near = {};

	if (m)
		return m;
	repl_misuse(r, "there is no map %.*s", STR_ARG(name));
	for (m = registry_first(r->maps); m; m = m->next)
		suggest_offer(&near, name, m->map.name);
	if (near.best.p)
		diag_hint(r->diags, "did you mean '%.*s'?", STR_ARG(near.best));
	else
		diag_hint(r->diags,
			  "a clause makes it, as in { %.*s = "
			  "count(); }",
			  STR_ARG(name));
	return NULL;
}

static bool put_map(struct repl *r, const struct registry_map *m, uint64_t top,
		    struct buf *out)
{
	auto_rows struct rows rows = {};
	int err = map_read(&m->handle, &rows);

	if (err) {
		diag_errno(r->diags, err, D_KERNEL, "cannot read %.*s",
			   STR_ARG(m->map.name));
		return false;
	}
	if (rows.n)
		map_print(registry_show(r->maps), &m->handle, &rows, top, 0,
			  out);
	else
		buf_printf(out, "%.*s is empty\n", STR_ARG(m->map.name));
	return true;
}

bool repl_cmd_print(struct repl *r, struct str args)
{
	const struct registry_map *m;
	auto_buf struct buf out = {};
	uint64_t top = 0;
	struct str name;

	if (!args_map_number(args, "p", &name, &top, r->diags))
		return false;
	repl_drain(r);
	m = repl_map_arg(r, name);
	if (!m || !put_map(r, m, top, &out))
		return false;
	repl_put(r, REPL_OUT, buf_view(&out));
	return true;
}

/* --- in place ------------------------------------------------------------- */

/* As much of text as fits; how many lines that are. */
static size_t fit(struct str text, size_t columns, size_t rows, struct buf *out)
{
	size_t n = 0;

	while (text.n && n < rows) {
		struct str line = str_split(text, '\n', &text);

		if (line.n > columns) {
			line.n = columns;
			while (line.n && (line.p[line.n] & 0xc0) == 0x80)
				line.n--; /* not within a character */
		}
		buf_str(out, line);
		buf_putc(out, '\n');
		n++;
	}
	return n;
}

void repl_watch_end(struct repl *r)
{
	struct watch *w = r->watch;

	if (!w)
		return;
	repl_timer(r, 0, NULL);
	buf_free(&w->name);
	free(w);
	r->watch = NULL;
}

/* The largest entries are at the end: they stay when not all fit. */
static struct str tail(struct str text, size_t rows)
{
	size_t n = text.n && text.p[text.n - 1] == '\n' ? text.n - 1 : text.n;

	for (; n; n--)
		if (text.p[n - 1] == '\n' && !--rows)
			break;
	return (struct str){ text.p + n, text.n - n };
}

static void draw(struct repl *r)
{
	struct watch *w = r->watch;
	struct registry_map *m = registry_find(r->maps, buf_view(&w->name));
	auto_buf struct buf text = {}, out = {};
	uint32_t columns = 80, rows = 24;

	if (!m || !put_map(r, m, 0, &text)) {
		repl_watch_end(r);
		return;
	}
	if (r->ui.size)
		r->ui.size(r->ui.arg, &columns, &rows);
	rows = rows > 4 ? rows - 3 : 1;
	if (w->lines) /* up to where it began, and forget what is below */
		buf_printf(&out, "\033[%zuA\r\033[J", w->lines);
	w->lines = fit(tail(buf_view(&text), rows), columns, rows, &out);
	repl_put(r, REPL_OUT, buf_view(&out));
}

/* Without a terminal there is no place to draw at and no key to end it. */
static bool can_draw(const struct repl *r)
{
	const char *term = getenv("TERM");

	return r->ui.is_interactive && term && strcmp(term, "dumb") != 0;
}

bool repl_cmd_watch(struct repl *r, struct str args)
{
	uint64_t ns = SECOND;
	struct watch *w;
	struct str name;

	repl_watch_end(r);
	if (!args_map_interval(args, "watch", &name, &ns, r->diags))
		return false;
	if (!can_draw(r))
		return repl_cmd_print(r, name);
	if (!repl_map_arg(r, name))
		return false;
	w = xzalloc(sizeof(*w));
	buf_str(&w->name, name);
	r->watch = w;
	repl_timer(r, ns, draw);
	draw(r);
	return true;
}
