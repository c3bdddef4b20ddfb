#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# soak.sh [COUNT [ENDS [KIND...]]] - attach and detach probes of each kind COUNT
# (1000) times in one process, which may not grow, and ENDS (40) times by
# processes that end in all sorts of ways: of the command, by SIGINT, SIGTERM,
# SIGKILL. Then nothing may be left: no program, map or link, no event of
# tracefs, no breakpoint in the memory of a process that was traced. Prints TAP,
# with the figures of each kind.
#
# ESPY, ESPY_RUN, ESPY_TEST_PROGS: the programs. A kind that this kernel lacks
# is skipped; without any that is there, it fails.
set -u

count=${1:-1000}
ends=${2:-40}
shift $(($# < 2 ? $# : 2))
ESPY=${ESPY:-espy}
ESPY_RUN=${ESPY_RUN:-espy-run}
rounds=$(dirname "$ESPY_RUN")/tests/soak/rounds
progs=${ESPY_TEST_PROGS:?is where the test programs are}
patience=$((60 * ${ESPY_TEST_SLOW:-1})) # seconds
work=$(mktemp -d)
mkfifo "$work/said"
n=0 failed=0 ran=0 target=

finish()
{
	[[ -z $target ]] || kill -KILL "$target" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
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

# kind NAME SCRIPT [OPTION...]; --loop: it ends by itself
names=() scripts=() options=()
kind()
{
	names+=("$1")
	scripts+=("$2")
	shift 2
	options+=("$*")
}

many=$progs/many
kind begin 'begin { @ = 1; exit(); } end { @ = 2; }' --loop
kind self 'self:signal:SIGUSR1 { @ = count(); } interval:s:100 { }'
kind test 'test:one { @ = 1; return 0; } test:two { return 0; }' --test
kind bench 'bench:one { @ = count(); }' --bench
kind interval 'interval:ms:1 { @ = count(); }'
kind profile 'profile:hz:99 { @ = count(); }'
kind software 'software:page-faults:1 { @ = count(); }'
kind hardware 'hardware:cpu-cycles:1000000 { @ = count(); }'
kind watchpoint 'watchpoint:0x10000:8:w { @ = count(); }' -p TARGET
kind iter 'iter:task { @ = count(); }' --loop
kind iters 'iter:task { @ = count(); } iter:bpf_map { @m = count(); }
	iter:task_file { @f = count(); }' --loop
kind tracepoint 'tracepoint:sched:sched_switch { @ = count(); }'
kind tracepoints 'tracepoint:sched:* { @[probe] = count(); }'
kind syscalls 'tracepoint:syscalls:sys_enter_* { @[probe] = count(); }'
kind rawtracepoint 'rawtracepoint:sched_switch { @ = count(); }'
kind rawtracepoints 'rawtracepoint:sched_* { @[probe] = count(); }'
kind uprobe "uprobe:$many:many_0000 { @ = count(); }"
kind uprobe-pid "uprobe:$many:many_0000 { @ = count(); }" -p TARGET
kind uretprobe "uretprobe:$many:many_0000 { @ = count(); }"
kind uprobes "uprobe:$many:many_000* { @[probe] = count(); }"
kind uretprobes "uretprobe:$many:many_001* { @[probe] = count(); }"
kind uprobes-single "uprobe:$many:many_000* { @[probe] = count(); }" \
	--no-feature uprobe_multi
kind usdt "usdt:$progs/marks:*:* { @ = count(); }"
kind kprobe 'kprobe:vfs_read { @ = count(); }'
kind kretprobe 'kretprobe:vfs_read { @ = count(); }'
kind kprobes 'kprobe:vfs_rea* { @[probe] = count(); }'
kind kretprobes 'kretprobe:vfs_rea* { @[probe] = count(); }'
kind kprobes-single 'kprobe:vfs_rea* { @[probe] = count(); }' \
	--no-feature kprobe_multi
kind fentry 'fentry:vfs_read { @ = count(); }'
kind fexit 'fexit:vfs_read { @[retval < 0] = count(); }'
kind fentries 'fentry:vfs_rea* { @[probe] = count(); }'
kind lsm 'lsm:file_open { @ = count(); }'
kind fmodret 'fmodret:security_file_open { @ = count(); }'

# attached FD: reads until everything is attached.
attached()
{
	local line

	while read -r -t "$patience" -u "$1" line; do
		[[ $line != Attached* ]] || return 0
	done
	return 1
}

# until_signal SIGNAL FILE OPTION...: the status does not matter: 0 when it was
# attached
until_signal()
{
	local signal=$1 file=$2 pid status=1
	shift 2

	"$ESPY_RUN" "$@" "$file" >/dev/null 2>"$work/said" &
	pid=$!
	exec {said}<"$work/said"
	if attached "$said"; then
		status=0
	fi
	kill "-$signal" "$pid"
	wait "$pid"
	exec {said}<&-
	return $status
}

# once ROUND FILE OPTION...
once()
{
	local round=$1 file=$2
	shift 2

	if [[ " $* " == *' --loop '* || " $* " == *' --test '* ||
	      " $* " == *' --bench '* ]]; then
		"$ESPY_RUN" -q "${@/#--loop/-q}" "$file" >/dev/null 2>&1
		return
	fi
	case $((round % 4)) in
	0) if [[ " $* " == *' -p '* ]]; then
		until_signal HUP "$file" "$@"
	else
		"$ESPY_RUN" -q "$@" -c true "$file" >/dev/null 2>&1
	fi ;;
	1) until_signal INT "$file" "$@" ;;
	2) until_signal TERM "$file" "$@" ;;
	3) until_signal KILL "$file" "$@" ;;
	esac 2>/dev/null
}

soak()
{
	local name=${names[$1]} words=() i
	read -ra words <<<"${options[$1]/TARGET/$target}"

	if ! "$ESPY" --save "$work/$name.o" -e "${scripts[$1]}" \
		>"$work/why" 2>&1 ||
	   ! once 0 "$work/$name.o" "${words[@]}"; then
		n=$((n + 1))
		echo "ok $n - $name # SKIP not on this kernel"
		return
	fi
	ran=$((ran + 1))
	GLIBC_TUNABLES=glibc.malloc.tcache_count=0 \
		"$rounds" "$count" "$work/$name.o" "${words[@]}" >"$work/why" 2>&1
	result $? "$name: $count times in one process"
	sed 's/^/# /' "$work/why"
	for ((i = 0; i < ends; i++)); do
		once "$i" "$work/$name.o" "${words[@]}" && continue
		echo "# round $i was not attached"
		result 1 "$name: $ends ends"
		return
	done
	result 0 "$name: $ends ends"
}

# The code of the traced process as it is in memory and in its file.
has_its_code()
{
	local range rights offset rest from to

	while read -r range rights offset rest; do
		[[ $rights == r-xp && $rest == */many ]] || continue
		from=$((0x${range%-*} / 4096)) to=$((0x${range#*-} / 4096))
		dd "if=/proc/$target/mem" "of=$work/memory" bs=4096 \
			skip=$from count=$((to - from)) 2>/dev/null
		dd "if=$many" "of=$work/file" bs=4096 \
			skip=$((0x$offset / 4096)) count=$((to - from)) \
			2>/dev/null
		[[ -s $work/memory ]] || return
		cmp "$work/memory" "$work/file" >"$work/differ" && return
	done <"/proc/$target/maps"
	return 1
}

dynamic_events()
{
	cat /sys/kernel/tracing/uprobe_events /sys/kernel/tracing/kprobe_events \
		2>/dev/null
}

"$many" 1000000000 10 &
target=$!
disown "$target"
dynamic_events >"$work/events"
"$progs/leftovers" list >"$work/before"
for i in "${!names[@]}"; do
	[[ $# == 0 || " $* " == *" ${names[i]} "* ]] && soak "$i"
done
"$progs/leftovers" since "$work/before" "$patience" >"$work/left"
result $? 'no program, map or link is left'
sed 's/^/# /' "$work/left"
dynamic_events | cmp -s "$work/events"
result $? 'no event of tracefs is left'
# The kernel removes those some time after the last reference went away.
for ((i = 0; i < patience * 10; i++)); do
	has_its_code && break
	sleep 0.1
done
has_its_code
result $? 'no breakpoint is left'
[[ $ran -gt 0 ]]
result $? 'something was attached'
echo "1..$n"
[[ $failed == 0 ]]
