/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_btf.c - any bytes as the kernel's description of its types: questions
 * have answers, or there is an error. For libFuzzer. */
#include <bpf/btf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/machine.h"
#include "plan/plan_btf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static char root[] = "/tmp/espy-fuzz-XXXXXX";

static void put(const char *name, const void *data, size_t size)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, name);
	f = fopen(path, "w");
	if (!f || (size && fwrite(data, size, 1, f) != 1) || fclose(f))
		abort();
}

static void drop(void)
{
	static const char *const names[] = { "/sys/kernel/btf/vmlinux",
					     "/sys/kernel/btf", "/sys/kernel",
					     "/sys", "" };
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s%s", root, names[i]);
		remove(path);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const names[] = { "/sys", "/sys/kernel",
					     "/sys/kernel/btf" };
	char path[128];
	size_t i;

	(void)argc;
	(void)argv;
	if (!mkdtemp(root))
		abort();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s%s", root, names[i]);
		if (mkdir(path, 0700))
			abort();
	}
	atexit(drop);
	return 0;
}

static void ask_types(struct machine *m, struct types *types, struct arena *a)
{
	static const char *const names[] = {
		"struct task_struct", "struct shapes", "enum pid_type",
		"atomic_t",           "union sigval",  "struct a"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const struct type *t =
			machine_type(m, types, str_from(names[i]));
		str_vec members = { 0 };
		struct field f;

		if (!t || t->kind != TY_RECORD)
			continue;
		machine_field(m, types, t, STR("comm"), &f);
		machine_field_names(m, t, a, &members);
		machine_complete(m, types, t);
	}
}

static void ask_functions(struct machine *m, struct types *types,
			  struct arena *a)
{
	const struct type *ret;
	str_vec names = { 0 };
	int64_t value;

	machine_function_args(m, types, STR(""), STR("vfs_read"), &ret);
	machine_rawtracepoints(m, STR("*"), a, &names);
	machine_rawtracepoint_args(m, types, STR("sched_switch"));
	machine_enumerator(m, types, STR("TCP_LISTEN"), &value, &ret);
	machine_lsm_hooks(m, STR("*"), a, &names);
	machine_iters(m, STR("*"), a, &names);
	machine_types(m, STR("struct *"), a, &names);
}

/* What is found to be right in a saved program libbpf can work on. */
static void check_saved(const uint8_t *data, size_t size)
{
	void *copy = malloc(size + 1); /* aligned */
	struct btf *btf;

	memcpy(copy, data, size);
	btf = plan_btf_wrong((struct str){ copy, size })
		      ? NULL
		      : btf__new(copy, (uint32_t)size);
	for (uint32_t i = 0; btf && i < btf__type_cnt(btf); i++) {
		btf__resolve_size(btf, i);
		btf__align_of(btf, i);
		btf__resolve_type(btf, i);
	}
	btf__free(btf);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct types types = { 0 };
	struct arena arena = { 0 };
	struct diags d = { 0 };
	struct machine *m;

	check_saved(data, size);
	put("/sys/kernel/btf/vmlinux", data, size);
	m = machine_open(root, &d);
	types_init(&types, &arena);
	ask_types(m, &types, &arena);
	ask_functions(m, &types, &arena);
	machine_close(m);
	diags_free(&d);
	arena_free(&arena);
	return 0;
}
