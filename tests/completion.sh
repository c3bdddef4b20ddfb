#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Does the script of `espy --completion bash` complete what it should? It is
# sourced and asked as bash would; zsh and fish read theirs, where they are
# installed. The machine is tests/data/host. Prints TAP.
[ -n "${BASH_VERSION-}" ] || exec bash "$0"
set -u

top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
ESPY=${ESPY:-espy}
export ESPY_SYSROOT="$top/tests/data/host"
n=0 failed=0

result()
{
	n=$((n + 1))
	if [[ $1 == 0 ]]; then
		echo "ok $n - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $n - $2"
	echo "# expected: $3"
	echo "# found:    ${COMPREPLY[*]-}"
}

# complete LINE EXPECTED: the words that bash would offer at the end of LINE,
# which it splits at blanks and colons.
complete_line()
{
	local words=()
	COMP_LINE=$1 COMP_POINT=${#1}
	read -ra words <<<"${1//:/ : }"
	[[ $1 != *[[:space:]:] ]] || words+=("")
	COMP_WORDS=("$ESPY" "${words[@]:1}")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_espy
	[[ "${COMPREPLY[*]-}" == "$2" ]]
	result $? "completes '$1'" "$2"
}

script=$("$ESPY" --completion bash) || exit 1
# bash has these while it completes only
compopt() { :; }
eval "$script"
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'

complete_line 'espy --no-f' '--no-feature'
complete_line 'espy --no-feature up' 'uprobe_multi'
complete_line 'espy -B ' 'line full none'
complete_line 'espy --emit ty' 'typed'
complete_line 'espy --completion ' 'bash zsh fish'
complete_line 'espy --help-function missing' 'missing_probes'
complete_line 'espy -q --docs bui' 'builtins'
complete_line 'espy -l tracep' 'tracepoint:'
complete_line 'espy -l kprobe:vfs_' 'vfs_fsync vfs_open vfs_read vfs_unlink vfs_write'
complete_line 'espy -lv kprobe:sample:sample_o' 'sample_open'
complete_line 'espy -l tracepoint:sched:sched_process_ex' \
	'sched_process_exec sched_process_exit'
complete_line "espy -e 'kprobe:vfs_r" 'vfs_read'
COMP_WORDBREAKS=${COMP_WORDBREAKS//:/}
complete_line 'espy -l kprobe:vfs_o' 'kprobe:vfs_open'
cd "$top/tests/data" || exit 1
complete_line 'espy prog' 'prog.c'

# Every option of the help is offered.
COMP_WORDBREAKS=:
all=$("$ESPY" --help | grep -oE -- ' --[a-z-]+' | sort -u)
COMP_WORDS=("$ESPY" --) COMP_CWORD=1 COMPREPLY=()
_espy
for option in $all; do
	[[ " ${COMPREPLY[*]} " == *" $option "* ]]
	result $? "offers $option" "$option"
done

for shell in zsh fish; do
	n=$((n + 1))
	if ! command -v $shell >/dev/null; then
		echo "ok $n - $shell reads its script # SKIP no $shell"
	elif "$ESPY" --completion $shell | $shell -n /dev/stdin; then
		echo "ok $n - $shell reads its script"
	else
		failed=$((failed + 1))
		echo "not ok $n - $shell reads its script"
	fi
done
echo "1..$n"
[[ $n -gt 20 && $failed == 0 ]]
