#!/bin/busybox sh
# shellcheck shell=dash
# Guest, first stage, run from the initramfs: mount the host's root, put a tmpfs over
# it, mount /proc and the like there, and go on there with the second stage
# (session.sh). As much as possible is done here: a static busybox starts many times
# faster under emulation than the host's programs. A failure ends this script, hence
# init, hence the guest: it panics.
set -eu
/bin/busybox mkdir -p /proc /host /overlay /root /tree
/bin/busybox --install -s /bin
mount -t proc proc /proc

read -r cmdline </proc/cmdline
case $cmdline in
*vm_probe*)
	echo 'vm: reached user space' >/dev/console
	poweroff -f
	;;
esac

while read -r module; do
	insmod "/modules/$module"
done </modules/order

mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /host
mount -t tmpfs -o size=75% tmpfs /overlay
mkdir /overlay/upper /overlay/work
mount -t overlay -o lowerdir=/host,upperdir=/overlay/upper,workdir=/overlay/work overlay /root

# The kernel passes words that it does not know to init as variables. This folder
# holds what run.sh wrote: variables (VM_*), the command and more.
# shellcheck disable=SC1090,SC1091,SC2154
. "/host$vm_run/in/variables"

# The tree stays visible if it is in /tmp. The files that the command names are
# copied, and the command's folder exists.
# shellcheck disable=SC2153
mount_tmp() {
	mount --bind "/root$VM_ROOT" /tree
	mount -t tmpfs -o mode=1777 tmpfs /root/tmp
	if [ -d "/root$VM_ROOT" ]; then
		umount /tree
	else
		mkdir -p "/root$VM_ROOT"
		mount --move /tree "/root$VM_ROOT"
	fi
	mkdir -p "/root$VM_CWD"
	cp -a "/host$vm_run/tmp/." /root/tmp/
	chmod 1777 /root/tmp	# cp gave it the mode of the copied folder
}

# Mount the one folder of the host that the guest may write to.
mount_out() {
	mkdir -p "/root$VM_OUT"
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=mmap out "/root$VM_OUT"
}

mkdir -p /root/lib/modules
mount --bind "/host$VM_MODULES" /root/lib/modules
mount_tmp
[ -z "$VM_OUT" ] || mount_out
cd /root
mount --move /proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs devtmpfs dev
mkdir -p dev/pts dev/shm dev/mqueue
mount -t devpts -o ptmxmode=666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t mqueue mqueue dev/mqueue
ln -sf /proc/self/fd dev/fd
ln -sf fd/0 dev/stdin
ln -sf fd/1 dev/stdout
ln -sf fd/2 dev/stderr
mount -t tmpfs tmpfs run
mount -t debugfs debugfs sys/kernel/debug
mount -t tracefs tracefs sys/kernel/tracing
mount -t cgroup2 cgroup2 sys/fs/cgroup
mkfifo run/stdout run/stderr
hostname ipcprobe-vm
ip link set lo up
# From here on the console shows the kernel log; it is kept for a guest that gets lost.
dmesg -n 7

# The folder may be in /tmp, which is hidden now.
mkdir run/vm
cp "/host$vm_run"/in/* run/vm/
exec switch_root /root /bin/bash /run/vm/session.sh
