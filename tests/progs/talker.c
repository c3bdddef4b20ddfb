/* SPDX-License-Identifier: Apache-2.0 */
/* talker N [SIZE] - send N UDP datagrams of SIZE (1) bytes from 127.0.0.1 to
 * itself, receiving each before the next is sent. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "number.h"

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 1);
	long size = number_arg(argc, argv, 2, 1);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in own = { .sin_family = AF_INET };
	socklen_t length = sizeof(own);
	char *bytes = calloc(1, size + 1);

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || !bytes || bind(fd, (struct sockaddr *)&own, length) ||
	    getsockname(fd, (struct sockaddr *)&own, &length) ||
	    connect(fd, (struct sockaddr *)&own, length))
		return 1;
	for (long i = 0; i < count; i++)
		if (send(fd, bytes, size, 0) != size ||
		    recv(fd, bytes, size, 0) != size)
			return 1;
	return 0;
}
