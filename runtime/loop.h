/* SPDX-License-Identifier: Apache-2.0 */
/* loop.h - waiting for what happens: events, signals, the end of a process.
 * Nothing wakes up without a reason. */
#ifndef ESPY_RUNTIME_LOOP_H
#define ESPY_RUNTIME_LOOP_H

#include "runtime/session_impl.h"

/* Opens what is waited for and takes over SIGINT, SIGTERM and SIGHUP.
 * -errno after a report. */
int loop_open(struct session *s);

/* Until there is a reason to end. -errno after a report. */
int loop_run(struct session *s);

/* One turn of a loop of the caller's: see session_turn(). */
int loop_turn(struct session *s);

/* Gives the signals back. */
void loop_close(struct session *s);

/* The number of a signal that came since loop_open() and will end the trace; 0:
 * none. */
int loop_ending_signal(const struct session *s);

/* It came before the trace began: takes it, so that another one ends the
 * process at once; the status is as shells have it. Shows what begin has said.
 */
void loop_end_early(struct session *s);

#endif
