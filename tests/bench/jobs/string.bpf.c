/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* @[str(args.filename, 64)] = count(), of chdir(2) */
#include "job.h"

struct text {
	char text[64];
};

struct chdir_args {
	u64 common;
	u64 number;
	const char *filename;
};

COUNTS(4096, struct text);

SEC("tracepoint/syscalls/sys_enter_chdir")
int job(struct chdir_args *ctx)
{
	struct text key = {};

	bpf_probe_read_user_str(&key, sizeof(key), ctx->filename);
	count(&counts, &key);
	return 0;
}
