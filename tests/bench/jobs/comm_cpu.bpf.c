/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @[comm, cpu] = count() */
#include "job.h"

struct key {
	struct name comm;
	u32 cpu;
};

COUNTS(4096, struct key);

ENTER int job(void *ctx)
{
	struct key key = {};

	bpf_get_current_comm(&key.comm, sizeof(key.comm));
	key.cpu = bpf_get_smp_processor_id();
	count(&counts, &key);
	return 0;
}
