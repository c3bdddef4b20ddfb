/* SPDX-License-Identifier: Apache-2.0 */
/* opener N PATH - make N openat calls for PATH. It need not exist. */
#include <fcntl.h>
#include <unistd.h>

#include "number.h"

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 1);
	const char *path = argc > 2 ? argv[2] : "/dev/null";

	for (long i = 0; i < count; i++) {
		int fd = openat(AT_FDCWD, path, O_RDONLY);

		if (fd >= 0)
			close(fd);
	}
	return 0;
}
