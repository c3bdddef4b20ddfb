/* SPDX-License-Identifier: Apache-2.0 */
/* compile.c - the table of contents of the compiler. */
#include "compile.h"

#include "codegen/codegen.h"
#include "plan/params.h"
#include "sema/live.h"
#include "sema/sema.h"

/* What the passes hand on. */
struct job {
	const struct compile_opts *opts;
	const struct source *source;
	struct sources *sources;
	struct sema_env env;
	struct script *script;
	struct plan *plan;
	struct diags *d;
	struct arena arena;
};

static struct parse_env parse_env(const struct job *j)
{
	return (struct parse_env){
		.params = j->env.params,
		.n_params = j->env.n_params,
		.is_statement = j->opts->is_statement,
	};
}

static bool pass_parse(struct job *j)
{
	const struct parse_env env = parse_env(j);

	j->script = script_parse(j->sources, j->source, &env, j->d);
	return j->script;
}

static bool pass_import(struct job *j)
{
	struct parse_env env = parse_env(j);

	env.is_statement = false;
	if (!script_import(j->script, &env, j->d) ||
	    !script_keep(j->script, j->opts->n_kept, &env, j->d))
		return false;
	script_c_macros(j->script, &env, j->d);
	return true;
}

/* The environment wins over the script. */
static bool pass_options(struct job *j)
{
	struct script *s = j->script;
	bool ok = true;

	for (const struct config_entry *c = s->config; c; c = c->next)
		ok &= option_set(&s->options, &s->arena, c->key, c->value, j->d,
				 c->span);
	if (j->opts->env)
		ok &= options_from_env(&s->options, &s->arena, j->opts->env,
				       j->d);
	return ok;
}

static bool pass_macros(struct job *j)
{
	if (!macros_expand(j->script, j->d))
		return false;
	sema_show(j->script);
	return true;
}

static bool pass_expand(struct job *j)
{
	return sema_expand(j->script, &j->env, j->d);
}

static bool pass_check(struct job *j)
{
	return sema_check(j->script, &j->env, j->d);
}

static bool pass_lower(struct job *j)
{
	return sema_lower(j->script, &j->env, j->plan, j->d);
}

static bool pass_codegen(struct job *j)
{
	const struct codegen_opts opts = {
		.ll = j->opts->text[STAGE_LL],
		.assembly = j->opts->text[STAGE_ASM],
		.want_object = j->opts->last == STAGE_OBJ,
		.is_local = !j->opts->params_later,
		.laps = j->opts->laps,
	};

	return codegen(j->script, j->plan, &opts, j->d);
}

static const struct pass {
	const char *name;
	bool (*run)(struct job *j);
	enum stage stage; /* the first stage that needs it */
	bool goes_on; /* the next pass runs also when this one failed: more
			 of the user's mistakes are found at once */
} passes[] = {
	{ "parse", pass_parse, STAGE_AST, false },
	{ "import", pass_import, STAGE_TYPED, false },
	{ "macros", pass_macros, STAGE_TYPED, false },
	{ "options", pass_options, STAGE_TYPED, true },
	{ "expand", pass_expand, STAGE_TYPED, true },
	{ "check", pass_check, STAGE_TYPED, false },
	{ "lower", pass_lower, STAGE_PLAN, false },
	{ "codegen", pass_codegen, STAGE_LL, false },
};

/* Those of codegen are printed by itself. */
static void print_stage(const struct job *j, enum stage stage)
{
	struct buf *out = j->opts->text[stage];

	if (!out)
		return;
	if (stage == STAGE_PLAN)
		plan_text(j->plan, out);
	else if (stage == STAGE_AST || stage == STAGE_TYPED)
		script_text(j->script, stage == STAGE_TYPED, out);
}

static bool run_passes(struct job *j)
{
	bool ok = true;
	size_t i;

	laps_start(j->opts->laps);
	for (i = 0; i < ARRAY_SIZE(passes); i++) {
		const struct pass *p = &passes[i];

		if (p->stage > j->opts->last)
			break;
		if (i && p->stage != passes[i - 1].stage)
			print_stage(j, passes[i - 1].stage);
		ok &= p->run(j);
		laps_end(j->opts->laps, p->name);
		if (!ok && !p->goes_on)
			return false;
	}
	print_stage(j, passes[i - 1].stage);
	return ok;
}

/* $1 ... are the parameters that are not --name=value. */
static void take_params(struct job *j)
{
	const struct compile_opts *o = j->opts;
	const char **words =
		arena_alloc(&j->arena, o->n_params * sizeof(*words));

	j->env.words = o->params;
	j->env.n_words = o->n_params;
	j->env.params = words;
	for (size_t i = 0; i < o->n_params; i++)
		if (!param_is_option(o->params[i]))
			words[j->env.n_params++] = o->params[i];
}

struct plan *compile(struct sources *srcs, const struct source *src,
		     const struct compile_opts *opts, struct diags *d)
{
	struct job j = {
		.opts = opts,
		.source = src,
		.sources = srcs,
		.d = d,
		.env = {
			.machine = opts->machine,
			.probe_filter = opts->probe_filter,
			.params_later = opts->params_later,
			.live = opts->live,
			.unsafe = opts->unsafe,
			.is_wary = opts->is_wary,
			.c_dirs = opts->c_dirs,
			.c_files = opts->c_files,
		},
	};
	bool ok;

	j.plan = plan_new();
	take_params(&j);
	ok = run_passes(&j);
	if (ok && opts->live && opts->last == STAGE_OBJ)
		live_note(opts->live, j.script, j.plan, opts->maker);
	script_free(j.script);
	arena_free(&j.arena);
	if (ok)
		return j.plan;
	plan_free(j.plan);
	return NULL;
}
