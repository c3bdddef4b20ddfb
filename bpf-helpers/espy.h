/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* espy.h - for the functions that generated programs call. They are compiled
 * to bitcode when espy is built, linked into a script's module when it uses
 * them, and inlined. Arguments are 64-bit integers and pointers to memory that
 * BPF programs may touch directly; so is the result. The unit tests compile
 * the same files for the host. */
#ifndef ESPY_BPF_HELPERS_H
#define ESPY_BPF_HELPERS_H

#include "plan/abi.h"

/* Hides from the compiler what it knows about x: a check that the verifier
 * needs stays, and a branch does not become arithmetic on masks, which the
 * verifier of some kernels follows both ways at every step. */
#define opaque(x) __asm__ volatile("" : "+r"(x))

#ifdef __bpf__
#define ESPY_FUNC __attribute__((always_inline))
static void *(*const map_lookup_percpu)(void *map, const void *key,
					uint32_t cpu) = (void *)195;
static void *(*const map_lookup)(void *map, const void *key) = (void *)1;
static long (*const map_update)(void *map, const void *key, const void *value,
				uint64_t flags) = (void *)2;
static long (*const get_stack)(void *ctx, void *to, uint32_t size,
			       uint64_t flags) = (void *)67;
static uint64_t (*const ktime_get_ns)(void) = (void *)5;
static void *(*const get_current)(void) = (void *)158;
static long (*const read_user)(void *to, uint32_t size,
			       const void *from) = (void *)112;
static long (*const read_kernel)(void *to, uint32_t size,
				 const void *from) = (void *)113;
static long (*const ringbuf_output)(void *ring, const void *data, uint64_t size,
				    uint64_t flags) = (void *)130;
static void *(*const task_pt_regs)(void *task) = (void *)175;
static long (*const get_task_stack)(void *task, void *to, uint32_t size,
				    uint64_t flags) = (void *)141;
#else /* a test: that has its own map */
#define ESPY_FUNC
void *map_lookup_percpu(void *map, const void *key, uint32_t cpu);
void *map_lookup(void *map, const void *key);
long map_update(void *map, const void *key, const void *value, uint64_t flags);
long get_stack(void *ctx, void *to, uint32_t size, uint64_t flags);
uint64_t ktime_get_ns(void);
void *get_current(void);
long read_user(void *to, uint32_t size, const void *from);
long read_kernel(void *to, uint32_t size, const void *from);
long ringbuf_output(void *ring, const void *data, uint64_t size,
		    uint64_t flags);
void *task_pt_regs(void *task);
long get_task_stack(void *task, void *to, uint32_t size, uint64_t flags);
#endif

#define MAX_CPUS 4096 /* a bound the verifier can see */

/* number.bpf.c: division and remainder that cut towards zero; b is not 0. */
uint64_t espy_bswap(uint64_t n, uint64_t size); /* size 2, 4, 8 */
int64_t espy_sdiv(int64_t a, int64_t b);
int64_t espy_smod(int64_t a, int64_t b);

/* hist.bpf.c: one more in the bucket of n (layout: plan/abi.h). */
int64_t espy_hist(uint64_t *buckets, uint64_t n, uint64_t bits,
		  uint64_t is_signed);
int64_t espy_lhist(uint64_t *buckets, int64_t n, int64_t min, int64_t max,
		   int64_t step);

/* agg.bpf.c: changes of this CPU's value; what all CPUs' values show. */
int64_t espy_stddev(struct agg_stddev *p, uint64_t n, uint64_t is_signed);
int64_t espy_min(struct agg_minmax *p, uint64_t n, uint64_t is_signed);
int64_t espy_max(struct agg_minmax *p, uint64_t n, uint64_t is_signed);
int64_t espy_avg(struct agg_avg *p, uint64_t n);
int64_t espy_read_sum(void *map, const void *key, uint64_t ncpus,
		      uint64_t is_signed);
int64_t espy_read_min(void *map, const void *key, uint64_t ncpus,
		      uint64_t is_signed);
int64_t espy_read_max(void *map, const void *key, uint64_t ncpus,
		      uint64_t is_signed);
int64_t espy_read_avg(void *map, const void *key, uint64_t ncpus,
		      uint64_t is_signed);
/* Zeroes size bytes (a multiple of 8) of every CPU's value. */
int64_t espy_reset(void *map, const void *key, uint64_t ncpus, uint64_t size);

/* tseries.bpf.c: n into the slot of the interval that now, ns, is in. how is
 * an enum tseries_kind, times 2, plus 1 when numbers are signed. */
int64_t espy_tseries(struct agg_slot *slots, uint64_t n, uint64_t now,
		     uint64_t interval, uint64_t count, uint64_t how);

/* rate.bpf.c: is this one of the first `most` of its second of the clock? The
 * state begins as 0; CPUs share it. now: ns, any clock. Signed; more than
 * RATE_MOST is as much. */
int64_t espy_rate(uint64_t *state, uint64_t most, uint64_t now);
#define RATE_MOST 0x7fffffff

/* entry.bpf.c: p has the number of frames, then ENTRY_FRAMES of size bytes,
 * each with the stack pointer first. Which frame it is; -1: no room, none. */
int64_t espy_entry_push(uint64_t *p, uint64_t size, uint64_t sp);
int64_t espy_entry_pop(uint64_t *p, uint64_t size, uint64_t sp);

/* stack.bpf.c: takes the stack of ctx, of at most max words, and keeps it in
 * map; s is room for it. Its id, more than 0; -errno. */
int64_t espy_stack_take(void *ctx, void *map, struct stack_frames *s,
			uint64_t max, uint64_t flags, uint64_t pid);
uint64_t espy_stack_hash(const struct stack_frames *s, uint64_t max);
#define KNOWN_STACKS 1024 /* a power of two */
extern uint64_t espy_known_stacks[KNOWN_STACKS];
/* Keeps what is in s: n words. */
int64_t espy_stack_keep(void *map, struct stack_frames *s, uint64_t max,
			uint64_t n, uint64_t pid);
/* Of the frames that are kept under an id; 0: there are none. */
int64_t espy_stack_bytes(void *map, uint64_t id);

/* unwind.bpf.c: 1: u is at the innermost frame of the current process, whose
 * tables are there; 0: they are not, and have been asked for; -errno: there is
 * no stack. */
int64_t espy_unwind_begin(struct unwind_state *u, void *processes, void *asks,
			  void *late, uint64_t pid);
/* Adds a frame to s and goes to its caller; not 0 at the end. */
int64_t espy_unwind_step(struct unwind_state *u, struct stack_frames *s,
			 uint64_t max, void *processes, void *pages);

/* string.bpf.c: strings fill size bytes or end in NUL. */
int64_t espy_strlen(const char *s, uint64_t size);
/* Over at most n bytes; 0 when equal, else the difference. */
int64_t espy_strncmp(const char *a, const char *b, uint64_t n);
/* Where b is in a, -1 when nowhere. */
int64_t espy_strstr(const char *a, uint64_t a_size, const char *b,
		    uint64_t b_size);
/* Is b, up to its NUL or its end, in a at i? */
int64_t espy_is_at(const char *a, uint64_t a_size, uint64_t i, const char *b,
		   uint64_t b_size);
/* The difference of the first bytes of n that differ, 0 when none do. */
int64_t espy_memcmp(const char *a, const char *b, uint64_t n);
/* Not 0 when the n bytes at a and b, both aligned to 8, differ. */
int64_t espy_bytes_differ(const uint64_t *a, const uint64_t *b, uint64_t n);

#endif
