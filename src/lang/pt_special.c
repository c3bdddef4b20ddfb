/* SPDX-License-Identifier: Apache-2.0 */
/* pt_special.c - begin and end. */
#include "lang/tables.h"
#include "sema/expand.h"

static bool expand_once(struct expand *x, const struct attach_point *ap,
			enum probe_kind kind)
{
	struct target t = {
		.full = str_from(ap->row->name),
		.ctx = CTX_NONE,
		.kind = kind,
		.is_alone = true, /* run by the runtime, one by one */
	};

	return expand_add(x, ap, &t);
}

static bool expand_begin(struct expand *x, const struct attach_point *ap)
{
	return expand_once(x, ap, PK_BEGIN);
}

static bool expand_end(struct expand *x, const struct attach_point *ap)
{
	return expand_once(x, ap, PK_END);
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
	{ 0 },
};
