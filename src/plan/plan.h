/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - the contract between compiler and runtime: what to attach, what
 * the bytes that come back mean, and what is still unknown until load time.
 *
 * Ids instead of pointers between tables; strings and arrays live in the
 * plan's arena; no function pointers, no AST, no LLVM, no BTF handles. A plan
 * is stored in section .espy of its own BPF object: a saved program is an
 * ordinary ELF. */
#ifndef ESPY_PLAN_PLAN_H
#define ESPY_PLAN_PLAN_H

#include "base/diag.h"
#include "plan/options.h"
#include "plan/type.h"

#define PLAN_VERSION 6 /* raise with every change of the encoding */

/* Bounds that plan_validate() enforces on plans from anywhere. */
#define PLAN_MAX_STRING   (1u << 20)
#define PLAN_MAX_PAYLOAD  (1u << 18) /* bytes of one event */
#define PLAN_MAX_ELEMENTS 65536 /* of any table */
#define PLAN_MAX_BYTES    (4u << 20) /* encoded */

/* How a map is stored. */
enum map_store {
	MS_ARRAY, /* one element: scalars; N elements: let @m = array(N) */
	MS_PERCPU_ARRAY,
	MS_HASH,
	MS_PERCPU_HASH,
	MS_LRU_HASH,
	MS_PERCPU_LRU_HASH,
	MS_N,
};

struct plan_map {
	struct str name; /* "@bytes": what the user sees */
	struct str symbol; /* "AT_bytes": its name in the ELF */
	enum map_store store;
	type_id key; /* 0: scalar, one element at index 0 (uint32_t) */
	type_id value;
	uint32_t max_entries;
	bool is_pair; /* the symbol is an array of maps whose element 0 is the
			 map: another one can take its place (EF_TAKE) */
};

/* A scalar of MS_ARRAY always exists: behind its value (at the next multiple of
 * 8) a uint64_t says whether it was ever given one and not deleted since.
 * Offset of that mark; 0: this map has none. */
uint32_t plan_map_mark(const struct plan_map *m, const struct type *value);

/* Is its memory found when entries are added, since there would be too much of
 * it otherwise? */
bool plan_map_is_sparse(const struct plan_map *m, const struct type *value);

/* What to attach: a row of attach_ops[] in the runtime. */
enum probe_kind {
	PK_BEGIN, /* runs once before the others are attached */
	PK_END, /* runs once after they are detached */
	PK_INTERVAL, /* rate ns, on one CPU */
	PK_PROFILE, /* rate, on every CPU */
	PK_TRACEPOINT, /* module = category, targets = events */
	PK_SYSCALLS, /* one of raw_syscalls' two for many system calls:
			     targets = sys_enter_* or sys_exit_* names */
	PK_RAWTRACEPOINT, /* targets = events; typed by BTF */
	PK_KPROBE, /* targets = functions, module optional */
	PK_FENTRY, /* target = a function of the kernel, typed by BTF */
	PK_FMODRET, /* the same, where its result could be changed */
	PK_LSM, /* target = a hook: file_open */
	PK_BPF_PROG, /* target = a program that is loaded, offset = its id or
			0 for any of that name */
	PK_UPROBE, /* path, targets = symbols, or offset */
	PK_USDT, /* path, targets = "provider:name", operands */
	PK_SELF, /* target = a signal that espy gets: "SIGUSR1" */
	PK_TEST, /* target = its name: run with --test */
	PK_BENCH, /* the same with --bench */
	PK_SOFTWARE, /* targets = names of counters.h, rate = count */
	PK_HARDWARE, /* the same, counted by the processor */
	PK_ITER, /* targets = the iterator's name, path = where it is pinned,
		    module = the map that it goes over */
	PK_WATCHPOINT, /* offset = address, or of it from the kernel's symbol
			  in targets; rate = bytes, module = "w", "rw", "x" */
	PK_N,
};

enum probe_flags {
	PF_RETURN = 1 << 0, /* kretprobe, uretprobe, fexit */
	PF_FREQUENCY = 1 << 1, /* rate is in Hz instead of ns */
	PF_ADDRESS = 1 << 2, /* offset is an address in the file: no target */
	PF_COOKIE = 1 << 3, /* the attach cookie is the name's index: the
				  program reads it (probe builtin) */
	PF_REGS = 1 << 4, /* the program reads other registers than those of
				  the arguments, or of the result */
	PF_AT_ONCE = 1 << 5, /* an iterator that cannot be left and gone on
				  with */
	PF_TRAMPOLINE = 1 << 6, /* a kprobe that fentry or fexit can stand for:
				   the program asks FX_TRAMPOLINE which it is */
	PF_ALL = (1 << 7) - 1,
	PF_ABSENT = 1 << 7, /* never saved: nothing of it is here */
};

/* An argument that the program reads where it was when the script was
 * compiled. */
struct plan_arg {
	struct str name;
	struct str type; /* as messages write it */
	uint32_t offset, size; /* bytes */
};

struct plan_probe {
	struct str name; /* as written, expanded: "tracepoint:a:b" */
	struct str symbol; /* function in the ELF; several probes may share it
			      (targets of one shape) */
	enum probe_kind kind;
	struct str module; /* category, kernel module; "" when none */
	struct str path; /* binary; "" when none */
	struct str operands; /* PK_USDT: those of the sites that the program is
				for; "_" for what it does not read; "": all */
	VEC(struct str) targets;
	/* Attach points of one number are looked for anew where a saved program
	 * runs: pattern stands for targets (several, with blanks between),
	 * where for modules or files. 0: the targets are settled. */
	uint32_t point;
	struct str where, pattern;
	VEC(struct plan_arg) args; /* that targets must have */
	VEC(uint32_t)
	names; /* plan.names[names.v[i]] is target i's full name;
				a probe without targets has one name */
	uint64_t offset; /* bytes into the function, or the address */
	uint64_t rate; /* ns, or Hz with PF_FREQUENCY; with PF_TRAMPOLINE what
			  the program reads (enum trace_reads) */
	uint32_t flags;
};

/* How many things it is attached to, as far as the plan knows. */
size_t plan_probe_targets(const struct plan_probe *p);

/* What a record in the ring buffer means: a row of event_ops[]. */
enum event_kind {
	EV_NONE, /* plan.events[0]: never sent */
	EV_PRINTF, /* text = format, payload = arguments */
	EV_PRINT_VALUE, /* payload = one field */
	EV_PRINT_MAP, /* map, payload {u32 top, u32 div} */
	EV_PRINT_ENTRY, /* map, payload {key}: print(@m[k]) read in user space */
	EV_CLEAR, /* map */
	EV_ZERO, /* map */
	EV_TIME, /* text = strftime format */
	EV_EXIT, /* payload {u8 code} */
	EV_WARN, /* site; payload {i64 code} */
	EV_JOIN, /* text = separator, payload {u32 n, string[N] x n} */
	EV_CAT, /* text = format of the path, payload = arguments */
	EV_ERRORF, /* text = format; printed with site's place on stderr */
	EV_WARNF,
	EV_SYSTEM, /* text = format of the command; unsafe */
	EV_PERCENTILE, /* map, payload {key} or nothing; text = numbers from 0
			  to 100 with a blank between: "50 99.9" */
	EV_PRINT_TABLE, /* maps of the same keys, payload as EV_PRINT_MAP */
	EV_PACKET, /* text = a file; comes with its packet in a buffer of its
		      own: abi.h, struct packet_head */
	EV_N,
};

enum event_flags {
	/* Of a map that is_pair: the first event that shows what is cleared
	 * next takes it out of the kernel, those after it use what it took, and
	 * the last lets go of that, so that all mean the same set. */
	EF_TAKE = 1 << 0,
	EF_ZERO = 1 << 1, /* with EF_TAKE: the keys stay, with zero */
	EF_TAKEN = 1 << 2,
	/* How maps are printed. */
	EF_SORT_KEY = 1 << 3, /* instead of the order of their kind */
	EF_SORT_VALUE = 1 << 4,
	EF_DOWN = 1 << 5, /* the largest first */
	EF_FIRST = 1 << 6, /* top: the first ones, not the last */
	EF_RATE = 1 << 7, /* per second since the last time */
	EF_ALL = (1 << 8) - 1,
};

struct plan_column {
	uint32_t map; /* index into maps */
	uint32_t flags; /* EF_TAKE, EF_ZERO, EF_TAKEN */
};

struct plan_event {
	enum event_kind kind;
	type_id payload; /* a record (0: nothing follows the head) */
	struct str text;
	uint32_t map; /* index into maps; for kinds that have one */
	uint32_t site; /* index into sites; 0: none */
	uint32_t flags; /* enum event_flags */
	VEC(struct plan_column) columns; /* EV_PRINT_TABLE: map is the first */
};

/* A value unknown when compiling: a row of fixup_ops[] fills a slot of
 * .rodata.espy before load, where the verifier sees a constant. */
enum fixup_kind {
	FX_PARAM, /* arg "1": positional parameter as int64_t */
	FX_PARAM_TEXT, /* arg "1": as text, NUL padded to size */
	FX_NPARAMS, /* $# */
	FX_TARGET_PID, /* -p's pid (tgid), 0 without */
	FX_CHILD_PID, /* -c's pid, 0 without */
	FX_SELF_PID, /* the pid of espy itself */
	FX_NCPUS, /* possible CPUs */
	FX_START_NS, /* bpf_ktime_get_boot_ns() at start */
	FX_KADDR, /* arg = kernel symbol */
	FX_UADDR, /* arg = "path:symbol", "path:provider:name" of a mark that
		     is in one place: its address in the file */
	FX_CGROUPID, /* arg = path */
	FX_OPTION, /* arg = name of a parameter --name=...: int64_t */
	FX_OPTION_TEXT, /* the same as text */
	FX_PIDNS_DEV, /* device and inode of the pid namespace that pid and */
	FX_PIDNS_INO, /* tid are seen from; 0: the first one, nothing to do */
	FX_TAI_NS, /* CLOCK_TAI minus the time since boot, at start */
	FX_TRAMPOLINE, /* arg = "function" or "module:function": 1 when the
			  kprobes of it are fentry and fexit */
	FX_N,
};

struct plan_fixup {
	enum fixup_kind kind;
	struct str arg;
	uint32_t offset, size; /* slot in .rodata.espy */
	struct str fallback; /* FX_OPTION*: the default, as text */
	struct str doc; /* FX_OPTION*: the description */
};

/* A place of the script that may warn while tracing. */
enum site_kind {
	SITE_NONE, /* sites[0] */
	SITE_PLACE, /* no condition: the place of errorf() and warnf() */
	SITE_DIVISION, /* division or remainder by zero: 1 is the result */
	SITE_MAP_FULL, /* an update found no room: map = which */
	SITE_READ, /* a read of memory failed: counted, told at the end */
	SITE_LOOP, /* a loop stopped at its bound */
	SITE_HELPER, /* a helper failed; code = -errno */
	SITE_THREAD, /* no room for what belongs to the thread */
	SITE_READ_NOW, /* the same with -k, told while it runs, too */
	SITE_KEY, /* -k: the map has no such key */
	SITE_DEPTH, /* too many calls in each other for entry() */
	SITE_STACK, /* a stack was not taken, or not kept; code = -errno */
	SITE_CUT, /* a text was longer than max_strlen: counted, told at the
		     end */
	SITE_PACKET, /* a packet found no room; code = -errno */
	SITE_N,
};

struct plan_site {
	enum site_kind kind;
	uint32_t line, column, end_column; /* from 1, end exclusive */
	struct str file; /* as diag prints it */
	struct str text; /* the source line */
	uint32_t map; /* SITE_MAP_FULL, SITE_KEY */
	uint32_t probe; /* whose program it is; of kinds that have one */
};

/* Is what such a site counts a loss, and told by probe? While a script runs, no
 * more than one of them in a second is told. */
bool plan_site_has_probe(enum site_kind kind);

enum plan_needs { /* bits of plan.needs: said when a kernel lacks one */
	NEED_KERNEL_BTF = 1 << 0,
	NEED_RELEASE = 1 << 1, /* offsets of this kernel release are in it */
	NEED_LOOP = 1 << 2, /* bpf_loop: Linux 5.17 */
	NEED_UNSAFE = 1 << 3, /* made with --unsafe: refused without */
	NEED_ALL = (1 << 4) - 1,
};

struct plan {
	struct arena arena; /* owns everything below */

	uint32_t version; /* PLAN_VERSION */
	struct str arch; /* "x86_64" */
	struct str name; /* of the script: "stdin", "open.bt" */
	struct str release; /* kernel it was compiled for; NEED_RELEASE, or
			       probes have args, or it has constants or
			       enums */
	uint32_t needs;
	uint32_t fixups_size; /* bytes of .rodata.espy */

	struct types types;
	struct options options;
	VEC(struct plan_map) maps;
	VEC(struct plan_probe) probes;
	VEC(struct str) names; /* what values of type probe print */
	void *name_index; /* of plan_name_id(): a tree of tsearch() */
	size_t n_indexed;
	VEC(struct plan_event) events; /* [0] is EV_NONE */
	VEC(struct plan_fixup) fixups;
	VEC(struct plan_site) sites; /* [0] is SITE_NONE */
	/* Of a saved program: enumerators of the kernel's that are in its code,
	 * and names of enums of the kernel's that it prints ("enum x"). */
	VEC(struct enumerator) constants;
	VEC(struct str) enums;

	struct str object; /* the BPF ELF, in the arena; not part of the
			      encoding (it contains it) */
};

/* An empty plan with event 0, site 0 and default options. */
struct plan *plan_new(void);
void plan_free(struct plan *p);

/* Each appends a copy of x (strings are copied into the arena) and returns
 * its index. */
uint32_t plan_add_map(struct plan *p, const struct plan_map *x);
uint32_t plan_add_probe(struct plan *p, const struct plan_probe *x);
uint32_t plan_add_name(struct plan *p, struct str name);

/* The number of a name, which is added unless it is there: what is printed the
 * same has one number, and is one key of a map. */
uint32_t plan_name_id(struct plan *p, struct str name);

/* A field of a context as an argument that a program reads, its texts in a. */
struct plan_arg plan_arg_of(struct arena *a, const struct field *f);

/* Adds it to all probes from first on, once. */
void plan_add_arg(struct plan *p, size_t first, const struct plan_arg *arg);
uint32_t plan_add_event(struct plan *p, const struct plan_event *x);
uint32_t plan_add_site(struct plan *p, const struct plan_site *x);

/* A slot of .rodata.espy, aligned to 8; an equal kind and arg share one.
 * Returns the slot's index; its offset is in fixups.v[]. */
uint32_t plan_add_fixup(struct plan *p, enum fixup_kind kind, struct str arg,
			uint32_t size);

/* Cuts the first number from 0 to 100 off the text of an EV_PERCENTILE. False
 * when there is none; what is left of a text without mistakes is empty. */
bool plan_next_percent(struct str *text, double *out);

/* Every rule a plan obeys: ids in range, payload fields inside their record
 * and aligned, symbols non-empty, slots inside .rodata.espy and disjoint,
 * format strings that fit their payloads. False: says why in d (D_SAVED).
 * The runtime trusts a validated plan and nothing else. */
bool plan_validate(const struct plan *p, struct diags *d);

/* Encoding: appends to out. */
void plan_write(const struct plan *p, struct buf *out);

/* Decodes and validates; NULL with the reason in d (D_SAVED). */
struct plan *plan_read(struct str bytes, struct diags *d);

/* The text form: the same on every machine, small, for --emit=plan and
 * goldens. */
void plan_text(const struct plan *p, struct buf *out);

/* --- saved programs (plan_elf.c) ------------------------------------------ */

bool plan_is_elf(struct str bytes); /* starts like an ELF */

/* Seals an object for saving: appends the 16 bytes (magic, length, hash) by
 * which a truncated or damaged file is recognised. */
void plan_seal(struct buf *elf);

/* From a saved program's bytes (sealed ELF): checks the seal before anything
 * is parsed, reads the section, sets plan->object. NULL with the reason. */
struct plan *plan_from_elf(struct str bytes, struct diags *d);

extern const char *const map_store_names[MS_N];
extern const char *const probe_kind_names[PK_N];
extern const char *const event_kind_names[EV_N];
extern const char *const fixup_kind_names[FX_N];
extern const char *const site_kind_names[SITE_N];

#endif
