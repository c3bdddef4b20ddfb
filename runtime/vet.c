/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/vet.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>

#define NOWHERE ((struct span){ 0 })

static const struct {
	int number;
	const char *does;
} changing[] = {
	{ BPF_FUNC_probe_write_user, "write to processes' memory" },
	{ BPF_FUNC_override_return, "change what kernel functions return" },
	{ BPF_FUNC_send_signal, "send signals" },
	{ BPF_FUNC_send_signal_thread, "send signals" },
};

static int refuse(struct session *s, const char *what, const char *name)
{
	diag_error(s->diags, NOWHERE, D_SAVED, what, name);
	return -EINVAL;
}

static bool is_known_program(const struct session *s, const char *name)
{
	vec_each(p, &s->plan->probes)
		if (str_is(p->symbol, name))
			return true;
	return false;
}

int vet_object(struct session *s)
{
	struct bpf_program *prog = NULL;
	struct bpf_map *map = NULL;

	while ((map = bpf_object__next_map(s->object, map)))
		if (!vet_map(s, map))
			return -EINVAL;
	while ((prog = bpf_object__next_program(s->object, prog))) {
		const char *name = bpf_program__name(prog);

		if (!is_known_program(s, name))
			return refuse(s, "its plan does not know the code '%s'",
				      name);
	}
	return 0;
}

/* Those that espy's programs call; what changes the system is not here. */
static const uint8_t harmless[] = {
	BPF_FUNC_d_path,
	BPF_FUNC_for_each_map_elem,
	BPF_FUNC_get_attach_cookie,
	BPF_FUNC_get_current_cgroup_id,
	BPF_FUNC_get_current_comm,
	BPF_FUNC_get_current_pid_tgid,
	BPF_FUNC_get_current_task,
	BPF_FUNC_get_current_task_btf,
	BPF_FUNC_get_current_uid_gid,
	BPF_FUNC_get_func_arg,
	BPF_FUNC_get_func_ip,
	BPF_FUNC_get_func_ret,
	BPF_FUNC_get_ns_current_pid_tgid,
	BPF_FUNC_get_numa_node_id,
	BPF_FUNC_get_prandom_u32,
	BPF_FUNC_get_smp_processor_id,
	BPF_FUNC_get_socket_cookie,
	BPF_FUNC_get_stack,
	BPF_FUNC_get_task_stack,
	BPF_FUNC_jiffies64,
	BPF_FUNC_ktime_get_boot_ns,
	BPF_FUNC_ktime_get_ns,
	BPF_FUNC_ktime_get_tai_ns,
	BPF_FUNC_loop,
	BPF_FUNC_map_delete_elem,
	BPF_FUNC_map_lookup_elem,
	BPF_FUNC_map_lookup_percpu_elem,
	BPF_FUNC_map_update_elem,
	BPF_FUNC_probe_read,
	BPF_FUNC_probe_read_kernel,
	BPF_FUNC_probe_read_kernel_str,
	BPF_FUNC_probe_read_str,
	BPF_FUNC_probe_read_user,
	BPF_FUNC_probe_read_user_str,
	BPF_FUNC_ringbuf_output,
	BPF_FUNC_ringbuf_reserve,
	BPF_FUNC_ringbuf_submit,
	BPF_FUNC_seq_printf,
	BPF_FUNC_seq_write,
	BPF_FUNC_skb_output,
	BPF_FUNC_task_pt_regs,
	BPF_FUNC_task_storage_get,
	BPF_FUNC_trace_printk,
};

static bool is_helper_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg;
}

static bool is_harmless(const struct bpf_insn *insn)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (insn->imm == harmless[i])
			return true;
	return false;
}

static const char *does(const struct bpf_insn *insn)
{
	for (size_t i = 0; i < ARRAY_SIZE(changing); i++)
		if (insn->imm == changing[i].number)
			return changing[i].does;
	return NULL;
}

/* Functions of the kernel that are called by name (kfuncs) in programs that
 * espy makes: by their numbers in the kernel's BTF. */
static const char *const known_kfuncs[] = {
	"bpf_task_from_pid",
	"bpf_task_release",
};

static bool is_kfunc_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) &&
	       insn->src_reg == BPF_PSEUDO_KFUNC_CALL;
}

static bool is_known_kfunc(const struct btf *kernel, int id)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_kfuncs); i++)
		if (id == btf__find_by_name_kind(kernel, known_kfuncs[i],
						 BTF_KIND_FUNC))
			return true;
	return false;
}

static int vet_kfuncs(struct session *s, const struct bpf_program *prog)
{
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t i, n = bpf_program__insn_cnt(prog);
	struct btf *kernel = NULL;
	bool is_known = true;

	for (i = 0; insns && i < n && is_known; i++) {
		if (!is_kfunc_call(&insns[i]))
			continue;
		if (!kernel)
			kernel = btf__load_vmlinux_btf();
		is_known = kernel && !insns[i].off &&
			   is_known_kfunc(kernel, insns[i].imm);
	}
	btf__free(kernel);
	return is_known ? 0
			: refuse(s,
				 "'%s' calls a function of the kernel that "
				 "espy does not use",
				 bpf_program__name(prog));
}

static int vet_helper(struct session *s, const struct bpf_insn *insn)
{
	if (!is_helper_call(insn) || is_harmless(insn))
		return 0;
	if (does(insn))
		diag_error(s->diags, NOWHERE, D_UNSAFE, "the program can %s",
			   does(insn));
	else
		diag_error(s->diags, NOWHERE, D_UNSAFE,
			   "the program calls the kernel's helper %d, which "
			   "espy does not use",
			   insn->imm);
	diag_hint(s->diags, "allow it with --unsafe");
	return -EPERM;
}

/* Where the functions behind a program begin. */
static size_t end_of_main(const struct bpf_insn *insns, size_t n)
{
	size_t end = n;

	for (size_t i = 0; i < n; i++) {
		const struct bpf_insn *x = &insns[i];
		int64_t to = (int64_t)i + x->imm + 1;
		bool is_call = x->code == (BPF_JMP | BPF_CALL) &&
			       x->src_reg == BPF_PSEUDO_CALL;
		bool is_callback = x->code == (BPF_LD | BPF_IMM | BPF_DW) &&
				   x->src_reg == BPF_PSEUDO_FUNC;

		if ((is_call || is_callback) && to > 0 && (size_t)to < end)
			end = (size_t)to;
	}
	return end;
}

static bool is_zero_result(const struct bpf_insn *x)
{
	return (x->code == (BPF_ALU | BPF_MOV | BPF_K) ||
		x->code == (BPF_ALU64 | BPF_MOV | BPF_K)) &&
	       !x->dst_reg && !x->imm;
}

static bool jumps_to(const struct bpf_insn *x, int64_t from, int64_t to)
{
	uint8_t class = BPF_CLASS(x->code), op = BPF_OP(x->code);

	if ((class != BPF_JMP && class != BPF_JMP32) || op == BPF_CALL ||
	    op == BPF_EXIT)
		return false;
	if (class == BPF_JMP32 && op == BPF_JA)
		return from + 1 + x->imm == to;
	return from + 1 + x->off == to;
}

/* Each of its ends is `r0 = 0; exit`, as the compiler makes them. */
static bool returns_zero(const struct bpf_insn *insns, size_t n)
{
	size_t end = end_of_main(insns, n);

	for (size_t i = 0; i < end; i++) {
		if (insns[i].code != (BPF_JMP | BPF_EXIT))
			continue;
		if (!i || !is_zero_result(&insns[i - 1]))
			return false;
		for (size_t j = 0; j < end; j++)
			if (jumps_to(&insns[j], (int64_t)j, (int64_t)i))
				return false;
	}
	return true;
}

/* What such programs return is what the kernel does. */
static int vet_result(struct session *s, const struct bpf_program *prog)
{
	enum bpf_attach_type type = bpf_program__expected_attach_type(prog);

	if ((type != BPF_LSM_MAC && type != BPF_MODIFY_RETURN) ||
	    returns_zero(bpf_program__insns(prog), bpf_program__insn_cnt(prog)))
		return 0;
	diag_error(s->diags, NOWHERE, D_UNSAFE,
		   "the program can refuse what processes ask of the kernel");
	diag_hint(s->diags, "allow it with --unsafe");
	return -EPERM;
}

int vet_calls(struct session *s)
{
	struct bpf_program *prog = NULL;

	while (!s->opts.unsafe &&
	       (prog = bpf_object__next_program(s->object, prog))) {
		const struct bpf_insn *insns = bpf_program__insns(prog);
		size_t i, n = bpf_program__insn_cnt(prog);
		int err = vet_kfuncs(s, prog);

		if (!err)
			err = vet_result(s, prog);
		for (i = 0; insns && i < n && !err; i++)
			err = vet_helper(s, &insns[i]);
		if (err)
			return err;
	}
	return 0;
}
