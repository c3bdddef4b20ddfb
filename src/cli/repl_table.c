/* SPDX-License-Identifier: Apache-2.0 */
/* repl_table.c - :ls and :maps. */
#include <inttypes.h>

#include "cli/repl_rows.h"
#include "cli/table.h"
#include "runtime/stats.h"

static const char *const state_names[ENTRY_STATE_N] = {
	[ENTRY_ON] = "on",
	[ENTRY_OFF] = "off",
	[ENTRY_OVER] = "over",
};

static bool print(struct repl *r, const struct table *t)
{
	auto_buf struct buf out = {};

	table_print(t, repl_width(r), &out);
	repl_put(r, REPL_OUT, buf_view(&out));
	return true;
}

/* --- entries -------------------------------------------------------------- */

struct session_stats repl_stats(const struct entry *e)
{
	struct session_stats all = e->past, now = {};

	if (e->session)
		session_stats(e->session, &now);
	all.hits += now.hits;
	all.ns += now.ns;
	all.missed += now.missed;
	all.lost += now.lost;
	all.wall += now.wall;
	return all;
}

/* Of several lines the first may be anything: a comment, a declaration. */
static void add_text(struct table *t, const struct entry *e)
{
	if (str_has(e->text, '\n'))
		table_add(t, "%.*s ...", STR_ARG(e->name));
	else
		table_add(t, "%.*s", STR_ARG(e->text));
}

static void add_entry(struct table *t, const struct entry *e)
{
	struct session_stats s = repl_stats(e);

	table_add(t, "%u", e->number);
	table_add(t, "%s", state_names[e->state]);
	table_add(t, "%" PRIu64, s.hits);
	if (s.hits)
		table_add(t, "%" PRIu64, s.ns / s.hits);
	else
		table_add(t, "-");
	if (s.hits)
		table_add(t, "%.2f%%", stats_percent(s.ns, s.wall));
	else
		table_add(t, "-");
	table_add(t, "%" PRIu64, s.lost);
	table_add(t, "%" PRIu64, s.missed);
	add_text(t, e);
}

bool repl_cmd_ls(struct repl *r, struct str args)
{
	struct table t = { .heads = { ">N", "STATE", ">HITS", ">NS/HIT", ">CPU",
				      ">LOST", ">MISSED", "ENTRY" } };
	const struct entry *only = NULL;

	if (args.n) {
		only = repl_find(r, args);
		if (!only)
			return false;
	}
	repl_drain(r);
	for (const struct entry *e = r->entries; e; e = e->next)
		if (!only || e == only)
			add_entry(&t, e);
	if (t.cells.n)
		print(r, &t);
	else
		repl_printf(r, REPL_OUT, "no probes\n");
	table_free(&t);
	return true;
}

/* --- maps ----------------------------------------------------------------- */

/* "[string[16], uint64] count_t" */
static void add_type(struct table *t, const struct registry_map *m)
{
	const struct type *key = registry_key(m);
	auto_buf struct buf text = {};

	if (key && key->kind != TY_NONE) {
		buf_putc(&text, '[');
		type_text(key, &text);
		buf_puts(&text, "] ");
	}
	type_text(registry_value(m), &text);
	table_add(t, "%s", text.p);
}

static void add_map(struct table *t, const struct registry_map *m)
{
	struct map_usage usage;
	int err = map_usage(&m->handle, &usage);

	table_add(t, "%.*s", STR_ARG(m->map.name));
	add_type(t, m);
	if (err) {
		for (int i = 0; i < 4; i++)
			table_add(t, "?");
		return;
	}
	table_add(t, "%" PRIu64, usage.entries);
	table_add(t, "%" PRIu64, usage.room);
	table_add(t, "%" PRIu64 "%%",
		  usage.room ? usage.entries * 100 / usage.room : 0);
	table_add(t, "%" PRIu64, usage.bytes);
}

bool repl_cmd_maps(struct repl *r, struct str args)
{
	struct table t = { .heads = { "MAP", "TYPE", ">ENTRIES", ">ROOM",
				      ">FILL", ">BYTES" } };
	const struct registry_map *only = NULL;

	repl_drain(r);
	if (args.n) {
		only = repl_map_arg(r, args);
		if (!only)
			return false;
	}
	for (const struct registry_map *m = registry_first(r->maps); m;
	     m = m->next)
		if (!only || m == only)
			add_map(&t, m);
	if (t.cells.n)
		print(r, &t);
	else
		repl_printf(r, REPL_OUT, "no maps\n");
	table_free(&t);
	return true;
}
