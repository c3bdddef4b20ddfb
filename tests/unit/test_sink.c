/* SPDX-License-Identifier: Apache-2.0 */
/* Readers that are slow, and those that do not read. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/sink.h"

static bool is_due(void *arg)
{
	++*(int *)arg;
	return true;
}

Test(sink, gives_up_who_does_not_read_once_there_is_a_reason)
{
	static char much[1 << 20];
	int fds[2], reason[2], asked = 0;
	struct sink_hurry hurry = { .is_due = is_due, .arg = &asked };
	struct sink s;

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(pipe(reason), 0);
	cr_assert_eq(write(reason[1], "", 1), 1);
	hurry.fd = reason[0];
	sink_open(&s, fds[1], &hurry);
	cr_expect_eq(sink_write(&s, "a", 1), 0);
	cr_expect_eq(asked, 0, "there was no need to wait");
	cr_expect_eq(sink_write(&s, much, sizeof(much)), ETIMEDOUT);
	cr_expect_eq(asked, 1);
	cr_expect_gt(s.dropped, 0);
	cr_expect_lt(s.dropped, sizeof(much));
	uint64_t before = s.dropped;
	cr_expect_eq(sink_write(&s, "abc", 3), ETIMEDOUT);
	cr_expect_eq(s.dropped, before + 3);
	cr_expect_eq(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0,
		     "the descriptor is others', too");
	sink_close(&s);
}

Test(sink, waits_for_a_slow_reader)
{
	static char much[1 << 20];
	struct sink s;
	int fds[2];
	size_t n = 0;
	pid_t child;

	cr_assert_eq(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		close(fds[0]);
		sink_open(&s, fds[1], NULL);
		_exit(sink_write(&s, much, sizeof(much)));
	}
	close(fds[1]);
	for (;;) {
		char some[1000];
		ssize_t got = read(fds[0], some, sizeof(some));

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	cr_expect_eq(n, sizeof(much));
	cr_expect_eq(waitpid(child, NULL, 0), child);
	close(fds[0]);
}
