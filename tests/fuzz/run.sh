#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the fuzzers that make fuzz has built, SECONDS together, and prints TAP.
# Usage: run.sh SECONDS
#
# Each begins with the scripts of tests/golden and examples, and what it found
# to be new in earlier runs (tests/fuzz/corpus). What it finds to be wrong is
# printed with the input, and left in tests/fuzz/corpus/FUZZER-*.
set -u

top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${top_builddir:-$PWD}
seconds=${1:-60}
corpus=$build/tests/fuzz/corpus
export ESPY_SYSROOT=$top/tests/data/host
number=0 passed=0

mkdir -p "$corpus/seeds"
for script in "$top"/tests/golden/*/*.bt "$top"/examples/*.bt; do
	name=${script#"$top/"}
	cp "$script" "$corpus/seeds/${name//\//_}"
done
LC_ALL=C awk -f "$top/tests/fuzz/dict.awk" "$corpus"/seeds/* \
	>"$corpus/script.dict"

# show FILE: an input that is found to be wrong
show()
{
	echo "# the input, $1:"
	head -c 4096 "$1" | sed 's/^/#   /'
	echo
	echo "# the same in base64:"
	base64 "$1" | sed 's/^/#   /'
}

# fuzz NAME SHARE OPTION...: with SHARE percent of the time
fuzz()
{
	local name=$1 limit=$((seconds * $2 / 100)) found
	shift 2

	number=$((number + 1))
	mkdir -p "$corpus/$name"
	rm -f "$corpus/$name"-*
	if "$build/tests/fuzz/fuzz_$name" -max_total_time=$limit -timeout=10 \
		-rss_limit_mb=2048 -artifact_prefix="$corpus/$name-" \
		-print_final_stats=1 "$@" >"$corpus/$name.log" 2>&1
	then
		passed=$((passed + 1))
		echo "ok $number - fuzz: $name"
		sed -n 's/^stat::number_of_executed_units: /#   inputs: /p' \
			"$corpus/$name.log"
		return
	fi
	echo "not ok $number - fuzz: $name"
	grep -A 30 -E 'ERROR:|runtime error:|ALARM:' "$corpus/$name.log" |
		head -n 40 | sed 's/^/#   /'
	for found in "$corpus/$name"-*; do
		[[ -e $found ]] && show "$found"
	done
}

mkdir -p "$corpus/c"
cp "$top/tests/unit/cdecl_sample.h" "$top/tests/progs/shapes.h" "$corpus/c"
fuzz c 15 -max_len=4096 "$corpus/c"
fuzz check 55 -max_len=2048 -dict="$corpus/script.dict" \
	"$corpus/check" "$corpus/seeds"
fuzz parse 15 -max_len=4096 -dict="$corpus/script.dict" \
	"$corpus/parse" "$corpus/seeds"
fuzz plan 15 -max_len=8192 -dict="$top/tests/fuzz/plan.dict" "$corpus/plan"
echo "1..$number"
echo "fuzz: $passed passed, $((number - passed)) failed, 0 skipped"
((passed == number))
