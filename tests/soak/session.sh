#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# session.sh [COUNT] - one session in which entries are added and removed COUNT
# (1000) times, with maps, functions, mistakes and statements between them. It
# may neither keep descriptors nor grow. Prints TAP, with the figures.
#
# ESPY: the program.
set -u

count=${1:-1000}
ESPY=${ESPY:-espy}
max_growth=4096 # KiB; what a session remembers of its text is bounded

round()
{
	cat <<-END
	tracepoint:syscalls:sys_enter_getppid { @c[comm, probe] = count(); }
	interval:s:1000 { @s[kstack] = count(); printf("%d\n", $1); }
	@x = $1
	@x
	fn f() : int64 { return $1; }
	f()
	bad(
	
	:off $(($1 * 2 - 1))
	:on $(($1 * 2 - 1))
	:rm $(($1 * 2 - 1))
	:rm $(($1 * 2))
	:drop @x
	:drop @c
	END
}

look()
{
	echo ":sh echo \"fds \$(ls /proc/\$PPID/fd | wc -l)\""
	echo ":sh sed -n 's/^VmRSS:[ \t]*/rss /p' /proc/\$PPID/status"
}

entries()
{
	local i

	for ((i = 1; i <= count; i++)); do
		round "$i"
		((i != 5 && i != count)) || look
	done
}

said=$(entries | "$ESPY" -i -q 2>/dev/null | grep -E '^(fds|rss) ')
read -r fds_before rss_before fds rss <<<"$(
	sed 's/^[a-z]* \([0-9]*\).*/\1/' <<<"$said" | paste -s -d ' ')"
echo "# $count rounds: descriptors ${fds_before:-?} to ${fds:-?}," \
	"${rss_before:-?} to ${rss:-?} KiB"
if [[ -z ${rss:-} ]]; then
	echo "not ok - the session went on to its end"
	exit 1
fi
status=0
((fds == fds_before)) || { echo "not ok - no descriptor is kept"; status=1; }
((rss <= rss_before + max_growth)) || {
	echo "not ok - memory does not grow"
	status=1
}
((status)) || echo "ok - a session keeps nothing of entries that are gone"
exit $status
