/* SPDX-License-Identifier: Apache-2.0 */
/* toucher [N [PAGES]] - accesses to memory, which lies where `nm` says.
 * toucher_written is written N (1) times, toucher_read is read twice as often,
 * by the main thread and as often again by another. toucher_run is called N
 * times by each.
 *
 * Then PAGES (0) pages are touched for the first time while the thread is
 * called "touching": as many minor page faults and no others. */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "number.h"

/* Not zero: what is, the kernel writes when it maps the program. */
volatile long toucher_written = -1;
volatile long toucher_read = 1;
volatile long toucher_sum = -1;

__attribute__((noinline, noclone)) long toucher_run(long n)
{
	return n + 1;
}

static void *touch(void *arg)
{
	long n = *(long *)arg, sum = 0;

	for (long i = 0; i < n; i++)
		toucher_written = i;
	for (long i = 0; i < 2 * n; i++)
		sum += toucher_read;
	for (long i = 0; i < n; i++)
		sum += toucher_run(i);
	toucher_sum = sum;
	return NULL;
}

static int fault(size_t pages)
{
	size_t page = 4096, i;
	char *p = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || madvise(p, pages * page, MADV_NOHUGEPAGE))
		return 1;
	prctl(PR_SET_NAME, "toucher"); /* what it needs is mapped now */
	prctl(PR_SET_NAME, "touching");
	for (i = 0; i < pages; i++)
		p[i * page] = 1;
	prctl(PR_SET_NAME, "toucher");
	return 0;
}

int main(int argc, char **argv)
{
	long n = number_arg(argc, argv, 1, 1);
	size_t pages = (size_t)number_arg(argc, argv, 2, 0);
	pthread_t other;

	touch(&n);
	if (pthread_create(&other, NULL, touch, &n) ||
	    pthread_join(other, NULL))
		return 1;
	return pages ? fault(pages) : 0;
}
