/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/type.h"

#include <assert.h>

#include "plan/abi.h"

/* Ids of the types that types_init() makes, found without a search. */
enum fixed_type {
	FIX_NONE,
	FIX_BOOL,
	FIX_INT,
	FIX_N = FIX_INT + 8
};

/* --- interning ------------------------------------------------------------ */

static struct type *add_type(struct types *t, const struct type *x)
{
	struct type *type = arena_new(t->arena, struct type);

	*type = *x;
	type->id = (type_id)t->v.n;
	vec_push(t->arena, &t->v, type);
	return type;
}

static void key_num(struct buf *key, uint64_t n)
{
	buf_add(key, &n, sizeof(n));
}

static void key_str(struct buf *key, struct str s)
{
	key_num(key, s.n);
	buf_str(key, s);
}

/* Types of another table would compare unequal for ever. */
static void key_type(struct buf *key, const struct types *t,
		     const struct type *type)
{
	assert(!type || types_get(t, type->id) == type);
	key_num(key, type ? type->id + 1ull : 0);
}

/* All that makes two types different, as bytes. */
static void spell(const struct types *t, const struct type *x, struct buf *key)
{
	uint32_t i;

	key_num(key, x->kind | (uint64_t)x->is_signed << 8 |
			     (uint64_t)x->space << 16 |
			     (uint64_t)x->align << 32);
	key_num(key, x->size | (uint64_t)x->count << 32);
	key_num(key, x->bits | (uint64_t)x->origin << 32);
	key_num(key, x->frames | (uint64_t)x->mode << 32);
	key_type(key, t, x->elem);
	key_str(key, x->name);
	if (x->kind == TY_LHIST || x->kind == TY_TSERIES) {
		key_num(key, (uint64_t)x->min);
		key_num(key, (uint64_t)x->max);
		key_num(key, (uint64_t)x->step);
	}
	for (i = 0; i < x->n_fields; i++) {
		const struct field *f = &x->fields[i];

		key_str(key, f->name);
		key_type(key, t, f->type);
		key_num(key, f->offset | (uint64_t)f->bit_offset << 32 |
				     (uint64_t)f->bit_size << 40 |
				     (uint64_t)f->is_data_loc << 48 |
				     (uint64_t)f->is_rel_loc << 49);
	}
	for (i = 0; i < x->n_enums; i++) {
		key_str(key, x->enums[i].name);
		key_num(key, (uint64_t)x->enums[i].value);
	}
}

/* What x borrows becomes the table's. */
static void own_parts(struct arena *a, struct type *x)
{
	struct enumerator *enums;
	struct field *fields;
	uint32_t i;

	x->name = str_copy(a, x->name);
	fields = arena_alloc(a, x->n_fields * sizeof(*fields));
	for (i = 0; i < x->n_fields; i++) {
		fields[i] = x->fields[i];
		fields[i].name = str_copy(a, fields[i].name);
	}
	x->fields = fields;
	enums = arena_alloc(a, x->n_enums * sizeof(*enums));
	for (i = 0; i < x->n_enums; i++) {
		enums[i] = x->enums[i];
		enums[i].name = str_copy(a, enums[i].name);
	}
	x->enums = enums;
}

static const struct type *intern(struct types *t, const struct type *x)
{
	auto_buf struct buf key = { 0 };
	struct type *type;
	void **slot;

	spell(t, x, &key);
	slot = strmap_get(&t->index, buf_view(&key));
	if (slot)
		return *slot;
	type = add_type(t, x);
	own_parts(t->arena, type);
	slot = strmap_put(t->arena, &t->index,
			  str_copy(t->arena, buf_view(&key)));
	*slot = type;
	return type;
}

void types_init(struct types *t, struct arena *a)
{
	uint32_t i;

	*t = (struct types){ .arena = a };
	add_type(t, &(struct type){ .kind = TY_NONE, .align = 1 });
	add_type(t, &(struct type){ .kind = TY_BOOL, .size = 1, .align = 1 });
	for (i = 0; i < 8; i++)
		add_type(t, &(struct type){ .kind = TY_INT,
					    .size = 1u << i / 2,
					    .align = 1u << i / 2,
					    .is_signed = i % 2 == 0 });
}

/* --- getting types -------------------------------------------------------- */

/* Sizes that do not fit stay at the largest number: too large for every
 * bound that is checked later. */
static uint32_t clamp_size(uint64_t size)
{
	return size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
}

static uint64_t round_up(uint64_t n, uint32_t align)
{
	return (n + align - 1) / align * align;
}

const struct type *type_none(struct types *t)
{
	return t->v.v[FIX_NONE];
}

const struct type *type_bool(struct types *t)
{
	return t->v.v[FIX_BOOL];
}

const struct type *type_int(struct types *t, uint32_t size, bool is_signed)
{
	uint32_t i = 0;

	assert(size == 1 || size == 2 || size == 4 || size == 8);
	while (1u << i < size)
		i++;
	return t->v.v[FIX_INT + 2 * i + !is_signed];
}

const struct type *type_ptr(struct types *t, const struct type *elem,
			    enum addr_space space)
{
	return intern(t, &(struct type){ .kind = TY_PTR,
					 .size = 8,
					 .align = 8,
					 .elem = elem,
					 .space = space });
}

const struct type *type_array(struct types *t, const struct type *elem,
			      uint32_t count)
{
	return intern(t, &(struct type){ .kind = TY_ARRAY,
					 .size = clamp_size(
						 (uint64_t)elem->size * count),
					 .align = elem->align,
					 .elem = elem,
					 .count = count });
}

const struct type *type_string(struct types *t, uint32_t size)
{
	return intern(t, &(struct type){
				 .kind = TY_STRING, .size = size, .align = 1 });
}

const struct type *type_buffer(struct types *t, uint32_t max_length)
{
	return intern(
		t, &(struct type){ .kind = TY_BUFFER,
				   .size = clamp_size(4 + (uint64_t)max_length),
				   .align = 4 });
}

/* Gives the fields of x the offsets that C would. */
static void lay_out(struct type *x, struct field *fields)
{
	uint64_t at = 0;
	uint32_t i;

	x->align = 1;
	for (i = 0; i < x->n_fields; i++) {
		const struct type *type = fields[i].type;

		if (type->align > x->align)
			x->align = type->align;
		at = round_up(at, type->align);
		fields[i].offset = clamp_size(at);
		at += type->size;
	}
	/* a map's key or value has a byte at least */
	if (!x->n_fields && x->kind == TY_TUPLE)
		at = 1;
	x->size = clamp_size(round_up(at, x->align));
	x->fields = fields;
}

const struct type *type_tuple(struct types *t, const struct type *const *elems,
			      uint32_t n)
{
	struct type x = { .kind = TY_TUPLE, .n_fields = n };
	auto_free struct field *fields = xzalloc(n * sizeof(*fields));
	uint32_t i;

	for (i = 0; i < n; i++)
		fields[i].type = elems[i];
	lay_out(&x, fields);
	return intern(t, &x);
}

const struct type *type_record(struct types *t, struct str name,
			       const struct field *fields, uint32_t n)
{
	struct type x = { .kind = TY_RECORD, .name = name, .n_fields = n };
	auto_free struct field *placed = xzalloc(n * sizeof(*placed));
	uint32_t i;

	for (i = 0; i < n; i++) {
		placed[i].name = fields[i].name;
		placed[i].type = fields[i].type;
	}
	lay_out(&x, placed);
	return intern(t, &x);
}

const struct type *type_record_at(struct types *t, struct str name,
				  const struct field *fields, uint32_t n,
				  uint32_t size, uint32_t align)
{
	return intern(t, &(struct type){ .kind = TY_RECORD,
					 .name = name,
					 .fields = fields,
					 .n_fields = n,
					 .size = size,
					 .align = align ? align : 1 });
}

const struct type *type_record_lazy(struct types *t, struct str name,
				    uint32_t size, uint32_t align,
				    uint32_t origin)
{
	return intern(t, &(struct type){ .kind = TY_RECORD,
					 .name = name,
					 .size = size,
					 .align = align ? align : 1,
					 .origin = origin });
}

const struct type *type_record_open(struct types *t, struct str name)
{
	struct type x = { .kind = TY_RECORD, .name = name, .align = 1 };

	return add_type(t, &x);
}

void type_record_close(struct types *t, const struct type *record,
		       const struct field *fields, uint32_t n, uint32_t size,
		       uint32_t align)
{
	struct type *x = t->v.v[record->id];

	x->fields = fields;
	x->n_fields = n;
	x->size = size;
	x->align = align;
	own_parts(t->arena, x);
}

const struct type *type_enum(struct types *t, struct str name, uint32_t size,
			     bool is_signed, const struct enumerator *e,
			     uint32_t n)
{
	return intern(t, &(struct type){ .kind = TY_ENUM,
					 .name = name,
					 .size = size,
					 .align = size,
					 .is_signed = is_signed,
					 .enums = e,
					 .n_enums = n });
}

/* Size and alignment of the kinds without parts; 0: the kind has some. */
static const struct {
	uint8_t size, align;
} simple_layout[TY_N] = {
	[TY_KSYM] = { 8, 8 },
	[TY_USYM] = { 16, 8 },
	[TY_KSTACK] = { 8, 8 },
	[TY_USTACK] = { 8, 8 },
	[TY_PROBE] = { 4, 4 },
	[TY_MAC] = { 6, 1 },
	[TY_INET] = { 20, 4 },
	[TY_USERNAME] = { 4, 4 },
	[TY_TIMESTAMP] = { 8, 8 },
	[TY_CGROUP] = { 8, 8 },
	[TY_COUNT] = { 8, 8 },
	[TY_SUM] = { 8, 8 },
	[TY_MIN] = { sizeof(struct agg_minmax), 8 },
	[TY_MAX] = { sizeof(struct agg_minmax), 8 },
	[TY_AVG] = { sizeof(struct agg_avg), 8 },
	[TY_STATS] = { sizeof(struct agg_avg), 8 },
	[TY_STDDEV] = { sizeof(struct agg_stddev), 8 },
};

static struct type simple(enum type_kind kind)
{
	assert(simple_layout[kind].size);
	return (struct type){ .kind = kind,
			      .size = simple_layout[kind].size,
			      .align = simple_layout[kind].align };
}

const struct type *type_simple(struct types *t, enum type_kind kind)
{
	struct type x = simple(kind);

	return intern(t, &x);
}

const struct type *type_agg(struct types *t, enum type_kind kind,
			    bool is_signed)
{
	struct type x = simple(kind);

	assert(kind >= TY_SUM);
	x.is_signed = is_signed;
	return intern(t, &x);
}

const struct type *type_hist(struct types *t, uint32_t bits)
{
	assert(bits <= HIST_MAX_BITS);
	return intern(t, &(struct type){ .kind = TY_HIST,
					 .size = 8 * HIST_BUCKETS(bits),
					 .align = 8,
					 .bits = bits });
}

const struct type *type_lhist(struct types *t, int64_t min, int64_t max,
			      int64_t step)
{
	uint64_t range = (uint64_t)max - (uint64_t)min, steps;

	assert(min < max && step > 0);
	steps = range / (uint64_t)step + !!(range % (uint64_t)step);
	if (steps > UINT32_MAX)
		steps = UINT32_MAX;
	return intern(t, &(struct type){ .kind = TY_LHIST,
					 .size = clamp_size(8 * (2 + steps)),
					 .align = 8,
					 .min = min,
					 .max = max,
					 .step = step });
}

const struct type *type_tseries(struct types *t, int64_t interval, uint32_t n,
				uint32_t kind, bool is_signed)
{
	assert(interval > 0 && n && n <= TSERIES_SLOTS && kind < TSERIES_N);
	return intern(t, &(struct type){ .kind = TY_TSERIES,
					 .size = n * sizeof(struct agg_slot),
					 .align = 8,
					 .count = n,
					 .bits = kind,
					 .is_signed = is_signed,
					 .step = interval });
}

const struct type *type_cgroup(struct types *t, struct str filter)
{
	struct type x = simple(TY_CGROUP);

	x.name = filter;
	return intern(t, &x);
}

const struct type *type_timestamp(struct types *t, struct str format)
{
	struct type x = simple(TY_TIMESTAMP);

	x.name = format;
	return intern(t, &x);
}

const struct type *type_stack(struct types *t, enum type_kind kind,
			      enum stack_mode mode, uint32_t frames)
{
	struct type x = simple(kind);

	x.mode = mode;
	x.frames = frames;
	return intern(t, &x);
}

const struct type *types_import(struct types *to, const struct type *type)
{
	auto_free struct field *fields = NULL;
	struct type x = *type;
	uint32_t i;

	if (type->id < FIX_N)
		return to->v.v[type->id];
	if (type->kind == TY_PTR)
		return type_ptr(to, NULL, AS_NONE);
	x.origin = 0;
	if (type->elem)
		x.elem = types_import(to, type->elem);
	fields = xzalloc(type->n_fields * sizeof(*fields));
	for (i = 0; i < type->n_fields; i++) {
		fields[i] = type->fields[i];
		fields[i].type = types_import(to, type->fields[i].type);
	}
	x.fields = fields;
	return intern(to, &x);
}

const struct type *types_get(const struct types *t, type_id id)
{
	return id < t->v.n ? t->v.v[id] : NULL;
}

/* --- asking --------------------------------------------------------------- */

bool type_is_integer(const struct type *t)
{
	return t->kind == TY_INT || t->kind == TY_BOOL || t->kind == TY_ENUM;
}

bool type_is_aggregation(const struct type *t)
{
	return t->kind >= TY_COUNT && t->kind < TY_N;
}

bool type_is_kernels(const struct type *t)
{
	return t->origin && t->origin >> 24 != TYPE_OF_PROGRAM;
}

bool type_is_scalar(const struct type *t)
{
	return type_is_integer(t) || t->kind == TY_PTR;
}

bool type_is_stack(const struct type *t)
{
	return t->kind == TY_KSTACK || t->kind == TY_USTACK;
}

const struct field *type_field(const struct type *t, struct str name)
{
	uint32_t i;

	for (i = 0; i < t->n_fields; i++)
		if (str_eq(t->fields[i].name, name))
			return &t->fields[i];
	return NULL;
}
