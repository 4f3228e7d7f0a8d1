#!/bin/bash
# guest.sh PART...: in a guest where the module is not loaded, run parts of the
# benchmark: ops, sizes, peers, sched, prints.
set -euo pipefail
cd "$(dirname "$0")"

for part in "$@"; do
	echo "guest: $part" >&2
	case $part in
	ops)
		./ops_bench -b
		insmod "$IPCPROBE_KO"
		./ops_bench
		;;
	prints)
		for what in without with; do
			[ ! -d /sys/module/ipcprobe ] || rmmod ipcprobe
			insmod "../../build/bench-$what-$IPCPROBE_KERNEL.ko"
			./ops_bench -o | sed "s/^op/$what/"
		done
		rmmod ipcprobe
		;;
	sizes | peers | sched)
		[ -d /sys/module/ipcprobe ] || insmod "$IPCPROBE_KO"
		case $part in
		sizes) ./file_size.sh ;;
		peers) ./peers.sh ;;
		sched) ./sched.sh ;;
		esac
		;;
	*) exit 2 ;;
	esac
done
