/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @x++, exact on all CPUs */
#include "job.h"

u64 x;

ENTER int job(void *ctx)
{
	__sync_fetch_and_add(&x, 1);
	return 0;
}
