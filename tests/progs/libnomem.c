/* SPDX-License-Identifier: Apache-2.0 */
/* libnomem.so - to be preloaded: the NOMEM_AT-th allocation fails (0: none),
 * and the file NOMEM_MARK is there from then on. For faulty, see there. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static long at = -1, seen;

static int is_refused(void)
{
	const char *mark = getenv("NOMEM_MARK");
	long now = __atomic_add_fetch(&seen, 1, __ATOMIC_RELAXED);

	if (at < 0)
		at = getenv("NOMEM_AT") ? atol(getenv("NOMEM_AT")) : 0;
	if (now == at && mark)
		syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, mark,
					   O_WRONLY | O_CREAT, 0600));
	return now == at && (errno = ENOMEM);
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(p, size);
}
