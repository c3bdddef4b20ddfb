#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the fuzzers that make fuzz has built, each for SECONDS and two at a time,
# and prints TAP.
# Usage: run.sh SECONDS [NAME...]
#
# Each begins with the scripts of tests/golden and examples, and what it found
# to be new in earlier runs (tests/fuzz/corpus). What it finds to be wrong is
# printed with the input, and left in tests/fuzz/corpus/FUZZER-*.
set -u

top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${top_builddir:-$PWD}
seconds=${1:-60}
shift $(($# < 1 ? $# : 1))
wanted=" $* "
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

# run NAME OPTION...: in the background; its status is left in a file
run()
{
	local name=$1
	shift

	[[ $wanted == *[a-z]* && $wanted != *" $name "* ]] && return
	while (($(jobs -rp | wc -l) >= 2)); do
		wait -n
	done
	names+=("$name")
	mkdir -p "$corpus/$name"
	rm -f "$corpus/$name"-*
	(
		"$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" \
			-timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix="$corpus/$name-" "$@" \
			>"$corpus/$name.log" 2>&1
		echo $? >"$corpus/$name.status"
	) &
}

report()
{
	local name=$1 found

	number=$((number + 1))
	if [[ $(<"$corpus/$name.status") == 0 ]]; then
		passed=$((passed + 1))
		echo "ok $number - fuzz: $name"
		sed -n 's/^stat::number_of_executed_units: /#   inputs: /p' \
			"$corpus/$name.log"
		return
	fi
	echo "not ok $number - fuzz: $name"
	grep -a -A 30 -E 'ERROR:|runtime error:|ALARM:' "$corpus/$name.log" |
		head -n 40 | sed 's/^/#   /'
	for found in "$corpus/$name"-*; do
		[[ -e $found ]] && show "$found"
	done
}

host=$top/tests/data/host
mkdir -p "$corpus"/{btf,c,elf}
cp "$host/sys/kernel/btf/vmlinux" "$corpus/btf/seed"
for file in "$host"/usr/bin/* "$host"/usr/lib/*.so*; do
	[[ -f $file ]] && cp "$file" "$corpus/elf/seed-${file##*/}"
done
cp "$top/tests/unit/cdecl_sample.h" "$top/tests/progs/shapes.h" "$corpus/c"
names=()
# Types of types of types: bounded, but slow with sanitizers.
run btf -timeout=200 -max_len=32768 "$corpus/btf"
run elf -timeout=60 -max_len=32768 "$corpus/elf"
run c -max_len=4096 "$corpus/c"
run check -max_len=2048 -dict="$corpus/script.dict" \
	"$corpus/check" "$corpus/seeds"
run event -max_len=4096 "$corpus/event"
run parse -max_len=4096 -dict="$corpus/script.dict" \
	"$corpus/parse" "$corpus/seeds"
run plan -max_len=8192 -dict="$top/tests/fuzz/plan.dict" "$corpus/plan"
wait
for name in "${names[@]}"; do
	report "$name"
done
echo "1..$number"
echo "fuzz: $passed passed, $((number - passed)) failed, 0 skipped"
((passed == number))
