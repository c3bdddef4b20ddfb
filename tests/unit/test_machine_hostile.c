/* SPDX-License-Identifier: Apache-2.0 */
/* Files cut short and with bytes changed: an answer or an error, never a
 * crash. What reads out of bounds is found by the sanitizers' build. */
#include "test_machine.h"

#include <bpf/btf.h>
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;
static char root[] = "espy-hostile-XXXXXX";

static void setup(void)
{
	cr_assert(mkdtemp(root));
}

static void remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		const char *name =
			arena_printf(&arena, "%s/%s", path, e->d_name);

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlink(name))
			remove_tree(name);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static void teardown(void)
{
	remove_tree(root);
	arena_free(&arena);
}

TestSuite(hostile, .init = setup, .fini = teardown);

static void make_folders(char *path)
{
	char *p;

	for (p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

/* A file below the root. */
static const char *put(const char *path, const void *data, size_t n)
{
	char *full = arena_printf(&arena, "%s/%s", root, path);
	FILE *f;

	make_folders(full);
	f = fopen(full, "w");
	cr_assert(f);
	cr_assert(!n || fwrite(data, n, 1, f) == 1);
	cr_assert_eq(fclose(f), 0);
	return full;
}

/* Numbers that are the same in every run. */
static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Calls ask() with a file cut at many lengths, then with changed bytes. The
 * changes of whole words make ids, offsets and sizes wrong at once. */
static void mutate(const char *source, const char *path, int rounds,
		   void (*ask)(const char *full))
{
	auto_buf struct buf b = { 0 };
	uint32_t state = 1;
	char *copy;
	int i, j;

	cr_assert_eq(buf_read_file(&b, data_path(&arena, source), 1 << 20), 0);
	copy = arena_copy(&arena, b.p, b.n);
	for (i = 0; i < rounds; i++)
		ask(put(path, copy, b.n * (size_t)i / (size_t)rounds));
	for (i = 0; i < rounds; i++) {
		memcpy(copy, b.p, b.n);
		for (j = 0; j <= i % 16; j++) {
			size_t at = random_next(&state) % b.n;

			copy[at] = (char)random_next(&state);
			if (j % 2 && at + 4 < b.n)
				memset(copy + at, j % 4 == 1 ? 0xff : 0, 4);
		}
		ask(put(path, copy, b.n));
	}
}

static void ask_everything(struct host *h)
{
	static const char *const names[] = {
		"struct task_struct", "struct sock_common", "struct shapes",
		"struct sk_buff",     "enum pid_type",      "atomic_t"
	};
	const struct type *ret;
	struct suggest s = { 0 };
	str_vec v = { 0 };
	int64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const struct type *t =
			machine_type(h->machine, &h->types, str_from(names[i]));
		struct field f;

		if (!t || t->kind != TY_RECORD)
			continue;
		machine_field(h->machine, &h->types, t, STR("comm"), &f);
		machine_field_names(h->machine, t, &h->arena, &v);
		machine_complete(h->machine, &h->types, t);
	}
	for (i = 0; i < 10; i++)
		machine_function_args(h->machine, &h->types, STR(""),
				      STR("vfs_read"), &ret);
	machine_rawtracepoints(h->machine, STR("*"), &h->arena, &v);
	machine_rawtracepoint_args(h->machine, &h->types, STR("sched_switch"));
	machine_enumerator(h->machine, &h->types, STR("TCP_LISTEN"), &value,
			   &ret);
	machine_suggest_type(h->machine, STR("struct tas"), &s);
}

static void ask_btf(const char *full)
{
	struct host h;

	(void)full;
	host_open(&h, root);
	ask_everything(&h);
	if (!machine_btf_is_open(h.machine))
		cr_expect_geq(h.diags.errors, 1, "unreadable means an error");
	host_close(&h);
}

Test(hostile, btf)
{
	mutate("host/sys/kernel/btf/vmlinux", "sys/kernel/btf/vmlinux", 300,
	       ask_btf);
}

Test(hostile, btf_module)
{
	auto_buf struct buf b = { 0 };

	cr_assert_eq(
		buf_read_file(&b,
			      data_path(&arena, "host/sys/kernel/btf/vmlinux"),
			      1 << 20),
		0);
	put("sys/kernel/btf/vmlinux", b.p, b.n);
	mutate("host/sys/kernel/btf/sample", "sys/kernel/btf/sample", 100,
	       ask_btf);
}

static void ask_elf(const char *full)
{
	elf_symbol_vec v = { 0 };
	struct host h;

	host_open(&h, "/");
	if (machine_elf_functions(h.machine, full, STR("*"), &h.arena, &v))
		cr_expect_eq(h.diags.errors, 1);
	machine_elf_offset(h.machine, full, 0x1000);
	host_close(&h);
}

Test(hostile, elf)
{
	mutate("host/usr/bin/prog", "prog", 500, ask_elf);
	mutate("host/usr/lib/libsample.so.1", "prog", 500, ask_elf);
}

static void ask_program(const char *full)
{
	const struct type *ret, *args;
	elf_symbol_vec v = { 0 };
	address_vec lines = { 0 };
	struct str missing;
	uint64_t near;
	struct host h;

	host_open(&h, "/");
	machine_elf_symbols(full, STR("*"), &h.arena, &v);
	machine_elf_is_go(full);
	vec_each(sym, &v) {
		args = machine_user_args(h.machine, &h.types, full,
					 sym->address, &ret, &missing);
		for (uint32_t i = 0; args && i < args->n_fields; i++) {
			const struct type *t = args->fields[i].type;

			if (t->kind == TY_PTR && t->elem &&
			    t->elem->kind == TY_RECORD)
				machine_complete(h.machine, &h.types, t->elem);
		}
	}
	machine_user_line(h.machine, full, STR("named.cc"), 60, 0, &h.arena,
			  &lines, &near);
	host_close(&h);
}

Test(hostile, program)
{
	mutate("host/usr/bin/named", "prog", 500, ask_program);
}

static void ask_format(const char *full)
{
	const struct type *t;
	struct host h;

	(void)full;
	host_open(&h, root);
	t = machine_tracepoint_args(h.machine, &h.types, STR("a"), STR("b"));
	cr_expect_eq(!t, h.diags.errors == 1);
	host_close(&h);
}

Test(hostile, format)
{
	static const char path[] = "sys/kernel/tracing/events/a/b/format";

	mutate("host/sys/kernel/tracing/events/block/block_rq_issue/format",
	       path, 500, ask_format);
	mutate("host/sys/kernel/tracing/events/syscalls/sys_enter_execve/"
	       "format",
	       path, 500, ask_format);
}

/* --- formats that look right at first ---------------------------------------- */

static const struct {
	const char *line;
	const char *type; /* of field x; NULL: an error */
} formats[] = {
	{ "int x;\toffset:8;\tsize:4;\tsigned:1;", "int32" },
	{ "int x;\toffset:8;\tsize:4;", "uint32" },
	{ "const char *const x;\toffset:8;\tsize:8;\tsigned:0;", "int8 *" },
	{ "char x[TASK_COMM_LEN];\toffset:8;\tsize:16;\tsigned:1;",
	  "string[16]" },
	{ "u32 x[];\toffset:8;\tsize:0;\tsigned:0;", "uint32[0]" },
	{ "strange_t x[4];\toffset:8;\tsize:8;\tsigned:0;", "uint16[4]" },
	{ "strange_t x[0];\toffset:8;\tsize:8;\tsigned:0;", "uint8[8]" },
	{ "struct in6_addr x;\toffset:8;\tsize:16;\tsigned:0;", "uint8[16]" },
	{ "__data_loc u8[] x;\toffset:8;\tsize:4;\tsigned:0;", "uint8[0]" },
	{ "__rel_loc char[] x;\toffset:8;\tsize:4;\tsigned:0;", "string[256]" },
	{ "void (*x)(int, int);\toffset:8;\tsize:8;\tsigned:0;", "void *" },
	{ "struct a __attribute__((btf_type_tag(\"user\"))) * x;"
	  "\toffset:8;\tsize:8;\tsigned:0;",
	  "struct a *" },
	{ "void* x;\toffset:8;\tsize:8;\tsigned:0;", "void *" },
	{ "int x;\toffset:8;\tsize:70000;\tsigned:0;", NULL },
	{ "int x;\toffset:-8;\tsize:4;\tsigned:0;", NULL },
	{ "int x;\toffset:;\tsize:4;\tsigned:0;", NULL },
	{ "int x;\tsize:4;\toffset:8;\tsigned:0;", NULL },
	{ "int x;", NULL },
	{ "x;\toffset:8;\tsize:4;\tsigned:0;", NULL },
	{ ";;;;", NULL },
	{ "", NULL },
	{ "[];\toffset:8;\tsize:4;\tsigned:0;", NULL },
};

Test(hostile, format_lines)
{
	struct host h;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		const char *text =
			arena_printf(&arena,
				     "name: b\nID: 1\nformat:\n\tfield:%s\n",
				     formats[i].line);
		const struct type *t;

		put("sys/kernel/tracing/events/a/b/format", text, strlen(text));
		host_open(&h, root);
		t = machine_tracepoint_args(h.machine, &h.types, STR("a"),
					    STR("b"));
		cr_expect_eq(!t, !formats[i].type, "%s", formats[i].line);
		cr_expect_eq(h.diags.errors, !t);
		if (t && formats[i].type)
			expect_type(&h, type_field(t, STR("x"))->type,
				    formats[i].type);
		host_close(&h);
	}
}

Test(hostile, kallsyms)
{
	static const char text[] = "zzz T a\nffffffff81000000 T\n\n   \n"
				   "ffffffff810000000000 T long\n"
				   "ffffffff81000000 TT two\n"
				   "ffffffff81000010 T good\t[\n"
				   "ffffffff81000020 T last";
	uint64_t offset;
	struct str name;
	struct host h;

	put("proc/kallsyms", text, sizeof(text) - 1);
	host_open(&h, root);
	cr_expect_not(
		machine_ksym(h.machine, 0xffffffff81000000, &name, &offset));
	cr_assert(machine_ksym(h.machine, 0xffffffff81000010, &name, &offset));
	expect_str(name, "good");
	cr_expect_eq(machine_kaddr(h.machine, STR("last")), 0xffffffff81000020);
	host_close(&h);
}

/* A struct of which each member is another of the same kind would never be at
 * an end. */
Test(hostile, btf_of_itself)
{
	struct btf *btf = btf__new_empty();
	const struct type *t;
	const void *raw;
	uint32_t size;
	struct host h;
	int i, id;

	cr_assert(btf);
	id = btf__add_struct(btf, "endless", 64);
	for (i = 0; i < 64; i++) {
		char name[16];

		snprintf(name, sizeof(name), "m%d", i);
		cr_assert_eq(btf__add_field(btf, i % 4 ? name : NULL, id,
					    8 * (uint32_t)i, 0),
			     0);
	}
	raw = btf__raw_data(btf, &size);
	put("sys/kernel/btf/vmlinux", raw, size);
	btf__free(btf);
	host_open(&h, root);
	t = machine_type(h.machine, &h.types, STR("struct endless"));
	cr_assert(t);
	cr_expect_neq(machine_complete(h.machine, &h.types, t), NULL);
	host_close(&h);
}
