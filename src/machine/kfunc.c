/* SPDX-License-Identifier: Apache-2.0 */
/* Which functions of the kernel programs of BPF may call. Only its verifier
 * knows: a program that does nothing but call is loaded, or refused. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "machine/internal.h"

/* What a class of programs is to the kernel. */
static const struct program_kind {
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	const char *target; /* a type or function of BTF; NULL: none */
	uint32_t kind; /* of target in BTF */
} program_kinds[] = {
	[CALLER_RAW] = { .type = BPF_PROG_TYPE_RAW_TRACEPOINT },
	[CALLER_PERF] = { .type = BPF_PROG_TYPE_PERF_EVENT },
	[CALLER_TRACEPOINT] = { .type = BPF_PROG_TYPE_TRACEPOINT },
	[CALLER_KPROBE] = { .type = BPF_PROG_TYPE_KPROBE },
	[CALLER_TRACING] = { BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP,
			     "btf_trace_sys_enter", BTF_KIND_TYPEDEF },
	[CALLER_LSM] = { BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_file_open",
			 BTF_KIND_FUNC },
};

/* What the verifier says of a call that is refused whatever its arguments. */
static bool is_refused(const char *log)
{
	return strstr(log, "is not allowed") || strstr(log, "not supported");
}

int machine_kfunc_allowed(struct machine *m, struct str name,
			  enum kfunc_caller caller)
{
	const struct program_kind *k = &program_kinds[caller];
	struct btf_ref f = btf_find_function(m, STR("vmlinux"), name);
	struct bpf_insn code[] = {
		{ .code = BPF_JMP | BPF_CALL,
		  .src_reg = BPF_PSEUDO_KFUNC_CALL,
		  .imm = (int32_t)f.id },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	char log[4096] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = k->attach,
		    .log_buf = log, .log_size = sizeof(log), .log_level = 1);
	int fd;

	if (!f.id)
		return 0;
	if (k->target)
		opts.attach_btf_id =
			btf_find(m, str_from(k->target), k->kind).id;
	fd = bpf_prog_load(k->type, NULL, "GPL", code, ARRAY_SIZE(code), &opts);
	if (fd == -EPERM && !log[0])
		return -1;
	if (fd >= 0)
		close(fd);
	return fd >= 0 || !is_refused(log);
}
