/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of kernel functions and raw tracepoints, from BTF. */
#include "machine/internal.h"

#include <bpf/btf.h>
#include <errno.h>

#define TRACE_TYPEDEF "btf_trace_"

enum {
	ASKS_BEFORE_INDEX = 8, /* a search is a pass over all types */
};

/* --- finding functions ------------------------------------------------------- */

static void index_functions(struct machine *m)
{
	struct btf_ref r = { 0 };

	for (r.id = 1; r.id < btf_count(m, 0); r.id++) {
		const struct btf_type *b = btf_get(m, r);
		void **slot;

		if (!btf_is_func(b))
			continue;
		slot = strmap_put(&m->arena, &m->functions,
				  str_from(btf_name(m, r, b->name_off)));
		if (!*slot)
			*slot = (void *)(uintptr_t)r.id;
	}
}

static struct btf_ref find_in_vmlinux(struct machine *m, struct str name)
{
	struct btf_ref r = { 0 };
	void **slot;
	int id;

	if (++m->function_asks == ASKS_BEFORE_INDEX)
		index_functions(m);
	if (m->function_asks >= ASKS_BEFORE_INDEX) {
		slot = strmap_get(&m->functions, name);
		r.id = slot ? (uint32_t)(uintptr_t)*slot : 0;
		return r;
	}
	id = btf__find_by_name_kind(m->objects.v[0].btf,
				    str_copy(&m->arena, name).p, BTF_KIND_FUNC);
	r.id = id > 0 ? (uint32_t)id : 0;
	return r;
}

/* libbpf's search would find vmlinux's functions in a module too. */
static uint32_t find_in_module(const struct machine *m, uint32_t object,
			       struct str name)
{
	struct btf_ref r = { object, btf_count(m, 0) };

	for (; r.id < btf_count(m, object); r.id++) {
		const struct btf_type *b = btf_get(m, r);

		if (btf_is_func(b) && str_is(name, btf_name(m, r, b->name_off)))
			return r.id;
	}
	return 0;
}

static struct str module_key(struct arena *a, struct str module,
			     struct str name)
{
	return str_printf(a, "%.*s:%.*s", STR_ARG(module), STR_ARG(name));
}

static void index_modules(struct machine *m)
{
	struct btf_ref r;

	for (r.object = 1; r.object < m->objects.n; r.object++) {
		for (r.id = btf_count(m, 0); r.id < btf_count(m, r.object);
		     r.id++) {
			const struct btf_type *b = btf_get(m, r);
			struct str key;
			void **slot;

			if (!btf_is_func(b))
				continue;
			key = module_key(&m->arena, m->objects.v[r.object].name,
					 str_from(btf_name(m, r, b->name_off)));
			slot = strmap_put(&m->arena, &m->module_functions, key);
			*slot = (void *)((uintptr_t)r.object << 32 | r.id);
		}
	}
}

/* A function of one module. */
static struct btf_ref find_indexed(struct machine *m, struct str module,
				   struct str name)
{
	struct arena scratch = { 0 };
	void **slot = strmap_get(&m->module_functions,
				 module_key(&scratch, module, name));
	uintptr_t at = slot ? (uintptr_t)*slot : 0;

	arena_free(&scratch);
	return (struct btf_ref){ (uint32_t)(at >> 32), (uint32_t)at };
}

static struct btf_ref find_in_modules(struct machine *m, struct str module,
				      struct str name)
{
	struct btf_ref r;

	btf_open_modules(m);
	if (module.n && ++m->module_asks == ASKS_BEFORE_INDEX)
		index_modules(m);
	if (module.n && m->module_asks >= ASKS_BEFORE_INDEX)
		return find_indexed(m, module, name);
	for (r.object = 1; r.object < m->objects.n; r.object++) {
		if (module.n && !str_eq(module, m->objects.v[r.object].name))
			continue;
		r.id = find_in_module(m, r.object, name);
		if (r.id)
			return r;
	}
	return (struct btf_ref){ 0 };
}

struct btf_ref btf_find_function(struct machine *m, struct str module,
				 struct str name)
{
	struct btf_ref r = { 0 };

	if (!name.n || !btf_open(m))
		return r;
	if (!module.n || str_is(module, "vmlinux"))
		r = find_in_vmlinux(m, name);
	if (!r.id && !str_is(module, "vmlinux"))
		r = find_in_modules(m, module, name);
	return r;
}

/* --- a prototype as a record ------------------------------------------------- */

/* The prototype of a FUNC; id 0 when broken. */
struct btf_ref btf_proto_of(const struct machine *m, struct btf_ref func)
{
	const struct btf_type *b = btf_get(m, func), *proto;

	if (b)
		func.id = b->type;
	proto = btf_get(m, func);
	if (!b || !proto || !btf_is_func_proto(proto))
		func.id = 0;
	return func;
}

static struct str param_name(struct machine *m, struct btf_ref proto,
			     uint32_t i)
{
	const struct btf_type *b = btf_get(m, proto);

	if (!b || i >= btf_vlen(b))
		return (struct str){ 0 };
	return str_from(btf_name(m, proto, btf_params(b)[i].name_off));
}

/* Parameters from skip on as a record; a parameter takes as many slots of 8
 * bytes as it needs. Names come from `names` where proto has none. */
static const struct type *proto_args(struct machine *m, struct types *t,
				     struct btf_ref proto, struct btf_ref names,
				     uint32_t skip)
{
	const struct btf_type *b = btf_get(m, proto);
	uint32_t i, n = 0, offset = 0, vlen = btf_vlen(b);
	auto_free struct field *fields = xzalloc((vlen + 1) * sizeof(*fields));

	for (i = skip; i < vlen; i++) {
		struct btf_ref r = { proto.object, btf_params(b)[i].type };
		struct field *f = &fields[n];

		f->type = btf_value_type(m, t, r);
		if (!f->type) /* "..." and what is broken */
			break;
		f->name = param_name(m, proto, i);
		if (!f->name.n)
			f->name = param_name(m, names, i);
		if (!f->name.n)
			f->name = str_printf(&m->arena, "arg%u", n);
		f->offset = offset;
		offset += (f->type->size + 7) / 8 * 8;
		n++;
	}
	return type_record_at(t, STR("struct args"), fields, n, offset, 8);
}

const struct type *machine_function_args(struct machine *m, struct types *t,
					 struct str module, struct str name,
					 const struct type **ret)
{
	struct btf_ref proto =
		btf_proto_of(m, btf_find_function(m, module, name));
	const struct btf_type *b;

	if (!proto.id)
		return NULL;
	b = btf_get(m, proto);
	*ret = btf_value_type(m, t, (struct btf_ref){ proto.object, b->type });
	if (!*ret)
		*ret = type_none(t);
	return proto_args(m, t, proto, proto, 0);
}

/* --- raw tracepoints --------------------------------------------------------- */

/* The verifier follows pointers to structs; it takes others for numbers. */
static const struct type *follow_pointers(struct types *t,
					  const struct type *args)
{
	auto_free struct field *fields =
		xzalloc((args->n_fields + 1) * sizeof(*fields));
	uint32_t i;

	for (i = 0; i < args->n_fields; i++) {
		const struct type *type = args->fields[i].type;

		fields[i] = args->fields[i];
		if (type->kind == TY_PTR && type->elem &&
		    type->elem->kind == TY_RECORD)
			fields[i].type = type_ptr(t, type->elem, AS_BTF);
	}
	return type_record_at(t, args->name, fields, args->n_fields, args->size,
			      args->align);
}

/* btf_trace_NAME is a pointer to the prototype; id 0 when it is not. */
static struct btf_ref trace_proto(struct machine *m, struct btf_ref r)
{
	const struct btf_type *b;

	r = btf_strip(m, r);
	b = btf_get(m, r);
	if (!b || !btf_is_ptr(b))
		return (struct btf_ref){ 0 };
	r.id = b->type;
	b = btf_get(m, r);
	if (!b || !btf_is_func_proto(b))
		r.id = 0;
	return r;
}

const struct type *machine_rawtracepoint_args(struct machine *m,
					      struct types *t, struct str name)
{
	struct btf_ref proto, names;
	struct str text;

	text = str_printf(&m->arena, TRACE_TYPEDEF "%.*s", STR_ARG(name));
	proto = trace_proto(m, btf_find(m, text, BTF_KIND_TYPEDEF));
	if (!proto.id)
		return NULL;
	text = str_printf(&m->arena, "__traceiter_%.*s", STR_ARG(name));
	names = btf_proto_of(m, btf_find_function(m, (struct str){ 0 }, text));
	if (!names.id) {
		text = str_printf(&m->arena, "__bpf_trace_%.*s", STR_ARG(name));
		names = btf_proto_of(m, btf_find_function(m, (struct str){ 0 },
							  text));
	}
	return follow_pointers(t, proto_args(m, t, proto, names, 1));
}

uint32_t machine_rawtracepoint_id(struct machine *m, struct str name)
{
	struct str text =
		str_printf(&m->arena, TRACE_TYPEDEF "%.*s", STR_ARG(name));

	struct btf_ref r = { 0 };

	if (btf_open(m))
		r = btf_find(m, text, BTF_KIND_TYPEDEF);
	return r.object ? 0 : r.id;
}

/* Of one object, those with names that match; with_module: "module:event". */
static void list_rawtracepoints(struct machine *m, uint32_t object,
				struct str pattern, bool with_module,
				struct arena *a, str_vec *out)
{
	struct btf_ref r = { object, object ? btf_count(m, 0) : 1 };

	for (; r.id < btf_count(m, r.object); r.id++) {
		const struct btf_type *b = btf_get(m, r);
		const char *text;
		struct str name;

		if (!btf_is_typedef(b))
			continue;
		text = btf_name(m, r, b->name_off);
		if (strncmp(text, TRACE_TYPEDEF, strlen(TRACE_TYPEDEF)))
			continue;
		name = str_from(text + strlen(TRACE_TYPEDEF));
		if (!str_glob(pattern, name))
			continue;
		if (with_module)
			name = module_key(a, m->objects.v[object].name, name);
		vec_push(a, out, str_copy(a, name));
	}
}

int machine_rawtracepoints_of(struct machine *m, struct str module,
			      struct str pattern, struct arena *a, str_vec *out)
{
	uint32_t i;

	if (!btf_open(m))
		return diag_errno(m->d, -ENOENT, D_KERNEL,
				  "raw tracepoints need the kernel's BTF");
	if (!module.n && !str_is_glob(pattern) &&
	    machine_rawtracepoint_id(m, pattern)) {
		vec_push(a, out, str_copy(a, pattern));
		return 0;
	}
	btf_open_modules(m);
	for (i = 0; i < m->objects.n; i++)
		if (!module.n || str_glob(module, m->objects.v[i].name))
			list_rawtracepoints(m, i, pattern, module.n, a, out);
	str_vec_sort(out);
	return 0;
}

int machine_rawtracepoints(struct machine *m, struct str pattern,
			   struct arena *a, str_vec *out)
{
	return machine_rawtracepoints_of(m, (struct str){ "", 0 }, pattern, a,
					 out);
}
