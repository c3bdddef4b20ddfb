/* SPDX-License-Identifier: Apache-2.0 */
/* dropper CGROUP - make a TCP connection to 127.0.0.1 whose first packet the
 * kernel drops on its way out, because of a BPF program of the new cgroup
 * CGROUP (a folder of cgroup 2), which is gone afterwards. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "number.h"

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load_refusal(void)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_SKB;
	attr.expected_attach_type = BPF_CGROUP_INET_EGRESS;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t) "GPL";
	return bpf(BPF_PROG_LOAD, &attr);
}

static int attach(int cgroup, int program)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (unsigned int)cgroup;
	attr.attach_bpf_fd = (unsigned int)program;
	attr.attach_type = BPF_CGROUP_INET_EGRESS;
	return bpf(BPF_PROG_ATTACH, &attr);
}

/* This process becomes one of the cgroup at folder/up. */
static int enter(int folder, const char *procs)
{
	int fd = openat(folder, procs, O_WRONLY), ok;

	ok = fd >= 0 && write(fd, "0", 1) == 1;
	close(fd);
	return ok;
}

static void try_to_connect(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connect(fd, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

int main(int argc, char **argv)
{
	int folder, ok;

	if (argc < 2 || mkdir(argv[1], 0755))
		return 1;
	folder = open(argv[1], O_RDONLY | O_DIRECTORY);
	ok = !attach(folder, load_refusal()) && enter(folder, "cgroup.procs");
	if (ok)
		try_to_connect();
	enter(folder, "../cgroup.procs");
	close(folder);
	return rmdir(argv[1]) || !ok;
}
