/* SPDX-License-Identifier: Apache-2.0 */
/* show_type.c - a type with the offsets of its fields, or where one field
 * is. */
#include "cli/show_type.h"

struct shown {
	struct machine *machine;
	struct types types;
	struct arena arena;
	struct buf *out;
	struct diags *d;
};

/* --- asking --------------------------------------------------------------- */

static const struct type *find(struct shown *s, struct str name)
{
	static const char *const words[] = { "", "struct ", "union ", "enum " };
	const struct type *t = type_parse(&s->types, name);

	for (size_t i = 0; i < ARRAY_SIZE(words) && !t; i++) {
		struct str full = str_printf(&s->arena, "%s%.*s", words[i],
					     STR_ARG(name));

		t = machine_type(s->machine, &s->types, full);
	}
	return t;
}

static bool no_type(struct shown *s, struct str name)
{
	static const char *const words[] = { "", "struct " };
	struct suggest near = {};

	diag_error(s->d, (struct span){}, D_UNKNOWN_TYPE,
		   "no type is called '%.*s'", STR_ARG(name));
	if (!machine_has_btf(s->machine))
		diag_hint(s->d, "this kernel does not describe its types "
				"(no BTF)");
	for (size_t i = 0; i < ARRAY_SIZE(words) && !near.best.p; i++)
		machine_suggest_type(s->machine,
				     str_printf(&s->arena, "%s%.*s", words[i],
						STR_ARG(name)),
				     &near);
	if (near.best.p)
		diag_hint(s->d, "did you mean '%.*s'?", STR_ARG(near.best));
	return false;
}

static bool no_field(struct shown *s, const struct type *t, struct str name)
{
	struct suggest near = {};
	str_vec names = {};

	if (t->kind != TY_RECORD)
		return diag_error(s->d, (struct span){}, D_UNKNOWN_FIELD,
				  "%s has no fields", type_name(&s->arena, t));
	diag_error(s->d, (struct span){}, D_UNKNOWN_FIELD,
		   "%s has no field '%.*s'", type_name(&s->arena, t),
		   STR_ARG(name));
	machine_field_names(s->machine, t, &s->arena, &names);
	vec_each(n, &names)
		suggest_offer(&near, name, *n);
	if (near.best.p)
		diag_hint(s->d, "did you mean '%.*s'?", STR_ARG(near.best));
	return false;
}

/* --- text ----------------------------------------------------------------- */

static void put_size(struct shown *s, uint32_t size)
{
	buf_printf(s->out, "%u byte%s\n", size, size == 1 ? "" : "s");
}

/* "  24:3  uint32 flags:2" */
static void put_field(struct shown *s, const struct field *f)
{
	struct str at = f->bit_size ? str_printf(&s->arena, "%u:%u", f->offset,
						 f->bit_offset)
				    : str_printf(&s->arena, "%u", f->offset);

	buf_printf(s->out, "%8.*s  ", STR_ARG(at));
	type_text(f->type, s->out);
	buf_printf(s->out, " %.*s", STR_ARG(f->name));
	if (f->bit_size)
		buf_printf(s->out, ":%u", f->bit_size);
	buf_putc(s->out, '\n');
}

static bool put_type(struct shown *s, const struct type *t)
{
	if (t->kind == TY_RECORD)
		t = machine_complete(s->machine, &s->types, t);
	type_text(t, s->out);
	buf_puts(s->out, ": ");
	put_size(s, t->size);
	for (uint32_t i = 0; i < t->n_fields; i++)
		put_field(s, &t->fields[i]);
	for (uint32_t i = 0; i < t->n_enums; i++)
		buf_printf(s->out, "%8lld  %.*s\n",
			   (long long)t->enums[i].value,
			   STR_ARG(t->enums[i].name));
	return true;
}

/* --- paths ---------------------------------------------------------------- */

/* The first name of a path; *rest is what follows its '.' or "->". */
static struct str split(struct str path, struct str *rest)
{
	size_t n = 0;

	while (n < path.n && path.p[n] != '.' && path.p[n] != '-')
		n++;
	*rest = (struct str){ path.p + n, path.n - n };
	if (str_starts(*rest, "->"))
		*rest = (struct str){ rest->p + 2, rest->n - 2 };
	else if (rest->n)
		*rest = (struct str){ rest->p + 1, rest->n - 1 };
	else
		rest->p = NULL;
	return (struct str){ path.p, n };
}

static void put_extent(struct shown *s, const struct field *f)
{
	if (f->bit_size) {
		buf_printf(s->out, ", bits %u to %u\n", f->bit_offset,
			   f->bit_offset + f->bit_size - 1u);
		return;
	}
	buf_puts(s->out, ", ");
	put_size(s, f->type->size);
}

/* Where the fields of a path are, each line from where the last pointer leads
 * to. */
static bool show_path(struct shown *s, const struct type *t, struct str path)
{
	while (path.p) {
		struct str name = split(path, &path);
		struct field f;

		if (t->kind == TY_PTR && t->elem)
			t = t->elem;
		if (t->kind != TY_RECORD ||
		    !machine_field(s->machine, &s->types, t, name, &f))
			return no_field(s, t, name);
		type_text(t, s->out);
		buf_printf(s->out, ".%.*s: ", STR_ARG(name));
		type_text(f.type, s->out);
		buf_printf(s->out, " at offset %u", f.offset);
		put_extent(s, &f);
		t = f.type;
	}
	return true;
}

bool show_type(struct machine *m, struct str text, struct buf *out,
	       struct diags *d)
{
	struct shown s = { .machine = m, .out = out, .d = d };
	struct str path, name = split(text, &path);
	const struct type *t;
	bool ok;

	types_init(&s.types, &s.arena);
	while (name.n && name.p[name.n - 1] == ' ')
		name.n--;
	t = find(&s, name);
	if (!t)
		ok = no_type(&s, name);
	else if (path.p)
		ok = show_path(&s, t, path);
	else
		ok = put_type(&s, t);
	arena_free(&s.arena);
	return ok;
}
