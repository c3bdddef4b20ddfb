/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @[kstack] = count(), or @[ustack] with USER */
#include "job.h"

#define DEPTH 127

#ifndef USER
#define USER 0
#endif

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 8192);
	__uint(key_size, 4);
	__uint(value_size, DEPTH * 8);
} stacks SEC(".maps");

struct key {
	u32 pid;
	int id;
};

COUNTS(4096, struct key);

ENTER int job(void *ctx)
{
	struct key key = {};

	if (USER)
		key.pid = bpf_get_current_pid_tgid() >> 32;
	key.id = bpf_get_stackid(ctx, &stacks, USER ? BPF_F_USER_STACK : 0);
	if (key.id >= 0)
		count(&counts, &key);
	return 0;
}
