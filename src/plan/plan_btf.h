/* SPDX-License-Identifier: Apache-2.0 */
/* plan_btf.h - are the types in a saved program's object what they say? libbpf
 * believes them. Layout: the kernel's Documentation/bpf/btf.rst. */
#ifndef ESPY_PLAN_PLAN_BTF_H
#define ESPY_PLAN_PLAN_BTF_H

#include "base/str.h"

/* What is wrong with the bytes of section .BTF: sizes, names and types out of
 * range, types that contain or stand for themselves, members that are none.
 * NULL: nothing. */
const char *plan_btf_wrong(struct str btf);

/* The same for .BTF.ext, whose records name what is in btf, which is right. */
const char *plan_btf_ext_wrong(struct str ext, struct str btf);

#endif
