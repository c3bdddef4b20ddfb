/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* printf("%d %s\n", pid, comm); hand.c takes the records and prints them */
#include "job.h"

struct line { /* as hand.c has it */
	u32 pid;
	u32 unused;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} ring SEC(".maps");

BUCKETS(1); /* what was lost */

ENTER int job(void *ctx)
{
	struct line *line = bpf_ringbuf_reserve(&ring, sizeof(*line), 0);
	u32 key = 0;
	u64 *lost;

	if (!line) {
		lost = bpf_map_lookup_elem(&buckets, &key);
		if (lost)
			++*lost;
		return 0;
	}
	line->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(line->comm, sizeof(line->comm));
	bpf_ringbuf_submit(line, 0);
	return 0;
}
