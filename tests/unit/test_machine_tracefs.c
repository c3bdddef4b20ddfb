/* SPDX-License-Identifier: Apache-2.0 */
#include "test_machine.h"

#include <errno.h>

static struct host h;

static void setup(void)
{
	host_open(&h, NULL);
}

static void teardown(void)
{
	host_close(&h);
}

TestSuite(tracefs, .init = setup, .fini = teardown);

static struct str tracepoints(const char *category, const char *event)
{
	str_vec v = { 0 };

	cr_assert_eq(machine_tracepoints(h.machine, str_from(category),
					 str_from(event), &h.arena, &v),
		     0);
	return joined(&h.arena, &v);
}

Test(tracefs, list)
{
	cr_expect(machine_has_tracefs(h.machine));
	expect_str(tracepoints("block", "*"),
		   "block:block_rq_complete block:block_rq_issue ");
	expect_str(tracepoints("*", "*_read"),
		   "syscalls:sys_enter_read syscalls:sys_exit_read ");
	expect_str(tracepoints("sched", "sched_switch"), "sched:sched_switch ");
	expect_str(tracepoints("s*", "sched_switch"), "sched:sched_switch ");
	expect_str(tracepoints("sched", "missing"), "");
	expect_str(tracepoints("missing", "*"), "");
	expect_str(tracepoints("sched", "../sched/sched_switch"), "");
	expect_str(tracepoints("ftrace", "*"), "");
}

Test(tracefs, missing)
{
	struct host none;
	str_vec v = { 0 };

	host_open(&none, "/nonexistent");
	cr_expect_not(machine_has_tracefs(none.machine));
	cr_expect_eq(none.diags.errors, 0);
	cr_expect_eq(machine_tracepoints(none.machine, STR("*"), STR("*"),
					 &none.arena, &v),
		     -ENOENT);
	cr_assert_eq(none.diags.errors, 1);
	expect_str(none.diags.v.v[0].text, "tracefs is not mounted");
	expect_str(none.diags.v.v[0].hint,
		   "mount -t tracefs tracefs /sys/kernel/tracing");
	host_close(&none);
}

static const struct type *args_of(const char *category, const char *event)
{
	return machine_tracepoint_args(h.machine, &h.types, str_from(category),
				       str_from(event));
}

/* --- formats ----------------------------------------------------------------- */

static const struct {
	const char *category, *event, *field, *type;
	uint32_t offset;
	bool is_data_loc;
} fields[] = {
	{ "sched", "sched_switch", "prev_comm", "string[16]", 8, 0 },
	{ "sched", "sched_switch", "prev_pid", "int32", 24, 0 },
	{ "sched", "sched_switch", "prev_state", "int64", 32, 0 },
	{ "sched", "sched_process_exec", "filename", "string[256]", 8, 1 },
	{ "sched", "sched_process_exec", "old_pid", "int32", 16, 0 },
	{ "sched", "sched_process_exit", "group_dead", "bool", 32, 0 },
	{ "syscalls", "sys_enter_openat", "__syscall_nr", "int32", 8, 0 },
	{ "syscalls", "sys_enter_openat", "dfd", "int32", 16, 0 },
	{ "syscalls", "sys_enter_openat", "filename", "int8 *", 24, 0 },
	{ "syscalls", "sys_enter_openat", "mode", "uint16", 40, 0 },
	{ "syscalls", "sys_enter_read", "count", "uint64", 32, 0 },
	{ "syscalls", "sys_enter_statx", "flags", "uint32", 32, 0 },
	{ "syscalls", "sys_enter_execve", "argv", "int8 **", 24, 0 },
	{ "syscalls", "sys_enter_accept4", "upeer_addrlen", "int32 *", 32, 0 },
	{ "syscalls", "sys_enter_kill", "pid", "int32", 16, 0 },
	{ "syscalls", "sys_exit_read", "ret", "int64", 16, 0 },
	{ "syscalls", "sys_enter_connect", "uservaddr", "struct sockaddr *", 24,
	  0 },
	{ "raw_syscalls", "sys_enter", "args", "uint64[6]", 16, 0 },
	{ "block", "block_rq_issue", "dev", "uint32", 8, 0 },
	{ "block", "block_rq_issue", "sector", "uint64", 16, 0 },
	{ "block", "block_rq_issue", "ioprio", "uint16", 32, 0 },
	{ "block", "block_rq_issue", "rwbs", "string[10]", 34, 0 },
	{ "block", "block_rq_issue", "cmd", "string[256]", 60, 1 },
	{ "kmem", "kmalloc", "ptr", "void *", 16, 0 },
	{ "sock", "inet_sock_set_state", "saddr", "uint8[4]", 32, 0 },
	{ "sock", "inet_sock_set_state", "daddr_v6", "uint8[16]", 56, 0 },
};

Test(tracefs, fields)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct type *args =
			args_of(fields[i].category, fields[i].event);
		const struct field *f;

		cr_assert(args);
		f = type_field(args, str_from(fields[i].field));
		cr_assert(f, "%s.%s", fields[i].event, fields[i].field);
		expect_type(&h, f->type, fields[i].type);
		cr_expect_eq(f->offset, fields[i].offset);
		cr_expect_eq(f->is_data_loc, fields[i].is_data_loc);
	}
	cr_expect_eq(h.diags.errors, 0);
	cr_expect_not(machine_btf_is_open(h.machine),
		      "struct pointers alone do not open BTF");
}

Test(tracefs, enums_and_relative_places)
{
	const struct type *args = args_of("shapes", "every");
	const struct field *f = type_field(args, STR("small"));

	cr_assert(f);
	expect_type(&h, f->type, "enum pid_type");
	cr_expect_eq(f->type->size, 1, "as much as the event has room for");
	cr_expect(f->type->n_enums);
	expect_type(&h, type_field(args, STR("kind"))->type, "enum pid_type");
	expect_type(&h, type_field(args, STR("odd"))->type, "uint32");
	f = type_field(args, STR("near"));
	expect_type(&h, f->type, "string[256]");
	cr_expect(f->is_data_loc && f->is_rel_loc);
	f = type_field(args, STR("list"));
	expect_type(&h, f->type, "uint64[0]");
	cr_expect(f->is_data_loc && !f->is_rel_loc);
}

Test(tracefs, records)
{
	const struct type *read = args_of("syscalls", "sys_exit_read");
	const struct type *s = args_of("sched", "sched_switch");

	expect_str(s->name, "struct trace_event_raw_sched_switch");
	cr_expect_eq(s->n_fields, 7, "common fields are left out");
	cr_expect_eq(s->size, 64);
	cr_expect_eq(s->origin, 0);
	cr_expect_eq(read, args_of("syscalls", "sys_exit_write"),
		     "system calls with equal arguments share a record");
	cr_expect_neq(args_of("sched", "sched_wakeup"), s);
}

Test(tracefs, pointers)
{
	const struct type *user = args_of("syscalls", "sys_enter_nanosleep");
	const struct type *kernel = args_of("kmem", "kfree");
	struct field sec;

	cr_assert(user && kernel);
	cr_expect_eq(user->fields[1].type->space, AS_USER);
	cr_expect_eq(type_field(kernel, STR("ptr"))->type->space, AS_KERNEL);
	/* the struct behind it is looked up when its field is */
	cr_assert(machine_field(h.machine, &h.types, user->fields[1].type->elem,
				STR("tv_nsec"), &sec));
	cr_expect_eq(sec.offset, 8);
	expect_type(&h, sec.type, "int64");
	cr_expect(machine_btf_is_open(h.machine));
	cr_expect_not(machine_field(h.machine, &h.types,
				    user->fields[1].type->elem, STR("tv_xsec"),
				    &sec));
}

Test(tracefs, unreadable)
{
	cr_expect_null(args_of("sched", "missing"));
	cr_expect_eq(h.diags.errors, 1);
}

Test(tracefs, syscall_numbers)
{
#ifdef __x86_64__
	cr_expect_eq(machine_syscall_number(h.machine, STR("read")), 0);
	cr_expect_eq(machine_syscall_number(h.machine, STR("openat")), 257);
	cr_expect_eq(machine_syscall_number(h.machine, STR("newfstat")), 5);
#endif
	cr_expect_geq(machine_syscall_number(h.machine, STR("write")), 0);
	cr_expect_eq(machine_syscall_number(h.machine, STR("missing")), -1);
	cr_expect_str_eq(machine_syscall_name(h.machine, 257), "openat");
	cr_expect_null(machine_syscall_name(h.machine, -1));
	cr_expect_null(machine_syscall_name(h.machine, 5000));
}

/* Every format of the running kernel is understood. */
Test(tracefs, this_machine)
{
	str_vec v = { 0 };
	struct host real;

	host_open(&real, "/");
	if (!machine_has_tracefs(real.machine)) {
		host_close(&real);
		cr_skip_test("tracefs cannot be read");
	}
	cr_assert_eq(machine_tracepoints(real.machine, STR("*"), STR("*"),
					 &real.arena, &v),
		     0);
	cr_assert_gt(v.n, 0);
	vec_each(name, &v) {
		struct str event, category = str_split(*name, ':', &event);
		const struct type *args = machine_tracepoint_args(
			real.machine, &real.types, category, event);

		cr_expect(args, "%.*s", STR_ARG(*name));
	}
	cr_expect_eq(real.diags.errors, 0);
	host_close(&real);
}
