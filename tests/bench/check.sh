#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check.sh - a program of a thousand statements compiles; bench.sh runs to its end, and what it writes is a table, JSON and
# a chart that have every row; the jobs written by hand compile. All programs
# are replaced by one that prints numbers: nothing is measured.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0 failed=0

ok() { # STATUS WHAT
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n - bench: $2" && return
	echo "not ok $n - bench: $2"
	failed=$((failed + 1))
}

awk 'BEGIN {
	print "begin {"
	for (i = 0; i < 1000; i++)
		print "\t@a[pid, " i "] = count();"
	print "}"
}' >"$work/large.bt"
timeout 300 "$ESPY" --save "$work/large.o" "$work/large.bt" 2>"$work/err"
ok $? 'a program whose jumps are longer than 16 bits compiles'
rm -f "$work/large.o"

mkdir "$work/progs"
cat >"$work/fake" <<'FAKE'
#!/bin/sh
case "$*" in
--help) echo '--no-cache  --emit STAGE  ast time asm' ;;
--version) echo fake 1 ;;
*--emit=time*) echo 'parse  "0.1" ms' ;;
-i*) echo 'compile 1 ms, attach 2 ms' ;;
-*) ;;
*) echo 12.5 25 50 ;;
esac
FAKE
chmod +x "$work/fake"
: >"$work/err"
BENCH_PRETEND=1 BENCH_QUICK=1 BENCH_ROWS=. ROUNDS=1 ESPY=$work/fake \
	ESPY_RUN=$work/fake BPFTRACE=$work/fake HAND=$work/fake \
	MEASURE=$work/fake CLANG=${BPF_CLANG:-true} BENCH_OUT=$work/out \
	ESPY_TEST_PROGS=$work/progs \
	bash "$here/bench.sh" >"$work/table" 2>"$work/err"
ok $? 'runs to its end'
grep -q 'failed\|rror' "$work/err" "$work/table"
ok $((1 - $?)) 'says nothing of errors'
cmp -s "$work/table" "$work/out/bench.txt"
ok $? 'writes the table that it prints'

# A row is there, with espy's number, in all three.
for row in 'start to attached: tracepoint' 'saved, by espy-run' \
	'types of the kernel' '2000 user functions: attach, detach' \
	'latency by self->s' 'lines kept' 'printed sorted'; do
	grep -q -- "$row.* 12\.5 " "$work/table" &&
		grep -q -- "\"what\": \".*$row" "$work/out/bench.json"
	ok $? "has a row: $row"
done
grep -q '1.00 (1.05)' "$work/table" && grep -q '1.00 (3 missed)' "$work/table"
ok $? 'tells which ratios are reached'
grep -q 'parse  \\"0.1\\" ms' "$work/out/bench.json"
ok $? 'has the stages of a compile, quoted'

if perl -MJSON::PP -e 1 2>/dev/null; then
	perl -MJSON::PP -0777 -ne 'my $j = decode_json($_); exit(
		(grep { !$_->{espy} && $_->{id} !~ /^session/ } @{$j->{rows}})
		|| @{$j->{rows}} < 60)' "$work/out/bench.json"
	ok $? 'the JSON is valid, and no row is empty'
elif command -v python3 >/dev/null; then
	python3 -c 'import json, sys; json.load(open(sys.argv[1]))' \
		"$work/out/bench.json"
	ok $? 'the JSON is valid'
fi
awk '/<svg/ { n++ } /<\/svg>/ { n += 10 } /<rect/ { bars++ }
	/<polyline/ { curves++ }
	END { exit !(n == 11 && bars > 50 && curves >= 5) }' \
	"$work/out/bench.svg"
ok $? 'the chart has bars and curves'

echo "1..$n"
echo "bench: $((n - failed)) passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] || { cat "$work/err" "$work/table" >&2; exit 1; }
