/* SPDX-License-Identifier: Apache-2.0 */
/* sleeper [MS] - sleep MS milliseconds; without MS, until killed. */
#include <time.h>
#include <unistd.h>

#include "number.h"

int main(int argc, char **argv)
{
	long ms = number_arg(argc, argv, 1, -1);
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	if (ms < 0)
		for (;;)
			pause();
	return nanosleep(&t, NULL) ? 1 : 0;
}
