/* SPDX-License-Identifier: Apache-2.0 */
/* repl_ask.c - commands that answer questions about the system, the language
 * and what was said. */
#include <inttypes.h>

#include "cli/docs.h"
#include "cli/explain.h"
#include "cli/repl_args.h"
#include "cli/repl_rows.h"
#include "cli/show_type.h"

/* --- shared --------------------------------------------------------------- */

bool repl_misuse(struct repl *r, const char *fmt, ...)
{
	auto_buf struct buf text = {};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	return diag_error(r->diags, (struct span){}, D_USAGE, "%s", text.p);
}

struct entry *repl_entry_arg(struct repl *r, struct str word)
{
	struct entry *e = r->entries;

	if (word.n)
		return repl_find(r, word);
	while (e && e->next)
		e = e->next;
	if (e)
		return e;
	repl_misuse(r, "nothing was entered yet that stays");
	diag_hint(r->diags, "a clause is PROBE { ... }, as in "
			    "interval:s:1 { print(nsecs); }");
	return NULL;
}

size_t repl_width(const struct repl *r)
{
	uint32_t columns = 0, rows;

	if (r->ui.is_interactive && r->ui.size)
		r->ui.size(r->ui.arg, &columns, &rows);
	return columns;
}

static bool answer(struct repl *r, const struct buf *text)
{
	repl_put(r, REPL_OUT, buf_view(text));
	return true;
}

/* --- :help ---------------------------------------------------------------- */

static void put_usage(const struct repl_command *c, size_t width,
		      struct buf *out)
{
	size_t start = out->n;

	buf_printf(out, ":%s%s%s", c->name, *c->args ? " " : "", c->args);
	if (out->n - start < width)
		buf_pad(out, ' ', width - (out->n - start));
}

static bool help_all(struct repl *r)
{
	auto_buf struct buf out = {};

	buf_puts(&out, "PROBE { ... } attaches at once and stays; a statement "
		       "or an expression runs once.\n");
	for (const struct repl_command *c = repl_commands; c->name; c++) {
		buf_puts(&out, "  ");
		put_usage(c, 24, &out);
		buf_printf(&out, "%s\n", c->brief);
	}
	buf_puts(&out, "':help NAME' tells more; the beginning of a name is "
		       "enough. ':doc NAME' is about\nthe language.\n");
	return answer(r, &out);
}

bool repl_cmd_help(struct repl *r, struct str args)
{
	const struct repl_command *c;
	auto_buf struct buf out = {};

	if (!args.n)
		return help_all(r);
	if (str_starts(args, ":"))
		args = (struct str){ args.p + 1, args.n - 1 };
	c = repl_command_find(args, r->diags);
	if (!c)
		return false;
	put_usage(c, 0, &out);
	buf_printf(&out, "\n    %s.\n", c->brief);
	for (struct str rest = str_from(c->help); rest.n;) {
		struct str line = str_split(rest, '\n', &rest);

		buf_printf(&out, "    %.*s\n", STR_ARG(line));
	}
	return answer(r, &out);
}

/* --- probes, types, words ---------------------------------------------------- */

bool repl_cmd_list(struct repl *r, struct str args)
{
	struct str rest = args, pattern = args_word(&rest);
	bool with_args = str_is(pattern, "-v");
	auto_buf struct buf out = {};

	pattern = with_args ? rest : args;
	if (!pattern.n)
		pattern = STR("*");
	if (!cli_list_pattern(r->machine, pattern, with_args, &out, r->diags))
		return false;
	return answer(r, &out);
}

/* The arguments of what an entry is attached to. */
static bool show_args(struct repl *r, struct str number)
{
	const struct entry *e = repl_entry_arg(r, number);
	auto_buf struct buf out = {};

	if (!e)
		return false;
	vec_each(p, &e->plan->probes) {
		struct str name = p->targets.n ? e->plan->names.v[p->names.v[0]]
					       : p->name;

		if (!cli_list_pattern(r->machine, name, true, &out, r->diags))
			return false;
	}
	return answer(r, &out);
}

bool repl_cmd_type(struct repl *r, struct str args)
{
	struct str rest = args, word = args_word(&rest);
	auto_buf struct buf out = {};
	bool ok;

	if (!word.n) {
		repl_misuse(r, ":t expects a type, a field or args");
		diag_hint(r->diags, "':t struct file', ':t file.f_inode', "
				    "':t args'");
		return false;
	}
	if (str_is(word, "args"))
		return show_args(r, rest);
	if (str_has(args, ':'))
		ok = cli_list_pattern(r->machine, args, true, &out, r->diags);
	else
		ok = show_type(r->machine, args, &out, r->diags);
	return ok && answer(r, &out);
}

bool repl_cmd_doc(struct repl *r, struct str args)
{
	auto_buf struct buf out = {};
	struct str near;

	if (!args.n)
		return repl_misuse(r, ":doc expects the name of a function, "
				      "builtin, probe type or setting");
	if (str_starts(args, ":"))
		return repl_cmd_help(r, args);
	if (docs_about(args, &out))
		return answer(r, &out);
	near = docs_suggest(args);
	repl_misuse(r, "nothing is called '%.*s'", STR_ARG(args));
	if (near.p)
		diag_hint(r->diags, "did you mean '%.*s'?", STR_ARG(near));
	return false;
}

/* --- the session ------------------------------------------------------------- */

static bool takes_nothing(struct repl *r, const char *command, struct str args)
{
	return !args.n || repl_misuse(r, ":%s takes nothing, found '%.*s'",
				      command, STR_ARG(args));
}

bool repl_cmd_why(struct repl *r, struct str args)
{
	auto_buf struct buf out = {};

	if (!takes_nothing(r, "why", args))
		return false;
	if (!r->failure.diags.v.n)
		buf_puts(&out, "nothing has failed yet\n");
	else
		explain_diags(&r->failure.diags, r->ui.colour, &out);
	return answer(r, &out);
}

static double ms(uint64_t ns)
{
	return (double)ns / 1e6;
}

bool repl_cmd_time(struct repl *r, struct str args)
{
	if (!takes_nothing(r, "time", args))
		return false;
	if (!r->compile_ns) {
		repl_printf(r, REPL_OUT, "nothing was compiled yet\n");
		return true;
	}
	repl_printf(r, REPL_OUT, "compile %.1f ms, attach %.1f ms\n",
		    ms(r->compile_ns), ms(r->attach_ns));
	return true;
}

static size_t count_lines(struct str text)
{
	size_t n = 0;

	while (text.n) {
		str_split(text, '\n', &text);
		n++;
	}
	return n;
}

bool repl_cmd_history(struct repl *r, struct str args)
{
	struct str rest = buf_view(&r->history);
	uint64_t n = 0, all = count_lines(rest);
	auto_buf struct buf out = {};

	if (args.n && !args_number(args, UINT32_MAX, &n))
		return repl_misuse(r,
				   ":history expects how many of the last "
				   "lines, found '%.*s'",
				   STR_ARG(args));
	if (!n || n > all)
		n = all;
	for (; rest.n; all--) {
		struct str line = str_split(rest, '\n', &rest);

		if (all <= n)
			buf_printf(&out, "%.*s\n", STR_ARG(line));
	}
	return answer(r, &out);
}
