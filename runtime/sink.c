/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Not blocking is a property of what open() made, which a shell, the command
 * that we run and others have too: so it is opened again. Files never block,
 * and must not be opened again: where they are written to is in there. */
static int open_again(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void sink_open(struct sink *s, int fd, struct sink_hurry *hurry)
{
	struct stat st;

	*s = (struct sink){ .fd = fd, .own_fd = -1, .hurry = hurry };
	if (fstat(fd, &st))
		return;
	s->is_socket = S_ISSOCK(st.st_mode);
	if (!S_ISFIFO(st.st_mode) && !(S_ISCHR(st.st_mode) && isatty(fd)))
		return;
	s->own_fd = open_again(fd);
	s->may_block = s->own_fd < 0;
}

void sink_close(struct sink *s)
{
	if (s->own_fd >= 0)
		close(s->own_fd);
	s->own_fd = -1;
}

static int patience(const struct sink_hurry *h)
{
	if (!h || !h->is_on)
		return -1;
	return h->is_spent ? 0 : SINK_PATIENCE;
}

/* False: nobody reads, and there is no time. */
static bool wait_for_reader(struct sink *s)
{
	struct sink_hurry *h = s->hurry;
	struct pollfd fds[2] = { { .fd = s->fd, .events = POLLOUT },
				 { .fd = -1, .events = POLLIN } };
	int n;

	for (;;) {
		bool is_on = h && h->is_on;

		fds[1].fd = h && !is_on ? h->fd : -1;
		n = poll(fds, 2, patience(h));
		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		if (n > 0 && fds[0].revents)
			return true;
		if (n > 0 && fds[1].revents)
			h->is_on = h->is_due(h->arg);
	}
}

/* -EAGAIN, as errno, where it would block. After poll() a pipe has room for
 * PIPE_BUF bytes. */
static ssize_t write_piece(struct sink *s, const void *p, size_t n)
{
	struct pollfd room = { .fd = s->fd, .events = POLLOUT };

	if (s->own_fd >= 0)
		return write(s->own_fd, p, n);
	if (s->is_socket)
		return send(s->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (!s->may_block)
		return write(s->fd, p, n);
	if (poll(&room, 1, 0) == 1)
		return write(s->fd, p, n < PIPE_BUF ? n : PIPE_BUF);
	errno = EAGAIN;
	return -1;
}

static void give_up(struct sink *s)
{
	s->error = ETIMEDOUT;
	if (s->hurry)
		s->hurry->is_spent = true;
}

int sink_write(struct sink *s, const void *p, size_t n)
{
	const char *from = p;

	while (n && !s->error) {
		ssize_t done = write_piece(s, from, n);

		if (done >= 0) {
			from += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) {
			if (!wait_for_reader(s))
				give_up(s);
		} else if (errno != EINTR) {
			s->error = errno;
		}
	}
	s->dropped += n;
	return s->error;
}
