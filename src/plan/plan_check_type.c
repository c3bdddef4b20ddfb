/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan_check.h"

#include "plan/abi.h"

static uint32_t clamp_parts(uint64_t n)
{
	return n > TYPE_MAX_PARTS ? TYPE_MAX_PARTS + 1 : (uint32_t)n;
}

/* Takes a part's facts into the whole's, times count. */
static void include(struct type_fact *whole, const struct type_fact *part,
		    uint32_t count)
{
	if (part->depth >= whole->depth)
		whole->depth = part->depth + 1;
	whole->parts =
		clamp_parts(whole->parts + (uint64_t)part->parts * count);
	whole->has_agg |= part->has_agg;
	if (part->wrong)
		whole->wrong = part->wrong;
}

static const char *field_mistake(const struct type *t, const struct field *f)
{
	if (f->type->kind == TY_NONE)
		return "a field without a value";
	if (f->is_data_loc)
		return "a field that lies elsewhere";
	if (f->offset > t->size || f->type->size > t->size - f->offset)
		return "a field outside of its record";
	if (!f->bit_size)
		return f->bit_offset ? "a bit offset without a size" : NULL;
	if (!type_is_integer(f->type) ||
	    (uint32_t)f->bit_offset + f->bit_size > 8 * f->type->size)
		return "a bit-field that does not fit its type";
	return NULL;
}

static void include_fields(struct type_fact *fact, const struct type *t,
			   const struct type_fact *facts)
{
	const char *wrong;
	uint32_t i;

	if (t->n_fields > PLAN_MAX_ELEMENTS)
		fact->wrong = "too many fields";
	for (i = 0; i < t->n_fields; i++) {
		include(fact, &facts[t->fields[i].type->id], 1);
		wrong = field_mistake(t, &t->fields[i]);
		if (wrong)
			fact->wrong = wrong;
	}
}

static bool is_power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

/* What the making of a type from hostile bytes does not rule out. */
static const char *own_mistake(const struct type *t)
{
	switch (t->kind) {
	case TY_ARRAY:
		if (t->elem->kind == TY_NONE || t->elem->size % t->elem->align)
			return "an array of what cannot be in one";
		break;
	case TY_STRING:
		if (!t->size)
			return "a string without room";
		break;
	case TY_RECORD:
		if (t->origin)
			return "a record that only the compiler knows";
		break;
	case TY_KSTACK:
	case TY_USTACK:
		if (!t->frames || t->frames > STACK_MAX_FRAMES)
			return "a stack without frames, or of too many";
		break;
	case TY_LHIST:
		if (t->size > 8 * (LHIST_MAX_STEPS + 2))
			return "a histogram with too many buckets";
		break;
	case TY_NONE:
	case TY_BOOL:
	case TY_INT:
	case TY_PTR:
	case TY_BUFFER:
	case TY_TUPLE:
	case TY_ENUM:
	case TY_KSYM:
	case TY_USYM:
	case TY_PROBE:
	case TY_TIMESTAMP:
	case TY_MAC:
	case TY_INET:
	case TY_USERNAME:
	case TY_CGROUP:
	case TY_COUNT:
	case TY_SUM:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG:
	case TY_STATS:
	case TY_STDDEV:
	case TY_HIST:
	case TY_TSERIES: break;
	case TY_N: return "a kind that does not exist";
	}
	if (!is_power_of_two(t->align) || t->align > 4096)
		return "an alignment that cannot be";
	if (str_has(t->name, '\0') || t->name.n > PLAN_MAX_STRING)
		return "a name that is none";
	return NULL;
}

struct type_fact type_fact(const struct type *t, const struct type_fact *facts)
{
	struct type_fact fact = { .depth = 1,
				  .parts = 1,
				  .has_agg = type_is_aggregation(t) };

	/* Nobody follows a pointer: what it points to does not count. */
	if (t->kind == TY_ARRAY)
		include(&fact, &facts[t->elem->id], t->count);
	include_fields(&fact, t, facts);
	if (fact.has_agg && !type_is_aggregation(t))
		fact.wrong = "an aggregation inside of another value";
	if (fact.depth > TYPE_MAX_DEPTH)
		fact.wrong = "too many levels of values inside of values";
	if (fact.parts > TYPE_MAX_PARTS)
		fact.wrong = "too many values in one";
	if (!fact.wrong)
		fact.wrong = own_mistake(t);
	return fact;
}
