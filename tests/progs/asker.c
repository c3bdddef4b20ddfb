/* SPDX-License-Identifier: Apache-2.0 */
/* asker N - asks the C library N times each for 3000 bytes by malloc(), for
 * 7 * 10000 by calloc(), and for 100000 by realloc(). */
#include <stdlib.h>

#include "number.h"

int main(int argc, char **argv)
{
	long n = number_arg(argc, argv, 1, 1), i;
	int bad = 0;

	for (i = 0; i < n; i++) {
		char *volatile a = malloc(3000);
		char *volatile b = calloc(7, 10000);
		char *volatile c = realloc(a, 100000);

		bad |= !b || !c;
		free(b);
		free(c);
	}
	return bad;
}
