#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check.sh [KERNEL...] - run the end-to-end cases on Debian's kernels.
#
# To be called in the build folder. The kernels (6.1 and 6.12 unless named) run
# at the same time; each is booted once and runs all cases. The TAP is printed
# as it comes, and written to tap/run-KERNEL.tap. Programs that check-root has
# saved on this kernel run there as they are, the rest is compiled there.
#
#	ESPY_VM_DIR	where the kernels are kept (~/.cache/espy/kernels)
#	ESPY_VM_LIMIT	seconds one guest may take (2400)
#	ESPY_TEST_ARGS	more options for run.sh, such as --only REGEX
#
# Limits are there to end a guest that hangs, not to measure anything.
set -u

here=$(cd "$(dirname "$0")" && pwd)
tests=$(dirname "$here")
kernels=${ESPY_VM_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/espy/kernels}
limit=${ESPY_VM_LIMIT:-2400}
build=$PWD
progs=$build/tests/progs.built
(($#)) || set -- 6.1 6.12

"$here/fetch.sh" "$kernels" || exit 1
kernels=$(cd "$kernels" && pwd)
"$tests/progs/build.sh" "$progs" || exit 1
mkdir -p tap

# One guest. What it prints is shown with the kernel's name in front.
run_guest()
{
	local command

	command="cd '$build' && ESPY_TEST_PROGS='$progs' \
ESPY='${ESPY:-$build/espy}' ESPY_RUN='${ESPY_RUN:-$build/espy-run}' \
'$tests/run/run.sh' --mode direct --use '$build/tests/kept' --label $1 ${ESPY_TEST_ARGS-} \
'$tests'/run/*.test"
	"$here/boot.sh" "$kernels/$1" "$limit" "$command" |
		tee "tap/run-$1.tap" | sed -u "s/^/$1: /"
	return "${PIPESTATUS[0]}"
}

# End the guests, and wait until they have ended, if we are ended.
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM HUP

declare -A guest=()
for kernel in "$@"; do
	run_guest "$kernel" &
	guest[$kernel]=$!
done
status=0
for kernel in "$@"; do
	wait "${guest[$kernel]}" || status=1
done
for kernel in "$@"; do
	tail -n 1 "tap/run-$kernel.tap"
done
exit "$status"
