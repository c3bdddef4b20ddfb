#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench.sh - espy beside Debian's bpftrace, the same job written by hand in C
# (jobs/, hand.c) and an empty program. Every round of a row runs each tool in
# turn; medians, spread and ratios are printed. Ratios are the result: absolute
# times are this machine's. docs/performance.md explains the rows.
#
# ESPY, ESPY_RUN, MEASURE, HAND: the programs. BPFTRACE: the peer ("": none).
# CLANG compiles the jobs. ESPY_TEST_PROGS: the programs that user probes are
# put on. BENCH_OUT (.): where bench.txt, bench.json and bench.svg go.
# BENCH_ROWS: a regular expression of groups to run, by default all: start
# types size attach event lines print curve stages session. BENCH_QUICK=1: one
# round of little work. ROUNDS (9), EVENTS (200000). BENCH_SECONDS (780): after
# so many, each row that is left is measured once.
set -u
here=$(cd "$(dirname "$0")" && pwd)
rows=${BENCH_ROWS:-.}
rounds=${ROUNDS:-9}
events=${EVENTS:-200000}
entries=1000000
patience=40
line_seconds=5
limit=${BENCH_SECONDS:-780}
if [ "${BENCH_QUICK:-0}" != 0 ]; then
	rounds=1 events=20000 entries=20000 patience=10 line_seconds=1
fi
peer=${BPFTRACE-$(command -v bpftrace || true)}
out=${BENCH_OUT:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset ESPY_CACHE
export XDG_CACHE_HOME=$work/cache ESPY_MAX_PROBES=2500
mkdir -p "$XDG_CACHE_HOME"
: >"$work/rows"
: >"$work/samples"
: >"$work/notes"

tp=tracepoint:syscalls:sys_enter_getppid
tpx=tracepoint:syscalls:sys_exit_getppid

# --- rows and samples -------------------------------------------------------

# wanted GROUP
wanted() {
	[[ $1 =~ $rows ]]
}

# row ID UNIT SENSE PEER_GOAL HAND_GOAL LABEL: SENSE is less or more (what is
# better), goals are ratios or -.
row() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>"$work/rows"
	case $6 in
	' '*) ;;
	*) printf '%4d s: %s\n' "$SECONDS" "$6" >&2 ;;
	esac
}

# take TOOL IDS COMMAND...: a sample for each column of what measure prints. A
# run that fails or takes too long leaves none, and a note.
take() {
	local tool=$1 ids=$2 values id i=0 keys=
	shift 2
	[ "$1" = map ] && keys=1100000
	if ! values=$(env ${keys:+"ESPY_MAX_MAP_KEYS=$keys"} \
		$([ "$tool" = peer ] && echo BPFTRACE_MAX_PROBES=2500 \
			BPFTRACE_MAX_BPF_PROGS=2500 \
			${keys:+"BPFTRACE_MAP_KEYS_MAX=$keys"}) \
		timeout -k 5 $((patience + 30)) "$MEASURE" "$@" \
		2>>"$work/err"); then
		echo "$tool has failed or took too long: $ids" >>"$work/notes"
		return 1
	fi
	read -r -a values <<<"$values"
	for id in $ids; do
		[ "$id" = - ] || printf '%s\t%s\t%s\n' "$id" "$tool" \
			"${values[$i]:--}" >>"$work/samples"
		i=$((i + 1))
	done
}

# rounds_of SECONDS FUNCTION ARGS...: again and again, but not for long
rounds_of() {
	local begun=$SECONDS budget=$1 i
	shift
	for ((i = 0; i < rounds; i++)); do
		"$@"
		[ $((SECONDS - begun)) -lt "$budget" ] || break
		[ "$SECONDS" -lt "$limit" ] || break
	done
}

# Options that this build may have or not.
has_option() {
	"$ESPY" --help | grep -q -e "$1"
}
text=()
has_option --no-cache && text=(--no-cache)
has_cache=${#text[@]}

if [ "$(id -u)" = 0 ] || [ -n "${BENCH_PRETEND:-}" ]; then :; else
	echo 'bench.sh: it traces: become root' >&2
	exit 2
fi

mkdir "$work/jobs"
job() { # NAME [OF FLAG]
	"${CLANG:-clang-19}" -O2 -g -target bpf ${3:+"$3"} \
		-I"/usr/include/$(uname -m)-linux-gnu" \
		-c "$here/jobs/${2:-$1}.bpf.c" -o "$work/jobs/$1.o"
}
for source in "$here"/jobs/*.bpf.c; do
	job "$(basename "$source" .bpf.c)" || exit 1
done
job ustack stack -DUSER=1 || exit 1
by_hand() {
	echo "$work/jobs/$1.o"
}

# --- start-up ---------------------------------------------------------------

# What ended before is still being taken away by the kernel for a while: none is
# to pay for another one.
take_quietly() {
	sleep 0.15
	take "$@"
}

# runs ID MODE SCRIPT PEER_SCRIPT JOB: compiled from text, from the cache and
# saved, which are rows of their own with the same peers. JOB: or none.
runs_once() {
	local id=$1 mode=$2 job=$5 end=
	[ "$mode" = attached ] || end=exit
	take_quietly espy "$id ${id}_mem" "$mode" "$ESPY" "${text[@]}" -e "$3"
	[ "$has_cache" = 0 ] ||
		take_quietly espy "${id}_cache -" "$mode" "$ESPY" -e "$3"
	take_quietly espy "${id}_saved ${id}_saved_mem" "$mode" "$ESPY_RUN" \
		"$work/$id.o"
	if [ -n "$peer" ]; then
		take_quietly peer "$id ${id}_mem" "$mode" "$peer" -e "$4"
	fi
	if [ "$job" != none ]; then
		take_quietly hand "$id ${id}_mem" "$mode" "$HAND" "$(by_hand "$job")" \
			$end
		take_quietly empty "$id ${id}_mem" "$mode" "$HAND" "$(by_hand empty)" \
			$end
	fi
}

# runs ID MODE PEER_GOAL HAND_GOAL LABEL SCRIPT PEER_SCRIPT JOB
runs() {
	row "$1" ms less "$3" "$4" "$5"
	row "$1_cache" ms less - 1.3 '  from the cache'
	row "$1_saved" ms less - 1.3 '  saved, by espy-run'
	row "$1_mem" KiB less 0.333 - '  peak memory'
	row "$1_saved_mem" KiB less - 2 '  peak memory of espy-run'
	timeout 30 "$ESPY" "${text[@]}" --save "$work/$1.o" -e "$6" \
		2>>"$work/err"
	rounds_of 45 runs_once "$1" "$2" "$6" "$7" "$8"
	# The cached and the saved are beside the same peers.
	awk -F'\t' -v OFS='\t' -v id="$1" '
	$2 != "espy" && $1 == id { print id "_cache", $2, $3
				   print id "_saved", $2, $3 }
	$2 != "espy" && $1 == id "_mem" { print id "_saved_mem", $2, $3 }' \
		"$work/samples" >"$work/more"
	cat "$work/more" >>"$work/samples"
}

if wanted start; then
	runs start_count attached 0.333 2.5 \
		'start to attached: tracepoint, count by comm' \
		"$tp { @[comm] = count(); }" "$tp { @[comm] = count(); }" comm
	runs start_begin run 0.05 - 'whole run of begin { exit() }' \
		'begin { exit(); }' 'BEGIN { exit(); }' none
	runs start_exit run 0.05 - \
		'whole run of the same count, immediate exit' \
		"$tp { @[comm] = count(); } begin { exit(); }" \
		"$tp { @[comm] = count(); } BEGIN { exit(); }" comm
fi

if wanted types; then
	ours="$tp { @[curtask->real_parent->tgid] = count(); }"
	theirs="$tp { @[((struct task_struct *)curtask)->real_parent->tgid] = count(); }"
	runs types_attached attached 0.25 - \
		'start to attached: types of the kernel' \
		"$ours" "$theirs" none
	runs types_exit run 0.1 - '  whole run, immediate exit' \
		"$ours begin { exit(); }" "$theirs BEGIN { exit(); }" none
fi

# --- size -------------------------------------------------------------------

# KiB of programs and of the libraries they need that are not libc's
size_of() {
	local file
	for file; do
		readlink -f "$file"
		ldd "$file" 2>/dev/null | awk '$3 ~ /^\// { print $3 }' |
			grep -Ev '/(libc|libm|libdl|librt|libpthread|libresolv)\.so' |
			xargs -r -n1 readlink -f
	done | sort -u | xargs stat -L -c %s | awk '{ n += $1 } END {
		printf "%.0f\n", n / 1024 }'
}

# sized ID LABEL PEER_GOAL FILES...
sized() {
	local id=$1 label=$2 goal=$3 file n=0 files=()
	shift 3
	for file; do
		n=$((n + 1))
		files+=("$work/stripped.$n")
		cp "$file" "$work/stripped.$n"
		strip "$work/stripped.$n" 2>>"$work/err"
	done
	row "$id" KiB less "$goal" - "$label"
	printf '%s\tespy\t%s\n' "$id" "$(size_of "${files[@]}")" \
		>>"$work/samples"
	[ -z "$peer" ] || printf '%s\tpeer\t%s\n' "$id" "$(size_of "$peer")" \
		>>"$work/samples"
}

if wanted size; then
	compiler=$(dirname "$ESPY")/compiler/espy
	[ -x "$compiler" ] || compiler=
	sized size_espy 'size with libraries beyond libc: espy' 0.2 "$ESPY" \
		${compiler:+"$compiler"}
	sized size_run '  espy-run' - "$ESPY_RUN"
fi

# --- attach and detach ------------------------------------------------------

attach_once() {
	take espy "$1 $1_attach $1_detach" attach "$patience" "$ESPY" \
		"${text[@]}" -e "$2"
}

# What takes longer than the patience is a sample of as much: a lower bound.
attach_peer() {
	[ -n "$peer" ] || return 0
	take peer "$1 $1_attach $1_detach" attach "$patience" "$peer" -e "$2" &&
		return
	printf '%s\tpeer\t%s\n' "$1" ">$((patience * 1000))" \
		>>"$work/samples"
}

# attach ID GOAL LABEL SCRIPT
attach() {
	row "$1" ms less "$2" - "$3: attach, detach"
	row "$1_attach" ms less - - '  start to attached'
	row "$1_detach" ms less - - '  detach'
	rounds_of 12 attach_once "$1" "$4"
	attach_peer "$1" "$4"
}

many=uprobe:$ESPY_TEST_PROGS/many:many_
# functions N: attach points of so many functions of the test program
functions() {
	local n=$1 i list=
	for ((i = 0; i < n; i++)); do
		list+=$(printf '%s%04d,' "$many" "$i")
	done
	echo "${list%,} { @ = count(); }"
}

if wanted attach; then
	attach attach_1 - '1 tracepoint' \
		'tracepoint:syscalls:sys_enter_read { @ = count(); }'
	attach attach_50 0.05 '50 tracepoints' \
		"$("$ESPY" -l 'tracepoint:syscalls:sys_enter_*' |
		head -n 50 | paste -sd, ) { @ = count(); }"
	attach attach_360 0.05 'all system calls (some 360)' \
		'tracepoint:syscalls:sys_enter_* { @ = count(); }'
	attach attach_u1 - '1 user function' "${many}0000 { @ = count(); }"
	attach attach_u50 0.05 '50 user functions' "$(functions 50)"
	attach attach_u360 0.05 '360 user functions' "$(functions 360)"
	attach attach_u2000 0.05 '2000 user functions' "$many* { @ = count(); }"
fi

# --- cost per event ---------------------------------------------------------

event_once() {
	local id=$1 job=$2
	take espy "$id ${id}_wall -" event "$events" "$ESPY" -e "$3"
	[ -z "$peer" ] || take peer "$id ${id}_wall -" event "$events" \
		"$peer" -e "$4"
	take hand "$id ${id}_wall -" event "$events" "$HAND" "$(by_hand "$job")"
	take empty "$id ${id}_wall -" event "$events" "$HAND" \
		"$(by_hand empty)"
}

# event JOB LABEL SCRIPT [PEER_SCRIPT]
event() {
	local id=event_$1
	wanted "$id" || wanted event || return 0
	row "$id" ns less 1 1.05 "$2"
	row "${id}_wall" ns less 1 - '  from event to event'
	rounds_of 25 event_once "$id" "$1" "$3" "${4:-$3}"
}

export EVENT=getppid
event count '@ = count()' "$tp { @ = count(); }"
event comm '@[comm] = count()' "$tp { @[comm] = count(); }"
event pid '@[pid] = count()' "$tp { @[pid] = count(); }"
event comm_cpu '@[comm, cpu] = count()' "$tp { @[comm, cpu] = count(); }"
event hist '@ = hist(nsecs)' "$tp { @ = hist(nsecs); }"
event lhist '@ = lhist(nsecs % 1000, 0, 1000, 10)' \
	"$tp { @ = lhist(nsecs % 1000, 0, 1000, 10); }"
event incr '@x++' "$tp { @x++; }"
latency="$tp { @s[tid] = nsecs; } $tpx /@s[tid]/ { @ = hist(nsecs - @s[tid]); delete(@s[tid]); }"
event latency 'latency by @s[tid], both ends' "$latency"
event latency_self 'latency by self->s (bpftrace: @s[tid])' \
	"$tp { self->s = nsecs; } $tpx /self->s/ { @ = hist(nsecs - self->s); self->s = 0; }" \
	"$latency"
event stack '@[kstack] = count()' "$tp { @[kstack] = count(); }"
event ustack '@[ustack] = count()' "$tp { @[ustack] = count(); }"
event printf 'printf("%d %s\n", pid, comm)' \
	"$tp { printf(\"%d %s\\n\", pid, comm); }"
export EVENT=chdir
event string '@[str(args.filename, 64)] = count()' \
	'tracepoint:syscalls:sys_enter_chdir { @[str(args.filename, 64)] = count(); }' \
	'tracepoint:syscalls:sys_enter_chdir { @[str(args->filename, 64)] = count(); }'
export EVENT=getppid

# --- lines ------------------------------------------------------------------

lines_once() {
	local id=$1 rate=$2 ids="$1 $1_lost $1_said"
	local line="$tp { printf(\"%d %s\\n\", pid, comm); }"
	take espy "$ids" lines "$rate" "$line_seconds" "$ESPY" -e "$line"
	[ -z "$peer" ] || take peer "$ids" lines "$rate" "$line_seconds" \
		"$peer" -e "$line"
	take hand "$ids" lines "$rate" "$line_seconds" "$HAND" \
		"$(by_hand printf)"
}

# Of a rate of events, and of as many as there can be while both the tool and
# who makes the events want a CPU.
if wanted lines; then
	cd "$work" || exit 1
	for rate in 1000000 0; do
		what="printf of $([ $rate = 0 ] && echo all || echo 1M) events/s"
		# of a rate nobody can keep more than come
		goal=$([ $rate = 0 ] && echo 3 || echo 1)
		row "lines_$rate" '1/s' more $goal 0.667 "$what: lines kept"
		row "lines_${rate}_lost" '1/s' less - - '  lost'
		row "lines_${rate}_said" '1/s' less - - '  of them told'
		rounds_of 60 lines_once "lines_$rate" "$rate"
	done
	cd - >/dev/null || exit 1
fi

# --- printing ---------------------------------------------------------------

pg=tracepoint:syscalls:sys_enter_getpgid
print_once() {
	local ids=$1 n=$2
	take espy "$ids" map "$n" "$ESPY" -e "$pg { @[args.pid] = 1; }"
	[ -z "$peer" ] || take peer "$ids" map "$n" "$peer" \
		-e "$pg { @[args->pid] = 1; }"
	take hand "$ids" map "$n" "$HAND" "$(by_hand map)"
}

if wanted print; then
	row print ms less 0.2 - "a map of $entries entries, printed sorted"
	row print_mem KiB less - - '  peak memory'
	rounds_of 60 print_once 'print print_mem' "$entries"
fi

# --- curves -----------------------------------------------------------------

# script LINES: clauses of ten lines each
script() {
	awk -v n="$1" -v tp="$tp" 'BEGIN {
		for (i = 0; i * 10 < n; i++) {
			print tp " /pid > " i "/ {"
			print "\t$c = comm;"
			print "\t@names" i % 50 "[$c] = count();"
			print "\t@sums[pid] = sum(" i ");"
			print "\tif (tid % 7 == 3) {"
			print "\t\tprintf(\"%s %d\\n\", $c, " i ");"
			print "\t}"
			print "\t@h = hist(nsecs % 1000);"
			print "\t@x++;"
			print "}"
		}
	}'
}

curve_lines_once() {
	take espy "curve_lines_$1 -" run "$ESPY" "${text[@]}" --emit=obj \
		"$work/lines.$1"
}

# Attaching as in an own row, and ended by the command's end.
curve_probes_once() {
	take espy "curve_probes_$1" attach "$patience" "$ESPY" "${text[@]}" \
		-e "$(functions "$1")"
}

if wanted curve; then
	saved_rounds=$rounds
	rounds=$((rounds < 3 ? rounds : 3))
	for n in 1 10 100 1000; do
		row "curve_probes_$n" ms less - - "curve: $n user functions"
		rounds_of 10 curve_probes_once "$n"
	done
	for n in 1 100 10000 100000 1000000; do
		[ "$n" -le "$entries" ] || continue
		row "curve_entries_$n" ms less - - "curve: $n entries, printed"
		rounds_of 20 print_once "curve_entries_$n -" "$n"
	done
	for n in 10 100 1000 10000; do
		[ "$n" -le "$events" ] || continue
		script "$n" >"$work/lines.$n"
		row "curve_lines_$n" ms less - - "curve: $n lines, compiled"
		rounds_of 20 curve_lines_once "$n"
	done
	rounds=$saved_rounds
fi

# --- a session --------------------------------------------------------------

# Enter to attached, of clauses that all stay; nobody else has sessions.
if wanted session; then
	for i in $(seq $((rounds > 1 ? 60 : 5))); do
		echo "$tp { @[$i] = count(); }"
		echo :time
	done | timeout 60 "$ESPY" -i -q 2>>"$work/err" |
		awk '/^compile/ { n++; printf "session_%s\tespy\t%s\n",
			n == 1 ? "first" : n <= 20 ? "early" : "late",
			$2 + $5 }' >>"$work/samples"
	row session_first ms less - - 'in a session: the first clause'
	row session_early ms less - - '  clauses 2 to 20'
	row session_late ms less - - '  clauses 21 to 60'
fi

# --- stages of a compile ----------------------------------------------------

: >"$work/stages"
if wanted stages && "$ESPY" --help | grep -q 'emit.*time\|[ ,]time[ ,]'; then
	timeout 30 "$ESPY" "${text[@]}" --emit=time \
		-e "$tp { @[comm] = count(); }" >"$work/stages" 2>>"$work/err" ||
		: >"$work/stages"
fi

# --- what comes of it -------------------------------------------------------

report() {
	awk -v form="$1" -v rounds="$rounds" -v kernel="$(uname -r)" \
		-v espy="$("$ESPY" --version | head -n 1)" \
		-v peer="${peer:+$("$peer" --version 2>&1 | head -n 1)}" \
		-v cpus="$(nproc)" -v took="$SECONDS" -f "$here/report.awk" \
		part=1 "$work/rows" part=2 "$work/samples" \
		part=3 "$work/stages"
}
mkdir -p "$out"
report table | tee "$out/bench.txt"
report json >"$out/bench.json"
report svg >"$out/bench.svg"
sort -u "$work/notes" | sed 's/^/note: /' | tee -a "$out/bench.txt"
