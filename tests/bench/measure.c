/* SPDX-License-Identifier: Apache-2.0 */
/* measure - figures of one run of a tracing tool:
 *
 *   measure run COMMAND...       wall ms, peak memory KiB of a whole run
 *   measure attached COMMAND...  ms from exec until its program counted an
 *                                event, peak memory KiB
 *   measure event N COMMAND...   ns that its programs take per event of N
 *                                events, by the kernel's own statistics; ns
 *                                from event to event without these; peak
 *                                memory KiB
 *   measure idle N               ns from event to event when nobody traces
 *   measure map N COMMAND...     N events of different numbers; ms from the
 *                                SIGINT after them to the end, peak memory KiB
 *   measure attach S COMMAND...  ms from exec to exit, until all is attached,
 *                                and from the end of the traced command until
 *                                all is gone; fails after S seconds
 *   measure lines RATE S COMMAND...
 *                                events that lines of its output (in a file)
 *                                tell of, those that do not, those of them
 *                                that it said are lost, all per second, of RATE
 *                                events per second (0: as many as can be) in S
 *                                seconds
 *   measure now FILE             what attach has the tool trace, by -c
 *
 * Events are system calls made here: getppid(2), or chdir(2) where the
 * environment variable EVENT says so; getpgid(2) of 1 to N for map. A tool is
 * recognised by the BPF programs that appear after it was started; it is ended
 * with SIGINT, and is killed when this process ends before it. */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS 30000
#define AGAIN_MS 10000

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void events(long n)
{
	const char *which = getenv("EVENT");

	if (which && !strcmp(which, "chdir"))
		while (n-- > 0)
			syscall(SYS_chdir, "/");
	else if (which && !strcmp(which, "getpgid"))
		while (n-- > 0)
			syscall(SYS_getpgid, 1);
	else
		while (n-- > 0)
			syscall(SYS_getppid);
}

/* Of a job in the background SIGINT is ignored: not so of what we start, or
 * one that comes before the tool looks for it would be lost. */
static pid_t start_to(char **argv, int out, int err)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(out, 1);
	dup2(err, 2);
	signal(SIGINT, SIG_DFL);
	execvp(argv[0], argv);
	_exit(127);
}

static pid_t start(char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid_t pid = start_to(argv, null, null);

	close(null);
	return pid;
}

/* Is this one of the programs that a process holds? Others may be tracing,
 * too. */
static bool is_held(pid_t pid, uint32_t id)
{
	char path[300], line[64];
	struct dirent *e;
	DIR *dir;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", (int)pid);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.200s", (int)pid,
			 e->d_name);
		f = fopen(path, "r");
		while (f && fgets(line, sizeof(line), f))
			found |= !strncmp(line, "prog_id:", 8) &&
				 strtoul(line + 8, NULL, 10) == id;
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return found;
}

static uint32_t last_prog(void)
{
	uint32_t id = 0, next;

	while (!bpf_prog_get_next_id(id, &next))
		id = next;
	return id;
}

/* Sums run count and time of a process's programs made after id `after`. */
static void stats(pid_t pid, uint32_t after, uint64_t *count, uint64_t *ns)
{
	uint32_t id = after;

	*count = *ns = 0;
	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size) &&
		    info.type != BPF_PROG_TYPE_SOCKET_FILTER && info.run_cnt &&
		    is_held(pid, id)) {
			*count += info.run_cnt;
			*ns += info.run_time_ns;
		}
		close(fd);
	}
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
	       info.si_pid == pid;
}

/* Makes events until one was counted. Who looks all the time takes a CPU from
 * the tool, and its locks. */
static bool wait_attached(pid_t pid, uint32_t after, double begun)
{
	struct timespec pause = { 0, 50000 };
	uint64_t count, ns;

	prctl(PR_SET_TIMERSLACK, 1000);
	do {
		nanosleep(&pause, NULL);
		events(4);
		stats(pid, after, &count, &ns);
		if (count)
			return true;
	} while (!has_ended(pid) && now_ms() - begun < LIMIT_MS);
	return false;
}

/* Ends by itself or by SIGINT, of which one that came too early may have been
 * overlooked; at last by force. */
static long finish(pid_t pid, bool ends_itself)
{
	struct timespec pause = { 0, 200000 };
	double begun = now_ms();
	double again = begun + (ends_itself ? LIMIT_MS : AGAIN_MS);
	struct rusage used;
	pid_t ended;
	int status;

	while (!(ended = wait4(pid, &status, WNOHANG, &used))) {
		if (now_ms() > again) {
			kill(pid,
			     now_ms() - begun < LIMIT_MS ? SIGINT : SIGKILL);
			again = now_ms() + AGAIN_MS;
		}
		nanosleep(&pause, NULL);
	}
	if (ended < 0 || WIFSIGNALED(status))
		return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -1;
	return used.ru_maxrss;
}

static int run(char **argv)
{
	double begun = now_ms();
	long kib = finish(start(argv), true);

	if (kib < 0)
		return 1;
	printf("%.2f %ld\n", now_ms() - begun, kib);
	return 0;
}

static double wall_ns(long n)
{
	double begun = now_ms();

	events(n);
	return (now_ms() - begun) * 1e6 / (double)n;
}

/* What the programs take for one event: there may be several for it. */
static double program_ns(pid_t pid, uint32_t after, long n)
{
	uint64_t count, before, ns;

	events(n / 10);
	stats(pid, after, &count, &before);
	events(n);
	stats(pid, after, &count, &ns);
	return (double)(ns - before) / (double)n;
}

static int traced(char **argv, long n)
{
	int on = bpf_enable_stats(BPF_STATS_RUN_TIME);
	uint32_t after = last_prog();
	double begun = now_ms(), took, program = 0, wall = 0;
	pid_t pid = start(argv);
	bool ok = on >= 0 && wait_attached(pid, after, begun);

	took = now_ms() - begun;
	if (ok && n) {
		program = program_ns(pid, after, n);
		close(on);
		wall = wall_ns(n);
	}
	kill(pid, SIGINT);
	long kib = finish(pid, false);

	if (!ok || kib < 0)
		return 1;
	if (n)
		printf("%.2f %.2f %ld\n", program, wall, kib);
	else
		printf("%.2f %ld\n", took, kib);
	return 0;
}

static int idle(long n)
{
	events(n / 10);
	printf("%.2f\n", wall_ns(n));
	return 0;
}

/* A map of n entries, and what it takes to print it. */
static int map(char **argv, long n)
{
	int on = bpf_enable_stats(BPF_STATS_RUN_TIME);
	uint32_t after = last_prog();
	double begun = now_ms(), ended;
	pid_t pid;
	long kib;

	setenv("EVENT", "getpgid", 1);
	pid = start(argv);
	if (on < 0 || !wait_attached(pid, after, begun)) {
		kill(pid, SIGKILL);
		return 1;
	}
	close(on);
	for (long i = 1; i <= n; i++)
		syscall(SYS_getpgid, i);
	ended = now_ms();
	kill(pid, SIGINT);
	kib = finish(pid, false);
	if (kib < 0)
		return 1;
	printf("%.2f %ld\n", now_ms() - ended, kib);
	return 0;
}

/* --- lines ---------------------------------------------------------------- */

/* As many events as are due, again and again, so that they are made evenly. */
static void events_at(long rate, long seconds)
{
	double begun = now_ms(), took;
	long made = 0, due;

	while ((took = now_ms() - begun) < (double)seconds * 1e3) {
		due = rate ? (long)(took * 1e-3 * (double)rate) : made + 1000;
		events(due - made);
		made = due;
	}
}

static long count_lines(int fd)
{
	static char text[1 << 16];
	long n = 0;
	ssize_t got;

	lseek(fd, 0, SEEK_SET);
	while ((got = read(fd, text, sizeof(text))) > 0)
		for (ssize_t i = 0; i < got; i++)
			n += text[i] == '\n';
	return n;
}

/* What the tool said of losses: the number of the last line about them. */
static long said_lost(int fd)
{
	FILE *f = fdopen(fd, "r");
	char line[512], *at;
	long n = 0;

	if (!f)
		return 0;
	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		at = strcasestr(line, "total lost event count: ");
		if (at)
			n = atol(at + strlen("total lost event count: "));
	}
	fclose(f);
	return n;
}

static int lines(char **argv, long rate, long seconds)
{
	char out_name[] = "measure_lines.XXXXXX",
	     err_name[] = "measure_err.XXXXXX";
	int on = bpf_enable_stats(BPF_STATS_RUN_TIME);
	int out = mkstemp(out_name), err = mkstemp(err_name);
	uint32_t after = last_prog();
	double begun = now_ms();
	uint64_t made, ns;
	long kept, lost;

	if (on < 0 || out < 0 || err < 0)
		return 1;
	unlink(out_name);
	unlink(err_name);
	pid_t pid = start_to(argv, out, err);
	bool ok = wait_attached(pid, after, begun);

	if (ok)
		events_at(rate, seconds);
	stats(pid, after, &made, &ns);
	kill(pid, SIGINT);
	if (finish(pid, false) < 0 || !ok)
		return 1;
	kept = count_lines(out);
	lost = said_lost(err);
	printf("%ld %ld %ld\n", kept / seconds,
	       (long)made > kept ? ((long)made - kept) / seconds : 0,
	       lost / seconds);
	close(out);
	return 0;
}

/* When a command starts that the tool has held until everything is attached.
 */
static int note_now(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return 1;
	fprintf(file, "%.3f\n", now_ms());
	return fclose(file) ? 1 : 0;
}

/* The tool ends by itself; one that takes too long is ended. */
static bool wait_end(pid_t pid, long seconds)
{
	struct timespec pause = { 0, 200000 };
	double begun = now_ms();
	int status;

	while (now_ms() - begun < (double)seconds * 1e3) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) && !WEXITSTATUS(status);
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return false;
}

static int attach(char **argv, int n, long seconds)
{
	char note[] = "/tmp/measure.XXXXXX", self[512], command[1100];
	char **words = calloc((size_t)n + 3, sizeof(*words));
	double begun, attached = 0, ended;
	int fd = mkstemp(note);
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
	bool ok;

	if (fd < 0 || size < 0 || !words)
		return 1;
	self[size] = '\0';
	snprintf(command, sizeof(command), "%s now %s", self, note);
	memcpy(words, argv, (size_t)n * sizeof(*words));
	words[n] = "-c";
	words[n + 1] = command;
	words[n + 2] = NULL;
	begun = now_ms();
	ok = wait_end(start(words), seconds);
	ended = now_ms();
	FILE *file = fdopen(fd, "r");

	ok = ok && file && fscanf(file, "%lf", &attached) == 1;
	unlink(note);
	free(words);
	if (ok)
		printf("%.2f %.2f %.2f\n", ended - begun, attached - begun,
		       ended - attached);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "now"))
		return note_now(argv[2]);
	if (argc > 3 && !strcmp(argv[1], "attach"))
		return attach(argv + 3, argc - 3, atol(argv[2]));
	if (argc > 2 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	if (argc > 2 && !strcmp(argv[1], "attached"))
		return traced(argv + 2, 0);
	if (argc > 3 && !strcmp(argv[1], "event"))
		return traced(argv + 3, atol(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "idle"))
		return idle(atol(argv[2]));
	if (argc > 3 && !strcmp(argv[1], "map"))
		return map(argv + 3, atol(argv[2]));
	if (argc > 4 && !strcmp(argv[1], "lines"))
		return lines(argv + 4, atol(argv[2]), atol(argv[3]));
	fprintf(stderr, "usage: measure run|attached|event N|idle N|map N|"
			"attach S|lines RATE S COMMAND...\n");
	return 2;
}
