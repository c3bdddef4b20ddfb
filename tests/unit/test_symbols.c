/* SPDX-License-Identifier: Apache-2.0 */
#include "test_machine.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/processes.h"
#include "runtime/symbols.h"

static struct host h;
static struct symbols *symbols;
static struct buf text;

static void setup(void)
{
	host_open(&h, NULL);
	symbols = symbols_open(h.machine);
}

static void teardown(void)
{
	buf_free(&text);
	symbols_free(symbols);
	host_close(&h);
}

TestSuite(symbols, .init = setup, .fini = teardown);

/* Not static, so that stripped programs could still export it. */
int named_for_the_test(int n);
__attribute__((noinline)) int named_for_the_test(int n)
{
	return n + 1;
}

static uint64_t address_of_named(void)
{
	return (uint64_t)(uintptr_t)named_for_the_test;
}

static const char *usym(uint32_t pid, uint64_t address)
{
	buf_reset(&text);
	return symbols_usym(symbols, pid, address, &text) ? text.p : NULL;
}

static const char *ksym(uint64_t address)
{
	buf_reset(&text);
	return symbols_ksym(symbols, address, &text) ? text.p : NULL;
}

#define expect_name(have, want)                                    \
	do {                                                       \
		const char *have_ = (have);                        \
		cr_assert(have_);                                  \
		cr_expect(!strcmp(have_, want), "have %s", have_); \
	} while (0)

Test(symbols, kernel)
{
	struct symbol sym;

	expect_name(ksym(0xffffffff81000040), "vfs_read");
	expect_name(ksym(0xffffffff81000050), "vfs_read");
	cr_expect_null(ksym(0));
	cr_expect_null(ksym(0x1234));
	cr_expect_eq(text.n, 0);
	cr_assert(symbols_kernel(symbols, 0xffffffff81000050, &sym));
	cr_expect_eq(sym.offset, 0x10);
	cr_expect_eq(sym.file.n, 0);
}

Test(symbols, own_process)
{
	uint32_t pid = (uint32_t)getpid();
	struct symbol sym;

	expect_name(usym(pid, address_of_named()), "named_for_the_test");
	expect_name(usym(pid, address_of_named() + 1), "named_for_the_test");
	cr_assert(symbols_user(symbols, pid, 0, address_of_named() + 1, &sym));
	cr_expect_eq(sym.offset, 1);
	cr_expect(str_has(sym.file, '/'));
	cr_expect_null(usym(pid, 0));
	cr_expect_null(usym(pid, (uint64_t)(uintptr_t)&sym), "a stack");
	cr_expect_null(usym(pid, UINT64_MAX));
	cr_expect_eq(text.n, 0);
	cr_expect_eq(named_for_the_test(1), 2);
}

/* Of a library's aliases the plain one. */
Test(symbols, library)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD), *f;

	if (!libc)
		cr_skip_test("the C library is another one");
	f = dlsym(libc, "qsort");
	cr_assert(f);
	expect_name(usym((uint32_t)getpid(), (uint64_t)(uintptr_t)f), "qsort");
	dlclose(libc);
}

/* A child that waits; it has the same program at the same places. */
static pid_t start_child(void)
{
	pid_t pid = fork();

	cr_assert_geq(pid, 0);
	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

Test(symbols, ended_process)
{
	pid_t seen = start_child(), asked = start_child(),
	      neither = start_child();

	symbols_see(symbols, (uint32_t)seen);
	expect_name(usym((uint32_t)asked, address_of_named()),
		    "named_for_the_test");
	end_child(seen);
	end_child(asked);
	end_child(neither);
	expect_name(usym((uint32_t)seen, address_of_named()),
		    "named_for_the_test");
	expect_name(usym((uint32_t)asked, address_of_named()),
		    "named_for_the_test");
	cr_expect_null(usym((uint32_t)neither, address_of_named()));
	symbols_see(symbols, (uint32_t)neither);
}

/* What a library has is found when it came after the first question. */
Test(symbols, loaded_later)
{
	const char *path = data_path(&h.arena, "host/usr/lib/libsample.so.1");
	uint32_t pid = (uint32_t)getpid();
	void *library, *f;

	expect_name(usym(pid, address_of_named()), "named_for_the_test");
	library = dlopen(path, RTLD_NOW);
	if (!library)
		cr_skip_test("a library of another architecture");
	f = dlsym(library, "helper_b");
	cr_assert(f);
	expect_name(usym(pid, (uint64_t)(uintptr_t)f + 2), "helper_b");
	dlclose(library);
}

/* A copy of the library of the samples, open and deleted. */
static void *open_deleted(void)
{
	const char *path = data_path(&h.arena, "host/usr/lib/libsample.so.1");
	char name[] = "/tmp/test_symbols_XXXXXX";
	auto_buf struct buf bytes = { 0 };
	int fd = mkstemp(name);
	void *library;

	cr_assert_geq(fd, 0);
	cr_assert_eq(buf_read_file(&bytes, path, 1 << 24), 0);
	cr_assert_eq(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	close(fd);
	library = dlopen(name, RTLD_NOW);
	unlink(name);
	return library;
}

/* Who may not look into /proc/PID/map_files cannot have names here. */
Test(symbols, deleted_file)
{
	uint32_t pid = (uint32_t)getpid();
	void *library = open_deleted(), *f;

	if (!library || geteuid())
		cr_skip_test("a library of another architecture, or not root");
	f = dlsym(library, "helper_b");
	cr_assert(f);
	expect_name(usym(pid, (uint64_t)(uintptr_t)f + 2), "helper_b");
	dlclose(library);
}

/* It was opened when it was seen first. */
Test(symbols, deleted_file_that_has_gone)
{
	uint32_t pid = (uint32_t)getpid();
	void *library = open_deleted(), *f;

	if (!library || geteuid())
		cr_skip_test("a library of another architecture, or not root");
	f = dlsym(library, "helper_b");
	cr_assert(f);
	symbols_see(symbols, pid);
	dlclose(library);
	expect_name(usym(pid, (uint64_t)(uintptr_t)f + 2), "helper_b");
}

/* More processes than are remembered: the oldest are read again. */
Test(symbols, many_processes)
{
	uint32_t pid = (uint32_t)getpid();
	pid_t child;
	int i;

	for (i = 0; i < 600; i++) {
		child = start_child();
		expect_name(usym((uint32_t)child, address_of_named()),
			    "named_for_the_test");
		end_child(child);
	}
	expect_name(usym((uint32_t)child, address_of_named()),
		    "named_for_the_test");
	expect_name(usym(pid, address_of_named()), "named_for_the_test");
}

/* The program of a process changes. */
Test(symbols, replaced_program, .timeout = 60)
{
	int go[2];
	pid_t pid;
	char c = 'x';

	cr_assert_eq(pipe(go), 0);
	pid = fork();
	cr_assert_geq(pid, 0);
	if (!pid) {
		dup2(go[0], 0);
		close(go[1]);
		if (read(0, &c, 1) == 1)
			execl("/bin/sh", "sh", "-c", "read line", NULL);
		_exit(1);
	}
	close(go[0]);
	expect_name(usym((uint32_t)pid, address_of_named()),
		    "named_for_the_test");
	cr_assert_eq(write(go[1], &c, 1), 1);
	while (usym((uint32_t)pid, address_of_named()))
		usleep(1000);
	cr_assert_eq(waitpid(pid, NULL, WNOHANG), 0, "it runs still");
	close(go[1]);
	end_child(pid);
}

/* --- what has no symbols ------------------------------------------------------- */

/* This program calls functions of the C library. */
Test(symbols, stubs)
{
	elf_symbol_vec stubs = { 0 };
	struct arena a = { 0 };
	size_t n = 0;

	machine_elf_stubs("/proc/self/exe", &a, &stubs);
	vec_each(x, &stubs) {
		cr_expect(str_ends(x->name, "@plt"));
		cr_expect_gt(x->size, 0);
		n += str_is(x->name, "dlsym@plt");
	}
	cr_expect_eq(n, 1, "%zu of %zu", n, stubs.n);
	stubs.n = 0;
	machine_elf_stubs("/proc/self/maps", &a, &stubs);
	cr_expect_eq(stubs.n, 0);
	arena_free(&a);
}

Test(symbols, vdso)
{
	uint64_t start = getauxval(AT_SYSINFO_EHDR);
	elf_symbol_vec all = { 0 };
	struct arena a = { 0 };
	struct symbol sym;

	if (!start)
		cr_skip_test("the kernel maps no code of its own");
	machine_vdso_symbols(&a, &all);
	cr_assert_gt(all.n, 0);
	vec_each(x, &all) {
		cr_assert(symbols_user(symbols, (uint32_t)getpid(), 0,
				       start + x->offset, &sym));
		cr_expect_eq(sym.offset, 0);
		cr_expect(str_ends(x->name, sym.name.p) ||
			  str_ends(sym.name, x->name.p));
		expect_str(sym.file, "[vdso]");
	}
	arena_free(&a);
}

/* Code that the process tells of itself. */
Test(symbols, made_while_running)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	f = fopen(path, "we");
	cr_assert(f);
	fputs("1000 20 old\n1000 20 a new name\nbroken\n1040 10 last\n", f);
	fclose(f);
	expect_name(usym((uint32_t)getpid(), 0x1000), "a new name");
	expect_name(usym((uint32_t)getpid(), 0x101f), "a new name");
	expect_name(usym((uint32_t)getpid(), 0x104f), "last");
	cr_expect_null(usym((uint32_t)getpid(), 0x1020));
	cr_expect_null(usym((uint32_t)getpid(), 0x1050));
	f = fopen(path, "ae");
	cr_assert(f);
	fputs("2000 1 later\n", f);
	fclose(f);
	expect_name(usym((uint32_t)getpid(), 0x2000), "later");
	unlink(path);
}

/* --- at which time -------------------------------------------------------------- */

static uint64_t start_at(struct processes *p, uint32_t pid, uint64_t time,
			 uint64_t address)
{
	struct mapping m;

	return processes_find(p, pid, time, address, &m) ? m.start : 0;
}

static void note(struct processes *p, uint32_t pid, uint64_t time,
		 uint64_t start, uint64_t end)
{
	struct mapping m = { start, end, 0,
			     processes_image(p, STR("/bin/x"), 1, start) };

	processes_note_map(p, pid, time, &m);
}

#define NOBODY 0x40000001 /* above what pid_max may be */

Test(symbols, a_number_that_is_used_again)
{
	struct processes *p = processes_open();

	processes_note_fork(p, NOBODY, 10, NOBODY + 1);
	processes_note_exec(p, NOBODY, 20);
	note(p, NOBODY, 30, 0x1000, 0x2000);
	processes_note_exit(p, NOBODY, 40);
	processes_note_fork(p, NOBODY, 50, NOBODY + 1);
	processes_note_exec(p, NOBODY, 60);
	note(p, NOBODY, 70, 0x1800, 0x3000);
	cr_expect_eq(start_at(p, NOBODY, 35, 0x1900), 0x1000);
	cr_expect_eq(start_at(p, NOBODY, 35, 0x2000), 0);
	cr_expect_eq(start_at(p, NOBODY, 75, 0x1900), 0x1800);
	cr_expect_eq(start_at(p, NOBODY, 75, 0x1000), 0);
	cr_expect_eq(start_at(p, NOBODY, 0, 0x1900), 0x1800);
	processes_free(p);
}

/* What came later but is told of first; what covers something else. */
Test(symbols, order_of_records)
{
	struct processes *p = processes_open();

	note(p, NOBODY, 30, 0x1000, 0x2000);
	note(p, NOBODY, 20, 0x1000, 0x4000);
	processes_note_exec(p, NOBODY, 10);
	note(p, NOBODY, 5, 0x8000, 0x9000);
	cr_expect_eq(processes_version(p, NOBODY), 4);
	cr_expect_eq(start_at(p, NOBODY, 40, 0x3000), 0x1000);
	cr_expect_eq(start_at(p, NOBODY, 40, 0x8000), 0);
	processes_free(p);
}

Test(symbols, what_a_parent_had)
{
	struct processes *p = processes_open();

	processes_note_exec(p, NOBODY, 10);
	note(p, NOBODY, 20, 0x1000, 0x2000);
	processes_note_fork(p, NOBODY + 1, 30, NOBODY);
	note(p, NOBODY, 40, 0x5000, 0x6000);
	processes_note_fork(p, NOBODY + 2, 50, NOBODY + 1);
	cr_expect_eq(start_at(p, NOBODY + 2, 60, 0x1800), 0x1000);
	cr_expect_eq(start_at(p, NOBODY + 2, 60, 0x5800), 0);
	cr_expect_eq(processes_parent(p, NOBODY + 2), NOBODY + 1);
	cr_expect_eq(processes_inner_pid(p, NOBODY + 2), NOBODY + 2);
	/* a circle of parents ends, too */
	processes_note_fork(p, NOBODY, 15, NOBODY + 1);
	processes_note_fork(p, NOBODY + 1, 15, NOBODY);
	cr_expect_eq(start_at(p, NOBODY + 1, 15, 0x9000), 0);
	processes_free(p);
}

/* More than are kept: those that ended first are forgotten. */
Test(symbols, thousands_of_processes)
{
	struct processes *p = processes_open();
	uint32_t i;

	for (i = 0; i < 20000; i++) {
		processes_note_exec(p, NOBODY + i, i + 1);
		note(p, NOBODY + i, i + 1, 0x1000, 0x2000);
		processes_note_exit(p, NOBODY + i, i + 2);
	}
	cr_expect_eq(start_at(p, NOBODY + i - 1, 0, 0x1800), 0x1000);
	cr_expect_eq(start_at(p, NOBODY, 0, 0x1800), 0);
	processes_free(p);
}
