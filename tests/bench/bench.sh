#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench.sh - start-up, memory, cost per event and attach time beside Debian's bpftrace and
# the same job written by hand with libbpf. Every round runs each tool in turn;
# medians and ratios are printed. Ratios are the result: absolute times are
# this machine's.
#
# ESPY, MEASURE, HAND: the programs. BPFTRACE: the peer (may be missing).
# CLANG compiles the hand-written jobs. ROUNDS (9), EVENTS (300000).
# ESPY_TEST_PROGS: the test programs, for user probes. PATIENCE (90): seconds
# after which the peer is ended while it attaches, and '-' shown.
# SECONDS_OF_LINES (10).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-9}
events=${EVENTS:-300000}
peer=${BPFTRACE:-$(command -v bpftrace || true)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for job in COUNT COMM HIST TID; do
	"${CLANG:-clang-19}" -O2 -g -target bpf "-DJOB_$job" \
		-I"/usr/include/$(uname -m)-linux-gnu" \
		-c "$here/hand.bpf.c" -o "$work/$job.o"
done

# median FILE COLUMN
median() {
	awk -v c="$2" '{ print $c }' "$1" | sort -n |
		awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)];
			else print "-" }'
}

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN {
		if (a == "-" || b == "-" || b + 0 == 0) print "-"
		else printf "%.2f", a / b }'
}

# row LABEL COLUMN DIVISOR: the three files' medians and ratios
row() {
	local e p h
	e=$(median "$work/espy" "$2") p=$(median "$work/peer" "$2")
	h=$(median "$work/hand" "$2")
	local out=()
	for v in "$e" "$p" "$h"; do
		[ "$v" = - ] || v=$(awk -v v="$v" -v d="$3" \
			'BEGIN { printf "%.1f", v / d }')
		out+=("$v")
	done
	printf '%-42s %9s %9s %9s %13s %12s\n' "$1" "${out[@]}" \
		"$(ratio "$e" "$p")" "$(ratio "$e" "$h")"
}

# compare MODE JOB SCRIPT PEER_SCRIPT
compare() {
	local mode=$1 job=$2 script=$3 theirs=$4
	: >"$work/espy"
	: >"$work/peer"
	: >"$work/hand"
	for _ in $(seq "$rounds"); do
		"$MEASURE" $mode "$ESPY" -e "$script" >>"$work/espy"
		[ -z "$peer" ] ||
			"$MEASURE" $mode "$peer" -e "$theirs" >>"$work/peer" ||
			echo "the peer has failed: $theirs" >&2
		[ "$job" = none ] ||
			"$MEASURE" $mode "$HAND" "$work/$job.o" >>"$work/hand"
	done
}

printf '%-42s %9s %9s %9s %13s %12s\n' "median of $rounds" espy bpftrace \
	'by hand' espy/bpftrace espy/by-hand
tp=tracepoint:syscalls:sys_enter_getppid

compare run none 'begin { exit() }' 'BEGIN { exit() }'
row 'run of begin { exit() }, ms' 1 1
row '  its peak memory, MiB' 2 1024
compare attached COUNT "$tp { @ = count() }" "$tp { @ = count() }"
row 'start to attached: tracepoint count, ms' 1 1
row '  its peak memory, MiB' 2 1024
while read -r job what; do
	compare "event $events" "$job" "$tp { $what }" "$tp { $what }"
	row "$what, ns per event" 1 1
done <<'JOBS'
COUNT @ = count();
COMM @[comm] = count();
HIST @ = hist(nsecs);
TID @[tid] = nsecs;
JOBS

# Lines in a file of so many events per second (0: as many as there can be)
# while both the tool and who makes the events want a CPU.
line='printf("%d %s\n", pid, comm);'
for rate in 1000000 0; do
	compare "lines $rate ${SECONDS_OF_LINES:-10}" none \
		"$tp { $line }" "$tp { $line }"
	row "printf of $([ $rate = 0 ] && echo all || echo 1M) events/s: lines/s" 1 1
	row '  lost/s' 2 1
done

# attach LABEL SCRIPT: exec to attached, end of the command to gone
attach() {
	: >"$work/espy"
	: >"$work/peer"
	: >"$work/hand"
	for _ in $(seq "$rounds"); do
		"$MEASURE" attach "$patience" "$ESPY" -e "$2" >>"$work/espy"
	done
	[ -z "$peer" ] || BPFTRACE_MAX_PROBES=2000 \
		"$MEASURE" attach "$patience" "$peer" -e "$2" >>"$work/peer" ||
		: >"$work/peer"
	row "$1: start to attached, ms" 1 1
	row '  detached, ms' 2 1
}

patience=${PATIENCE:-90}
many=uprobe:$ESPY_TEST_PROGS/many:many_
export ESPY_MAX_PROBES=2000
attach '1 tracepoint' 'tracepoint:syscalls:sys_enter_read { @ = count(); }'
attach '50 tracepoints' "$("$ESPY" -l 'tracepoint:syscalls:sys_enter_*' |
	head -n 50 | paste -sd, ) { @ = count(); }"
attach 'tracepoints of all system calls' \
	'tracepoint:syscalls:sys_enter_* { @ = count(); }'
attach '1 user function' "${many}0000 { @ = count(); }"
attach '50 user functions' "$(printf "$many%s*," 000 001 002 003)${many}004* \
	{ @ = count(); }"
attach '360 user functions' "$(printf "$many%s*," 00 01 02 \
	030 031 032 033 034)${many}035* { @ = count(); }"
attach '2000 user functions' "$many* { @ = count(); }"

# A session: Enter to attached, of clauses that all stay; by itself, for nobody
# else has sessions.
for i in $(seq 100); do
	echo "$tp { @[$i] = count(); }"
	echo :time
done | "$ESPY" -i -q 2>/dev/null | awk '/^compile/ { print $2 + $5 }' \
	>"$work/entries"
# entry LABEL FROM TO
entry() {
	sed -n "$2,$3p" "$work/entries" >"$work/some"
	printf '%-42s %9.1f\n' "$1" "$(median "$work/some" 1)"
}
entry 'in a session, the first clause, ms' 1 1
entry '  clauses 2 to 20, the median' 2 20
entry '  clauses 81 to 100, the median' 81 100
