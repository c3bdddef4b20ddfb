/* SPDX-License-Identifier: Apache-2.0 */
/* caller [N] - connects N (1) times to port 1 of 127.0.0.1 with TCP, which
 * nobody listens to, and sends itself N times the signal SIGURG, which does
 * nothing. Its own address is 127.0.0.1:4321. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "number.h"

static struct sockaddr_in address(unsigned short port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int call(void)
{
	struct sockaddr_in from = address(4321), to = address(1);
	int yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0), ok;

	if (fd < 0)
		return 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	ok = !bind(fd, (struct sockaddr *)&from, sizeof(from)) &&
	     connect(fd, (struct sockaddr *)&to, sizeof(to)) &&
	     errno == ECONNREFUSED;
	close(fd);
	return !ok;
}

int main(int argc, char **argv)
{
	long n = number_arg(argc, argv, 1, 1);
	int wrong = 0;

	for (long i = 0; i < n; i++) {
		wrong |= call();
		wrong |= kill(getpid(), SIGURG);
	}
	return wrong;
}
