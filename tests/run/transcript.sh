#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Types what a transcript of a session types, and compares what comes with what
# it shows. Usage: transcript.sh FILE.md (with espy in the PATH)
#
# Transcripts are blocks ``` whose first line is "# espy" or begins with that.
# Lines with the prompt are typed; any number stands for any other, blanks for
# any, and a line "..." for lines that are not looked at. Prints what differs.
set -u

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

awk -v tmp="$tmp" '
/^```/ { inside = 0; first = 1; next }
first && /^# espy/ { inside = 1; first = 0; n++; next }
{ first = 0 }
!inside { next }
/^(espy> |  \.\.\. )/ { print substr($0, 7) >(tmp "/typed"); next }
{ print >(tmp "/shown") }
END { exit !n }
' "$1" || { echo "no transcript in $1"; exit 1; }

espy -i <"$tmp/typed" >"$tmp/came" 2>&1
awk '
function plain(s) {
	gsub(/[0-9]+/, "N", s)
	gsub(/[ \t]+/, " ", s)
	return s
}
NR == FNR { shown[++n] = plain($0); next }
{ came[++m] = plain($0) }
END {
	for (i = j = 1; i <= n; i++) {
		if (shown[i] == "...") {
			while (j <= m && came[j] != shown[i + 1])
				j++
			continue
		}
		if (came[j] != shown[i]) {
			print "shown: " shown[i]
			print "came:  " came[j]
			exit 1
		}
		j++
	}
	if (j <= m && shown[n] != "...") {
		print "came, and is not shown: " came[j]
		exit 1
	}
	print n " lines as shown"
}' "$tmp/shown" "$tmp/came" || { cat "$tmp/came"; exit 1; }
