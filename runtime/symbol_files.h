/* SPDX-License-Identifier: Apache-2.0 */
/* symbol_files.h - the functions of files, of what is mapped without a file,
 * and of code that was made while running (perf-PID.map). Each file is read
 * once for all processes that have it; those unused longest are forgotten.
 * Used by symbols.c. */
#ifndef ESPY_RUNTIME_SYMBOL_FILES_H
#define ESPY_RUNTIME_SYMBOL_FILES_H

#include "machine/machine.h"
#include "runtime/processes.h"

struct symbol_files;

struct symbol_files *symbol_files_open(struct processes *p);
void symbol_files_free(struct symbol_files *s);

/* The function that holds an offset in an image; the process says where files
 * are found. NULL: none. Valid until the next question. */
const struct elf_symbol *symbol_files_find(struct symbol_files *s, uint32_t pid,
					   const struct image *image,
					   uint64_t offset);

/* The function that a process has told of by its map, at an address. */
const struct elf_symbol *symbol_files_made(struct symbol_files *s, uint32_t pid,
					   uint64_t address);

/* Is it a file, with code that was compiled before it ran? */
bool symbol_files_is_file(const struct image *image);

/* The path by which we get at an image that a process has; false: it is gone,
 * or its name is another file's by now. */
bool symbol_files_path(struct symbol_files *s, uint32_t pid,
		       const struct image *image, struct buf *out);

#endif
