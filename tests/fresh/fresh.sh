#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fresh.sh - do README.md's steps work on a system that has nothing? TAP.
#
# A minimal Debian 12 is made with debootstrap from the apt sources of this
# machine, and gets a copy of the last commit (of the tree, when it is not a
# checkout). There the block of README.md with ./configure is run line by line
# as it stands, then what was installed is tried. Takes root and some minutes.
#
#	ESPY_FRESH_DIR	where the system is made (a folder in /var/tmp)
#	ESPY_FRESH_KEEP	keep it for a look
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
system=${ESPY_FRESH_DIR:-$(mktemp -d /var/tmp/espy-fresh.XXXXXX)}
log=$system.log
number=0 passed=0 failed=0
mounted=()

finish()
{
	local where

	for where in "${mounted[@]}"; do
		umount -l "$where"
	done
	# Nothing of the machine's own may be below what is removed.
	if grep -q " $system/" /proc/mounts; then
		echo "# not removed, something is mounted: $system"
	elif [[ -z ${ESPY_FRESH_KEEP-} ]]; then
		rm -rf --one-file-system "$system" "$log"
	fi
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# Run "$@" as the next test.
step()
{
	local name=$1 started=$SECONDS
	shift

	number=$((number + 1))
	if "$@" >"$log" 2>&1 </dev/null; then
		passed=$((passed + 1))
		echo "ok $number - fresh: $name"
		echo "#  $((SECONDS - started)) s"
		return 0
	fi
	failed=$((failed + 1))
	echo "not ok $number - fresh: $name"
	tail -n 40 "$log" | sed 's/^/#   /'
	return 1
}

end()
{
	echo "1..$number"
	echo "check-fresh: $passed passed, $failed failed, 0 skipped"
	((failed == 0 && passed > 0))
	exit
}

# The mirror this machine gets Debian 12 from.
mirror()
{
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(CODENAME)' \
		'Created-By: Packages' |
		awk '$2 == "bookworm" { print $1; exit }'
}

make_system()
{
	local from

	from=$(mirror)
	[[ -n $from ]] || { echo "no source of Debian 12 in apt"; return 1; }
	# The keys are the machine's, so its sources are trusted as they are.
	debootstrap --variant=minbase bookworm "$system" "$from"
}

# The machine's own apt sources, their keys and settings; and how it reaches
# the network.
copy_sources()
{
	local path

	rm -f "$system/etc/apt/sources.list"
	for path in /etc/apt/{sources.list,sources.list.d,trusted.gpg} \
		/etc/apt/{trusted.gpg.d,keyrings,auth.conf.d,preferences.d} \
		/etc/apt/apt.conf.d /usr/share/keyrings /etc/ssl/certs \
		/usr/share/ca-certificates /usr/local/share/ca-certificates; do
		[[ -e $path ]] || continue
		mkdir -p "$system$(dirname "$path")" &&
			cp -aT "$path" "$system$path" || return 1
	done
	cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
	# Saves time; the system is thrown away.
	echo force-unsafe-io >"$system/etc/dpkg/dpkg.cfg.d/unsafe-io"
}

mount_one()
{
	mkdir -p "$system$1" && mount --bind "$1" "$system$1" &&
		mounted=("$system$1" "${mounted[@]}")
}

copy_source()
{
	mkdir -p "$system/root/espy"
	if git -C "$top" rev-parse --git-dir >/dev/null 2>&1; then
		git -c safe.directory="$top" -C "$top" archive HEAD |
			tar -x -C "$system/root/espy"
	else
		tar -c -C "$top" --exclude=./build . |
			tar -x -C "$system/root/espy"
	fi
}

# Run a command there as a new user of the machine would.
inside()
{
	chroot "$system" /usr/bin/env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		MAKEFLAGS=-j"$(nproc)" \
		http_proxy="${http_proxy-}" https_proxy="${https_proxy-}" \
		/bin/bash -c "cd /root/espy && $1"
}

# The lines of the block of README.md that has ./configure in it.
readme_steps()
{
	awk '/^```sh$/ { inside = 1; block = ""; next }
	/^```$/ && inside {
		if (block ~ /\n\.\/configure/)
			printf "%s", block
		inside = 0
	}
	inside { block = block "\n" $0 }' "$top/README.md" | sed '/^ *\(#.*\)\?$/d'
}

((EUID == 0)) || { echo "not ok 1 - fresh: takes root"; end; }
mkdir -p "$system"
step "make a minimal Debian 12" make_system || end
step "take over the apt sources" copy_sources || end
step "copy the sources of espy" copy_source || end
for path in /proc /sys /dev; do
	step "mount $path" mount_one "$path" || end
done

mapfile -t steps < <(readme_steps)
step "README.md names the steps" test "${#steps[@]}" -ge 4 || end
for line in "${steps[@]}"; do
	step "$line" inside "$line" || end
done
step "make install DESTDIR=" inside 'make install DESTDIR=/root/staged &&
	test -x /root/staged/usr/local/bin/espy &&
	test -x /root/staged/usr/local/bin/espy-run &&
	test -x /root/staged/usr/local/libexec/espy/espy &&
	/root/staged/usr/local/bin/espy --help-function count >/dev/null &&
	test -e /root/staged/usr/local/share/man/man1/espy.1'
step "espy is in the PATH" inside 'espy --version'
step "espy --check" inside 'espy --check examples/syscalls.bt'
step "espy --dry-run" inside 'espy --dry-run examples/syscalls.bt'
step "espy --save" inside 'espy --save /root/saved.o examples/opens.bt &&
	test -s /root/saved.o'
step "./bootstrap has nothing more to do" inside './bootstrap >said 2>&1 &&
	! grep . said'
step "make uninstall" inside 'make uninstall && ! command -v espy'
end
