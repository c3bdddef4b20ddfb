#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# verify.sh - does this kernel's verifier take every script of espy?
#
# A line for each script of examples/: "verified NAME" (with what it took),
# "refused NAME: WHY" when the verifier rejects it, "lacks NAME: WHY" when this
# kernel has no such event, type or kind of probe. What was saved on another
# kernel ($ESPY_TEST_USE) is run by espy-run; on this one it is saved for others
# ($ESPY_TEST_KEEP).
set -u

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# Offsets of this kernel are of no use to others.
save()
{
	local kept=$ESPY_TEST_KEEP/verify_$name.o

	"$ESPY" -q --save "$tmp/saved.o" "$script" 2>"$tmp/warned" &&
		[[ ! -s $tmp/warned ]] || return
	"$ESPY" --emit=plan "$tmp/saved.o" | grep -qE \
		'^plan .* needs=[a-z_,]*release|^probe .* tracepoint symbol=.* arg=' ||
		mv "$tmp/saved.o" "$kept"
}

verify()
{
	local kept=${ESPY_TEST_USE:+$ESPY_TEST_USE/verify_$name.o}

	if [[ -n $kept && -e $kept ]]; then
		"$ESPY_RUN" -v --verify -f csv "$kept"
	else
		"$ESPY" -v --verify -f csv "$script"
	fi >"$tmp/out" 2>"$tmp/said"
}

for script in "$TOP"/examples/*.bt; do
	name=${script##*/}
	name=${name%.bt}
	if verify; then
		echo "verified $name: $(tail -n +2 "$tmp/out" |
			cut -d, -f2- | paste -sd' ')"
		[[ -z ${ESPY_TEST_KEEP-} ]] || save
		continue
	fi
	why=$(grep -m 1 ERROR "$tmp/said")
	case $why in
	'' | *'[D_VERIFIER]'*) echo "refused $name: $(cat "$tmp/said")" ;;
	*) echo "lacks $name: $why" ;;
	esac
done
