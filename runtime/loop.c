/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/attach.h"

#define MAX_WAITING 64 /* signals of different numbers */
#include "runtime/limits.h"
#include "runtime/names.h"
#include "runtime/packets.h"
#include "runtime/unwind.h"

#define BUSY_RECORDS 32 /* in a turn */
#define NAP_NS       500000

/* --- opening -------------------------------------------------------------- */

static int open_target(struct session *s)
{
	if (!s->opts.pid)
		return 0;
	s->target_fd = (int)syscall(SYS_pidfd_open, s->opts.pid, 0);
	if (s->target_fd >= 0)
		return 0;
	return diag_errno(s->diags, errno, D_IO, "cannot follow process %d",
			  (int)s->opts.pid);
}

static int open_signals(struct session *s)
{
	sigset_t mask;

	sigemptyset(&mask);
	if (!s->opts.is_embedded) {
		sigaddset(&mask, SIGINT);
		sigaddset(&mask, SIGTERM);
		sigaddset(&mask, SIGHUP);
	}
	attach_add_signals(s, &mask);
	if (s->opts.is_embedded && sigisemptyset(&mask))
		return 0;
	sigprocmask(SIG_BLOCK, &mask, &s->old_mask);
	s->is_masked = !s->opts.is_embedded;
	s->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd < 0 ? -errno : 0;
}

static int watch(struct session *s, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0)
		return 0;
	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* From the first signal on another SIGINT ends the process, also where it was
 * ignored when we were started. */
static bool take_signal(struct session *s)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	struct signalfd_siginfo info;
	sigset_t interrupt;

	if (read(s->signal_fd, &info, sizeof(info)) != sizeof(info) ||
	    attach_signalled(s, (int)info.ssi_signo) || s->opts.is_embedded)
		return false;
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	if (!s->is_interrupted)
		sigaction(SIGINT, &usual, &s->old_interrupt);
	s->is_interrupted = true;
	sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
	s->out.hurry.is_on = true;
	return true;
}

/* Somebody waits for a reader and wants to know whether that is still worth
 * it. */
static bool is_ended(void *session)
{
	struct session *s = session;

	return take_signal(s) || s->is_interrupted;
}

int loop_open(struct session *s)
{
	int err = open_target(s);

	if (!err)
		err = limits_open(s);
	if (err)
		return err;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	err = s->epoll_fd < 0 ? -errno : open_signals(s);
	s->out.hurry = (struct sink_hurry){ .fd = s->signal_fd,
					    .is_due = is_ended,
					    .arg = s };
	if (!err)
		err = watch(s, s->signal_fd);
	if (!err)
		err = watch(s, s->child.fd);
	if (!err)
		err = watch(s, s->target_fd);
	if (!err)
		err = watch(s, names_fd(s));
	if (!err)
		err = watch(s, unwind_fd(s));
	if (!err)
		err = watch(s, packets_fd(s));
	if (!err)
		err = watch(s, s->limits.timeout_fd);
	if (!err)
		err = watch(s, s->limits.overhead_fd);
	if (!err)
		err = watch(s, s->limits.every_fd);
	if (!err)
		err = watch(s, s->ring_fd);
	return err ? diag_errno(s->diags, err, D_KERNEL,
				"cannot wait for events")
		   : 0;
}

void loop_close(struct session *s)
{
	if (s->is_masked)
		sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
	if (s->is_interrupted)
		sigaction(SIGINT, &s->old_interrupt, NULL);
	limits_close(s);
	s->out.hurry.fd = -1;
	s->is_masked = s->is_interrupted = false;
}

/* --- running -------------------------------------------------------------- */

int loop_ending_signal(const struct session *s)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t waiting, probes;
	size_t i;

	sigemptyset(&probes);
	attach_add_signals(s, &probes);
	if (!s->is_masked || sigpending(&waiting))
		return 0;
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		if (sigismember(&waiting, ends[i]) &&
		    !sigismember(&probes, ends[i]))
			return ends[i];
	return 0;
}

void loop_end_early(struct session *s)
{
	int i;

	s->status = 128 + loop_ending_signal(s);
	for (i = 0; i < MAX_WAITING && !s->is_interrupted; i++)
		take_signal(s);
	session_consume(s, true);
}

/* True: the trace is over. */
static bool handle(struct session *s, int fd)
{
	if (fd == s->signal_fd && take_signal(s))
		return true;
	if (fd == s->child.fd || fd == s->target_fd || limits_take(s, fd))
		return true;
	if (fd == names_fd(s) || fd == unwind_fd(s))
		names_take(s);
	else
		names_note(s);
	session_consume(s, false);
	return s->is_exiting;
}

/* With others in a process an end comes when it is asked for. */
static bool waits_for_end(const struct session *s)
{
	vec_each(p, &s->plan->probes)
		if (p->kind == PK_END && s->opts.is_embedded)
			return true;
	return false;
}

/* Nothing is left that could send an event or end the trace. */
static bool is_over(const struct session *s)
{
	bool has_process = s->child.fd >= 0 || s->target_fd >= 0;

	if (s->is_exiting || s->out.error || s->out.is_full ||
	    s->is_interrupted)
		return true;
	if (limits_is_bare(s) && !has_process)
		return true;
	return !attach_has_events(s) && !waits_for_end(s) &&
	       (s->iterations.n || !has_process);
}

/* Where many records came at once, more are under way. To wake us up for each
 * costs the traced program more than to send it: the kernel does so only when
 * all before it were taken. So some are let gather. */
static void let_gather(const struct session *s)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };

	if (s->has_room && s->taken >= BUSY_RECORDS)
		nanosleep(&nap, NULL);
}

int loop_run(struct session *s)
{
	struct epoll_event events[4];
	int i, n;

	session_consume(s, false); /* what begin has sent */
	n = attach_iterate(s);
	if (n)
		return n;
	while (!is_over(s)) {
		let_gather(s);
		n = epoll_wait(s->epoll_fd, events, ARRAY_SIZE(events), -1);
		if (n < 0 && errno != EINTR)
			return diag_errno(s->diags, errno, D_KERNEL,
					  "cannot wait for events");
		for (i = 0; i < n; i++) {
			if (handle(s, events[i].data.fd))
				return 0;
		}
	}
	return 0;
}

/* --- as a part of another loop ------------------------------------------- */

static int begin(struct session *s)
{
	s->is_begun = true;
	session_consume(s, false);
	return attach_iterate(s);
}

int loop_turn(struct session *s)
{
	struct epoll_event events[4];
	int i, n = s->is_begun ? 0 : begin(s);

	if (n || is_over(s))
		return n ? n : 1;
	n = epoll_wait(s->epoll_fd, events, ARRAY_SIZE(events), 0);
	for (i = 0; i < n; i++) {
		if (handle(s, events[i].data.fd))
			return 1;
	}
	return is_over(s);
}
