/* SPDX-License-Identifier: Apache-2.0 */
/* repl_term_complete.c - Tab: readline's side of repl_complete.h. */
#include <stdio.h>
#include <stdlib.h>

#include <readline/readline.h>

#include "cli/repl_args.h"
#include "cli/repl_term.h"

/* --- what the session knows ------------------------------------------------------ */

static struct str first_line(struct str text)
{
	struct str rest;

	return str_split(text, '\n', &rest);
}

static void know_maps(struct repl *r, struct arena *a, struct types *types,
		      struct complete_env *env)
{
	for (struct registry_map *m = registry_first(r->maps); m; m = m->next) {
		const struct live_map *live = live_find(&r->live, m->map.name);
		struct complete_map *known = vec_add(a, &env->maps);
		const struct type *key = registry_key(m);

		known->name = m->map.name;
		known->note =
			str_printf(a, "%s%s%s", key ? type_name(a, key) : "",
				   key ? " -> " : "",
				   type_name(a, registry_value(m)));
		if (live)
			known->value = live_value(live, types, r->machine);
	}
}

static void know_rest(struct repl *r, struct arena *a, struct complete_env *env)
{
	for (const struct kept *k = r->kept; k; k = k->next) {
		struct str rest;

		if (k->kind != KEPT_FN && k->kind != KEPT_MACRO)
			continue;
		vec_push(a, &env->calls,
			 ((struct complete_word){
				 k->name,
				 args_trim(str_split(k->text, '{', &rest)) }));
	}
	for (const struct entry *e = r->entries; e; e = e->next)
		vec_push(
			a, &env->entries,
			((struct complete_word){ str_printf(a, "%u", e->number),
						 first_line(e->text) }));
}

/* --- showing ---------------------------------------------------------------------- */

void repl_term_tell(struct str text)
{
	int at = rl_point;

	rl_point = rl_end;
	rl_redisplay();
	rl_crlf();
	fprintf(rl_outstream, "%.*s", STR_ARG(text));
	fflush(rl_outstream);
	rl_point = at;
	rl_on_new_line();
	rl_forced_update_display();
}

/* A line of at most width bytes, cut between characters. */
static void put_line(struct buf *out, struct str text, size_t width)
{
	if (text.n > width) {
		text.n = width;
		while (text.n && (text.p[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	buf_str(out, text);
	buf_putc(out, '\n');
}

static size_t widest(const complete_words *v)
{
	size_t n = 0;

	vec_each(w, v)
		n = w->text.n > n ? w->text.n : n;
	return n;
}

/* Each with what is told of it. */
static void put_notes(const complete_words *v, size_t columns, struct buf *out)
{
	size_t width = widest(v) + 2;

	vec_each(w, v) {
		auto_buf struct buf line = {};

		buf_str(&line, w->text);
		if (w->note.n) {
			buf_pad(&line, ' ', width - w->text.n);
			buf_str(&line, first_line(w->note));
		}
		put_line(out, buf_view(&line), columns);
	}
}

/* In columns, as many as fit; downwards, as ls does. */
static void put_columns(const complete_words *v, size_t columns, size_t rows,
			struct buf *out)
{
	size_t width = widest(v) + 2;
	size_t across = columns / width ? columns / width : 1;
	size_t down = (v->n + across - 1) / across;
	size_t shown = v->n;

	if (down > rows) {
		down = rows;
		shown = down * across;
	}
	for (size_t y = 0; y < down; y++) {
		auto_buf struct buf line = {};

		for (size_t i = y; i < shown; i += down) {
			if (line.n)
				buf_pad(&line, ' ', width - line.n % width);
			buf_str(&line, v->v[i].text);
		}
		put_line(out, buf_view(&line), columns);
	}
	if (shown < v->n)
		buf_printf(out, "... and %zu more: go on typing\n",
			   v->n - shown);
}

static bool has_notes(const complete_words *v)
{
	vec_each(w, v)
		if (w->note.n)
			return true;
	return false;
}

static void show(char **matches, int n, int longest)
{
	const struct completion *c = &repl_term_now()->completion;
	auto_buf struct buf out = {};
	size_t columns, rows;
	int height, width;

	(void)matches, (void)n, (void)longest;
	rl_get_screen_size(&height, &width);
	columns = width > 10 ? (size_t)width - 1 : 10;
	rows = height > 8 ? (size_t)height - 4 : 4;
	if (c->note.n)
		put_line(&out, first_line(c->note), columns);
	if (c->words.n <= rows && has_notes(&c->words))
		put_notes(&c->words, columns, &out);
	else
		put_columns(&c->words, columns, rows, &out);
	repl_term_tell(buf_view(&out));
}

/* --- asking ------------------------------------------------------------------------ */

static void ask(struct term *t)
{
	struct arena arena = {};
	struct types types = {};
	struct complete_env env = {
		.machine = t->repl->machine,
		.diags = t->repl->diags,
		.commands = repl_commands,
		.cache = &t->cache,
	};
	auto_buf struct buf text = {};

	completion_free(&t->completion);
	types_init(&types, &arena);
	know_maps(t->repl, &arena, &types, &env);
	know_rest(t->repl, &arena, &env);
	buf_str(&text, buf_view(&t->before));
	buf_puts(&text, rl_line_buffer);
	repl_complete(&env, buf_view(&text), t->before.n + (size_t)rl_point,
		      &t->completion);
	arena_free(&arena);
}

/* What the line is up to the cursor, with a word in it. */
static char *line_with(const struct term *t, struct str word)
{
	size_t n = t->completion.from - t->before.n;
	char *line = xzalloc(n + word.n + 1);

	memcpy(line, rl_line_buffer, n);
	memcpy(line + n, word.p, word.n);
	return line;
}

/* The first one is what all have in common. */
static char **matches_of(const struct term *t)
{
	const complete_words *v = &t->completion.words;
	char **all = xzalloc((v->n + 2) * sizeof(*all));

	all[0] = line_with(t, completion_common(&t->completion));
	for (size_t i = 0; v->n > 1 && i < v->n; i++)
		all[i + 1] = line_with(t, v->v[i].text);
	return all;
}

/* The prototype of the only function that can be meant; what is known of the
 * place when nothing can be offered. */
static void tell_note(const struct completion *c)
{
	auto_buf struct buf out = {};
	struct str note = {};
	int height, width;

	if (!c->words.n)
		note = c->note;
	else if (c->words.n == 1 && str_ends(c->words.v[0].text, "("))
		note = c->words.v[0].note;
	if (!note.n)
		return;
	rl_get_screen_size(&height, &width);
	put_line(&out, first_line(note), width > 10 ? (size_t)width - 1 : 10);
	repl_term_tell(buf_view(&out));
}

static char **attempt(const char *word, int start, int end)
{
	struct term *t = repl_term_now();

	(void)word, (void)start, (void)end;
	rl_attempted_completion_over = 1;
	ask(t);
	rl_completion_append_character = t->completion.after;
	tell_note(&t->completion);
	if (!t->completion.words.n || t->completion.from < t->before.n)
		return NULL;
	return matches_of(t);
}

/* The word is all of the line: what begins where is not for readline to
 * know. */
static char *no_breaks(void)
{
	static char none[] = "";

	return none;
}

/* Behind the blanks of a line that goes on, Tab is one more. */
static bool is_margin(void)
{
	int i = rl_point;

	while (i > 0 &&
	       (rl_line_buffer[i - 1] == ' ' || rl_line_buffer[i - 1] == '\t'))
		i--;
	return i ? rl_line_buffer[i - 1] == '\n'
		 : repl_term_now()->before.n > 0;
}

static int tab_key(int count, int key)
{
	if (is_margin())
		return rl_insert(count, key);
	if (rl_last_func == tab_key)
		rl_last_func = rl_complete;
	return rl_complete(count, key);
}

void repl_term_bind_tab(void)
{
	rl_attempted_completion_function = attempt;
	rl_completion_word_break_hook = no_breaks;
	rl_completion_display_matches_hook = show;
	rl_completer_quote_characters = NULL;
	rl_sort_completion_matches = 0;
	rl_ignore_completion_duplicates = 0;
	rl_variable_bind("show-all-if-unmodified", "on");
	rl_bind_key('\t', tab_key);
	rl_bind_key_in_map('\t', tab_key, vi_insertion_keymap);
}
