# SPDX-License-Identifier: Apache-2.0
# terminal.sh - sessions at a terminal, as a person has them: sourced by a
# case's CMD, which then says what is typed and what the screen must show.
# tmux is the terminal and tells what is on it.
#
#	terminal 80 24 espy -q		a terminal that runs a command
#	type 'print(1)'; key Enter	keys; names are tmux's
#	see '^1$'			until some line of the screen matches
#	gone '^1$'			until none does
#	cursor 6			until the cursor is in that column, from 0
#	screen 'line' ...		until the last lines are exactly these
#	left 0				until the command has ended, with a status
#	finished			the last line: says "done"
#
# What does not come within a minute ($PATIENCE seconds) of a fast machine ends the
# case with status 1 and the screen.
# Nothing waits for time to pass.
# shellcheck shell=bash

set -eu

socket=$TMP/tmux

mux()
{
	TMUX='' tmux -u -S "$socket" -f /dev/null "$@"
}

end_terminal()
{
	mux kill-server 2>/dev/null || return 0
	# The server closes its socket last: nothing is left of it then.
	while [[ -S $socket ]] && mux has-session 2>/dev/null; do
		sleep 0.05
	done
}
trap end_terminal EXIT

# What is on the screen, without empty lines at its end.
shown()
{
	mux capture-pane -p | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

# Tries "$@" until it succeeds, for at most a minute of a fast machine.
until_true()
{
	local end=$((SECONDS + ${PATIENCE:-60} * ${ESPY_TEST_SLOW:-1}))

	until "$@"; do
		if ((SECONDS > end)); then
			echo "not seen: $*"
			shown | sed 's/^/| /'
			exit 1
		fi
		sleep 0.05
	done
}

# The command waits for Enter, so that nothing it writes is missed in $TMP/raw.
terminal()
{
	local columns=$1 rows=$2

	shift 2
	rm -f "$TMP/status"
	export INPUTRC=/dev/null XDG_STATE_HOME=$TMP/state
	printf -v gate '%q ' "$@"
	mux new-session -d -x "$columns" -y "$rows" \
		bash -c "trap : INT; stty -echo; echo ready; read -r _
			stty echo; $gate; echo \$? >'$TMP/status'"
	mux set-option -w remain-on-exit on >/dev/null
	see '^ready$'
	mux pipe-pane "cat >'$TMP/raw'"
	mux send-keys Enter
}

type()
{
	# tmux takes a ';' at the end for its own
	mux send-keys -l -- "${1/%;/\\;}"
}

key()
{
	mux send-keys "$@"
}

paste()
{
	mux set-buffer -- "$1"
	mux paste-buffer -p
}

enter()
{
	type "$1"
	key Enter
}

has_line()
{
	shown | grep -Eq -- "$1"
}

has_no_line()
{
	! has_line "$1"
}

see()
{
	until_true has_line "$1"
}

gone()
{
	until_true has_no_line "$1"
}

is_at()
{
	[[ $(mux display-message -p '#{cursor_x}') == "$1" ]]
}

cursor()
{
	until_true is_at "$1"
}

ends_with()
{
	local want

	want=$(printf '%s\n' "$@")
	[[ $(shown | sed 's/ *$//' | tail -n $#) == "$want" ]]
}

screen()
{
	until_true ends_with "$@"
}

has_ended()
{
	[[ -s $TMP/status && $(cat "$TMP/status") == "$1" ]]
}

left()
{
	until_true has_ended "$1"
}

finished()
{
	echo done
}
