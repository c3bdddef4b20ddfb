#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [OPTIONS] FILE.test... - run end-to-end cases, print TAP.
#
#	-s, --slow N	multiply time limits by N (default: measured)
#	--mode both	run each case directly, and saved + espy-run (default)
#	--mode direct	only directly, except what only a guest can run
#	--label NAME	what the last line calls this run (default: run)
#	--keep DIR	keep the saved programs that other kernels can run
#	--use DIR	run what is kept there with espy-run, instead of
#			compiling it here again
#	--only REGEX	only cases whose "file: name" matches
#	--tap FILE	write the output to FILE, too
#
# README.md describes the files. $ESPY and $ESPY_RUN are the programs under
# test (./espy, ./espy-run), $ESPY_TEST_PROGS the folder of the built test
# programs (built when unset), $ESPY_TEST_GUEST is set in a guest.
#
# In an emulated guest starting a program takes 25 ms, so this is bash and uses
# its builtins.
set -u -m
export LC_ALL=C.UTF-8
shopt -s extglob

# A command in the background has SIGINT ignored, which cases send.
[[ -z $(trap -p INT) ]] || exec env --default-signal=INT,QUIT "$BASH" "$0" "$@"

here=$(cd "$(dirname "$0")" && pwd)
. "$here/features.sh"
. "$here/parse.sh"
. "$here/check.sh"

mode=both
label=run
slow=${ESPY_TEST_SLOW-}
only=
keep=
use=
tap=
while [[ ${1-} == -* ]]; do
	case $1 in
	-s|--slow) slow=$2; shift 2 ;;
	--mode)    mode=$2; shift 2 ;;
	--label)   label=$2; shift 2 ;;
	--keep)    mkdir -p "$2"; keep=$(cd "$2" && pwd); shift 2 ;;
	--use)     use=$2; shift 2 ;;
	--only)    only=$2; shift 2 ;;
	--tap)     tap=$2; shift 2 ;;
	*) sed -n '3,19s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
done

ESPY=$(realpath "${ESPY:-./espy}")
ESPY_RUN=$(realpath "${ESPY_RUN:-./espy-run}")
TOP=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
chmod 755 "$scratch"
PROGS=${ESPY_TEST_PROGS:-$scratch/progs}
number=0 passed=0 failed=0 skipped=0
declare -a jobs=()

end_jobs()
{
	local job

	# Without an argument wait waits for everything, also for tee.
	((${#jobs[@]})) || return 0
	for job in "${jobs[@]}"; do
		kill -KILL -- "-$job" 2>/dev/null
	done
	{ wait "${jobs[@]}"; } 2>/dev/null
	jobs=()
}

finish()
{
	end_jobs
	rm -rf "$scratch"
	if [[ -n $tap ]]; then
		exec >&-
		wait "$tee"
	fi
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# A pause without starting a program.
mkfifo "$scratch/never"
exec {never}<>"$scratch/never"
pause()
{
	read -r -t "$1" -u "$never"
}

# How much slower than a fast machine with nothing else to do is this one?
# Limits only catch what hangs, so the answer is rounded up generously.
measure_slow()
{
	local start=${EPOCHREALTIME/./} i spent

	for ((i = 0; i < 100000; i++)); do :; done
	spent=$((${EPOCHREALTIME/./} - start))
	slow=$((spent / 80000 + 2))
}

prepare()
{
	[[ -n $slow ]] || measure_slow
	export ESPY_TEST_SLOW=$slow
	if [[ ! -x $PROGS/leftovers ]]; then
		"$here/../progs/build.sh" "$PROGS" >&2 || exit 2
	fi
	PROGS=$(cd "$PROGS" && pwd)
	export PROGS TOP ESPY ESPY_RUN
	export ESPY_CACHE=no # what is tested is compiled
	export ESPY_TEST_KEEP=$keep ESPY_TEST_USE=$use
	PATH=$(dirname "$ESPY"):$PROGS:$PATH
	if ((EUID == 0)) && [[ ! -e /sys/kernel/tracing/events ]]; then
		mount -t tracefs tracefs /sys/kernel/tracing
	fi
}

# Replace {{PROGS}} and the like in $1; the result is in REPLY.
substitute()
{
	REPLY=${1//'{{PROGS}}'/"$PROGS"}
	REPLY=${REPLY//'{{TOP}}'/"$TOP"}
	REPLY=${REPLY//'{{TMP}}'/"$TMP"}
	REPLY=${REPLY//'{{PID}}'/"$PID"}
}

# Run "$@" in the background as a process group of its own, the case's folder
# its working folder. Sets job.
start()
{
	local out=$1 err=$2
	shift 2

	(
		cd "$TMP" || exit 126
		[[ -z ${field[ENV]-} ]] || eval "export ${field[ENV]}"
		exec "$@"
	) <"$TMP/in" >"$out" 2>"$err" &
	job=$!
	jobs+=("$job")
}

# Wait for process group $1, and end it at the time limit. Sets status.
# (wait -n on two processes would be simpler, but misses one that has ended.)
wait_for()
{
	local target=$1 guard

	(
		sleep "$limit"
		: >"$TMP/late"
		kill -TERM -- "-$target"
		sleep 1
		kill -KILL -- "-$target"
	) <"$TMP/in" >"$TMP/guard" 2>&1 &
	guard=$!
	jobs+=("$guard")
	{ wait "$target"; status=$?; } 2>/dev/null
	kill -KILL -- "-$guard" 2>/dev/null
	{ wait "$guard"; } 2>/dev/null
	if [[ -e $TMP/late ]]; then
		why="still running after $limit seconds"
		status=timeout
		return 1
	fi
}

# A command that runs beside espy, for as long as the case lasts. Sets PID when
# the program has really been started.
start_before()
{
	local comm own

	PID=0
	[[ -n ${field[BEFORE]-} ]] || return 0
	substitute "${field[BEFORE]}"
	eval "set -- $REPLY"
	start "$TMP/before.out" "$TMP/before.err" "$@"
	PID=$job
	read -r own <"/proc/$$/comm"
	while read -r comm <"/proc/$PID/comm" && [[ $comm == "$own" ]]; do
		pause 0.01
	done 2>/dev/null
}

is_attached()
{
	local text=

	IFS= read -r -d '' text <"$ERR"
	[[ $text == *Attached\ * ]] && return 0
	IFS= read -r -d '' text <"$OUT"
	[[ $text == *'"attached_probes"'* ]]
}

# Once espy says that it is attached, make the events; then end espy as a user
# would, unless it ends itself.
run_after()
{
	local espy=$1 started=$SECONDS

	while ! is_attached; do
		if ! kill -0 "$espy" 2>/dev/null; then
			# It may have said so just before its end.
			is_attached && break
			why="ended before it was attached"
			return
		fi
		if ((SECONDS - started > limit)); then
			why="not attached after $limit seconds"
			kill -KILL -- "-$espy"
			return
		fi
		pause 0.02
	done
	substitute "${field[AFTER]}"
	start "$TMP/after.out" "$TMP/after.err" bash -c "$REPLY"
	wait_for "$job" || return
	if ((status != 0)); then
		why="AFTER ended with status $status"
	fi
	if [[ ${field[END]-} != itself ]]; then
		kill -INT "$espy" 2>/dev/null
	fi
}

# Run one command of a case under its time limit. Sets status, and why when it
# went wrong.
run_command()
{
	local espy

	why=
	command=("$@")
	: >"$OUT" >"$ERR"
	if [[ ${field[ROOT]-} == no ]]; then
		set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
	start "$OUT" "$ERR" "$@"
	espy=$job
	if [[ -n ${field[AFTER]-} ]]; then
		run_after "$espy"
	fi
	wait_for "$espy"
}

# The words of a field of options, as a shell reads them, in the array words.
split()
{
	substitute "${field[$1]-}"
	eval "words=($REPLY)"
}

run_direct()
{
	local -a words line=("$ESPY")

	if [[ -n ${field[CMD]-} ]]; then
		substitute "${field[CMD]}"
		run_command bash -c "$REPLY"
		return
	fi
	for words_of in ARGS COMPILE_ARGS RUN_ARGS; do
		split $words_of
		line+=("${words[@]}")
	done
	add_child
	add_program
	split PARAMS
	run_command "${line[@]}" "${words[@]}"
}

add_child()
{
	if [[ -n ${field[CHILD]-} ]]; then
		substitute "${field[CHILD]}"
		line+=(-c "$REPLY")
	fi
}

add_program()
{
	if [[ -n ${field[PROG]-} ]]; then
		substitute "${field[PROG]}"
		line+=(-e "$REPLY")
	elif [[ -n ${field[FILE]-} ]]; then
		substitute "${field[FILE]}"
		line+=("$REPLY")
	fi
}

# What cannot be compiled is not run: then the case is about the compiler.
# Where the saved program of this case is kept; the name is in REPLY.
kept_name()
{
	REPLY="$file: ${field[NAME]}"
	REPLY=$1/${REPLY//[^a-zA-Z0-9]/_}.o
}

# A plan with layouts of this kernel that another one need not have: it would be
# refused there, with the reason.
is_bound()
{
	grep -qE '^plan .* needs=[a-z_,]*release|^probe .* tracepoint symbol=.* arg='
}

# Not those with offsets of this very kernel, with the number of a process of this
# run, or with warnings to expect.
keep_saved()
{
	[[ ${field[PROG]-} != *'{{PID}}'* ]] || return 0
	[[ ! -s $TMP/save.err ]] || return 0
	! is_bound <<<"$("$ESPY" --emit=plan "$TMP/saved.o")" || return 0
	kept_name "$keep"
	cp "$TMP/saved.o" "$REPLY"
}

compile_saved()
{
	local -a words line=("$ESPY" --save "$TMP/saved.o")
	local after=${field[AFTER]-}

	for words_of in ARGS COMPILE_ARGS; do
		split $words_of
		line+=("${words[@]}")
	done
	add_program
	field[AFTER]=
	run_command "${line[@]}"
	field[AFTER]=$after
	[[ $status == 0 ]] || return
	mv "$ERR" "$TMP/save.err"
	[[ -z $keep ]] || keep_saved
}

run_saved()
{
	compile_saved
	[[ $status == 0 ]] || return
	run_kept "$TMP/saved.o"
	cat "$TMP/save.err" >>"$ERR"
}

# Run the saved program $1.
run_kept()
{
	local -a words line=("$ESPY_RUN")
	local program=${1-}

	if [[ -z $program ]]; then
		kept_name "$use"
		program=$REPLY
	fi
	for words_of in ARGS RUN_ARGS; do
		split $words_of
		line+=("${words[@]}")
	done
	add_child
	line+=("$program")
	split PARAMS
	run_command "${line[@]}" "${words[@]}"
}

# Print a TAP line: "ok" or "not ok", and what may follow the name.
report()
{
	number=$((number + 1))
	echo "$1 $number - $title${2-}"
}

# Run the case in the way $1: direct, saved, or kept (saved on another kernel).
run_once()
{
	title="$file: ${field[NAME]}, $1"
	if ! features_met; then
		report ok " # SKIP needs $missing"
		skipped=$((skipped + 1))
		return
	fi
	TMP=$(mktemp -d "$scratch/case.XXXXXX")
	chmod 777 "$TMP"
	export TMP OUT=$TMP/out ERR=$TMP/err
	printf '%s' "${field[STDIN]+"${field[STDIN]}"$'\n'}" >"$TMP/in"
	limit=$((${field[TIMEOUT]:-30} * slow))
	[[ ${EUID} != 0 ]] || "$PROGS/leftovers" list >"$TMP/bpf"
	problems=()
	start_before
	"run_$1"
	check_result
	end_jobs
	if ((EUID == 0)); then
		check_leftovers
	fi
	if ((${#problems[@]})); then
		failed=$((failed + 1))
		report "not ok"
		explain
	else
		passed=$((passed + 1))
		report ok
	fi
	rm -rf "$TMP"
}

has_saved_run()
{
	[[ -n ${field[PROG]-}${field[FILE]-} ]] || return 1
	[[ ${field[SAVED]-} != no ]] || return 1
	[[ $mode == both ]] && return 0
	[[ ${field[GUEST]-} == both ]] || only_in_guest
}

# The parser calls this for each complete case.
run_case()
{
	if [[ -n $only && ! "$file: ${field[NAME]}" =~ $only ]]; then
		return
	fi
	if [[ -n ${ESPY_TEST_GUEST-} && ${field[GUEST]-} == no ]]; then
		return
	fi
	if [[ -n $use && ${field[GUEST]-} != direct ]]; then
		kept_name "$use"
		if [[ -e $REPLY ]]; then
			run_once kept
			return
		fi
	fi
	run_once direct
	if has_saved_run; then
		run_once saved
	fi
}

# The parser calls this for a mistake in a file of cases.
bad_file()
{
	title="$file: $1"
	failed=$((failed + 1))
	report "not ok"
}

if [[ -n $tap ]]; then
	exec > >(exec tee "$tap")
	tee=$!
fi
prepare
echo "# $label: $(uname -r), time limits times $slow"
for path in "$@"; do
	file=$(basename "$path" .test)
	parse_file "$path"
done
echo "1..$number"
echo "$label: $passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
