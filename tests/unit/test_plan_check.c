/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plan_sample.h"

static struct plan *plan;
static struct diags diags;

static void setup(void)
{
	plan = plan_sample();
}

static void teardown(void)
{
	plan_free(plan);
	diags_free(&diags);
}

TestSuite(plan_check, .init = setup, .fini = teardown);

Test(plan_check, sample_is_valid)
{
	cr_expect(plan_validate(plan, &diags), "%s",
		  diags.v.n ? diags.v.v[0].text.p : "");
	cr_expect_eq(diags.v.n, 0);
}

Test(plan_check, sample_has_every_kind)
{
	unsigned int events = 0, probes = 0, fixups = 0, sites = 0, stores = 0;

	vec_each(e, &plan->events)
		events |= 1u << e->kind;
	vec_each(p, &plan->probes)
		probes |= 1u << p->kind;
	vec_each(f, &plan->fixups)
		fixups |= 1u << f->kind;
	vec_each(s, &plan->sites)
		sites |= 1u << s->kind;
	vec_each(m, &plan->maps)
		stores |= 1u << m->store;
	cr_expect_eq(events, (1u << EV_N) - 1);
	cr_expect_eq(probes, (1u << PK_N) - 1);
	cr_expect_eq(fixups, (1u << FX_N) - 1);
	cr_expect_eq(sites, (1u << SITE_N) - 1);
	cr_expect_eq(stores, (1u << MS_N) - 1);
}

Test(plan_check, sample_has_every_type)
{
	unsigned int kinds = 0;

	vec_each(t, &plan->types.v)
		kinds |= 1u << (*t)->kind;
	cr_expect_eq(kinds, (1u << TY_N) - 1);
}

static void expect_names(const char *const *names, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		cr_assert_not_null(names[i], "row %zu", i);
		for (j = 0; j < i; j++)
			cr_expect_str_neq(names[i], names[j]);
	}
}

Test(plan_check, no_empty_names)
{
	expect_names(map_store_names, MS_N);
	expect_names(probe_kind_names, PK_N);
	expect_names(event_kind_names, EV_N);
	expect_names(fixup_kind_names, FX_N);
	expect_names(site_kind_names, SITE_N);
}

Test(plan_check, empty_plan_is_valid)
{
	struct plan *p = plan_new();

	cr_expect(plan_validate(p, &diags));
	plan_free(p);
	plan_free(NULL);
}

/* --- adding ----------------------------------------------------------------- */

Test(plan_check, fixups_are_shared)
{
	struct plan *p = plan_new();

	cr_expect_eq(plan_add_fixup(p, FX_PARAM, STR("1"), 8), 0);
	cr_expect_eq(plan_add_fixup(p, FX_PARAM, STR("2"), 8), 1);
	cr_expect_eq(plan_add_fixup(p, FX_PARAM, STR("1"), 8), 0);
	cr_expect_eq(plan_add_fixup(p, FX_PARAM_TEXT, STR("1"), 21), 2);
	cr_expect_eq(plan_add_fixup(p, FX_PARAM_TEXT, STR("1"), 5), 2);
	cr_expect_eq(plan_add_fixup(p, FX_PARAM_TEXT, STR("1"), 22), 3);
	cr_expect_eq(p->fixups.v[1].offset, 8);
	cr_expect_eq(p->fixups.v[3].offset, 40);
	cr_expect_eq(p->fixups_size, 64);
	cr_expect(plan_validate(p, &diags));
	plan_free(p);
}

Test(plan_check, what_is_added_is_copied)
{
	char name[] = "@x", target[] = "vfs_read";
	struct str targets[] = { str_from(target) };
	struct plan_probe probe = { .name = str_from(name),
				    .targets = { targets, 1, 1 } };
	struct plan_map map = { .name = str_from(name) };
	struct plan *p = plan_new();

	cr_expect_eq(plan_add_probe(p, &probe), 0);
	cr_expect_eq(plan_add_map(p, &map), 0);
	cr_expect_eq(plan_add_name(p, str_from(target)), 0);
	name[0] = target[0] = '?';
	cr_expect(str_is(p->probes.v[0].name, "@x"));
	cr_expect(str_is(p->probes.v[0].targets.v[0], "vfs_read"));
	cr_expect(str_is(p->maps.v[0].name, "@x"));
	cr_expect(str_is(p->names.v[0], "vfs_read"));
	plan_free(p);
}

/* --- refusals ---------------------------------------------------------------- */

#define MAP(i)   (&plan->maps.v[SAMPLE_##i])
#define PROBE(k) (&plan->probes.v[PK_##k])
#define EVENT(k) (&plan->events.v[EV_##k])
#define FIXUP(k) (&plan->fixups.v[FX_##k])
#define SITE(k)  (&plan->sites.v[SITE_##k])

static type_id payload1(const struct type *t)
{
	struct field f = { .type = t };

	return type_record(&plan->types, STR(""), &f, 1)->id;
}

static type_id one(uint32_t size)
{
	return payload1(type_int(&plan->types, size, false));
}

/* A record with one field of 8 bytes at an offset. */
static type_id field_at(uint32_t offset, uint32_t size)
{
	struct field f = { .type = type_int(&plan->types, 8, true),
			   .offset = offset };

	return type_record_at(&plan->types, STR(""), &f, 1, size, 8)->id;
}

static type_id bit_field(uint8_t bit_offset, uint8_t bit_size)
{
	struct field f = { .type = type_int(&plan->types, 4, true),
			   .bit_offset = bit_offset,
			   .bit_size = bit_size };

	return payload1(type_record_at(&plan->types, STR(""), &f, 1, 4, 4));
}

static type_id data_loc(void)
{
	struct field f = { .type = type_string(&plan->types, 8),
			   .is_data_loc = true };

	return payload1(type_record_at(&plan->types, STR(""), &f, 1, 8, 4));
}

static type_id nested(int levels)
{
	const struct type *t = type_int(&plan->types, 1, false);

	while (levels--)
		t = type_tuple(&plan->types, &t, 1);
	return payload1(t);
}

/* As many values as 2^levels, in no bytes. */
static type_id many(int levels)
{
	const struct type *two[2];

	two[0] = two[1] = type_tuple(&plan->types, NULL, 0);
	while (levels--)
		two[0] = two[1] = type_tuple(&plan->types, two, 2);
	return payload1(two[0]);
}

static type_id array_of(const struct type *t, uint32_t n)
{
	return payload1(type_array(&plan->types, t, n));
}

static type_id list(const struct type *a, const struct type *b,
		    const struct type *c)
{
	struct field f[] = { { .type = a }, { .type = b }, { .type = c } };

	return type_record(&plan->types, STR(""), f, 3)->id;
}

/* Text longer than allowed; it lives as long as the plan. */
static struct str too_long(void)
{
	return (struct str){ arena_alloc(&plan->arena, PLAN_MAX_STRING + 2),
			     PLAN_MAX_STRING + 1 };
}

static void fill_names(size_t n)
{
	while (plan->names.n < n)
		plan_add_name(plan, STR("x"));
}

/* Shorter to write in the table below. */
#define TYPES (&plan->types)
#define U32   type_int(TYPES, 4, false)
#define COMM  type_string(TYPES, 16)
#define COUNT type_simple(TYPES, TY_COUNT)

static void expect_refused(const char *code, const char *want)
{
	bool ok = plan_validate(plan, &diags);

	cr_expect(!ok, "accepted: %s", code);
	if (!ok) {
		cr_expect_eq(diags.v.n, 1, "%s", code);
		cr_expect_eq(diags.v.v[0].code, D_SAVED);
		cr_expect_not_null(strstr(diags.v.v[0].text.p, want),
				   "%s: have '%s', want '%s'", code,
				   diags.v.v[0].text.p, want);
	}
	teardown();
	setup();
}

/* Spoils a fresh sample with code and wants a message with these words. */
#define REFUSED(code, want)                  \
	do {                                 \
		code;                        \
		expect_refused(#code, want); \
	} while (0)

Test(plan_check, refuses_heads)
{
	REFUSED(plan->version++, "version 7, this espy reads version 6");
	REFUSED(plan->arch = STR("vax"), "saved on vax, this machine is ");
	REFUSED(plan->needs |= 1u << 30, "needs what is not known");
	REFUSED(plan->release = STR(""), "the release is missing");
	REFUSED((plan->needs &= ~(uint32_t)NEED_RELEASE,
		 plan->release = STR("")),
		"the release is missing");
	REFUSED(plan->constants.v[0].name = STR("a\0b"), "zero byte");
	REFUSED(plan->enums.v[0] = STR(""), "the name is missing");
	REFUSED(plan->name = STR("a\0b"), "script's name has a zero byte");
	REFUSED(plan->name = too_long(), "script's name is too long");
	REFUSED(plan->fixups_size = 1u << 21, "the fixups take");
	REFUSED(plan->events.n = 0, "event 0");
	REFUSED(plan->sites.n = 0, "site 0");
	REFUSED(plan->events.v[0].kind = EV_CLEAR, "event 0");
	REFUSED(plan->sites.v[0].kind = SITE_READ, "site 0");
	REFUSED(plan->options.num[OPT_MAX_STRLEN] = 0, "'max_strlen'");
	REFUSED(plan->options.num[OPT_MAX_STRLEN] = 1 << 30, "'max_strlen'");
	REFUSED(plan->options.num[OPT_PRINT_MAPS_ON_EXIT] = 2, "'print_maps");
	REFUSED(plan->options.num[OPT_MISSING_PROBES] = 3, "'missing_probes");
	REFUSED(plan->options.text[OPT_LICENSE] = STR("a\0b"), "zero byte");
}

Test(plan_check, refuses_maps)
{
	type_id key = plan->maps.v[SAMPLE_STATS].key;

	REFUSED(MAP(BYTES)->name = STR(""), "map 0: the name is missing");
	REFUSED(MAP(BYTES)->name = STR("@\0"), "the name has a zero byte");
	REFUSED(MAP(BYTES)->name = STR("bytes"), "does not start with '@'");
	REFUSED(MAP(TABLE)->symbol = STR(""), "map 2: the symbol is missing");
	REFUSED(MAP(BYTES)->store = MS_N, "no store");
	REFUSED(MAP(BYTES)->max_entries = 0, "cannot have 0 entries");
	REFUSED(MAP(BYTES)->max_entries = 1u << 31, "entries");
	REFUSED(MAP(BYTES)->key = 9999, "no key type 9999");
	REFUSED(MAP(BYTES)->key = COUNT->id, "nothing that can be looked up");
	REFUSED(MAP(BYTES)->key = type_record(TYPES, STR(""), NULL, 0)->id,
		"looked up");
	REFUSED(MAP(BYTES)->value = 9999, "no value type");
	REFUSED(MAP(BYTES)->value = 0, "the value is missing");
	REFUSED(MAP(BYTES)->store = MS_HASH, "a store for each CPU");
	REFUSED(MAP(SCALAR)->store = MS_ARRAY, "a store for each CPU");
	REFUSED(MAP(SCALAR)->store = MS_PERCPU_HASH, "array of one element");
	REFUSED(MAP(SCALAR)->max_entries = 2, "array of one element");
	REFUSED(MAP(BYTES)->key = 0, "array of one element");
	REFUSED(MAP(TABLE)->key = key, "key of an array");
	REFUSED(MAP(TABLE)->key = type_int(TYPES, 8, false)->id,
		"key of an array");
	REFUSED(MAP(BYTES)->key = type_string(TYPES, 1 << 20)->id,
		"the key is too large");
	REFUSED(plan->maps.n = PLAN_MAX_ELEMENTS + 1, "there are too many");
}

Test(plan_check, refuses_types)
{
	type_id *payload = &EVENT(PRINT_VALUE)->payload;

#define PAYLOAD(type, want)                                      \
	do {                                                     \
		payload = &EVENT(PRINT_VALUE)->payload;          \
		REFUSED(*payload = (type), "payload has " want); \
	} while (0)
	PAYLOAD(field_at(8, 15), "a field outside");
	PAYLOAD(field_at(UINT32_MAX - 3, 16), "a field outside");
	PAYLOAD(field_at(0, 7), "a field outside");
	PAYLOAD(payload1(type_none(TYPES)), "a field without a value");
	PAYLOAD(data_loc(), "a field that lies elsewhere");
	PAYLOAD(bit_field(0, 33), "a bit-field that does not fit");
	PAYLOAD(bit_field(30, 3), "a bit-field that does not fit");
	PAYLOAD(bit_field(3, 0), "a bit offset without");
	PAYLOAD(payload1(COUNT), "an aggregation inside");
	PAYLOAD(array_of(COUNT, 2), "an aggregation inside");
	PAYLOAD(nested(64), "too many levels");
	PAYLOAD(many(40), "too many values");
	PAYLOAD(array_of(type_tuple(TYPES, NULL, 0), 1u << 31),
		"too many values");
	PAYLOAD(array_of(type_buffer(TYPES, 3), 2), "an array of what");
	PAYLOAD(array_of(type_none(TYPES), 2), "an array of what");
	PAYLOAD(payload1(type_string(TYPES, 0)), "a string without room");
	PAYLOAD(payload1(type_stack(TYPES, TY_KSTACK, SM_RAW, 0)),
		"a stack without frames");
	PAYLOAD(payload1(type_stack(TYPES, TY_USTACK, SM_RAW, 1025)),
		"a stack without frames, or of too many");
	PAYLOAD(payload1(type_record_lazy(TYPES, STR("struct a"), 8, 8, 1)),
		"a record that only the compiler");
	PAYLOAD(payload1(type_record_at(TYPES, STR("struct a"), NULL, 0, 8, 6)),
		"an alignment");
#undef PAYLOAD
	REFUSED(MAP(LINEAR)->value = type_lhist(TYPES, 0, 1001, 1)->id,
		"a histogram with too many buckets");
}

Test(plan_check, refuses_probes)
{
	REFUSED(PROBE(BEGIN)->name = STR(""), "probe 0: the name is missing");
	REFUSED(PROBE(END)->symbol = STR(""), "probe 1: the symbol is missing");
	REFUSED(PROBE(END)->symbol = STR("a\0"), "zero byte");
	REFUSED(PROBE(KPROBE)->module = STR("a\0"), "zero byte");
	REFUSED(PROBE(UPROBE)->path = STR("a\0"), "zero byte");
	REFUSED(PROBE(BEGIN)->kind = PK_N, "there is no kind");
	REFUSED(PROBE(BEGIN)->flags = 1u << 20, "the flags 0x100000");
	REFUSED(PROBE(BEGIN)->flags = PF_RETURN, "the flags 0x1");
	REFUSED(PROBE(TRACEPOINT)->flags = PF_ADDRESS, "flags");
	REFUSED(PROBE(UPROBE)->flags = PF_FREQUENCY, "flags");
	REFUSED(PROBE(INTERVAL)->rate = 0, "the rate is missing");
	REFUSED(PROBE(BEGIN)->rate = 1, "no use for its rate");
	REFUSED(PROBE(TRACEPOINT)->module = STR(""), "the module is missing");
	REFUSED(PROBE(BEGIN)->module = STR("x"), "no use for its module");
	REFUSED(PROBE(UPROBE)->path = STR(""), "the path is missing");
	REFUSED(PROBE(KPROBE)->path = STR("x"), "no use for its path");
	REFUSED(PROBE(KPROBE)->targets.n = 0, "the target is missing");
	REFUSED(PROBE(TRACEPOINT)->point = 0, "a number and a pattern go");
	REFUSED(PROBE(TRACEPOINT)->pattern.n = 0, "a number and a pattern go");
	REFUSED((PROBE(FENTRY)->point = 3, PROBE(FENTRY)->pattern = STR("x")),
		"it cannot have a pattern");
	REFUSED(PROBE(TRACEPOINT)->args.v[0].name.n = 0,
		"the argument is missing");
	REFUSED(PROBE(TRACEPOINT)->flags |= PF_ABSENT, "the flags 0x80");
	REFUSED(PROBE(KPROBE)->flags |= PF_ADDRESS, "no use for its target");
	REFUSED(PROBE(KPROBE)->targets.v[0] = STR(""), "target is missing");
	REFUSED(PROBE(KPROBE)->targets.v[0] = STR("a\0"), "zero byte");
	REFUSED(PROBE(KPROBE)->targets.n = PLAN_MAX_ELEMENTS + 1, "too many");
	REFUSED(PROBE(TRACEPOINT)->names.n--, "names for");
	REFUSED(PROBE(BEGIN)->names.n = 0, "it has 0 names for 1 targets");
	REFUSED(PROBE(BEGIN)->names.v[0] = plan->names.n, "there is no name");
	REFUSED(PROBE(BEGIN)->names.v[0] = UINT32_MAX, "there is no name");
	REFUSED(plan->names.n = 0, "there is no name 0");
	REFUSED(plan->names.v[2] = STR(""), "name 2: the name is missing");
	REFUSED(plan->names.v[2] = STR("\0x"), "zero byte");
	REFUSED(fill_names(PLAN_MAX_ELEMENTS + 1),
		"name 0: there are too many");
	REFUSED(plan->probes.n = PLAN_MAX_ELEMENTS + 1, "there are too many");
	REFUSED(PROBE(UPROBE)->operands = STR("_"), "use for its operands");
	REFUSED(PROBE(USDT)->operands = STR("a\0b"), "operands has a zero");
	REFUSED(PROBE(USDT)->path = STR(""), "the path is missing");
	REFUSED(PROBE(SELF)->targets.n = 0, "the target is missing");
	REFUSED(PROBE(TEST)->rate = 1, "no use for its rate");
}

Test(plan_check, refuses_sites)
{
	REFUSED(SITE(READ)->kind = SITE_NONE, "there is no kind 0");
	REFUSED(SITE(READ)->kind = SITE_N, "there is no kind");
	REFUSED(SITE(READ)->line = 0, "the place is missing");
	REFUSED(SITE(READ)->column = 0, "the place is missing");
	REFUSED(SITE(READ)->map = 1, "no map 1");
	REFUSED(SITE(MAP_FULL)->map = 99, "no map 99");
	REFUSED(SITE(DIVISION)->probe = 1, "no probe 1");
	REFUSED(SITE(READ)->probe = 99, "no probe 99");
	REFUSED(SITE(READ)->file = STR("\0"), "the file has a zero byte");
	REFUSED(SITE(READ)->text = STR("\0"), "the text has a zero byte");
	REFUSED(plan->sites.n = PLAN_MAX_ELEMENTS + 1, "there are too many");
}

Test(plan_check, refuses_events)
{
	REFUSED(EVENT(CLEAR)->kind = EV_NONE, "event 5: there is no kind 0");
	REFUSED(EVENT(CLEAR)->kind = EV_N, "there is no kind");
	REFUSED(EVENT(CLEAR)->map = 99, "there is no map 99");
	REFUSED(EVENT(TIME)->map = 1, "there is no map 1 for it");
	REFUSED(EVENT(TIME)->site = 99, "there is no site 99");
	REFUSED(EVENT(WARN)->site = 0, "the site is missing");
	REFUSED(EVENT(ERRORF)->site = 0, "the site is missing");
	REFUSED(EVENT(WARNF)->site = 0, "the site is missing");
	REFUSED(EVENT(TIME)->text = STR("\0"), "the text has a zero byte");
	REFUSED(EVENT(TIME)->text = too_long(), "the text is too long");
	REFUSED(EVENT(CLEAR)->text = STR("x"), "no use for its text");
	REFUSED(plan->needs &= ~NEED_UNSAFE, "it is unsafe");
	REFUSED(plan->events.n = PLAN_MAX_ELEMENTS + 1, "there are too many");
}

Test(plan_check, refuses_payloads)
{
	REFUSED(EVENT(PRINTF)->payload = 9999, "no payload type 9999");
	REFUSED(EVENT(PRINTF)->payload = U32->id, "not a record");
	REFUSED(EVENT(PRINT_VALUE)->payload = field_at(4, 16), "field 0 of the "
							       "payload is not "
							       "aligned");
	REFUSED(EVENT(PRINT_VALUE)->payload =
			payload1(type_string(TYPES, PLAN_MAX_PAYLOAD + 1)),
		"the payload is too large");
	REFUSED(EVENT(PRINTF)->payload = 0, "takes 2 arguments, found 0");
	REFUSED(EVENT(PRINTF)->text = STR("%d %d"), "'%d' cannot show");
	REFUSED(EVENT(PRINTF)->text = STR("%s %q"), "no conversion '%q'");
	REFUSED(EVENT(CAT)->text = STR("%d %d"), "takes 2 arguments");
	REFUSED(EVENT(ERRORF)->text = STR("%"), "ends the format");
	REFUSED(EVENT(WARNF)->text = STR("%d"), "takes 1 argument");
	REFUSED(EVENT(SYSTEM)->text = STR("%r"), "'%r' cannot show");
	REFUSED(EVENT(PRINT_VALUE)->payload = 0, "not one value");
	REFUSED(EVENT(PRINT_VALUE)->payload = EVENT(PRINTF)->payload,
		"not one value");
	REFUSED(EVENT(PRINT_MAP)->payload = 0, "not two numbers");
	REFUSED(EVENT(PRINT_MAP)->payload = EVENT(PRINTF)->payload,
		"not two numbers");
	REFUSED(EVENT(PRINT_ENTRY)->payload = one(4), "not a key of map 0");
	REFUSED(EVENT(PRINT_ENTRY)->payload = 0, "not a key of map 0");
	REFUSED(EVENT(PRINT_ENTRY)->map = SAMPLE_SCALAR, "not a key of map 1");
	REFUSED(EVENT(CLEAR)->payload = one(4), "no use for its payload");
	REFUSED(EVENT(ZERO)->payload = one(4), "no use for its payload");
	REFUSED(EVENT(TIME)->payload = one(4), "no use for its payload");
	REFUSED(EVENT(EXIT)->payload = one(4), "a number of 1 byte");
	REFUSED(EVENT(EXIT)->payload = 0, "a number of 1 byte");
	REFUSED(EVENT(WARN)->payload = one(4), "a number of 8 bytes");
	REFUSED(EVENT(WARN)->payload = payload1(COMM), "a number of 8 bytes");
	REFUSED(EVENT(JOIN)->payload = one(4), "start with a count");
	REFUSED(EVENT(JOIN)->payload = list(COMM, COMM, COMM), "a count");
	REFUSED(EVENT(JOIN)->payload = list(U32, COMM, U32), "list of strings");
	REFUSED(EVENT(JOIN)->payload = list(U32, U32, U32), "list of strings");
}

Test(plan_check, accepts_lists_of_fields)
{
	EVENT(JOIN)->payload = list(U32, COMM, COMM);
	cr_expect(plan_validate(plan, &diags));
}

Test(plan_check, refuses_fixups)
{
	REFUSED(FIXUP(PARAM)->kind = FX_N, "fixup 0: there is no kind");
	REFUSED(FIXUP(PARAM)->arg = STR(""), "the argument is missing");
	REFUSED(FIXUP(PARAM)->arg = STR("x"), "'x' is no position");
	REFUSED(FIXUP(PARAM)->arg = STR("0"), "'0' is no position");
	REFUSED(FIXUP(PARAM)->arg = STR("123456"), "is no position");
	REFUSED(FIXUP(PARAM_TEXT)->arg = STR("-1"), "'-1' is no position");
	REFUSED(FIXUP(KADDR)->arg = STR("\0"), "argument has a zero byte");
	REFUSED(FIXUP(OPTION)->doc = STR("\0"), "description has a zero byte");
	REFUSED(FIXUP(OPTION)->fallback = STR("\0"), "fallback has a zero");
	REFUSED(FIXUP(UADDR)->arg = STR("main"), "'main' is no path:symbol");
	REFUSED(FIXUP(NCPUS)->arg = STR("1"), "no use for its argument");
	REFUSED(FIXUP(NCPUS)->size = 4, "has 8 bytes, not 4");
	REFUSED(FIXUP(NCPUS)->size = 0, "outside of the data");
	REFUSED(FIXUP(NCPUS)->offset += 4, "not aligned");
	REFUSED(FIXUP(NCPUS)->offset = plan->fixups_size, "outside");
	REFUSED(FIXUP(NCPUS)->offset = UINT32_MAX - 7, "outside");
	REFUSED(FIXUP(PARAM_TEXT)->size = UINT32_MAX, "outside");
	REFUSED(FIXUP(NCPUS)->offset = FIXUP(PARAM)->offset, "share bytes");
	REFUSED(FIXUP(PARAM_TEXT)->size = 25, "share bytes");
	REFUSED(plan->fixups_size--, "outside of the data");
	REFUSED(plan->fixups.n = PLAN_MAX_ELEMENTS + 1, "there are too many");
}
