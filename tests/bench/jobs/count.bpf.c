/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @ = count() */
#include "job.h"

BUCKETS(1);

ENTER int job(void *ctx)
{
	u32 key = 0;
	u64 *v = bpf_map_lookup_elem(&buckets, &key);

	if (v)
		++*v;
	return 0;
}
