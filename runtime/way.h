/* SPDX-License-Identifier: Apache-2.0 */
/* way.h - what trampolines are put on: functions as BTF numbers them, targets
 * that the kernel refuses, and kprobes that fentry and fexit stand for. */
#ifndef ESPY_RUNTIME_WAY_H
#define ESPY_RUNTIME_WAY_H

#include "runtime/session_impl.h"

/* Which kprobes are loaded as trampolines: those that allow it, on a kernel
 * that has their functions as they were when the script was compiled. All
 * programs of one function go the same way, since their order counts. */
void way_choose(struct session *s);

/* Are the kprobes of a function ("module:function") trampolines? */
bool way_is_trampoline(const struct session *s, struct str function);

/* The kernel refused the object: tells which targets of wildcards it refuses
 * and which kprobes have to be kprobes. True: the next try is for less. */
bool way_lessen(struct session *s, int err);

/* Sets the function that a program is for; one of a module is not mistaken for
 * one of the kernel. What this kernel does not have is not loaded. */
void way_set_target(struct session *s, const struct plan_probe *p,
		    struct bpf_program *prog);

/* Makes libbpf load the programs of modules' functions as way_set_target()
 * says, from before the object is opened until it is loaded. */
int way_register(struct session *s);
void way_unregister(int handler);

/* Attaches the trampolines of kprobes; when the kernel does not let us, they
 * are loaded once more as kprobes, for attach_all() to attach. -errno after a
 * report. */
int way_attach(struct session *s);

/* -v: how each kprobe is attached. */
void way_report(struct session *s);

#endif
