#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# foreign.sh CASE - programs that are not what their path says: prints what espy
# finds in them. Needs root. For uprobe.test.
#
#	id		its symbols are in the file of its build-id
#	tree		its path is in its own mount namespace
#	deleted		its file was deleted since it was started
#	replaced	the same, and there is another file by that name
#	swapped		there will be another file by that name
set -eu -o pipefail

# until_done COMMAND: try again until it succeeds, or the program has ended
until_done()
{
	until "$@"; do
		kill -0 "$pid" || exit
		sleep 0.05
	done 2>/dev/null
}

has_program()
{
	[[ /proc/$pid/exe -ef /proc/$pid/root$1 ]]
}

is_attached()
{
	grep -q Attached traced.err || ! kill -0 "$espy"
}

# trace PATH: what the process does once espy is attached
trace()
{
	espy -p "$pid" -e "
		uprobe:$1:cpp:\"ns::add(long)\" {
			@ = sum(args.a);
			if (@at == 0) { printf(\"probe %s\\n\", probe); }
			@at = @at + 1;
		}" >traced.out 2>traced.err &
	espy=$!
	until_done is_attached
	touch go
	wait "$espy" || true
	sed '/^$/d' traced.out traced.err
}

# start PATH: a program that waits for the file go
start()
{
	"$@" &
	pid=$!
	trap 'kill "$pid" 2>/dev/null || true' EXIT
}

case $1 in
id)
	mkdir -p /usr/lib/debug
	# shellcheck disable=SC2016
	unshare -m bash -c '
		mount --bind "$PROGS/debug" /usr/lib/debug
		espy -c "$PROGS/work_id 3" -e "
			uprobe:$PROGS/work_id:work { @ = sum(args.n); }"'
	;;
tree)
	mkdir tree
	start unshare -m bash -c "
		mount -t tmpfs none '$PWD/tree'
		cp '$PROGS/names' '$PWD/tree'
		exec '$PWD/tree/names' 4 '$PWD/go'"
	until_done has_program "$PWD/tree/names"
	trace "$PWD/tree/names"
	;;
swapped)
	cp "$PROGS/names" running
	espy -e "uprobe:$PWD/running:cpp:\"ns::add(long)\" {
			@ = sum(args.a);
		}" >traced.out 2>traced.err &
	pid=$! espy=$!
	until_done is_attached
	./running 4
	cp "$PROGS/names" running.new
	mv running.new running
	./running 4
	kill -INT "$espy"
	wait "$espy" || true
	sed '/^$/d' traced.out traced.err
	;;
deleted | replaced)
	cp "$PROGS/names" running
	start "$PWD/running" 4 "$PWD/go"
	until_done has_program "$PWD/running"
	rm running
	[[ $1 == deleted ]] || cp "$PROGS/work" running
	trace "$PWD/running"
	;;
esac
