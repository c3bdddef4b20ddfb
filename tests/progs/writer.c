/* SPDX-License-Identifier: Apache-2.0 */
/* writer N [SIZE] - make N write calls of SIZE (1) bytes to /dev/null.
 * The bytes are "abcdefgh" over and over. There is no other write call. */
#include <fcntl.h>
#include <unistd.h>

#include "number.h"

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 1);
	long size = number_arg(argc, argv, 2, 1);
	int fd = open("/dev/null", O_WRONLY);
	char *bytes = malloc(size + 1);

	if (fd < 0 || !bytes)
		return 1;
	for (long i = 0; i < size; i++)
		bytes[i] = (char)('a' + i % 8);
	for (long i = 0; i < count; i++)
		if (write(fd, bytes, size) != size)
			return 1;
	return 0;
}
