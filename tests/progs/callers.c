/* SPDX-License-Identifier: Apache-2.0 */
/* callers THREADS N - each thread calls getppid() N times, all at once. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *run(void *n)
{
	long i;

	for (i = 0; i < *(long *)n; i++)
		syscall(SYS_getppid);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	long n, i, count;

	if (argc != 3)
		return 2;
	count = atol(argv[1]);
	n = atol(argv[2]);
	if (count < 1 || count > 64)
		return 2;
	for (i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, &n))
			return 1;
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
