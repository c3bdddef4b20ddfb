/* SPDX-License-Identifier: Apache-2.0 */
/* flood N THREADS [SECONDS [FILE]] - system calls as fast as they go: each of
 * THREADS threads calls getpgid(0) to getpgid(999), over and over, N times; or,
 * with 0 as N, until SECONDS are over. How many calls that were is written to
 * FILE. Linked statically, and it makes no other call of getpgid(). */
#include <pthread.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "number.h"

struct share {
	pthread_t thread;
	long wanted; /* 0: until the end */
	time_t end;
	long calls;
};

static bool over(const struct share *share)
{
	struct timespec now;

	if (share->wanted)
		return share->calls >= share->wanted;
	if (share->calls % 1000)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= share->end;
}

static void *run(void *data)
{
	struct share *share = data;

	while (!over(share)) {
		syscall(SYS_getpgid, share->calls % 1000);
		share->calls++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	long wanted = number_arg(argc, argv, 1, 1);
	long threads = number_arg(argc, argv, 2, 1);
	long seconds = number_arg(argc, argv, 3, 0);
	struct share *shares = calloc(threads, sizeof(*shares));
	struct timespec now;
	FILE *file = NULL;
	long calls = 0;

	if (!shares || (argc > 4 && !(file = fopen(argv[4], "w"))))
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (long i = 0; i < threads; i++) {
		shares[i].wanted = wanted;
		shares[i].end = now.tv_sec + seconds;
		if (pthread_create(&shares[i].thread, NULL, run, &shares[i]))
			return 1;
	}
	for (long i = 0; i < threads; i++) {
		pthread_join(shares[i].thread, NULL);
		calls += shares[i].calls;
	}
	return file && (fprintf(file, "%ld\n", calls) < 0 || fclose(file));
}
