#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# initramfs.sh ROOT OUT - write the guest's first file system to OUT.
#
# ROOT is a kernel unpacked by fetch.sh. The archive holds busybox, the few
# modules that reach the host's files, and init.sh; see boot.sh for what
# happens then.
set -eu

root=${1:?usage: initramfs.sh ROOT OUT}
out=${2:?usage: initramfs.sh ROOT OUT}
here=$(cd "$(dirname "$0")" && pwd)
release=$(cat "$root/release")
busybox=$(command -v busybox)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

mkdir -p "$tree/bin" "$tree/modules" "$tree/dev" "$tree/proc" "$tree/sys"
cp "$busybox" "$tree/bin/busybox"
cp "$here/init.sh" "$tree/init"
chmod 755 "$tree/init"

# The order of loading is the order modprobe gives. Modules are unpacked here,
# where that is fast.
number=100
for module in virtio_pci virtio_rng 9pnet_virtio 9p overlay; do
	modprobe -d "$root" -S "$release" --show-depends "$module"
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' |
while read -r file; do
	name=$(basename "$file" .xz)
	case $file in
	*.xz) xz -dc "$file" >"$tree/modules/$number-$name" ;;
	*)    cp "$file" "$tree/modules/$number-$name" ;;
	esac
	number=$((number + 1))
done

(cd "$tree" && find . | "$busybox" cpio -o -H newc 2>/dev/null) >"$out.new"
mv "$out.new" "$out"
