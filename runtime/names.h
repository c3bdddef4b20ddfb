/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - what a session does so that addresses of processes have names when
 * they are printed: processes are watched when the script has such addresses.
 * Used by session.c and loop.c. */
#ifndef ESPY_RUNTIME_NAMES_H
#define ESPY_RUNTIME_NAMES_H

struct session;

/* Before anything is attached. Nothing happens for a script without addresses
 * of processes; where the kernel forbids watching, names are those of
 * processes that still run when they are printed. */
void names_start(struct session *s);

/* Readable when names_take() has something to do; -1: never. */
int names_fd(const struct session *s);
void names_take(struct session *s);

/* Notes what processes have mapped until now: before what they did is shown. */
void names_note(struct session *s);

#endif
