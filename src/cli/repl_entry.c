/* SPDX-License-Identifier: Apache-2.0 */
/* repl_entry.c - from text to a session that runs. */
#include <ctype.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/repl_impl.h"
#include "runtime/stats.h"

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static struct str trim(struct str s)
{
	while (s.n && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	while (s.n && isspace((unsigned char)*s.p))
		s.p++, s.n--;
	return s;
}

/* --- compiling -------------------------------------------------------------------- */

/* What is compiled, and for whom. */
struct unit {
	struct sources *srcs;
	struct str text;
	bool is_statement;
	uint32_t maker;
	enum stage last;
	struct buf *out; /* of the last stage; NULL: not wanted */
};

static struct plan *compile_unit(struct repl *r, const struct unit *u,
				 struct diags *d)
{
	struct compile_opts o = {
		.machine = r->machine,
		.params = r->cli->params,
		.n_params = r->cli->n_params,
		.is_statement = u->is_statement,
		.n_kept = repl_kept_sources(r, u->srcs, u->text),
		.live = &r->live,
		.maker = u->maker,
		.env = environ,
		.unsafe = r->opts.unsafe,
		.is_wary = r->cli->is_wary,
		.c_dirs = r->cli->c_dirs,
		.c_files = r->cli->c_files,
		.last = u->last,
	};

	o.text[u->last] = u->out;
	d->sources = u->srcs;
	return compile(u->srcs, source_add(u->srcs, STR("stdin"), u->text), &o,
		       d);
}

struct plan *repl_compile(struct repl *r, struct sources *srcs, struct str text,
			  enum stage last, struct buf *stage_text,
			  struct diags *d)
{
	const struct unit u = {
		.srcs = srcs,
		.text = text,
		.is_statement = repl_form(text) == FORM_STATEMENT,
		.last = last,
		.out = stage_text,
	};
	struct plan *p = compile_unit(r, &u, d);

	repl_forget_maps(r);
	return p;
}

void repl_forget_maps(struct repl *r)
{
	struct live_map *next;

	for (struct live_map *m = r->live.first; m; m = next) {
		next = m->next;
		if (!registry_find(r->maps, m->name))
			live_drop(&r->live, m->name);
	}
}

/* --- sessions --------------------------------------------------------------------- */

static bool open_session(struct repl *r, const struct plan *p, uint32_t maker,
			 struct session **out)
{
	struct session_opts o = r->opts;
	struct session *s;

	o.maker = maker;
	if (!maker) /* statements run once */
		o.command = NULL;
	s = session_open(p, r->machine, &o, r->diags);
	if (s && session_start(s)) {
		session_close(s);
		s = NULL;
	}
	*out = s;
	return s;
}

static void close_session(struct repl *r, struct entry *e)
{
	struct session_stats last;

	repl_unwatch(r, e);
	session_stop(e->session);
	session_flush(e->session);
	session_stats(e->session, &last);
	e->past.hits += last.hits;
	e->past.ns += last.ns;
	e->past.lost += last.lost;
	e->past.missed += last.missed;
	e->past.wall += last.wall;
	if (session_status(e->session) && !r->status)
		r->status = session_status(e->session);
	session_close(e->session);
	e->session = NULL;
}

static void free_entry(struct entry *e)
{
	session_close(e->session);
	plan_free(e->plan);
	sources_free(&e->sources);
	arena_free(&e->arena);
	free(e);
}

void repl_turn(struct repl *r, struct entry *e, bool all)
{
	int over;

	if (!e->session)
		return;
	over = all ? session_turn_all(e->session) : session_turn(e->session);
	if (!over)
		return;
	close_session(r, e);
	e->state = ENTRY_OVER;
	if (r->ui.is_interactive)
		repl_printf(r, REPL_ERR, "[%u] has ended\n", e->number);
}

/* --- clauses ------------------------------------------------------------------------ */

static void announce(struct repl *r, const struct entry *e)
{
	size_t n = session_targets(e->plan);

	if (r->opts.quiet)
		return;
	repl_printf(r, REPL_ERR, "[%u] %.*s", e->number, STR_ARG(e->name));
	if (n > 1)
		repl_printf(r, REPL_ERR, " (%zu probes)", n);
	repl_put(r, REPL_ERR, STR("\n"));
}

static struct entry *new_entry(struct str text)
{
	struct entry *e = xzalloc(sizeof(*e));

	e->text = str_copy(&e->arena, text);
	e->added = time(NULL);
	return e;
}

static void link_entry(struct repl *r, struct entry *e)
{
	struct entry **end = &r->entries;

	e->number = ++r->last_number;
	while (*end)
		end = &(*end)->next;
	*end = e;
}

static bool attach(struct repl *r, struct entry *e, uint32_t maker)
{
	uint64_t start = now_ns();

	if (!open_session(r, e->plan, maker, &e->session))
		return false;
	r->attach_ns = e->attach_ns = now_ns() - start;
	e->state = ENTRY_ON;
	return true;
}

/* Compiled and attached, or not a trace is left. */
static bool make_entry(struct repl *r, struct entry *e)
{
	const struct unit u = {
		.srcs = &e->sources,
		.text = e->text,
		.maker = r->last_number + 1,
		.last = STAGE_OBJ,
	};
	uint64_t start = now_ns();

	e->plan = compile_unit(r, &u, r->diags);
	r->compile_ns = e->compile_ns = now_ns() - start;
	if (!e->plan || !attach(r, e, u.maker)) {
		repl_forget_maps(r);
		return false;
	}
	e->name = str_copy(&e->arena, e->plan->probes.v[0].name);
	link_entry(r, e);
	repl_show_diags(r);
	announce(r, e);
	if (repl_watch(r, e))
		repl_turn(r, e, false);
	return true;
}

/* --- declarations --------------------------------------------------------------------- */

/* They are right when a script that has them, and nothing else, is. */
static bool check_declarations(struct repl *r, struct sources *srcs,
			       struct str text)
{
	auto_buf struct buf whole = { 0 };
	struct unit u = { .srcs = srcs, .last = STAGE_PLAN };
	struct plan *p;

	buf_str(&whole, text);
	buf_puts(&whole, "\nbegin { }");
	u.text = buf_view(&whole);
	p = compile_unit(r, &u, r->diags);
	plan_free(p);
	return p;
}

/* Keeps what text declares; it was found to be right. */
static void keep(struct repl *r, struct str text)
{
	struct sources srcs = { 0 };
	struct diags d = { .sources = &srcs };
	const struct source *src = source_add(&srcs, STR(""), text);
	struct parse_env env = { .params = r->cli->params,
				 .n_params = r->cli->n_params };
	struct script *s = script_parse(&srcs, src, &env, &d);

	if (s)
		repl_keep_all(r, s, src);
	script_free(s);
	diags_free(&d);
	sources_free(&srcs);
}

/* Nothing to attach? Texts with mistakes have something. */
static bool only_declares(struct repl *r, struct str text)
{
	struct sources srcs = { 0 };
	struct diags d = { .sources = &srcs };
	struct parse_env env = { .params = r->cli->params,
				 .n_params = r->cli->n_params };
	struct script *s =
		script_parse(&srcs, source_add(&srcs, STR(""), text), &env, &d);
	bool is_so = s && !s->probes && !s->imports;

	script_free(s);
	diags_free(&d);
	sources_free(&srcs);
	return is_so;
}

/* Later entries may use what is declared. */
static void drop_unused(struct diags *d)
{
	size_t n = 0;

	vec_each(it, &d->v)
		if (it->code != D_UNUSED || it->severity != SEV_WARNING)
			d->v.v[n++] = *it;
	d->warnings -= (unsigned int)(d->v.n - n);
	d->v.n = n;
}

static bool enter_declarations(struct repl *r, struct str text)
{
	struct sources srcs = { 0 };

	if (!check_declarations(r, &srcs, text)) {
		repl_fail(r, text, &srcs);
		return false;
	}
	drop_unused(r->diags);
	repl_show_diags(r);
	sources_free(&srcs);
	keep(r, text);
	return true;
}

bool repl_enter_script(struct repl *r, struct str text)
{
	struct entry *e;

	text = trim(text);
	if (only_declares(r, text))
		return enter_declarations(r, text);
	e = new_entry(text);
	if (make_entry(r, e)) {
		keep(r, text);
		return true;
	}
	repl_fail(r, text, &e->sources);
	free_entry(e);
	return false;
}

/* --- statements ------------------------------------------------------------------------ */

static bool run_once(struct repl *r, const struct plan *p)
{
	struct session *s;

	if (!open_session(r, p, 0, &s))
		return false;
	session_turn_all(s);
	session_stop(s);
	session_flush(s);
	session_close(s);
	return true;
}

bool repl_enter_statement(struct repl *r, struct str text)
{
	struct sources srcs = { 0 };
	const struct unit u = {
		.srcs = &srcs,
		.text = trim(text),
		.is_statement = true,
		.last = STAGE_OBJ,
	};
	uint64_t start = now_ns();
	struct plan *p = compile_unit(r, &u, r->diags);
	bool ok = p;

	r->compile_ns = now_ns() - start;
	if (p)
		repl_show_diags(r); /* warnings come before what it prints */
	start = now_ns();
	if (p)
		ok = run_once(r, p);
	r->attach_ns = now_ns() - start;
	plan_free(p);
	repl_forget_maps(r);
	if (!ok)
		repl_fail(r, u.text, &srcs);
	sources_free(&srcs);
	return ok;
}

/* --- the life of an entry ------------------------------------------------------------- */

struct entry *repl_find(struct repl *r, struct str number)
{
	uint64_t n = 0;

	for (size_t i = 0; i < number.n && i < 9; i++)
		n = isdigit((unsigned char)number.p[i])
			    ? n * 10 + (uint64_t)(number.p[i] - '0')
			    : UINT32_MAX;
	for (struct entry *e = r->entries; e; e = e->next)
		if (e->number == n && number.n < 10)
			return e;
	diag_error(r->diags, (struct span){ 0 }, D_USAGE,
		   "no entry has the number '%.*s'", STR_ARG(number));
	diag_hint(r->diags, ":ls shows those that are there");
	return NULL;
}

bool repl_on(struct repl *r, struct entry *e)
{
	if (e->session)
		return true;
	if (!attach(r, e, e->number))
		return false;
	announce(r, e);
	if (repl_watch(r, e))
		repl_turn(r, e, false);
	return true;
}

bool repl_off(struct repl *r, struct entry *e)
{
	repl_turn(r, e, true);
	if (e->session)
		close_session(r, e);
	e->state = ENTRY_OFF;
	return true;
}

bool repl_remove(struct repl *r, struct entry *e)
{
	struct entry **at = &r->entries;

	repl_off(r, e);
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	free_entry(e);
	return true;
}

void repl_close_entries(struct repl *r)
{
	while (r->entries)
		repl_remove(r, r->entries);
}
