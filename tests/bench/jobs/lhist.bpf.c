/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @ = lhist(nsecs % 1000, 0, 1000, 10) */
#include "job.h"

BUCKETS(102);

ENTER int job(void *ctx)
{
	u32 key = bpf_ktime_get_boot_ns() % 1000 / 10 + 1;
	u64 *v = bpf_map_lookup_elem(&buckets, &key);

	if (v)
		++*v;
	return 0;
}
