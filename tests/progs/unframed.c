/* SPDX-License-Identifier: Apache-2.0 */
/* unframed [N [FILE [STOP]]] - N (1) times each of these chains, optimized and
 * without frame pointers, whose last function calls the kernel (getppid):
 *
 *	main -> bare_a -> bare_b -> bare_c
 *	main -> bare_aligned -> bare_c	its stack aligned to 64 bytes
 *	main -> bare_sized -> bare_c	its stack as large as asked for
 *	main -> bare_deep(40) -> bare_deep(39) ... -> bare_deep(0) -> bare_c
 *	main -> bare_sort -> qsort ... -> bare_compare -> bare_c
 *	main -> bare_raise -> raise ... -> bare_handler -> bare_c
 *
 * FILE gets a line for each of the four innermost frames of the first chain:
 * "ADDRESS FUNCTION+OFFSET". With STOP the first chain is repeated until that
 * file exists. */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "number.h"

#define TRACED __attribute__((noinline, noclone, noipa))

TRACED long bare_c(void);
TRACED long bare_b(void);
TRACED long bare_a(void);
TRACED long bare_aligned(void);
TRACED long bare_sized(long n);
TRACED long bare_deep(long n);
TRACED int bare_compare(const void *a, const void *b);
TRACED long bare_sort(void);
TRACED void bare_handler(int number);
TRACED long bare_raise(void);
TRACED void bare_use(void *p);
int main(int argc, char **argv);

static char *frames[4]; /* of the first chain, innermost first */
static volatile long sum;

void bare_use(void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

long bare_c(void)
{
	long result;

	frames[1] = __builtin_return_address(0);
	__asm__ volatile("syscall\n"
			 "1:\tleaq 1b(%%rip), %1"
			 : "=a"(result), "=r"(frames[0])
			 : "a"((long)SYS_getppid)
			 : "rcx", "r11", "memory");
	return result;
}

long bare_b(void)
{
	frames[2] = __builtin_return_address(0);
	return bare_c() + 1;
}

long bare_a(void)
{
	frames[3] = __builtin_return_address(0);
	return bare_b() + 1;
}

long bare_aligned(void)
{
	long room[16] __attribute__((aligned(64)));

	bare_use(room);
	return bare_c() + room[0];
}

long bare_sized(long n)
{
	char room[n];

	bare_use(room);
	return bare_c() + room[0];
}

long bare_deep(long n)
{
	long result = n ? bare_deep(n - 1) : bare_c();

	bare_use(&result); /* no loop, please */
	return result + 1;
}

int bare_compare(const void *a, const void *b)
{
	sum += bare_c();
	return *(const int *)a - *(const int *)b;
}

long bare_sort(void)
{
	int pair[] = { 2, 1 };

	qsort(pair, 2, sizeof(pair[0]), bare_compare);
	return pair[0];
}

void bare_handler(int number)
{
	sum += bare_c() + number;
}

long bare_raise(void)
{
	return raise(SIGUSR1) + 1;
}

static void write_frames(const char *path)
{
	static const char *const names[] = { "bare_c", "bare_b", "bare_a",
					     "main" };
	char *starts[] = { (char *)bare_c, (char *)bare_b, (char *)bare_a,
			   (char *)main };
	FILE *f = fopen(path, "w");
	int i;

	if (!f)
		exit(2);
	for (i = 0; i < 4; i++)
		fprintf(f, "%lx %s+%ld\n", (unsigned long)frames[i], names[i],
			(long)(frames[i] - starts[i]));
	if (fclose(f))
		exit(2);
}

int main(int argc, char **argv)
{
	long n = number_arg(argc, argv, 1, 1), i;

	signal(SIGUSR1, bare_handler);
	for (i = 0; i < n; i++)
		sum += bare_a();
	if (argc > 2)
		write_frames(argv[2]);
	while (argc > 3 && access(argv[3], F_OK)) {
		sum += bare_a();
		usleep(1000);
	}
	for (i = 0; i < n && argc < 4; i++)
		sum += bare_aligned() + bare_sized(100 + i) + bare_deep(40) +
		       bare_sort() + bare_raise();
	return 0;
}
