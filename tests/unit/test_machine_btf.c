/* SPDX-License-Identifier: Apache-2.0 */
#include "test_machine.h"

static struct host h;

static void setup(void)
{
	host_open(&h, NULL);
}

static void teardown(void)
{
	cr_expect_eq(h.diags.errors, 0);
	host_close(&h);
}

TestSuite(btf, .init = setup, .fini = teardown);

static const struct type *type_of(const char *name)
{
	return machine_type(h.machine, &h.types, str_from(name));
}

Test(btf, opened_when_asked)
{
	cr_expect_not(machine_btf_is_open(h.machine));
	cr_expect(machine_has_btf(h.machine));
	cr_expect_not(machine_btf_is_open(h.machine));
	cr_expect(type_of("struct file"));
	cr_expect(machine_btf_is_open(h.machine));
}

Test(btf, none)
{
	const struct type *ret;
	struct suggest s = { 0 };
	struct host none;
	int64_t value;

	host_open(&none, "/nonexistent");
	cr_expect_not(machine_has_btf(none.machine));
	cr_expect_null(
		machine_type(none.machine, &none.types, STR("struct file")));
	cr_expect_null(machine_function_args(none.machine, &none.types, STR(""),
					     STR("vfs_read"), &ret));
	cr_expect_null(machine_rawtracepoint_args(none.machine, &none.types,
						  STR("sched_switch")));
	cr_expect_not(machine_enumerator(none.machine, &none.types,
					 STR("PIDTYPE_PID"), &value, &ret));
	machine_suggest_type(none.machine, STR("struct fil"), &s);
	cr_expect_null(s.best.p);
	cr_expect_eq(none.diags.errors, 0);
	host_close(&none);
}

/* --- types by name ----------------------------------------------------------- */

static const struct {
	const char *name, *text; /* text NULL: unknown */
	uint32_t size;
} types[] = {
	{ "struct task_struct", "struct task_struct", 336 },
	{ "struct  path", "struct path", 16 },
	{ "struct sample_device", "struct sample_device", 16 }, /* module */
	{ "union task_struct", NULL, 0 },
	{ "task_struct", NULL, 0 },
	{ "struct missing", NULL, 0 },
	{ "struct ", NULL, 0 },
	{ "", NULL, 0 },
	{ "enum pid_type", "enum pid_type", 4 },
	{ "enum big_flag", "enum big_flag", 8 },
	{ "pid_t", "int32", 4 },
	{ "sector_t", "uint64", 8 },
	{ "atomic_t", "{}", 4 },
	{ "btf_trace_sched_switch", "void *", 8 },
};

Test(btf, types)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const struct type *t = type_of(types[i].name);

		cr_assert_eq(!t, !types[i].text, "%s", types[i].name);
		if (!t)
			continue;
		expect_type(&h, t, types[i].text);
		cr_expect_eq(t->size, types[i].size);
		cr_expect_eq(t, type_of(types[i].name), "one instance");
		if (t->kind == TY_RECORD) {
			cr_expect_neq(t->origin, 0);
			cr_expect_eq(t->n_fields, 0);
		}
	}
}

/* --- fields ------------------------------------------------------------------ */

static const struct {
	const char *record, *field, *type; /* type NULL: no such field */
	uint32_t offset;
	uint8_t bit_offset, bit_size;
} fields[] = {
	{ "struct task_struct", "thread_info", "struct thread_info", 0, 0, 0 },
	{ "struct task_struct", "__state", "uint32", 16, 0, 0 },
	{ "struct task_struct", "usage", "{}", 32, 0, 0 },
	{ "struct task_struct", "restart_fn", "void *", 312, 0, 0 },
	{ "struct task_struct", "missing", NULL, 0, 0, 0 },
	{ "struct task_struct", "", NULL, 0, 0, 0 },
	/* anonymous members, at any depth */
	{ "struct mm_struct", "mm_users", "{}", 24, 0, 0 },
	{ "struct mm_struct", "cpu_bitmap", "uint64[0]", 112, 0, 0 },
	{ "struct qstr", "len", "uint32", 4, 0, 0 },
	{ "struct qstr", "hash_len", "uint64", 0, 0, 0 },
	{ "struct sock_common", "skc_num", "uint16", 14, 0, 0 },
	{ "struct sock_common", "skc_state", "uint8", 18, 0, 0 },
	{ "struct sock_common", "skc_reuse", "uint8", 19, 0, 4 },
	{ "struct sock_common", "skc_ipv6only", "uint8", 19, 5, 1 },
	{ "struct page", "compound_head", "uint64", 8, 0, 0 },
	/* arrays */
	{ "struct shapes", "text", "string[8]", 0, 0, 0 },
	{ "struct shapes", "empty", "int8[0]", 8, 0, 0 },
	{ "struct shapes", "bytes", "uint8[4]", 8, 0, 0 },
	{ "struct shapes", "signs", "int8[4]", 12, 0, 0 },
	{ "struct shapes", "matrix", "int32[3][2]", 16, 0, 0 },
	{ "struct shapes", "ratio", "uint8[8]", 40, 0, 0 },
	{ "struct shapes", "wide", "uint8[16]", 48, 0, 0 },
	{ "struct shapes", "big", "enum big_flag", 64, 0, 0 },
	{ "struct shapes", "unseen", "struct unseen *", 76, 0, 0 },
	{ "struct shapes", "flag", "bool", 92, 0, 0 },
	{ "struct shapes", "b", NULL, 0, 0, 0 },
	{ "struct sample_device", "number", "int32", 8, 0, 0 },
	{ "struct sample_device", "file", "struct file *", 0, 0, 0 },
};

static bool field_of(const char *record, const char *name, struct field *f)
{
	const struct type *t = type_of(record);

	cr_assert(t, "%s", record);
	return machine_field(h.machine, &h.types, t, str_from(name), f);
}

Test(btf, fields)
{
	struct field f;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		bool found = field_of(fields[i].record, fields[i].field, &f);

		cr_assert_eq(found, !!fields[i].type, "%s.%s", fields[i].record,
			     fields[i].field);
		if (!found)
			continue;
		expect_str(f.name, fields[i].field);
		expect_type(&h, f.type, fields[i].type);
		cr_expect_eq(f.offset, fields[i].offset, "%s at %u",
			     fields[i].field, f.offset);
		cr_expect_eq(f.bit_offset, fields[i].bit_offset);
		cr_expect_eq(f.bit_size, fields[i].bit_size);
	}
}

Test(btf, bit_fields)
{
	struct field reset, iowait, frozen, nice;

	cr_assert(
		field_of("struct task_struct", "sched_reset_on_fork", &reset));
	cr_assert(field_of("struct task_struct", "in_iowait", &iowait));
	cr_assert(field_of("struct task_struct", "frozen_level", &frozen));
	cr_assert(field_of("struct task_struct", "nice_delta", &nice));
	cr_expect_eq(reset.bit_size, 1);
	cr_expect_eq(reset.bit_offset, 0);
	cr_expect_eq(iowait.offset, reset.offset + 4, "behind unsigned : 0");
	cr_expect_eq(iowait.bit_offset, 1);
	cr_expect_eq(frozen.bit_offset, 2);
	cr_expect_eq(frozen.bit_size, 4);
	expect_type(&h, frozen.type, "uint32");
	cr_expect_eq(nice.bit_offset, 6);
	cr_expect_eq(nice.bit_size, 6);
	expect_type(&h, nice.type, "int32");
}

Test(btf, pointers)
{
	struct field f, next;

	cr_assert(field_of("struct task_struct", "real_parent", &f));
	cr_expect_eq(f.type->space, AS_KERNEL);
	cr_expect_eq(f.type->elem, type_of("struct task_struct"));
	cr_assert(machine_field(h.machine, &h.types, f.type->elem, STR("comm"),
				&next));
	expect_type(&h, next.type, "string[16]");
	cr_assert(field_of("struct iovec", "iov_base", &f));
	cr_expect_eq(f.type->space, AS_USER);
	cr_assert(field_of("struct shapes", "names", &f));
	expect_type(&h, f.type, "int8 **");
}

Test(btf, anonymous_types)
{
	struct field outer, inner, b;

	cr_assert(field_of("struct shapes", "outer", &outer));
	cr_assert(machine_field(h.machine, &h.types, outer.type, STR("inner"),
				&inner));
	cr_assert(machine_field(h.machine, &h.types, inner.type, STR("b"), &b));
	expect_str(outer.type->name, "");
	cr_expect_eq(inner.offset, 4);
	cr_expect_eq(b.offset, 0);
}

Test(btf, enums)
{
	const struct type *t = type_of("enum work_flag");

	cr_expect(t->is_signed);
	cr_expect_eq(t->n_enums, 3);
	expect_str(t->enums[2].name, "WORK_CANCELLED");
	cr_expect_eq(t->enums[2].value, -2);
	t = type_of("enum big_flag");
	cr_expect_eq(t->enums[1].value, 0x100000000);
}

static const struct {
	const char *name, *type; /* type NULL: none */
	int64_t value;
} enumerators[] = {
	{ "PIDTYPE_SID", "enum pid_type", 3 },
	{ "TCP_LISTEN", "", 10 },
	{ "SKB_DROP_REASON_NETFILTER_DROP", "enum skb_drop_reason", 8 },
	{ "WORK_FAILED", "enum work_flag", -1 },
	{ "BIG_FLAG_HIGH", "enum big_flag", 0x100000000 },
	{ "PIDTYPE", NULL, 0 },
	{ "", NULL, 0 },
};

Test(btf, enumerators)
{
	const struct type *type;
	int64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(enumerators); i++) {
		bool found = machine_enumerator(h.machine, &h.types,
						str_from(enumerators[i].name),
						&value, &type);

		cr_assert_eq(found, !!enumerators[i].type, "%s",
			     enumerators[i].name);
		if (!found)
			continue;
		cr_expect_eq(value, enumerators[i].value);
		expect_str(type->name, enumerators[i].type);
	}
}

/* --- whole records ----------------------------------------------------------- */

Test(btf, complete)
{
	const struct type *t = machine_complete(h.machine, &h.types,
						type_of("struct sock_common"));
	const struct type *qstr;
	const struct field *f;

	cr_expect_eq(t->origin, 0);
	expect_str(t->name, "struct sock_common");
	cr_expect_eq(t->size, type_of("struct sock_common")->size);
	f = type_field(t, STR("skc_rcv_saddr"));
	cr_assert(f);
	cr_expect_eq(f->offset, 4);
	/* what lies inside is complete too */
	f = type_field(t, STR("skc_v6_daddr"));
	cr_assert(f);
	cr_expect_eq(f->type->origin, 0);
	expect_type(&h, f->type->fields[0].type->fields[0].type, "uint8[16]");
	cr_expect_eq(machine_complete(h.machine, &h.types, t), t);
	qstr = machine_complete(h.machine, &h.types, type_of("struct qstr"));
	cr_expect_eq(qstr->n_fields, 4);
	cr_expect_eq(qstr->align, 8);
}

Test(btf, forward_declaration)
{
	struct field f, g;

	cr_assert(field_of("struct shapes", "unseen", &f));
	cr_expect_not(
		machine_field(h.machine, &h.types, f.type->elem, STR("a"), &g));
	cr_expect_eq(machine_complete(h.machine, &h.types, f.type->elem),
		     f.type->elem);
}

Test(btf, field_names)
{
	str_vec v = { 0 };

	machine_field_names(h.machine, type_of("struct qstr"), &h.arena, &v);
	expect_str(joined(&h.arena, &v), "hash len hash_len name ");
}

Test(btf, suggestions)
{
	static const char *const table[][2] = {
		{ "struct task_strct", "struct task_struct" },
		{ "enum pid_typ", "enum pid_type" },
		{ "sectr_t", "sector_t" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct suggest s = { 0 };

		machine_suggest_type(h.machine, str_from(table[i][0]), &s);
		expect_str(s.best, table[i][1]);
	}
}

/* --- functions --------------------------------------------------------------- */

static struct str described(const struct type *args)
{
	struct str all = str_from("");
	uint32_t i;

	for (i = 0; args && i < args->n_fields; i++)
		all = str_printf(&h.arena, "%.*s%.*s@%u:%s ", STR_ARG(all),
				 STR_ARG(args->fields[i].name),
				 args->fields[i].offset,
				 type_name(&h.arena, args->fields[i].type));
	return all;
}

static const struct {
	const char *module, *name, *args, *ret; /* args NULL: unknown */
} functions[] = {
	{ "", "vfs_read",
	  "file@0:struct file * buf@8:int8 * count@16:uint64 "
	  "pos@24:int64 * ",
	  "int64" },
	{ "vmlinux", "vfs_fsync", "file@0:struct file * datasync@8:int32 ",
	  "int32" },
	{ "", "do_nanosleep", "t@0:void * mode@8:enum hrtimer_restart ",
	  "int64" },
	{ "", "tcp_close", "sk@0:struct sock * timeout@8:int64 ", "none" },
	{ "", "submit_span", "span@0:struct timespec64 flags@16:int32 ",
	  "int32" },
	{ "", "security_capable_noaudit", "cred@0:struct cred * cap@8:int32 ",
	  "bool" },
	{ "", "sample_open",
	  "device@0:struct sample_device * "
	  "file@8:struct file * ",
	  "int32" },
	{ "sample", "sample_open",
	  "device@0:struct sample_device * "
	  "file@8:struct file * ",
	  "int32" },
	{ "sample", "vfs_read", NULL, NULL },
	{ "vmlinux", "sample_open", NULL, NULL },
	{ "", "missing", NULL, NULL },
	{ "", "file", NULL, NULL }, /* a struct */
	{ "", "vfs_write",
	  "file@0:struct file * buf@8:int8 * count@16:uint64 "
	  "pos@24:int64 * ",
	  "int64" },
};

/* More questions than searches: the index answers the same. */
Test(btf, function_args)
{
	const struct type *args, *ret;
	size_t round, i;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < ARRAY_SIZE(functions); i++) {
			args = machine_function_args(
				h.machine, &h.types,
				str_from(functions[i].module),
				str_from(functions[i].name), &ret);
			cr_assert_eq(!args, !functions[i].args, "%s",
				     functions[i].name);
			if (!args)
				continue;
			expect_str(described(args), functions[i].args);
			expect_type(&h, ret, functions[i].ret);
		}
	}
}

Test(btf, function_user_pointer)
{
	const struct type *args, *ret;

	args = machine_function_args(h.machine, &h.types, STR(""),
				     STR("vfs_read"), &ret);
	cr_expect_eq(args->fields[0].type->space, AS_KERNEL);
	cr_expect_eq(args->fields[1].type->space, AS_USER);
}

/* --- raw tracepoints --------------------------------------------------------- */

static const char *const raw[][2] = {
	{ "sched_switch",
	  "preempt@0:bool prev@8:struct task_struct * "
	  "next@16:struct task_struct * prev_state@24:uint32 " },
	{ "block_rq_issue", "rq@0:struct request * " },
	{ "kfree_skb", "skb@0:struct sk_buff * location@8:void * "
		       "reason@16:enum skb_drop_reason " },
	{ "nameless", "arg0@0:int8 * arg1@8:int32 " },
	{ "sample_event", "device@0:struct sample_device * " },
	{ "missing", NULL },
};

Test(btf, rawtracepoint_args)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(raw); i++) {
		const struct type *args = machine_rawtracepoint_args(
			h.machine, &h.types, str_from(raw[i][0]));

		cr_assert_eq(!args, !raw[i][1], "%s", raw[i][0]);
		if (args)
			expect_str(described(args), raw[i][1]);
	}
}

Test(btf, rawtracepoint_pointers)
{
	const struct type *skb = machine_rawtracepoint_args(h.machine, &h.types,
							    STR("kfree_skb"));
	const struct type *text = machine_rawtracepoint_args(
		h.machine, &h.types, STR("nameless"));

	cr_expect_eq(skb->fields[0].type->space, AS_BTF);
	cr_expect_eq(skb->fields[1].type->space, AS_KERNEL);
	cr_expect_eq(text->fields[0].type->space, AS_KERNEL);
}

Test(btf, rawtracepoints)
{
	str_vec v = { 0 };

	cr_expect_eq(machine_rawtracepoints(h.machine, STR("s*_*e*"), &h.arena,
					    &v),
		     0);
	expect_str(joined(&h.arena, &v),
		   "sample_event sched_process_exec sched_process_exit "
		   "sched_process_fork sched_wakeup sched_wakeup_new "
		   "sys_enter ");
}

/* --- the running kernel ------------------------------------------------------ */

Test(btf, this_machine)
{
	const struct type *task, *args, *ret;
	struct field f;
	struct host real;

	host_open(&real, "/");
	if (!machine_has_btf(real.machine)) {
		host_close(&real);
		cr_skip_test("the kernel has no BTF");
	}
	task = machine_type(real.machine, &real.types,
			    STR("struct task_struct"));
	cr_assert(task);
	cr_assert(
		machine_field(real.machine, &real.types, task, STR("pid"), &f));
	expect_type(&real, f.type, "int32");
	cr_assert(machine_field(real.machine, &real.types, task, STR("comm"),
				&f));
	expect_type(&real, f.type, "string[16]");
	args = machine_rawtracepoint_args(real.machine, &real.types,
					  STR("sched_process_exec"));
	cr_assert(args);
	cr_expect_eq(args->n_fields, 3);
	expect_str(args->fields[1].name, "old_pid");
	args = machine_function_args(real.machine, &real.types, STR(""),
				     STR("vfs_read"), &ret);
	cr_assert(args);
	cr_expect_eq(args->n_fields, 4);
	task = machine_complete(real.machine, &real.types, task);
	cr_expect_gt(task->n_fields, 50);
	cr_expect_eq(real.diags.errors, 0);
	host_close(&real);
}
