/* SPDX-License-Identifier: Apache-2.0 */
/* repl_emit.c - :emit: an entry between the text and the machine. */
#include "cli/repl_args.h"
#include "cli/repl_rows.h"
#include "runtime/stats.h"

#define STAGE_BPF STAGE_OBJ /* here: what the kernel has made of the object */

static bool find_stage(struct repl *r, struct str word, enum stage *stage)
{
	struct suggest near = {};

	for (int i = 0; i < STAGE_BPF; i++) {
		suggest_offer(&near, word, str_from(stage_names[i]));
		*stage = (enum stage)i;
		if (str_is(word, stage_names[i]))
			return true;
	}
	*stage = STAGE_BPF;
	if (str_is(word, "bpf"))
		return true;
	suggest_offer(&near, word, STR("bpf"));
	if (word.n)
		repl_misuse(r,
			    ":emit expects one of ast typed plan ll asm bpf, "
			    "found '%.*s'",
			    STR_ARG(word));
	else
		repl_misuse(r, ":emit expects one of ast typed plan ll asm "
			       "bpf");
	if (near.best.p)
		diag_hint(r->diags, "did you mean '%.*s'?", STR_ARG(near.best));
	return false;
}

/* Probes that share a program are next to each other. */
static bool shares_program(const struct plan *p, size_t i)
{
	return i && str_eq(p->probes.v[i].symbol, p->probes.v[i - 1].symbol);
}

static bool emit_bpf(struct repl *r, const struct entry *e, struct buf *out)
{
	if (!e->session) {
		repl_misuse(r,
			    "%u is not attached: the kernel has no code "
			    "of it",
			    e->number);
		diag_hint(r->diags, "':on %u' attaches it again", e->number);
		return false;
	}
	for (size_t i = 0; i < e->plan->probes.n; i++) {
		int err = 0;

		if (shares_program(e->plan, i))
			continue;
		buf_printf(out, "%s%.*s\n", i ? "\n" : "",
			   STR_ARG(e->plan->probes.v[i].name));
		err = session_disassemble(e->session, i, out);
		if (err) {
			diag_errno(r->diags, err, D_KERNEL,
				   "the kernel does not show the code of "
				   "%.*s",
				   STR_ARG(e->plan->probes.v[i].name));
			return false;
		}
	}
	return true;
}

static bool emit_stage(struct repl *r, const struct entry *e, enum stage stage,
		       struct buf *out)
{
	struct sources sources = {};
	struct diags d = { .sources = &sources };
	struct plan *p = repl_compile(r, &sources, e->text, stage, out, &d);
	bool ok = p;

	if (!ok) {
		auto_buf struct buf said = {};

		diags_render(&d, r->ui.colour, &said);
		repl_put(r, REPL_ERR, buf_view(&said));
		repl_misuse(r, "%u cannot be compiled any more", e->number);
	}
	plan_free(p);
	diags_free(&d);
	sources_free(&sources);
	return ok;
}

bool repl_cmd_emit(struct repl *r, struct str args)
{
	struct str word = args_word(&args);
	auto_buf struct buf out = {};
	const struct entry *e;
	enum stage stage;
	bool ok;

	if (!find_stage(r, word, &stage))
		return false;
	e = repl_entry_arg(r, args);
	if (!e)
		return false;
	ok = stage == STAGE_BPF ? emit_bpf(r, e, &out)
				: emit_stage(r, e, stage, &out);
	if (out.n && out.p[out.n - 1] != '\n')
		buf_putc(&out, '\n');
	repl_put(r, REPL_OUT, buf_view(&out));
	return ok;
}
