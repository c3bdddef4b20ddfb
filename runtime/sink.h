/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h - a descriptor that is written to without being at the mercy of who
 * reads it: a reader that is slow is waited for, but from the moment that
 * there is a reason to end only as long as it still reads. Used for output and
 * for messages. */
#ifndef ESPY_RUNTIME_SINK_H
#define ESPY_RUNTIME_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What ends the patience with a reader; sinks may share one. */
struct sink_hurry {
	int fd; /* readable: ask; -1: there is nothing to ask for */
	bool (*is_due)(void *arg); /* true from the reason to end on */
	void *arg;
	bool is_on; /* it was, or was set: a reader that reads nothing for
		       SINK_PATIENCE is given up */
	bool is_spent; /* one was: there is no time for another */
};

#define SINK_PATIENCE 2000 /* ms */

struct sink {
	int fd; /* borrowed */
	int own_fd; /* to the same pipe or terminal, not blocking; -1: none */
	bool is_socket;
	bool may_block; /* a pipe or terminal without own_fd */
	struct sink_hurry *hurry; /* borrowed; NULL: endless patience */
	int error; /* errno of the first write that failed; ETIMEDOUT: nobody
		      read */
	uint64_t dropped; /* bytes that were not written after that */
};

/* Flags of the descriptor, which others may share, stay as they are. */
void sink_open(struct sink *s, int fd, struct sink_hurry *hurry);
void sink_close(struct sink *s); /* its own descriptor only */

/* Writes all; 0 or the errno, which stays. */
int sink_write(struct sink *s, const void *p, size_t n);

#endif
