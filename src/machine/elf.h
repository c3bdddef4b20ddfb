/* SPDX-License-Identifier: Apache-2.0 */
/* elf.h - what the files about ELF and debug information share. Not for
 * others. */
#ifndef ESPY_MACHINE_ELF_H
#define ESPY_MACHINE_ELF_H

#include <elfutils/libdwfl.h>
#include <gelf.h>

#include "machine/internal.h"

struct elf_file {
	int fd;
	Elf *elf;
	size_t n_segments;
};

/* 0, -errno, or -ENOEXEC for what is no ELF. Close in either case. */
int elf_open(const char *path, struct elf_file *f);
void elf_close(struct elf_file *f);

#define auto_elf __attribute__((cleanup(elf_close)))

/* Offset in the file of a virtual address; false when it has none. */
bool elf_to_offset(const struct elf_file *f, uint64_t address, uint64_t *out);

/* Takes "@VERSION" and "@@VERSION" off. */
struct str elf_plain_name(const char *name);

/* --- elf_more.c ------------------------------------------------------------- */

/* A file with its debug information: its own, that of .gnu_debugdata, of
 * .gnu_debuglink or by build-id, for which root (the file's "/") is looked
 * at, too. libdw adds bias to addresses of the file. */
struct debug {
	Dwfl_Callbacks calls;
	char *folders;
	Dwfl *dwfl;
	Dwfl_Module *module;
	GElf_Addr bias;
};

/* False when libdw cannot use the file. Close in either case. */
bool debug_open(struct debug *d, const char *path);
void debug_close(struct debug *d);

#define auto_debug __attribute__((cleanup(debug_close)))

/* A variable, which is not each thread's own? */
bool elf_is_data(const GElf_Sym *sym);

/* Functions (with has_data variables, too) that are only in the separate
 * symbols of a stripped file. */
void elf_read_separate(const struct elf_file *f, const char *path,
		       struct str pattern, bool has_data, struct arena *a,
		       elf_symbol_vec *out);

/* Sets address and offset of an indirect function (strlen of libc) to those of
 * what the loader chose. False unless this process has the library, too. */
bool elf_settle_indirect(const struct elf_file *f, const char *path,
			 struct elf_symbol *sym);

#endif
