#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# readme.sh - do the commands in README.md work? Prints TAP.
#
# To be called in the build folder. Every command of every ```sh block is run
# as a reader would: in (a stand-in for) the checkout, with espy in the PATH.
# What still traces some seconds after "Attached" gets a Ctrl-C; the command
# must then end with status 0, and must not have warned.
#
# The block with ./configure is left to tests/fresh, which runs it on a system
# that has nothing yet. What needs probes this kernel lacks runs in a guest,
# all in one. ./bootstrap check calls this script, so it is not called again.
set -u -m

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$PWD
scratch=$(mktemp -d)
kernels=${ESPY_VM_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/espy/kernels}
slow=${ESPY_TEST_SLOW:-$([[ -n ${ESPY_TEST_GUEST-} ]] && echo 20 || echo 3)}
number=0 passed=0 failed=0 skipped=0
trap 'rm -rf "$scratch"' EXIT

# Print the commands of README.md, NUL after each: a line, and those that
# belong to it by a backslash or an open quote.
commands()
{
	local line text= block= in_block=

	while IFS= read -r line; do
		case $line in
		'```sh') in_block=yes block= text= ;;
		'```')   [[ -z $in_block || $block == *$'\n./configure'* ]] ||
				printf '%s' "$block" | split_block
			 in_block= ;;
		*)       [[ -z $in_block ]] || block+=$'\n'$line ;;
		esac
	done <"$top/README.md"
}

split_block()
{
	local line text=

	while IFS= read -r line || [[ -n $line ]]; do
		[[ -n $text || ($line != '#'* && -n $line) ]] || continue
		text+=${text:+$'\n'}$line
		if [[ $text != *\\ ]] && bash -n <<<"$text" 2>/dev/null; then
			printf '%s\0' "$text"
			text=
		fi
	done
	[[ -z $text ]] || printf '%s\0' "$text"
}

needs_guest()
{
	[[ -z ${ESPY_TEST_GUEST-} &&
	   ! -e /sys/bus/event_source/devices/kprobe &&
	   $1 =~ (kprobe|kretprobe|fentry|fexit|lsm): ]]
}

result()
{
	number=$((number + 1))
	echo "$1 $number - readme: ${command//$'\n'/ }${2-}"
}

# Something to see for whatever is being traced.
make_events()
{
	ls / >/dev/null
	cat /etc/hostname >/dev/null
	/bin/true
}

# Wait for the command; Ctrl-C when it has traced for a while.
attend()
{
	local started=$SECONDS attached= text sent=

	while kill -0 "$1" 2>/dev/null; do
		if ((SECONDS - started > 300 * slow)); then
			problem="hangs"
			kill -KILL -- "-$1"
			return
		fi
		text=$(<"$scratch/err")
		if [[ -z $attached && $text == *Attached* ]]; then
			attached=$SECONDS
			make_events
		fi
		if [[ -n $attached && -z $sent ]] &&
		   ((SECONDS - attached > 4 + 2 * slow)); then
			kill -INT -- "-$1"
			sent=yes
		fi
		sleep 0.2
	done
}

run_one()
{
	local pid status problem=

	: >"$scratch/out" >"$scratch/err"
	PATH=$build:$PATH bash -c "$command" </dev/null \
		>"$scratch/out" 2>"$scratch/err" &
	pid=$!
	attend "$pid"
	wait "$pid" 2>/dev/null
	status=$?
	[[ -n $problem || $status == 0 ]] || problem="status $status"
	if [[ -z $problem ]] && grep -qE 'WARNING|ERROR' "$scratch/err"; then
		problem="warns"
	fi
	if [[ -z $problem ]]; then
		passed=$((passed + 1))
		result ok
		return
	fi
	failed=$((failed + 1))
	result "not ok"
	echo "#  $problem"
	tail -n 20 "$scratch/out" "$scratch/err" | sed 's/^/#   /'
}

# The results of the guest count like ours.
run_in_guest()
{
	local kernel=6.12 line

	"$top/tests/vm/fetch.sh" "$kernels" || exit 1
	mkdir -p "$scratch/shared"
	printf '%s\0' "$@" >"$scratch/shared/commands"
	while IFS= read -r line; do
		case $line in
		'ok '*)     passed=$((passed + 1)) ;;
		'not ok '*) failed=$((failed + 1)) ;;
		'#'*)       ;;
		*)          continue ;;
		esac
		if [[ $line != '#'* ]]; then
			number=$((number + 1))
			line=${line/ok +([0-9])/ok $number}
		fi
		echo "$line"
	done < <(ESPY_VM_SHARED=$scratch/shared "$top/tests/vm/boot.sh" \
		"$kernels/$kernel" 2400 \
		"cd '$build' && '$here/readme.sh' \$ESPY_TEST_SHARED/commands" ||
		echo "not ok 0 - readme: the guest")
}

shopt -s extglob
mkdir "$scratch/checkout"
ln -s "$top"/* "$scratch/checkout"
if (($#)); then
	mapfile -d '' -t all <"$1"
else
	mapfile -d '' -t all < <(commands)
fi
cd "$scratch/checkout" || exit 1
guest=()
for command in "${all[@]}"; do
	if [[ $command == './bootstrap check' ]]; then
		if [[ -n ${ESPY_BOOTSTRAP_CHECK-} ]]; then
			passed=$((passed + 1))
			result ok " (it is running)"
		else
			skipped=$((skipped + 1))
			result ok " # SKIP it calls this test"
		fi
	elif needs_guest "$command"; then
		guest+=("$command")
	else
		run_one
	fi
done
if ((${#guest[@]})); then
	run_in_guest "${guest[@]}"
fi
echo "1..$number"
echo "readme: $passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
