/* SPDX-License-Identifier: Apache-2.0 */
/* losses.h - events that fired and whose programs did not run: what the kernel
 * counts for links (kprobes that hit while another one was at work) and for
 * programs (one ran already on that CPU). */
#ifndef ESPY_RUNTIME_LOSSES_H
#define ESPY_RUNTIME_LOSSES_H

#include "runtime/session_impl.h"

/* What links have counted is gone with them: notes it before any is closed.
 * May be called again; adds what is new. */
void losses_note(struct session *s);

/* Not run so far (links: until noted), of probe i and those that share its program. */
uint64_t losses_missed(const struct session *s, size_t i);

/* A counter cannot be read: counts as 0, which losses_report() tells once. */
void losses_untold(const struct session *s, int error);

/* A line for each probe that has missed something, or was passed over since
 * there were too many events in a second. */
void losses_report(struct session *s);

#endif
