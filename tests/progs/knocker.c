/* SPDX-License-Identifier: Apache-2.0 */
/* knocker [again] - a TCP connection of 127.0.0.1 to itself, from the first
 * segment to the last. again: then one that nobody takes, since another waits
 * to be accepted, until its first segment was sent a second time. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int knock(const struct sockaddr_in *at, int flags)
{
	int s = socket(AF_INET, SOCK_STREAM | flags, 0);

	if (s >= 0)
		connect(s, (const struct sockaddr *)at, sizeof(*at));
	return s;
}

/* Who reads the end of a connection that it ended itself has seen all of it. */
static void end(int out, int in)
{
	char byte;

	shutdown(out, SHUT_WR);
	while (read(in, &byte, 1) > 0)
		;
	close(in);
	while (read(out, &byte, 1) > 0)
		;
	close(out);
}

static unsigned int times_again(int s)
{
	struct tcp_info info;
	socklen_t n = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &n))
		return 1;
	return info.tcpi_total_retrans;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int door = socket(AF_INET, SOCK_STREAM, 0), in, out;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(door, (struct sockaddr *)&at, n) || listen(door, 0) ||
	    getsockname(door, (struct sockaddr *)&at, &n))
		return 2;
	out = knock(&at, 0);
	in = accept(door, NULL, NULL);
	if (out < 0 || in < 0)
		return 2;
	end(out, in);
	if (argc < 2 || strcmp(argv[1], "again"))
		return 0;
	knock(&at, 0);
	out = knock(&at, SOCK_NONBLOCK);
	while (!times_again(out))
		usleep(10000);
	return 0;
}
