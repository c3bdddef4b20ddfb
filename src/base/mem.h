/* SPDX-License-Identifier: Apache-2.0 */
/* mem.h - allocation: arenas for everything that shares a lifetime, the x
 * functions and auto_* attributes for the rest. Used by every layer.
 *
 * Out of memory ends the program with a message and status 2: no caller can do
 * better. */
#ifndef ESPY_BASE_MEM_H
#define ESPY_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Says that there is no memory, and ends the process. */
void mem_none(void) __attribute__((noreturn));

/* malloc, calloc, realloc and strdup that do not return NULL. */
void *xmalloc(size_t size);
void *xzalloc(size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);

/* An arena: memory that is freed all at once. Zeroed is valid and empty.
 * Do not copy a struct arena that is in use. */
struct arena {
	struct arena_block *head; /* newest block */
};

/* size bytes, zeroed and aligned for any type; never NULL, also for 0. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of n bytes followed by a NUL. */
char *arena_copy(struct arena *a, const void *p, size_t n);

/* Formatted text, NUL terminated. */
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);

/* All that from has is a's from now on; from is empty. */
void arena_take(struct arena *a, struct arena *from);

/* Frees everything; the arena is empty and usable afterwards. */
void arena_free(struct arena *a);

#define arena_new(a, T) ((T *)arena_alloc((a), sizeof(T)))

/* Locals that own: `auto_free char *p = xstrdup(s);` frees p on return. */
#define auto_free __attribute__((cleanup(mem_cleanup_free)))
#define auto_fd   __attribute__((cleanup(mem_cleanup_fd)))
#define auto_file __attribute__((cleanup(mem_cleanup_file)))

void mem_cleanup_free(void *pp); /* pp: address of a malloc'ed pointer */
void mem_cleanup_fd(int *fd); /* closes unless negative */
void mem_cleanup_file(FILE **f); /* closes unless NULL */

/* Hands over what an auto_free pointer owns. */
#define take_ptr(pp)                              \
	({                                        \
		__typeof__(*(pp)) taken_ = *(pp); \
		*(pp) = NULL;                     \
		taken_;                           \
	})

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
