/* SPDX-License-Identifier: Apache-2.0 */
/* repl_complete_name.c - words of the language and names of the session. */
#include "cli/repl_complete_impl.h"

#include "cli/repl_args.h"
#include "lang/lang.h"
#include "plan/options.h"

static void add_functions(struct completing *c)
{
	for (size_t i = 0; function_tables[i]; i++)
		for (const struct function *f = function_tables[i]; f->name;
		     f++)
			complete_name(c, str_from(f->name), "(",
				      str_from(f->proto));
	vec_each(k, &c->env->calls)
		complete_name(c, k->text, "(", k->note);
}

static void add_builtins(struct completing *c)
{
	for (size_t i = 0; builtin_tables[i]; i++)
		for (const struct builtin *b = builtin_tables[i]; b->name; b++)
			complete_name(c, str_from(b->name), "",
				      str_printf(&c->out->arena, "%s  %s",
						 b->type, b->doc));
}

static void add_words(struct completing *c)
{
	static const char *const c_words[] = { "struct ", "union ", "enum ",
					       "else" };

	for (const struct word *w = word_rows; w->name; w++) {
		struct str rest,
			form = str_split(str_from(w->form), '\n', &rest);

		complete_name(c, str_from(w->name), "", form);
	}
	for (size_t i = 0; i < ARRAY_SIZE(c_words); i++)
		complete_add(c, str_from(c_words[i]), (struct str){});
}

/* Names that are in the text and begin with a mark: '@', '$'. */
static void add_marked(struct completing *c, char mark)
{
	for (size_t i = 0; i < c->text.n; i++) {
		size_t end = i + 1;
		const char *p = c->text.p;

		if (p[i] != mark)
			continue;
		while (end < c->text.n && place_is_name(p[end]))
			end++;
		if (p + i != c->word.p) /* not the one being typed */
			complete_add(c, (struct str){ p + i, end - i },
				     (struct str){});
		i = end - 1;
	}
}

void complete_maps(struct completing *c)
{
	vec_each(m, &c->env->maps)
		complete_add(c, m->name, m->note);
}

/* "struct " or the like stands before the word. */
static bool follows_type_word(const struct completing *c, struct str *from)
{
	static const char *const words[] = { "struct", "union", "enum" };
	struct str before = { c->text.p, (size_t)(c->word.p - c->text.p) };
	struct str s = args_trim(before);

	if (s.n == before.n)
		return false;
	s.n += (size_t)(s.p - before.p);
	s.p = before.p;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (!str_ends(s, words[i]) ||
		    (s.n > n && place_is_name(s.p[s.n - n - 1])))
			continue;
		*from = (struct str){ s.p + s.n - n,
				      (size_t)(c->word.p + c->word.n - s.p) -
					      s.n + n };
		return true;
	}
	return false;
}

void complete_note_call(struct completing *c)
{
	const struct function *f = function_find(c->place.call);

	if (f)
		c->out->note =
			str_printf(&c->out->arena, "%s  %s", f->proto, f->doc);
}

/* The whole name of a function tells what it is. */
static void note_word(struct completing *c)
{
	const struct builtin *b = builtin_find(c->word);

	if (b && c->word.n)
		c->out->note = str_printf(&c->out->arena, "%.*s: %s  %s",
					  STR_ARG(c->word), b->type, b->doc);
}

void complete_code(struct completing *c)
{
	struct str type;

	if (str_starts(c->word, "@")) {
		complete_maps(c);
		add_marked(c, '@');
		return;
	}
	if (str_starts(c->word, "$")) {
		add_marked(c, '$');
		return;
	}
	if (follows_type_word(c, &type)) {
		complete_from(c, type);
		complete_type(c);
		return;
	}
	add_functions(c);
	add_builtins(c);
	add_words(c);
	if (!c->place.call.n)
		note_word(c);
}

static void add_probe_types(struct completing *c)
{
	for (size_t i = 0; probe_type_tables[i]; i++)
		for (const struct probe_type *p = probe_type_tables[i]; p->name;
		     p++)
			complete_name(c, str_from(p->name),
				      p->max_parts ? ":" : "",
				      str_printf(&c->out->arena, "%s  %s",
						 p->form, p->doc));
}

static void add_declarations(struct completing *c)
{
	for (const struct word *w = word_rows; w->name; w++) {
		struct str rest,
			form = str_split(str_from(w->form), '\n', &rest);

		/* what stands before probes */
		if (str_ends(form, "}") || str_ends(form, "\";"))
			complete_name(c, str_from(w->name), "", form);
	}
}

void complete_head(struct completing *c)
{
	if (str_has(c->word, ':')) {
		complete_probe(c);
		return;
	}
	if (c->place.is_first && c->word.n) { /* it may be a statement */
		complete_code(c);
	} else {
		add_declarations(c);
	}
	add_probe_types(c);
}

/* --- settings ----------------------------------------------------------------- */

static void add_values(struct completing *c, struct str key)
{
	for (int i = 0; i < OPT_N; i++) {
		const struct option_row *r = &option_rows[i];

		if (!str_is(key, r->name))
			continue;
		c->out->note = str_from(r->doc);
		for (uint32_t n = 0; r->choices && r->choices[n]; n++)
			complete_add(c, str_from(r->choices[n]),
				     (struct str){});
		if (r->type == OT_BOOL) {
			complete_add(c, STR("true"), (struct str){});
			complete_add(c, STR("false"), (struct str){});
		}
	}
}

/* typed: "key va", "config = { a = 1; key = va". */
void complete_config(struct completing *c, struct str typed)
{
	size_t n = typed.n;
	struct str key, value;

	while (n && !strchr("{;,\n", typed.p[n - 1]))
		n--;
	value = args_trim((struct str){ typed.p + n, typed.n - n });
	key = value;
	for (key.n = 0; key.n < value.n && place_is_name(value.p[key.n]);)
		key.n++;
	if (key.n < value.n || (key.n && !c->word.n)) {
		add_values(c, key);
		return;
	}
	for (int i = 0; i < OPT_N; i++)
		complete_name(c, str_from(option_rows[i].name),
			      c->place.kind == PLACE_CONFIG ? " = " : " ",
			      str_from(option_rows[i].doc));
}

void complete_any_name(struct completing *c)
{
	for (size_t i = 0; function_tables[i]; i++)
		for (const struct function *f = function_tables[i]; f->name;
		     f++)
			complete_name(c, str_from(f->name), "",
				      str_from(f->proto));
	add_builtins(c);
	for (size_t i = 0; probe_type_tables[i]; i++)
		for (const struct probe_type *p = probe_type_tables[i]; p->name;
		     p++)
			complete_name(c, str_from(p->name), "",
				      str_from(p->form));
	for (const struct word *w = word_rows; w->name; w++)
		complete_name(c, str_from(w->name), "", str_from(w->doc));
	for (int i = 0; i < OPT_N; i++)
		complete_name(c, str_from(option_rows[i].name), "",
			      str_from(option_rows[i].doc));
}
