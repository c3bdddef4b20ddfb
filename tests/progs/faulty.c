/* SPDX-License-Identifier: Apache-2.0 */
/* faulty - what becomes of a program when its n-th system call of a kind fails,
 * or a signal comes there, for every n of a normal run?
 *
 *	faulty [-tv] [-f FIRST] [-e EVERY] [-m MOST] FAULT... -- COMMAND...
 *
 * A FAULT is CALLS=ERROR or CALLS=SIGNAL, with the names of tables below
 * (bpf=EPERM, open=SIGKILL), or malloc=LIBRARY, the path of libnomem.so. Where
 * the fault is memory=ENOMEM there is no more of it from the n-th call on. n is
 * FIRST (1), FIRST + EVERY, and so on, at most MOST runs of a fault. A line of TAP
 * is printed for each fault. Of a run is expected that
 *
 * - it ends by itself, by no signal but the one that was sent;
 * - it says something on stderr (nothing else in the command may) if its status
 *   is not 0, or its output not that of the run without faults.
 *
 * With -t digits and the letters of units do not count in its output: they are
 * times.
 *
 * The command's own children are left alone. The kernel asks us about each
 * system call (seccomp's user notification), so that those of libraries and of
 * the loader are met, too. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "number.h"

#define MAX_CALLS 8

static const struct calls {
	const char *name;
	int n, number[MAX_CALLS];
} groups[] = {
	{ "open", 2, { SYS_open, SYS_openat } },
	{ "read", 2, { SYS_read, SYS_pread64 } },
	{ "write", 3, { SYS_write, SYS_pwrite64, SYS_writev } },
	{ "mmap", 1, { SYS_mmap } },
	{ "memory", 2, { SYS_brk, SYS_mmap } },
	{ "bpf", 1, { SYS_bpf } },
	{ "perf", 1, { SYS_perf_event_open } },
	{ "epoll",
	  4,
	  { SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_wait,
	    SYS_epoll_pwait } },
	{ "ioctl", 1, { SYS_ioctl } },
	{ "stat", 3, { SYS_newfstatat, SYS_statx, SYS_fstat } },
	{ "fork", 3, { SYS_clone, SYS_clone3, SYS_vfork } },
	{ "fd",
	  5,
	  { SYS_pipe2, SYS_signalfd4, SYS_memfd_create, SYS_pidfd_open,
	    SYS_dup3 } },
	{ "ptrace", 2, { SYS_ptrace, SYS_wait4 } },
};

static const struct word {
	const char *name;
	int error, signal;
} words[] = {
	{ "EPERM", EPERM, 0 },     { "ENOMEM", ENOMEM, 0 },
	{ "EIO", EIO, 0 },         { "EINVAL", EINVAL, 0 },
	{ "EMFILE", EMFILE, 0 },   { "ENOENT", ENOENT, 0 },
	{ "ENOSPC", ENOSPC, 0 },   { "EAGAIN", EAGAIN, 0 },
	{ "EINTR", EINTR, 0 },     { "SIGINT", 0, SIGINT },
	{ "SIGTERM", 0, SIGTERM }, { "SIGHUP", 0, SIGHUP },
	{ "SIGQUIT", 0, SIGQUIT }, { "SIGPIPE", 0, SIGPIPE },
	{ "SIGKILL", 0, SIGKILL },
};

struct fault {
	const char *text;
	const struct calls *calls; /* NULL: of memory */
	const char *library;
	int error, signal;
	bool is_lasting; /* all calls from the n-th on fail */
};

/* One run. */
struct run {
	long at; /* this one fails; 0: none */
	long seen; /* calls */
	bool was_hit;
	bool is_mute; /* what was hit is its way to say so */
	bool is_late;
	int status; /* of wait() */
	char *out, *err; /* all it has said */
	size_t n_out, n_err;
};

static char **command;
static const char *mark; /* a file that libnomem makes */
static int patience = 60; /* seconds */
static bool is_verbose;
static bool has_times; /* in the output, and they differ */
static long first = 1;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* --- the process ---------------------------------------------------------- */

static void send_fd(int socket, int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = room,
				  .msg_controllen = sizeof(room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(socket, &message, 0) < 0)
		_exit(126);
}

static int receive_fd(int socket)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 }, byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = room,
				  .msg_controllen = sizeof(room) };
	int fd = -1;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) > 0 &&
	    CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* From here on these calls wait for our answer. */
static int listen_to(const struct calls *calls)
{
	struct sock_filter code[MAX_CALLS + 3] = { 0 };
	struct sock_fprog program = { .filter = code };
	int i, n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = 0; i < calls->n; i++)
		code[n++] = (struct sock_filter){
			.code = BPF_JMP | BPF_JEQ | BPF_K,
			.jt = (uint8_t)(calls->n - i),
			.k = (uint32_t)calls->number[i],
		};
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						 SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						 SECCOMP_RET_USER_NOTIF);
	program.len = (uint16_t)n;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void become(const struct fault *f, const struct run *r, int socket)
{
	char number[32];

	setpgid(0, 0);
	if (f->calls) {
		int fd = listen_to(f->calls);

		if (fd < 0)
			_exit(125);
		send_fd(socket, fd);
		close(fd);
	} else {
		snprintf(number, sizeof(number), "%ld", r->at);
		setenv("NOMEM_AT", number, 1);
		setenv("NOMEM_MARK", mark, 1);
		setenv("LD_PRELOAD", f->library, 1);
	}
	close(socket);
	execvp(command[0], command);
	_exit(126);
}

static char *read_all(int fd, size_t *size)
{
	struct stat st;
	char *text = NULL;

	if (fstat(fd, &st) || !(text = calloc(1, (size_t)st.st_size + 1)))
		die("faulty");
	*size = (size_t)st.st_size;
	if (pread(fd, text, *size, 0) != (ssize_t)*size)
		die("faulty: read");
	close(fd);
	return text;
}

/* --- its system calls ----------------------------------------------------- */

/* Is the thread one of the process? */
static bool is_ours(pid_t pid, uint32_t thread)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%u", (int)pid, thread);
	return (uint32_t)pid == thread || !access(path, F_OK);
}

static bool is_due(const struct fault *f, struct run *r)
{
	r->seen++;
	return r->at && (f->is_lasting ? r->seen >= r->at : r->seen == r->at);
}

static void answer(const struct fault *f, struct run *r, pid_t pid, int fd)
{
	struct seccomp_notif_resp say = { 0 };
	struct seccomp_notif ask = { 0 };

	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &ask))
		return;
	say.id = ask.id;
	say.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (is_ours(pid, ask.pid) && is_due(f, r)) {
		r->was_hit = true;
		if (f->signal) {
			kill(pid, f->signal);
		} else {
			say.flags = 0; /* brk() fails by its value */
			say.error = ask.data.nr == SYS_brk ? 0 : -f->error;
			r->is_mute = ask.data.nr == SYS_write &&
				     ask.data.args[0] == STDERR_FILENO;
		}
	}
	ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &say);
}

/* Until the process has ended. */
static void attend(const struct fault *f, struct run *r, pid_t pid, int fd)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	time_t start = time(NULL);

	fds[0].fd = (int)syscall(SYS_pidfd_open, pid, 0);
	fds[1].fd = fd;
	while (poll(fds, 2, 1000) >= 0 && !(fds[0].revents & POLLIN)) {
		if (fds[1].revents & POLLIN)
			answer(f, r, pid, fd);
		else if (fds[1].revents)
			fds[1].fd = -1;
		if (time(NULL) - start < patience)
			continue;
		r->is_late = true;
		kill(-pid, SIGKILL);
	}
	close(fds[0].fd);
}

static size_t drop_times(char *text, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!memchr("0123456789num", text[i], 13))
			text[kept++] = text[i];
	return kept;
}

static void run(const struct fault *f, struct run *r)
{
	int pair[2], fd = -1;
	int out = memfd_create("out", MFD_CLOEXEC);
	int err = memfd_create("err", MFD_CLOEXEC);
	pid_t pid;

	if (out < 0 || err < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		die("faulty");
	unlink(mark);
	pid = fork();
	if (pid < 0)
		die("faulty: fork");
	if (pid == 0) {
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		become(f, r, pair[1]);
	}
	setpgid(pid, pid);
	close(pair[1]);
	if (f->calls)
		fd = receive_fd(pair[0]);
	close(pair[0]);
	attend(f, r, pid, fd);
	waitpid(pid, &r->status, 0);
	kill(-pid, SIGKILL); /* what it may have left */
	if (fd >= 0)
		close(fd);
	if (!f->calls)
		r->was_hit = !access(mark, F_OK);
	r->out = read_all(out, &r->n_out);
	if (has_times)
		r->n_out = drop_times(r->out, r->n_out);
	r->err = read_all(err, &r->n_err);
}

static void forget(struct run *r)
{
	free(r->out);
	free(r->err);
}

/* --- the verdict ---------------------------------------------------------- */

/* NULL: as it should be. */
static const char *what_is_wrong(const struct fault *f, const struct run *r,
				 const struct run *good)
{
	bool is_same =
		r->n_out == good->n_out && !memcmp(r->out, good->out, r->n_out);

	if (r->is_late)
		return "it does not end";
	if (WIFSIGNALED(r->status))
		return WTERMSIG(r->status) == f->signal ? NULL
							: "a signal ended it";
	if (r->n_err || r->is_mute)
		return NULL;
	if (f->signal && WEXITSTATUS(r->status) == 128 + f->signal)
		return NULL;
	if (WEXITSTATUS(r->status))
		return "it failed without a word";
	return is_same || f->signal ? NULL : "output is missing, not a word";
}

static void show(const char *what, const struct run *r)
{
	printf("#   n = %ld: %s, status %#x, said %.*s%s", r->at, what,
	       (unsigned int)r->status, (int)strcspn(r->err, "\n"), r->err,
	       r->n_err ? "\n" : "nothing\n");
}

/* True: all is well. */
static bool walk(const struct fault *f, long every, long most, long *hits)
{
	struct run good = { 0 };
	long runs = 0, failed = 0, told = 0;

	run(f, &good);
	if (good.status || good.n_err) {
		show("without any fault", &good);
		forget(&good);
		return false;
	}
	for (long n = first; runs < most; n += every) {
		struct run r = { .at = n };
		const char *wrong;

		run(f, &r);
		wrong = what_is_wrong(f, &r, &good);
		runs += r.was_hit;
		told += r.was_hit && r.n_err;
		failed += wrong != NULL;
		if (wrong || is_verbose)
			show(wrong ? wrong : "well", &r);
		forget(&r);
		if (!r.was_hit)
			break;
	}
	printf("#   %s: %ld injected, %ld survived, %ld told of\n", f->text,
	       runs, runs - failed, told);
	forget(&good);
	*hits = runs;
	return !failed;
}

/* --- the command line ----------------------------------------------------- */

static void take_fault(const char *text, struct fault *f)
{
	const char *what = strchr(text, '=');
	size_t i, n = what ? (size_t)(what - text) : 0;

	*f = (struct fault){ .text = text };
	for (i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (n == strlen(groups[i].name) &&
		    !memcmp(text, groups[i].name, n))
			f->calls = &groups[i];
	for (i = 0; what && i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(what + 1, words[i].name)) {
			f->error = words[i].error;
			f->signal = words[i].signal;
		}
	f->is_lasting = !strncmp(text, "memory=", 7);
	if (what && !strncmp(text, "malloc=", 7)) {
		f->library = what + 1;
		f->text = "malloc";
	} else if (!f->calls || (!f->error && !f->signal)) {
		fprintf(stderr, "faulty: what is '%s'?\n", text);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	long every = 1, most = 100000;
	int opt, n = 0, failed = 0;
	char name[64];

	while ((opt = getopt(argc, argv, "+tve:f:m:")) != -1) {
		if (opt == 'v')
			is_verbose = true;
		else if (opt == 't')
			has_times = true;
		else if (opt == 'e')
			every = number_arg(argc, argv, optind - 1, 1);
		else if (opt == 'f')
			first = number_arg(argc, argv, optind - 1, 1);
		else if (opt == 'm')
			most = number_arg(argc, argv, optind - 1, 1);
		else
			return 2;
	}
	for (command = argv + optind; *command; command++)
		if (!strcmp(*command, "--"))
			break;
	if (!*command || !*++command)
		return 2;
	if (getenv("ESPY_TEST_SLOW"))
		patience *= atoi(getenv("ESPY_TEST_SLOW"));
	snprintf(name, sizeof(name), "/tmp/faulty.%d", (int)getpid());
	mark = name;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; strcmp(argv[optind], "--"); optind++) {
		struct fault f;
		long runs = 0;
		bool ok;

		take_fault(argv[optind], &f);
		ok = walk(&f, every, most, &runs);
		printf("%sok %d - %s%s\n", ok ? "" : "not ", ++n, f.text,
		       ok && !runs ? " # SKIP never called" : "");
		failed += !ok;
	}
	unlink(name);
	return failed != 0;
}
