#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What runs saved programs needs little: no library of the compiler, and where
# the archives are installed no shared library at all. Prints TAP.
#
# STATIC_RUN: espy-run without shared libraries; empty: cannot be made here;
# none: is not to be made, the build has sanitizers.
set -u
cd "${top_builddir:-.}" || exit 1
limit=3000000 # bytes, stripped

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

ldd espy-run 2>&1 | grep -E 'LLVM|clang|stdc\+\+|not found' |
	report "espy-run needs no library of a compiler"

test "${STATIC_RUN-}" != none || exit 0
if test -z "${STATIC_RUN-}"; then
	echo "ok - espy-run without shared libraries # SKIP no archives"
	exit 0
fi
{
	LC_ALL=C readelf -d "$STATIC_RUN" | grep NEEDED
	"./$STATIC_RUN" --version >/dev/null 2>&1 || echo "does not start"
} | report "espy-run without shared libraries"
strip -o "$STATIC_RUN.stripped" "$STATIC_RUN"
size=$(stat -c %s "$STATIC_RUN.stripped")
rm -f "$STATIC_RUN.stripped"
{ test "$size" -le $limit || echo "$size bytes"; } |
	report "espy-run has at most 3 MB"
