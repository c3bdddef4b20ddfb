/* SPDX-License-Identifier: Apache-2.0 */
/* symbols.h - names for addresses of the kernel and of processes.
 * Used by whatever prints ksym, usym and stacks. What processes have mapped is
 * remembered after they have ended (processes.h); files are read once
 * (symbol_files.h). All is bounded. */
#ifndef ESPY_RUNTIME_SYMBOLS_H
#define ESPY_RUNTIME_SYMBOLS_H

#include "machine/machine.h"

struct symbols;
struct processes;

/* A place in a function. Texts are valid until the next question. */
struct symbol {
	struct str name; /* empty: only the file is known */
	uint64_t offset; /* from the function's start; from the file's without
			    a name */
	struct str file; /* the binary; of the kernel the module, or empty */
	const source_vec *source; /* of symbols_debug_info(); NULL: not known */
};

/* Costs nothing until something is asked. m is borrowed, for the kernel's
 * symbols. */
struct symbols *symbols_open(struct machine *m);
void symbols_free(struct symbols *s);

/* Names of C++ and Rust as in their source from now on, or as they are. */
void symbols_demangle(struct symbols *s, bool on);

/* Places in sources besides names from now on, from debug information. */
void symbols_debug_info(struct symbols *s, bool on);

/* Reads where a process has its files now, so that addresses of it can be
 * named after it has ended. Nothing happens when that cannot be read. */
void symbols_see(struct symbols *s, uint32_t pid);

/* What it knows of processes; borrowed. */
struct processes *symbols_processes(struct symbols *s);

/* symbol_files_path() and symbol_files_is_file(). */
struct image;
bool symbols_path(struct symbols *s, uint32_t pid, const struct image *image,
		  struct buf *out);
bool symbols_is_file(const struct image *image);

/* False when nothing is known of the address. time: when the process had it
 * (ns, monotonic), 0 is at last. */
bool symbols_kernel(struct symbols *s, uint64_t address, struct symbol *out);
bool symbols_user(struct symbols *s, uint32_t pid, uint64_t time,
		  uint64_t address, struct symbol *out);

/* Append the function's name, without offset. Without a name nothing is
 * appended and the answer is false: callers print the number. */
bool symbols_ksym(struct symbols *s, uint64_t address, struct buf *out);
bool symbols_usym(struct symbols *s, uint32_t pid, uint64_t address,
		  struct buf *out);

/* Appends the paths of a control group; false: it has none. */
bool symbols_cgroup(struct symbols *s, uint64_t id, struct str hierarchies,
		    struct buf *out);

#endif
