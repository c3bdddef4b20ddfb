#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# reliability.sh - does all exist that docs/reliability.md says shows a promise:
# files, and, behind a file and a colon, one of its cases? Prints TAP.
set -eu

top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}

# One `FILE` or `FILE.test: CASE` a line.
names()
{
	grep -o '`\(tests\|runtime\)/[^`]*`' "$top/docs/reliability.md" |
		tr -d '`' | sort -u
}

is_there()
{
	file=$top/${1%%: *}
	[ -e "$file" ] || return 1
	[ "$1" != "${1%%: *}" ] || return 0
	grep -Fqx "NAME ${1#*: }" "$file"
}

names | {
	failed=0 n=0 cases=0
	while IFS= read -r name; do
		n=$((n + 1))
		case $name in *': '*) cases=$((cases + 1)) ;; esac
		if is_there "$name"; then
			echo "ok $n - $name is there"
		else
			echo "not ok $n - $name is there"
			failed=1
		fi
	done
	[ "$n" -gt 10 ] && [ "$cases" -gt 10 ] || failed=1
	echo "1..$n"
	exit $failed
}
