#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# order.sh - an order of sections for the linker, by the functions that compiling
# some scripts touches (touched.c). Where that cannot be found out the order is
# empty, and the program as large in memory as LLVM is.
#
#	order.sh NM PLAIN OUT SCRIPT...
set -u
nm=$1 plain=$2 out=$3
shift 3

"$nm" -n "$plain" | grep -E ' [tTwW] (_Z|_GLOBAL__|LLVM)' >"$out.functions"
: >"$out.touched"
for script; do
	ESPY_FUNCTIONS=$out.functions ESPY_TOUCHED=$out.one ESPY_SYSROOT=/nowhere \
		"$plain" --no-cache --emit=obj "$script" >/dev/null &&
		cat "$out.one" >>"$out.touched"
	rm -f "$out.one"
done
test -s "$out.touched" ||
	echo 'order.sh: not known which functions are used together' >&2
{
	echo 'SECTIONS { .text.touched : {'
	awk '!seen[$0]++ { print "*(.text." $0 " .text.startup." $0 ")" }' \
		"$out.touched"
	echo '} } INSERT BEFORE .text;'
} >"$out"
rm -f "$out.functions" "$out.touched"
