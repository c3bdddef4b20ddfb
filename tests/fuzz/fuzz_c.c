/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the C at the top of a script: either every struct has a layout,
 * or there is at least one error. For libFuzzer: clang
 * -fsanitize=fuzzer,address,undefined */
#include <stdlib.h>

#include "sema/c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct type *t)
{
	for (uint32_t i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];
		uint64_t bits = f->bit_size ? f->bit_offset + f->bit_size
					    : 8ull * f->type->size;

		if (f->offset + bits / 8 > t->size || f->bit_offset > 63)
			abort();
	}
}

static void use(struct c_front *c)
{
	struct c_constant *out;
	struct type *const *t;
	size_t i;

	for (const struct c_tag *tag = c->unit.tags; tag; tag = tag->next)
		check(tag->type);
	for (i = 0; i < c->macro_list.n; i++)
		c_constant(c, c->macro_list.v[i], (struct span){ 1, 2 }, &out);
	for (i = 0, t = c->types->v.v; i < c->types->v.n; i++)
		if (t[i]->id != i)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct types types;
	struct sources srcs = { 0 };
	struct diags d = { .sources = &srcs };
	struct machine *machine = machine_open("/nowhere", &d);
	struct c_front c = { &arena, &types, &d, &srcs, machine };
	struct buf out = { 0 };
	const struct source *src;
	struct c_text piece = { 0 };

	types_init(&types, &arena);
	src = source_add(&srcs, STR("fuzz"),
			 (struct str){ (const char *)data, size });
	piece.text = src->text;
	piece.span = (struct span){ src->base, src->base + (uint32_t)size };
	if (c_read(&c, &piece) != !d.errors)
		abort();
	if (!d.errors)
		use(&c);
	diags_render(&d, false, &out);
	buf_free(&out);
	machine_close(machine);
	diags_free(&d);
	sources_free(&srcs);
	arena_free(&arena);
	return 0;
}
