/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/child.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/vec.h"

/* --- words ---------------------------------------------------------------- */

/* Adds the next character of a word to it; quote is the open one or 0.
 * Returns the rest, NULL where the word ends. */
static const char *take_char(const char *p, char *quote, struct buf *word)
{
	if (!*p || (!*quote && strchr(" \t\n", *p)))
		return NULL;
	if (*p == '\\' && *quote != '\'' && p[1]) {
		buf_putc(word, p[1]);
		return p + 2;
	}
	if (*quote ? *p == *quote : *p == '"' || *p == '\'')
		*quote = *quote ? '\0' : *p;
	else
		buf_putc(word, *p);
	return p + 1;
}

char **child_split(struct arena *a, const char *command)
{
	VEC(char *) words = { 0 };
	const char *p = command;
	char quote = '\0';

	for (;;) {
		auto_buf struct buf word = { 0 };
		const char *next;

		p += strspn(p, " \t\n");
		if (!*p)
			break;
		while ((next = take_char(p, &quote, &word)))
			p = next;
		if (quote)
			return NULL;
		vec_push(a, &words,
			 arena_copy(a, word.n ? word.p : "", word.n));
	}
	*vec_add(a, &words) = NULL;
	return words.v;
}

/* --- the command of -c ---------------------------------------------------- */

/* Signals as any program expects them. */
static void reset_signals(void)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* For good, as su does: groups, group, user, and what tells who that is. */
static bool become_user(const struct passwd *user)
{
	if (initgroups(user->pw_name, user->pw_gid) || setgid(user->pw_gid) ||
	    setuid(user->pw_uid))
		return false;
	return !setenv("HOME", user->pw_dir, 1) &&
	       !setenv("SHELL", user->pw_shell, 1) &&
	       !setenv("USER", user->pw_name, 1) &&
	       !setenv("LOGNAME", user->pw_name, 1);
}

/* In the child. It waits stopped, so that between attaching and the command's
 * own exec() it makes no system call that a probe could count. */
static void become(char **words, const struct passwd *user, int failure)
{
	int err;

	reset_signals();
	if (user && !become_user(user)) {
		err = errno;
		if (write(failure, &err, sizeof(err)) < 0)
			_exit(126);
		_exit(127);
	}
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	kill(getpid(), SIGSTOP);
	execvp(words[0], words);
	err = errno;
	if (write(failure, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* Waits until it has stopped by itself. */
static int hold(struct child *c)
{
	int status;

	while (waitpid(c->pid, &status, WUNTRACED | __WALL) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (!WIFSTOPPED(status)) {
		c->pid = 0;
		return -ECHILD;
	}
	c->is_held = true;
	/* It must not stay behind, stopped, should we be killed. Where there
	 * is no tracing it has stopped like any other. */
	c->is_traced = !ptrace(PTRACE_SETOPTIONS, c->pid, NULL,
			       (void *)PTRACE_O_EXITKILL);
	return c->is_traced || errno == ESRCH ? 0 : -errno;
}

/* What cannot be let go must not stay behind, stopped. */
static void end_stopped(struct child *c)
{
	kill(c->pid, SIGKILL);
	c->is_traced = false;
}

static int fork_child(struct child *c, char **words, const struct passwd *user)
{
	int failure[2], err, why;

	if (pipe2(failure, O_CLOEXEC))
		return -errno;
	c->pid = fork();
	if (c->pid == 0)
		become(words, user, failure[1]);
	close(failure[1]);
	c->failure = failure[0];
	if (c->pid < 0) {
		c->pid = 0;
		return -errno;
	}
	c->fd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	err = c->fd < 0 ? -errno : hold(c);
	if (err && c->pid)
		end_stopped(c);
	/* It may have said why it has ended. */
	if (err == -ECHILD && read(c->failure, &why, sizeof(why)) > 0)
		err = -why;
	return err;
}

/* By name or number; 0 or -errno after a report. */
static int find_user(const char *name, struct diags *d,
		     const struct passwd **out)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	errno = 0;
	*out = getpwnam(name);
	if (!*out && *name && !*end && number < UINT32_MAX)
		*out = getpwuid((uid_t)number);
	if (*out)
		return 0;
	diag_error(d, (struct span){ 0 }, D_USAGE, "there is no user '%s'",
		   name);
	return -ENOENT;
}

int child_start(struct child *c, struct arena *a, const char *command,
		const char *user, struct diags *d)
{
	char **words = child_split(a, command);
	const struct passwd *who = NULL;
	int err;

	err = user ? find_user(user, d, &who) : 0;
	if (err)
		return err;

	if (!words || !words[0]) {
		diag_error(d, (struct span){ 0 }, D_USAGE,
			   words ? "the command is empty"
				 : "the command '%s' has an open quote",
			   command);
		return -EINVAL;
	}
	c->name = words[0];
	err = fork_child(c, words, who);
	if (err)
		diag_errno(d, err, D_IO, "cannot start '%s'%s%s", c->name,
			   user ? " as " : "", user ? user : "");
	return err;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Waits for the stop by which exec() ends under ptrace. 0: it has ended. */
static int wait_stopped(pid_t pid)
{
	int status;

	for (;;) {
		if (waitpid(pid, &status, __WALL) != pid) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (!WIFSTOPPED(status))
			return 0;
		if (WSTOPSIG(status) == SIGTRAP)
			return 1;
		if (ptrace(PTRACE_CONT, pid, NULL, WSTOPSIG(status)))
			return -errno;
	}
}

int child_let_go(struct child *c, struct diags *d)
{
	int err = 0;

	if (!c->is_held)
		return 0;
	c->is_held = false;
	if (c->is_traced ? ptrace(PTRACE_CONT, c->pid, NULL, NULL)
			 : kill(c->pid, SIGCONT)) {
		err = errno;
		end_stopped(c);
	}
	/* The pipe closes without a word when exec succeeds. */
	if (!err && read(c->failure, &err, sizeof(err)) < 0)
		err = errno;
	close_fd(&c->failure);
	if (err) {
		c->is_traced = false;
		return diag_errno(d, err, D_IO, "cannot run '%s'", c->name);
	}
	err = c->is_traced ? wait_stopped(c->pid) : 0;
	c->is_traced = err > 0;
	if (err >= 0)
		return 0;
	end_stopped(c);
	return diag_errno(d, err, D_IO, "cannot run '%s'", c->name);
}

/* AT_ENTRY of its auxiliary vector; 0: not known. */
static unsigned long find_entry(pid_t pid)
{
	auto_fd int fd = -1;
	unsigned long pair[2];
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, pair, sizeof(pair)) == sizeof(pair)) {
		if (pair[0] == AT_ENTRY)
			return pair[1];
	}
	return 0;
}

#ifdef __x86_64__
#define BREAKPOINT 0xccul

/* Puts back what the breakpoint was written over. */
static void take_breakpoint(pid_t pid, unsigned long at, long code)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_POKETEXT, pid, (void *)at, (void *)code);
	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) || regs.rip != at + 1)
		return;
	regs.rip = at;
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}

void child_run_to_entry(struct child *c)
{
	unsigned long at = c->is_traced ? find_entry(c->pid) : 0;
	long code;

	if (!at)
		return;
	errno = 0;
	code = ptrace(PTRACE_PEEKTEXT, c->pid, (void *)at, NULL);
	if (errno || ((unsigned long)code & 0xff) == BREAKPOINT ||
	    ptrace(PTRACE_POKETEXT, c->pid, (void *)at,
		   (void *)(((unsigned long)code & ~0xfful) | BREAKPOINT)))
		return;
	if (ptrace(PTRACE_CONT, c->pid, NULL, NULL))
		return;
	if (wait_stopped(c->pid) > 0)
		take_breakpoint(c->pid, at, code);
}
#else
void child_run_to_entry(struct child *c)
{
	(void)c;
}
#endif

int child_resume(struct child *c, struct diags *d)
{
	int err = 0;

	if (!c->is_traced || c->is_held)
		return 0;
	if (ptrace(PTRACE_DETACH, c->pid, NULL, NULL) && errno != ESRCH) {
		err = errno;
		end_stopped(c);
	}
	c->is_traced = false;
	return err ? diag_errno(d, err, D_IO, "cannot run '%s'", c->name) : 0;
}

void child_close(struct child *c)
{
	close_fd(&c->failure);
	if (c->pid && c->is_held) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, __WALL);
	} else if (c->pid && waitpid(c->pid, NULL, WNOHANG) == 0) {
		kill(c->pid, SIGTERM);
	}
	close_fd(&c->fd);
	c->pid = 0;
	c->is_held = c->is_traced = false;
}

/* --- system() ------------------------------------------------------------- */

#define STUCK_MS 100 /* how often it is looked */

static bool is_full(int fd)
{
	struct pollfd out = { .fd = fd, .events = POLLOUT };

	return !poll(&out, 1, 0);
}

/* Until it ends; from the moment that there is a reason to hurry not longer
 * than its output is read. False: it was given up. */
static bool wait_while_read(int pid_fd, int out_fd, struct sink_hurry *h)
{
	struct pollfd fds[2] = { { .fd = pid_fd, .events = POLLIN },
				 { .fd = -1, .events = POLLIN } };
	int n, stuck = 0;

	for (;;) {
		fds[1].fd = h->is_on ? -1 : h->fd;
		n = poll(fds, 2, h->is_on ? STUCK_MS : -1);
		if (n > 0 && fds[0].revents)
			return true;
		if (n > 0 && fds[1].revents)
			h->is_on = h->is_due(h->arg);
		if (n)
			continue;
		stuck = is_full(out_fd) ? stuck + STUCK_MS : 0;
		if (stuck >= SINK_PATIENCE || (stuck && h->is_spent)) {
			h->is_spent = true;
			return false;
		}
	}
}

int child_run_shell(const char *command, int out_fd, struct sink_hurry *hurry)
{
	auto_fd int pid_fd = -1;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		reset_signals();
		dup2(out_fd, STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	pid_fd = hurry ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (pid_fd >= 0 && !wait_while_read(pid_fd, out_fd, hurry))
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}
