/* SPDX-License-Identifier: Apache-2.0 */
/* Iterators over the kernel's objects, from BTF: one called NAME has a function
 * bpf_iter_NAME, and its programs are given a struct bpf_iter__NAME. */
#include "machine/internal.h"

#include <bpf/btf.h>
#include <errno.h>

#define CONTEXT "bpf_iter__"

/* Those that go over the elements of one map, which somebody has to name. */
static const char *const of_maps[] = { "bpf_map_elem", "bpf_sk_storage_map",
				       "sockmap" };

bool machine_iter_needs_map(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(of_maps); i++)
		if (str_is(name, of_maps[i]))
			return true;
	return false;
}

static bool has_function(struct machine *m, struct str name)
{
	struct str text = str_printf(&m->arena, "bpf_iter_%.*s", STR_ARG(name));

	return btf_find(m, text, BTF_KIND_FUNC).id;
}

int machine_iters(struct machine *m, struct str pattern, struct arena *a,
		  str_vec *out)
{
	struct btf_ref r = { .id = 1 };

	if (!btf_open(m))
		return diag_errno(m->d, -ENOENT, D_KERNEL,
				  "iterators need the kernel's BTF");
	for (; r.id < btf_count(m, 0); r.id++) {
		const struct btf_type *b = btf_get(m, r);
		struct str name;

		if (!btf_is_struct(b))
			continue;
		name = str_from(btf_name(m, r, b->name_off));
		if (!str_starts(name, CONTEXT))
			continue;
		name.p += strlen(CONTEXT);
		name.n -= strlen(CONTEXT);
		if (str_glob(pattern, name) && has_function(m, name))
			vec_push(a, out, str_copy(a, name));
	}
	str_vec_sort(out);
	return 0;
}

const struct type *machine_iter_context(struct machine *m, struct types *t,
					struct str name)
{
	const struct type *record;
	struct field *fields;
	struct arena a = { 0 };

	record = machine_type(m, t,
			      str_printf(&m->arena, "struct " CONTEXT "%.*s",
					 STR_ARG(name)));
	if (!record)
		return NULL;
	record = machine_complete(m, t, record);
	fields = arena_alloc(&a, (record->n_fields + 1) * sizeof(*fields));
	for (uint32_t i = 0; i < record->n_fields; i++) {
		const struct type *type = record->fields[i].type;

		fields[i] = record->fields[i];
		if (type->kind == TY_PTR && type->elem &&
		    type->elem->kind == TY_RECORD)
			fields[i].type = type_ptr(t, type->elem, AS_BTF);
	}
	record = type_record_at(t, record->name, fields, record->n_fields,
				record->size, record->align);
	arena_free(&a);
	return record;
}
