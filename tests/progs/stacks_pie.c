/* SPDX-License-Identifier: Apache-2.0 */
/* stacks_pie - like stacks, with shared libraries and at any address. */
#include "stacks.c"
