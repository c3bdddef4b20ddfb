/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of event in every form of output: a plan and records made by
 * hand, maps whose entries are there already. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "plan/abi.h"
#include "runtime/pair.h"
#include "strict_json.h"
#include "test_runtime.h"

enum { /* rows of plan.maps */
	READS, /* string[4] -> count */
	BYTES, /* string[4] -> sum */
	SIZES /* -> hist */
};

/* What the payloads of all kinds have, more or less of it. */
struct args {
	int64_t n;
	char text[8];
};

static const struct args args = { 42, "a\"b" };
static const uint32_t order[2] = { 0, 0 };

/* --- the plan ---------------------------------------------------------------- */

static const struct type *record(struct plan *p, const struct type *a,
				 const struct type *b)
{
	const struct field f[] = { { .name = STR("a"), .type = a },
				   { .name = STR("b"), .type = b } };

	return type_record(&p->types, STR(""), f, b ? 2 : a ? 1 : 0);
}

static void add_map(struct plan *p, const char *name, const struct type *key,
		    const struct type *value)
{
	plan_add_map(p, &(struct plan_map){ .name = str_from(name),
					    .symbol = str_from(name),
					    .store = key ? MS_HASH : MS_ARRAY,
					    .key = key ? key->id : 0,
					    .value = value->id,
					    .is_pair = true,
					    .max_entries = 9 });
}

static const struct type *payload_of(struct plan *p, enum event_kind kind)
{
	const struct type *u32 = type_int(&p->types, 4, false);
	const struct type *i64 = type_int(&p->types, 8, true);
	const struct type *text = type_string(&p->types, 8);

	switch (kind) {
	case EV_PRINT_MAP:
	case EV_PRINT_TABLE: return record(p, u32, u32);
	case EV_PRINT_ENTRY: return record(p, type_string(&p->types, 4), NULL);
	case EV_EXIT: return record(p, type_int(&p->types, 1, false), NULL);
	case EV_JOIN:
		return record(p, u32,
			      type_array(&p->types, type_string(&p->types, 4),
					 2));
	case EV_PRINTF:
	case EV_ERRORF:
	case EV_WARNF:
	case EV_SYSTEM: return record(p, i64, text);
	case EV_PRINT_VALUE:
	case EV_WARN: return record(p, i64, NULL);
	case EV_NONE:
	case EV_CLEAR:
	case EV_ZERO:
	case EV_TIME:
	case EV_CAT:
	case EV_PERCENTILE:
	case EV_PACKET:
	case EV_N: break;
	}
	return record(p, NULL, NULL);
}

static const char *const texts[EV_N] = {
	[EV_PRINTF] = "%d %s\n",
	[EV_TIME] = "now\n",
	[EV_JOIN] = ",",
	[EV_CAT] = "/proc/sys/kernel/ostype",
	[EV_ERRORF] = "no %d %s",
	[EV_WARNF] = "odd %d %s",
	[EV_SYSTEM] = "echo %d '%s'",
	[EV_PERCENTILE] = "50 99.9",
	[EV_PACKET] = "a.pcap",
};

static void add_event(struct plan *p, enum event_kind kind)
{
	struct plan_event e = { .kind = kind,
				.payload = payload_of(p, kind)->id,
				.text = str_from(texts[kind] ? texts[kind]
							     : ""),
				.map = READS,
				.site = 1,
				.flags = EF_TAKEN };
	uint32_t i;

	if (kind == EV_PERCENTILE)
		e.map = SIZES;
	i = plan_add_event(p, &e);
	cr_assert_eq(i, kind);
	if (kind != EV_PRINT_TABLE)
		return;
	vec_push(&p->arena, &p->events.v[i].columns,
		 ((struct plan_column){ READS, EF_TAKEN }));
	vec_push(&p->arena, &p->events.v[i].columns,
		 ((struct plan_column){ BYTES, EF_TAKEN }));
}

/* Event N is of kind N. */
static void make_plan(struct plan *p)
{
	const struct type *key = type_string(&p->types, 4);
	int i;

	add_map(p, "@reads", key, type_simple(&p->types, TY_COUNT));
	add_map(p, "@bytes", key, type_agg(&p->types, TY_SUM, false));
	add_map(p, "@sizes", NULL, type_hist(&p->types, 0));
	plan_add_site(p, &(struct plan_site){ .kind = SITE_DIVISION,
					      .line = 2,
					      .column = 3,
					      .end_column = 4,
					      .file = STR("x.bt"),
					      .text = STR("0 / 0") });
	for (i = EV_NONE + 1; i < EV_N; i++)
		add_event(p, (enum event_kind)i);
}

/* --- maps -------------------------------------------------------------------- */

/* n entries, as if they had been taken out of the kernel. */
static void keep(struct map_handle *m, const char *keys, const void *values,
		 size_t n)
{
	struct rows *r;
	size_t i;

	m->pair = xzalloc(sizeof(*m->pair));
	m->pair->array = m->pair->fds[0] = m->pair->fds[1] = -1;
	m->pair->has_kept = true;
	r = &m->pair->kept;
	r->n = n;
	r->v = xzalloc(n * sizeof(*r->v));
	r->values = xzalloc(n * m->value->size);
	memcpy(r->values, values, n * m->value->size);
	r->keys = strdup(keys ? keys : "");
	for (i = 0; i < n; i++) {
		r->v[i].value = r->values + i * m->value->size;
		r->v[i].key = keys ? r->keys + i * m->key->size : NULL;
	}
}

static void fill_maps(struct session *s)
{
	static const uint64_t reads[] = { 7, 5 }, bytes[] = { 100 };
	static const uint64_t sizes[HIST_BUCKETS(0)] = { [5] = 1 };

	keep(&s->maps[READS], "lessmore", reads, 2);
	keep(&s->maps[BYTES], "less", bytes, 1);
	keep(&s->maps[SIZES], NULL, sizes, 1);
}

/* --- what comes out ---------------------------------------------------------- */

struct wanted {
	/* In the script's output; NULL: nothing. */
	const char *text, *json, *csv, *folded;
	const char *err; /* what is said, unless it is in the output */
};

#define PLACE "\"filename\": \"x.bt\", \"line\": 2, \"col\": 3}\n"
#define ZERO  "division by zero: 1 is the result"

/* What csv writes as text does has no cell of its own. */
static const struct wanted wanted[EV_N] = {
	[EV_PRINTF] = { "42 a\"b\n",
			"{\"type\": \"printf\", \"data\": \"42 a\\\"b\\n\"}\n",
			NULL, NULL, "42 a\"b\n" },
	[EV_PRINT_VALUE] = { "42\n", "{\"type\": \"value\", \"data\": 42}\n",
			     NULL, NULL, "42\n" },
	[EV_PRINT_MAP] = { "@reads[more]: 5\n@reads[less]: 7\n",
			   "{\"type\": \"map\", \"keys\": 1, \"data\": "
			   "{\"@reads\": [{\"key\": \"more\", \"value\": 5},"
			   "{\"key\": \"less\", \"value\": 7}]}}\n",
			   "map,key,value\n@reads,more,5\n@reads,less,7\n",
			   "more 5\nless 7\n", NULL },
	[EV_PRINT_ENTRY] = { "5\n", "{\"type\": \"value\", \"data\": 5}\n",
			     "5\n", "more 5\n", NULL },
	[EV_TIME] = { "now\n", "{\"type\": \"time\", \"data\": \"now\\n\"}\n",
		      NULL, NULL, "now\n" },
	[EV_WARN] = { NULL,
		      "{\"type\": \"runtime_error\", \"msg\": \"" ZERO
		      "\", " PLACE,
		      NULL, NULL,
		      "x.bt:2:3-4: WARNING: " ZERO "\n0 / 0\n  ~\n" },
	[EV_JOIN] = { "ls,-l\n",
		      "{\"type\": \"join\", \"data\": \"ls,-l\\n\"}\n", NULL,
		      NULL, "ls,-l\n" },
	[EV_CAT] = { "Linux\n", "{\"type\": \"cat\", \"data\": \"Linux\\n\"}\n",
		     NULL, NULL, "Linux\n" },
	[EV_ERRORF] = { NULL,
			"{\"type\": \"errorf\", \"msg\": \"no 42 a\\\"b\", " PLACE,
			NULL, NULL, "x.bt:2:3-4: ERROR: no 42 a\"b\n" },
	[EV_WARNF] = { NULL,
		       "{\"type\": \"warnf\", \"msg\": \"odd 42 a\\\"b\", " PLACE,
		       NULL, NULL, "x.bt:2:3-4: WARNING: odd 42 a\"b\n" },
	[EV_SYSTEM] = { "42 a\"b\n",
			"{\"type\": \"syscall\", \"data\": \"42 a\\\"b\\n\"}\n",
			NULL, NULL, "42 a\"b\n" },
	[EV_PERCENTILE] = { "@sizes: { .p50 = 11, .p99.9 = 11 }\n",
			    "{\"type\": \"map\", \"keys\": 0, \"data\": "
			    "{\"@sizes\": {\"p50\": 11, \"p99.9\": 11}}}\n",
			    NULL, NULL, NULL },
	[EV_PRINT_TABLE] = { "      @reads  @bytes\n"
			     "more       5       0\n"
			     "less       7     100\n",
			     "{\"type\": \"map\", \"keys\": 1, \"data\": "
			     "{\"@reads @bytes\": [{\"key\": \"more\", "
			     "\"value\": {\"@reads\": 5, \"@bytes\": 0}},"
			     "{\"key\": \"less\", \"value\": {\"@reads\": 7, "
			     "\"@bytes\": 100}}]}}\n",
			     NULL, NULL, NULL },
};

/* Kinds whose tables csv has in a way of its own. */
static bool is_tabular(enum event_kind kind)
{
	return kind == EV_PERCENTILE || kind == EV_PRINT_TABLE;
}

static const char *wanted_out(enum event_kind kind, enum out_form_id form)
{
	const struct wanted *w = &wanted[kind];
	const char *text = form == OUT_FORM_JSON            ? w->json
			   : form == OUT_FORM_FOLDED        ? w->folded
			   : form == OUT_FORM_CSV && w->csv ? w->csv
							    : w->text;

	return text ? text : "";
}

/* What the script says goes where messages go when it would be in the way. */
static const char *wanted_err(enum event_kind kind, enum out_form_id form)
{
	const struct wanted *w = &wanted[kind];

	if (!w->err || form == OUT_FORM_JSON)
		return "";
	return form == OUT_FORM_FOLDED || !w->text ? w->err : "";
}

static void send(struct fixture *f, enum event_kind kind)
{
	struct {
		uint32_t n;
		char words[2][4];
	} words = { 2, { "ls", "-l" } };

	if (kind == EV_JOIN)
		fixture_send(f, kind, &words, sizeof(words));
	else if (kind == EV_PRINT_MAP || kind == EV_PRINT_TABLE)
		fixture_send(f, kind, order, sizeof(order));
	else if (kind == EV_PRINT_ENTRY)
		fixture_send(f, kind, "more", 4);
	else
		fixture_send(f, kind, &args, sizeof(args));
}

static void check_one(enum event_kind kind, enum out_form_id form)
{
	struct fixture f;

	fixture_open(&f);
	f.form = form;
	make_plan(f.plan);
	fixture_start(&f);
	fill_maps(&f.session);
	send(&f, kind);
	auto_free char *text = fixture_text(&f, f.out_fd);
	auto_free char *err = fixture_text(&f, f.err_fd);

	if (!is_tabular(kind) || form == OUT_FORM_TEXT || form == OUT_FORM_JSON)
		cr_expect_str_eq(text, wanted_out(kind, form), "%s as %s",
				 event_kind_names[kind], out_forms[form]->name);
	if (!is_tabular(kind) || form != OUT_FORM_FOLDED)
		cr_expect_str_eq(err, wanted_err(kind, form), "%s as %s",
				 event_kind_names[kind], out_forms[form]->name);
	if (form == OUT_FORM_JSON)
		cr_expect(is_strict_json_lines(str_from(text)), "%s", text);
	cr_expect_eq(f.session.is_exiting, kind == EV_EXIT);
	cr_expect_eq(session_status(&f.session), kind == EV_EXIT ? 42 : 0);
	cr_expect_eq(pair_kept(&f.session.maps[READS]) != NULL,
		     kind != EV_CLEAR && kind != EV_ZERO, "%s",
		     event_kind_names[kind]);
	fixture_close(&f);
}

Test(event, every_kind_in_every_form, .timeout = 120)
{
	static const enum out_form_id forms[] = { OUT_FORM_TEXT, OUT_FORM_JSON,
						  OUT_FORM_CSV,
						  OUT_FORM_FOLDED };

	for (int i = EV_NONE + 1; i < EV_N; i++)
		for (size_t k = 0; k < ARRAY_SIZE(forms); k++)
			check_one((enum event_kind)i, forms[k]);
}
