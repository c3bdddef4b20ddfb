/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The jobs of the bench written by hand, one per JOB_x. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

typedef unsigned long long u64;
typedef unsigned int u32;

#ifdef JOB_COUNT
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} m SEC(".maps");
#endif

#ifdef JOB_COMM
struct name {
	char text[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct name);
	__type(value, u64);
} m SEC(".maps");
#endif

#ifdef JOB_HIST
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 66);
	__type(key, u32);
	__type(value, u64);
} m SEC(".maps");

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
#endif

#ifdef JOB_TID
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, u64);
} m SEC(".maps");
#endif

SEC("tracepoint/syscalls/sys_enter_getppid")
int job(void *ctx)
{
#ifdef JOB_COUNT
	u32 key = 0;
	u64 *v = bpf_map_lookup_elem(&m, &key);

	if (v)
		++*v;
#endif
#ifdef JOB_COMM
	struct name key = {};
	u64 one = 1, *v;

	bpf_get_current_comm(&key, sizeof(key));
	v = bpf_map_lookup_elem(&m, &key);
	if (v)
		++*v;
	else
		bpf_map_update_elem(&m, &key, &one, BPF_NOEXIST);
#endif
#ifdef JOB_HIST
	u64 t = bpf_ktime_get_boot_ns();
	u32 key = t ? log2u(t) + 2 : 1;
	u64 *v = bpf_map_lookup_elem(&m, &key);

	if (v)
		++*v;
#endif
#ifdef JOB_TID
	u32 key = (u32)bpf_get_current_pid_tgid();
	u64 t = bpf_ktime_get_boot_ns();

	bpf_map_update_elem(&m, &key, &t, BPF_ANY);
#endif
	return 0;
}
