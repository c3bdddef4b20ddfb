# SPDX-License-Identifier: Apache-2.0
# check.sh - compare what a case did with what it expects. Sourced by run.sh.

problem()
{
	problems+=("$*")
}

# Does a line of the array lines match the regular expression $1?
some_line()
{
	local line

	for line in "${lines[@]}"; do
		[[ $line =~ $1 ]] && return 0
	done
	return 1
}

# Call $2 with each line of $1, without the blanks around it.
each_line()
{
	local line

	while read -r line; do
		"$2" "$line"
	done <<<"$1"
}

want_regex()
{
	some_line "$1" || problem "no line of stdout matches: $1"
}

want_no_regex()
{
	! some_line "$1" || problem "a line of stdout matches: $1"
}

want_error()
{
	some_line "$1" || problem "no line of stderr matches: $1"
	allowed+=("$1")
}

check_one()
{
	local kind=${1%% *} text

	substitute "${1#* }"
	text=$REPLY
	case $kind in
	EXPECT)
		[[ $'\n'$stdout$'\n' == *$'\n'"$text"$'\n'* ]] ||
			problem "not in stdout: $text" ;;
	EXPECT_REGEX)
		lines=("${out_lines[@]}")
		each_line "$text" want_regex ;;
	EXPECT_NOT)
		lines=("${out_lines[@]}")
		each_line "$text" want_no_regex ;;
	EXPECT_ERR)
		lines=("${err_lines[@]}")
		each_line "$text" want_error ;;
	EXPECT_CHECK)
		(cd "$TMP" && bash -e -c "$text") >"$TMP/check.out" 2>&1 ||
			problem "check failed: $text" ;;
	esac
}

may_warn()
{
	[[ -z $1 ]] || allowed+=("$1")
}

# Nobody asked for these: whatever else a case is about, it must not warn.
# Whether another process has a page in memory is up to the machine, and so is
# whether an interrupt comes in the middle of a program.
check_warnings()
{
	local line re expected_line

	each_line "${field[MAY_WARN]-}" may_warn
	for line in "${err_lines[@]}"; do
		[[ $line =~ WARNING|ERROR|'runtime error:' ]] || continue
		[[ $line =~ :' WARNING: '[0-9]+' read'.*' of memory failed in ' ]] &&
			continue
		[[ $line =~ ^'WARNING: '.*' missed '[0-9]+' event'.*'running already on that CPU'$ ]] &&
			continue
		expected_line=
		for re in "${allowed[@]}"; do
			[[ $line =~ $re ]] && expected_line=yes
		done
		[[ -n $expected_line ]] || problem "unexpected: $line"
	done
}

check_status()
{
	local want=${field[STATUS]:-0}

	if [[ -n $why ]]; then
		problem "$why"
	elif [[ $want != any && $status != "$want" ]]; then
		problem "status is $status, not $want"
	fi
}

check_result()
{
	local one unknown
	local -a lines out_lines err_lines allowed=()

	{ stdout=$(<"$OUT"); } 2>/dev/null
	mapfile -t out_lines <"$OUT"
	mapfile -t err_lines <"$ERR"
	check_status
	for one in "${expected[@]}"; do
		check_one "$one"
	done
	check_warnings
	unknown=$(unknown_feature)
	[[ -z $unknown ]] || problem "nobody knows how to require: $unknown"
}

check_leftovers()
{
	local left

	left=$("$PROGS/leftovers" since "$TMP/bpf" $((10 * slow))) ||
		problem "left in the kernel:" $left
}

comment()
{
	sed -e 's/^/#   /' -e '61{s/.*/#   .../;q}' "$1"
}

# Say as TAP comments why the case failed.
explain()
{
	local one

	for one in "${problems[@]}"; do
		printf '%s\n' "${one//$'\n'/$'\n#      '}" | sed '1s/^/#  * /'
	done
	echo "#  command:"
	printf '%q ' "${command[@]}" >"$TMP/command"
	echo >>"$TMP/command"
	comment "$TMP/command"
	if [[ -n ${field[PROG]-} ]]; then
		echo "#  program:"
		comment - <<<"${field[PROG]}"
	fi
	echo "#  expected:"
	printf '%s\n' "${expected[@]}" >"$TMP/expected"
	comment "$TMP/expected"
	for one in out err before.err after.out after.err check.out; do
		if [[ -s $TMP/$one ]]; then
			echo "#  got, $one:"
			comment "$TMP/$one"
		fi
	done
}
