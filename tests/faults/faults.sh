#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# faults.sh [short] - what becomes of a run when a system call, an allocation
# fails, or a signal comes, for each of them (tests/progs/faulty.c tells what is
# expected). Then nothing of it may be left in the kernel. Prints TAP; takes some
# minutes, "short" takes seconds: a saved program, and each call only once.
#
# ESPY, ESPY_RUN, ESPY_TEST_PROGS: the programs.
set -u

ESPY=${ESPY:-espy}
ESPY_RUN=${ESPY_RUN:-espy-run}
progs=${ESPY_TEST_PROGS:?is where the test programs are}
patience=$((60 * ${ESPY_TEST_SLOW:-1})) # seconds
work=$(mktemp -d)
n=0 failed=0
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

result()
{
	n=$((n + 1))
	if [[ $1 == 0 ]]; then
		echo "ok $n - $2"
	else
		failed=$((failed + 1))
		echo "not ok $n - $2"
	fi
}

errors='bpf=EPERM bpf=ENOMEM bpf=EINVAL perf=EPERM perf=EMFILE open=ENOENT
	open=EMFILE open=EPERM read=EIO write=ENOSPC epoll=ENOMEM
	epoll=EPERM ioctl=EINVAL ioctl=EPERM stat=EIO fork=EAGAIN fd=EMFILE
	ptrace=EPERM'
# The loader does not check its first two; what replaces itself by another
# program is loaded twice.
malloc=malloc=$progs/libnomem.so
compiler=$(dirname "$ESPY")/compiler/espy
flags=
signals='bpf=SIGINT bpf=SIGTERM bpf=SIGHUP bpf=SIGQUIT bpf=SIGPIPE bpf=SIGKILL
	perf=SIGINT perf=SIGKILL epoll=SIGINT epoll=SIGTERM epoll=SIGKILL
	ioctl=SIGINT ioctl=SIGKILL open=SIGTERM open=SIGKILL write=SIGTERM
	write=SIGKILL ptrace=SIGINT ptrace=SIGTERM ptrace=SIGKILL'

# walk NAME FIRST EVERY FAULT... -- COMMAND...; what a script never calls is
# passed over
walk()
{
	local name=$1 first=$2 every=$3 line
	shift 3

	"$progs/faulty" $flags -f "$first" -e "$every" "$@" >"$work/said"
	while read -r line; do
		case $line in
		*'# SKIP'* | *': 0 injected'*) ;;
		'ok '*) result 0 "$name: ${line#*- }" ;;
		'not ok '*) result 1 "$name: ${line#*- }" ;;
		*) echo "$line" ;;
		esac
	done <"$work/said"
}

# script NAME TEXT [OPTION...]
script()
{
	local name=$1 text=$2
	shift 2

	"$ESPY" --save "$work/$name.o" -e "$text" || {
		result 1 "$name: saved"
		return
	}
	walk "$name, saved" 1 1 $errors $signals -- \
		"$ESPY_RUN" -q "$@" "$work/$name.o"
	walk "$name, saved" 3 1 mmap=ENOMEM memory=ENOMEM $malloc -- \
		"$ESPY_RUN" -q "$@" "$work/$name.o"
	walk "$name" 1 1 ${errors/read=EIO/} $signals -- \
		"$ESPY" -q "$@" -e "$text"
	walk "$name" 3 7 read=EIO -- "$ESPY" -q "$@" -e "$text"
	walk "$name" 3 7 mmap=ENOMEM -- "$compiler" -q "$@" -e "$text"
	walk "$name" 3 3 memory=ENOMEM -- "$compiler" -q "$@" -e "$text"
	walk "$name" 3 97 $malloc -- "$ESPY" -q "$@" -e "$text"
}

uprobe="uprobe:$progs/work:work /pid == cpid/"

"$progs/leftovers" list >"$work/before"
if [[ ${1-} == short ]]; then
	# Nothing to detach in the first one, which takes the kernel a while.
	"$ESPY" --save "$work/a.o" -e 'begin { @[comm, 1] = count();
		printf("%d\n", 5); exit(); } end { print(@); }'
	"$ESPY" --save "$work/b.o" -e "$uprobe { @[comm, arg0] = count(); }"
	walk 'begin' 1 1 bpf=EPERM epoll=ENOMEM open=EMFILE bpf=SIGINT -- \
		"$ESPY_RUN" -q "$work/a.o"
	walk 'begin' 3 3 mmap=ENOMEM read=EIO memory=ENOMEM bpf=SIGKILL -- \
		"$ESPY_RUN" -q "$work/a.o"
	walk 'uprobe' 1 1 perf=EPERM ioctl=EINVAL fd=EMFILE fork=EAGAIN \
		perf=SIGKILL -- "$ESPY_RUN" -q -c "$progs/work 2" "$work/b.o"
else
	script begin 'begin { @ = 1; @h = hist(5); print(@h); exit(); }
		end { printf("%d\n", @); }'
	script uprobe "$uprobe { @[comm, arg0] = count(); @s = hist(arg0);
		printf(\"%d\\n\", arg0); }" \
		-c "$progs/work 3"
	# Names of addresses may stay numbers, so they are not printed.
	script stacks "$uprobe { @[ustack(3)] = count(); }
		end { print(len(@)); clear(@); }
		uretprobe:$progs/work:work* /pid == cpid/ {
		@r[probe, retval > 0] = count(); }" \
		-c "$progs/work 2"
	script tracepoint "tracepoint:syscalls:sys_enter_write
		/pid == cpid/ { @[args.fd] = count(); }
		rawtracepoint:sys_exit { \$x = 1; }" -c "$progs/work 2"
	script timers 'interval:ms:1 { @++; if (@ == 3) { exit(); } }
		profile:hz:99 { $x = 1; } software:page-faults:1000 { $x = 2; }
		end { clear(@); }'
	# Time enough for the clear between two of them.
	script pair 'interval:ms:20 { @n++; @[@n & 1] = 1; print(@, 1, 1);
		clear(@); if (@n == 3) { exit(); } } end { clear(@n);
		clear(@); }'
	script iter 'iter:task { @ = count(); } end { print(@ > 0); clear(@); }'
	flags=-t # how long it took
	script test 'test:one { @ = 1; return 0; }' --test
fi
"$progs/leftovers" since "$work/before" "$patience" >"$work/left"
result $? 'no program, map or link is left'
sed 's/^/# /' "$work/left"
echo "1..$n"
[[ $failed == 0 ]]
