/* SPDX-License-Identifier: Apache-2.0 */
/* measure - figures of one run of a tracing tool:
 *
 *   measure run COMMAND...       wall ms, peak memory KiB of a whole run
 *   measure attached COMMAND...  ms from exec until its program counted an
 *                                event, peak memory KiB
 *   measure event N COMMAND...   ns per event of N events, by the kernel's
 *                                own statistics of the program
 *
 * Events are calls of getppid(2), made here. A tool is recognised by the BPF
 * programs that appear after it was started; it is ended with SIGINT. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS 30000

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void events(long n)
{
	while (n-- > 0)
		syscall(SYS_getppid);
}

static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	execvp(argv[0], argv);
	_exit(127);
}

static uint32_t last_prog(void)
{
	uint32_t id = 0, next;

	while (!bpf_prog_get_next_id(id, &next))
		id = next;
	return id;
}

/* Sums run count and time of the programs made after id `after`. */
static void stats(uint32_t after, uint64_t *count, uint64_t *ns)
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
		    info.type != BPF_PROG_TYPE_SOCKET_FILTER) {
			*count += info.run_cnt;
			*ns += info.run_time_ns;
		}
		close(fd);
	}
}

/* Makes events until one was counted. */
static bool wait_attached(uint32_t after, double begun)
{
	uint64_t count, ns;

	do {
		events(4);
		stats(after, &count, &ns);
		if (count)
			return true;
	} while (now_ms() - begun < LIMIT_MS);
	return false;
}

static long finish(pid_t pid)
{
	struct rusage used;
	int status;

	wait4(pid, &status, 0, &used);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -1;
	return used.ru_maxrss;
}

static int run(char **argv)
{
	double begun = now_ms();
	long kib = finish(start(argv));

	if (kib < 0)
		return 1;
	printf("%.2f %ld\n", now_ms() - begun, kib);
	return 0;
}

static int traced(char **argv, long n)
{
	int on = bpf_enable_stats(BPF_STATS_RUN_TIME);
	uint32_t after = last_prog();
	uint64_t count0, ns0, count, ns;
	double begun = now_ms(), took;
	pid_t pid = start(argv);
	bool ok = on >= 0 && wait_attached(after, begun);

	took = now_ms() - begun;
	if (ok && n) {
		events(n / 10);
		stats(after, &count0, &ns0);
		events(n);
		stats(after, &count, &ns);
	}
	kill(pid, SIGINT);
	long kib = finish(pid);

	if (!ok || kib < 0)
		return 1;
	if (n)
		printf("%.2f %ld\n",
		       (double)(ns - ns0) / (double)(count - count0), kib);
	else
		printf("%.2f %ld\n", took, kib);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	if (argc > 2 && !strcmp(argv[1], "attached"))
		return traced(argv + 2, 0);
	if (argc > 3 && !strcmp(argv[1], "event"))
		return traced(argv + 3, atol(argv[2]));
	fprintf(stderr, "usage: measure run|attached|event N COMMAND...\n");
	return 2;
}
