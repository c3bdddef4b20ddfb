/* SPDX-License-Identifier: Apache-2.0 */
/* out.h - where a session's output goes: what the script prints to one
 * descriptor, what is said about the run to another. Other forms of output
 * are other implementations of these functions.
 *
 * The script's output is buffered; an error of writing is kept, everything
 * after it is dropped. */
#ifndef ESPY_RUNTIME_OUT_H
#define ESPY_RUNTIME_OUT_H

#include "plan/plan.h"
#include "runtime/session.h"

struct out {
	int fd, err_fd;
	enum buffering buffering;
	bool colour; /* of err_fd */
	bool no_warnings; /* of places of the script */
	struct buf pending; /* not written yet: append here, then out_end() */
	int error; /* errno of the first write that failed */
};

/* Zeroed before; borrows the descriptors. */
void out_init(struct out *o, const struct session_opts *opts);
void out_free(struct out *o); /* what is pending is lost: out_flush() first */

/* One piece of output (an event, a map) is complete in o->pending. */
void out_end(struct out *o);

/* Nothing more comes for a while: lines that are complete should be seen. */
void out_idle(struct out *o);

/* Writes all. 0 or -errno of the first write that ever failed. */
int out_flush(struct out *o);

/* A line, or part of one, about the run. */
void out_say(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "Attached 3 probes". */
void out_attached(struct out *o, size_t n);

/* That takes long: how many of them already are. */
void out_attaching(struct out *o, size_t done, size_t total);

/* A place of the script, its line with an underline, and what happened. */
void out_site(struct out *o, const struct plan_site *site,
	      enum severity severity, bool with_line, struct str text);

/* A line about the run without a place. */
void out_warn(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
