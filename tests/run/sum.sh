#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sum.sh FILE.tap... - add up TAP; the last line is "N passed, N failed,
# N skipped". Fails when a test failed, was skipped, or there was none.
set -eu

awk '
# A file without a result is a tier that broke down.
FNR == 1 && name { if (!lines) empty[name] = 1 }
FNR == 1 { name = FILENAME; lines = 0 }
/^not ok / { failed++; lines++; print FILENAME ": " $0 }
/^ok / && / # SKIP/ { skipped++; lines++; print FILENAME ": " $0; next }
/^ok / { passed++; lines++ }
END {
	if (!lines)
		empty[name] = 1
	for (name in empty) {
		print "not ok: no result in " name
		failed++
	}
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed || skipped || !passed
}' "$@"
