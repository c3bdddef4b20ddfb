/* SPDX-License-Identifier: Apache-2.0 */
/* rounds COUNT FILE [OPTION...] - a saved program loaded, attached, detached
 * and dropped COUNT times by one process, as one that stays would do it.
 *
 *	-p PID		of this process only
 *	--loop		let each run until it ends by itself
 *	--test, --bench	run its tests, its benchmarks
 *	--no-feature uprobe_multi, --no-feature kprobe_multi
 *
 * Afterwards the process must have as many descriptors, threads and bytes of
 * memory in use as after the first few, and not many more pages of them. The
 * allocator's caches count as in use: set GLIBC_TUNABLES to switch them off,
 * as soak.sh does.
 * Prints one line of figures. Status: 0 all is well, 1 something grew, 2 the
 * kernel or the machine cannot do it. */
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/run_opts.h"
#include "runtime/session.h"

enum {
	MAX_PROGRAM = 64 << 20, /* bytes */
	/* What may differ though nothing is lost: */
	SLACK_BYTES = 1024,
	SLACK_RESIDENT = 2048, /* kB; threads leave memory of the allocator */
};

struct figures {
	size_t fds, threads, bytes;
	size_t resident; /* kB */
};

struct rounds {
	size_t count;
	const char *file;
	bool loops; /* let each end by itself */
	struct session_opts opts;
	struct diags diags;
};

static size_t entries(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

static size_t resident(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	size_t n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %zu", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/* Threads that close links may still be about to end. */
static void settle(void)
{
	for (int i = 0; i < 1000 && entries("/proc/self/task") > 3; i++)
		usleep(10000); /* "." and ".." and this one */
}

static struct figures measure(void)
{
	struct mallinfo2 m;

	settle();
	m = mallinfo2();

	return (struct figures){
		.fds = entries("/proc/self/fd"),
		.threads = entries("/proc/self/task"),
		.bytes = m.uordblks + m.hblkhd,
		.resident = resident(),
	};
}

static int once(struct rounds *r, const struct plan *p, struct machine *m)
{
	struct session *s = session_open(p, m, &r->opts, &r->diags);
	int err = s ? session_start(s) : -1;

	if (!err && r->loops)
		err = session_loop(s);
	if (!err)
		err = session_stop(s);
	session_close(s);
	return err || r->diags.errors ? -1 : 0;
}

static bool grew(const struct figures *a, const struct figures *b)
{
	return b->fds > a->fds || b->threads > a->threads ||
	       b->bytes > a->bytes + SLACK_BYTES ||
	       b->resident > a->resident + SLACK_RESIDENT;
}

static int all(struct rounds *r, const struct plan *p, struct machine *m)
{
	size_t first = r->count / 10 + 10; /* indexes are made, pools filled */
	struct figures a = { 0 }, b;

	for (size_t i = 0; i < r->count + first; i++) {
		if (once(r, p, m)) {
			fprintf(stderr, "round %zu of %s\n", i, r->file);
			return 2;
		}
		if (i + 1 == first)
			a = measure();
	}
	b = measure();
	printf("%zu rounds: fds %zu -> %zu, threads %zu -> %zu, "
	       "bytes %zu -> %zu, resident %zu -> %zu kB\n",
	       r->count, a.fds, b.fds, a.threads, b.threads, a.bytes, b.bytes,
	       a.resident, b.resident);
	return grew(&a, &b);
}

static int run(struct rounds *r)
{
	auto_buf struct buf file = { 0 };
	struct machine *m;
	struct plan *p;
	int status;

	if (buf_read_file(&file, r->file, MAX_PROGRAM))
		return 2;
	p = plan_from_elf(buf_view(&file), &r->diags);
	if (!p)
		return 2;
	m = machine_open(NULL, &r->diags);
	machine_set_process(m, (int)r->opts.pid);
	status = all(r, p, m);
	machine_close(m);
	plan_free(p);
	return status;
}

static void take(struct rounds *r, char **argv)
{
	for (; *argv; argv++) {
		if (!strcmp(*argv, "--loop"))
			r->loops = true;
		else if (!strcmp(*argv, "--test"))
			r->loops = r->opts.test = true;
		else if (!strcmp(*argv, "--bench"))
			r->loops = r->opts.bench = true;
		else if (!strcmp(*argv, "-p") && argv[1])
			r->opts.pid = atoi(*++argv);
		else if (!strcmp(*argv, "uprobe_multi"))
			r->opts.no_features |= FEATURE_UPROBE_MULTI;
		else if (!strcmp(*argv, "kprobe_multi"))
			r->opts.no_features |= FEATURE_KPROBE_MULTI;
	}
}

int main(int argc, char **argv)
{
	struct rounds r = { .opts = { .quiet = true, .keeps_rights = true } };
	int status;

	mallopt(M_ARENA_MAX, 1); /* threads that end leave none */
	if (argc < 3) {
		fputs("usage: rounds COUNT FILE [OPTION...]\n", stderr);
		return 2;
	}
	r.count = strtoul(argv[1], NULL, 10);
	r.file = argv[2];
	r.opts.out_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	r.opts.err_fd = STDERR_FILENO;
	take(&r, argv + 3);
	status = run(&r);
	run_print_diags(&r.diags, false);
	diags_free(&r.diags);
	return status;
}
