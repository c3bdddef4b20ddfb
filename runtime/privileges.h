/* SPDX-License-Identifier: Apache-2.0 */
/* privileges.h - which of a process's capabilities a run needs, what to say
 * where one is missing, and giving up those that are not needed any more. */
#ifndef ESPY_RUNTIME_PRIVILEGES_H
#define ESPY_RUNTIME_PRIVILEGES_H

#include "runtime/session_impl.h"

/* A set of capabilities: bit n is the kernel's number n. */
uint64_t privileges_have(void);

/* What a probe needs to be loaded and attached. */
uint64_t privileges_need(const struct session *s, const struct plan_probe *p);

/* What of need is not in have: CAP_SYS_ADMIN stands for CAP_BPF and
 * CAP_PERFMON. */
uint64_t privileges_missing(uint64_t need, uint64_t have);

/* "CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN" */
void privileges_text(uint64_t set, struct buf *out);

/* After the kernel has refused p, or to load all of it (NULL): hints that name
 * the probes and what is missing for them. */
void privileges_hint(struct session *s, const struct plan_probe *p);

/* Everything is attached: keeps what reading and naming what comes needs, and
 * what ends the command. Not where the process is shared with others, or
 * programs are yet to be run. */
void privileges_drop(struct session *s);

#endif
