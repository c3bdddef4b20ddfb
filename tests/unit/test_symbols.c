/* SPDX-License-Identifier: Apache-2.0 */
#include "test_machine.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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
	cr_assert(symbols_user(symbols, pid, address_of_named() + 1, &sym));
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
