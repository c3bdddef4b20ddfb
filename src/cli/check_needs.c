/* SPDX-License-Identifier: Apache-2.0 */
/* check_needs.c - what kinds of probes and helpers of the kernel need. */
#include <linux/bpf.h>

#include "cli/check.h"

#define LINUX(major, minor) ((major) << 16 | (minor))
#define OLDEST              LINUX(5, 15)

/* What every program needs. */
#define CAPS_ALL   "CAP_BPF CAP_PERFMON"
#define CONFIG_ALL "CONFIG_BPF_SYSCALL CONFIG_BPF_EVENTS"

#define TRACEFS "/sys/kernel/tracing"
#define BTF     "/sys/kernel/btf/vmlinux"

/* Words of a field are separated by blanks. */
static const struct kind_need {
	const char *config, *caps, *files;
} kind_needs[PK_N] = {
	[PK_BEGIN] = {},
	[PK_END] = {},
	[PK_INTERVAL] = { "CONFIG_PERF_EVENTS" },
	[PK_PROFILE] = { "CONFIG_PERF_EVENTS" },
	[PK_TRACEPOINT] = { "CONFIG_TRACEPOINTS", .files = TRACEFS },
	[PK_SYSCALLS] = { "CONFIG_FTRACE_SYSCALLS", .files = TRACEFS },
	[PK_RAWTRACEPOINT] = { "CONFIG_DEBUG_INFO_BTF", .files = BTF },
	[PK_KPROBE] = { "CONFIG_KPROBES CONFIG_KPROBE_EVENTS" },
	[PK_FENTRY] = { "CONFIG_DEBUG_INFO_BTF "
			"CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
			.files = BTF },
	[PK_FMODRET] = { "CONFIG_DEBUG_INFO_BTF "
			 "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
			 .files = BTF },
	[PK_LSM] = { "CONFIG_BPF_LSM CONFIG_DEBUG_INFO_BTF", .files = BTF },
	[PK_BPF_PROG] = { "CONFIG_DEBUG_INFO_BTF", "CAP_SYS_ADMIN", BTF },
	[PK_UPROBE] = { "CONFIG_UPROBES CONFIG_UPROBE_EVENTS" },
	[PK_USDT] = { "CONFIG_UPROBES CONFIG_UPROBE_EVENTS" },
	[PK_SELF] = {},
	[PK_TEST] = {},
	[PK_BENCH] = {},
	[PK_SOFTWARE] = { "CONFIG_PERF_EVENTS" },
	[PK_HARDWARE] = { "CONFIG_PERF_EVENTS" },
	[PK_ITER] = { "CONFIG_DEBUG_INFO_BTF", .files = BTF },
	[PK_WATCHPOINT] = { "CONFIG_PERF_EVENTS CONFIG_HAVE_HW_BREAKPOINT" },
};

/* Helpers that not every kernel has, or that do more than look. */
static const struct helper_need {
	uint32_t helper, version; /* 0: older than OLDEST */
	const char *config, *caps, *does;
} helper_needs[] = {
	{ BPF_FUNC_probe_write_user, 0, NULL, "CAP_SYS_ADMIN",
	  "writes into the memory of processes" },
	{ BPF_FUNC_override_return, 0, "CONFIG_BPF_KPROBE_OVERRIDE", NULL,
	  "makes functions of the kernel return something else" },
	{ BPF_FUNC_send_signal, 0, NULL, NULL, "sends signals to processes" },
	{ BPF_FUNC_send_signal_thread, 0, NULL, NULL,
	  "sends signals to threads" },
	{ BPF_FUNC_find_vma, LINUX(5, 17) },
	{ BPF_FUNC_loop, LINUX(5, 17) },
	{ BPF_FUNC_strncmp, LINUX(5, 17) },
	{ BPF_FUNC_get_func_arg, LINUX(5, 17) },
	{ BPF_FUNC_get_func_ret, LINUX(5, 17) },
	{ BPF_FUNC_get_func_arg_cnt, LINUX(5, 17) },
	{ BPF_FUNC_copy_from_user_task, LINUX(5, 18) },
	{ BPF_FUNC_map_lookup_percpu_elem, LINUX(5, 19) },
	{ BPF_FUNC_ktime_get_tai_ns, LINUX(6, 1) },
};

static void add_word(struct check *c, check_names *names, struct str word)
{
	vec_each(it, names)
		if (str_eq(*it, word))
			return;
	vec_push(&c->arena, names, word);
}

static void add_words(struct check *c, check_names *names, const char *words)
{
	struct str rest = str_from(words);

	while (rest.n)
		add_word(c, names, str_split(rest, ' ', &rest));
}

static void add_version(struct check *c, uint32_t version, const char *why)
{
	if (version <= c->version)
		return;
	c->version = version;
	c->version_why = why;
}

static void add_unsafe(struct check *c, struct str what, const char *does,
		       struct str where)
{
	vec_push(&c->arena, &c->unsafe,
		 ((struct check_unsafe){ what, does, where }));
}

static void add_helper(struct check *c, struct check_probe *p, uint32_t helper)
{
	const char *name = code_helper_name(helper);

	for (size_t i = 0; i < ARRAY_SIZE(helper_needs); i++) {
		const struct helper_need *n = &helper_needs[i];

		if (n->helper != helper)
			continue;
		add_version(c, n->version, name);
		add_words(c, &p->config, n->config);
		add_words(c, &p->caps, n->caps);
		if (n->does)
			add_unsafe(c, str_from(name), n->does, p->probe->name);
	}
}

static void add_probe(struct check *c, struct check_probe *p)
{
	const struct kind_need *n = &kind_needs[p->probe->kind];

	add_words(c, &p->config, CONFIG_ALL);
	add_words(c, &p->config, n->config);
	add_words(c, &p->caps, CAPS_ALL);
	add_words(c, &p->caps, n->caps);
	p->files = n->files;
	vec_each(call, &p->code.helpers)
		add_helper(c, p, call->helper);
	if (p->code.functions.n) {
		add_version(c, LINUX(6, 2), "bpf_task_from_pid");
		add_words(c, &p->config, "CONFIG_DEBUG_INFO_BTF");
	}
	vec_each(name, &p->config)
		add_word(c, &c->config, *name);
	vec_each(name, &p->caps)
		add_word(c, &c->caps, *name);
	if (p->probe->kind == PK_ITER && p->probe->path.n)
		add_unsafe(c, p->probe->path, "is made by pinning the iterator",
			   p->probe->name);
}

void check_read_needs(struct check *c)
{
	const struct plan *p = c->plan;

	c->version = OLDEST;
	c->version_why = "the oldest that espy is made for";
	vec_each(probe, &c->probes)
		add_probe(c, probe);
	if (p->needs & NEED_LOOP)
		add_version(c, LINUX(5, 17), "loops");
	if (p->needs & NEED_KERNEL_BTF)
		add_words(c, &c->config, "CONFIG_DEBUG_INFO_BTF");
	vec_each(e, &p->events)
		if (e->kind == EV_SYSTEM)
			add_unsafe(c, e->text, "is run as a command", STR(""));
}
