/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plan/wire.h"
#include "plan_sample.h"

static struct diags diags;

static void teardown(void)
{
	diags_free(&diags);
}

TestSuite(plan_wire, .fini = teardown);

static const char *why(void)
{
	return diags.v.n ? diags.v.v[0].text.p : "";
}

/* --- the sample ------------------------------------------------------------- */

static const char sample_text[] =
	"plan   version=6 arch=ARCH name=\"open files.bt\" release=6."
	"1.0-50-amd64 needs=release,loop,unsafe fixups=152\n"
	"option max_strlen 64 set=1\n"
	"option str_trunc_trailer ...\n"
	"type   enum colour int32 {RED=-1, BLUE=1}\n"
	"type   union bits {uint32 low @0 bits 0-2, uint32 high @0 bi"
	"ts 3-31, int32 whole @0, size 4}\n"
	"type   struct all {void * ptr @0, uint16[3] array @8, buffer"
	"[5] buffer @16, enum colour colour @28, macaddr_t mac @32, i"
	"net address @40, union bits bits @60, size 64}\n"
	"map    0   @bytes percpu_hash symbol=AT_bytes key=string[16]"
	" value=hist_t(0) max=4096\n"
	"map    1   @ percpu_array symbol=AT_ value=count_t max=1\n"
	"map    2   @table array symbol=AT_table key=uint32 value=int"
	"64 max=10\n"
	"map    3   @stats percpu_lru_hash symbol=AT_stats key=(uint3"
	"2, string[16]) value=stats_t max=100\n"
	"map    4   @linear percpu_hash symbol=AT_linear key=ksym_t v"
	"alue=lhist_t(-10, 100, 5) max=4096\n"
	"map    5   @recent lru_hash symbol=AT_recent key=usym_t valu"
	"e=timestamp\"%H:%M\" max=7\n"
	"map    6   @sum percpu_hash symbol=AT_sum key=probe value=us"
	"um_t max=1\n"
	"map    7   @min percpu_hash symbol=AT_min key=probe value=mi"
	"n_t max=1 pair=1\n"
	"map    8   @max percpu_hash symbol=AT_max key=probe value=um"
	"ax_t max=1\n"
	"map    9   @avg percpu_hash symbol=AT_avg key=probe value=av"
	"g_t max=1\n"
	"map    10  @plain hash symbol=AT_plain key=username_t value="
	"bool max=1073741824\n"
	"map    11  @stack hash symbol=AT_stack key=ustack_t(perf, 3)"
	" value=kstack_t(bpftrace, 127) max=8\n"
	"map    12  @series percpu_hash symbol=AT_series key=cgroup_p"
	"ath_t\"uni*\" value=tseries_t(1000, 5, 1, signed) max=9\n"
	"map    13  @deviation percpu_hash symbol=AT_deviation key=p"
	"robe value=stddev_t max=2\n"
	"probe  0   begin begin symbol=p0\n"
	"probe  1   end end symbol=p1 names=1\n"
	"probe  2   interval:s:1 interval symbol=p2 rate=1000000000 n"
	"ames=2\n"
	"probe  3   profile:hz:99 profile symbol=p3 rate=99 flags=fre"
	"quency names=3\n"
	"probe  4   tracepoint:sched tracepoint symbol=p4 module=sche"
	"d flags=cookie names 4 5 targets=sched_switch sched_wakeup po"
	"int=1 where=sched pattern=sched_* arg=pid int32 at=24 size="
	"4\n"
	"probe  5   tracepoint:syscalls syscalls symbol=p5 names 6 7 ta"
	"rgets=sys_enter_read sys_enter_write\n"
	"probe  6   rawtracepoint rawtracepoint symbol=p6 names=8 tar"
	"gets=sched_switch\n"
	"probe  7   kretprobe kprobe symbol=p7 module=xfs flags=retur"
	"n names=9 targets=xfs_file_read_iter\n"
	"probe  8   fexit:vfs_read fentry symbol=p8 flags=return name"
	"s=10 targets=vfs_read\n"
	"probe  9   fmodret:bpf_modify fmodret symbol=p9 names=11 tar"
	"gets=bpf_modify\n"
	"probe  10  lsm:file_open lsm symbol=p10 names=12 targets=fil"
	"e_open\n"
	"probe  11  fentry:bpf:7:prog bpf_prog symbol=p11 offset=7 na"
	"mes=13 targets=prog\n"
	"probe  12  uprobe:/bin/sh uprobe symbol=p12 path=/bin/sh off"
	"set=4 names=14 targets=main\n"
	"probe  13  usdt:/bin/sh:a:* usdt symbol=p13 path=/bin/sh ope"
	"rands=\"_ -4@%edi\" names 15 16 targets=a:b a:c\n"
	"probe  14  self:signal:SIGUSR1 self symbol=p14 names=17 targ"
	"ets=SIGUSR1\n"
	"probe  15  test:a test symbol=p15 names=18 targets=a\n"
	"probe  16  bench:a bench symbol=p16 names=19 targets=a\n"
	"probe  17  software:faults software symbol=p17 rate=100 name"
	"s=20 targets=page-faults\n"
	"probe  18  hardware:cycles hardware symbol=p18 rate=1000000 "
	"names=21 targets=cpu-cycles\n"
	"probe  19  iter:cgroup iter symbol=p19 path=/sys/fs/bpf/x fl"
	"ags=at_once names=22 targets=cgroup\n"
	"probe  20  watchpoint:0x10:8:w watchpoint symbol=p20 module="
	"w offset=16 rate=8 flags=address names=23\n"
	"probe  21  uprobe:/bin/sh:0x1234 uprobe symbol=p21 path=/bin"
	"/sh offset=4660 flags=address names=24\n"
	"name   0   begin\n"
	"name   1   end\n"
	"name   2   interval:s:1\n"
	"name   3   profile:hz:99\n"
	"name   4   tracepoint:sched:sched_switch\n"
	"name   5   tracepoint:sched:sched_wakeup\n"
	"name   6   tracepoint:syscalls:sys_enter_read\n"
	"name   7   tracepoint:syscalls:sys_enter_write\n"
	"name   8   rawtracepoint:sched_switch\n"
	"name   9   kretprobe:xfs_file_read_iter\n"
	"name   10  fexit:vfs_read:vfs_read\n"
	"name   11  fmodret:bpf_modify:bpf_modify\n"
	"name   12  lsm:file_open:file_open\n"
	"name   13  fentry:bpf:7:prog:prog\n"
	"name   14  uprobe:/bin/sh:main\n"
	"name   15  usdt:/bin/sh:a:*:a:b\n"
	"name   16  usdt:/bin/sh:a:*:a:c\n"
	"name   17  self:signal:SIGUSR1:SIGUSR1\n"
	"name   18  test:a:a\n"
	"name   19  bench:a:a\n"
	"name   20  software:faults:page-faults\n"
	"name   21  hardware:cycles:cpu-cycles\n"
	"name   22  iter:cgroup:cgroup\n"
	"name   23  watchpoint:0x10:8:w\n"
	"name   24  uprobe:/bin/sh:0x1234\n"
	"event  1   printf payload={string[16] a @0, uint64 b @16, si"
	"ze 24} text=\"%s read %5d\\n\"\n"
	"event  2   print_value payload={struct all value @0, size 64"
	"}\n"
	"event  3   print_map payload={uint32 a @0, uint32 b @4, size"
	" 8} map=1\n"
	"event  4   print_entry payload={string[16] key @0, size 16}\n"
	"event  5   clear map=3\n"
	"event  6   zero\n"
	"event  7   time text=\"%H:%M:%S\\n\"\n"
	"event  8   exit payload={uint8 code @0, size 1}\n"
	"event  9   warn payload={int64 code @0, size 8} site=2\n"
	"event  10  join payload={uint32 a @0, string[16][4] b @4, si"
	"ze 68} text=\" \"\n"
	"event  11  cat payload={uint32 pid @0, size 4} text=\"/proc/"
	"%d/cmdline\"\n"
	"event  12  errorf payload={uint64 n @0, size 8} text=\"bad: "
	"%d\" site=1\n"
	"event  13  warnf text=\"\\\"odd\\\"\\t100%%\\x01\" site=1\n"
	"event  14  system payload={uint32 pid @0, size 4} text=\"ls "
	"/proc/%d\"\n"
	"event  15  percentile text=\"50 99.9\"\n"
	"event  16  print_table payload={uint32 a @0, uint32 b @4, "
	"size 8} map=7 flags=by_key,down,rate column 7 take,zero co"
	"lumn 8\n"
	"event  17  packet text=sample.pcap\n"
	"fixup  0   param arg=1 size=8\n"
	"fixup  1   param_text arg=2 offset=8 size=20\n"
	"fixup  2   nparams offset=32 size=8\n"
	"fixup  3   target_pid offset=40 size=8\n"
	"fixup  4   child_pid offset=48 size=8\n"
	"fixup  5   self_pid offset=56 size=8\n"
	"fixup  6   ncpus offset=64 size=8\n"
	"fixup  7   start_ns offset=72 size=8\n"
	"fixup  8   kaddr arg=init_task offset=80 size=8\n"
	"fixup  9   uaddr arg=/bin/sh:main offset=88 size=8\n"
	"fixup  10  cgroupid arg=/sys/fs/cgroup offset=96 size=8\n"
	"fixup  11  option arg=count offset=104 size=8 fallback=5 doc"
	"=\"how many\"\n"
	"fixup  12  option_text arg=name offset=112 size=8\n"
	"fixup  13  pidns_dev offset=120 size=8\n"
	"fixup  14  pidns_ino offset=128 size=8\n"
	"fixup  15  tai_ns offset=136 size=8\n"
	"fixup  16  trampoline arg=vfs_read offset=144 size=8\n"
	"site   1   place file=stdin line=1 column=11 end=21 text=\"b"
	"egin { @ = 1 }\"\n"
	"site   2   division file=stdin line=1 column=12 end=22 text="
	"\"begin { @ = 1 }\"\n"
	"site   3   map_full file=stdin line=1 column=13 end=23 map=2"
	" text=\"begin { @ = 1 }\"\n"
	"site   4   read file=stdin line=1 column=14 end=24 text=\"be"
	"gin { @ = 1 }\"\n"
	"site   5   loop file=stdin line=1 column=15 end=25 text=\"be"
	"gin { @ = 1 }\"\n"
	"site   6   helper file=stdin line=1 column=16 end=26 text=\""
	"begin { @ = 1 }\"\n"
	"site   7   thread file=stdin line=1 column=17 end=27 text=\""
	"begin { @ = 1 }\"\n"
	"site   8   read_now file=stdin line=1 column=18 end=28 text="
	"\"begin { @ = 1 }\"\n"
	"site   9   key file=stdin line=1 column=19 end=29 text=\"beg"
	"in { @ = 1 }\"\n"
	"site   10  depth file=stdin line=1 column=20 end=30 text=\"b"
	"egin { @ = 1 }\"\n"
	"site   11  stack file=stdin line=1 column=21 end=31 text=\"b"
	"egin { @ = 1 }\"\n"
	"site   12  cut file=stdin line=1 column=22 end=32 text=\"beg"
	"in { @ = 1 }\"\n"
	"site   13  packet file=stdin line=1 column=23 end=33 text=\""
	"begin { @ = 1 }\"\n"
	"constant 0   WORK_FAILED value=-1\n"
	"enum   0   \"enum colour\"\n";

static void expect_same(struct str have, struct str want)
{
	size_t i = 0;

	while (i < have.n && i < want.n && have.p[i] == want.p[i])
		i++;
	cr_expect(str_eq(have, want),
		  "differ at %zu: have '%.40s', want "
		  "'%.40s'",
		  i, have.p + i, want.p + i);
}

Test(plan_wire, text)
{
	struct plan *p = plan_sample();
	auto_buf struct buf text = { 0 };

	p->arch = STR("ARCH");
	plan_text(p, &text);
	expect_same(buf_view(&text), str_from(sample_text));
	plan_free(p);
}

Test(plan_wire, round_trip)
{
	struct plan *p = plan_sample(), *q;
	auto_buf struct buf bytes = { 0 };
	auto_buf struct buf again = { 0 };
	auto_buf struct buf text = { 0 };
	auto_buf struct buf text_again = { 0 };
	size_t i;

	plan_write(p, &bytes);
	q = plan_read(buf_view(&bytes), &diags);
	cr_assert_not_null(q, "%s", why());
	plan_write(q, &again);
	expect_same(buf_view(&again), buf_view(&bytes));
	plan_text(p, &text);
	plan_text(q, &text_again);
	expect_same(buf_view(&text_again), buf_view(&text));
	for (i = 0; i < OPT_N; i++) {
		cr_expect_eq(q->options.num[i], p->options.num[i]);
		cr_expect_eq(q->options.is_set[i], p->options.is_set[i]);
		cr_expect(str_eq(q->options.text[i], p->options.text[i]));
	}
	plan_free(p);
	plan_free(q);
}

Test(plan_wire, only_reachable_types_are_written)
{
	struct plan *p = plan_new(), *q;
	auto_buf struct buf bytes = { 0 };
	auto_buf struct buf more = { 0 };

	plan_write(p, &bytes);
	type_hist(&p->types, 3);
	type_string(&p->types, 99);
	plan_write(p, &more);
	expect_same(buf_view(&more), buf_view(&bytes));
	q = plan_read(buf_view(&bytes), &diags);
	cr_assert_not_null(q, "%s", why());
	cr_expect_eq(q->types.v.n, 10);
	plan_free(p);
	plan_free(q);
}

/* --- bytes that are no plan ---------------------------------------------------- */

static struct plan *read_bytes(const void *p, size_t n)
{
	diags_free(&diags);
	return plan_read((struct str){ p, n }, &diags);
}

static void expect_refused(const void *p, size_t n, const char *want)
{
	cr_expect_null(read_bytes(p, n));
	cr_assert_eq(diags.v.n, 1);
	cr_expect_eq(diags.v.v[0].code, D_SAVED);
	cr_expect_not_null(strstr(why(), want), "have '%s', want '%s'", why(),
			   want);
}

Test(plan_wire, truncated_anywhere)
{
	struct plan *p = plan_sample();
	auto_buf struct buf bytes = { 0 };
	size_t n;

	plan_write(p, &bytes);
	for (n = 0; n < bytes.n; n++) {
		/* A copy of its own size shows a read beyond the end. */
		auto_free char *copy = xmalloc(n);

		memcpy(copy, bytes.p, n);
		expect_refused(copy, n, n < 4 ? "not a plan" : "too early");
	}
	buf_putc(&bytes, 0);
	expect_refused(bytes.p, bytes.n, "something follows it");
	plan_free(p);
}

/* A flipped bit may give another plan, but never one that cannot be used. */
Test(plan_wire, any_bit_flipped)
{
	struct plan *p = plan_sample(), *q;
	auto_buf struct buf bytes = { 0 };
	size_t bit, valid = 0;

	plan_write(p, &bytes);
	plan_free(p);
	for (bit = 0; bit < bytes.n * 8; bit++) {
		auto_buf struct buf text = { 0 };

		bytes.p[bit / 8] ^= 1 << bit % 8;
		q = read_bytes(bytes.p, bytes.n);
		bytes.p[bit / 8] ^= 1 << bit % 8;
		if (!q) {
			cr_assert_gt(diags.v.n, 0, "bit %zu", bit);
			continue;
		}
		valid++;
		plan_text(q, &text);
		cr_expect_gt(text.n, 100);
		plan_free(q);
	}
	cr_expect_gt(valid, 0);
}

Test(plan_wire, versions_and_machines)
{
	static const char other_version[] = "ESPY\x01\x06x86_64";
	static const char large_version[] = "ESPY\xff\xff\xff\xff\x7f\1x";
	static const char other_arch[] = "ESPY\x06\x03vax";

	expect_refused(other_version, sizeof(other_version) - 1,
		       "its plan has version 1, this espy reads version 6");
	expect_refused(other_arch, sizeof(other_arch) - 1, "saved on vax");
	expect_refused(large_version, sizeof(large_version) - 1,
		       "a number is too large");
	expect_refused("EPSY", 4, "not a plan");
	expect_refused("ESPY", 4, "too early");
	expect_refused("", 0, "not a plan");
}

/* --- primitives --------------------------------------------------------------- */

static struct wire reader(struct arena *a, const char *p, size_t n)
{
	return (struct wire){ .mode = WIRE_READ, .in = { p, n }, .arena = a };
}

static const uint64_t numbers[] = { 0,          1,          127,
				    128,        16383,      16384,
				    UINT32_MAX, 1ull << 32, INT64_MAX,
				    1ull << 63, UINT64_MAX };

Test(plan_wire, numbers)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		auto_buf struct buf b = { 0 };
		struct wire w = { .mode = WIRE_WRITE, .out = &b };
		uint64_t n = numbers[i], u = 5;
		int64_t s = (int64_t)n, t = 5;

		wire_u64(&w, NULL, &n);
		wire_i64(&w, NULL, &s);
		w = reader(NULL, b.p, b.n);
		wire_u64(&w, NULL, &u);
		wire_i64(&w, NULL, &t);
		cr_expect_null(w.error);
		cr_expect_eq(w.in.n, 0);
		cr_expect_eq(u, n);
		cr_expect_eq(t, s);
	}
}

static const struct {
	const char *bytes;
	size_t n;
	const char *error;
} number_mistakes[] = {
	{ "", 0, "too early" },
	{ "\x80", 1, "too early" },
	{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, "too early" },
	{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, "too large" },
	{ "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11, "too large" },
};

Test(plan_wire, number_mistakes)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(number_mistakes); i++) {
		struct wire w = reader(NULL, number_mistakes[i].bytes,
				       number_mistakes[i].n);
		uint64_t n = 7;

		wire_u64(&w, NULL, &n);
		cr_expect_eq(n, 0);
		cr_assert_not_null(w.error, "row %zu", i);
		cr_expect_not_null(strstr(w.error, number_mistakes[i].error),
				   "row %zu: %s", i, w.error);
	}
}

Test(plan_wire, limits_of_small_numbers)
{
	struct wire w = reader(NULL, "\xff\xff\xff\xff\x10", 5);
	uint8_t byte = 7;
	uint32_t word = 7;
	bool yes = true;

	wire_u32(&w, NULL, &word);
	cr_expect_eq(word, 0);
	cr_expect_not_null(w.error);
	w = reader(NULL, "\x80\x02", 2);
	wire_u8(&w, NULL, &byte);
	cr_expect_eq(byte, 0);
	cr_expect_not_null(w.error);
	w = reader(NULL, "\x02", 1);
	wire_bool(&w, NULL, &yes);
	cr_expect(!yes);
	cr_expect_not_null(w.error);
}

Test(plan_wire, texts_and_counts)
{
	static const char huge[] = "\xff\xff\xff\x7f"
				   "abc";
	struct arena a = { 0 };
	struct wire w = reader(&a, "\3abc\0", 5);
	struct str s;

	wire_str(&w, NULL, &s);
	cr_expect(str_is(s, "abc"));
	wire_str(&w, NULL, &s);
	cr_expect(s.n == 0 && s.p);
	cr_expect_null(w.error);

	w = reader(&a, "\3a\0c", 4);
	wire_str(&w, NULL, &s);
	cr_expect_eq(s.n, 0);
	cr_expect_str_eq(w.error, "a text has a zero byte in it");

	w = reader(&a, "\4abc", 4);
	wire_str(&w, NULL, &s);
	cr_expect_eq(s.n, 0);
	cr_expect_not_null(w.error);

	w = reader(&a, huge, sizeof(huge) - 1);
	wire_str(&w, NULL, &s);
	cr_expect_eq(s.n, 0);
	cr_expect_not_null(w.error);

	/* Nothing is allocated for more elements than there are bytes. */
	w = reader(&a, "\4abc", 4);
	cr_expect_eq(wire_count(&w, 0), 0);
	cr_expect_not_null(w.error);
	arena_free(&a);
}

Test(plan_wire, first_mistake_counts)
{
	struct wire w = reader(NULL, "\1\1\1", 3);
	uint32_t n = 7;

	wire_fail(&w, "first");
	wire_fail(&w, "second");
	cr_expect_str_eq(w.error, "first");
	wire_u32(&w, NULL, &n);
	cr_expect_eq(n, 0);
	cr_expect_str_eq(w.error, "first");
}

/* Types as bytes that no writer makes: one definition after its count. */
static const struct {
	const char *bytes;
	size_t n;
	const char *error;
} type_mistakes[] = {
	{ "\1\x00", 2, "cannot be as it is" }, /* none */
	{ "\1\x1e", 2, "a kind that does not exist" },
	{ "\1\x02\x03\x00", 4, "cannot be as it is" }, /* int of 3 bytes */
	{ "\1\x04\x01\x05", 4, "used before it is defined" }, /* itself */
	{ "\1\x06\x03", 3, "cannot be as it is" }, /* buffer without length */
	{ "\1\x09\x00\x03\x00\x00", 6, "cannot be as it is" }, /* enum */
	{ "\1\x1b\x06", 3, "cannot be as it is" }, /* hist of 6 bits */
	{ "\1\x1c\x02\x02\x02", 5, "cannot be as it is" }, /* 1 .. 1 */
	{ "\1\x1c\x00\x02\x01", 5, "cannot be as it is" }, /* step -1 */
	{ "\1\x0c\x04\x01", 4, "does not exist" }, /* mode of stacks */
	{ "\1\x07\x7f", 3, "too early" }, /* tuple of 127 */
	{ "\x7f", 1, "too early" },
};

Test(plan_wire, type_mistakes)
{
	size_t i;

	cr_assert_eq(TY_N, 0x1e);
	for (i = 0; i < ARRAY_SIZE(type_mistakes); i++) {
		struct arena a = { 0 };
		struct types t;
		struct wire w =
			reader(&a, type_mistakes[i].bytes, type_mistakes[i].n);

		types_init(&t, &a);
		w.types = &t;
		wire_types(&w);
		cr_assert_not_null(w.error, "row %zu", i);
		cr_expect_not_null(strstr(w.error, type_mistakes[i].error),
				   "row %zu: %s", i, w.error);
		arena_free(&w.scratch);
		arena_free(&a);
	}
}

/* A few bytes for each of very many parts must not become gigabytes. */
Test(plan_wire, parts_are_bounded)
{
	auto_buf struct buf b = { 0 };
	struct arena a = { 0 };
	struct types t;
	struct wire w;
	int i;

	types_init(&t, &a);
	buf_add(&b, "\2", 1);
	for (i = 0; i < 2; i++) {
		buf_add(&b, "\7\x80\xa0\2", 4); /* a tuple of 36864 */
		buf_pad(&b, 0, 36864);
	}
	w = reader(&a, b.p, b.n);
	w.types = &t;
	wire_types(&w);
	cr_expect_eq(w.numbered.n, 1);
	cr_assert_not_null(w.error);
	cr_expect_str_eq(w.error, "its types have too many parts");
	arena_free(&w.scratch);
	arena_free(&a);
}
