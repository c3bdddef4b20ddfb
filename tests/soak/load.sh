#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# load.sh [--quick] [ROUND...] - more than a tool is usually asked to do: 1000
# probes, 100 maps of 100,000 entries, events as fast as all CPUs can make them
# for minutes, slow readers, scripts of 1 MB, storms of processes. Each round is
# done for a tenth first and then whole. It must end well, every event must be
# accounted for (those that fired are those that were handled and those that
# were lost and told), and the whole may not take more memory than what a tenth
# took allows. Then nothing may be left in the kernel. Prints TAP, with figures.
#
# ESPY, ESPY_RUN, ESPY_TEST_PROGS: the programs. LOAD_SECONDS: how long events
# come in each round that is about time (60). --quick: a tenth of what is many,
# and numbers of events instead of time.
set -u
export LC_ALL=C

quick=
if [[ ${1-} == --quick ]]; then
	quick=1
	shift
fi
rounds=("$@")
seconds=${LOAD_SECONDS:-60}
ESPY=${ESPY:-espy}
ESPY_RUN=${ESPY_RUN:-espy-run}
progs=${ESPY_TEST_PROGS:?is where the test programs are}
patience=$((60 * ${ESPY_TEST_SLOW:-1})) # seconds
export ESPY_CACHE=no
cpus=$(nproc)
work=$(mktemp -d)
n=0 failed=0 busy=()

finish()
{
	((!${#busy[@]})) || kill -KILL "${busy[@]}" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

result()
{
	n=$((n + 1))
	if [[ $1 == 0 ]]; then
		echo "ok $n - $2"
	else
		failed=$((failed + 1))
		echo "not ok $n - $2"
	fi
}

# --- what every round does ------------------------------------------------

# A round is a function NAME PART, which runs a part of the work (10 or 100 per
# cent) by traced(), and by expect() tells what must have come of it.

wrong() # WHAT: one more thing that is not as it should be
{
	problems+=("$1")
}

expect() # WHAT FOUND WANTED
{
	[[ $2 == "$3" ]] || wrong "$1: ${2:-nothing}, not $3"
}

# traced OPTION...: runs the script $script, through the reader $reader; the
# output is $work/out, the messages are $work/err. What is saved and then run,
# or compiled and run at once, is told by $way.
traced()
{
	local begin=${EPOCHREALTIME/./} run=("$ESPY" "$@" "$work/script.bt")

	if [[ $way == saved ]]; then
		"$ESPY" "${compile[@]}" --save "$work/saved.o" \
			"$work/script.bt" >"$work/err" 2>&1 ||
			wrong "not saved: $(head -n 1 "$work/err")"
		run=("$ESPY_RUN" "$@" "$work/saved.o")
	fi
	"$progs/peak" "$work/peak" "${run[@]}" 2>"$work/err" |
		"${reader[@]}" >"$work/out"
	expect status "${PIPESTATUS[0]}" 0
	read -r peak <"$work/peak" || wrong 'it has no peak'
	took=$(((${EPOCHREALTIME/./} - begin) / 1000))
}

# How many events one kind of messages says were lost: WHAT as in messages.
told()
{
	awk -v what="$1" '$0 ~ what { for (i = 1; i <= NF; i++)
		if ($i + 0) { sum += $i; break } }
		END { printf "%d\n", sum }' "$work/err"
}

lost()
{
	told '^WARNING: total lost event count: '
}

missed()
{
	told '^WARNING: .*missed [0-9]+ events'
}

# round NAME WAY GROWTH: GROWTH is by how much the whole may take more memory
# than a tenth: "twice", or "linear", ten times of what comes above an empty
# script's.
round()
{
	local name=$1 growth=$3 tenth bound problems=() peak=0 took=0 why
	local reader=(cat) compile=() fired= figures=
	way=$2

	if ((${#rounds[@]})) && [[ " ${rounds[*]} " != *" $name "* ]]; then
		return
	fi
	"$name" 10
	tenth=$peak
	((${#problems[@]})) || "$name" 100
	bound=$((tenth * 2))
	if [[ $growth == linear ]]; then
		bound=$((tenth - ${empty[$way]}))
		bound=$((${empty[$way]} * 2 + (bound > 0 ? bound : 0) * 15))
	fi
	((peak <= bound)) || wrong "$peak KiB are more than $bound"
	result "$((${#problems[@]} > 0))" "$name, $way: $(what_"$name")"
	for why in "${problems[@]}"; do
		echo "#  * $why"
	done
	((!${#problems[@]})) || sed -n '1,5s/^/#  /p' "$work/err" | cut -c 1-200
	echo "#  ${fired:+$fired events, }$figures$took ms, $peak KiB" \
		"(a tenth: $tenth, allowed: $bound)"
}

# --- many probes -----------------------------------------------------------

# What is many_0 and some digits: as many functions as there are such.
some_functions() # PART
{
	functions=$(($1 * scale / 100))
	case $functions in
	1000) pattern=0* ;;
	100) pattern=00* ;;
	10) pattern=000* ;;
	1) pattern=0000 ;;
	esac
}

calls=50

probes_counted()
{
	fired=$((functions * calls))
	expect probes "$(grep -c "^@\[.*\]: $calls\$" "$work/out")" $functions
	expect events "$(sed -n 's/^@all: //p' "$work/out")" $fired
}

what_uprobes() { echo "$functions probes of one program"; }
uprobes() # PART
{
	local pattern

	some_functions "$1"
	echo "uprobe:$progs/many:many_$pattern {
		@[probe] = count(); @all = count(); }" >"$work/script.bt"
	traced -q -c "$progs/many $calls"
	probes_counted
}

what_uprobes_single() { echo "$functions probes, a link for each"; }
uprobes_single()
{
	local pattern

	some_functions "$1"
	echo "uprobe:$progs/many:many_$pattern {
		@[probe] = count(); @all = count(); }" >"$work/script.bt"
	traced -q --no-feature uprobe_multi -c "$progs/many $calls"
	probes_counted
}

what_programs() { echo "$functions probes, a program for each"; }
programs()
{
	local pattern

	some_functions "$1"
	{
		echo 'config = { max_bpf_progs = 1100; max_probes = 1100; }'
		awk -v n="$functions" -v many="$progs/many" 'BEGIN {
			for (i = 0; i < n; i++)
				printf "uprobe:%s:many_%04d { @[%d] = %s\n",
					many, i, i, "count(); @all = count(); }"
		}'
	} >"$work/script.bt"
	traced -q -c "$progs/many $calls"
	probes_counted
}

what_syscalls() { echo "$functions tracepoints, an event for each"; }
syscalls()
{
	local reads=1000 every='tracepoint:syscalls:sys_enter_* /pid == cpid/ {
		@[args.__syscall_nr] = count(); }' some=

	if [[ $1 == 10 ]]; then
		every='' some=re
	fi
	cat >"$work/script.bt" <<-END
		$every
		tracepoint:syscalls:sys_exit_$some* /pid == cpid/ {
			@x[args.__syscall_nr] = count(); }
	END
	functions=$("$ESPY" -l "$work/script.bt" | grep -c tracepoint)
	traced -q -c "$progs/reader $reads"
	fired=$reads
	expect reads "$(sed -n 's/^@x\[0\]: //p' "$work/out")" "$reads"
}

# --- large maps, texts and scripts -------------------------------------------

what_maps() { echo "$many maps of $entries entries"; }
maps()
{
	many=$1
	entries=$((1000 * scale / 10))
	# A program can have 64 maps.
	awk -v many="$many" -v entries="$entries" 'BEGIN {
		printf "config = { max_map_keys = %d; }\n", entries
		for (i = 0; i < many; i++) {
			if (i % 50 == 0)
				printf "%sbegin { for ($i : 0..%d) {\n",
					i ? "} }\n" : "", entries
			printf "@m%d[$i] = $i + %d;\n", i, i
		}
		print "} exit(); }"
	}' >"$work/script.bt"
	reader=(awk '{ gsub(/[@m:\[\]]/, " "); map[$1]++;
		wrong += $3 != $1 + $2 && NF } NF { rows++ }
		END { print rows, wrong + 0 }')
	traced -q
	fired=$((many * entries))
	expect 'rows and wrong ones' "$(<"$work/out")" "$fired 0"
}

what_script() { echo "a script of $((size / 1000)) kB"; }
script()
{
	local clauses=$(($1 * scale / 1000)) lines=80

	awk -v clauses="$clauses" -v many="$progs/many" -v lines=$lines 'BEGIN {
		long = "a key that is long, since 1 MB is a lot of text, "
		long = long "and each line has 125 bytes"
		print "config = { max_map_keys = 10000; }"
		for (i = 0; i < clauses; i++) {
			printf "uprobe:%s:many_%04d {\n", many, i
			for (k = 0; k < lines; k++)
				printf "\t@[\"%s %04d %04d\"] = count();%s\n",
					long, i, k, " // of the script"
			print "}"
		}
	}' >"$work/script.bt"
	size=$(stat -c %s "$work/script.bt")
	traced -q -c "$progs/many 3"
	fired=$((clauses * lines * 3))
	expect keys "$(grep -c '^@\[.*\]: 3$' "$work/out")" $((clauses * lines))
}

# Texts that are no scripts anybody would write: they are run, or refused with
# a message.
what_deep() { echo "$deep scripts of $((size / 1000)) kB that are deep or long"; }
deep()
{
	local text status

	size=$(($1 * scale * 10))
	deep=0
	for text in '1+ 1' '( 1' '!' '$x=1; ' 'if(1){ ' '1?1: 1' '-' '"a" ' \
		'{ ' '[ ' '/* ' '@a[ ' '// ' '&&1' 'a.b' '(uint8)'; do
		awk -v size="$size" -v text="${text% *}" -v end="${text##* }" '
		BEGIN {
			printf "begin { $x = "
			for (i = 0; i < size; i += length(text))
				printf "%s", text
			print end, "; }"
		}' >"$work/script.bt"
		deep=$((deep + 1))
		"$progs/peak" "$work/peak.1" "$ESPY" --check -q \
			"$work/script.bt" >"$work/out" 2>"$work/err"
		status=$?
		((status < 2)) || wrong "'$text': status $status"
		((status == 0)) || [[ -s $work/err ]] || wrong "'$text': silent"
		read -r text <"$work/peak.1"
		((text <= peak)) || peak=$text
	done
}

what_slow_rows() { echo "$rows rows and lines to a slow reader, $form"; }
slow_rows()
{
	rows=$(($1 * scale / 10))
	for form in json csv text; do
		echo "config = { max_map_keys = 10000; } begin {
			for (\$i : 0..$rows) { @[\$i] = \$i; }
			exit(); } end { for (\$i : 0..$rows) {
			printf(\"line %d\\n\", \$i); } }" >"$work/script.bt"
		reader=("$progs/sip" 1024 5)
		traced -q -f $form
		fired=$rows
		check_rows_$form
	done
}

check_rows_text()
{
	expect rows "$(grep -c '^@\[' "$work/out")" "$rows"
	expect lines $(($(grep -c '^line ' "$work/out") + $(lost))) "$rows"
}

check_rows_csv()
{
	expect rows "$(grep -c '^@,' "$work/out")" "$rows"
}

check_rows_json()
{
	expect rows "$(grep -o '"key":' "$work/out" | wc -l)" "$rows"
}

# --- events as fast as they come -----------------------------------------------

# flood PART: all CPUs make events for a time, or a number of them.
flood()
{
	if [[ $quick ]]; then
		set -- "$((10000 * $1 / 10))" 0
	else
		set -- 0 "$((($1 * seconds + 99) / 100))"
	fi
	rm -f "$work/calls"
	traced -q -c "$progs/flood $1 $cpus $2 $work/calls"
	fired=0
	read -r fired <"$work/calls" || wrong 'the flood has ended early'
	counted=$(sed -n 's/^@fired: //p' "$work/out")
	expect 'counted and missed' $((counted + $(missed))) "$fired"
}

by_flood='tracepoint:syscalls:sys_enter_getpgid /pid == cpid/'

printed() # lines and lost ones are all that were counted
{
	local lines

	lines=$(grep -c '^[0-9]' "$work/out")
	figures="$(lost) lost, "
	expect 'printed and lost' $((lines + $(lost))) "$counted"
}

# 100 numbers of each thousand events come as keys, all of them added up.
added()
{
	expect "$1" "$(awk -v map="@$1[" 'index($0, map) == 1 { n += $NF }
		END { printf "%d\n", n }' "$work/out")" "$counted"
}

# flood_script [SETTING]
flood_script()
{
	cat >"$work/script.bt" <<-END
		config = { ${1-} }
		$by_flood { @fired = count(); @by[args.pid] = count();
			@s[args.pid % 10] = sum(1);
			printf("%d\n", args.pid); }
	END
}

what_lines() { echo 'events printed and counted, a fast reader'; }
lines()
{
	flood_script
	flood "$1"
	printed
	added by
	added s
}

what_slow_lines() { echo 'events printed and counted, a slow reader'; }
slow_lines()
{
	flood_script 'perf_rb_pages = 64;'
	reader=("$progs/sip" 8192 5)
	flood "$1"
	printed
	[[ $quick || $(lost) -gt 0 ]] || wrong 'the reader was not slow'
	added by
	added s
}

what_busy_lines() { echo 'the same while all CPUs are busy'; }
busy_lines()
{
	local i

	for ((i = 0; i < cpus * 2; i++)); do
		"$progs/spin" 1000000000 &
		busy+=($!)
		disown $!
	done
	lines "$1"
	kill -KILL "${busy[@]}"
	busy=()
}

what_snapshots() { echo 'events counted in maps that are printed and cleared'; }
snapshots()
{
	cat >"$work/script.bt" <<-END
		$by_flood { @fired = count(); @by[args.pid] = count();
			@h = hist(args.pid); }
		interval:ms:100 { print(@by); clear(@by); }
	END
	flood "$1"
	added by
}

# --- processes that come and go ------------------------------------------------

what_processes() { echo "$children processes that ended, with their stacks"; }
processes()
{
	children=$(($1 * scale / 10))
	[[ ! $quick ]] || children=$1
	cat >"$work/script.bt" <<-END
		config = { max_map_keys = $children; }
		uprobe:$progs/storm:storm_executed {
			@[ustack(2)] = count(); @run = count(); }
		uprobe:$progs/storm:storm_forked {
			@s[usym(uptr(reg("ip"))), tid] = count(); @fork = count(); }
	END
	traced -q -c "$progs/storm $children $((cpus * 2))"
	fired=$((children * 2))
	expect run "$(sed -n 's/^@run: //p' "$work/out")" "$children"
	expect fork "$(sed -n 's/^@fork: //p' "$work/out")" "$children"
	expect stacks "$(grep -c ' storm_executed+' "$work/out")" "$children"
	expect names "$(grep -c '^@s\[storm_forked, ' "$work/out")" "$children"
}

# --- all of them ----------------------------------------------------------------

# What runs take that do nothing.
declare -A empty
measure_empty()
{
	local reader=(cat) compile=() problems=() peak took

	echo 'begin { exit(); }' >"$work/script.bt"
	for way in direct saved; do
		traced -q
		empty[$way]=$peak
	done
	echo "# an empty script takes ${empty[direct]} KiB, saved" \
		"${empty[saved]}"
}

scale=${quick:+100}
scale=${scale:-1000}
"$progs/leftovers" list >"$work/before"
measure_empty
round uprobes saved linear
round uprobes_single saved linear
round programs direct linear
round programs saved linear
round syscalls direct linear
round maps direct twice
round maps saved twice
round script direct linear
round deep direct linear
round slow_rows saved twice
round lines direct twice
round lines saved twice
round slow_lines saved twice
round busy_lines saved twice
round snapshots saved twice
round processes saved linear
"$progs/leftovers" since "$work/before" "$patience" >"$work/left"
result $? 'no program, map or link is left'
sed 's/^/# /' "$work/left"
echo "1..$n"
[[ $failed == 0 ]]
