#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench.sh - start-up, memory and cost per event beside Debian's bpftrace and
# the same job written by hand with libbpf. Every round runs each tool in turn;
# medians and ratios are printed. Ratios are the result: absolute times are
# this machine's.
#
# ESPY, MEASURE, HAND: the programs. BPFTRACE: the peer (may be missing).
# CLANG compiles the hand-written jobs. ROUNDS (9), EVENTS (300000).
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
			"$MEASURE" $mode "$peer" -e "$theirs" >>"$work/peer"
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
