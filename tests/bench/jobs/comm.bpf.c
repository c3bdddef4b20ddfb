/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @[comm] = count() */
#include "job.h"

COUNTS(4096, struct name);

ENTER int job(void *ctx)
{
	struct name key = {};

	bpf_get_current_comm(&key, sizeof(key));
	count(&counts, &key);
	return 0;
}
