# SPDX-License-Identifier: Apache-2.0
# parse.sh - read a file of cases. Sourced by run.sh, which offers run_case
# and bad_file. README.md describes the format.

# A case being read: its fields, and its expectations as "KEYWORD text".
declare -A field=() file_default=()
declare -a expected=()

# How the text of a keyword may go on: on no other line, until an empty line,
# or until the next keyword.
declare -A keyword_lines=(
	[NAME]=one [FILE]=one [ARGS]=one [COMPILE_ARGS]=one [RUN_ARGS]=one
	[PARAMS]=one [CHILD]=one [BEFORE]=one [END]=one [ENV]=one
	[STATUS]=one [TIMEOUT]=one [REQUIRES]=one [SAVED]=one [ROOT]=one
	[GUEST]=one
	[AFTER]=paragraph [CMD]=paragraph [EXPECT]=paragraph
	[EXPECT_REGEX]=paragraph [EXPECT_NOT]=paragraph [EXPECT_ERR]=paragraph
	[EXPECT_CHECK]=paragraph [MAY_WARN]=paragraph
	[PROG]=all [STDIN]=all
)

# What words a keyword takes, when not any.
declare -A keyword_values=(
	[END]='^(itself|interrupt)$' [STATUS]='^([0-9]+|any)$'
	[TIMEOUT]='^[0-9]+$' [SAVED]='^(yes|no)$' [ROOT]='^(yes|no)$'
	[GUEST]='^(no|direct|both)$'
)

copy_defaults()
{
	local key

	field=()
	expected=()
	for key in "${!file_default[@]}"; do
		field[$key]=${file_default[$key]}
	done
}

# The text of the last keyword is complete.
end_keyword()
{
	[[ -n $keyword ]] || return
	text=${text#$'\n'}
	while [[ $text == *$'\n' ]]; do
		text=${text%$'\n'}
	done
	if [[ -n ${keyword_values[$keyword]-} &&
	      ! $text =~ ${keyword_values[$keyword]} ]]; then
		bad_file "line $line_number: $keyword cannot be '$text'"
	fi
	case $keyword in
	EXPECT*) expected+=("$keyword $text") ;;
	NAME)    [[ -z $text ]] && bad_file "line $line_number: no name"
		 field[NAME]=$text ;;
	*)       field[$keyword]=$text ;;
	esac
	keyword=
}

# A case that expects nothing cannot fail, so it is a mistake.
end_case()
{
	end_keyword
	if [[ -z ${field[NAME]-} ]]; then
		for key in "${!field[@]}"; do
			file_default[$key]=${field[$key]}
		done
		return
	fi
	if ((${#expected[@]} == 0)) && [[ ${field[STATUS]-0} =~ ^(0|any)$ ]]
	then
		bad_file "${field[NAME]}: expects nothing"
		return
	fi
	if [[ -n ${names[${field[NAME]}]-} ]]; then
		bad_file "${field[NAME]}: this name is taken"
		return
	fi
	names[${field[NAME]}]=taken
	run_case
}

begin_keyword()
{
	local next=$1 rest=$2

	end_keyword
	if [[ $next == NAME ]]; then
		end_case
		copy_defaults
	fi
	keyword=$next
	text=$rest
}

parse_line()
{
	local line=$1

	if [[ $line =~ ^([A-Z][A-Z_]*)([[:blank:]]+(.*))?$ &&
	      -n ${keyword_lines[${BASH_REMATCH[1]}]-} ]]; then
		begin_keyword "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
		return
	fi
	case ${keyword:+${keyword_lines[$keyword]}} in
	paragraph)
		if [[ -z $line ]]; then
			end_keyword
		else
			text+=$'\n'$line
		fi
		return ;;
	all)
		if [[ $keyword == STDIN || $line != '# '* ]]; then
			text+=$'\n'$line
		fi
		return ;;
	esac
	if [[ -n $line && $line != '#'* ]]; then
		bad_file "line $line_number: not understood: $line"
	fi
}

parse_file()
{
	local keyword= text= line_number=0 line key
	local -a lines
	local -A names=()

	file_default=()
	copy_defaults
	mapfile -t lines <"$1" || bad_file "cannot be read"
	for line in "${lines[@]}"; do
		line_number=$((line_number + 1))
		parse_line "$line"
	done
	end_case
}
