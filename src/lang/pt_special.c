/* SPDX-License-Identifier: Apache-2.0 */
/* pt_special.c - what espy itself runs: begin and end, signals, tests and
 * benchmarks. */
#include "lang/tables.h"
#include "plan/signals.h"
#include "sema/expand.h"

static bool expand_once(struct expand *x, const struct attach_point *ap,
			enum probe_kind kind, struct str name)
{
	struct target t = {
		.name = name,
		.full = str_from(ap->row->name),
		.ctx = CTX_NONE,
		.kind = kind,
		.is_alone = true, /* run by the runtime, one by one */
	};

	for (size_t i = 0; i < ap_parts(ap); i++)
		t.full = str_printf(x->arena, "%.*s:%.*s", STR_ARG(t.full),
				    STR_ARG(ap_part(ap, i)));
	return expand_add(x, ap, &t);
}

static bool expand_begin(struct expand *x, const struct attach_point *ap)
{
	return expand_once(x, ap, PK_BEGIN, (struct str){ "", 0 });
}

static bool expand_end(struct expand *x, const struct attach_point *ap)
{
	return expand_once(x, ap, PK_END, (struct str){ "", 0 });
}

static bool expand_test(struct expand *x, const struct attach_point *ap)
{
	return expand_once(x, ap, PK_TEST, ap_part(ap, 0));
}

static bool expand_bench(struct expand *x, const struct attach_point *ap)
{
	return expand_once(x, ap, PK_BENCH, ap_part(ap, 0));
}

static bool expand_self(struct expand *x, const struct attach_point *ap)
{
	struct str name = ap_part(ap, 1);
	struct suggest near = { 0 };

	if (!str_is(ap_part(ap, 0), "signal")) {
		diag_error(x->d, ap_span(ap, 0), D_ATTACH_POINT,
			   "'%.*s' is nothing that happens to espy itself",
			   STR_ARG(ap_part(ap, 0)));
		diag_hint(x->d, "the form is %s", ap->row->form);
		return false;
	}
	if (signal_number(name))
		return expand_once(x, ap, PK_SELF, name);
	diag_error(x->d, ap_span(ap, 1), D_ATTACH_POINT,
		   "'%.*s' is no signal that a script can have", STR_ARG(name));
	signal_suggest(name, &near);
	if (near.best.p && near.distance < 2)
		diag_hint(x->d, "did you mean '%.*s'?", STR_ARG(near.best));
	else
		diag_hint(x->d,
			  "such are SIGUSR1, SIGUSR2, SIGHUP, SIGRTMIN+1");
	return false;
}

const struct probe_type special_types[] = {
	{ .name = "begin",
	  .form = "begin",
	  .expand = expand_begin,
	  .doc = "Runs once, before any other probe is attached.",
	  .example = "begin { printf(\"tracing\\n\"); }" },
	{ .name = "end",
	  .form = "end",
	  .expand = expand_end,
	  .doc = "Runs once, after all other probes are detached and before "
		 "the maps are printed.",
	  .example = "end { printf(\"done\\n\"); }" },
	{ .name = "self",
	  .form = "self:signal:NAME",
	  .min_parts = 2,
	  .max_parts = 2,
	  .expand = expand_self,
	  .doc = "Runs when somebody sends this signal to espy: SIGUSR1, "
		 "SIGUSR2, SIGHUP, SIGQUIT, SIGALRM, SIGCONT, SIGIO, SIGPWR, "
		 "SIGURG, SIGWINCH, SIGRTMIN+N or SIGRTMAX-N.",
	  .example = "profile:hz:99 { @[comm] = count(); } "
		     "self:signal:SIGUSR1 { print(@); clear(@); }" },
	{ .name = "test",
	  .form = "test:name",
	  .min_parts = 1,
	  .max_parts = 1,
	  .expand = expand_test,
	  .doc = "A test of the script itself, run with --test and ignored "
		 "without. It fails when it returns something other than 0, "
		 "calls errorf(), or exit() with something other than 0.",
	  .example = "test:sum { if (1 + 1 != 2) { return 1; } }" },
	{ .name = "bench",
	  .form = "bench:name",
	  .min_parts = 1,
	  .max_parts = 1,
	  .expand = expand_bench,
	  .doc = "A benchmark, run many times with --bench, which tells how "
		 "long the average turn took; ignored without.",
	  .example = "bench:count { @[pid] = count(); }" },
	{ 0 },
};
