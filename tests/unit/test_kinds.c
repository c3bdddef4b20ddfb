/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of value in every form of output: printed, as the value of a map
 * and as a key. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdlib.h>

#include "plan/abi.h"
#include "runtime/out.h"
#include "runtime/symbols.h"
#include "strict_json.h"

static struct arena arena;
static struct types types;

static void open_all(void)
{
	types_init(&types, &arena);
	setenv("TZ", "UTC-2", 1);
}

static void close_all(void)
{
	arena_free(&arena);
}

TestSuite(kinds, .init = open_all, .fini = close_all);

/* --- what is known of the machine ------------------------------------------- */

static bool find_place(struct symbols *s, uint64_t address, struct symbol *out)
{
	(void)s;
	*out = (struct symbol){ .name = STR("func"),
				.offset = address & 0xfff };
	return address < 0x2000;
}

static bool find_user(struct symbols *s, uint32_t pid, uint64_t time,
		      uint64_t address, struct symbol *out)
{
	(void)time;
	find_place(s, address, out);
	out->file = STR("/bin/x");
	return pid == 7;
}

static bool name_kernel(struct symbols *s, uint64_t address, struct buf *out)
{
	struct symbol place;

	find_place(s, address, &place);
	buf_str(out, place.name);
	return true;
}

static bool name_user(struct symbols *s, uint32_t pid, uint64_t address,
		      struct buf *out)
{
	return pid == 7 && name_kernel(s, address, out);
}

static bool find_cgroup(struct symbols *s, uint64_t id, struct str which,
			struct buf *out)
{
	(void)s;
	(void)which;
	buf_puts(out, "unified:/a b");
	return id == 5;
}

static bool read_stack(const void *stacks, uint64_t id, struct buf *out)
{
	const uint64_t words[] = { 0x1010, 0x1020 };
	struct stack_frames head = { .bytes = sizeof(words), .pid = 7 };

	(void)stacks;
	buf_add(out, &head, sizeof(head));
	buf_add(out, words, sizeof(words));
	return id == 1;
}

static struct str names[] = { STR("begin"), STR("kprobe:a") };
static const struct plan plan = { .names = { names, 2, 2 },
				  .options.num[OPT_MAX_STRLEN] = 64 };

static const struct show show = {
	.plan = &plan,
	.ksym = name_kernel,
	.usym = name_user,
	.kplace = find_place,
	.uplace = find_user,
	.cgroup = find_cgroup,
	.stack = read_stack,
};

/* --- samples ----------------------------------------------------------------- */

/* A value and what each form makes of it. What is NULL is as in text. */
struct sample {
	enum type_kind kind;
	const struct type *type;
	const void *bytes;
	const char *text; /* in the line of a map; a block without its end */
	const char *json;
	const char *csv; /* cells; of kinds with several columns the lines
			    behind "@m," */
	const char *columns; /* their names; NULL: "value" */
	const char *folded; /* the number; NULL: it has none */
	const char *fold; /* as part of a key */
};

static const struct {
	uint32_t n;
	char bytes[4];
} buffer = { 3, "a,\x01" };

static const struct {
	uint32_t family;
	unsigned char bytes[16];
} inet = { AF_INET, { 10, 0, 0, 1 } };

static const struct {
	uint32_t n;
	char s[4];
} pair = { 7, "a;b" };

static const int64_t minus = -5;
static const uint64_t kernel = 0x1010, user[2] = { 0x1020, 7 }, one = 1,
		      five = 5;
static const uint32_t numbers[] = { 4, 3 }, nobody = 4000000001;
static const struct enumerator colours[] = { { STR("RED"), 1 } };

static const struct type *record_of(const struct type *a, const struct type *b)
{
	const struct field f[] = { { .name = STR("n"), .type = a },
				   { .name = STR("s"), .type = b } };

	return type_record(&types, STR("struct r"), f, 2);
}

static const struct type *tuple_of(const struct type *a, const struct type *b)
{
	const struct type *parts[] = { a, b };

	return type_tuple(&types, parts, 2);
}

#define SIMPLE(kind) kind, type_simple(&types, kind)

static void plain_samples(struct sample *v)
{
	v[TY_NONE] = (struct sample){ TY_NONE, type_none(&types),
				      "",      "null",
				      "null",  NULL,
				      NULL,    NULL,
				      NULL };
	v[TY_BOOL] = (struct sample){ TY_BOOL, type_bool(&types),
				      &one,    "true",
				      "true",  NULL,
				      NULL,    "1",
				      NULL };
	v[TY_INT] = (struct sample){ TY_INT, type_int(&types, 8, true),
				     &minus, "-5",
				     "-5",   NULL,
				     NULL,   "-5",
				     NULL };
	v[TY_PTR] = (struct sample){ TY_PTR,  type_ptr(&types, NULL, AS_KERNEL),
				     &kernel, "0x1010",
				     "4112",  NULL,
				     NULL,    NULL,
				     NULL };
}

static void larger_samples(struct sample *v)
{
	const struct type *u32 = type_int(&types, 4, false);
	const struct type *text = type_string(&types, 4);

	v[TY_ARRAY] = (struct sample){ TY_ARRAY, type_array(&types, u32, 2),
				       numbers,  "[4,3]",
				       "[4,3]",  "\"[4,3]\"",
				       NULL,     NULL,
				       NULL };
	v[TY_STRING] =
		(struct sample){ TY_STRING, text,           "\"\n;",
				 "\"\n;",   "\"\\\"\\n;\"", "\"\"\"\n;\"",
				 NULL,      NULL,           "\" :" };
	v[TY_BUFFER] = (struct sample){ TY_BUFFER,   type_buffer(&types, 4),
					&buffer,     "a,\\x01",
					"[97,44,1]", "\"a,\\x01\"",
					NULL,        NULL,
					NULL };
	v[TY_TUPLE] = (struct sample){
		TY_TUPLE, tuple_of(u32, text), &pair, "(7, a;b)", "[7,\"a;b\"]",
		"7,a;b",  "value1,value2",     NULL,  "7;a:b"
	};
	v[TY_RECORD] = (struct sample){ TY_RECORD,
					record_of(u32, text),
					&pair,
					"{ .n = 7, .s = a;b }",
					"{\"n\": 7, \"s\": \"a;b\"}",
					"\"{ .n = 7, .s = a;b }\"",
					NULL,
					NULL,
					"{ .n = 7, .s = a:b }" };
	v[TY_ENUM] = (struct sample){
		TY_ENUM, type_enum(&types, STR("enum c"), 4, false, colours, 1),
		&one,    "RED",
		"1",     NULL,
		NULL,    "1",
		NULL
	};
}

#define FRAME(n) "{\"address\": " #n ", \"symbol\": \"func\", \"offset\": "

static void named_samples(struct sample *v)
{
	v[TY_KSYM] = (struct sample){ SIMPLE(TY_KSYM),
				      &kernel,
				      "func",
				      "\"func\"",
				      NULL,
				      NULL,
				      NULL,
				      NULL };
	v[TY_USYM] = (struct sample){ SIMPLE(TY_USYM),
				      user,
				      "func",
				      "\"func\"",
				      NULL,
				      NULL,
				      NULL,
				      NULL };
	v[TY_KSTACK] =
		(struct sample){ TY_KSTACK,
				 type_stack(&types, TY_KSTACK, SM_BPFTRACE, 9),
				 &one,
				 "\n        func+16\n        func+32\n",
				 "[" FRAME(4112) "16}," FRAME(4128) "32}]",
				 "func;func",
				 NULL,
				 NULL,
				 "func;func" };
	v[TY_USTACK] =
		(struct sample){ TY_USTACK,
				 type_stack(&types, TY_USTACK, SM_PERF, 1),
				 &one,
				 "\n\t1010 func+16 (/bin/x)\n",
				 "[" FRAME(4112) "16, \"module\": \"/bin/x\"}]",
				 "func",
				 NULL,
				 NULL,
				 "func" };
}

static void looked_up_samples(struct sample *v)
{
	v[TY_PROBE] = (struct sample){ SIMPLE(TY_PROBE),
				       &one,
				       "kprobe:a",
				       "\"kprobe:a\"",
				       NULL,
				       NULL,
				       NULL,
				       NULL };
	v[TY_TIMESTAMP] = (struct sample){
		TY_TIMESTAMP, type_timestamp(&types, STR("%H:%M")),
		&kernel,      "02:00",
		"\"02:00\"",  NULL,
		NULL,         NULL,
		NULL
	};
	v[TY_MAC] = (struct sample){ SIMPLE(TY_MAC),
				     inet.bytes,
				     "0A:00:00:01:00:00",
				     "\"0A:00:00:01:00:00\"",
				     NULL,
				     NULL,
				     NULL,
				     NULL };
	v[TY_INET] = (struct sample){ SIMPLE(TY_INET),
				      &inet,
				      "10.0.0.1",
				      "\"10.0.0.1\"",
				      NULL,
				      NULL,
				      NULL,
				      NULL };
	v[TY_USERNAME] = (struct sample){ SIMPLE(TY_USERNAME),
					  &nobody,
					  "4000000001",
					  "\"4000000001\"",
					  NULL,
					  NULL,
					  NULL,
					  NULL };
	v[TY_CGROUP] = (struct sample){ TY_CGROUP,
					type_cgroup(&types, STR("*")),
					&five,
					"unified:/a b",
					"\"unified:/a b\"",
					NULL,
					NULL,
					NULL,
					NULL };
}

/* --- of maps only ------------------------------------------------------------ */

static const struct agg_minmax least = { (uint64_t)-3, 1 }, most = { 9, 1 };
static const struct agg_avg average = { .total = (uint64_t)-7, .count = 2 };
static const struct agg_stddev spread = { 12, 2, { 80, 0 } };
static const uint64_t powers[HIST_BUCKETS(0)] = { 0, 1, 0, 2 };
static const uint64_t steps[LHIST_BUCKETS(0, 20, 10)] = { 1, 2 };
static const struct agg_slot slots[2] = { { 5, 0, 100 } };

#define BAR "@@@@@@@@@@@@@@@@@@@@@@@@@@"
#define GAP "                          "

static void aggregated_samples(struct sample *v)
{
	v[TY_COUNT] = (struct sample){
		SIMPLE(TY_COUNT), &five, "5", "5", NULL, NULL, "5", NULL
	};
	v[TY_SUM] = (struct sample){ TY_SUM, type_agg(&types, TY_SUM, true),
				     &minus, "-5",
				     "-5",   NULL,
				     NULL,   "-5",
				     NULL };
	v[TY_MIN] = (struct sample){ TY_MIN, type_agg(&types, TY_MIN, true),
				     &least, "-3",
				     "-3",   NULL,
				     NULL,   "-3",
				     NULL };
	v[TY_MAX] = (struct sample){ TY_MAX, type_agg(&types, TY_MAX, false),
				     &most,  "9",
				     "9",    NULL,
				     NULL,   "9",
				     NULL };
	v[TY_AVG] = (struct sample){ TY_AVG,   type_agg(&types, TY_AVG, true),
				     &average, "-3",
				     "-3",     NULL,
				     NULL,     "-3",
				     NULL };
}

static void block_samples(struct sample *v)
{
	v[TY_STATS] = (struct sample){
		TY_STATS,
		type_agg(&types, TY_STATS, true),
		&average,
		"{ .count = 2, .average = -3, .total = -7 }",
		"{\"count\": 2, \"average\": -3, \"total\": -7}",
		"2,-3,-7\n",
		"count,average,total",
		"-3",
		NULL
	};
	v[TY_STDDEV] = (struct sample){
		TY_STDDEV,
		type_agg(&types, TY_STDDEV, true),
		&spread,
		"{ .count = 2, .average = 6, .stddev = 2.00 }",
		"{\"count\": 2, \"average\": 6, \"stddev\": 2.00}",
		"2,6,2.00\n",
		"count,average,stddev",
		"6",
		NULL
	};
	v[TY_HIST] =
		(struct sample){ TY_HIST,
				 type_hist(&types, 0),
				 powers,
				 "[0]                    1 |" BAR GAP "|\n"
				 "[1]                    0 |" GAP GAP "|\n"
				 "[2, 4)                 2 |" BAR BAR "|\n",
				 "[{\"min\": 0, \"max\": 0, \"count\": 1},"
				 "{\"min\": 1, \"max\": 1, \"count\": 0},"
				 "{\"min\": 2, \"max\": 3, \"count\": 2}]",
				 "0,0,1\n1,1,0\n2,3,2\n",
				 "min,max,count",
				 "3",
				 NULL };
	v[TY_LHIST] =
		(struct sample){ TY_LHIST,
				 type_lhist(&types, 0, 20, 10),
				 steps,
				 "(..., 0)               1 |" BAR GAP "|\n"
				 "[0, 10)                2 |" BAR BAR "|\n",
				 "[{\"max\": -1, \"count\": 1},"
				 "{\"min\": 0, \"max\": 9, \"count\": 2}]",
				 ",-1,1\n0,9,2\n",
				 "min,max,count",
				 "3",
				 NULL };
}

static void series_samples(struct sample *v)
{
	v[TY_TSERIES] = (struct sample){ TY_TSERIES,
					 type_tseries(&types, 1000000000, 2,
						      TSERIES_SUM, true),
					 slots,
					 "",
					 "",
					 "",
					 "interval_start,value",
					 NULL,
					 NULL };
}

/* --- forms ------------------------------------------------------------------- */

static struct out start(enum out_form_id form)
{
	struct out o = { .form = out_forms[form],
			 .show = &show,
			 .buffering = BUFFER_FULL,
			 .is_fold_told = true };

	sink_open(&o.to, -1, NULL);
	sink_open(&o.err, -1, NULL);
	return o;
}

static void expect(struct out *o, const struct sample *s, const char *what,
		   const struct buf *wanted)
{
	cr_expect_str_eq(o->pending.n ? o->pending.p : "",
			 wanted->n ? wanted->p : "", "%s of %s as %s",
			 o->form->name, type_kind_names[s->kind], what);
	if (o->form == out_forms[OUT_FORM_JSON] ||
	    o->form == out_forms[OUT_FORM_JSON_LOSSY])
		cr_expect(is_strict_json_lines(buf_view(&o->pending)), "%s",
			  o->pending.p);
	out_free(o);
}

/* "@m" or "@m[KEY]" and the value of one entry; the wanted text of key and
 * value. */
static void expect_map(const struct sample *s, enum out_form_id form,
		       bool is_key, struct buf *wanted)
{
	const struct plan_map map = { .name = STR("@m"), .key = is_key };
	const struct map_handle m = {
		.plan = &map,
		.key = is_key ? s->type : NULL,
		.value = is_key ? type_int(&types, 8, true) : s->type,
	};
	struct row row = { is_key ? s->bytes : NULL,
			   (char *)(is_key ? (const void *)&minus : s->bytes) };
	const struct rows rows = { .v = &row, .n = 1 };
	struct out o = start(form);

	out_map(&o, &m, &rows);
	expect(&o, s, is_key ? "a key" : "a map's value", wanted);
	buf_reset(wanted);
}

static const char *csv_of(const struct sample *s)
{
	return s->csv ? s->csv : s->text;
}

/* What a tuple is in brackets. */
static const char *bare(const struct sample *s, char *room, size_t size)
{
	if (s->kind != TY_TUPLE)
		return s->text;
	snprintf(room, size, "%.*s", (int)strlen(s->text) - 2, s->text + 1);
	return room;
}

static const char *map_type(enum type_kind kind)
{
	if (kind == TY_HIST || kind == TY_LHIST)
		return "hist";
	if (kind == TY_TSERIES)
		return "tseries";
	return kind == TY_AVG || kind == TY_STATS || kind == TY_STDDEV ? "stats"
								       : "map";
}

static void check_printed(const struct sample *s)
{
	auto_buf struct buf wanted = { 0 };
	struct out o = start(OUT_FORM_TEXT);

	out_value(&o, s->type, s->bytes);
	buf_printf(&wanted, "%s\n", s->text);
	expect(&o, s, "a value", &wanted);
	buf_reset(&wanted);

	o = start(OUT_FORM_JSON);
	out_value(&o, s->type, s->bytes);
	buf_printf(&wanted, "{\"type\": \"value\", \"data\": %s}\n", s->json);
	expect(&o, s, "a value", &wanted);
	buf_reset(&wanted);
	if (type_is_aggregation(s->type))
		return;

	o = start(OUT_FORM_CSV);
	out_value(&o, s->type, s->bytes);
	buf_printf(&wanted, "%s\n", csv_of(s));
	expect(&o, s, "a value", &wanted);
	buf_reset(&wanted);

	o = start(OUT_FORM_FOLDED); /* others are no stacks: not shown */
	out_value(&o, s->type, s->bytes);
	if (s->kind == TY_KSTACK || s->kind == TY_USTACK)
		buf_printf(&wanted, "%s 1\n", s->fold);
	expect(&o, s, "a value", &wanted);
}

static void check_map(const struct sample *s)
{
	bool is_block = value_ops[s->kind].is_block;
	auto_buf struct buf wanted = { 0 };

	buf_printf(&wanted, is_block ? "@m:\n%s\n" : "@m: %s\n", s->text);
	expect_map(s, OUT_FORM_TEXT, false, &wanted);
	buf_printf(&wanted,
		   "{\"type\": \"%s\", \"keys\": 0, \"data\": {\"@m\": %s}}\n",
		   map_type(s->kind), s->json);
	expect_map(s, OUT_FORM_JSON, false, &wanted);
	buf_printf(&wanted, "map,%s\n", s->columns ? s->columns : "value");
	auto_buf struct buf lines = { 0 };
	struct str rest, line;

	buf_puts(&lines, csv_of(s));
	rest = buf_view(&lines);
	if (s->columns && s->kind != TY_TUPLE)
		while ((line = str_split(rest, '\n', &rest)).n)
			buf_printf(&wanted, "@m,%.*s\n", STR_ARG(line));
	else
		buf_printf(&wanted, "@m,%s\n", csv_of(s));
	expect_map(s, OUT_FORM_CSV, false, &wanted);
	if (s->folded)
		buf_printf(&wanted, "@m %s\n", s->folded);
	expect_map(s, OUT_FORM_FOLDED, false, &wanted);
}

static void check_key(const struct sample *s)
{
	auto_buf struct buf wanted = { 0 };
	char room[64];

	buf_printf(&wanted, "@m[%s]: -5\n", bare(s, room, sizeof(room)));
	expect_map(s, OUT_FORM_TEXT, true, &wanted);
	buf_printf(&wanted,
		   "{\"type\": \"map\", \"keys\": %d, \"data\": {\"@m\": "
		   "[{\"key\": %s, \"value\": -5}]}}\n",
		   s->kind == TY_TUPLE ? 2 : 1, s->json);
	expect_map(s, OUT_FORM_JSON, true, &wanted);
	buf_printf(&wanted, "map,%s,value\n@m,%s,-5\n",
		   s->kind == TY_TUPLE ? "key1,key2" : "key", csv_of(s));
	expect_map(s, OUT_FORM_CSV, true, &wanted);
	buf_printf(&wanted, "%s -5\n", s->fold ? s->fold : s->text);
	expect_map(s, OUT_FORM_FOLDED, true, &wanted);
}

static void check_old_json(const struct sample *s)
{
	struct out o = start(OUT_FORM_JSON_LOSSY);

	out_value(&o, s->type, s->bytes);
	cr_expect(o.pending.n && is_strict_json_lines(buf_view(&o.pending)),
		  "%s: %s", type_kind_names[s->kind], o.pending.p);
	out_free(&o);
}

Test(kinds, each_in_every_form)
{
	struct sample v[TY_N] = { 0 };
	int i;

	plain_samples(v);
	larger_samples(v);
	named_samples(v);
	looked_up_samples(v);
	aggregated_samples(v);
	block_samples(v);
	series_samples(v);
	for (i = 0; i < TY_N; i++) {
		cr_assert(v[i].type && v[i].kind == (enum type_kind)i,
			  "no sample of %s", type_kind_names[i]);
		check_old_json(&v[i]);
		if (i == TY_TSERIES) /* test_out.c */
			continue;
		check_printed(&v[i]);
		check_map(&v[i]);
		if (i != TY_NONE && i < TY_COUNT)
			check_key(&v[i]);
	}
}
