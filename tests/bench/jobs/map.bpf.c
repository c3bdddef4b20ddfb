/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @[args.pid] = 1, of getpgid(2) */
#include "job.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 20);
	__type(key, u32);
	__type(value, u64);
} rows SEC(".maps");

struct getpgid_args {
	u64 common;
	u64 number;
	u64 pid;
};

SEC("tracepoint/syscalls/sys_enter_getpgid")
int job(struct getpgid_args *ctx)
{
	u32 key = (u32)ctx->pid;
	u64 one = 1;

	bpf_map_update_elem(&rows, &key, &one, BPF_ANY);
	return 0;
}
