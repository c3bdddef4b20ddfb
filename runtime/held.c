/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/held.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	MAX_HELD = 256, /* descriptors */
	MAX_TRIES = 8, /* of an image whose processes are gone already */
};

struct held {
	size_t n;
	struct {
		const struct image *image;
		int fd;
	} v[MAX_HELD];
};

struct held *held_open(void)
{
	return xzalloc(sizeof(struct held));
}

void held_free(struct held *h)
{
	size_t i;

	if (!h)
		return;
	for (i = 0; i < h->n; i++)
		close(h->v[i].fd);
	free(h);
}

int held_fd(const struct held *h, const struct image *image)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		if (h->v[i].image == image)
			return h->v[i].fd;
	return -1;
}

/* What the kernel itself says is there; its name does not matter. */
static void add_link(uint32_t pid, const struct mapping *m, struct buf *out)
{
	buf_printf(out, "/proc/%u/map_files/%" PRIx64 "-%" PRIx64, pid,
		   m->start, m->end);
}

static int open_mapped(uint32_t pid, const struct mapping *m)
{
	auto_buf struct buf path = { 0 };

	add_link(pid, m, &path);
	return open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Of a file system on another the mapped file is not the one that has the
 * name, but looks the same. */
static bool is_ours(const struct image *image, const struct stat *st)
{
	struct stat x;

	if (stat(image->path.p, &x))
		return false;
	if (x.st_ino == st->st_ino && x.st_dev == st->st_dev)
		return true;
	return x.st_size == st->st_size &&
	       x.st_mtim.tv_sec == st->st_mtim.tv_sec &&
	       x.st_mtim.tv_nsec == st->st_mtim.tv_nsec;
}

/* Some file systems show other numbers in mappings than to stat(): only the
 * inode is asked for. */
static bool is_image(const struct image *image, const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_ino == image->inode;
}

void held_offer(struct held *h, uint32_t pid, const struct mapping *m,
		struct image *image)
{
	struct stat st;
	int fd;

	if (image->is_known || !image->inode || !str_starts(image->path, "/"))
		return;
	if (!stat(image->path.p, &st) && st.st_ino == image->inode &&
	    st.st_dev == image->dev) {
		image->is_known = true;
		return;
	}
	image->is_known = ++image->tries >= MAX_TRIES || h->n == MAX_HELD;
	fd = h->n < MAX_HELD ? open_mapped(pid, m) : -1;
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && is_image(image, &st)) {
		image->is_known = true;
		if (!is_ours(image, &st)) {
			h->v[h->n].image = image;
			h->v[h->n++].fd = fd;
			return;
		}
	}
	close(fd);
}

bool held_mapped(uint32_t pid, const struct mapping *m, struct buf *out)
{
	size_t from = out->n;
	struct stat st;

	add_link(pid, m, out);
	if (!stat(out->p + from, &st) && is_image(m->image, &st))
		return true;
	out->n = from;
	return false;
}
