#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Do the examples compile that users read? Those of the manual's language
# chapters (between .EX and .EE) and of all rows of the tables, against
# tests/data/host. None may make espy say anything. Prints TAP.
set -u

top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
ESPY=${ESPY:-espy}
# That machine has few binaries to put probes on.
export ESPY_SYSROOT="$top/tests/data/host" ESPY_MISSING_PROBES=ignore
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
n=0 failed=0

# try NAME FILE: compiles FILE, to the end
try()
{
	n=$((n + 1))
	if "$ESPY" --unsafe --check -q "$2" word >"$tmp/said" 2>&1 </dev/null &&
	   test ! -s "$tmp/said"; then
		echo "ok $n - $1"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $n - $1"
	sed 's/^/# /' "$2" "$tmp/said"
}

# groff's way to write \ and -
LC_ALL=C awk -v tmp="$tmp" '
/^\.EX/ { file = sprintf("%s/man%02d.bt", tmp, ++n); next }
/^\.EE/ { close(file); file = ""; next }
file != "" { gsub(/\\-/, "-"); gsub(/\\[e\\]/, "\\"); print >file }
' "$top/man/language.roff" "$top/man/espy.1.in"
for example in "$tmp"/man*.bt; do
	try "manual: $(head -n 1 "$example")" "$example"
done

# "// TABLE NAME" and then the example, on lines of their own.
"$ESPY" --docs examples >"$tmp/examples" || exit 1
LC_ALL=C awk -v tmp="$tmp" '
/^\/\/ [a-z_ -]* [^ ]*$/ {
	if (file != "")
		close(file)
	file = sprintf("%s/row%03d.bt", tmp, ++n)
}
{ print >file }
' "$tmp/examples"
for example in "$tmp"/row*.bt; do
	try "$(sed -n '1s,^// ,,p' "$example")" "$example"
done
echo "1..$n"
test $n -gt 20 && test $failed -eq 0
