/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/repl_complete.h"

#include <stdlib.h>

#include "cli/repl_args.h"
#include "cli/repl_complete_impl.h"

/* --- words ------------------------------------------------------------------ */

void complete_add(struct completing *c, struct str text, struct str note)
{
	struct completion *o = c->out;

	if (text.n < c->word.n || memcmp(text.p, c->word.p, c->word.n) != 0)
		return;
	vec_push(&o->arena, &o->words,
		 ((struct complete_word){ str_copy(&o->arena, text),
					  str_copy(&o->arena, note) }));
}

void complete_name(struct completing *c, struct str name, const char *after,
		   struct str note)
{
	if (str_starts(name, "_") && !c->word.n)
		return; /* not for people */
	complete_add(c,
		     str_printf(&c->out->arena, "%.*s%s", STR_ARG(name), after),
		     note);
}

void complete_from(struct completing *c, struct str word)
{
	c->word = word;
	c->out->from = (size_t)(word.p - c->text.p);
}

static int by_text(const void *a, const void *b)
{
	const struct complete_word *x = a, *y = b;

	return str_cmp(x->text, y->text);
}

static void sort_words(complete_words *v)
{
	bool is_unsorted = false;
	size_t n = 0;

	if (!v->n)
		return;
	for (size_t i = 1; i < v->n && !is_unsorted; i++)
		is_unsorted = by_text(&v->v[i - 1], &v->v[i]) > 0;
	if (is_unsorted)
		qsort(v->v, v->n, sizeof(*v->v), by_text);
	for (size_t i = 1; i < v->n; i++)
		if (!str_eq(v->v[i].text, v->v[n].text))
			v->v[++n] = v->v[i];
	v->n = n + 1;
}

struct str completion_common(const struct completion *c)
{
	struct str all = {};

	if (c->words.n)
		all = c->words.v[0].text;
	vec_each(w, &c->words) {
		size_t n = 0;

		while (n < all.n && n < w->text.n && all.p[n] == w->text.p[n])
			n++;
		all.n = n;
	}
	return all;
}

void completion_free(struct completion *c)
{
	arena_free(&c->arena);
	*c = (struct completion){};
}

/* --- commands --------------------------------------------------------------- */

static const struct repl_command *command_of(const struct complete_env *e,
					     struct str name)
{
	const struct repl_command *found = NULL;

	for (const struct repl_command *c = e->commands; c->name; c++) {
		struct str full = str_from(c->name);

		if (str_eq(full, name))
			return c;
		if (!name.n || full.n < name.n ||
		    memcmp(full.p, name.p, name.n) != 0)
			continue;
		if (found)
			return NULL;
		found = c;
	}
	return found;
}

static void add_commands(struct completing *c, const char *prefix)
{
	c->out->after = ' ';
	for (const struct repl_command *r = c->env->commands; r->name; r++)
		complete_add(
			c, str_printf(&c->out->arena, "%s%s", prefix, r->name),
			str_printf(&c->out->arena, "%s%s%s", r->args,
				   *r->args ? "  " : "", r->brief));
}

static void add_entries(struct completing *c)
{
	vec_each(e, &c->env->entries)
		complete_add(c, e->text, e->note);
}

static void add_stages(struct completing *c, bool is_second)
{
	static const struct {
		const char *name, *note;
	} rows[] = {
		{ "ast", "the tree of the text" },
		{ "typed", "the tree with types" },
		{ "plan", "what is attached, its maps and events" },
		{ "ll", "LLVM's representation" },
		{ "asm", "BPF assembly" },
		{ "bpf", "what the kernel runs" },
	};

	if (is_second) {
		add_entries(c);
		return;
	}
	c->out->after = ' ';
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		complete_add(c, str_from(rows[i].name), str_from(rows[i].note));
}

/* "task_struct.mm->pg": fields; else types. */
static void add_types(struct completing *c, struct str args)
{
	size_t n = args.n;

	while (n && place_is_name(args.p[n - 1]))
		n--;
	if (!str_has(args, '.') && !memmem(args.p, args.n, "->", 2)) {
		if (cli_is_type(args))
			complete_from(c, args);
		complete_name(c, STR("args"), "",
			      STR("the arguments of the last entry's probe"));
		complete_type(c);
		return;
	}
	complete_from(c, (struct str){ args.p + n, args.n - n });
	n -= str_ends((struct str){ args.p, n }, "->") ? 2 : 1;
	args.n = n;
	for (n = 0;
	     n < args.n && (place_is_name(args.p[n]) || args.p[n] == ' ');)
		n++;
	complete_field(c, str_printf(&c->out->arena, "((%s%.*s)x)%.*s",
				     cli_is_type(args) ? "" : "struct ", (int)n,
				     args.p, (int)(args.n - n), args.p + n));
}

static void complete_args(struct completing *c, const struct repl_command *r,
			  struct str args)
{
	size_t n = args.n;
	struct str last;

	while (n && args.p[n - 1] != ' ' && args.p[n - 1] != '\t')
		n--;
	last = (struct str){ args.p + n, args.n - n };
	complete_from(c, last);
	switch (r->complete) {
	case COMPLETE_NONE: return;
	case COMPLETE_ENTRY: add_entries(c); return;
	case COMPLETE_MAP: complete_maps(c); return;
	case COMPLETE_FILE: complete_file(c); return;
	case COMPLETE_PROBE: complete_probe(c); return;
	case COMPLETE_NAME: complete_any_name(c); return;
	case COMPLETE_STAGE: add_stages(c, n > 0); return;
	case COMPLETE_SETTING: complete_config(c, args); return;
	case COMPLETE_COMMAND: add_commands(c, ""); return;
	case COMPLETE_PID: complete_pid(c); return;
	case COMPLETE_TYPE: add_types(c, args); return;
	}
}

static void complete_command(struct completing *c, struct str line)
{
	const struct repl_command *r;
	struct str args = { line.p + 1, line.n - 1 }, name = args;

	name.n = 0;
	while (name.n < args.n && place_is_name(args.p[name.n]))
		name.n++;
	if (name.n == args.n) {
		complete_from(c, line);
		add_commands(c, ":");
		return;
	}
	r = command_of(c->env, name);
	if (!r)
		return;
	c->out->note = str_printf(&c->out->arena, ":%s %s  %s", r->name,
				  r->args, r->brief);
	args = (struct str){ name.p + name.n, args.n - name.n };
	while (args.n && (args.p[0] == ' ' || args.p[0] == '\t'))
		args = (struct str){ args.p + 1, args.n - 1 };
	complete_args(c, r, args);
}

/* --- clauses and statements --------------------------------------------------- */

static bool is_kept_call(const struct completing *c)
{
	vec_each(k, &c->env->calls) {
		struct str k_name = { k->text.p, c->place.call.n };

		if (k->text.n >= k_name.n && str_eq(k_name, c->place.call)) {
			c->out->note = str_copy(&c->out->arena, k->note);
			return true;
		}
	}
	return false;
}

static void complete_language(struct completing *c, struct str before)
{
	c->place = repl_place(before);
	if (c->place.kind == PLACE_NOWHERE)
		return;
	complete_from(c, c->place.word);
	if (c->place.call.n && !is_kept_call(c))
		complete_note_call(c);
	switch (c->place.kind) {
	case PLACE_NOWHERE: return;
	case PLACE_HEAD: complete_head(c); return;
	case PLACE_CODE: complete_code(c); return;
	case PLACE_FIELD: complete_field(c, c->place.base); return;
	case PLACE_CONFIG:
		complete_config(c,
				(struct str){ c->place.clause.p,
					      c->place.clause.n + c->word.n });
		return;
	}
}

void repl_complete(const struct complete_env *env, struct str text, size_t at,
		   struct completion *out)
{
	struct completing c = { .env = env, .out = out, .text = text };
	struct str before = { text.p, at }, line = args_trim(before);

	types_init(&c.types, &out->arena);
	out->from = at;
	if (env->diags)
		diag_mute(env->diags, true);
	if (str_starts(line, ":"))
		complete_command(
			&c,
			(struct str){ line.p, at - (size_t)(line.p - text.p) });
	else
		complete_language(&c, before);
	if (env->diags)
		diag_mute(env->diags, false);
	vec_each(s, &c.scripts)
		script_free(*s);
	sources_free(&c.sources);
	diags_free(&c.scratch);
	sort_words(&out->words);
}
