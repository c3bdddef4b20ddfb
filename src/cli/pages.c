/* SPDX-License-Identifier: Apache-2.0 */
/* pages.c - the compiler touches all of its variables and a megabyte of heap
 * whatever the script: asked for at once, their pages cost half of what they
 * cost one by one (a fault each). Where the kernel cannot (before 5.14), they
 * come as they always do. */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAP (960 << 10)

extern char __bss_start[], _end[]; /* the linker's */

static void populate(const char *from, const char *to)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)from / page * page;

	if (from < to && (size_t)(to - from) < 2 * HEAP)
		madvise((void *)first, (uintptr_t)to - first,
			MADV_POPULATE_WRITE);
}

/* Before LLVM's own constructors. */
static void __attribute__((constructor(102))) begin(void)
{
	char *first;

	mallopt(M_TOP_PAD, HEAP);
	mallopt(M_TRIM_THRESHOLD, 2 * HEAP);
	first = malloc(1);
	populate(first, sbrk(0));
	free(first);
	populate(__bss_start, _end);
}
