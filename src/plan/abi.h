/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* abi.h - structures written by BPF code and read by user space. Included by
 * generated-code builders (codegen), by bpf-helpers/ and by the runtime, so it
 * uses plain C types only. Everything is in the machine's byte order: a saved
 * program runs on the architecture it was made for. */
#ifndef ESPY_PLAN_ABI_H
#define ESPY_PLAN_ABI_H

#ifndef __bpf__
#include <stdint.h>
#else
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
#endif

/* Every record in the ring buffer starts so; the payload follows at offset 8,
 * laid out as the plan's event says. */
struct event_head {
	uint32_t event; /* index into plan.events, never 0 */
	uint32_t probe; /* index into plan.probes: who sent it */
};

/* Aggregations per CPU; combined when printed. */
struct agg_minmax { /* min(), max() */
	uint64_t value;
	uint64_t is_set; /* 0: no value yet */
};

struct agg_avg { /* avg(), stats() */
	uint64_t total;
	uint64_t count;
};

/* hist(n, bits): buckets of uint64_t. Bucket 0 counts negative values, then
 * for bits == 0: bucket 1 counts 0, bucket 2 + k counts [2^k, 2^(k+1)).
 * In general the values 0 .. 2^(bits+1)-1 have a bucket each, then 2^bits
 * equal slices per power of two. */
#define HIST_MAX_BITS      5
#define HIST_BUCKETS(bits) (1u + (2u << (bits)) + ((63u - (bits)) << (bits)))

/* lhist(n, min, max, step): bucket 0 is below min, then one per step, the
 * last is max and above. */
#define LHIST_MAX_STEPS 1000
#define LHIST_BUCKETS(min, max, step) \
	(2u + (uint32_t)(((max) - (min) + (step)-1) / (step)))

/* tseries(n, interval, count): slots by the number of the interval modulo
 * count. */
enum tseries_kind {
	TSERIES_LAST, /* meta: when, ns */
	TSERIES_AVG, /* value: the sum; meta: of how many */
	TSERIES_MAX,
	TSERIES_MIN,
	TSERIES_SUM,
	TSERIES_N
};

struct agg_slot {
	uint64_t value;
	uint64_t meta;
	uint64_t epoch; /* number of the interval; 0: nothing yet */
};

#define TSERIES_SLOTS 1000 /* intervals at most */
/* The frames of a stack, the innermost first, under a hash of all of it. Words
 * are addresses; with build ids four of them are a struct bpf_stack_build_id. */
struct stack_frames {
	uint32_t bytes; /* of what is in words[] */
	uint32_t pid; /* whose addresses these are; of the kernel: not 0
			 when frames of the tracing itself come first */
	uint64_t time; /* ns, monotonic: when it was kept */
	uint64_t words[];
};

/* pid where the context may have no kernel registers: then the task is asked.
 * So it is at system calls' tracepoints before 6.12. */
#define STACK_OF_TASK 2

#define STACK_MAX_FRAMES 1024
#define STACK_OWN_FRAMES 12 /* of the tracing, at most; besides those wanted */
#define STACK_MAX_COUNT  8192 /* different stacks that are kept, or more */

/* Calls of a function by a thread, one in the other, that entry() tells apart;
 * a power of two. */
#define ENTRY_FRAMES 16

/* Bytes that the runtime reads from an iterator at once: the program writes one
 * for each object. */
#define ITER_BATCH 64

/* A value of type probe: which attach point fired. Printed by name. It is
 * an index into the names of the plan (plan_probe.first_name + target). */

/* Private maps and sections of the object that the runtime knows by name. */
#define ABI_SECTION_PLAN   ".espy" /* the encoded plan */
#define ABI_SECTION_FIXUPS ".rodata.espy" /* slots filled before load */
#define ABI_MAP_RING       "espy_ring" /* BPF_MAP_TYPE_RINGBUF */
/* Per-CPU array of uint64_t, one per probe of the plan: records that found no
 * room in the ring buffer. */
#define ABI_MAP_LOST "espy_lost"
/* Per-CPU array of uint64_t, one per site: how often a warning's condition
 * held. Only the first time sends an EV_WARN. */
#define ABI_MAP_SITES "espy_sites"
/* Hash of struct stack_frames by the id that values of stacks are. */
#define ABI_MAP_STACKS "espy_stacks"

#endif
