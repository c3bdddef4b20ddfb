/* SPDX-License-Identifier: Apache-2.0 */
/* What each form of output makes of every kind of value, map and message. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/json.h"
#include "runtime/out.h"
#include "runtime/symbols.h"

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

TestSuite(out_forms, .init = open_all, .fini = close_all);

/* --- a machine with a few functions --------------------------------------- */

static bool find_kernel(struct symbols *s, uint64_t address, struct symbol *out)
{
	(void)s;
	*out = (struct symbol){ 0 };
	if (address < 0x1000 || address >= 0x3000)
		return false;
	out->name = address < 0x2000 ? STR("main") : STR("op<a; b>");
	out->offset = address % 0x1000;
	out->file = address < 0x2000 ? STR("") : STR("ext4");
	return true;
}

static bool name_kernel(struct symbols *s, uint64_t address, struct buf *out)
{
	struct symbol place;

	if (!find_kernel(s, address, &place))
		return false;
	buf_str(out, place.name);
	return true;
}

/* Words of 8 bytes behind the head: three addresses; one build id. */
static bool read_stack(const void *stacks, uint64_t id, struct buf *out)
{
	const uint64_t words[] = { 0x2010, 0x1020, 0x9999 };
	struct bpf_stack_build_id b = { .status = BPF_STACK_BUILD_ID_VALID,
					.offset = 0x40 };
	struct stack_frames head = { .bytes = id == 1 ? sizeof(words)
						      : sizeof(b) };

	(void)stacks;
	if (id > 2)
		return false;
	memset(b.build_id, 0xab, sizeof(b.build_id));
	buf_add(out, &head, sizeof(head));
	if (id == 1)
		buf_add(out, words, sizeof(words));
	else
		buf_add(out, &b, sizeof(b));
	return true;
}

static const struct show machine = {
	.ksym = name_kernel,
	.kplace = find_kernel,
	.stack = read_stack,
};

static struct out start(enum out_form_id form)
{
	struct out o = { .form = out_forms[form],
			 .show = &machine,
			 .buffering = BUFFER_FULL };

	sink_open(&o.to, -1, NULL);
	sink_open(&o.err, -1, NULL);
	return o;
}

static void expect(struct out *o, const char *what, const char *wanted)
{
	cr_expect_str_eq(o->pending.p ? o->pending.p : "", wanted, "%s of %s",
			 o->form->name, what);
	buf_reset(&o->pending);
}

Test(out_forms, no_cell_is_empty)
{
	for (int i = 0; i < OUT_FORM_N; i++) {
		const struct out_form *f = out_forms[i];

		cr_assert(f);
		cr_expect(f->name && f->attached && f->text && f->value &&
				  f->entry && f->map && f->dump && f->note &&
				  f->lost,
			  "%d", i);
	}
}

/* --- values --------------------------------------------------------------- */

/* What print() shows, without the line around it. */
static void expect_value(const struct type *t, const void *p, const char *json,
			 const char *lossy, const char *csv)
{
	static const char *const head = "{\"type\": \"value\", \"data\": ";
	const enum out_form_id ids[] = { OUT_FORM_JSON, OUT_FORM_JSON_LOSSY };
	struct out o;

	for (int i = 0; i < 2; i++) {
		auto_buf struct buf wanted = { 0 };

		o = start(ids[i]);
		buf_printf(&wanted, "%s%s}\n", head, i && lossy ? lossy : json);
		out_value(&o, t, p);
		expect(&o, type_kind_names[t->kind], wanted.p);
		out_free(&o);
	}
	o = start(OUT_FORM_CSV);
	out_value(&o, t, p);
	cr_assert_gt(o.pending.n, 0);
	o.pending.p[o.pending.n - 1] = '\0'; /* of the line's end */
	expect(&o, type_kind_names[t->kind], csv);
	out_free(&o);
}

static void expect_number(uint32_t size, bool is_signed, uint64_t n,
			  const char *text, const char *lossy)
{
	expect_value(type_int(&types, size, is_signed), &n, text, lossy, text);
}

Test(out_forms, numbers_are_exact)
{
	expect_number(1, true, 0x80, "-128", NULL);
	expect_number(2, false, 0xffff, "65535", NULL);
	expect_number(4, true, 0xffffffff, "-1", NULL);
	expect_number(8, false, 0, "0", NULL);
	expect_number(8, false, 1ull << 53, "9007199254740992", NULL);
	expect_number(8, false, (1ull << 53) + 1, "9007199254740993",
		      "\"9007199254740993\"");
	expect_number(8, false, UINT64_MAX, "18446744073709551615",
		      "\"18446744073709551615\"");
	expect_number(8, true, 1ull << 63, "-9223372036854775808", NULL);
	expect_number(8, true, (1ull << 63) + 1, "-9223372036854775807",
		      "\"-9223372036854775807\"");
}

Test(out_forms, plain_values)
{
	const struct enumerator names[] = { { STR("ONE"), 1 } };
	struct {
		uint32_t n;
		unsigned char bytes[4];
	} buffer = { 3, { 'a', 0, 255, 7 } };
	uint64_t address = 0xffff888000000010;
	uint8_t on = 1, off = 0;
	uint32_t one = 1;

	expect_value(type_bool(&types), &on, "true", NULL, "true");
	expect_value(type_bool(&types), &off, "false", NULL, "false");
	expect_value(type_none(&types), "", "null", NULL, "null");
	expect_value(type_ptr(&types, NULL, AS_KERNEL), &address,
		     "18446612682070032400", "\"18446612682070032400\"",
		     "0xffff888000000010");
	expect_value(type_enum(&types, STR("enum e"), 4, false, names, 1), &one,
		     "1", NULL, "ONE");
	expect_value(type_buffer(&types, 4), &buffer, "[97,0,255]", NULL,
		     "a\\x00\\xff");
	buffer.n = 1u << 30; /* more than there can be */
	expect_value(type_buffer(&types, 4), &buffer, "[97,0,255,7]", NULL,
		     "a\\x00\\xff\\x07");
}

static void expect_text(const char *text, const char *json, const char *lossy,
			const char *csv)
{
	expect_value(type_string(&types, 16), text, json, lossy, csv);
}

Test(out_forms, texts_of_any_bytes)
{
	char x[16];

#define TEXT(bytes) strncpy(x, bytes, sizeof(x))
	expect_text(TEXT("plain"), "\"plain\"", NULL, "plain");
	expect_text(TEXT(""), "\"\"", NULL, "");
	expect_text(TEXT("a\"b\\c"), "\"a\\\"b\\\\c\"", NULL, "\"a\"\"b\\c\"");
	expect_text(TEXT("\n\r\t\x01\x1f\x7f"),
		    "\"\\n\\r\\t\\u0001\\u001F\x7f\"", NULL,
		    "\"\n\r\t\x01\x1f\x7f\"");
	expect_text(TEXT("a,b"), "\"a,b\"", NULL, "\"a,b\"");
	expect_text(TEXT(" a"), "\" a\"", NULL, "\" a\"");
	/* the shortest and longest of two, three and four bytes */
	expect_text(TEXT("\xc2\x80\xdf\xbf"), "\"\xc2\x80\xdf\xbf\"", NULL,
		    "\xc2\x80\xdf\xbf");
	expect_text(TEXT("\xe0\xa0\x80\xef\xbf\xbf"),
		    "\"\xe0\xa0\x80\xef\xbf\xbf\"", NULL,
		    "\xe0\xa0\x80\xef\xbf\xbf");
	expect_text(TEXT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
		    "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"", NULL,
		    "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
#define BAD "\xef\xbf\xbd"
	/* too long a form, a surrogate, beyond the last, cut off, alone */
	expect_text(TEXT("\xc0\xaf"), "\"" BAD BAD "\"", "\"\xc0\xaf\"",
		    "\xc0\xaf");
	expect_text(TEXT("\xe0\x9f\xbf"), "\"" BAD BAD BAD "\"",
		    "\"\xe0\x9f\xbf\"", "\xe0\x9f\xbf");
	expect_text(TEXT("\xed\xa0\x80"), "\"" BAD BAD BAD "\"",
		    "\"\xed\xa0\x80\"", "\xed\xa0\x80");
	expect_text(TEXT("\xf4\x90\x80\x80"), "\"" BAD BAD BAD BAD "\"",
		    "\"\xf4\x90\x80\x80\"", "\xf4\x90\x80\x80");
	expect_text(TEXT("\xe2\x82"), "\"" BAD BAD "\"", "\"\xe2\x82\"",
		    "\xe2\x82");
	expect_text(TEXT("\x80z\xff"), "\"" BAD "z" BAD "\"", "\"\x80z\xff\"",
		    "\x80z\xff");
#undef TEXT
}

Test(out_forms, every_string_is_valid)
{
	auto_buf struct buf out = { 0 };

	/* Any two bytes: no control character, quote or bare byte is left. */
	for (unsigned int i = 0; i < 65536; i++) {
		char two[2] = { (char)(i >> 8), (char)i };
		size_t k;

		buf_reset(&out);
		json_string(&out, (struct str){ two, 2 });
		cr_assert(out.p[0] == '"' && out.p[out.n - 1] == '"');
		for (k = 1; k < out.n - 1; k++) {
			unsigned char c = (unsigned char)out.p[k];

			cr_assert(c >= ' ', "%u", i);
			cr_assert(c != '"' || out.p[k - 1] == '\\', "%u", i);
			if (c < 0xc2 || out.n - k < 3)
				cr_assert(c < 0xc2, "%u", i);
		}
	}
}

Test(out_forms, values_of_values)
{
	const struct type *u32 = type_int(&types, 4, false);
	const struct type *pair[] = { u32, type_string(&types, 4) };
	const struct type *tuple = type_tuple(&types, pair, 2);
	const struct field inner[] = { { .name = STR("m"), .type = u32 } };
	const struct field fields[] = {
		{ .name = STR("n"), .type = u32 },
		{ .name = STR(""),
		  .type = type_record(&types, STR(""), inner, 1) },
		{ .name = STR("bits"),
		  .type = u32,
		  .offset = 8,
		  .bit_offset = 4,
		  .bit_size = 3 },
		{ .name = STR("loc"),
		  .type = pair[1],
		  .offset = 12,
		  .is_data_loc = true },
	};
	struct field at[4];
	uint32_t array[] = { 4, 3, 0x50, 9 };
	struct {
		uint32_t n;
		char s[4];
	} x = { 7, "a,b" };

	memcpy(at, fields, sizeof(at));
	at[1].offset = 4;
	expect_value(tuple, &x, "[7,\"a,b\"]", NULL, "7,\"a,b\"");
	expect_value(type_array(&types, u32, 3), array, "[4,3,80]", NULL,
		     "\"[4,3,80]\"");
	expect_value(type_record_at(&types, STR("struct r"), at, 4, 16, 4),
		     array, "{\"n\": 4, \"m\": 3, \"bits\": 5, \"loc\": 9}",
		     NULL,
		     "\"{ .n = 4, . = { .m = 3 }, .bits = 5, .loc = 0x9 }\"");
	expect_value(type_record(&types, STR("struct e"), at, 0), &x, "{}",
		     NULL, "{}");
}

Test(out_forms, values_by_name)
{
	uint64_t known = 0x2010, unknown = 0x99;
	struct {
		uint32_t family;
		unsigned char bytes[16];
	} inet = { AF_INET, { 10, 0, 0, 1 } };
	uint64_t user[2] = { 0x99, 1 };

	expect_value(type_simple(&types, TY_KSYM), &known, "\"op<a; b>\"", NULL,
		     "op<a; b>");
	expect_value(type_simple(&types, TY_KSYM), &unknown, "\"0x99\"", NULL,
		     "0x99");
	expect_value(type_simple(&types, TY_USYM), user, "\"0x99\"", NULL,
		     "0x99");
	expect_value(type_simple(&types, TY_INET), &inet, "\"10.0.0.1\"", NULL,
		     "10.0.0.1");
	expect_value(type_simple(&types, TY_MAC), inet.bytes,
		     "\"0A:00:00:01:00:00\"", NULL, "0A:00:00:01:00:00");
	/* a user without a name; nobody has that many */
	uint32_t uid = 4000000001;
	expect_value(type_simple(&types, TY_USERNAME), &uid, "\"4000000001\"",
		     NULL, "4000000001");
	expect_value(type_cgroup(&types, STR("*")), &unknown, "\"153\"", NULL,
		     "153");
	expect_value(type_simple(&types, TY_PROBE), &uid, "\"4000000001\"",
		     NULL, "4000000001");
	expect_value(type_timestamp(&types, STR("%H:%M")), &unknown,
		     "\"02:00\"", NULL, "02:00");
}

/* --- stacks --------------------------------------------------------------- */

#define FRAMES                                            \
	"[{\"address\": 8208, \"symbol\": \"op<a; b>\", " \
	"\"offset\": 16, \"module\": \"ext4\"},"          \
	"{\"address\": 4128, \"symbol\": \"main\", "      \
	"\"offset\": 32},{\"address\": 39321}]"

Test(out_forms, stacks_are_lists_of_frames)
{
	const struct type *k = type_stack(&types, TY_KSTACK, SM_BPFTRACE, 127);
	uint64_t id = 1, none = 0, of_files = 2;

	expect_value(k, &id, FRAMES,
		     "\"\\n        op<a; b>+16\\n        main+32\\n"
		     "        0x9999\\n\"",
		     "0x9999;main;op<a: b>");
	expect_value(k, &none, "[]", "\"\\n\"", "[missing]");
	expect_value(type_stack(&types, TY_KSTACK, SM_RAW, 2), &id,
		     "[{\"address\": 8208},{\"address\": 4128}]",
		     "\"\\n2010\\n1020\\n\"", "0x1020;0x2010");
	expect_value(type_stack(&types, TY_USTACK, SM_BUILD_ID, 2), &of_files,
		     "[{\"build_id\": "
		     "\"abababababababababababababababababababab\", "
		     "\"offset\": 64}]",
		     "\"\\nabababababababababababababababababababab 0x40\\n\"",
		     "abababababababababababababababababababab+0x40");
}

/* --- maps ----------------------------------------------------------------- */

/* A map of one entry in every form. */
static void expect_map(const struct type *key, const void *k,
		       const struct type *value, const void *p,
		       const char *const wanted[OUT_FORM_N])
{
	const struct plan_map plan = { .name = STR("@m"), .key = key != NULL };
	struct map_handle m = { .plan = &plan, .key = key, .value = value };
	struct row row = { k, (char *)p };
	struct rows rows = { .v = &row, .n = 1 };

	for (int i = 0; i < OUT_FORM_N; i++) {
		struct out o = start((enum out_form_id)i);

		out_map(&o, &m, &rows);
		if (wanted[i])
			expect(&o, type_kind_names[value->kind], wanted[i]);
		rows.n = 0;
		out_map(&o, &m, &rows);
		expect(&o, "an empty map", wanted[i] ? "" : o.pending.p);
		rows.n = 1;
		out_free(&o);
	}
}

Test(out_forms, maps_of_numbers)
{
	const struct type *parts[] = { type_int(&types, 8, true),
				       type_string(&types, 8) };
	struct {
		int64_t n;
		char s[8];
	} key = { 1, "b c" };
	uint64_t n = 2;

	expect_map(NULL, NULL, type_simple(&types, TY_COUNT), &n,
		   (const char *const[]){
			   "@m: 2\n",
			   "{\"type\": \"map\", \"keys\": 0, \"data\": "
			   "{\"@m\": 2}}\n",
			   "{\"type\": \"map\", \"data\": {\"@m\": 2}}\n",
			   "map,value\n@m,2\n", "@m 2\n" });
	expect_map(
		type_tuple(&types, parts, 2), &key, parts[0], &n,
		(const char *const[]){
			"@m[1, b c]: 2\n",
			"{\"type\": \"map\", \"keys\": 2, \"data\": {\"@m\": "
			"[{\"key\": [1,\"b c\"], \"value\": 2}]}}\n",
			"{\"type\": \"map\", \"data\": {\"@m\": "
			"{\"1,bc\": 2}}}\n",
			"map,key1,key2,value\n@m,1,b c,2\n", "1;b c 2\n" });
	expect_map(
		parts[1], "x;y", type_agg(&types, TY_MIN, true),
		&(struct agg_minmax){ (uint64_t)-5, 1 },
		(const char *const[]){
			"@m[x;y]: -5\n",
			"{\"type\": \"map\", \"keys\": 1, \"data\": {\"@m\": "
			"[{\"key\": \"x;y\", \"value\": -5}]}}\n",
			"{\"type\": \"map\", \"data\": {\"@m\": "
			"{\"x;y\": -5}}}\n",
			"map,key,value\n@m,x;y,-5\n", "x:y -5\n" });
}

Test(out_forms, maps_by_stack)
{
	const struct type *parts[] = { type_stack(&types, TY_KSTACK,
						  SM_BPFTRACE, 127),
				       type_string(&types, 8) };
	struct {
		uint64_t id;
		char s[8];
	} key = { 1, "sh" };
	uint64_t n = 12;

	expect_map(
		type_tuple(&types, parts, 2), &key,
		type_simple(&types, TY_COUNT), &n,
		(const char *const[]){
			"@m[\n        op<a; b>+16\n        main+32\n"
			"        0x9999\n, sh]: 12\n",
			"{\"type\": \"map\", \"keys\": 2, \"data\": {\"@m\": "
			"[{\"key\": [" FRAMES ",\"sh\"], \"value\": 12}]}}\n",
			"{\"type\": \"map\", \"data\": {\"@m\": {\"\\n"
			"op<a;b>+16\\nmain+32\\n0x9999\\n,sh\": 12}}}\n",
			"map,key1,key2,value\n@m,0x9999;main;op<a: b>,sh,12\n",
			"sh;0x9999;main;op<a: b> 12\n" });
}

Test(out_forms, averages)
{
	struct agg_avg avg = { .total = (uint64_t)-7, .count = 2 };

	expect_map(NULL, NULL, type_agg(&types, TY_AVG, true), &avg,
		   (const char *const[]){
			   "@m: -3\n",
			   "{\"type\": \"stats\", \"keys\": 0, \"data\": "
			   "{\"@m\": -3}}\n",
			   "{\"type\": \"stats\", \"data\": {\"@m\": -3}}\n",
			   "map,value\n@m,-3\n", "@m -3\n" });
	expect_map(NULL, NULL, type_agg(&types, TY_STATS, true), &avg,
		   (const char *const[]){
			   "@m: { .count = 2, .average = -3, .total = -7 }\n",
			   "{\"type\": \"stats\", \"keys\": 0, \"data\": "
			   "{\"@m\": {\"count\": 2, \"average\": -3, "
			   "\"total\": -7}}}\n",
			   "{\"type\": \"stats\", \"data\": {\"@m\": "
			   "{\"count\": 2, \"average\": -3, "
			   "\"total\": -7}}}\n",
			   "map,count,average,total\n@m,2,-3,-7\n",
			   "@m -3\n" });
}

Test(out_forms, histograms)
{
	uint64_t pow[HIST_BUCKETS(0)] = { 1, 2 };
	uint64_t lin[LHIST_BUCKETS(-10, 15, 10)] = { 1, 0, 2, 0, 3 };

	expect_map(NULL, NULL, type_hist(&types, 0), pow,
		   (const char *const[]){
			   NULL,
			   "{\"type\": \"hist\", \"keys\": 0, \"data\": "
			   "{\"@m\": [{\"max\": -1, \"count\": 1},{\"min\": 0, "
			   "\"max\": 0, \"count\": 2}]}}\n",
			   "{\"type\": \"hist\", \"data\": "
			   "{\"@m\": [{\"max\": -1, \"count\": 1},{\"min\": 0, "
			   "\"max\": 0, \"count\": 2}]}}\n",
			   "map,min,max,count\n@m,,-1,1\n@m,0,0,2\n",
			   "@m 3\n" });
	memset(pow, 0, sizeof(pow));
	pow[3] = 1;
	pow[HIST_BUCKETS(0) - 1] = 5;
	expect_map(NULL, NULL, type_hist(&types, 0), pow,
		   (const char *const[]){ NULL, NULL, NULL, NULL, "@m 6\n" });
	expect_map(
		NULL, NULL, type_lhist(&types, -10, 15, 10), lin,
		(const char *const[]){
			NULL,
			"{\"type\": \"hist\", \"keys\": 0, \"data\": {\"@m\": "
			"[{\"max\": -11, \"count\": 1},"
			"{\"min\": -10, \"max\": -1, \"count\": 0},"
			"{\"min\": 0, \"max\": 9, \"count\": 2},"
			"{\"min\": 10, \"max\": 14, \"count\": 0},"
			"{\"min\": 15, \"count\": 3}]}}\n",
			NULL,
			"map,min,max,count\n@m,,-11,1\n@m,-10,-1,0\n"
			"@m,0,9,2\n@m,10,14,0\n@m,15,,3\n",
			"@m 6\n" });
}

Test(out_forms, the_largest_buckets)
{
	uint64_t pow[HIST_BUCKETS(0)] = { 0 };
	struct out o = start(OUT_FORM_JSON);
	const struct type *t = type_hist(&types, 0);

	pow[HIST_BUCKETS(0) - 1] = 5;
	out_value(&o, t, pow);
	expect(&o, "the last bucket",
	       "{\"type\": \"value\", \"data\": [{\"min\": "
	       "9223372036854775808, \"max\": 18446744073709551615, "
	       "\"count\": 5}]}\n");
	out_free(&o);
}

Test(out_forms, series)
{
	/* 1 s: of 1970-01-01 but for leap seconds; the second has no value */
	struct agg_slot slots[4] = { { 5, 0, 100 }, { 0 }, { 7, 0, 102 } };
	const struct type *t =
		type_tseries(&types, 1000000000, 4, TSERIES_SUM, true);
	struct out o = start(OUT_FORM_JSON);

	out_value(&o, t, slots);
	cr_expect(strstr(o.pending.p, "{\"interval_start\": \"1970-01-01T02:"));
	cr_expect(strstr(o.pending.p, "+02:00\", \"value\": 5},{"));
	cr_expect(strstr(o.pending.p, "\", \"value\": null},{"));
	cr_expect(strstr(o.pending.p, "+02:00\", \"value\": 7}]}\n"));
	out_free(&o);
	o = start(OUT_FORM_JSON_LOSSY);
	out_value(&o, t, slots);
	cr_expect(strstr(o.pending.p, "{\"interval_start\":\"1970-01-01T02:"));
	cr_expect(strstr(o.pending.p, "000000000\",\"value\":5},{\"interval"));
	cr_expect(strstr(o.pending.p, "000000000\",\"value\":7}]}\n"));
	out_free(&o);
}

Test(out_forms, what_cannot_be_folded_is_told_once)
{
	const struct plan_map plan = { .name = STR("@m") };
	const struct map_handle m = { .plan = &plan,
				      .value = type_string(&types, 4) };
	struct row row = { NULL, (char *)"abc" };
	const struct rows rows = { .v = &row, .n = 1 };
	struct out o = start(OUT_FORM_FOLDED);
	char text[256] = "";
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	sink_open(&o.err, fds[1], NULL);
	out_map(&o, &m, &rows);
	out_map(&o, &m, &rows);
	expect(&o, "a text", "");
	cr_assert_gt(read(fds[0], text, sizeof(text) - 1), 0);
	cr_expect_str_eq(text, "WARNING: @m: only numbers can be the width of "
			       "a flame graph's frames: not shown\n");
	out_free(&o);
	close(fds[0]);
	close(fds[1]);
}
