/* SPDX-License-Identifier: Apache-2.0 */
/* insn.h - instructions of BPF as text, in C's notation:
 * "r1 = *(u32 *)(r2 + 8)", "if r1 == 0 goto 17". Needs no kernel. */
#ifndef ESPY_RUNTIME_INSN_H
#define ESPY_RUNTIME_INSN_H

#include "base/buf.h"

struct bpf_insn;

/* What numbers in instructions stand for. Each function appends a name, or
 * nothing and returns false: the number is shown. NULL: no names. */
struct insn_names {
	bool (*call)(void *arg, const struct bpf_insn *insn, size_t at,
		     struct buf *out);
	bool (*map)(void *arg, uint32_t id, struct buf *out);
	void *arg;
};

/* Appends instruction `at` of n; jumps tell the instruction they go to. An
 * unknown code is shown as its bytes. Returns how many words it takes: 2 for
 * a constant of 64 bits, else 1. */
size_t insn_text(const struct bpf_insn *insns, size_t n, size_t at,
		 const struct insn_names *names, struct buf *out);

#endif
