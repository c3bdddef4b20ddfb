/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

#define SECOND 1000000000ull /* ns */

/* Which second it is, and in the lower half how many were counted in it: what
 * is added to a second is never more than its own number. A CPU whose clock is
 * behind counts in the second of the others. */
ESPY_FUNC int64_t espy_rate(uint64_t *state, uint64_t most, uint64_t now)
{
	uint64_t old = *(volatile uint64_t *)state;
	uint32_t second = (uint32_t)(now / SECOND);

	if ((int64_t)most <= 0)
		return 0;
	if (most > RATE_MOST)
		most = RATE_MOST;
	if ((int32_t)(second - (uint32_t)(old >> 32)) > 0) {
		__sync_val_compare_and_swap(state, old, (uint64_t)second << 32);
		old = *(volatile uint64_t *)state;
	}
	if ((uint32_t)old >= most) /* no CPU waits for another one */
		return 0;
	old = __sync_fetch_and_add(state, 1);
	return (uint32_t)old < most;
}
