/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of machine/ share. Not for others. */
#ifndef ESPY_MACHINE_INTERNAL_H
#define ESPY_MACHINE_INTERNAL_H

#include "machine/machine.h"

struct btf;
struct btf_type;
struct program;
struct program_record;

/* vmlinux is objects.v[0], loaded modules follow. */
struct btf_object {
	struct btf *btf;
	struct str name;
};

struct ksym {
	uint64_t address;
	struct str name, module; /* slices of machine.kallsyms */
	char kind; /* as nm prints it: 't', 'T', 'd' ... */
};

/* Every group of members is filled by the first question to its file. */
struct machine {
	struct arena arena;
	struct str root; /* "" for this machine */
	struct diags *d;
	struct str release;
	uint32_t version;
	int cpus, cpus_error;
	/* btf.c */
	bool btf_tried, modules_tried;
	VEC(struct btf_object) objects;
	VEC(struct str) named; /* types known by name only, see ORIGIN_NAMED */
	struct strmap paths; /* those that were asked for */
	struct strmap found; /* "kind name" -> origin */
	struct strmap functions; /* name -> id in vmlinux, after many asks */
	struct strmap module_functions; /* "module:name" -> object, id */
	unsigned int function_asks, module_asks;
	/* btf_trace.c */
	bool injectable_tried;
	struct buf injectable;
	/* tracefs.c */
	const char *tracefs;
	/* dwarf.c, dwarf_type.c */
	struct program *programs;
	VEC(struct program_record *) records;
	/* process.c: 0 and "" without one */
	int process;
	struct str process_root; /* "" when it sees what we see */
	bool replaced_said;
	struct strmap cgroups; /* cgroup.c: "id hierarchies" -> paths */
	/* looked.c */
	bool looked_widely;
	str_vec looked, looked_up;
	struct strmap looked_seen;
	/* kprobes.c */
	bool kprobes_tried;
	str_vec no_kprobes; /* sorted */
	/* symbols.c */
	bool kallsyms_tried;
	struct buf kallsyms;
	VEC(struct ksym) ksyms; /* by address */
	bool had_namesakes; /* of the last machine_functions() */
};

/* type.origin: object << 24 | BTF id, or ORIGIN_NAMED << 24 | index in
 * machine.named for a type that only its name is known of so far. */
#define ORIGIN_NAMED 0xffu
#define ORIGIN_ID(o) ((o)&0xffffffu)

/* A text that lives as long as the machine, once however often it is asked
 * for. */
const char *machine_intern(struct machine *m, struct str text);
__attribute__((format(printf, 2, 3))) const char *machine_text(
	struct machine *m, const char *fmt, ...);

/* looked.c: notes that an answer about a binary depends on a file or folder, or
 * that there is none; on a variable of the environment, whose value it returns
 * (NULL: none). What depends on more sets looked_widely. */
void look_at(struct machine *m, const char *path);
const char *look_up(struct machine *m, const char *variable);

/* A pointee known by name ("struct iovec"): looked up in BTF when one of its
 * fields is asked for. */
const struct type *machine_named_type(struct machine *m, struct types *t,
				      struct str name);

/* --- btf.c, for btf_type.c and btf_func.c ---------------------------------- */

/* A type in one of the objects. */
struct btf_ref {
	uint32_t object, id; /* id 0: none */
};

/* Opens vmlinux's BTF, or all modules', unless done. False without BTF. */
bool btf_open(struct machine *m);
void btf_open_modules(struct machine *m);

/* NULL when the id is out of range. */
const struct btf_type *btf_get(const struct machine *m, struct btf_ref r);
const char *btf_name(const struct machine *m, struct btf_ref r,
		     uint32_t offset); /* "" when broken */

/* Skips typedefs and qualifiers; id 0 when it ends nowhere. */
struct btf_ref btf_strip(const struct machine *m, struct btf_ref r);

/* A type by name and kind: vmlinux first, then modules. id 0: none. */
struct btf_ref btf_find(struct machine *m, struct str name, uint32_t kind);

/* A type as a value; NULL for void, functions and what is broken. */
const struct type *btf_value_type(struct machine *m, struct types *t,
				  struct btf_ref r);

/* Number of types in an object, base included. */
uint32_t btf_count(const struct machine *m, uint32_t object);

/* --- for binary.c ------------------------------------------------------------- */

/* Paths of a library in the loader's cache: those of this name, or of
 * "NAME.so" and "NAME.so.*" if it has no ".so" in it, in the cache's order.
 * Nothing when there is no cache. */
void ldcache_find(const char *cache, struct str name, struct arena *a,
		  str_vec *out);

/* The file that the process runs instead of path (NULL: it is gone), which was
 * found by this name; else path. Warns once. */
const char *process_file(struct machine *m, struct str name, const char *path);

/* --- btf_func.c, for btf_trace.c -------------------------------------------- */

/* A function (module "": vmlinux, then the modules) and the prototype of one;
 * id 0: none. */
struct btf_ref btf_find_function(struct machine *m, struct str module,
				 struct str name);
struct btf_ref btf_proto_of(const struct machine *m, struct btf_ref func);

/* --- debug information of programs --------------------------------------------- */

/* dwarf.c */
void programs_close(struct machine *m);

/* dwarf_type.c: as machine_field() and the like, for records of programs. */
bool dwarf_field(struct machine *m, struct types *t, const struct type *record,
		 struct str name, struct field *out);
void dwarf_field_names(struct machine *m, const struct type *record,
		       struct arena *a, str_vec *out);
const struct type *dwarf_complete(struct machine *m, struct types *t,
				  const struct type *record, int depth);

/* --- lists ----------------------------------------------------------------- */

/* Sorts in byte order and drops repetitions. */
void str_vec_sort(str_vec *v);

/* Names in a folder except . and .. ; 0 or -errno, nothing is reported. */
int list_folder(const char *path, bool folders_only, struct arena *a,
		str_vec *out);

/* access() by what the process may, capabilities and all, instead of by what
 * the user could who has called it. */
bool is_allowed(const char *path, int mode);

/* Lines: takes the next one off *text, without its end; false at the end. */
bool next_line(struct str *text, struct str *line);

/* Everything up to the next blank or tab, which is dropped with those that
 * follow it. */
struct str next_word(struct str *text);

/* Without blanks at both ends. */
struct str str_trim(struct str s);

#endif
