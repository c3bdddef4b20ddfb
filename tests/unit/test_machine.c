/* SPDX-License-Identifier: Apache-2.0 */
#include "test_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static struct host h;

static void setup(void)
{
	host_open(&h, NULL);
}

static void teardown(void)
{
	host_close(&h);
}

TestSuite(machine, .init = setup, .fini = teardown);

Test(machine, release)
{
	expect_str(machine_release(h.machine), "6.6.0-espy");
	cr_expect_eq(machine_version(h.machine), 6u << 16 | 6);
	cr_expect_eq(machine_cpus(h.machine), 4);
}

Test(machine, this_one)
{
	struct host real;
	struct utsname u;

	host_open(&real, "/");
	cr_assert_eq(uname(&u), 0);
	expect_str(machine_release(real.machine), u.release);
	cr_expect_neq(machine_version(real.machine), 0);
	cr_expect_eq(machine_cpus(real.machine), sysconf(_SC_NPROCESSORS_CONF));
	expect_str(str_from(machine_path(real.machine, "/proc")), "/proc");
	host_close(&real);
}

/* --- kernel symbols ---------------------------------------------------------- */

Test(machine, kernel_addresses)
{
	cr_expect_eq(machine_kaddr(h.machine, STR("init_task")),
		     0xffffffff82200000);
	cr_expect_eq(machine_kaddr(h.machine, STR("sample_close")),
		     0xffffffffc0200080);
	cr_expect_eq(machine_kaddr(h.machine, STR("nothing")), 0);
}

Test(machine, kernel_names)
{
	static const struct {
		uint64_t address, offset;
		const char *name;
	} table[] = {
		{ 0xffffffff81000000, 0, "_stext" }, /* first of two */
		{ 0xffffffff81000040, 0, "vfs_read" },
		{ 0xffffffff81000041, 1, "vfs_read" },
		{ 0xffffffff8100013f, 0xff, "vfs_read" },
		{ 0xffffffff81000140, 0, "vfs_write" },
		{ 0xffffffff82202004, 4, "jiffies" },
		/* not sorted in the file */
		{ 0xffffffffc0180010, 0x10, "other_start" },
		{ 0xffffffffc0200000, 0, "sample_open" },
	};
	uint64_t offset;
	struct str name;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cr_assert(machine_ksym(h.machine, table[i].address, &name,
				       &offset));
		expect_str(name, table[i].name);
		cr_expect_eq(offset, table[i].offset);
	}
	/* sizes and offsets of processors' memory are no places */
	cr_expect_not(machine_ksym(h.machine, 0, &name, &offset));
	cr_expect_not(machine_ksym(h.machine, 0x1f010, &name, &offset));
	cr_expect_not(machine_ksym(h.machine, 0x7fffffffffff, &name, &offset));
}

static struct str functions(const char *module, const char *pattern)
{
	str_vec v = { 0 };

	cr_assert_eq(machine_functions(h.machine, str_from(module),
				       str_from(pattern), &h.arena, &v),
		     0);
	return joined(&h.arena, &v);
}

Test(machine, functions)
{
	expect_str(functions("", "vfs_*"),
		   "vfs_fsync vfs_open vfs_read vfs_unlink vfs_write ");
	expect_str(functions("", "sample_*"), "sample_close sample_open ");
	expect_str(functions("sample", "*"),
		   "sample:sample_close sample:sample_open ");
	expect_str(functions("s*", "*_open"), "sample:sample_open ");
	expect_str(functions("vmlinux", "tcp_c*"),
		   "vmlinux:tcp_close vmlinux:tcp_connect ");
	expect_str(functions("", "not_traced"), "");
	expect_str(functions("", "__ftrace*"), "");
	cr_expect(machine_has_kprobes(h.machine));
}

/* Without the list of functions: text symbols, no data, no marks. */
Test(machine, functions_of_kallsyms)
{
	char root[] = "espy-test-XXXXXX";
	auto_free char *target = NULL;
	const char *proc, *file;
	struct host bare;
	str_vec v = { 0 };
	int fd;

	cr_assert(mkdtemp(root));
	proc = arena_printf(&h.arena, "%s/proc", root);
	file = arena_printf(&h.arena, "%s/kallsyms", proc);
	cr_assert_eq(mkdir(proc, 0700), 0);
	target = realpath(data_path(&h.arena, "host/proc/kallsyms"), NULL);
	cr_assert_eq(symlink(target, file), 0);
	host_open(&bare, root);
	cr_expect_eq(machine_functions(bare.machine, STR(""), STR("*_re*d"),
				       &bare.arena, &v),
		     0);
	expect_str(joined(&bare.arena, &v), "__x64_sys_read vfs_read ");
	v.n = 0;
	machine_functions(bare.machine, STR("sample"), STR("*"), &bare.arena,
			  &v);
	machine_functions(bare.machine, STR(""), STR("init_t*"), &bare.arena,
			  &v);
	expect_str(joined(&bare.arena, &v),
		   "sample:sample_close sample:sample_open ");
	cr_expect_not(machine_has_kprobes(bare.machine));
	cr_expect_not(machine_has_btf(bare.machine));
	host_close(&bare);
	fd = open(root, O_RDONLY | O_DIRECTORY);
	unlinkat(fd, "proc/kallsyms", 0);
	unlinkat(fd, "proc", AT_REMOVEDIR);
	close(fd);
	cr_expect_eq(rmdir(root), 0);
}

/* --- binaries ---------------------------------------------------------------- */

static void expect_binary(const char *name, const char *want)
{
	const char *have = machine_binary(h.machine, str_from(name));

	if (want)
		want = data_path(&h.arena, want);
	if (!want || !have)
		cr_expect(!want && !have, "%s: %s", name, have ? have : "none");
	else
		expect_str(str_from(have), want);
}

Test(machine, binary)
{
	expect_binary("prog", "host/usr/bin/prog");
	expect_binary("/usr/bin/prog", "host/usr/bin/prog");
	expect_binary("usr/bin/prog", "host/usr/bin/prog");
	expect_binary("libsample", "host/usr/lib/libsample.so.1");
	expect_binary("libsample.so", "host/usr/lib/libsample.so.1");
	expect_binary("libsample.so.1", "host/usr/lib/libsample.so.1");
	expect_binary("/usr/lib/libsample.so", "host/usr/lib/libsample.so");
	expect_binary("libsampl", NULL);
	expect_binary("pro*", NULL);
	expect_binary("/usr/bin", NULL);
	expect_binary("", NULL);
}

Test(machine, binary_here)
{
	struct host real;
	const char *libc, *sh;

	host_open(&real, "/");
	libc = machine_binary(real.machine, STR("libc"));
	sh = machine_binary(real.machine, STR("sh"));
	cr_assert(sh);
	cr_expect(str_ends(str_from(sh), "/sh"));
	/* where there is a glibc it is found by both names */
	if (machine_binary(real.machine, STR("libc.so.6"))) {
		cr_assert(libc);
		cr_expect(str_ends(str_from(libc), "/libc.so.6"), "%s", libc);
	}
	host_close(&real);
}

static struct str elf_functions(const char *path, const char *pattern,
				elf_symbol_vec *v)
{
	struct str all = str_from("");

	v->n = 0;
	cr_assert_eq(machine_elf_functions(h.machine, data_path(&h.arena, path),
					   str_from(pattern), &h.arena, v),
		     0);
	vec_each(s, v)
		all = str_printf(&h.arena, "%.*s%.*s ", STR_ARG(all),
				 STR_ARG(s->name));
	return all;
}

Test(machine, elf)
{
	const char *prog = data_path(&h.arena, "host/usr/bin/prog");
	elf_symbol_vec v = { 0 };

	expect_str(elf_functions("host/usr/bin/prog", "*", &v),
		   "helper_a helper_b hidden main work ");
	vec_each(s, &v) {
		cr_expect_neq(s->size, 0);
		cr_expect_eq(machine_elf_offset(h.machine, prog, s->address),
			     (int64_t)s->offset);
	}
	expect_str(elf_functions("host/usr/bin/prog", "helper_?", &v),
		   "helper_a helper_b ");
	expect_str(elf_functions("host/usr/bin/prog", "missing", &v), "");
	expect_str(elf_functions("host/usr/lib/libsample.so.1", "*", &v),
		   "helper_a helper_b main work ");
	cr_expect_eq(machine_elf_offset(h.machine, prog, 1ull << 40), -1);
	cr_expect_eq(h.diags.errors, 0);
}

Test(machine, elf_errors)
{
	elf_symbol_vec v = { 0 };
	const char *path = data_path(&h.arena, "README.md");

	cr_expect_eq(machine_elf_functions(h.machine, path, STR("*"), &h.arena,
					   &v),
		     -ENOEXEC);
	cr_expect_eq(h.diags.errors, 1);
	cr_expect(str_ends(h.diags.v.v[0].text, "is not an ELF file"));
	cr_expect_eq(machine_elf_symbols("/nowhere", STR("*"), &h.arena, &v),
		     -ENOENT);
	cr_expect_eq(machine_elf_symbols("/", STR("*"), &h.arena, &v),
		     -ENOEXEC);
	cr_expect_eq(h.diags.errors, 1);
	cr_expect_eq(machine_elf_offset(h.machine, "/nowhere", 0), -1);
	cr_expect_eq(h.diags.errors, 2);
}
