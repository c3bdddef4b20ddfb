/* SPDX-License-Identifier: Apache-2.0 */
/* hand OBJECT - the same job written by hand: loads a BPF object with libbpf,
 * attaches what its sections say, waits for SIGINT, prints the number of
 * entries of its map and ends. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <signal.h>
#include <stdio.h>

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, ap) : 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *o;
	struct bpf_program *p;
	sigset_t set;
	int sig;

	if (argc != 2)
		return 2;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	libbpf_set_print(quiet);
	o = bpf_object__open(argv[1]);
	if (!o || bpf_object__load(o))
		return 1;
	bpf_object__for_each_program(p,
				     o) if (!bpf_program__attach(p)) return 1;
	sigwait(&set, &sig);
	bpf_object__close(o);
	return 0;
}
