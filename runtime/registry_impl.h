/* SPDX-License-Identifier: Apache-2.0 */
/* registry_impl.h - what sessions do with a registry. Those without one may
 * call all of this: nothing happens. */
#ifndef ESPY_RUNTIME_REGISTRY_IMPL_H
#define ESPY_RUNTIME_REGISTRY_IMPL_H

#include "runtime/registry.h"
#include "runtime/session_impl.h"

/* Before the load: maps of the object that are there already are those.
 * -errno after a report. */
int registry_reuse(struct session *s);

/* After it: new ones are there for others from now on. */
void registry_take(struct session *s);

/* The session does not use any of them any more. */
void registry_release(struct session *s);

struct symbols *registry_symbols(struct registry *r);
const struct stacks *registry_stacks(const struct registry *r);

#endif
