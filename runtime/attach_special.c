/* SPDX-License-Identifier: Apache-2.0 */
/* What no event of the kernel starts: signals to us, tests, benchmarks. */
#include <bpf/libbpf.h>
#include <errno.h>

#include "plan/signals.h"
#include "runtime/attach.h"
#include "runtime/tests.h"

/* Those that nobody asked for are not even loaded. */
int prepare_test(struct session *s, const struct plan_probe *p,
		 struct bpf_program *prog)
{
	bpf_program__set_type(prog, BPF_PROG_TYPE_RAW_TRACEPOINT);
	if (!tests_wants(s, p->kind))
		bpf_program__set_autoload(prog, false);
	return 0;
}

/* The loop hears of the signal. */
int attach_signal(struct session *s, const struct plan_probe *p, int prog_fd)
{
	(void)prog_fd;
	if (signal_number(p->targets.v[0]))
		return 0;
	return attach_report(s, p, 0, -EINVAL);
}

void attach_add_signals(const struct session *s, sigset_t *mask)
{
	vec_each(p, &s->plan->probes) {
		int number =
			p->kind == PK_SELF ? signal_number(p->targets.v[0]) : 0;

		if (number)
			sigaddset(mask, number);
	}
}

bool attach_signalled(struct session *s, int number)
{
	bool is_ours = false;

	for (size_t i = 0; i < s->plan->probes.n; i++) {
		const struct plan_probe *p = &s->plan->probes.v[i];

		if (p->kind != PK_SELF ||
		    signal_number(p->targets.v[0]) != number)
			continue;
		is_ours = true;
		attach_run_one(s, i);
	}
	return is_ours;
}
