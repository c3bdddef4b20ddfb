/* SPDX-License-Identifier: Apache-2.0 */
/* test_machine.h - what the tests of machine/ share: the fake machine, open,
 * with a table of types. */
#ifndef ESPY_TEST_MACHINE_H
#define ESPY_TEST_MACHINE_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "machine/machine.h"

struct host {
	struct arena arena;
	struct types types;
	struct diags diags;
	struct machine *machine;
};

/* A file of tests/data, in a's memory. */
static inline const char *data_path(struct arena *a, const char *path)
{
	const char *top = getenv("top_srcdir");

	return arena_printf(a, "%s/tests/data/%s", top ? top : ".", path);
}

/* root: NULL for the fake machine, "/" for this one, or a folder. */
static inline void host_open(struct host *h, const char *root)
{
	*h = (struct host){ 0 };
	types_init(&h->types, &h->arena);
	if (!root)
		root = data_path(&h->arena, "host");
	h->machine = machine_open(root, &h->diags);
}

static inline void host_close(struct host *h)
{
	machine_close(h->machine);
	diags_free(&h->diags);
	arena_free(&h->arena);
}

#define expect_str(have, want)                                           \
	do {                                                             \
		struct str have_ = (have);                               \
		cr_expect(str_is(have_, want), "have '%.*s', want '%s'", \
			  STR_ARG(have_), want);                         \
	} while (0)

#define expect_type(h, type, want) \
	expect_str(str_from(type_name(&(h)->arena, type)), want)

/* All names, each followed by a blank. */
static inline struct str joined(struct arena *a, const str_vec *v)
{
	struct str all = str_from("");

	vec_each(s, v)
		all = str_printf(a, "%.*s%.*s ", STR_ARG(all), STR_ARG(*s));
	return all;
}

#endif
