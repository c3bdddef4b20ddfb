/* SPDX-License-Identifier: Apache-2.0 */
/* repl_set.c - what holds for entries to come: settings and filters. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#include "cli/repl_args.h"
#include "cli/repl_rows.h"

/* --- :set ----------------------------------------------------------------- */

static const struct kept *kept_setting(const struct repl *r, const char *key)
{
	for (const struct kept *k = r->kept; k; k = k->next)
		if (k->kind == KEPT_CONFIG && str_is(k->name, key))
			return k;
	return NULL;
}

static struct str kept_value(const struct kept *k)
{
	struct str value;

	str_split(args_inside(k->text), '=', &value);
	return args_trim(value);
}

static void put_fallback(const struct option_row *row, struct buf *out)
{
	switch (row->type) {
	case OT_NUMBER: option_number(row, row->fallback, out); return;
	case OT_BOOL: buf_puts(out, row->fallback ? "true" : "false"); return;
	case OT_CHOICE: buf_puts(out, row->choices[row->fallback]); return;
	case OT_TEXT: buf_printf(out, "\"%s\"", row->fallback_text); return;
	}
}

/* "max_map_keys = 10", and what it was set from. */
static void put_setting(const struct repl *r, const struct option_row *row,
			struct buf *out)
{
	const struct kept *k = kept_setting(r, row->name);

	buf_printf(out, "%s = ", row->name);
	if (k)
		buf_str(out, kept_value(k));
	else
		put_fallback(row, out);
	buf_puts(out, k ? " (set)\n" : "\n");
}

static const struct option_row *find_setting(struct str key)
{
	for (int i = 0; i < OPT_N; i++)
		if (str_is(key, option_rows[i].name))
			return &option_rows[i];
	return NULL;
}

static bool no_setting(struct repl *r, struct str key)
{
	struct suggest near = {};

	for (int i = 0; i < OPT_N; i++)
		suggest_offer(&near, key, str_from(option_rows[i].name));
	repl_misuse(r, "no setting is called '%.*s'", STR_ARG(key));
	if (near.best.p)
		diag_hint(r->diags, "did you mean '%.*s'?", STR_ARG(near.best));
	else
		diag_hint(r->diags, "':set' lists them");
	return false;
}

static bool show_settings(struct repl *r, struct str key)
{
	const struct option_row *row = find_setting(key);
	auto_buf struct buf out = {};

	if (key.n && !row)
		return no_setting(r, key);
	for (int i = 0; i < OPT_N; i++)
		if (!key.n || row == &option_rows[i])
			put_setting(r, &option_rows[i], &out);
	repl_put(r, REPL_OUT, buf_view(&out));
	return true;
}

/* Is it a value that the setting takes? Warnings are not errors. */
static bool is_value(struct repl *r, struct str key, struct str value)
{
	struct options o = {};
	struct arena a = {};
	bool ok;

	options_default(&o);
	ok = option_set(&o, &a, key, value, r->diags, (struct span){});
	arena_free(&a);
	return ok;
}

static bool set_default(struct repl *r, struct str key)
{
	if (!find_setting(key))
		return no_setting(r, key);
	repl_forget(r, KEPT_CONFIG, key);
	return show_settings(r, key);
}

bool repl_cmd_set(struct repl *r, struct str args)
{
	struct str value, key = args_setting(args, &value);
	const struct option_row *row = find_setting(key);
	bool is_text = row && (row->type == OT_TEXT || row->unit != UNIT_NONE);
	const char *quote = is_text ? "\"" : "";
	auto_buf struct buf text = {};

	if (!value.n)
		return show_settings(r, key);
	if (str_is(value, "default"))
		return set_default(r, key);
	if (!row)
		return no_setting(r, key);
	if (!is_value(r, key, value))
		return false;
	if (str_has(value, '"') || str_has(value, '\\'))
		return repl_misuse(r, "the value of a setting cannot contain "
				      "'\"' or '\\'");
	buf_printf(&text, "config = { %.*s = %s%.*s%s }", STR_ARG(key), quote,
		   STR_ARG(value), quote);
	repl_keep(r, KEPT_CONFIG, key, buf_view(&text));
	return true;
}

/* --- filters -------------------------------------------------------------- */

static void say_pid(struct repl *r)
{
	if (r->opts.pid)
		repl_printf(r, REPL_OUT, "entries are for process %d\n",
			    (int)r->opts.pid);
	else
		repl_printf(r, REPL_OUT, "entries are for all processes\n");
}

bool repl_cmd_pid(struct repl *r, struct str args)
{
	uint64_t pid = 0;

	if (!args.n) {
		say_pid(r);
		return true;
	}
	if (!str_is(args, "off") &&
	    (!args_number(args, INT32_MAX, &pid) || !pid)) {
		repl_misuse(r,
			    ":pid expects the number of a process or off, "
			    "found '%.*s'",
			    STR_ARG(args));
		return false;
	}
	if (pid && kill((pid_t)pid, 0) && errno == ESRCH)
		return repl_misuse(r, "there is no process %" PRIu64, pid);
	r->opts.pid = (pid_t)pid;
	say_pid(r);
	return true;
}

void repl_set_command(struct repl *r, struct str text)
{
	const char *given = r->cli->run.session.command; /* -c */
	auto_buf struct buf copy = {};

	if (r->opts.command != given)
		free((char *)r->opts.command);
	buf_str(&copy, text);
	r->opts.command = text.n ? xstrdup(copy.p) : NULL;
}

bool repl_cmd_cmd(struct repl *r, struct str args)
{
	if (args.n)
		repl_set_command(r, str_is(args, "off") ? STR("") : args);
	if (r->opts.command)
		repl_printf(r, REPL_OUT, "entries run: %s\n", r->opts.command);
	else
		repl_printf(r, REPL_OUT, "entries run no command\n");
	return true;
}
