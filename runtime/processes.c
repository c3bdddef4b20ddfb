/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/processes.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/vec.h"
#include "runtime/held.h"

enum {
	SLOTS = 4096, /* of processes and of images; a power of two */
	MAX_PROCESSES = 16384, /* ended ones go first, longest ago first */
	MAX_IMAGES = 65536,
	MAX_CHANGES = 8192, /* of one process: then it is read anew */
	MAX_MAPS = 16 << 20, /* bytes of /proc/PID/maps */
	MAX_READS = 32, /* of one process without a watch */
	MAX_FORKS = 64, /* that are followed back */
	PATH_SPACE = 64,
};

enum change_kind {
	CHANGE_MAP,
	CHANGE_NEW, /* nothing from before is there any more */
	CHANGE_FORK, /* what the parent had is there */
};

struct change {
	uint64_t time;
	enum change_kind kind;
	uint32_t parent;
	struct mapping map;
};

struct process {
	uint32_t pid, inner, parent;
	bool has_ended, is_read;
	unsigned int reads;
	uint64_t last; /* time of the newest change, or of the end */
	uint64_t version;
	dev_t exe_dev; /* which program runs, as read without a watch */
	ino_t exe_inode;
	struct change *changes; /* by time */
	size_t n, cap;
	struct process *next;
};

struct processes {
	struct process *slots[SLOTS];
	struct image *images[SLOTS];
	size_t n, n_images;
	struct arena arena; /* of images */
	struct watch *watch;
	struct held *held;
};

struct processes *processes_open(void)
{
	struct processes *p = xzalloc(sizeof(*p));

	p->held = held_open();
	return p;
}

static void free_process(struct process *x)
{
	free(x->changes);
	free(x);
}

void processes_free(struct processes *p)
{
	size_t i;

	if (!p)
		return;
	watch_close(p->watch);
	for (i = 0; i < SLOTS; i++) {
		struct process *x = p->slots[i], *next;

		for (; x; x = next) {
			next = x->next;
			free_process(x);
		}
	}
	held_free(p->held);
	arena_free(&p->arena);
	free(p);
}

/* --- images ------------------------------------------------------------------ */

const struct image *processes_image(struct processes *p, struct str path,
				    dev_t dev, ino_t inode)
{
	uint64_t h = inode * 31 + dev;
	struct image *x;
	size_t i;

	for (i = 0; i < path.n; i++)
		h = h * 31 + (unsigned char)path.p[i];
	h = (h ^ h >> 12 ^ h >> 24) % SLOTS;
	for (x = p->images[h]; x; x = x->next)
		if (x->dev == dev && x->inode == inode && str_eq(x->path, path))
			return x;
	if (p->n_images >= MAX_IMAGES)
		return NULL;
	p->n_images++;
	x = arena_new(&p->arena, struct image);
	*x = (struct image){ .path = str_copy(&p->arena, path),
			     .dev = dev,
			     .inode = inode,
			     .next = p->images[h] };
	p->images[h] = x;
	return x;
}

/* --- the table --------------------------------------------------------------- */

static struct process *find(struct processes *p, uint32_t pid)
{
	struct process *x = p->slots[pid % SLOTS];

	while (x && x->pid != pid)
		x = x->next;
	return x;
}

static int compare_times(const void *va, const void *vb)
{
	const uint64_t *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

static bool is_old(const struct process *x, uint64_t limit)
{
	return x->has_ended && x->last <= limit;
}

/* Without a watch nobody tells of ends. */
static void find_ends(struct processes *p)
{
	char path[PATH_SPACE];
	struct process *x;
	size_t i;

	for (i = 0; i < SLOTS; i++)
		for (x = p->slots[i]; x; x = x->next) {
			snprintf(path, sizeof(path), "/proc/%u", x->pid);
			x->has_ended |= access(path, F_OK) != 0;
		}
}

/* The half of those that ended longest ago goes. */
static void forget_some(struct processes *p)
{
	auto_free uint64_t *times = xzalloc(p->n * sizeof(*times));
	struct process *x, **from;
	size_t i, n = 0;

	if (!p->watch)
		find_ends(p);
	for (i = 0; i < SLOTS; i++)
		for (x = p->slots[i]; x; x = x->next)
			if (x->has_ended)
				times[n++] = x->last;
	if (!n)
		return;
	qsort(times, n, sizeof(*times), compare_times);
	for (i = 0; i < SLOTS; i++) {
		from = &p->slots[i];
		while ((x = *from)) {
			if (!is_old(x, times[n / 2])) {
				from = &x->next;
				continue;
			}
			*from = x->next;
			free_process(x);
			p->n--;
		}
	}
}

static struct process *get(struct processes *p, uint32_t pid)
{
	struct process *x = find(p, pid), **slot = &p->slots[pid % SLOTS];

	if (x)
		return x;
	if (p->n >= MAX_PROCESSES)
		forget_some(p);
	x = xzalloc(sizeof(*x));
	x->pid = x->inner = pid;
	x->next = *slot;
	*slot = x;
	p->n++;
	return x;
}

/* --- changes ----------------------------------------------------------------- */

/* Records of several CPUs come one CPU after the other. */
static void add_change(struct process *x, const struct change *c)
{
	size_t i;

	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 8;
		x->changes = xrealloc(x->changes, x->cap * sizeof(*x->changes));
	}
	for (i = x->n++; i && x->changes[i - 1].time > c->time; i--)
		x->changes[i] = x->changes[i - 1];
	x->changes[i] = *c;
	if (c->time > x->last)
		x->last = c->time;
	x->version++;
}

void processes_note_map(struct processes *p, uint32_t pid, uint64_t time,
			const struct mapping *m)
{
	struct process *x = get(p, pid);
	struct change c = { .time = time, .kind = CHANGE_MAP, .map = *m };

	if (!m->image)
		return;
	held_offer(p->held, pid, m, (struct image *)m->image);
	if (x->n >= MAX_CHANGES) {
		x->n = 0;
		x->is_read = false; /* what is still there is read again */
	}
	add_change(x, &c);
}

void processes_note_exec(struct processes *p, uint32_t pid, uint64_t time)
{
	struct change c = { .time = time, .kind = CHANGE_NEW };

	add_change(get(p, pid), &c);
}

/* "NSpid:\t12\t1": the last is the process's own. */
static uint32_t read_inner_pid(uint32_t pid)
{
	auto_buf struct buf b = { 0 };
	char path[PATH_SPACE];
	const char *line;
	unsigned long n = 0;
	char *end;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	if (buf_read_file(&b, path, MAX_MAPS) || !b.n)
		return pid;
	buf_putc(&b, '\0');
	line = strstr(b.p, "\nNSpid:");
	if (!line)
		return pid;
	for (line += 7; *line == '\t' || *line == ' '; line = end)
		n = strtoul(line, &end, 10);
	return n ? (uint32_t)n : pid;
}

void processes_note_fork(struct processes *p, uint32_t pid, uint64_t time,
			 uint32_t parent)
{
	struct change c = { .time = time,
			    .kind = CHANGE_FORK,
			    .parent = parent };
	struct process *x = get(p, pid);

	x->has_ended = false;
	x->parent = parent;
	x->inner = read_inner_pid(pid);
	add_change(x, &c);
}

void processes_note_exit(struct processes *p, uint32_t pid, uint64_t time)
{
	struct process *x = find(p, pid);

	if (!x)
		return;
	x->last = time;
	x->has_ended = true;
}

/* --- /proc ------------------------------------------------------------------- */

static struct str take_word(struct str *line)
{
	while (line->n && line->p[0] == ' ') {
		line->p++;
		line->n--;
	}
	return str_split(*line, ' ', line);
}

/* "start-end perms offset dev inode      path"; false for what is no code. The
 * text ends in NUL. */
static bool parse_mapping(struct processes *p, struct str line,
			  struct mapping *map)
{
	struct str range = take_word(&line), perms = take_word(&line);
	struct str offset = take_word(&line), dev = take_word(&line);
	struct str inode = take_word(&line);
	unsigned long major;
	char *end;

	while (line.n && line.p[0] == ' ') {
		line.p++;
		line.n--;
	}
	if (!str_has(perms, 'x') || !inode.n)
		return false;
	map->start = strtoull(range.p, &end, 16);
	map->end = *end == '-' ? strtoull(end + 1, NULL, 16) : 0;
	map->offset = strtoull(offset.p, NULL, 16);
	major = strtoul(dev.p, &end, 16);
	map->image = processes_image(
		p, line.n ? line : STR("//anon"),
		*end == ':' ? makedev(major, strtoul(end + 1, NULL, 16)) : 0,
		strtoull(inode.p, NULL, 10));
	return map->image && map->start < map->end;
}

static bool find_exe(uint32_t pid, struct stat *st)
{
	char path[PATH_SPACE];

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	return !stat(path, st);
}

static void add_mappings(struct processes *p, struct process *x,
			 struct str text, uint64_t time)
{
	struct change c = { .time = time, .kind = CHANGE_NEW };

	add_change(x, &c);
	c.kind = CHANGE_MAP;
	while (text.n)
		if (parse_mapping(p, str_split(text, '\n', &text), &c.map)) {
			held_offer(p->held, x->pid, &c.map,
				   (struct image *)c.map.image);
			add_change(x, &c);
		}
}

/* What was known stays when nothing can be read. */
static bool read_process(struct processes *p, uint32_t pid, uint64_t time)
{
	auto_buf struct buf b = { 0 };
	char path[PATH_SPACE];
	struct process *x;
	struct stat st = { 0 };
	size_t n;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	if (buf_read_file(&b, path, MAX_MAPS) || !b.n)
		return false;
	n = b.n;
	buf_putc(&b, '\0');
	find_exe(pid, &st);
	x = get(p, pid);
	x->is_read = true;
	x->has_ended = false;
	x->reads++;
	x->exe_dev = st.st_dev;
	x->exe_inode = st.st_ino;
	x->inner = read_inner_pid(pid);
	add_mappings(p, x, (struct str){ b.p, n }, time);
	return true;
}

/* Has it become another program since it was read? */
static bool is_replaced(const struct process *x)
{
	struct stat st;

	return find_exe(x->pid, &st) &&
	       (st.st_dev != x->exe_dev || st.st_ino != x->exe_inode);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* What was there before the watch began comes before what it told. */
void processes_see(struct processes *p, uint32_t pid)
{
	struct process *x = find(p, pid);

	if (!x || (!x->is_read && !(x->n && x->changes[0].kind != CHANGE_MAP)))
		read_process(p, pid, 0);
	else if (!p->watch && is_replaced(x) && read_process(p, pid, now()))
		x->reads = 1;
}

void processes_see_all(struct processes *p)
{
	DIR *folder = opendir("/proc");
	struct dirent *e;

	if (!folder)
		return;
	while ((e = readdir(folder)))
		if (isdigit((unsigned char)e->d_name[0]))
			processes_see(p,
				      (uint32_t)strtoul(e->d_name, NULL, 10));
	closedir(folder);
}

/* --- the watch --------------------------------------------------------------- */

int processes_watch(struct processes *p)
{
	int error = 0;

	if (!p->watch)
		p->watch = watch_open(&error);
	return error;
}

int processes_fd(const struct processes *p)
{
	return p->watch ? watch_fd(p->watch) : -1;
}

uint64_t processes_lost(struct processes *p, bool asks)
{
	return p->watch ? watch_lost(p->watch, asks) : 0;
}

void processes_take(struct processes *p)
{
	if (p->watch)
		watch_take(p->watch, p);
}

/* --- questions --------------------------------------------------------------- */

/* From the newest change of that time back; ever: also before the process became
 * the program that it was then. */
static bool look(struct processes *p, const struct process *x, uint64_t time,
		 uint64_t address, bool ever, struct mapping *out)
{
	size_t i = x ? x->n : 0;
	int forks = 0;

	while (i--) {
		const struct change *c = &x->changes[i];

		if (c->time > time)
			continue;
		if (c->kind == CHANGE_NEW && !ever)
			return false;
		if (c->kind == CHANGE_MAP && address >= c->map.start &&
		    address < c->map.end) {
			*out = c->map;
			return true;
		}
		if (c->kind != CHANGE_FORK)
			continue;
		time = c->time;
		x = ++forks < MAX_FORKS ? find(p, c->parent) : NULL;
		i = x ? x->n : 0;
	}
	return false;
}

/* Without a watch, or when it lost something, the process is asked again. */
static bool look_again(struct processes *p, uint32_t pid, uint64_t address,
		       struct mapping *out)
{
	struct process *x = find(p, pid);

	if (!x || (p->watch && !processes_lost(p, false)) ||
	    x->reads >= MAX_READS)
		return false;
	return read_process(p, pid, now()) &&
	       look(p, x, UINT64_MAX, address, false, out);
}

bool processes_find(struct processes *p, uint32_t pid, uint64_t time,
		    uint64_t address, struct mapping *out)
{
	const struct process *x;

	processes_take(p);
	processes_see(p, pid);
	if (look(p, find(p, pid), time ? time : UINT64_MAX, address, false,
		 out))
		return true;
	x = find(p, pid);
	if (!p->watch && x && x->is_read &&
	    look(p, x, UINT64_MAX, address, false, out))
		return true;
	if (look_again(p, pid, address, out))
		return true;
	return !time && p->watch && look(p, x, UINT64_MAX, address, true, out);
}

void processes_each(struct processes *p, uint32_t pid,
		    void (*f)(const struct mapping *m, void *arg), void *arg)
{
	uint64_t time = UINT64_MAX;
	const struct process *x = find(p, pid);
	size_t i = x ? x->n : 0;
	int forks = 0;

	while (i--) {
		const struct change *c = &x->changes[i];

		if (c->time > time)
			continue;
		if (c->kind == CHANGE_NEW)
			return;
		if (c->kind == CHANGE_MAP)
			f(&c->map, arg);
		if (c->kind != CHANGE_FORK)
			continue;
		time = c->time;
		x = ++forks < MAX_FORKS ? find(p, c->parent) : NULL;
		i = x ? x->n : 0;
	}
}

uint64_t processes_version(struct processes *p, uint32_t pid)
{
	const struct process *x = find(p, pid);

	return x ? x->version : 0;
}

uint32_t processes_inner_pid(struct processes *p, uint32_t pid)
{
	const struct process *x = find(p, pid);

	return x ? x->inner : pid;
}

uint32_t processes_parent(struct processes *p, uint32_t pid)
{
	const struct process *x = find(p, pid);

	return x ? x->parent : 0;
}

bool processes_has_ended(struct processes *p, uint32_t pid)
{
	const struct process *x = find(p, pid);

	return x && x->has_ended;
}

bool processes_held(struct processes *p, const struct image *image,
		    struct buf *out)
{
	int fd = held_fd(p->held, image);

	if (fd >= 0)
		buf_printf(out, "/proc/self/fd/%d", fd);
	return fd >= 0;
}

struct mapped {
	uint32_t pid;
	const struct image *image;
	struct buf *out;
	bool is_found;
};

static void look_mapped(const struct mapping *m, void *arg)
{
	struct mapped *x = arg;

	if (m->image == x->image && !x->is_found)
		x->is_found = held_mapped(x->pid, m, x->out);
}

bool processes_mapped(struct processes *p, uint32_t pid,
		      const struct image *image, struct buf *out)
{
	struct mapped x = { pid, image, out, false };

	processes_each(p, pid, look_mapped, &x);
	return x.is_found;
}
