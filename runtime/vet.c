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

static bool is_known_map(const struct session *s, const char *name)
{
	vec_each(m, &s->plan->maps)
		if (str_is(m->symbol, name))
			return true;
	return str_starts(str_from(name), "espy_");
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

	while ((map = bpf_object__next_map(s->object, map))) {
		const char *name = bpf_map__name(map);

		if (bpf_map__pin_path(map))
			return refuse(s, "the map '%s' of it names a path",
				      name);
		if (!bpf_map__is_internal(map) && !is_known_map(s, name))
			return refuse(s, "its plan does not know the map '%s'",
				      name);
	}
	while ((prog = bpf_object__next_program(s->object, prog))) {
		const char *name = bpf_program__name(prog);

		if (!is_known_program(s, name))
			return refuse(s, "its plan does not know the code '%s'",
				      name);
	}
	return 0;
}

static const char *does(const struct bpf_insn *insn)
{
	if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg)
		return NULL;
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

int vet_calls(struct session *s)
{
	struct bpf_program *prog = NULL;

	while (!s->opts.unsafe &&
	       (prog = bpf_object__next_program(s->object, prog))) {
		const struct bpf_insn *insns = bpf_program__insns(prog);
		size_t i, n = bpf_program__insn_cnt(prog);

		if (vet_kfuncs(s, prog))
			return -EINVAL;
		for (i = 0; insns && i < n; i++) {
			if (!does(&insns[i]))
				continue;
			diag_error(s->diags, NOWHERE, D_UNSAFE,
				   "the program can %s", does(&insns[i]));
			diag_hint(s->diags, "allow it with --unsafe");
			return -EPERM;
		}
	}
	return 0;
}
