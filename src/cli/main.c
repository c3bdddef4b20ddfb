/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the espy command: one of run, check, emit, save, list and the
 * texts about itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/stdfds.h"
#include "cli/check.h"
#include "cli/cache.h"
#include "cli/cli.h"
#include "cli/completion.h"
#include "cli/docs.h"
#include "cli/explain.h"
#include "cli/times.h"
#include "cli/tools.h"
#include "cli/repl.h"
#include "cli/script.h"

/* Everything of one invocation. */
struct app {
	struct cli cli;
	struct sources sources;
	struct diags diags;
	struct machine *machine;
	struct buf text; /* of the script or saved program */
	struct buf path; /* of --tool */
	struct laps laps; /* MODE_TIME */
};

static int put(const struct buf *b)
{
	if (fwrite(b->p, 1, b->n, stdout) == b->n && fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "espy: cannot write: %s\n", strerror(errno));
	return 2;
}

static int save(struct app *a, const struct plan *p)
{
	auto_buf struct buf elf = {};
	auto_fd int fd = open(a->cli.save, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0) {
		diag_errno(&a->diags, errno, D_IO, "cannot write '%s'",
			   a->cli.save);
		return 2;
	}
	buf_str(&elf, p->object);
	plan_seal(&elf);
	for (size_t done = 0; done < elf.n;) {
		ssize_t n = write(fd, elf.p + done, elf.n - done);

		if (n < 0) {
			diag_errno(&a->diags, errno, D_IO, "cannot write '%s'",
				   a->cli.save);
			unlink(a->cli.save);
			return 2;
		}
		done += (size_t)n;
	}
	return 0;
}

static enum stage last_stage(const struct cli *c)
{
	return c->mode == MODE_EMIT ? c->stage : STAGE_OBJ;
}

static struct plan *make_plan(struct app *a, struct str name,
			      struct buf *emitted)
{
	const struct cli *c = &a->cli;
	struct compile_opts o = {
		.machine = a->machine,
		.params = c->params,
		.n_params = c->n_params,
		.probe_filter = c->probe_filter,
		.params_later = c->mode == MODE_SAVE,
		.env = environ,
		.unsafe = c->run.session.unsafe,
		.is_wary = c->is_wary,
		.c_dirs = c->c_dirs,
		.c_files = c->c_files,
		.last = last_stage(c),
	};

	if (c->mode == MODE_TIME)
		o.laps = &a->laps;
	if (c->mode == MODE_EMIT)
		o.text[c->stage] = emitted;
	a->cli.run.session.params_checked = true;
	return compile(&a->sources,
		       source_add(&a->sources, name, buf_view(&a->text)), &o,
		       &a->diags);
}

/* A program that was saved is run as it is; all else it cannot do. */
static struct plan *load_plan(struct app *a, struct buf *emitted)
{
	struct plan *p = plan_from_elf(buf_view(&a->text), &a->diags);

	if (p && a->cli.mode == MODE_EMIT && a->cli.stage == STAGE_PLAN)
		plan_text(p, emitted);
	else if (p && a->cli.mode != MODE_RUN && a->cli.mode != MODE_CHECK) {
		diag_error(&a->diags, (struct span){}, D_USAGE,
			   "'%s' is already compiled", a->cli.file);
		plan_free(p);
		return NULL;
	}
	return p;
}

/* p NULL: there are mistakes, which only JSON tells again. */
static int report(struct app *a, const struct plan *p)
{
	const struct session_opts *o = &a->cli.run.session;
	bool is_json = o->form == OUT_FORM_JSON;
	auto_buf struct buf out = {};
	struct check c = {};
	int status = 0;

	if (!is_json && o->form != OUT_FORM_TEXT) {
		diag_error(&a->diags, (struct span){}, D_USAGE,
			   "--check reports as text or json");
		return 1;
	}
	if (o->quiet && !is_json)
		return 0;
	if (p && !check_open(&c, p, a->machine, &a->diags))
		status = run_status(&a->diags);
	else if (is_json)
		check_json(p ? &c : NULL, &a->diags, &out);
	else if (p)
		check_text(&c, &out);
	check_free(&c);
	return status ? status : put(&out);
}

static int report_times(struct app *a, const struct plan *p)
{
	auto_buf struct buf out = {};
	int status =
		times_report(&a->laps, p, a->machine, &a->cli, &out, &a->diags);

	return put(&out) ? 2 : status;
}

/* The script is not to be compiled again. */
static void keep(struct app *a, struct str name, const struct plan *p)
{
	struct cache k;

	if (cache_open(&k, &a->cli, name, buf_view(&a->text), "/proc/self/exe"))
		cache_put(&k, p, &a->sources, a->machine);
	cache_close(&k);
}

static int run_script(struct app *a)
{
	auto_buf struct buf emitted = {};
	struct str name;
	int status = 0;

	if (!script_read(&a->cli, &a->text, &a->path, &name, &a->diags))
		return 2;
	struct plan *p = plan_is_elf(buf_view(&a->text))
				 ? load_plan(a, &emitted)
				 : make_plan(a, name, &emitted);
	if (a->cli.mode == MODE_CHECK)
		status = report(a, p);
	if (!p)
		return run_status(&a->diags);
	if (!a->diags.v.n && !plan_is_elf(buf_view(&a->text)))
		keep(a, name, p);
	/* warnings come before the run, not after it */
	run_print_diags(&a->diags, a->cli.run.session.colour);
	if (a->cli.mode == MODE_EMIT)
		status = put(&emitted);
	else if (a->cli.mode == MODE_TIME)
		status = report_times(a, p);
	else if (a->cli.mode == MODE_SAVE)
		status = save(a, p);
	else if (a->cli.mode == MODE_RUN)
		status = run_plan(p, a->machine, &a->cli.run, &a->diags);
	plan_free(p);
	return status;
}

static int about(struct app *a)
{
	auto_buf struct buf out = {};
	struct str word = str_from(a->cli.word);

	if (a->cli.is_chapter && str_is(word, "examples")) {
		docs_examples(&out);
		return put(&out);
	}
	if (a->cli.is_chapter && str_is(word, "mistakes")) {
		explain_scripts(&out);
		return put(&out);
	}
	if (a->cli.is_chapter ? docs_chapter(word, &out)
			      : docs_about(word, &out))
		return put(&out);
	diag_error(&a->diags, (struct span){}, D_USAGE,
		   "nothing is called '%.*s'", STR_ARG(word));
	struct str near = docs_suggest(word);

	if (near.p)
		diag_hint(&a->diags, "did you mean '%.*s'?", STR_ARG(near));
	return 1;
}

static int explain(struct app *a)
{
	auto_buf struct buf out = {};
	enum diag_code code;
	struct str word = str_from(a->cli.word);

	if (!a->cli.word) {
		explain_list(&out);
		return put(&out);
	}
	if (diag_code_find(word, &code)) {
		explain_code(code, &out);
		return put(&out);
	}
	diag_error(&a->diags, (struct span){}, D_USAGE,
		   "no message has the code '%.*s'", STR_ARG(word));
	word = explain_suggest(word);
	if (word.p)
		diag_hint(&a->diags, "did you mean '%.*s'?", STR_ARG(word));
	else
		diag_hint(&a->diags, "espy --explain lists them");
	return 1;
}

static int list_tools(struct app *a)
{
	auto_buf struct buf out = {};

	return tools_list(a->machine, &out, &a->diags) ? put(&out) : 1;
}

static int info(struct app *a)
{
	auto_buf struct buf out = {};

	cli_info(a->machine, &out);
	return put(&out);
}

static int complete(struct app *a)
{
	auto_buf struct buf out = {};

	if (completion_script(str_from(a->cli.word), &out))
		return put(&out);
	diag_error(&a->diags, (struct span){}, D_USAGE,
		   "--completion expects bash, zsh or fish, found '%s'",
		   a->cli.word);
	return 1;
}

static int dispatch(struct app *a)
{
	switch (a->cli.mode) {
	case MODE_HELP: fputs(cli_help, stdout); return 0;
	case MODE_VERSION: puts("espy " PACKAGE_VERSION); return 0;
	case MODE_COMPLETION: return complete(a);
	case MODE_DOC: return about(a);
	case MODE_EXPLAIN: return explain(a);
	case MODE_INFO: return info(a);
	case MODE_TOOLS: return list_tools(a);
	case MODE_REPL:
		return repl_main(&a->cli, a->machine, a->cli.file, &a->diags);
	case MODE_LIST:
		return cli_list(&a->cli, a->machine, &a->sources, &a->diags);
	case MODE_RUN:
	case MODE_CHECK:
	case MODE_EMIT:
	case MODE_TIME:
	case MODE_SAVE: return run_script(a);
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct app a = {};
	int status = 1;

	stdfds_open();
	times_begin(&a.laps);
	a.diags.sources = &a.sources;
	a.machine = machine_open(getenv("ESPY_SYSROOT"), &a.diags);
	if (cli_parse(&a.cli, argc, argv, &a.diags)) {
		a.diags.tells_codes =
			a.cli.run.session.verbose || isatty(STDERR_FILENO);
		machine_set_process(a.machine, (int)a.cli.run.session.pid);
		status = dispatch(&a);
	}
	run_print_diags(&a.diags, a.cli.run.session.colour);
	machine_close(a.machine);
	buf_free(&a.text);
	buf_free(&a.path);
	diags_free(&a.diags);
	sources_free(&a.sources);
	return status;
}
