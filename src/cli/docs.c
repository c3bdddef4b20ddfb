/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docs.h"

#include <ctype.h>

#include "base/diag.h"
#include "cli/repl.h"
#include "lang/lang.h"
#include "plan/options.h"

/* One row of any table, reduced to what documentation needs. */
struct doc_row {
	const char *name;
	const char *form; /* prototype, type or form of the attach point */
	const char *doc;
	const char *example;
	bool is_unsafe;
};

enum chapter {
	CH_FUNCTIONS,
	CH_BUILTINS,
	CH_WORDS,
	CH_PROBES,
	CH_OPTIONS,
	CH_CODES,
	CH_COMMANDS
};

static const char *const chapter_names[] = {
	[CH_FUNCTIONS] = "functions", [CH_BUILTINS] = "builtins",
	[CH_WORDS] = "words",         [CH_PROBES] = "probes",
	[CH_OPTIONS] = "options",     [CH_CODES] = "codes",
	[CH_COMMANDS] = "commands",
};

typedef void (*entry_fn)(const struct doc_row *e, enum chapter c, void *arg);

static void each_function(entry_fn f, void *arg)
{
	for (size_t i = 0; function_tables[i]; i++) {
		for (const struct function *r = function_tables[i]; r->name;
		     r++) {
			struct doc_row e = { r->name, r->proto, r->doc,
					     r->example, r->flags & FN_UNSAFE };

			f(&e, CH_FUNCTIONS, arg);
		}
	}
}

static void each_builtin(entry_fn f, void *arg)
{
	for (size_t i = 0; builtin_tables[i]; i++) {
		for (const struct builtin *r = builtin_tables[i]; r->name;
		     r++) {
			struct doc_row e = { r->name, r->type, r->doc,
					     r->example, false };

			f(&e, CH_BUILTINS, arg);
		}
	}
}

static void each_word(entry_fn f, void *arg)
{
	for (const struct word *r = word_rows; r->name; r++) {
		struct doc_row e = { r->name, r->form, r->doc, r->example,
				     false };

		f(&e, CH_WORDS, arg);
	}
}

static void each_probe(entry_fn f, void *arg)
{
	for (size_t i = 0; probe_type_tables[i]; i++) {
		for (const struct probe_type *r = probe_type_tables[i]; r->name;
		     r++) {
			struct doc_row e = { r->name, r->form, r->doc,
					     r->example, false };

			f(&e, CH_PROBES, arg);
		}
	}
}

static void option_form(const struct option_row *r, struct buf *out)
{
	static const char *const numbers[] = {
		[UNIT_NONE] = "number, ",
		[UNIT_BYTES] = "bytes, ",
		[UNIT_SHARE] = "share, ",
	};

	switch (r->type) {
	case OT_NUMBER:
		buf_puts(out, numbers[r->unit]);
		option_number(r, r->min, out);
		buf_puts(out, " to ");
		option_number(r, r->max, out);
		buf_puts(out, ", default ");
		option_number(r, r->fallback, out);
		return;
	case OT_BOOL:
		buf_printf(out, "true or false, default %s",
			   r->fallback ? "true" : "false");
		return;
	case OT_CHOICE:
		for (size_t i = 0; r->choices[i]; i++)
			buf_printf(out, "%s%s", i ? ", " : "one of ",
				   r->choices[i]);
		buf_printf(out, "; default %s", r->choices[r->fallback]);
		return;
	case OT_TEXT:
		buf_printf(out, "text, default \"%s\"", r->fallback_text);
		return;
	}
}

static void each_option(entry_fn f, void *arg)
{
	for (size_t i = 0; i < OPT_N; i++) {
		const struct option_row *r = &option_rows[i];
		auto_buf struct buf form = {};
		struct doc_row e = { r->name, NULL, r->doc, NULL, false };

		option_form(r, &form);
		e.form = form.p;
		f(&e, CH_OPTIONS, arg);
	}
}

static void each_code(entry_fn f, void *arg)
{
	for (int i = 0; i < D_N; i++) {
		struct doc_row e = { diag_code_name((enum diag_code)i), "",
				     diag_code_doc((enum diag_code)i), NULL,
				     false };

		f(&e, CH_CODES, arg);
	}
}

/* Of a session. */
static void each_command(entry_fn f, void *arg)
{
	for (const struct repl_command *c = repl_commands; c->name; c++) {
		auto_buf struct buf form = {}, doc = {};
		struct doc_row e = { c->name, NULL, NULL, NULL, false };

		buf_printf(&form, ":%s%s%s", c->name, *c->args ? " " : "",
			   c->args);
		buf_printf(&doc, "%c%s.", toupper((unsigned char)*c->brief),
			   c->brief + 1);
		if (c->help)
			buf_printf(&doc, "\n%s", c->help);
		while (doc.p[doc.n - 1] == '\n')
			doc.p[--doc.n] = '\0';
		e.form = form.p;
		e.doc = doc.p;
		f(&e, CH_COMMANDS, arg);
	}
}

static void each_entry(entry_fn f, void *arg)
{
	each_function(f, arg);
	each_builtin(f, arg);
	each_word(f, arg);
	each_probe(f, arg);
	each_option(f, arg);
}

/* --- for the terminal -------------------------------------------------------- */

/* The form has the name in it. */
static bool is_form(enum chapter c)
{
	return c == CH_FUNCTIONS || c == CH_PROBES || c == CH_WORDS ||
	       c == CH_COMMANDS;
}

struct about {
	struct str name;
	struct buf *out;
	bool found;
};

static void about_one(const struct doc_row *e, enum chapter c, void *arg)
{
	struct about *a = arg;

	if (!str_is(a->name, e->name))
		return;
	if (a->found)
		buf_putc(a->out, '\n');
	a->found = true;
	if (is_form(c))
		buf_printf(a->out, "%s\n", e->form);
	else
		buf_printf(a->out, "%s: %s\n", e->name, e->form);
	buf_printf(a->out, "    %s\n", e->doc);
	if (e->is_unsafe)
		buf_puts(a->out, "    Needs --unsafe.\n");
	if (e->example)
		buf_printf(a->out, "    Example: %s\n", e->example);
}

bool docs_about(struct str name, struct buf *out)
{
	const struct builtin *b = builtin_find(name); /* arg0 is argN */
	struct about a = { b ? str_from(b->name) : name, out, false };

	each_entry(about_one, &a);
	return a.found;
}

struct nearest {
	struct str name;
	struct suggest s;
};

static void nearest_one(const struct doc_row *e, enum chapter c, void *arg)
{
	struct nearest *n = arg;

	(void)c;
	suggest_offer(&n->s, n->name, str_from(e->name));
}

struct str docs_suggest(struct str name)
{
	struct nearest n = { .name = name };

	each_entry(nearest_one, &n);
	return n.s.best;
}

static void name_one(const struct doc_row *e, enum chapter c, void *arg)
{
	(void)c;
	buf_printf(arg, "%s ", e->name);
}

void docs_names(struct buf *out)
{
	each_entry(name_one, out);
}

/* --- for the manual ------------------------------------------------------------ */

/* Text as roff: backslashes doubled, dashes plain, no line starts a request. */
static void roff(struct buf *out, const char *text)
{
	bool begins = true; /* a line */

	for (; *text; text++) {
		if (begins && (*text == '.' || *text == '\''))
			buf_puts(out, "\\&");
		begins = *text == '\n';
		if (*text == '\\')
			buf_puts(out, "\\e");
		else if (*text == '-')
			buf_puts(out, "\\-");
		else
			buf_putc(out, *text);
	}
}

/* Each line of a form is one of several ways. */
static void roff_form(struct buf *out, const char *form)
{
	struct str rest = str_from(form);

	while (rest.n) {
		struct str line = str_split(rest, '\n', &rest);
		auto_buf struct buf text = {};

		buf_str(&text, line);
		roff(out, text.p);
		if (rest.n)
			buf_puts(out, "\n.TQ\n.B ");
	}
}

struct chapter_out {
	enum chapter chapter;
	struct buf *out;
};

static void chapter_one(const struct doc_row *e, enum chapter c, void *arg)
{
	struct chapter_out *o = arg;

	if (c != o->chapter)
		return;
	buf_puts(o->out, ".TP\n.B ");
	roff_form(o->out, is_form(c) ? e->form : e->name);
	buf_putc(o->out, '\n');
	if (c == CH_BUILTINS || c == CH_OPTIONS) {
		roff(o->out, e->form);
		buf_puts(o->out, ".\n");
	}
	roff(o->out, e->doc);
	buf_putc(o->out, '\n');
	if (e->is_unsafe)
		buf_puts(o->out, "Needs\n.BR \\-\\-unsafe .\n");
	if (e->example) {
		buf_puts(o->out, ".br\nExample:\n.I ");
		roff(o->out, e->example);
		buf_putc(o->out, '\n');
	}
}

bool docs_chapter(struct str chapter, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(chapter_names); i++) {
		struct chapter_out o = { (enum chapter)i, out };

		if (!str_is(chapter, chapter_names[i]))
			continue;
		if (i == CH_CODES)
			each_code(chapter_one, &o);
		else if (i == CH_COMMANDS)
			each_command(chapter_one, &o);
		else
			each_entry(chapter_one, &o);
		return true;
	}
	return false;
}

static void example_one(const struct doc_row *e, enum chapter c, void *arg)
{
	struct buf *out = arg;
	bool is_script;

	if (!e->example)
		return;
	/* no call or condition comes before the first block */
	is_script = e->example[strcspn(e->example, "({")] == '{' ||
		    strstr(e->example, "begin {");
	buf_printf(out, "// %s %s\n", chapter_names[c], e->name);
	if (c == CH_PROBES || is_script)
		buf_printf(out, "%s\n", e->example);
	else
		buf_printf(out, "begin { %s }\n", e->example);
}

void docs_examples(struct buf *out)
{
	each_entry(example_one, out);
}
