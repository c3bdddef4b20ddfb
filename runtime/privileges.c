/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/privileges.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/attach.h"

#define BIT(n)   (1ull << (n))
#define ROOT     BIT(CAP_SYS_ADMIN)
#define LOADING  (BIT(CAP_BPF) | BIT(CAP_PERFMON))
#define READS_FD (5u << 16 | 19) /* maps by descriptor need no CAP_BPF */

static const struct {
	int number;
	const char *name;
} names[] = {
	{ CAP_BPF, "CAP_BPF" },
	{ CAP_PERFMON, "CAP_PERFMON" },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
};

/* Beyond what loading needs. */
static const uint64_t more_needs[PK_N] = {
	[PK_UPROBE] = ROOT, /* breakpoints in everybody's processes */
	[PK_USDT] = ROOT,
};

static bool get(uint64_t *effective, uint64_t *permitted)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data))
		return false;
	*effective = (uint64_t)data[1].effective << 32 | data[0].effective;
	*permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	return true;
}

uint64_t privileges_have(void)
{
	uint64_t effective, permitted;

	return get(&effective, &permitted) ? effective : 0;
}

uint64_t privileges_need(const struct session *s, const struct plan_probe *p)
{
	uint64_t need = LOADING | more_needs[p->kind];

	/* Types of modules are opened by number. */
	if (s->places && s->places[p - s->plan->probes.v].fd > 0)
		need |= ROOT;
	return need;
}

uint64_t privileges_missing(uint64_t need, uint64_t have)
{
	if (have & ROOT)
		have |= LOADING;
	return need & ~have;
}

void privileges_text(uint64_t set, struct buf *out)
{
	size_t i, n = 0, left = 0;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		left += (set & BIT(names[i].number)) != 0;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(set & BIT(names[i].number)))
			continue;
		left--;
		if (n++)
			buf_puts(out, left ? ", " : " and ");
		buf_puts(out, names[i].name);
	}
}

static void hint_of(struct session *s, const struct plan_probe *p,
		    uint64_t missing)
{
	auto_buf struct buf text = { 0 };

	privileges_text(missing, &text);
	diag_hint(s->diags,
		  "%.*s needs %s, which this process has not; root has all",
		  STR_ARG(p->name), text.p);
}

/* The capabilities are there. */
static void hint_of_system(struct session *s)
{
	static const char path[] = "/sys/kernel/security/lockdown";
	auto_buf struct buf b = { 0 };

	if (!buf_read_file(&b, machine_path(s->machine, path), 4096) &&
	    strchr(b.p, '[') && !strstr(b.p, "[none]"))
		diag_hint(s->diags,
			  "the kernel is locked down, which forbids it to "
			  "everybody: %s",
			  path);
	else
		diag_hint(s->diags,
			  "the capabilities for it are there: a security "
			  "module or a container forbids it");
}

void privileges_hint(struct session *s, const struct plan_probe *which)
{
	uint64_t have = privileges_have(), told = 0, missing;
	bool is_told = false;

	vec_each(p, &s->plan->probes) {
		if (which && p != which)
			continue;
		missing = privileges_missing(privileges_need(s, p), have);
		if (!missing || (is_told && !(missing & ~told)))
			continue;
		hint_of(s, p, missing);
		told |= missing;
		is_told = true;
	}
	if (!is_told)
		hint_of_system(s);
}

/* What is needed until the end: of others' /proc, to read their files for
 * names; addresses of the kernel; the command's end. */
static uint64_t needed_later(const struct session *s)
{
	uint64_t keep = BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH) |
			BIT(CAP_SYSLOG) | BIT(CAP_KILL) |
			BIT(CAP_CHECKPOINT_RESTORE);

	if (machine_version(s->machine) < READS_FD)
		keep |= LOADING | ROOT;
	return keep;
}

void privileges_drop(struct session *s)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };
	uint64_t effective, permitted, keep = needed_later(s);

	if (s->opts.is_embedded || s->opts.keeps_rights || s->opts.test ||
	    s->opts.bench || !get(&effective, &permitted))
		return;
	attach_prepare_drop(s);
	data[0].effective = (uint32_t)(effective & keep);
	data[1].effective = (uint32_t)((effective & keep) >> 32);
	data[0].permitted = (uint32_t)(permitted & keep);
	data[1].permitted = (uint32_t)((permitted & keep) >> 32);
	/* Those of root's commands come back by exec(). */
	if (syscall(SYS_capset, &head, data) && s->opts.verbose)
		diag_warn(s->diags, (struct span){ 0 }, D_PERMISSION,
			  "cannot give up capabilities");
}
