/* SPDX-License-Identifier: Apache-2.0 */
/* cookie - a socket of TCP that listens and is closed: two changes of its
 * state. Prints "cookie N" with the number that the kernel gave it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in own = { .sin_family = AF_INET };
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof(own)) ||
	    listen(fd, 1) ||
	    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length))
		return 1;
	printf("cookie %llu\n", (unsigned long long)cookie);
	return close(fd);
}
