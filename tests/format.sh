#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# .clang-format decides how C looks. Prints TAP.
set -u
cd "${top_srcdir:-.}" || exit 1

tool=
for name in clang-format-14 clang-format; do
	case $($name --version 2>/dev/null) in
	*"version 14."*)
		tool=$name
		break
		;;
	esac
done
if test -z "$tool"; then
	echo "ok - formatted # SKIP clang-format 14 is not installed"
	exit 0
fi

. tests/files.sh
wrong=$(project_files -name '*.[ch]' | xargs "$tool" --dry-run -Werror 2>&1)
if test -z "$wrong"; then
	echo "ok - C is formatted"
else
	echo "not ok - C is formatted"
	echo "$wrong" | sed -n 's/^\(.*\): error: .*/# \1/p' |
		sort -u -t: -k1,1
fi
