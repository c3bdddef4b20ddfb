/* SPDX-License-Identifier: Apache-2.0 */
/* check_seq.c - calls in a pinned iterator: the kernel runs it when somebody
 * reads the file, and espy has ended long before. */
#include "plan/fmt.h"
#include "sema/check.h"

#define MAX_ARGS 12 /* that the kernel takes */

static bool is_pinned(const struct prog *p)
{
	return p->ctx == CTX_ITER && p->attach.n && p->attach.v[0].path.n;
}

static bool not_known(struct sema *s, const struct expr *call,
		      const struct fmt_part *p)
{
	diag_error(s->d, call->call.args->span, D_FORMAT,
		   "the kernel, which formats what a pinned iterator prints, "
		   "does not know '%.*s'",
		   STR_ARG(p->text));
	diag_hint(s->d, "it knows %%d, %%u, %%x, %%c, %%p, and %%s of "
			"strings, with a width");
	return false;
}

static bool check_part(struct sema *s, const struct expr *call,
		       const struct fmt_part *p, const struct expr *arg)
{
	const uint32_t flags = FMT_LEFT | FMT_PLUS | FMT_SPACE | FMT_ZERO;

	if (!memchr("duxXcps", p->conv, 7) || p->flags & ~flags)
		return not_known(s, call, p);
	if (p->conv != 's' || arg->type->kind == TY_STRING)
		return true;
	return diag_error(s->d, arg->span, D_FORMAT,
			  "%%s in a pinned iterator prints strings, found %s",
			  sema_name(s, arg->type));
}

static bool check_text(struct sema *s, const struct expr *call)
{
	const struct expr *format = call->call.args, *arg = format->next;
	struct fmt f = { 0 };
	const char *why;
	uint32_t at;

	for (size_t i = 0; i < format->str.n; i++)
		if (format->str.p[i] & 0x80)
			return diag_error(s->d, format->span, D_FORMAT,
					  "the kernel, which formats what a "
					  "pinned iterator prints, takes ASCII "
					  "only");
	if (!fmt_parse(s->arena, format->str, &f, &why, &at))
		return true; /* reported */
	vec_each(p, &f.parts) {
		if (!p->conv)
			continue;
		if (!check_part(s, call, p, arg))
			return false;
		arg = arg->next;
	}
	if (f.n_args <= MAX_ARGS)
		return true;
	return diag_error(s->d, call->span, D_ARG_COUNT,
			  "printf() in a pinned iterator takes at most %d "
			  "values, found %u",
			  MAX_ARGS, f.n_args);
}

bool check_seq_call(struct sema *s, const struct expr *call)
{
	if (!is_pinned(s->prog))
		return true;
	if (call->call.fn && call->call.fn->event == EV_NONE)
		return true;
	if (call->call.fn && call->call.fn->event == EV_PRINTF)
		return check_text(s, call);
	diag_error(s->d, call->call.id_span, D_NOT_HERE,
		   "%.*s() cannot be called in a pinned iterator",
		   STR_ARG(call->call.id));
	diag_hint(s->d, "espy does not run when its file is read: only what "
			"the kernel does itself is possible, as printf()");
	return false;
}
