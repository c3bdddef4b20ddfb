/* SPDX-License-Identifier: Apache-2.0 */
/* hand OBJECT [exit] - the same job written by hand: loads a BPF object with
 * libbpf, attaches what its sections say, waits for SIGINT (or does not) and
 * ends. Lines that come through a map named ring are printed as they come, a
 * map named rows is printed sorted at the end. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS 100
#define BATCH   65536

struct line { /* as jobs/printf.bpf.c has it */
	uint32_t pid;
	uint32_t unused;
	char comm[16];
};

struct row {
	uint32_t key;
	uint64_t value;
};

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, ap) : 0;
}

/* --- lines ---------------------------------------------------------------- */

static int print_line(void *ctx, void *data, size_t size)
{
	const struct line *l = data;

	(void)ctx;
	(void)size;
	printf("%u %s\n", l->pid, l->comm);
	return 0;
}

static int is_interrupted(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGINT);
}

static void print_lost(struct bpf_object *o)
{
	int fd = bpf_object__find_map_fd_by_name(o, "buckets");
	int n = libbpf_num_possible_cpus();
	uint64_t *lost = calloc(n > 0 ? (size_t)n : 1, sizeof(*lost)), sum = 0;
	uint32_t key = 0;

	if (lost && !bpf_map_lookup_elem(fd, &key, lost))
		while (n-- > 0)
			sum += lost[n];
	fprintf(stderr, "total lost event count: %llu\n",
		(unsigned long long)sum);
	free(lost);
}

static void print_lines(struct bpf_object *o, int ring)
{
	struct ring_buffer *rb = ring_buffer__new(ring, print_line, NULL, NULL);

	while (rb && !is_interrupted())
		ring_buffer__poll(rb, POLL_MS);
	if (rb)
		ring_buffer__consume(rb);
	ring_buffer__free(rb);
	print_lost(o);
}

/* --- rows ----------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static size_t read_rows(int fd, struct row *rows, size_t max)
{
	static uint32_t keys[BATCH];
	static uint64_t values[BATCH];
	uint32_t at, n, i;
	size_t used = 0;
	int err = 0;

	for (void *from = NULL; !err; from = &at) {
		n = BATCH;
		err = bpf_map_lookup_batch(fd, from, &at, keys, values, &n,
					   NULL);
		if (err && err != -ENOENT)
			break;
		for (i = 0; i < n && used < max; i++)
			rows[used++] = (struct row){ keys[i], values[i] };
	}
	return used;
}

static void print_rows(struct bpf_map *map)
{
	size_t max = bpf_map__max_entries(map), n, i;
	struct row *rows = calloc(max, sizeof(*rows));

	if (!rows)
		return;
	n = read_rows(bpf_map__fd(map), rows, max);
	qsort(rows, n, sizeof(*rows), by_key);
	for (i = 0; i < n; i++)
		printf("@[%u]: %llu\n", rows[i].key,
		       (unsigned long long)rows[i].value);
	free(rows);
}

/* --- the run -------------------------------------------------------------- */

static int attach(struct bpf_object *o)
{
	struct bpf_program *p;

	bpf_object__for_each_program(p, o)
	{
		if (!bpf_program__attach(p))
			return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct bpf_object *o;
	struct bpf_map *rows;
	sigset_t set;
	int sig, ring;

	if (argc < 2)
		return 2;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	libbpf_set_print(quiet);
	o = bpf_object__open(argv[1]);
	if (!o || bpf_object__load(o) || !attach(o))
		return 1;
	ring = bpf_object__find_map_fd_by_name(o, "ring");
	rows = bpf_object__find_map_by_name(o, "rows");
	if (ring >= 0)
		print_lines(o, ring);
	if (argc < 3)
		sigwait(&set, &sig);
	if (rows)
		print_rows(rows);
	bpf_object__close(o);
	return 0;
}
