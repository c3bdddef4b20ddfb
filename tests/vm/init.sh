#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# init.sh - process 1 of a guest. Makes the host's root, which must not be
# written to, look writable; runs espy.command there; reports its status.
# The console (ttyS0) is the kernel's and ours, ttyS1 is the command's.
/bin/busybox --install -s /bin
export PATH=/bin

say()
{
	echo "espy-vm: $*"
}

die()
{
	say "cannot $*"
	poweroff -f
	exec sleep 1000
}

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for file in /modules/*; do
	insmod "$file" || die "load $file"
done

mkdir -p /host /scratch /root
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,ro,cache=loose \
	host /host || die "mount the host's files"
mount -t tmpfs -o size=75% scratch /scratch
mkdir /scratch/upper /scratch/work
layers=lowerdir=/host,upperdir=/scratch/upper,workdir=/scratch/work
mount -t overlay -o "$layers" root /root || die "mount the overlay"

cd /root || die "enter the overlay"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs dev dev
mkdir -p dev/shm dev/pts
mount -t tmpfs shm dev/shm
mount -t devpts devpts dev/pts
mount -t tmpfs -o mode=755 run run
mkdir -p -m 1777 run/tmp
mount -t tracefs tracefs sys/kernel/tracing
mount -t debugfs debugfs sys/kernel/debug
mount -t bpf bpf sys/fs/bpf
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t securityfs securityfs sys/kernel/security

for word in $(cat /proc/cmdline); do
	case $word in
	espy.command=*) command=${word#*=} ;;
	espy.shared=*)  shared=${word#*=} ;;
	espy.kernel=*)  kernel=${word#*=} ;;
	esac
done
mkdir -p run/shared lib/modules
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none \
	shared run/shared || die "mount the shared folder"
mount --bind "/host$kernel/lib/modules" lib/modules
ip link set lo up
hostname guest
cp "run/shared/$command" run/command

say started
stty -F /dev/ttyS1 raw -echo
cat >run/start <<END
cd /run/tmp
export HOME=/run/tmp TMPDIR=/run/tmp TERM=dumb
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export ESPY_TEST_GUEST=yes ESPY_TEST_SHARED=/run/shared
exec /bin/sh /run/command
END
chroot /root /bin/sh /run/start </dev/null >/dev/ttyS1 2>&1
say "status $?"
sync
poweroff -f
exec sleep 1000
