#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# boot.sh ROOT SECONDS COMMAND - run a shell command on another kernel.
#
# ROOT is a kernel unpacked by fetch.sh. QEMU emulates a machine whose file
# system is this one's: the host's root over 9p, which the guest cannot write
# to, under a scratch layer in the guest's memory. So the very binaries just
# built run there, at the same paths. $TMPDIR is empty, and what the guest
# writes is gone afterwards, but for what is in $ESPY_TEST_SHARED: that is the
# host's folder $ESPY_VM_SHARED (a scratch folder unless set).
#
# The command's output is copied to stdout line by line, its exit status is
# ours. The limits only catch a guest that hangs: SECONDS for everything, and
# $ESPY_VM_IDLE seconds (600) without a line of output. Then, and when the
# guest dies, the status is 125 and the end of the console is shown.
set -u

root=${1:?usage: boot.sh ROOT SECONDS COMMAND}
limit=${2:?usage: boot.sh ROOT SECONDS COMMAND}
command=${3:?usage: boot.sh ROOT SECONDS COMMAND}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$root" && pwd) || exit 125
release=$(<"$root/release") || exit 125
idle=${ESPY_VM_IDLE:-600}
memory=${ESPY_VM_MEMORY:-2048}

scratch=$(mktemp -d) || exit 125
qemu=
finish()
{
	if [ -n "$qemu" ]; then
		kill -KILL "$qemu" 2>/dev/null
	fi
	rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 125' INT TERM HUP

shared=${ESPY_VM_SHARED:-$scratch/shared}
console=$scratch/console
mkdir -p "$shared" || exit 125
name=command.$$
printf '%s\n' "$command" >"$shared/$name"

if [ "$here/init.sh" -nt "$root/initramfs" ] ||
   [ "$here/initramfs.sh" -nt "$root/initramfs" ]; then
	"$here/initramfs.sh" "$root" "$root/initramfs" || exit 125
fi

append=(
	console=ttyS0 quiet panic=-1 oops=panic
	# Emulation is slow: no watchdog may take that for a lock-up.
	nowatchdog nmi_watchdog=0 rcupdate.rcu_cpu_stall_suppress=1
	mitigations=off tsc=reliable random.trust_cpu=on
	lsm=landlock,lockdown,yama,apparmor,bpf lockdown=none apparmor=0
	"espy.kernel=$root" "espy.command=$name"
	${ESPY_VM_APPEND-}
)
# One CPU: with two the emulator now and then runs a breakpoint that the kernel
# has long taken out of its code again (switching a tracepoint puts one there
# for a moment), and the guest panics. It is also twice as fast.
machine=(
	-accel "${ESPY_VM_ACCEL:-tcg,thread=multi,tb-size=512}"
	-machine q35 -cpu "${ESPY_VM_CPU:-Nehalem}"
	-smp "${ESPY_VM_CPUS:-1}" -m "$memory"
	-nodefaults -no-user-config -display none -monitor none -no-reboot
	-serial "file:$console" -serial stdio
	-fsdev "local,id=f,path=/,security_model=none,readonly=on,multidevs=remap"
	-device virtio-9p-pci,fsdev=f,mount_tag=host
	-fsdev "local,id=s,path=$shared,security_model=none"
	-device virtio-9p-pci,fsdev=s,mount_tag=shared
	-object rng-random,id=r,filename=/dev/urandom
	-device virtio-rng-pci,rng=r
	-kernel "$root/boot/vmlinuz-$release" -initrd "$root/initramfs"
	-append "${append[*]}"
)

exec 3< <(exec qemu-system-x86_64 "${machine[@]}" </dev/null 2>&1)
qemu=$!
why=
while :; do
	left=$((limit - SECONDS))
	wait_for=$((left < idle ? left : idle))
	if ((left <= 0)); then
		why="still running after $limit seconds"
		break
	fi
	line=
	IFS= read -r -t "$wait_for" line <&3
	got=$?
	if ((got > 128)); then
		why="no output for $wait_for seconds"
		break
	fi
	if ((got != 0)); then
		[ -z "$line" ] || printf '%s\n' "$line"
		break
	fi
	printf '%s\n' "$line"
done

status=$(tr -d '\r' <"$console" | sed -n 's/^espy-vm: status //p' | tail -n 1)
if [ -z "$why" ] && [ -z "$status" ]; then
	why="the guest died"
fi
rm -f "$shared/$name"
if [ -n "$why" ]; then
	echo "boot.sh: kernel $release: $why; the end of its console:"
	tail -n 40 "$console" | tr -d '\r' | sed 's/^/| /'
	exit 125
fi
exit "$status"
