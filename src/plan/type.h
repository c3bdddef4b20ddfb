/* SPDX-License-Identifier: Apache-2.0 */
/* type.h - types of values and their byte layout: one system for the checker,
 * for codegen and for the runtime, so that the writer and the reader of bytes
 * cannot disagree.
 *
 * Types are interned in a struct types: equal types are one pointer. The
 * compile has a table of its own; what maps and events reach is imported into
 * the plan's with types_import(). */
#ifndef ESPY_PLAN_TYPE_H
#define ESPY_PLAN_TYPE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"

typedef uint32_t type_id; /* index into types.v; 0 is TY_NONE */

enum type_kind {
	TY_NONE, /* no value: what printf() returns, the key of a scalar map */
	TY_BOOL,
	TY_INT, /* size 1, 2, 4, 8; is_signed */
	TY_PTR, /* elem (NULL: void), space */
	TY_ARRAY, /* elem, count */
	TY_STRING, /* size bytes, NUL terminated unless filled */
	TY_BUFFER, /* uint32_t length, then size - 4 bytes */
	TY_TUPLE, /* fields without names; keys with commas are tuples too */
	TY_RECORD, /* fields with names: C structs and unions, payloads, (a=1) */
	TY_ENUM, /* an integer with names: size, is_signed, enumerators */
	/* printed by name */
	TY_KSYM, /* uint64_t kernel address */
	TY_USYM, /* uint64_t address, uint32_t pid, 4 bytes padding */
	TY_KSTACK, /* uint64_t id of frames in ABI_MAP_STACKS, 0: none; mode,
		      frames */
	TY_USTACK,
	TY_PROBE, /* uint32_t index into plan.names */
	TY_TIMESTAMP, /* uint64_t ns since boot; text: strftime format */
	TY_MAC, /* 6 bytes */
	TY_INET, /* uint32_t family (AF_INET, AF_INET6), 16 bytes */
	TY_USERNAME, /* uint32_t uid */
	TY_CGROUP, /* uint64_t id; name: which hierarchies, a wildcard */
	/* map values only */
	TY_COUNT, /* uint64_t */
	TY_SUM, /* uint64_t; is_signed */
	TY_MIN, /* struct agg_minmax; is_signed */
	TY_MAX,
	TY_AVG, /* struct agg_avg; is_signed */
	TY_STATS, /* struct agg_avg; is_signed */
	TY_STDDEV, /* struct agg_stddev; is_signed */
	TY_HIST, /* uint64_t[HIST_BUCKETS(bits)] */
	TY_LHIST, /* uint64_t[LHIST_BUCKETS(min, max, step)] */
	TY_TSERIES, /* struct agg_slot[count]; is_signed */
	TY_N,
};

/* Where the thing a pointer points to lives: how it must be read. */
enum addr_space {
	AS_NONE, /* unknown: read as kernel memory, with a fallback to user */
	AS_KERNEL, /* bpf_probe_read_kernel */
	AS_USER, /* bpf_probe_read_user */
	AS_BTF, /* a BTF pointer the verifier follows: direct loads */
	AS_CTX, /* the program's context: direct loads */
	AS_BPF, /* map memory and the BPF stack */
	AS_N,
};

/* How the frames of a stack are printed: the choices of the option
 * stack_mode. */
enum stack_mode {
	SM_BPFTRACE, /* function+offset */
	SM_PERF, /* like perf script */
	SM_RAW, /* addresses */
	SM_BUILD_ID, /* user stacks: build id and offset in the file */
	SM_N,
};

struct field {
	struct str name; /* empty in tuples */
	const struct type *type;
	uint32_t offset; /* bytes from the start of the whole */
	uint8_t bit_offset, bit_size; /* bit_size 0: not a bit-field; bit_offset
					 counts from offset's lowest bit */
	bool is_data_loc; /* tracepoints: a uint32_t of offset | length << 16,
			     type is what lies there */
	bool is_rel_loc; /* also: the offset is from the end of the uint32_t */
};

struct enumerator {
	struct str name;
	int64_t value;
};

struct type {
	enum type_kind kind;
	type_id id; /* in the table it belongs to */
	uint32_t size, align;
	bool is_signed;
	enum addr_space space; /* TY_PTR */
	const struct type *elem; /* TY_PTR, TY_ARRAY */
	uint32_t count; /* TY_ARRAY: elements; TY_TSERIES: intervals */
	struct str name; /* TY_RECORD, TY_ENUM: "struct task_struct", "union
			    x", "enum y", "" for those without;
			    TY_TIMESTAMP: its format; TY_CGROUP: its wildcard */
	const struct field *fields; /* TY_TUPLE, TY_RECORD */
	uint32_t n_fields;
	const struct enumerator *enums; /* TY_ENUM */
	uint32_t n_enums;
	uint32_t bits; /* TY_HIST; TY_TSERIES: enum tseries_kind */
	int64_t min, max, step; /* TY_LHIST; step: TY_TSERIES, ns */
	uint32_t frames; /* TY_KSTACK, TY_USTACK: how many at most */
	enum stack_mode mode;
	/* TY_RECORD, TY_ENUM known to the machine: which one (BTF object and
	 * id, opaque to others); fields stay empty until machine_complete()
	 * fills them, machine_field() answers without. 0: complete. Those of
	 * programs have TYPE_OF_PROGRAM above the lower 24 bits. */
	uint32_t origin;
};

#define TYPE_OF_PROGRAM 0xfeu

struct types {
	struct arena *arena; /* borrowed: whoever owns the table */
	VEC(struct type *) v; /* v[0] is TY_NONE */
	struct strmap index; /* spelling of structure -> type */
};

/* Makes the table with the fixed types. Call before anything else. */
void types_init(struct types *t, struct arena *a);

/* --- getting types; all return the one interned instance ------------------ */

const struct type *type_none(struct types *t);
const struct type *type_bool(struct types *t);
const struct type *type_int(struct types *t, uint32_t size, bool is_signed);
const struct type *type_ptr(struct types *t, const struct type *elem,
			    enum addr_space space);
const struct type *type_array(struct types *t, const struct type *elem,
			      uint32_t count);
const struct type *type_string(struct types *t, uint32_t size);
const struct type *type_buffer(struct types *t, uint32_t max_length);

/* A tuple with C's natural alignment: offsets and padding are computed. */
const struct type *type_tuple(struct types *t, const struct type *const *elems,
			      uint32_t n);

/* A record from names and types, laid out like a C struct (offsets of fields
 * given are ignored). name may be empty. */
const struct type *type_record(struct types *t, struct str name,
			       const struct field *fields, uint32_t n);

/* A record or union with a layout given from outside (BTF, tracefs, C). */
const struct type *type_record_at(struct types *t, struct str name,
				  const struct field *fields, uint32_t n,
				  uint32_t size, uint32_t align);

/* A struct or union whose fields the machine knows: origin != 0. */
const struct type *type_record_lazy(struct types *t, struct str name,
				    uint32_t size, uint32_t align,
				    uint32_t origin);

/* A record whose fields follow, so that they may point to it. It equals no
 * other one. Until it is closed it has no fields and no size. */
const struct type *type_record_open(struct types *t, struct str name);
void type_record_close(struct types *t, const struct type *record,
		       const struct field *fields, uint32_t n, uint32_t size,
		       uint32_t align);

const struct type *type_enum(struct types *t, struct str name, uint32_t size,
			     bool is_signed, const struct enumerator *e,
			     uint32_t n);

/* Kinds without further parts: KSYM, USYM, PROBE, MAC, INET, USERNAME, COUNT. */
const struct type *type_simple(struct types *t, enum type_kind kind);
/* SUM MIN MAX AVG STATS of signed or unsigned numbers. */
const struct type *type_agg(struct types *t, enum type_kind kind,
			    bool is_signed);
const struct type *type_hist(struct types *t, uint32_t bits);
const struct type *type_lhist(struct types *t, int64_t min, int64_t max,
			      int64_t step);
const struct type *type_tseries(struct types *t, int64_t interval, uint32_t n,
				uint32_t kind, bool is_signed);
const struct type *type_timestamp(struct types *t, struct str format);
const struct type *type_cgroup(struct types *t, struct str filter);

/* TY_KSTACK or TY_USTACK. */
const struct type *type_stack(struct types *t, enum type_kind kind,
			      enum stack_mode mode, uint32_t frames);

/* The same type in another table (recursively; a pointer's pointee becomes
 * void, a lazy record must have been completed). */
const struct type *types_import(struct types *to, const struct type *type);

const struct type *types_get(const struct types *t, type_id id);

/* --- asking --------------------------------------------------------------- */

bool type_is_integer(const struct type *t); /* INT, BOOL, ENUM */
bool type_is_aggregation(const struct type *t); /* COUNT and after */
/* A record that the kernel's BTF knows, not a program's debug information. */
bool type_is_kernels(const struct type *t);
bool type_is_scalar(const struct type *t); /* fits a register: integers, PTR */
bool type_is_stack(const struct type *t);
const struct field *type_field(const struct type *t, struct str name);

/* How users read it: "uint64", "string[16]", "(uint32, string[16])", "struct
 * task_struct *", "count_t", "hist_t". Appends to out. */
void type_text(const struct type *t, struct buf *out);
const char *type_name(struct arena *a, const struct type *t);

/* The reverse for what users may write in casts and declarations: int8 ...
 * uint64, bool, string[N], T*, T[N], the names C and the kernel use for
 * integers (u32, size_t, ...); NULL when text is none of these. Does not know
 * struct names. */
const struct type *type_parse(struct types *t, struct str text);

/* Total order of kinds' names for dumps and "no empty cell" tests. */
extern const char *const type_kind_names[TY_N];
extern const char *const addr_space_names[AS_N];
extern const char *const stack_mode_names[SM_N];

/* What a program reads of a function that has a prototype: bit i, argument i as
 * all of its register; bit TR_TYPED + i, as what it is. */
enum trace_reads {
	TR_ARGS = 6, /* in registers */
	TR_TYPED = 8,
	TR_RESULT = 16, /* the bit that says so */
	TR_ALL = (1 << (TR_RESULT + 1)) - 1,
};

#endif
