/* SPDX-License-Identifier: Apache-2.0 */
/* symbols.h - names for addresses of the kernel and of processes.
 * Used by whatever prints ksym, usym and stacks. A process is read when an
 * address of it is asked for first and remembered after it has ended; files
 * are read once. Both caches are bounded: the one unused longest goes. */
#ifndef ESPY_RUNTIME_SYMBOLS_H
#define ESPY_RUNTIME_SYMBOLS_H

#include "machine/machine.h"

struct symbols;

/* A place in a function. Texts are valid until the next question. */
struct symbol {
	struct str name; /* empty: only the file is known */
	uint64_t offset; /* from the function's start; from the file's without
			    a name */
	struct str file; /* the binary; of the kernel the module, or empty */
};

/* Costs nothing until something is asked. m is borrowed, for the kernel's
 * symbols. */
struct symbols *symbols_open(struct machine *m);
void symbols_free(struct symbols *s);

/* Names of C++ and Rust as in their source from now on, or as they are. */
void symbols_demangle(struct symbols *s, bool on);

/* Reads where a process has its files now, so that addresses of it can be
 * named after it has ended. Nothing happens when that cannot be read. */
void symbols_see(struct symbols *s, uint32_t pid);

/* False when nothing is known of the address. */
bool symbols_kernel(struct symbols *s, uint64_t address, struct symbol *out);
bool symbols_user(struct symbols *s, uint32_t pid, uint64_t address,
		  struct symbol *out);

/* Append the function's name, without offset. Without a name nothing is
 * appended and the answer is false: callers print the number. */
bool symbols_ksym(struct symbols *s, uint64_t address, struct buf *out);
bool symbols_usym(struct symbols *s, uint32_t pid, uint64_t address,
		  struct buf *out);

/* Appends the paths of a control group; false: it has none. */
bool symbols_cgroup(struct symbols *s, uint64_t id, struct str hierarchies,
		    struct buf *out);

#endif
