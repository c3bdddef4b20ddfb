#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# merge.sh FILE.tap... - is each end-to-end case run at least somewhere?
#
# The files are what run.sh printed on this machine and in the guests. A kernel
# may lack what a case needs; all of them may not. A file that is not complete
# fails as well. Prints one TAP line per case and way of running it.
set -eu

awk '
function finish_file() {
	if (name != "" && plan != lines)
		broken[++broken_count] = name
}
FNR == 1 { finish_file(); name = FILENAME; plan = -1; lines = 0 }
/^1\.\.[0-9]+$/ { plan = substr($0, 4) + 0 }
/^(not )?ok [0-9]+ - / {
	lines++
	state = /^not / ? "failed" : / # SKIP / ? "skipped" : "passed"
	key = $0
	sub(/^(not )?ok [0-9]+ - /, "", key)
	why = key
	sub(/ # SKIP .*/, "", key)
	sub(/.* # SKIP /, "", why)
	if (!(key in seen)) {
		seen[key] = ++count
		keys[count] = key
	}
	have[key, state] = 1
	if (state == "skipped")
		reason[key] = why
}
END {
	finish_file()
	for (i = 1; i <= count; i++) {
		key = keys[i]
		if (have[key, "failed"]) {
			print "not ok " i " - " key
			failed++
		} else if (have[key, "passed"]) {
			print "ok " i " - " key
			passed++
		} else {
			print "not ok " i " - " key
			print "#  skipped everywhere: " reason[key]
			failed++
		}
	}
	for (i = 1; i <= broken_count; i++) {
		print "not ok " count + i " - " broken[i] " is not complete"
		failed++
	}
	print "1.." count + broken_count
	print "run on all kernels: " passed + 0 " passed, " failed + 0 \
		" failed, 0 skipped"
	exit failed || !passed
}' "$@"
