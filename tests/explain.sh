#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Are the pages of --explain true? Each page's script with the mistake must
# give messages of that code and of no other, the one without it none, against
# tests/data/host. Prints TAP.
set -u

top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
ESPY=${ESPY:-espy}
export ESPY_SYSROOT="$top/tests/data/host"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
n=0 failed=0

# result NAME WRONG: nothing is wrong when WRONG is empty
result()
{
	n=$((n + 1))
	test -n "$2" || { echo "ok $n - $1"; return; }
	failed=$((failed + 1))
	echo "not ok $n - $1"
	echo "$2" | sed 's/^/# /'
}

# try FILE: its first line is "// CODE wrong" or "// CODE right OPTIONS"
try()
{
	read -r _ code what options <"$1"
	# shellcheck disable=SC2086 # options are words
	"$ESPY" --check -v $options "$1" >"$tmp/out" 2>"$tmp/said" </dev/null
	if test "$what" = right; then
		result "$code: without the mistake" "$(cat "$tmp/said")"
		return
	fi
	sed -n 's/^.*\(ERROR\|WARNING\): .* \[\(D_[A-Z_]*\)\]$/\2/p' \
		"$tmp/said" | sort -u >"$tmp/codes"
	if test "$(cat "$tmp/codes")" = "$code"; then
		result "$code: the mistake" ""
	else
		result "$code: the mistake" "$(cat "$1" "$tmp/said")"
	fi
}

"$ESPY" --docs mistakes >"$tmp/scripts" || exit 1
LC_ALL=C awk -v tmp="$tmp" '
/^\/\/ D_[A-Z_]* (wrong|right)/ {
	if (file != "")
		close(file)
	file = sprintf("%s/page%03d.bt", tmp, ++n)
}
{ print >file }
' "$tmp/scripts"
for script in "$tmp"/page*.bt; do
	try "$script"
done

# Each code has a page; those without scripts say so.
"$ESPY" --explain >"$tmp/list" || exit 1
while read -r code _; do
	case $code in
	D_*) ;;
	*) continue ;;
	esac
	wrong=
	"$ESPY" --explain "$code" >"$tmp/page" 2>&1 || wrong="no page"
	if grep -q "^// $code wrong" "$tmp/scripts"; then
		grep -q '^a script that has the mistake:' "$tmp/page" ||
			wrong="its page has no script"
	else
		grep -q '^No script alone can cause it' "$tmp/page" ||
			wrong="its page has no script, and does not say why"
	fi
	result "$code: its page" "$wrong"
done <"$tmp/list"
echo "1..$n"
test $n -gt 100 && test $failed -eq 0
