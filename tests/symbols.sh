#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is linked where: nothing of the compiler in what runs saved programs,
# no state outside of the structures that are passed around; what scripts use of
# LLVM is side by side (src/cli/order.sh). Prints TAP.
set -u
cd "${top_builddir:-.}" || exit 1

runtime_libs="libbase.a libplan.a libmachine.a libruntime.a"

report()
{
	wrong=$(cat)
	if test -z "$wrong"; then
		echo "ok - $1"
		return
	fi
	echo "not ok - $1"
	echo "$wrong" | sed 's/^/# /'
}

no_llvm()
{
	test -f "$1" || echo "$1: not built"
	nm "$1" 2>/dev/null | sed -n 's/.* \(LLVM[A-Za-z0-9]*\)$/\1/p' |
		LC_ALL=C sort -u | sed "s/^/$1: /"
}

# Objects in writable sections, except what is constant after relocation and
# what the compiler adds for sanitizers and coverage.
writable()
{
	test -f "$1" || echo "$1: not built"
	objdump -t "$1" 2>/dev/null | awk -v lib="$1" '
	/file format/ { member = $1 }
	/^[0-9a-f]+ [lgu]     [ O] (\.t?data|\.t?bss|\*COM\*)/ &&
	!/ \.data\.rel\.ro/ && !/(gcov|asan|ubsan|ASAN)/ {
		print lib ": " member " " $NF " is not constant"
	}'
}

# Bytes of the functions in the order that the linker was given.
ordered()
{
	objdump -h compiler/espy 2>/dev/null | awk '
	$2 == ".text.touched" && length($3) == 8 && $3 >= "00400000" { found = 1 }
	END { if (!found) print "compiler/espy: less than 4 MiB" }'
}

for file in $runtime_libs espy espy-run; do
	no_llvm "$file" | report "no LLVM in $file"
done
for file in $runtime_libs libcompiler.a; do
	writable "$file" | report "no global state in $file"
done
if test -f compiler/order.ld; then
	ordered | report "what scripts use of LLVM is side by side"
fi
