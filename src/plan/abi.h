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

/* Before the bytes of a packet that skboutput() sends. */
struct packet_head {
	uint32_t event; /* index into plan.events */
	uint32_t size; /* bytes behind this */
	uint32_t length; /* bytes that the packet has */
	uint32_t skip; /* of these, not wanted at the beginning */
	uint64_t time; /* ns since boot */
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

struct agg_stddev { /* stddev(): begins as struct agg_avg */
	uint64_t total;
	uint64_t count;
	uint64_t squares[2]; /* their sum: 128 bits, the low half first */
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

/* --- stacks without frame pointers -------------------------------------------
 * From a place in a file its caller's frame is found by the row that starts at
 * or before it. "Frame" is the address behind the return address. */
enum unwind_how {
	UNWIND_UNKNOWN, /* by rbp, if it points to a frame */
	UNWIND_END, /* nobody calls */
	UNWIND_SP, /* the frame is at rsp + frame */
	UNWIND_BP, /* rbp + frame */
	UNWIND_AT_SP, /* its address is kept at rsp + frame */
	UNWIND_AT_BP, /* or at rbp + frame */
	UNWIND_STUB, /* of .plt: rsp + 8, or 16 in its second half */
	UNWIND_SIGNAL, /* the registers are where the kernel put them */
};

enum unwind_bp {
	UNWIND_BP_SAME, /* the caller's rbp is in rbp */
	UNWIND_BP_FRAME, /* at frame + bp */
	UNWIND_BP_AT_BP, /* at rbp */
	UNWIND_BP_LOST,
};

struct unwind_row {
	uint32_t start; /* offset in the file */
	int32_t frame;
	int16_t bp;
	uint8_t how, bp_how;
};

#define UNWIND_ROWS 64 /* rows of a page; a power of two */
#define UNWIND_MAPS 256 /* of a process; a power of two */

struct unwind_page { /* unused rows are UNWIND_UNKNOWN from UINT32_MAX on */
	struct unwind_row rows[UNWIND_ROWS];
};

struct unwind_map { /* by address */
	uint64_t start, end;
	uint64_t shift; /* to be added to an address: offset in the file */
	uint32_t first, n; /* pages; n 0: only frame pointers */
};

struct unwind_process {
	uint64_t n; /* UNWIND_MAPS at most */
	struct unwind_map maps[UNWIND_MAPS];
};

/* Where a walk is. */
struct unwind_state {
	uint64_t ip, sp, bp;
	uint64_t low, high; /* of a search */
	uint64_t frame, caller, caller_bp;
	uint64_t is_call; /* ip is a return address */
	uint64_t pid;
	uint64_t n; /* frames so far */
	struct unwind_map map; /* that the last frame was in */
	uint64_t regs[21]; /* struct pt_regs */
};

/* What is behind the last frame when there should be more. */
#define UNWIND_FAILURE (~0ull)

#define UNWIND_PAGES     16384 /* of all files, unless more are known of */
#define UNWIND_PROCESSES 4096
#define UNWIND_ASKS      65536 /* bytes */

/* Calls of a function by a thread, one in the other, that entry() tells apart;
 * a power of two. */
#define ENTRY_FRAMES 16

/* Bytes that the runtime reads from an iterator at once: the program writes one
 * for each object. */
#define ITER_BATCH 64

/* A value of type probe: which attach point fired. Printed by name. It is
 * an index into the names of the plan (plan_probe.names). */

/* Private maps and sections of the object that the runtime knows by name. */
#define ABI_SECTION_PLAN   ".espy" /* the encoded plan */
#define ABI_SECTION_FIXUPS ".rodata.espy" /* slots filled before load */
/* A uint64_t: not zero when the run is over. Programs that are still attached
 * then do nothing. */
#define ABI_SECTION_GATE ".data.espy"
#define ABI_MAP_RING     "espy_ring" /* BPF_MAP_TYPE_RINGBUF */
/* Per-CPU array of uint64_t, one per probe of the plan: records that found no
 * room in the ring buffer. */
#define ABI_MAP_LOST "espy_lost"
/* Per-CPU array of uint64_t, one per site: how often a warning's condition
 * held. Only the first time sends an EV_WARN. */
#define ABI_MAP_SITES "espy_sites"
/* Buffers of perf for struct packet_head with the packets behind them. */
#define ABI_MAP_PACKETS "espy_packets"
/* Array of uint64_t, one per site, then one per probe: the states of rates
 * (espy_rate()). Per-CPU array, one per probe: events that were passed over
 * since there were too many in a second. */
#define ABI_MAP_RATES  "espy_rates"
#define ABI_MAP_PASSED "espy_passed"
/* Buffers of perf for struct packet_head with the packets behind them. */
#define ABI_MAP_PACKETS "espy_packets"
/* Hash of struct stack_frames by the id that values of stacks are. */
#define ABI_MAP_STACKS "espy_stacks"
/* Hash of struct unwind_process by pid, and array of struct unwind_page. */
#define ABI_MAP_UNWIND_PROCESSES "espy_processes"
#define ABI_MAP_UNWIND_PAGES     "espy_pages"
/* Ring buffer of pids (uint64_t) that were not among them, and hash by pid:
 * how many stacks were then taken by frame pointers. */
#define ABI_MAP_UNWIND_ASKS "espy_asks"
#define ABI_MAP_UNWIND_LATE "espy_late"

#endif
