/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "job.h"

ENTER int empty(void *ctx)
{
	return 0;
}
