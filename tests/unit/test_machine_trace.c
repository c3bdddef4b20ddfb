/* SPDX-License-Identifier: Apache-2.0 */
/* What programs can be put around: functions, hooks. */
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

TestSuite(trace, .init = setup, .fini = teardown);

Test(trace, untraceable)
{
	static const struct {
		const char *module, *name;
		enum trace_how how;
		const char *why;
	} table[] = {
		{ "vmlinux", "vfs_read", TRACE_ENTRY, NULL },
		{ "vmlinux", "vfs_read", TRACE_RETURN, NULL },
		{ "", "sample_open", TRACE_RETURN, NULL },
		{ "sample", "sample_open", TRACE_ENTRY, NULL },
		{ "sample", "vfs_read", TRACE_ENTRY, "BTF" },
		{ "vmlinux", "schedule", TRACE_ENTRY, "BTF" },
		{ "vmlinux", "do_exit", TRACE_RETURN, "never returns" },
		{ "vmlinux", "migrate_disable", TRACE_ENTRY, "needs it" },
		{ "vmlinux", "tcp_close", TRACE_RETURN, NULL },
		{ "vmlinux", "tcp_close", TRACE_MODIFY, "returns nothing" },
		{ "vmlinux", "security_file_open", TRACE_MODIFY, NULL },
		/* 16 bytes by value are passed on in two registers */
		{ "vmlinux", "submit_span", TRACE_ENTRY, NULL },
	};

	for (int round = 0; round < 3; round++) /* also by the index */
		for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
			const char *why = machine_untraceable(
				h.machine, str_from(table[i].module),
				str_from(table[i].name), table[i].how);

			cr_assert_eq(!why, !table[i].why, "%s: %s",
				     table[i].name, why ? why : "no reason");
			if (why)
				cr_expect(strstr(why, table[i].why), "%s: %s",
					  table[i].name, why);
		}
}

Test(trace, args)
{
	const struct type *args, *ret;

	args = machine_traced_args(h.machine, &h.types, STR("vmlinux"),
				   STR("vfs_open"), true, &ret);
	cr_assert(args);
	cr_expect_eq(args->n_fields, 2);
	cr_expect_eq(args->fields[1].type->space, AS_BTF);
	expect_type(&h, ret, "int32");
	args = machine_traced_args(h.machine, &h.types, STR("vmlinux"),
				   STR("vfs_open"), false, &ret);
	cr_expect_eq(args->fields[1].type->space, AS_KERNEL);
	/* pos may be anywhere; BTF says that buf is the user's */
	args = machine_traced_args(h.machine, &h.types, STR("vmlinux"),
				   STR("vfs_read"), true, &ret);
	cr_expect_eq(args->fields[1].type->space, AS_USER);
	cr_expect_eq(args->fields[3].type->space, AS_NONE);
	cr_expect_null(machine_traced_args(h.machine, &h.types, STR("vmlinux"),
					   STR("schedule"), true, &ret));
}

static struct str raw(const char *module, const char *pattern)
{
	str_vec v = { 0 };

	cr_assert_eq(machine_rawtracepoints_of(h.machine, str_from(module),
					       str_from(pattern), &h.arena, &v),
		     0);
	return joined(&h.arena, &v);
}

Test(trace, names)
{
	str_vec hooks = { 0 };

	expect_str(raw("", "s*_event"), "sample_event ");
	expect_str(raw("sample", "*"), "sample:sample_event ");
	expect_str(raw("vm*", "sched_s*"), "vmlinux:sched_switch ");
	expect_str(raw("sample", "sched_switch"), "");
	machine_lsm_hooks(h.machine, STR("f*"), &h.arena, &hooks);
	expect_str(joined(&h.arena, &hooks), "file_open ");
	cr_expect(machine_is_modifiable(h.machine, STR("security_file_open")));
	cr_expect_not(machine_is_modifiable(h.machine, STR("vfs_read")));
}
