/* SPDX-License-Identifier: Apache-2.0 */
/* stacks [N [FILE [SECONDS [PATHS]]]] - N (1) times each of these chains, all
 * with frame pointers, whose last function calls the kernel (getppid) without
 * the help of the C library:
 *
 *	main -> stack_a -> stack_b -> stack_c
 *	main -> stack_b -> stack_c
 *	main -> stack_deep(40) -> stack_deep(39) ... -> stack_deep(0) -> stack_c
 *
 * FILE gets a line for each of the four innermost frames of the first chain:
 * "ADDRESS FUNCTION+OFFSET". Then it sleeps for SECONDS, and at last calls the
 * kernel from so many different PATHS, at most 65536. Static, at a fixed address; stacks_pie.c is the
 * same with shared libraries and at any address. */
#include <sys/syscall.h>
#include <unistd.h>

#include "number.h"

#define TRACED __attribute__((noinline, noclone))

TRACED long stack_c(void);
TRACED long stack_b(void);
TRACED long stack_a(void);
TRACED long stack_deep(long n);
int main(int argc, char **argv);

static char *frames[4]; /* of the last call, innermost first */

#if !defined(__x86_64__)
#error "no system call for this architecture"
#endif

long stack_c(void)
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

long stack_b(void)
{
	frames[2] = __builtin_return_address(0);
	return stack_c() + 1;
}

long stack_a(void)
{
	frames[3] = __builtin_return_address(0);
	return stack_b() + 1;
}

long stack_deep(long n)
{
	return n ? stack_deep(n - 1) + 1 : stack_c() + 1;
}

/* 16 calls, each from one of two places. */
static long stack_path(long n, long path)
{
	if (!n)
		return stack_c() + 1;
	if (path & 1)
		return stack_path(n - 1, path >> 1) + 1;
	return stack_path(n - 1, path >> 1) + 2;
}

static void write_frames(const char *path)
{
	static const char *const names[] = { "stack_c", "stack_b", "stack_a",
					     "main" };
	char *starts[] = { (char *)stack_c, (char *)stack_b, (char *)stack_a,
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
	long n = number_arg(argc, argv, 1, 1), i, sum = 0;
	long paths = number_arg(argc, argv, 4, 0);

	for (i = 0; i < n; i++)
		sum += stack_a();
	if (argc > 2)
		write_frames(argv[2]);
	for (i = 0; i < n; i++)
		sum += stack_b();
	for (i = 0; i < n; i++)
		sum += stack_deep(40);
	sleep((unsigned int)number_arg(argc, argv, 3, 0));
	for (i = 0; i < paths; i++)
		sum += stack_path(16, i);
	return sum >= 0 ? 0 : 1;
}
