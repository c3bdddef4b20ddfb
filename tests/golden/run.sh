#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the compiler says about scripts, compared with what it shall say.
# Usage: run.sh [--update] [STAGE/NAME.bt ...]
#
#	tests/golden/STAGE/NAME.bt	a script; STAGE is ast, typed, plan, ll
#					(shown with --emit=STAGE), errors
#					(checked with --check -q) or check (with
#					--check)
#	tests/golden/STAGE/NAME.out	standard output, standard error and exit
#					status of the command
#	tests/golden/STAGE/NAME.check	instead of .out: texts, one a line, that
#					are found in that order in it; after
#					'!' one that is nowhere in it
#
# The script may begin with "// args: OPTIONS" and go on with "// params:
# WORDS", which become $1 and so on. The machine is tests/data/host. --update
# writes the .out files instead of comparing. Prints TAP.
#
# A script alone can cause almost every code of src/base/diag.h: at least one
# errors/CODE*.bt is asked for each that is not in `elsewhere`.
set -u

top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
ESPY=${ESPY:-espy}
golden=$top/tests/golden
export top_srcdir="$top" ESPY

# Said by the command line and by the kernel, not about scripts.
elsewhere='USAGE IO PERMISSION KERNEL ATTACH VERIFIER SAVED LOST RUNTIME'

# comment_of FILE WORD: what follows "// WORD:" on one of the first two lines
comment_of()
{
	sed -n "1,2s,^// $2: *,,p" "$1" | head -n 1
}

# show STAGE NAME.bt: in the folder of the stage, so that messages have
# nothing of where the sources are
show()
{
	case $1 in
	errors) mode='--check -q' ;;
	check) mode=--check ;;
	*) mode=--emit=$1 ;;
	esac
	cd "$golden/$1" || return 1
	# Options and words are split at blanks.
	# shellcheck disable=SC2046,SC2086
	env -i PATH="$PATH" ESPY_SYSROOT=../../data/host LC_ALL=C \
		ASAN_OPTIONS="${ASAN_OPTIONS-}" "$ESPY" $mode \
		$(comment_of "$2" args) "$2" $(comment_of "$2" params) \
		</dev/null 2>"$tmp/err.$$"
	status=$?
	if test -s "$tmp/err.$$"; then
		echo "--- stderr"
		cat "$tmp/err.$$"
	fi
	test $status -eq 0 || echo "--- status $status"
}

# has_texts FILE.check FILE: says what is not as the first asks
has_texts()
{
	awk -v got="$2" '
	BEGIN { while ((getline line < got) > 0) all = all line "\n"; at = 1 }
	/^!/ { if (index(all, substr($0, 2))) bad("found: " substr($0, 2))
		next }
	{ n = index(substr(all, at), $0)
		if (n) at += n - 1 + length($0)
		else bad("missing: " $0) }
	function bad(what) { print what; status = 1 }
	END { exit status }' "$1"
}

# check STAGE/NAME.bt: by its .check
check()
{
	if has_texts "$golden/${1%.bt}.check" "$tmp/got.$$" >"$tmp/why.$$"
	then
		echo "ok - $1"
	else
		echo "not ok - $1"
		sed 's/^/# /' "$tmp/why.$$"
	fi
}

# compare STAGE/NAME.bt
compare()
{
	stage=${1%%/*} name=${1#*/}
	out=$golden/${1%.bt}.out
	show "$stage" "$name" >"$tmp/got.$$"
	if test -f "$golden/${1%.bt}.check"; then
		check "$1"
		return
	fi
	if test "$update" = yes; then
		cp "$tmp/got.$$" "$out"
	fi
	if test ! -f "$out"; then
		echo "not ok - $1"
		echo "# $1 has no .out: run.sh --update $1"
	elif cmp -s "$out" "$tmp/got.$$"; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		diff -u "$out" "$tmp/got.$$" | sed 's/^/# /'
	fi
}

# One process of several.
if test "${1-}" = --batch; then
	tmp=$2 update=$3
	shift 3
	for script; do
		compare "$script"
	done >"$tmp/tap.$$"
	exit 0
fi

update=no
if test "${1-}" = --update; then
	update=yes
	shift
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

if test $# -eq 0; then
	cd "$golden" || exit 1
	printf '%s\n' */*.bt | LC_ALL=C sort >"$tmp/list"
	sed -n 's/^\tD_\([A-Z_]*\),.*/\1/p' "$top/src/base/diag.h" |
	while read -r code; do
		case " $elsewhere N " in
		*" $code "*) continue ;;
		esac
		if ls "$golden/errors/$code"*.bt >/dev/null 2>&1; then
			echo "ok - D_$code has a script"
		else
			echo "not ok - D_$code has a script"
		fi
	done >"$tmp/tap.codes"
else
	printf '%s\n' "$@" >"$tmp/list"
fi
xargs -P 2 -n 12 sh "$golden/run.sh" --batch "$tmp" "$update" <"$tmp/list"
cat "$tmp"/tap.* >"$tmp/all"
awk '/^(not )?ok - / { word = /^not/ ? "not ok" : "ok"
	sub(/^(not )?ok - /, ""); printf "%s %d - %s\n", word, ++n, $0
	next }
	{ print }
	END { print "1.." n + 0 }' "$tmp/all"
! grep -q '^not ok' "$tmp/all"
