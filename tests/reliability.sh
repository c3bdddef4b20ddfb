#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# reliability.sh - does all exist that docs/reliability.md says shows a promise?
# Prints TAP.
set -eu

top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
failed=0 n=0
for file in $(grep -o '`\(tests\|runtime\)/[^`]*`' "$top/docs/reliability.md" |
	tr -d '`' | sort -u); do
	n=$((n + 1))
	if [ -e "$top/$file" ]; then
		echo "ok $n - $file is there"
	else
		echo "not ok $n - $file is there"
		failed=1
	fi
done
[ "$n" -gt 10 ] || failed=1
echo "1..$n"
exit $failed
