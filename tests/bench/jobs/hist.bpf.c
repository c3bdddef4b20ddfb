/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @ = hist(nsecs) */
#include "job.h"

BUCKETS(66);

ENTER int job(void *ctx)
{
	add_bucket(&buckets, bpf_ktime_get_boot_ns());
	return 0;
}
