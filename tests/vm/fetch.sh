#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch.sh DIR - unpack the kernels the guests run into DIR/6.1 and DIR/6.12.
#
# The packages come from the apt sources this Debian 12 is configured with.
# Nothing is installed: a package is downloaded, unpacked, and forgotten. A
# folder that is complete is used again without asking apt anything.
set -eu

dir=${1:?usage: fetch.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

# The image that Debian 12's own kernel package depends on.
package_6_1()
{
	apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-6\.1\..*-amd64\)$/\1/p' |
		head -n 1
}

# The newest 6.12 that was built for Debian 12.
package_6_12()
{
	apt-cache search --names-only \
		'^linux-image-6\.12\..*deb12-amd64-unsigned$' |
		sed 's/ .*//' | sort -V | tail -n 1
}

refresh_lists()
{
	[ -z "${refreshed:-}" ] || return 0
	refreshed=yes
	apt-get -q update >&2
}

fetch()
{
	version=$1
	package=$2
	target=$dir/$version

	if [ -e "$target/.complete" ]; then
		return 0
	fi
	[ -n "$($package)" ] || refresh_lists
	name=$($package)
	if [ -z "$name" ]; then
		echo "fetch.sh: no package of kernel $version in apt" >&2
		return 1
	fi
	rm -rf "$target" "$dir/download"
	mkdir -p "$target" "$dir/download"
	echo "fetch.sh: kernel $version is $name" >&2
	if ! (cd "$dir/download" && apt-get -q download "$name" >&2); then
		refresh_lists
		name=$($package)
		(cd "$dir/download" && apt-get -q download "$name" >&2)
	fi
	dpkg -x "$dir"/download/*.deb "$target"
	rm -rf "$dir/download"
	release=$(ls "$target/lib/modules")
	depmod -b "$target" "$release"
	echo "$release" >"$target/release"
	: >"$target/.complete"
}

fetch 6.1 package_6_1
fetch 6.12 package_6_12
