#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# selftest.sh - does run.sh find what is wrong, and nothing else? Prints TAP.
# espy is a stand-in, so neither root nor a build is needed.
[ -n "${BASH_VERSION-}" ] || exec bash "$0"
set -u

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
number=0
failed=0
trap 'rm -rf "$scratch"' EXIT

result()
{
	number=$((number + 1))
	if (($1 == 0)); then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		failed=1
	fi
}

run()
{
	ESPY=$here/selftest/espy ESPY_RUN=$here/selftest/espy-run \
		ESPY_TEST_PROGS=$scratch/progs ESPY_TEST_GUEST='' \
		"$here/run.sh" "$@"
}

"$here/../progs/build.sh" "$scratch/progs" leftovers reader sleeper || exit 1

run "$here/selftest/good.test" >"$scratch/good"
status=$?
result $status "good cases pass"
((status == 0)) || sed 's/^/# /' "$scratch/good"
cases=$(grep -c '^NAME' "$here/selftest/good.test")
test "$(grep -c '^ok .*, direct$' "$scratch/good")" -eq "$cases"
result $? "every good case is run"
test "$(grep -c '^ok .*, saved$' "$scratch/good")" -eq $((cases - 1))
result $? "every program is run saved, too"

run -s 1 "$here/selftest/bad.test" >"$scratch/bad"
test $? -eq 1
result $? "bad cases give status 1"
while IFS= read -r said; do
	grep -qF -- "$said" "$scratch/bad"
	result $? "says: $said"
done <"$here/selftest/bad.said"

run "$here/selftest/skip.test" >"$scratch/skip"
test $? -eq 1
result $? "nothing but skips is a failure"
grep -q '^ok 1 .* # SKIP needs kernel<4.0$' "$scratch/skip"
result $? "a missing feature skips"

"$here/merge.sh" "$scratch/good" "$scratch/good" >/dev/null
result $? "merge: complete results pass"
! "$here/merge.sh" "$scratch/good" "$scratch/skip" >/dev/null
result $? "merge: a case skipped everywhere fails"
sed '/^1\.\./d' "$scratch/good" >"$scratch/cut"
! "$here/merge.sh" "$scratch/good" "$scratch/cut" >/dev/null
result $? "merge: results that are cut off fail"
! "$here/sum.sh" "$scratch/good" "$scratch/skip" >/dev/null
result $? "sum: a skip fails"
: >"$scratch/empty"
! "$here/sum.sh" "$scratch/good" "$scratch/empty" >/dev/null
result $? "sum: a tier without results fails"
! "$here/sum.sh" "$scratch/good" "$scratch/missing" >/dev/null 2>&1
result $? "sum: a missing tier fails"
"$here/sum.sh" "$scratch/good" | grep -qx '[0-9]* passed, 0 failed, 0 skipped'
result $? "sum: adds up"

echo "1..$number"
exit "$failed"
