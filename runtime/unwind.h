/* SPDX-License-Identifier: Apache-2.0 */
/* unwind.h - the tables by which programs follow stacks of processes without
 * frame pointers: a table for each file, shared by the processes that have it,
 * and a list of what is where for each process. Used by session.c, loop.c and
 * names.c. */
#ifndef ESPY_RUNTIME_UNWIND_H
#define ESPY_RUNTIME_UNWIND_H

#include <stdbool.h>
#include <stdint.h>

struct session;
struct unwinder;

/* After the load. Nothing is opened for a program without such stacks. */
int unwind_open(struct session *s);
void unwind_free(struct unwinder *u);

/* Loads what a process needs, and follows what it maps from now on. */
void unwind_add(struct session *s, uint32_t pid);

/* Readable when programs have met processes that they know nothing of. */
int unwind_fd(const struct session *s);

/* Adds those, and brings the others up to date. */
void unwind_take(struct session *s);

/* Tells how many stacks came before their tables. */
void unwind_report(struct session *s);

#endif
