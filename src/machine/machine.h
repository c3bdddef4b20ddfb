/* SPDX-License-Identifier: Apache-2.0 */
/* machine.h - facts about a kernel and its binaries: the only door to /sys,
 * /proc, BTF, tracefs and ELF files for everyone else.
 *
 * machine_open(NULL) is this machine; machine_open("tests/data/host") reads
 * the same file formats below a folder: the tests' fake machine. Every fact is
 * looked up when first asked for and then kept: opening costs nothing, BTF is
 * opened by the first question about a type and never before.
 *
 * Functions that fail report once in the diags given to machine_open() and
 * return -errno or NULL, unless said otherwise. */
#ifndef ESPY_MACHINE_MACHINE_H
#define ESPY_MACHINE_MACHINE_H

#include "base/diag.h"
#include "plan/abi.h"
#include "plan/type.h"

struct machine;
typedef VEC(struct str) str_vec;

/* root: NULL or a folder that stands for /. Borrowed: root, d. */
struct machine *machine_open(const char *root, struct diags *d);
void machine_close(struct machine *m);

/* Kernel release ("6.1.0-50-amd64") and version as major << 16 | minor. */
struct str machine_release(struct machine *m);
uint32_t machine_version(struct machine *m);
int machine_cpus(struct machine *m); /* possible CPUs */

/* The kernel writes a value for each possible CPU, so nothing may be read into
 * a guess: -errno when their number is one. Without a report. */
int machine_cpus_error(struct machine *m);

/* The ids of the threads of a process, as text; -errno without a report. */
int machine_threads(struct machine *m, int pid, struct arena *a, str_vec *out);

/* Appends "HIERARCHY:/PATH" of the control group for each mounted hierarchy
 * that has it and matches the glob (empty: all), "unified" for version 2.
 * False when there is none. Remembered after the group is gone. */
bool machine_cgroup_path(struct machine *m, uint64_t id, struct str hierarchies,
			 struct buf *out);

/* A path below the machine's root, in the machine's arena. */
const char *machine_path(struct machine *m, const char *path);

/* --- types (btf.c) --------------------------------------------------------- */

bool machine_has_btf(struct machine *m);

/* Has any question opened BTF so far? (A test holds that scripts without
 * kernel types never do.) */
bool machine_btf_is_open(const struct machine *m);

/* "struct task_struct", "union x", "enum y", or a typedef's name; NULL when
 * unknown (not reported: the caller knows the place). Structs come back lazy:
 * type->origin != 0; their name is empty when C gives them none but a
 * typedef's. Forward declarations are resolved to the definition when
 * there is one. vmlinux first, then modules that are loaded. */
const struct type *machine_type(struct machine *m, struct types *t,
				struct str name);

/* Where a field of a lazy record is. Finds members of anonymous structs and
 * unions; offset is from the start of record. False when it has none. */
bool machine_field(struct machine *m, struct types *t,
		   const struct type *record, struct str name,
		   struct field *out);

/* All fields with offsets, anonymous members flattened; n_fields set; records
 * that lie inside are complete too, those behind pointers stay lazy. Records
 * that are already complete, or have no definition, come back as they are. */
const struct type *machine_complete(struct machine *m, struct types *t,
				    const struct type *record);

/* The names of all fields, for suggestions and listings. */
void machine_field_names(struct machine *m, const struct type *record,
			 struct arena *a, str_vec *out);

/* Value of an enumerator of any kernel enum; its enum type in *type. */
bool machine_enumerator(struct machine *m, struct types *t, struct str name,
			int64_t *value, const struct type **type);

/* Names of vmlinux's types that match a pattern, "struct task_*", in byte
 * order; none without BTF. */
void machine_types(struct machine *m, struct str pattern, struct arena *a,
		   str_vec *out);

/* Names of types for suggestions: calls nothing when BTF is missing. */
void machine_suggest_type(struct machine *m, struct str name,
			  struct suggest *s);

/* Arguments of a kernel function (vmlinux or module) as a record "struct
 * args": one field per parameter in slots of 8 bytes (a struct by value takes
 * as many as it needs); *ret its result type (TY_NONE for void). Pointers have
 * space AS_KERNEL, or AS_USER where BTF says __user. NULL when BTF does not
 * know it. */
const struct type *machine_function_args(struct machine *m, struct types *t,
					 struct str module, struct str name,
					 const struct type **ret);

/* Arguments of a raw tracepoint (btf_trace_NAME without its first, void *),
 * as above. Pointers to structs have space AS_BTF: others are numbers to the
 * verifier and must be read. */
const struct type *machine_rawtracepoint_args(struct machine *m,
					      struct types *t, struct str name);

/* --- what programs may call (kfunc.c) ---------------------------------------- */

enum kfunc_caller { /* classes of programs that the kernel tells apart */
	CALLER_RAW,
	CALLER_PERF,
	CALLER_TRACEPOINT,
	CALLER_KPROBE,
	CALLER_TRACING,
	CALLER_LSM,
};

/* May such programs call a function of vmlinux? 0 or 1, by loading one;
 * negative: this process may not load programs. */
int machine_kfunc_allowed(struct machine *m, struct str name,
			  enum kfunc_caller caller);

/* --- what programs are put around (btf_trace.c) ---------------------------- */

enum trace_how {
	TRACE_ENTRY, /* fentry */
	TRACE_RETURN, /* fexit */
	TRACE_MODIFY, /* fmodret */
};

/* Why BPF's trampolines cannot be put on a function that can be probed; NULL
 * when they can. module as above. */
const char *machine_untraceable(struct machine *m, struct str module,
				struct str name, enum trace_how how);

/* Can a trampoline do what a kprobe does at the entry (or the return) of a
 * function of that module ("": the kernel itself)? reads: enum trace_reads, what
 * is read there. Arguments that are narrower than a register
 * have anything above them, which differs. */
bool machine_fits_trampoline(struct machine *m, struct str module,
			     struct str name, enum trace_how how,
			     uint64_t reads);

/* A function of a module (or of "vmlinux") as BTF numbers it: a descriptor of
 * the module's BTF, to be closed, 0 for the kernel's, or -errno. */
int machine_btf_function(struct machine *m, struct str module, struct str name,
			 uint32_t *id);

/* A raw tracepoint of the kernel itself as its BTF numbers it (the typedef
 * btf_trace_NAME); 0: it has none of that name. */
uint32_t machine_rawtracepoint_id(struct machine *m, struct str name);

/* machine_function_args() as programs see them: with `follow` pointers to
 * structs have space AS_BTF; other pointers AS_NONE, unless BTF says __user.
 * Without, arguments that are not in registers are left out. */
const struct type *machine_traced_args(struct machine *m, struct types *t,
				       struct str module, struct str name,
				       bool follow, const struct type **ret);

/* Names of LSM hooks by glob ("file_open"), from BTF, in byte order. Are
 * programs of BPF called by them? */
void machine_lsm_hooks(struct machine *m, struct str pattern, struct arena *a,
		       str_vec *out);
bool machine_has_bpf_lsm(struct machine *m);

/* Does the kernel let programs change what the function returns? */
bool machine_is_modifiable(struct machine *m, struct str name);

/* Programs that are loaded on this machine and can be traced, by a glob of
 * the name that their BTF gives them, by id. Needs privileges; a fake machine
 * has none. */
struct bpf_program_id {
	uint32_t id;
	struct str name;
};
typedef VEC(struct bpf_program_id) bpf_program_vec;
void machine_bpf_programs(struct machine *m, struct str pattern,
			  struct arena *a, bpf_program_vec *out);

/* --- iterators (btf_iter.c) ------------------------------------------------ */

/* Names of the kernel's iterators by glob, in byte order. */
int machine_iters(struct machine *m, struct str pattern, struct arena *a,
		  str_vec *out);

/* Does it go over the elements of a map that has to be named? */
bool machine_iter_needs_map(struct str name);

/* What the programs of an iterator are given: pointers to structs have space
 * AS_BTF. NULL when BTF does not know it. */
const struct type *machine_iter_context(struct machine *m, struct types *t,
					struct str name);

/* --- tracepoints (tracefs.c) ----------------------------------------------- */

/* Is tracefs there and readable? 0, -ENOENT (not mounted), -EACCES; reports
 * with the command that mounts it. */
int machine_need_tracefs(struct machine *m);

/* Is it, without a report? */
bool machine_has_tracefs(struct machine *m);

/* "category:event" names that match two globs, in byte order. */
int machine_tracepoints(struct machine *m, struct str category,
			struct str event, struct arena *a, str_vec *out);

/* The context of a tracepoint's program, from its format file: a record named
 * "struct trace_event_raw_EVENT" for messages, except that system calls share
 * "struct syscall_trace_enter" and "..._exit" so that those with equal
 * arguments have one record; offsets are the ABI's. Common fields (common_type,
 * common_pid ...) are left out. Pointers have space AS_USER in category
 * syscalls, else AS_KERNEL; a struct behind one is lazy and its size 0 until
 * machine_complete(), so that it does not open BTF. Char arrays are strings.
 * __data_loc fields have is_data_loc; only an event knows the length of its
 * own: they are strings of 256 bytes, for callers to change, or arrays of 0
 * elements. The integers of a system call have the size C gives them, not that
 * of their slot. NULL with a report when unreadable. */
const struct type *machine_tracepoint_args(struct machine *m, struct types *t,
					   struct str category,
					   struct str event);

/* System call's number on this architecture from tracefs' or the table of
 * names; -1 when unknown. name without "sys_enter_". */
int machine_syscall_number(struct machine *m, struct str name);

/* The name of a system call of this architecture; NULL when there is none of
 * that number. */
const char *machine_syscall_name(struct machine *m, int number);

/* Names of raw tracepoints by glob (from BTF), byte order. module: a glob too;
 * names come back as "module:event" then; "" is any. */
int machine_rawtracepoints_of(struct machine *m, struct str module,
			      struct str pattern, struct arena *a,
			      str_vec *out);

/* The same for any module. */
int machine_rawtracepoints(struct machine *m, struct str pattern,
			   struct arena *a, str_vec *out);

/* --- kernel functions and symbols (symbols.c) ------------------------------- */

/* Can kprobes be attached on this kernel at all? */
bool machine_has_kprobes(struct machine *m);

/* Functions that can be probed, by glob; module "" is any. Names come back as
 * "function" or "module:function" when module was given. From
 * available_filter_functions when readable, else kallsyms text symbols. */
int machine_functions(struct machine *m, struct str module, struct str pattern,
		      struct arena *a, str_vec *out);

/* Were there several functions of one name among those that
 * machine_functions() found last? */
bool machine_had_namesakes(const struct machine *m);

/* Does the kernel forbid kprobes in a function, although it can be traced?
 * False where its list cannot be read. */
bool machine_forbids_kprobe(struct machine *m, struct str name);

/* Why machine_functions() does not know a name, for a message; NULL when the
 * kernel has nothing of that name. */
const char *machine_no_kprobe(struct machine *m, struct str name);

/* A kernel symbol's address; 0 when unknown or hidden from us. */
uint64_t machine_kaddr(struct machine *m, struct str name);

typedef VEC(uint64_t) address_vec;

/* All functions of that name in a module ("": in the kernel itself). */
void machine_namesakes(struct machine *m, struct str module, struct str name,
		       struct arena *a, address_vec *out);

/* The same for a function of a module. */
uint64_t machine_module_kaddr(struct machine *m, struct str module,
			      struct str name);

/* Name and offset for an address; false when unknown. */
bool machine_ksym(struct machine *m, uint64_t address, struct str *name,
		  uint64_t *offset);

/* The module that an address is in; empty: none. */
struct str machine_kmodule(struct machine *m, uint64_t address);

/* --- ELF files (elf.c) -------------------------------------------------------- */

struct elf_symbol {
	struct str name;
	uint64_t address; /* virtual address in the file */
	uint64_t offset; /* offset in the file, what uprobes take */
	uint64_t size; /* 0: unknown */
};
typedef VEC(struct elf_symbol) elf_symbol_vec;

/* Binaries are looked for as this process sees them: below /proc/PID/root when
 * it has a tree of its own. 0: none. Call before the first question. */
void machine_set_process(struct machine *m, int pid);
int machine_process(const struct machine *m);

/* Resolves what a user wrote as a binary: a path (from the machine's root), a
 * program in $PATH, or a library's name as the loader finds it ("libc",
 * "libc.so.6": $LD_LIBRARY_PATH, ld.so.cache, its folders). When the process
 * runs a file that was deleted or replaced since, that one, with a warning.
 * NULL when there is none. */
const char *machine_binary(struct machine *m, struct str name);

/* A file of machine_binary() as the machine or process calls it: without what
 * stands for its /. A slice of file. */
const char *machine_binary_path(struct machine *m, const char *file);

/* Binaries by a pattern: with a '/' of paths, else of the names of the files
 * that the process of machine_set_process() has mapped, or without one all
 * processes of this machine. Each once, by inode, in byte order; at most
 * max. Nothing is reported. */
void machine_binaries(struct machine *m, struct str pattern, size_t max,
		      struct arena *a, str_vec *out);

/* What the answers about binaries so far depend on: appends the files and
 * folders that were looked at, or for, with those that have symbols of a binary,
 * and the variables of the environment. False: they depend on more than that
 * (processes, patterns of paths, a loader without its cache). */
bool machine_looked(struct machine *m, struct arena *a, str_vec *files,
		    str_vec *variables);

/* Functions of an ELF by glob, in byte order, without duplicates (two local
 * functions of one name are two): from .symtab and .dynsym, and when the first
 * was stripped from .gnu_debugdata, .gnu_debuglink's or the build-id's file.
 * -errno with a report when not an ELF. */
int machine_elf_functions(struct machine *m, const char *path,
			  struct str pattern, struct arena *a,
			  elf_symbol_vec *out);

/* The same for who has no diagnostics to fill: -errno without a report,
 * -ENOEXEC when not an ELF. Reads the file each time. Indirect functions
 * (strlen of libc) are the one that the loader chose, if it is known because
 * this process has the library, too; else they are left out. */
int machine_elf_symbols(const char *path, struct str pattern, struct arena *a,
			elf_symbol_vec *out);

/* A function or variable of an ELF by its name, also where only the separate
 * symbols have it; offset is 0 for what is not in the file (.bss). Of several
 * the one with the lowest address. Nothing is reported. */
bool machine_elf_symbol(const char *path, struct str name, struct arena *a,
			struct elf_symbol *out);

/* Appends the stubs through which an ELF calls functions of libraries, by the
 * name of what is called: "puts@plt". Nothing is reported. */
void machine_elf_stubs(const char *path, struct arena *a, elf_symbol_vec *out);

/* The functions of what the kernel maps into each process as [vdso]. */
void machine_vdso_symbols(struct arena *a, elf_symbol_vec *out);

/* Appends what .eh_frame says of callers, as rows by offset in the file;
 * nothing for what has none. Nothing is reported. Reads the file each time. */
typedef VEC(struct unwind_row) unwind_row_vec;
void machine_elf_unwind(const char *path, struct arena *a, unwind_row_vec *out);

/* The same code as a file: a descriptor; -1: there is none. */
int machine_vdso_file(void);

/* Is it an indirect function? */
bool machine_elf_is_indirect(const char *path, struct str name);

/* Offset in the file of a virtual address; -1 when outside every segment. */
int64_t machine_elf_offset(struct machine *m, const char *path,
			   uint64_t address);

/* Was it built by Go, whose functions take arguments in registers of its own
 * and move their stacks? */
bool machine_elf_is_go(const char *path);

/* --- debug information of programs (dwarf.c) ------------------------------------ */

/* Arguments of the function at an address of a binary, as a record "struct
 * args" of the registers they come in, 8 bytes for each, and behind these of the
 * stack above the return address. Those that come in floating point registers,
 * or otherwise cannot be read, are left out: *missing names them, "a, b". *ret:
 * its result, NULL when it has none in a register of integers. Pointers have
 * space AS_USER. NULL without debug information about it. Of Go, whose
 * convention is another, only what the debug information tells the place of. */
const struct type *machine_user_args(struct machine *m, struct types *t,
				     const char *path, uint64_t address,
				     const struct type **ret,
				     struct str *missing);

/* Where the code of a line starts, one address for each function or inlined
 * copy that has it: file is the end of the source's path, column 0 is any.
 * When there is none, *near is the next line of the file that has code, or 0.
 * False without debug information. */
bool machine_user_line(struct machine *m, const char *path, struct str file,
		       uint64_t line, uint64_t column, struct arena *a,
		       address_vec *out, uint64_t *near);

/* What the source has at an offset of a binary: first the functions that were
 * inlined there, the innermost first, last the function itself. Texts are the
 * machine's. False without debug information about the place. */
struct source_place {
	struct str inlined; /* its name; empty: the function itself */
	struct str file; /* empty: not known */
	uint32_t line;
};
typedef VEC(struct source_place) source_vec;
bool machine_user_source(struct machine *m, const char *path, uint64_t offset,
			 struct arena *a, source_vec *out);

/* --- names of C++ and Rust (demangle.c) --------------------------------------- */

/* "ns::f(int)" of "_ZN2ns1fEi", in a; empty when name is not mangled. Without
 * params: "ns::f". */
struct str machine_demangle(struct str name, bool with_params, struct arena *a);

/* Does a mangled name stand for what a user wrote? A pattern without
 * parentheses matches any arguments, one without <> any of templates; blanks
 * do not count. */
bool machine_demangled_match(struct str name, struct str pattern);

#endif
