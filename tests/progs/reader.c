/* SPDX-License-Identifier: Apache-2.0 */
/* reader N [SIZE] - make N read calls of SIZE (1) bytes from /dev/zero.
 * Linked statically, so there is no other read call in the process. */
#include <fcntl.h>
#include <unistd.h>

#include "number.h"

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 1);
	long size = number_arg(argc, argv, 2, 1);
	int fd = open("/dev/zero", O_RDONLY);
	char *bytes = malloc(size + 1);

	if (fd < 0 || !bytes)
		return 1;
	for (long i = 0; i < count; i++)
		if (read(fd, bytes, size) != size)
			return 1;
	return 0;
}
