#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs tests that print TAP and sums them up in one line:
#	LABEL: N passed, N failed, N skipped
# Usage: tap.sh LABEL TEST...
#
# A TEST is a shell script (NAME.sh) or a program of unit tests. One that ends
# badly without a "not ok", or says nothing at all, counts as one failure.
# Environment for the tests: top_srcdir, top_builddir, ESPY, ESPY_RUN.
# $tests_skipped: a result to begin with, "NAME # SKIP WHY".
set -u

label=$1
shift
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
: >"$tmp/all"
: >"$tmp/err"

# Reads TAP; numbers the results, puts the name of the test before each, keeps
# what is said about the failures.
renumber()
{
	awk -v test="$1" -v n="$(grep -c . "$tmp/all")" -v all="$tmp/all" '
	/^(not )?ok([^a-z]|$)/ {
		bad = /^not/
		word = bad ? "not ok" : "ok"
		sub(/^(not )?ok *[0-9]* *(- *)?/, "")
		sub(/ *\([0-9.]+s\)$/, "")
		printf "%s %d - %s: %s\n", word, ++n, test, $0
		print bad ? "failed" : /# *SKIP/ ? "skipped" : "passed" >>all
		next
	}
	/^TAP version|^1\.\.[0-9]|^# (Criterion|Running)|^# *$/ { next }
	/^(check|check-[a-z]+): [0-9]+ passed/ { next }
	{ print }
	'
}

run_one()
{
	name=${1##*/tests/}
	name=${name#tests/}
	name=${name#unit/}
	name=${name%.sh}
	case $1 in
	*.sh) sh "$1" >"$tmp/out" ;;
	*) LC_ALL=C "$1" -q "--tap=$tmp/out" 2>"$tmp/err" ;;
	esac
	status=$?
	# What was tested passes in spite of a leak.
	if grep -q 'ERROR: [A-Za-z]*Sanitizer' "$tmp/err"; then
		sed 's/^/# /' "$tmp/err"
		echo "not ok - no sanitizer reports anything" >>"$tmp/out"
	fi
	test "$status" -eq 0 || sed 's/^/# /' "$tmp/err"
	test -f "$tmp/out" || : >"$tmp/out"
	if ! grep -Eq '^(not )?ok' "$tmp/out"; then
		echo "not ok - nothing was tested, status $status" >>"$tmp/out"
	elif test "$status" -ne 0 && ! grep -q '^not ok' "$tmp/out"; then
		echo "not ok - ended with status $status" >>"$tmp/out"
	fi
	renumber "$name" <"$tmp/out"
	rm -f "$tmp/out"
	: >"$tmp/err"
}

count()
{
	grep -c "^$1\$" "$tmp/all"
}

echo "TAP version 13"
test -z "${tests_skipped-}" || echo "ok - $tests_skipped" | renumber tests
for test; do
	run_one "$test"
done
echo "1..$(grep -c . "$tmp/all")"
echo "$label: $(count passed) passed, $(count failed) failed," \
	"$(count skipped) skipped"
test "$(count failed)" -eq 0 && test "$(count passed)" -gt 0
