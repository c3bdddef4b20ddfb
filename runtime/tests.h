/* SPDX-License-Identifier: Apache-2.0 */
/* tests.h - --test and --bench: probes that espy runs to see whether, and how
 * fast, a script works. What a test prints is shown when it fails. */
#ifndef ESPY_RUNTIME_TESTS_H
#define ESPY_RUNTIME_TESTS_H

#include "runtime/session_impl.h"

/* Is this the kind of probe that the options ask for? */
bool tests_wants(const struct session *s, enum probe_kind kind);

/* Runs them all, after the other probes have been attached. A test that fails
 * makes the session's status 1. -errno after a report. */
int tests_run(struct session *s);

#endif
