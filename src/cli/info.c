/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/libbpf.h>
#include <unistd.h>

#include "cli/cli.h"

static const char *yes(bool is)
{
	return is ? "yes" : "no";
}

void cli_info(struct machine *m, struct buf *out)
{
	struct str release = machine_release(m);

	buf_puts(out, "espy\n");
	buf_printf(out, "  version          %s\n", PACKAGE_VERSION);
	buf_printf(out, "  LLVM             %s\n", ESPY_LLVM_VERSION);
	buf_printf(out, "  libbpf           %s\n", libbpf_version_string());
	buf_printf(out, "  saved programs   format %d\n", PLAN_VERSION);
	buf_puts(out, "kernel\n");
	buf_printf(out, "  release          %.*s\n", STR_ARG(release));
	buf_printf(out, "  possible CPUs    %d\n", machine_cpus(m));
	buf_printf(out, "  BTF              %s\n", yes(machine_has_btf(m)));
	buf_printf(out, "  tracefs          %s\n", yes(machine_has_tracefs(m)));
	buf_printf(out, "  kprobes          %s\n", yes(machine_has_kprobes(m)));
	buf_puts(out, "this process\n");
	buf_printf(out, "  root             %s\n", yes(geteuid() == 0));
}
