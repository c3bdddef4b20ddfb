/* SPDX-License-Identifier: Apache-2.0 */
/* nomem.c - where LLVM finds no memory the command ends as elsewhere: with a
 * message and a status, not by a signal. */
#include "base/mem.h"

#include <stdbool.h>

typedef void (*new_handler)(void);
typedef void (*bad_alloc_handler)(void *arg, const char *why, bool is_bug);

/* std::set_new_handler() and llvm::install_bad_alloc_error_handler(), which C
 * has no names for. Where one is missing there is nothing to set. */
new_handler set_new_handler(new_handler handler) __asm__(
	"_ZSt15set_new_handlerPFvvE") __attribute__((weak));
void set_bad_alloc(bad_alloc_handler handler, void *arg) __asm__(
	"_ZN4llvm31install_bad_alloc_error_handlerEPFvPvPKcbES0_")
	__attribute__((weak));

static void no_memory(void *arg, const char *why, bool is_bug)
{
	(void)arg;
	(void)why;
	(void)is_bug;
	mem_none();
}

/* Before LLVM's own constructors, which allocate. */
static void __attribute__((constructor(101))) begin(void)
{
	if (set_new_handler)
		set_new_handler(mem_none);
	if (set_bad_alloc)
		set_bad_alloc(no_memory, NULL);
}
