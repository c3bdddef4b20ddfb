/* SPDX-License-Identifier: Apache-2.0 */
/* How much is kept. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "base/vec.h"
#include "cli/cache_impl.h"

#define ABANDONED 3600 /* seconds without a change */

struct entry {
	const char *name;
	struct timespec used;
	off_t size;
};

/* Those used last first. */
static int by_use(const void *a, const void *b)
{
	const struct timespec *x = &((const struct entry *)a)->used;
	const struct timespec *y = &((const struct entry *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	if (x->tv_nsec != y->tv_nsec)
		return x->tv_nsec < y->tv_nsec ? 1 : -1;
	return 0;
}

void cache_bound(int folder)
{
	VEC(struct entry) v = {};
	struct arena arena = {};
	int fd = dup(folder);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	struct stat st;
	off_t bytes = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	rewinddir(dir);
	while ((e = readdir(dir))) {
		if (fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		if (str_starts(str_from(e->d_name), CACHE_TEMPORARY)) {
			if (st.st_mtim.tv_sec + ABANDONED < time(NULL))
				unlinkat(folder, e->d_name, 0);
			continue;
		}
		struct entry *x = vec_add(&arena, &v);

		x->name = arena_printf(&arena, "%s", e->d_name);
		x->used = st.st_mtim;
		x->size = st.st_size;
	}
	closedir(dir);
	if (v.n)
		qsort(v.v, v.n, sizeof(*v.v), by_use);
	for (size_t i = 0; i < v.n; i++) {
		bytes += v.v[i].size;
		if (i >= CACHE_ENTRIES || bytes > (off_t)CACHE_BYTES)
			unlinkat(folder, v.v[i].name, 0);
	}
	arena_free(&arena);
}
