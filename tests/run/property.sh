#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# property.sh SEED N - do N random expressions have the value that a C compiler
# gives them, folded and at run time? Prints "N expressions agree", or those
# that do not: number, folded, computed, assigned (< espy's, > C's).
#
# Needs espy and property (tests/progs) in the PATH, and $CC or cc.
set -u

seed=${1:?usage: property.sh SEED N}
n=${2:?usage: property.sh SEED N}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

property script "$seed" "$n" >"$tmp/random.bt"
property c "$seed" "$n" >"$tmp/answer.c"
# The generated text is no example of style.
"${CC:-cc}" -fwrapv -w -O1 -o "$tmp/answer" "$tmp/answer.c" || exit
"$tmp/answer" >"$tmp/c"
espy "$tmp/random.bt" >"$tmp/out" 2>"$tmp/err" || {
	cat "$tmp/err"
	exit 1
}
sed '/^$/d' "$tmp/out" >"$tmp/espy"
if (($(wc -l <"$tmp/espy") == n)) && diff "$tmp/espy" "$tmp/c" >"$tmp/diff"
then
	echo "$n expressions agree"
	exit
fi
cat "$tmp/diff"
sed -n 's/^[<>] \([0-9]*\) .*/\1/p' "$tmp/diff" | sort -un |
while read -r i; do
	grep -E "^	(let )?\\\$[fra]$i " "$tmp/random.bt"
done
exit 1
