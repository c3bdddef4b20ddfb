/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* self->s = nsecs, and then hist(nsecs - self->s); self->s = 0 */
#include "job.h"

struct task_struct;

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64);
} began SEC(".maps");

BUCKETS(66);

ENTER int enter(void *ctx)
{
	u64 *then = bpf_task_storage_get(&began, bpf_get_current_task_btf(), 0,
					 BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (then)
		*then = bpf_ktime_get_boot_ns();
	return 0;
}

EXIT int leave(void *ctx)
{
	u64 *then =
		bpf_task_storage_get(&began, bpf_get_current_task_btf(), 0, 0);

	if (!then || !*then)
		return 0;
	add_bucket(&buckets, bpf_ktime_get_boot_ns() - *then);
	*then = 0;
	return 0;
}
