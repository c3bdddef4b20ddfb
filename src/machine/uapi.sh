#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes uapi_table.inc: constants of Linux that are macros in C and therefore
# not in BTF, with the values of x86-64. Run by hand when new ones are wanted:
#
#	sh src/machine/uapi.sh >src/machine/uapi_table.inc
#
# It needs a C compiler and the headers of Linux and of the C library.
set -eu
CC=${CC:-cc}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# values HEADERS REGEX [NAME...]: "NAME VALUE" of the macros whose names match,
# and of the other names
values()
{
	headers=$1 regex=$2
	shift 2
	for h in $headers; do echo "#include <$h>"; done >"$tmp/h.h"
	{
		$CC -D_GNU_SOURCE -E -dM "$tmp/h.h" |
			sed -nE 's/^#define ([A-Za-z0-9_]+) .+/\1/p' |
			grep -xE "$regex" || :
		test $# -eq 0 || printf '%s\n' "$@"
	} | LC_ALL=C sort -u >"$tmp/names"
	# What is no integer is left out.
	while :; do
		{
			cat "$tmp/h.h"
			echo 'int printf(const char *, ...);'
			echo 'static void show(const char *name, long long v)'
			echo '{ printf("%s %lld%c", name, v, 10); }'
			while read -r name; do
				echo "static const long long v_$name = $name;"
			done <"$tmp/names"
			echo 'int main(void) {'
			while read -r name; do
				echo "show(\"$name\", v_$name);"
			done <"$tmp/names"
			echo 'return 0; }'
		} >"$tmp/t.c"
		$CC -D_GNU_SOURCE -Werror=int-conversion -o "$tmp/t" \
			"$tmp/t.c" 2>"$tmp/err" && break
		sed -nE 's/.*long long v_([A-Za-z0-9_]+) =.*/\1/p' "$tmp/err" |
			LC_ALL=C sort -u >"$tmp/bad"
		test -s "$tmp/bad" || { cat "$tmp/err" >&2; exit 1; }
		grep -vxFf "$tmp/bad" "$tmp/names" >"$tmp/good" || :
		mv "$tmp/good" "$tmp/names"
	done
	"$tmp/t"
}

{
	values "linux/fcntl.h linux/openat2.h" \
		'O_.*|F_.*|AT_.*|LOCK_.*|DN_.*|FD_CLOEXEC|RESOLVE_.*'
	values "linux/stat.h" 'S_.*|STATX_.*'
	values "linux/errno.h asm/errno.h" 'E[A-Z0-9]+'
	values "asm/signal.h" 'SIG[A-Z0-9]+|SIG_(BLOCK|UNBLOCK|SETMASK)|SA_.*|NSIG'
	values "asm/siginfo.h" 'SI_.*|(ILL|FPE|SEGV|BUS|TRAP|CLD|POLL|SYS)_.*'
	values "sys/socket.h" \
		'[AP]F_[A-Z0-9]+|SOCK_.*|SOL_.*|SO_.*|MSG_.*|SHUT_.*|SOMAXCONN'
	values "linux/in.h linux/in6.h" \
		'IPPROTO_.*|IP_.*|INADDR_.*|IN_CLASS.*|IPV6_.*|MCAST_.*'
	values "linux/tcp.h" 'TCP_.*'
	values "netinet/tcp.h" 'SOL_TCP' TCP_ESTABLISHED TCP_SYN_SENT \
		TCP_SYN_RECV TCP_FIN_WAIT1 TCP_FIN_WAIT2 TCP_TIME_WAIT \
		TCP_CLOSE TCP_CLOSE_WAIT TCP_LAST_ACK TCP_LISTEN TCP_CLOSING
	echo TCP_NEW_SYN_RECV 12
	values "linux/udp.h" 'UDP_.*'
	values "linux/if_ether.h" 'ETH_.*'
	values "linux/if_arp.h" 'ARPHRD_.*|ARPOP_.*'
	values "linux/if.h" 'IFF_.*|IFNAMSIZ|IFALIASZ'
	values "linux/if_packet.h" 'PACKET_.*'
	values "linux/icmp.h linux/icmpv6.h" 'ICMP_.*|ICMPV6_.*'
	values "linux/mman.h asm/mman.h" 'PROT_.*|MAP_.*|MS_.*|MADV_.*|MREMAP_.*|MCL_.*|MLOCK_.*'
	values "linux/capability.h" 'CAP_.*'
	values "linux/sched.h" 'CLONE_.*|SCHED_.*'
	values "linux/limits.h" '[A-Z]+_MAX|NR_OPEN'
	values "linux/resource.h" 'RLIMIT_.*|RUSAGE_.*|PRIO_.*'
	values "linux/wait.h" 'W[A-Z]+|__W.*|P_(ALL|PID|PGID|PIDFD)'
	values "linux/futex.h" 'FUTEX_.*'
	values "linux/eventpoll.h" 'EPOLL.*'
	values "asm/poll.h" 'POLL[A-Z]+'
	values "linux/time.h" 'CLOCK_.*|TIMER_ABSTIME|ITIMER_.*'
	values "linux/prctl.h" 'PR_.*'
	values "linux/ptrace.h asm/ptrace-abi.h" 'PTRACE_.*'
	values "linux/seccomp.h" 'SECCOMP_.*'
	values "linux/fs.h linux/falloc.h" \
		'SEEK_.*|FALLOC_.*|RENAME_.*|RWF_.*|FS_.*_FL|BLOCK_SIZE(_BITS)?'
	values "linux/mount.h" 'MS_.*|MNT_.*|MOUNT_.*|OPEN_TREE_.*'
	values "linux/magic.h" '.*_MAGIC'
	values "linux/inotify.h" 'IN_[A-Z_]+'
	values "linux/ipc.h linux/shm.h linux/msg.h linux/sem.h" \
		'IPC_.*|SHM_.*|SEM_.*|GETVAL|SETVAL'
	values "linux/netlink.h" 'NETLINK_.*|NLM_F_.*|NLMSG_(NOOP|ERROR|DONE|OVERRUN)'
	values "linux/reboot.h" 'LINUX_REBOOT_.*'
	values "linux/keyctl.h" 'KEY_SPEC_.*|KEYCTL_.*'
	values "linux/uio.h" 'UIO_.*'
	values "asm/ioctls.h" 'T[CIO][A-Z0-9]+|FIO[A-Z]+'
	values "linux/kdev_t.h linux/major.h" '[A-Z0-9_]+_MAJOR'
	values "asm/unistd.h" '__NR_.*'
	values "linux/perf_event.h" 'PERF_.*' PERF_TYPE_HARDWARE PERF_TYPE_SOFTWARE
	# Of the kernel itself.
	echo TASK_COMM_LEN 16
	echo PAGE_SHIFT 12
	echo PAGE_SIZE 4096
	echo THREAD_SIZE 16384
	echo MINORBITS 20
	echo MINORMASK 1048575
	echo NSEC_PER_SEC 1000000000
	echo NSEC_PER_MSEC 1000000
	echo NSEC_PER_USEC 1000
	echo USEC_PER_SEC 1000000
	echo USEC_PER_MSEC 1000
	echo MSEC_PER_SEC 1000
	echo TASK_RUNNING 0
	echo TASK_INTERRUPTIBLE 1
	echo TASK_UNINTERRUPTIBLE 2
	echo __TASK_STOPPED 4
	echo __TASK_TRACED 8
	echo EXIT_DEAD 16
	echo EXIT_ZOMBIE 32
	echo TASK_PARKED 64
	echo TASK_DEAD 128
	echo TASK_WAKEKILL 256
	echo TASK_WAKING 512
	echo TASK_NOLOAD 1024
	echo TASK_NEW 2048
	echo PF_EXITING 4
	echo PF_KTHREAD 2097152
	echo MAX_ERRNO 4095
	echo INT8_MAX 127
	echo INT16_MAX 32767
	echo INT32_MAX 2147483647
	echo INT64_MAX 9223372036854775807
	echo UINT8_MAX 255
	echo UINT16_MAX 65535
	echo UINT32_MAX 4294967295
	echo INT_MAX 2147483647
	echo INT_MIN -2147483648
	echo UINT_MAX 4294967295
	echo LONG_MAX 9223372036854775807
	echo CHAR_BIT 8
} >"$tmp/all"

# Of two values the first is meant: what is listed first comes from the kernel.
awk '!seen[$1]++' "$tmp/all" | LC_ALL=C sort -k1,1 |
	sed -E 's/^([^ ]+) (.*)$/{ "\1", \2 },/'
