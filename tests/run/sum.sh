#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sum.sh FILE.tap... - add up TAP; the last line is "N passed, N failed,
# N skipped". Fails when a test failed, was skipped, or there was none. A file
# that is missing or has no result counts as one failure.
set -eu

awk '
BEGIN {
	for (i = 1; i < ARGC; i++) {
		wanted[ARGV[i]] = 1
		if ((getline line <ARGV[i]) < 0)
			delete ARGV[i]
		else
			close(ARGV[i])
	}
	ARGV[ARGC++] = "/dev/null"
}
/^not ok / { failed++; lines[FILENAME]++; print FILENAME ": " $0 }
/^ok / && / # SKIP/ {
	skipped++
	lines[FILENAME]++
	print FILENAME ": " $0
	next
}
/^ok / { passed++; lines[FILENAME]++ }
END {
	for (name in wanted) {
		if (!lines[name]) {
			print "not ok - no result in " name
			failed++
		}
	}
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed || skipped || !passed
}' "$@"
