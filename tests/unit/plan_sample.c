/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_sample.h"

#include "plan/abi.h"

static const struct type *record1(struct plan *p, const char *name,
				  const struct type *t)
{
	struct field f = { .name = str_from(name), .type = t };

	return type_record(&p->types, STR(""), &f, 1);
}

static const struct type *record2(struct plan *p, const struct type *a,
				  const struct type *b)
{
	struct field f[] = { { .name = STR("a"), .type = a },
			     { .name = STR("b"), .type = b } };

	return type_record(&p->types, STR(""), f, 2);
}

/* --- maps ------------------------------------------------------------------ */

static void add_map(struct plan *p, const char *name, enum map_store store,
		    const struct type *key, const struct type *value,
		    uint32_t max_entries)
{
	struct str symbol = str_printf(&p->arena, "AT_%s", name + 1);

	plan_add_map(p, &(struct plan_map){ .name = str_from(name),
					    .symbol = symbol,
					    .store = store,
					    .key = key ? key->id : 0,
					    .value = value->id,
					    .max_entries = max_entries });
}

static void add_maps(struct plan *p)
{
	struct types *t = &p->types;
	const struct type *u32 = type_int(t, 4, false);
	const struct type *comm = type_string(t, 16);
	const struct type *pair[] = { u32, comm };
	const struct type *probe = type_simple(t, TY_PROBE);

	add_map(p, "@bytes", MS_PERCPU_HASH, comm, type_hist(t, 0), 4096);
	add_map(p, "@", MS_PERCPU_ARRAY, NULL, type_simple(t, TY_COUNT), 1);
	add_map(p, "@table", MS_ARRAY, u32, type_int(t, 8, true), 10);
	add_map(p, "@stats", MS_PERCPU_LRU_HASH, type_tuple(t, pair, 2),
		type_agg(t, TY_STATS, true), 100);
	add_map(p, "@linear", MS_PERCPU_HASH, type_simple(t, TY_KSYM),
		type_lhist(t, -10, 100, 5), 4096);
	add_map(p, "@recent", MS_LRU_HASH, type_simple(t, TY_USYM),
		type_timestamp(t, STR("%H:%M")), 7);
	add_map(p, "@sum", MS_PERCPU_HASH, probe, type_agg(t, TY_SUM, false),
		1);
	add_map(p, "@min", MS_PERCPU_HASH, probe, type_agg(t, TY_MIN, true), 1);
	add_map(p, "@max", MS_PERCPU_HASH, probe, type_agg(t, TY_MAX, false),
		1);
	add_map(p, "@avg", MS_PERCPU_HASH, probe, type_agg(t, TY_AVG, true), 1);
	add_map(p, "@plain", MS_HASH, type_simple(t, TY_USERNAME), type_bool(t),
		1u << 30);
	add_map(p, "@stack", MS_HASH, type_stack(t, TY_USTACK, SM_PERF, 3),
		type_stack(t, TY_KSTACK, SM_BPFTRACE, 127), 8);
	add_map(p, "@series", MS_PERCPU_HASH, type_cgroup(t, STR("uni*")),
		type_tseries(t, 1000, 5, TSERIES_AVG, true), 9);
	add_map(p, "@deviation", MS_PERCPU_HASH, probe,
		type_agg(t, TY_STDDEV, true), 2);
	p->maps.v[7].is_pair = true;
}

/* --- probes ---------------------------------------------------------------- */

static void add_probe(struct plan *p, struct plan_probe x,
		      const char *const *targets)
{
	struct plan_probe copy = x;

	memset(&copy.targets, 0, sizeof(copy.targets));
	copy.symbol = str_printf(&p->arena, "p%zu", p->probes.n);
	memset(&copy.names, 0, sizeof(copy.names));
	if (!targets)
		vec_push(&p->arena, &copy.names, plan_add_name(p, x.name));
	for (; targets && *targets; targets++) {
		vec_push(&p->arena, &copy.targets, str_from(*targets));
		vec_push(&p->arena, &copy.names,
			 plan_add_name(p,
				       str_printf(&p->arena, "%.*s:%s",
						  STR_ARG(x.name), *targets)));
	}
	plan_add_probe(p, &copy);
}

#define TARGETS(...)              \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static void add_probes(struct plan *p)
{
	add_probe(p, (struct plan_probe){ .name = STR("begin") }, NULL);
	add_probe(p, (struct plan_probe){ .name = STR("end"), .kind = PK_END },
		  NULL);
	add_probe(p,
		  (struct plan_probe){ .name = STR("interval:s:1"),
				       .kind = PK_INTERVAL,
				       .rate = 1000000000 },
		  NULL);
	add_probe(p,
		  (struct plan_probe){ .name = STR("profile:hz:99"),
				       .kind = PK_PROFILE,
				       .rate = 99,
				       .flags = PF_FREQUENCY },
		  NULL);
	add_probe(p,
		  (struct plan_probe){
			  STR("tracepoint:sched"), .kind = PK_TRACEPOINT,
			  .module = STR("sched"), .flags = PF_COOKIE,
			  .point = 1, .where = STR("sched"),
			  .pattern = STR("sched_*") },
		  TARGETS("sched_switch", "sched_wakeup"));
	plan_add_arg(p, p->probes.n - 1,
		     &(struct plan_arg){ STR("pid"), STR("int32"), 24, 4 });
	add_probe(p,
		  (struct plan_probe){ .name = STR("tracepoint:syscalls"),
				       .kind = PK_SYSCALLS },
		  TARGETS("sys_enter_read", "sys_enter_write"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("rawtracepoint"),
				       .kind = PK_RAWTRACEPOINT },
		  TARGETS("sched_switch"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("kretprobe"),
				       .kind = PK_KPROBE,
				       .module = STR("xfs"),
				       .flags = PF_RETURN },
		  TARGETS("xfs_file_read_iter"));
}

static void add_function_probes(struct plan *p)
{
	add_probe(p,
		  (struct plan_probe){ .name = STR("fexit:vfs_read"),
				       .kind = PK_FENTRY,
				       .flags = PF_RETURN },
		  TARGETS("vfs_read"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("fmodret:bpf_modify"),
				       .kind = PK_FMODRET },
		  TARGETS("bpf_modify"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("lsm:file_open"),
				       .kind = PK_LSM },
		  TARGETS("file_open"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("fentry:bpf:7:prog"),
				       .kind = PK_BPF_PROG,
				       .offset = 7 },
		  TARGETS("prog"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("uprobe:/bin/sh"),
				       .kind = PK_UPROBE,
				       .path = STR("/bin/sh"),
				       .offset = 4 },
		  TARGETS("main"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("usdt:/bin/sh:a:*"),
				       .kind = PK_USDT,
				       .path = STR("/bin/sh"),
				       .operands = STR("_ -4@%edi") },
		  TARGETS("a:b", "a:c"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("self:signal:SIGUSR1"),
				       .kind = PK_SELF },
		  TARGETS("SIGUSR1"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("test:a"), .kind = PK_TEST },
		  TARGETS("a"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("bench:a"),
				       .kind = PK_BENCH },
		  TARGETS("a"));
}

static void add_other_probes(struct plan *p)
{
	add_probe(p,
		  (struct plan_probe){ .name = STR("software:faults"),
				       .kind = PK_SOFTWARE,
				       .rate = 100 },
		  TARGETS("page-faults"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("hardware:cycles"),
				       .kind = PK_HARDWARE,
				       .rate = 1000000 },
		  TARGETS("cpu-cycles"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("iter:cgroup"),
				       .kind = PK_ITER,
				       .path = STR("/sys/fs/bpf/x"),
				       .flags = PF_AT_ONCE },
		  TARGETS("cgroup"));
	add_probe(p,
		  (struct plan_probe){ .name = STR("watchpoint:0x10:8:w"),
				       .kind = PK_WATCHPOINT,
				       .module = STR("w"),
				       .rate = 8,
				       .flags = PF_ADDRESS,
				       .offset = 0x10 },
		  NULL);
	add_probe(p,
		  (struct plan_probe){ .name = STR("uprobe:/bin/sh:0x1234"),
				       .kind = PK_UPROBE,
				       .path = STR("/bin/sh"),
				       .flags = PF_ADDRESS,
				       .offset = 0x1234 },
		  NULL);
}

/* --- events ------------------------------------------------------------------ */

static uint32_t add_event(struct plan *p, enum event_kind kind,
			  const struct type *payload, const char *text)
{
	return plan_add_event(
		p, &(struct plan_event){ .kind = kind,
					 .payload = payload ? payload->id : 0,
					 .text = str_from(text) });
}

/* The larger types: all kinds that the maps do not have. */
static const struct type *all_printed(struct plan *p)
{
	struct types *t = &p->types;
	struct enumerator e[] = { { STR("RED"), -1 }, { STR("BLUE"), 1 } };
	struct field bits[] = {
		{ .name = STR("low"),
		  .type = type_int(t, 4, false),
		  .bit_size = 3 },
		{ .name = STR("high"),
		  .type = type_int(t, 4, false),
		  .bit_offset = 3,
		  .bit_size = 29 },
		{ .name = STR("whole"), .type = type_int(t, 4, true) },
	};
	struct field f[] = {
		{ .name = STR("ptr"), .type = type_ptr(t, NULL, AS_NONE) },
		{ .name = STR("array"),
		  .type = type_array(t, type_int(t, 2, false), 3) },
		{ .name = STR("buffer"), .type = type_buffer(t, 5) },
		{ .name = STR("colour"),
		  .type = type_enum(t, STR("enum colour"), 4, true, e, 2) },
		{ .name = STR("mac"), .type = type_simple(t, TY_MAC) },
		{ .name = STR("address"), .type = type_simple(t, TY_INET) },
		{ .name = STR("bits"),
		  .type = type_record_at(t, STR("union bits"), bits, 3, 4, 4) },
	};

	return type_record(t, STR("struct all"), f, ARRAY_SIZE(f));
}

/* @min and @max side by side. */
static void add_table(struct plan *p, const struct type *two)
{
	uint32_t i = add_event(p, EV_PRINT_TABLE, two, "");
	struct plan_event *e = &p->events.v[i];

	e->map = 7;
	e->flags = EF_SORT_KEY | EF_DOWN | EF_RATE;
	vec_push(&p->arena, &e->columns,
		 ((struct plan_column){ 7, EF_TAKE | EF_ZERO }));
	vec_push(&p->arena, &e->columns, ((struct plan_column){ 8, 0 }));
}

static void add_events(struct plan *p)
{
	struct types *t = &p->types;
	const struct type *u32 = type_int(t, 4, false);
	const struct type *u64 = type_int(t, 8, false);
	const struct type *comm = type_string(t, 16);
	const struct type *two = record2(p, u32, u32);
	const struct type *code = record1(p, "code", type_int(t, 8, true));
	uint32_t i;

	add_event(p, EV_PRINTF, record2(p, comm, u64), "%s read %5d\n");
	add_event(p, EV_PRINT_VALUE, record1(p, "value", all_printed(p)), "");
	i = add_event(p, EV_PRINT_MAP, two, "");
	p->events.v[i].map = SAMPLE_SCALAR;
	add_event(p, EV_PRINT_ENTRY, record1(p, "key", comm), "");
	i = add_event(p, EV_CLEAR, NULL, "");
	p->events.v[i].map = SAMPLE_STATS;
	add_event(p, EV_ZERO, NULL, "");
	add_event(p, EV_TIME, NULL, "%H:%M:%S\n");
	add_event(p, EV_EXIT, record1(p, "code", type_int(t, 1, false)), "");
	i = add_event(p, EV_WARN, code, "");
	p->events.v[i].site = 2;
	add_event(p, EV_JOIN, record2(p, u32, type_array(t, comm, 4)), " ");
	add_event(p, EV_CAT, record1(p, "pid", u32), "/proc/%d/cmdline");
	i = add_event(p, EV_ERRORF, record1(p, "n", u64), "bad: %d");
	p->events.v[i].site = 1;
	i = add_event(p, EV_WARNF, NULL, "\"odd\"\t100%%\x01");
	p->events.v[i].site = 1;
	add_event(p, EV_SYSTEM, record1(p, "pid", u32), "ls /proc/%d");
	add_event(p, EV_PERCENTILE, NULL, "50 99.9");
	add_table(p, two);
	add_event(p, EV_PACKET, NULL, "sample.pcap");
}

/* --- the rest ------------------------------------------------------------------ */

static void add_sites(struct plan *p)
{
	enum site_kind kind;

	for (kind = SITE_PLACE; kind < SITE_N; kind++)
		plan_add_site(
			p, &(struct plan_site){ .kind = kind,
						.line = 1,
						.column = 10 + kind,
						.end_column = 20 + kind,
						.file = STR("stdin"),
						.text = STR("begin { @ = 1 }"),
						.map = kind == SITE_MAP_FULL
							       ? SAMPLE_TABLE
							       : 0 });
}

static void add_enums(struct plan *p)
{
	vec_push(&p->arena, &p->constants,
		 ((struct enumerator){ STR("WORK_FAILED"), -1 }));
	vec_push(&p->arena, &p->enums, STR("enum colour"));
}

static void add_fixups(struct plan *p)
{
	static const char *const args[FX_N] = {
		[FX_PARAM] = "1",
		[FX_PARAM_TEXT] = "2",
		[FX_KADDR] = "init_task",
		[FX_UADDR] = "/bin/sh:main",
		[FX_CGROUPID] = "/sys/fs/cgroup",
		[FX_OPTION] = "count",
		[FX_OPTION_TEXT] = "name",
		[FX_TRAMPOLINE] = "vfs_read",
	};
	enum fixup_kind kind;
	struct plan_fixup *f;

	for (kind = 0; kind < FX_N; kind++)
		plan_add_fixup(p, kind, str_from(args[kind]),
			       kind == FX_PARAM_TEXT ? 20 : 8);
	f = &p->fixups.v[FX_OPTION];
	f->fallback = STR("5");
	f->doc = STR("how many");
}

struct plan *plan_sample(void)
{
	struct plan *p = plan_new();

	p->name = STR("open files.bt");
	p->release = STR("6.1.0-50-amd64");
	p->needs = NEED_RELEASE | NEED_UNSAFE | NEED_LOOP;
	p->options.num[OPT_MAX_STRLEN] = 64;
	p->options.is_set[OPT_MAX_STRLEN] = true;
	p->options.text[OPT_STR_TRUNC_TRAILER] = STR("...");
	add_maps(p);
	add_probes(p);
	add_function_probes(p);
	add_other_probes(p);
	add_sites(p);
	add_enums(p);
	add_events(p);
	add_fixups(p);
	return p;
}
