#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# leaks.sh [FILE.test...] - the end-to-end cases (all, or those of FILEs) with a
# build that finds leaks, misuse of memory and undefined behaviour. What is found
# is written to files, so that no case can swallow it; each is a failure. Prints
# TAP.
#
# Left out are cases that take memory away, which no sanitizer survives, and
# those that measure it. Leaks are not looked for when terminals hang up: the
# kernel continues then what LeakSanitizer is about to stop, and it waits forever.
#
# ESPY, ESPY_RUN, ESPY_TEST_PROGS: the programs.
set -u

here=$(cd "$(dirname "$0")" && pwd)
left_out='faults.test load.test soak.test'
ESPY=${ESPY:-espy}
reports=$(mktemp -d)
chmod 1777 "$reports" # nobody writes there, too
trap 'rm -rf "$reports"' EXIT
trap 'exit 1' HUP INT TERM

if ! ASAN_OPTIONS=verbosity=1:detect_leaks=1 "$ESPY" -V 2>&1 |
	grep -q 'checking for leaks'; then
	echo 'not ok 1 - leaks are looked for # configure --enable-sanitizers'
	echo '1..1'
	exit 1
fi

(($#)) || set -- "$here"/../run/*.test
files=() terminals=()
for file; do
	case " $left_out " in
	*" ${file##*/} "*) ;;
	*) if [[ ${file##*/} == terminal.test ]]; then
		terminals+=("$file")
	else
		files+=("$file")
	fi ;;
	esac
done

# cases LEAKS FILE...
cases()
{
	local options=log_path=$reports/report:log_exe_name=1

	(($# > 1)) || return 0
	ASAN_OPTIONS=detect_leaks=$1:$options \
		UBSAN_OPTIONS=print_stacktrace=1:$options \
		bash "$here/../run/run.sh" --label check-leaks \
		--slow "${ESPY_TEST_SLOW:-12}" "${@:2}"
}

status=0
cases 1 "${files[@]}" || status=1
cases 0 "${terminals[@]}" || status=1
for report in "$reports"/*; do
	[[ -e $report ]] || continue
	echo "not ok - ${report##*/}: $(grep -m 1 'ERROR\|error' "$report")"
	sed 's/^/#  /' "$report"
	status=1
done
exit $status
