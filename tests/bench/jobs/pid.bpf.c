/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @[pid] = count() */
#include "job.h"

COUNTS(4096, u32);

ENTER int job(void *ctx)
{
	u32 key = bpf_get_current_pid_tgid() >> 32;

	count(&counts, &key);
	return 0;
}
