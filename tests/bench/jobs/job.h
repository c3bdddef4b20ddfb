/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* job.h - what the jobs that are written by hand have in common. Each is one
 * file: what somebody writes who knows libbpf and the job, and nothing more. */
#ifndef ESPY_BENCH_JOB_H
#define ESPY_BENCH_JOB_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef unsigned long long u64;
typedef unsigned int u32;

#define ENTER SEC("tracepoint/syscalls/sys_enter_getppid")
#define EXIT  SEC("tracepoint/syscalls/sys_exit_getppid")

char _license[] SEC("license") = "GPL";

struct name {
	char text[16];
};

/* A number for each CPU and key. */
#define COUNTS(entries, keys)                           \
	struct {                                        \
		__uint(type, BPF_MAP_TYPE_PERCPU_HASH); \
		__uint(max_entries, entries);           \
		__type(key, keys);                      \
		__type(value, u64);                     \
	} counts SEC(".maps")

#define BUCKETS(n)                                       \
	struct {                                         \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); \
		__uint(max_entries, n);                  \
		__type(key, u32);                        \
		__type(value, u64);                      \
	} buckets SEC(".maps")

static __always_inline void count(void *map, const void *key)
{
	u64 one = 1, *v = bpf_map_lookup_elem(map, key);

	if (v)
		++*v;
	else
		bpf_map_update_elem(map, key, &one, BPF_NOEXIST);
}

static __always_inline u32 log2u(u64 v)
{
	u32 r = 0;

	if (v >> 32) {
		r += 32;
		v >>= 32;
	}
	if (v >> 16) {
		r += 16;
		v >>= 16;
	}
	if (v >> 8) {
		r += 8;
		v >>= 8;
	}
	if (v >> 4) {
		r += 4;
		v >>= 4;
	}
	if (v >> 2) {
		r += 2;
		v >>= 2;
	}
	return r + (u32)(v >> 1);
}

static __always_inline void add_bucket(void *map, u64 n)
{
	u32 key = n ? log2u(n) + 2 : 1;
	u64 *v = bpf_map_lookup_elem(map, &key);

	if (v)
		++*v;
}

#endif
