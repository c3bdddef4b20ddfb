/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/wire.h"

#include "plan/abi.h"
#include "plan/plan.h"

/* --- numbering ---------------------------------------------------------------- */

void wire_number_type(struct wire *w, const struct type *t)
{
	uint32_t i;

	if (t->kind == TY_NONE || w->number_of[t->id])
		return;
	if (t->kind == TY_ARRAY)
		wire_number_type(w, t->elem);
	for (i = 0; i < t->n_fields; i++)
		wire_number_type(w, t->fields[i].type);
	vec_push(&w->scratch, &w->numbered, t);
	w->number_of[t->id] = (uint32_t)w->numbered.n;
}

static const struct type *numbered(struct wire *w, uint32_t number)
{
	if (!number)
		return type_none(w->types);
	if (number <= w->numbered.n)
		return w->numbered.v[number - 1];
	wire_fail(w, "a type is used before it is defined");
	return type_none(w->types);
}

/* A part of another type. */
static void wire_part(struct wire *w, const struct type **t)
{
	uint32_t number = 0;

	if (w->mode == WIRE_WRITE)
		number = w->number_of[(*t)->id];
	wire_u32(w, NULL, &number);
	if (w->mode == WIRE_READ)
		*t = numbered(w, number);
}

/* --- as text ------------------------------------------------------------------- */

static void layout_text(const struct type *t, struct buf *out);

static void fields_text(const struct type *t, struct buf *out)
{
	uint32_t i;

	buf_putc(out, '{');
	for (i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];

		layout_text(f->type, out);
		if (f->name.n)
			buf_putc(out, ' ');
		buf_str(out, f->name);
		buf_printf(out, " @%u", f->offset);
		if (f->bit_size)
			buf_printf(out, " bits %u-%u", f->bit_offset,
				   f->bit_offset + f->bit_size - 1);
		buf_puts(out, ", ");
	}
	buf_printf(out, "size %u}", t->size);
}

static void tuple_text(const struct type *t, struct buf *out)
{
	uint32_t i;

	buf_putc(out, '(');
	for (i = 0; i < t->n_fields; i++) {
		if (i)
			buf_puts(out, ", ");
		layout_text(t->fields[i].type, out);
	}
	buf_putc(out, ')');
}

/* Like type_text(), with all that the bytes depend on. What has a name has a
 * line of its own for that. */
static void layout_text(const struct type *t, struct buf *out)
{
	if (t->kind == TY_PTR) {
		buf_puts(out, "void *");
	} else if (t->kind == TY_ARRAY) {
		layout_text(t->elem, out);
		buf_printf(out, "[%u]", t->count);
	} else if (t->kind == TY_TUPLE) {
		tuple_text(t, out);
	} else if (t->kind == TY_RECORD && !t->name.n) {
		fields_text(t, out);
	} else {
		type_text(t, out);
		if (t->kind == TY_HIST)
			buf_printf(out, "(%u)", t->bits);
		else if (t->kind == TY_LHIST)
			buf_printf(out, "(%jd, %jd, %jd)", (intmax_t)t->min,
				   (intmax_t)t->max, (intmax_t)t->step);
		else if (t->kind == TY_TSERIES)
			buf_printf(out, "(%jd, %u, %u%s)", (intmax_t)t->step,
				   t->count, t->bits,
				   t->is_signed ? ", signed" : "");
		else if (t->kind == TY_TIMESTAMP || t->kind == TY_CGROUP)
			wire_quote(t->name, out);
	}
}

static void print_definition(struct wire *w, const struct type *t)
{
	uint32_t i;

	if (!t->name.n || (t->kind != TY_RECORD && t->kind != TY_ENUM))
		return;
	wire_line(w, "type", -1);
	buf_printf(w->out, " %.*s ", STR_ARG(t->name));
	if (t->kind == TY_RECORD) {
		fields_text(t, w->out);
	} else {
		buf_printf(w->out, "%sint%u {", t->is_signed ? "" : "u",
			   8 * t->size);
		for (i = 0; i < t->n_enums; i++)
			buf_printf(w->out, "%s%.*s=%jd", i ? ", " : "",
				   STR_ARG(t->enums[i].name),
				   (intmax_t)t->enums[i].value);
		buf_putc(w->out, '}');
	}
	wire_line_end(w);
}

/* --- as bytes ------------------------------------------------------------------ */

static void wire_field(struct wire *w, struct field *f, bool is_tuple)
{
	wire_part(w, &f->type);
	if (is_tuple)
		return; /* laid out by rule */
	wire_str(w, NULL, &f->name);
	wire_u32(w, NULL, &f->offset);
	wire_u8(w, NULL, &f->bit_offset);
	wire_u8(w, NULL, &f->bit_size);
	wire_bool(w, NULL, &f->is_data_loc);
}

/* How many fields or enumerators follow. A part takes a hundred times its
 * bytes while it is read: what all types have is bounded. */
static uint32_t wire_parts_count(struct wire *w, uint32_t n)
{
	n = (uint32_t)wire_count(w, n);
	w->parts += n;
	if (w->mode != WIRE_READ || w->parts <= PLAN_MAX_ELEMENTS)
		return n;
	wire_fail(w, "its types have too many parts");
	return 0;
}

static void wire_fields(struct wire *w, struct type *x)
{
	struct field *fields = (struct field *)x->fields;
	uint32_t i;

	x->n_fields = wire_parts_count(w, x->n_fields);
	if (w->mode == WIRE_READ)
		x->fields = fields =
			arena_alloc(&w->scratch, x->n_fields * sizeof(*fields));
	for (i = 0; i < x->n_fields; i++)
		wire_field(w, &fields[i], x->kind == TY_TUPLE);
}

static void wire_enumerators(struct wire *w, struct type *x)
{
	struct enumerator *e = (struct enumerator *)x->enums;
	uint32_t i;

	x->n_enums = wire_parts_count(w, x->n_enums);
	if (w->mode == WIRE_READ)
		x->enums = e =
			arena_alloc(&w->scratch, x->n_enums * sizeof(*e));
	for (i = 0; i < x->n_enums; i++) {
		wire_str(w, NULL, &e[i].name);
		wire_i64(w, NULL, &e[i].value);
	}
}

static void wire_enum_type(struct wire *w, struct type *x)
{
	wire_str(w, NULL, &x->name);
	wire_u32(w, NULL, &x->size);
	wire_bool(w, NULL, &x->is_signed);
	wire_enumerators(w, x);
}

/* All that its kind leaves open. */
static void wire_parts(struct wire *w, struct type *x)
{
	switch (x->kind) {
	case TY_INT:
		wire_u32(w, NULL, &x->size);
		wire_bool(w, NULL, &x->is_signed);
		return;
	case TY_ARRAY:
		wire_part(w, &x->elem);
		wire_u32(w, NULL, &x->count);
		return;
	case TY_STRING:
	case TY_BUFFER: wire_u32(w, NULL, &x->size); return;
	case TY_TUPLE: wire_fields(w, x); return;
	case TY_RECORD:
		wire_str(w, NULL, &x->name);
		wire_u32(w, NULL, &x->size);
		wire_u32(w, NULL, &x->align);
		wire_fields(w, x);
		return;
	case TY_ENUM: wire_enum_type(w, x); return;
	case TY_TIMESTAMP:
	case TY_CGROUP: wire_str(w, NULL, &x->name); return;
	case TY_KSTACK:
	case TY_USTACK:
		wire_enum(w, NULL, &x->mode, stack_mode_names, SM_N);
		wire_u32(w, NULL, &x->frames);
		return;
	case TY_SUM:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG:
	case TY_STATS:
	case TY_STDDEV: wire_bool(w, NULL, &x->is_signed); return;
	case TY_HIST: wire_u32(w, NULL, &x->bits); return;
	case TY_LHIST:
		wire_i64(w, NULL, &x->min);
		wire_i64(w, NULL, &x->max);
		wire_i64(w, NULL, &x->step);
		return;
	case TY_TSERIES:
		wire_i64(w, NULL, &x->step);
		wire_u32(w, NULL, &x->count);
		wire_u32(w, NULL, &x->bits);
		wire_bool(w, NULL, &x->is_signed);
		return;
	case TY_NONE:
	case TY_BOOL:
	case TY_PTR:
	case TY_KSYM:
	case TY_USYM:
	case TY_PROBE:
	case TY_MAC:
	case TY_INET:
	case TY_USERNAME:
	case TY_COUNT:
	case TY_N: return;
	}
}

/* --- types from what was read ---------------------------------------------------- */

static bool is_int_size(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* What the functions of type.h take for granted. */
static bool can_be_made(const struct type *x)
{
	if (x->kind == TY_INT || x->kind == TY_ENUM)
		return is_int_size(x->size);
	if (x->kind == TY_BUFFER)
		return x->size >= 4;
	if (x->kind == TY_HIST)
		return x->bits <= HIST_MAX_BITS;
	if (x->kind == TY_LHIST)
		return x->min < x->max && x->step > 0;
	if (x->kind == TY_TSERIES)
		return x->step > 0 && x->count && x->count <= TSERIES_SLOTS &&
		       x->bits < TSERIES_N;
	return x->kind != TY_NONE;
}

static const struct type *make_tuple(struct wire *w, const struct type *x)
{
	const struct type **elems;
	uint32_t i;

	elems = arena_alloc(&w->scratch, x->n_fields * sizeof(*elems));
	for (i = 0; i < x->n_fields; i++)
		elems[i] = x->fields[i].type;
	return type_tuple(w->types, elems, x->n_fields);
}

static const struct type *make_type(struct wire *w, const struct type *x)
{
	struct types *t = w->types;

	switch (x->kind) {
	case TY_BOOL: return type_bool(t);
	case TY_INT: return type_int(t, x->size, x->is_signed);
	case TY_PTR: return type_ptr(t, NULL, AS_NONE);
	case TY_ARRAY: return type_array(t, x->elem, x->count);
	case TY_STRING: return type_string(t, x->size);
	case TY_BUFFER: return type_buffer(t, x->size - 4);
	case TY_TUPLE: return make_tuple(w, x);
	case TY_RECORD:
		return type_record_at(t, x->name, x->fields, x->n_fields,
				      x->size, x->align);
	case TY_ENUM:
		return type_enum(t, x->name, x->size, x->is_signed, x->enums,
				 x->n_enums);
	case TY_TIMESTAMP: return type_timestamp(t, x->name);
	case TY_CGROUP: return type_cgroup(t, x->name);
	case TY_TSERIES:
		return type_tseries(t, x->step, x->count, x->bits,
				    x->is_signed);
	case TY_KSTACK:
	case TY_USTACK: return type_stack(t, x->kind, x->mode, x->frames);
	case TY_SUM:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG:
	case TY_STATS:
	case TY_STDDEV: return type_agg(t, x->kind, x->is_signed);
	case TY_HIST: return type_hist(t, x->bits);
	case TY_LHIST: return type_lhist(t, x->min, x->max, x->step);
	case TY_KSYM:
	case TY_USYM:
	case TY_PROBE:
	case TY_MAC:
	case TY_INET:
	case TY_USERNAME:
	case TY_COUNT: return type_simple(t, x->kind);
	case TY_NONE:
	case TY_N: break;
	}
	return type_none(t);
}

static void wire_definition(struct wire *w, struct type *x)
{
	wire_enum(w, NULL, &x->kind, type_kind_names, TY_N);
	wire_parts(w, x);
	if (w->mode != WIRE_READ || w->error)
		return;
	if (can_be_made(x))
		vec_push(&w->scratch, &w->numbered, make_type(w, x));
	else
		wire_fail(w, "a type cannot be as it is described");
}

void wire_types(struct wire *w)
{
	size_t i, n = wire_count(w, w->numbered.n);
	struct type x;

	for (i = 0; i < n && !w->error; i++) {
		x = w->mode == WIRE_READ ? (struct type){ 0 }
					 : *w->numbered.v[i];
		if (w->mode == WIRE_TEXT)
			print_definition(w, &x);
		else
			wire_definition(w, &x);
	}
}

void wire_type(struct wire *w, const char *name, type_id *id)
{
	const struct type *t =
		w->mode == WIRE_READ ? NULL : types_get(w->types, *id);

	if (w->mode != WIRE_TEXT) {
		wire_part(w, &t);
		if (w->mode == WIRE_READ)
			*id = t->id;
	} else if (*id) {
		buf_printf(w->out, " %s=", name);
		layout_text(t, w->out);
	}
}
