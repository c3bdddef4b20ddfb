/* SPDX-License-Identifier: Apache-2.0 */
/* absent N - make N openat calls for a path in a page that is not in memory,
 * after one for /proc/self/exe, whose bytes are the path. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "number.h"

#define SIZE 4096

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 1);
	int self = openat(AT_FDCWD, "/proc/self/exe", O_RDONLY);

	for (long i = 0; i < count; i++) {
		char *page = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, self, 0);

		if (page == MAP_FAILED)
			return 1;
		if (madvise(page, SIZE, MADV_RANDOM)) /* no other page */
			return 1;
		openat(AT_FDCWD, page, O_RDONLY);
		munmap(page, SIZE);
	}
	return 0;
}
