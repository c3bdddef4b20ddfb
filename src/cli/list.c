/* SPDX-License-Identifier: Apache-2.0 */
/* list.c - espy -l: probes by pattern, or those of a script. */
#include <sys/stat.h>

#include "cli/cli.h"
#include "lang/lang.h"
#include "sema/expand.h"

#define MAX_SCRIPT (16u << 20) /* bytes */

struct listing {
	struct expand x;
	struct script script;
	struct str pattern; /* whole, as written */
	bool with_args;
	struct buf out;
};

/* One probe type, by the parts of the pattern after the type's name: those that
 * are not there match all. */
static void list_type(struct listing *l, const struct probe_type *row)
{
	struct attach_point ap = { .row = row, .text = l->pattern };
	struct str rest;
	struct arena *a = &l->script.arena;

	str_split(l->pattern, ':', &rest);
	vec_push(a, &ap.parts, str_from(row->name));
	vec_push(a, &ap.part_spans, (struct span){});
	while (rest.p) {
		vec_push(a, &ap.parts, str_split(rest, ':', &rest));
		vec_push(a, &ap.part_spans, (struct span){});
	}
	if (row->list)
		row->list(&l->x, &ap, l->with_args, &l->out);
	else
		buf_printf(&l->out, "%s\n", row->form);
}

static bool names_type(const struct probe_type *row, struct str word)
{
	if (str_glob(word, str_from(row->name)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(row->aliases); i++) {
		if (row->aliases[i] && str_is(word, row->aliases[i]))
			return true;
	}
	return false;
}

/* Lists every type the pattern's first part names. */
static size_t list_named(struct listing *l)
{
	struct str rest, word = str_split(l->pattern, ':', &rest);
	size_t n = 0;

	for (size_t i = 0; probe_type_tables[i]; i++) {
		for (const struct probe_type *r = probe_type_tables[i]; r->name;
		     r++) {
			if (!names_type(r, word))
				continue;
			list_type(l, r);
			n++;
		}
	}
	return n;
}

/* A word without a probe type is looked for in all names. */
static void list_search(struct listing *l)
{
	struct str wanted = l->pattern;
	struct buf all = {};
	struct str rest;

	if (!str_is_glob(wanted))
		wanted =
			str_printf(&l->script.arena, "*%.*s*", STR_ARG(wanted));
	l->pattern = STR("*");
	list_named(l);
	all = l->out;
	l->out = (struct buf){};
	for (rest = buf_view(&all); rest.n;) {
		struct str line = str_split(rest, '\n', &rest);

		if (line.n && line.p[0] != ' ' && str_glob(wanted, line)) {
			buf_str(&l->out, line);
			buf_putc(&l->out, '\n');
		}
	}
	buf_free(&all);
}

static void no_match(struct machine *m, struct str word, struct diags *d)
{
	struct suggest near = {};

	diag_error(d, (struct span){}, D_NO_MATCH, "no %s matches '%.*s'",
		   cli_is_type(word) ? "type" : "probe", STR_ARG(word));
	if (cli_is_type(word))
		machine_suggest_type(m, word, &near);
	if (near.best.p)
		diag_hint(d, "did you mean '%.*s'?", STR_ARG(near.best));
}

bool cli_list_pattern(struct machine *m, struct str pattern, bool with_args,
		      struct buf *out, struct diags *d)
{
	struct listing l = { .pattern = pattern, .with_args = with_args };
	struct sema_env env = { .machine = m };
	unsigned int before = d->errors;

	types_init(&l.script.types, &l.script.arena);
	options_default(&l.script.options);
	l.x = (struct expand){
		.script = &l.script,
		.env = &env,
		.machine = m,
		.d = d,
		.types = &l.script.types,
		.arena = &l.script.arena,
	};
	if (cli_is_type(pattern))
		cli_list_types(m, pattern, with_args, &l.out);
	else if (!list_named(&l) && !str_has(pattern, ':'))
		list_search(&l);
	if (l.out.n == 0 && d->errors == before)
		no_match(m, pattern, d);
	buf_str(out, buf_view(&l.out));
	buf_free(&l.out);
	arena_free(&l.script.arena);
	return d->errors == before;
}

static int list_pattern(const struct cli *c, struct machine *m, struct diags *d)
{
	auto_buf struct buf out = {};
	int status = 0;

	cli_list_pattern(m, c->word ? str_from(c->word) : STR("*"),
			 c->run.session.verbose, &out, d);
	if (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout))
		status = 2;
	return d->errors ? run_status(d) : status;
}

/* What a script attaches to: the names of its plan. */
static int list_script(const struct cli *c, struct machine *m,
		       struct sources *srcs, struct str name, struct str text,
		       struct diags *d)
{
	struct compile_opts o = {
		.machine = m,
		.params = c->params,
		.n_params = c->n_params,
		.unsafe = c->run.session.unsafe,
		.probe_filter = c->probe_filter,
		.last = STAGE_PLAN,
	};
	const struct source *src = source_add(srcs, name, text);
	struct plan *p = compile(srcs, src, &o, d);

	if (!p)
		return run_status(d);
	vec_each(it, &p->names)
		printf("%.*s\n", STR_ARG(*it));
	plan_free(p);
	return fflush(stdout) ? 2 : 0;
}

/* A script is named by its file; nothing that is a probe's name is one. */
static bool is_file(const char *word)
{
	struct stat st;

	return !stat(word, &st) && S_ISREG(st.st_mode);
}

int cli_list(const struct cli *c, struct machine *m, struct sources *srcs,
	     struct diags *d)
{
	auto_buf struct buf text = {};
	int err;

	if (c->program)
		return list_script(c, m, srcs, STR("stdin"),
				   str_from(c->program), d);
	if (!c->word || !is_file(c->word))
		return list_pattern(c, m, d);
	err = buf_read_file(&text, c->word, MAX_SCRIPT);
	if (!err)
		return list_script(c, m, srcs, str_from(c->word),
				   buf_view(&text), d);
	diag_errno(d, err, D_IO, "cannot read '%s'", c->word);
	return run_status(d);
}
