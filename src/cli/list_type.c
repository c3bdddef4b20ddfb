/* SPDX-License-Identifier: Apache-2.0 */
/* list_type.c - espy -l 'struct path': types of the kernel, with their members
 * by -lv. */
#include "cli/cli.h"

static void put_field(const struct field *f, struct buf *out)
{
	buf_puts(out, "    ");
	type_text(f->type, out);
	buf_printf(out, " %.*s", STR_ARG(f->name));
	if (f->bit_size)
		buf_printf(out, ":%u", f->bit_size);
	buf_putc(out, '\n');
}

static void put_members(struct machine *m, struct types *types,
			const struct type *t, struct buf *out)
{
	if (t->kind == TY_ENUM) {
		for (uint32_t i = 0; i < t->n_enums; i++)
			buf_printf(out, "    %.*s = %lld\n",
				   STR_ARG(t->enums[i].name),
				   (long long)t->enums[i].value);
		return;
	}
	if (t->kind != TY_RECORD)
		return;
	t = machine_complete(m, types, t);
	for (uint32_t i = 0; i < t->n_fields; i++)
		put_field(&t->fields[i], out);
}

bool cli_is_type(struct str word)
{
	return str_starts(word, "struct ") || str_starts(word, "union ") ||
	       str_starts(word, "enum ");
}

size_t cli_list_types(struct machine *m, struct str pattern, bool with_members,
		      struct buf *out)
{
	struct arena a = {};
	struct types types = {};
	str_vec names = {};

	types_init(&types, &a);
	machine_types(m, pattern, &a, &names);
	vec_each(name, &names) {
		const struct type *t =
			with_members ? machine_type(m, &types, *name) : NULL;

		buf_printf(out, "%.*s\n", STR_ARG(*name));
		if (t)
			put_members(m, &types, t, out);
	}
	size_t n = names.n;

	arena_free(&a);
	return n;
}
