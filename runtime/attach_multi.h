/* SPDX-License-Identifier: Apache-2.0 */
/* attach_multi.h - many functions through one BPF link: kprobe.multi and
 * uprobe.multi. Whether a program will be attached so has to be known when it
 * is loaded; kernels without get an event of perf for each function instead.
 * Results are the same. */
#ifndef ESPY_RUNTIME_ATTACH_MULTI_H
#define ESPY_RUNTIME_ATTACH_MULTI_H

#include "runtime/session_impl.h"

/* Decides for every probe of the plan, before the programs get their types:
 * fills s->is_multi. Asks the kernel only when a script could use such a
 * link. */
void multi_choose(struct session *s);

/* What the program of a probe must be loaded as (expected_attach_type). */
uint32_t multi_attach_type(const struct plan_probe *p);

/* Attaches a probe and all others of its program when it is the first of them,
 * else does nothing. -errno after a report. */
int multi_attach(struct session *s, size_t i, int prog_fd);

/* Places in one file for one link, and for each the counter that is raised (0:
 * none) and what the program reads as its cookie. */
struct multi_sites {
	VEC(uint64_t) offsets;
	VEC(uint64_t) counters;
	VEC(uint64_t) cookies;
	bool has_counters;
};

/* Attaches to all of them. -errno without a report. */
int multi_link_sites(struct session *s, int prog_fd, const char *path,
		     const struct multi_sites *sites);

#endif
