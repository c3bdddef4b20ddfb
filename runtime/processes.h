/* SPDX-License-Identifier: Apache-2.0 */
/* processes.h - what processes have in memory, and when they had it: so that
 * an address is named by the program that ran when it was noted, though the
 * process has become another program, or has ended and its number is another's.
 * The kernel's own records tell (perf's: fork, exec and mapping of code), and
 * /proc/PID/maps what there was before. Used by symbols.c. */
#ifndef ESPY_RUNTIME_PROCESSES_H
#define ESPY_RUNTIME_PROCESSES_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/str.h"

struct processes;

/* A file with code, or what has code and is no file ("[vdso]", "//anon").
 * The same for all processes; valid as long as the processes are. */
struct image {
	struct str path; /* as the process sees it */
	dev_t dev; /* 0 and 0: not known, or no file */
	ino_t inode;
	struct image *next;
	bool is_known; /* for held.c: where its file is, or that it is not */
	unsigned char tries;
};

/* Code of an image in a process. */
struct mapping {
	uint64_t start, end;
	uint64_t offset; /* in the file */
	const struct image *image;
};

/* Costs nothing until something is asked. */
struct processes *processes_open(void);
void processes_free(struct processes *p);

/* From now on whatever processes map is noted, however short they live. Where
 * that is so on some CPUs only, or on none, a negative number says why. */
int processes_watch(struct processes *p);

/* Readable after each record: processes_take() should be called while the
 * process is there. -1 without a watch. */
int processes_fd(const struct processes *p);

/* Takes what the kernel has noted. */
void processes_take(struct processes *p);

/* How many records the kernel had to drop, as far as records tell; asks: also
 * those that none has told of yet, which asks the kernel. */
uint64_t processes_lost(struct processes *p, bool asks);

/* Reads what the process, or all, have mapped now, unless that is known. */
void processes_see(struct processes *p, uint32_t pid);
void processes_see_all(struct processes *p);

/* The mapping that a process had at an address, at a time (ns, monotonic; 0:
 * at last, else in a program that it was before). False when nothing is known. */
bool processes_find(struct processes *p, uint32_t pid, uint64_t time,
		    uint64_t address, struct mapping *out);

/* Calls f for what a process has mapped now, newest first: what is behind may
 * have been mapped over. */
void processes_each(struct processes *p, uint32_t pid,
		    void (*f)(const struct mapping *m, void *arg), void *arg);

/* Paths to the file of an image that names do not lead to, since it was deleted
 * or is of another mount namespace: what was opened in time, what a process
 * still has. False: it is gone. */
bool processes_held(struct processes *p, const struct image *image,
		    struct buf *out);
bool processes_mapped(struct processes *p, uint32_t pid,
		      const struct image *image, struct buf *out);

/* Changes whenever a process maps code or becomes another program. */
uint64_t processes_version(struct processes *p, uint32_t pid);

/* The process in its own PID namespace; the same number when not known. */
uint32_t processes_inner_pid(struct processes *p, uint32_t pid);

/* Has it, so far as was taken? False when it is not known. */
bool processes_has_ended(struct processes *p, uint32_t pid);

/* Who made the process, 0: not known. */
uint32_t processes_parent(struct processes *p, uint32_t pid);

/* --- for watch.c ------------------------------------------------------------- */

struct watch;

void processes_note_map(struct processes *p, uint32_t pid, uint64_t time,
			const struct mapping *m);
void processes_note_exec(struct processes *p, uint32_t pid, uint64_t time);
void processes_note_fork(struct processes *p, uint32_t pid, uint64_t time,
			 uint32_t parent);
void processes_note_exit(struct processes *p, uint32_t pid, uint64_t time);
const struct image *processes_image(struct processes *p, struct str path,
				    dev_t dev, ino_t inode);

/* NULL when no CPU can be watched; *error is of the first that cannot, or 0. */
struct watch *watch_open(int *error);
void watch_close(struct watch *w);
int watch_fd(const struct watch *w);
uint64_t watch_lost(struct watch *w, bool asks);
void watch_take(struct watch *w, struct processes *p);

#endif
