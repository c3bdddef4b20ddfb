/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @s[tid] = nsecs, and then hist(nsecs - @s[tid]); delete(@s[tid]) */
#include "job.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, u64);
} began SEC(".maps");

BUCKETS(66);

ENTER int enter(void *ctx)
{
	u32 tid = (u32)bpf_get_current_pid_tgid();
	u64 now = bpf_ktime_get_boot_ns();

	bpf_map_update_elem(&began, &tid, &now, BPF_ANY);
	return 0;
}

EXIT int leave(void *ctx)
{
	u32 tid = (u32)bpf_get_current_pid_tgid();
	u64 *then = bpf_map_lookup_elem(&began, &tid);

	if (!then)
		return 0;
	add_bucket(&buckets, bpf_ktime_get_boot_ns() - *then);
	bpf_map_delete_elem(&began, &tid);
	return 0;
}
