/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/enums.h"

#define NOWHERE ((struct span){ 0 })

static bool is_as_here(struct machine *m, struct types *t,
		       const struct enumerator *e, struct diags *d)
{
	const struct type *type;
	int64_t value;

	if (!machine_enumerator(m, t, e->name, &value, &type)) {
		diag_error(d, NOWHERE, D_KERNEL,
			   "this kernel has no '%.*s', which was %jd where the "
			   "program was compiled",
			   STR_ARG(e->name), (intmax_t)e->value);
	} else if (value != e->value) {
		diag_error(
			d, NOWHERE, D_KERNEL,
			"'%.*s' is %jd on this kernel, and was %jd where the "
			"program was compiled",
			STR_ARG(e->name), (intmax_t)value, (intmax_t)e->value);
	} else {
		return true;
	}
	diag_hint(d, "compile the script here");
	return false;
}

/* Types are read-only for all but who made them, and what prints them has not
 * begun. */
static void rename_all(struct plan *p, struct str name, const struct type *here)
{
	const struct type *found = here ? types_import(&p->types, here) : NULL;

	vec_each(slot, &p->types.v) {
		struct type *t = *slot;

		if (t == found || t->kind != TY_ENUM || !str_eq(t->name, name))
			continue;
		t->enums = found ? found->enums : NULL;
		t->n_enums = found ? found->n_enums : 0;
	}
}

bool enums_settle(struct plan *p, struct machine *m, struct diags *d)
{
	struct arena a = {};
	struct types types;
	bool ok = true;

	if (!(p->constants.n || p->enums.n) ||
	    str_eq(machine_release(m), p->release))
		return true;
	types_init(&types, &a);
	vec_each(e, &p->constants)
		ok = ok && is_as_here(m, &types, e, d);
	vec_each(name, &p->enums) {
		const struct type *t = machine_type(m, &types, *name);

		rename_all(p, *name, t && t->kind == TY_ENUM ? t : NULL);
	}
	arena_free(&a);
	return ok;
}
