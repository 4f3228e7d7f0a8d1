#!/bin/bash
# file_size.sh: in a guest, measure how many bytes the events of some workloads take
# in the ring and in the file, with all classes recorded.
#
# Output, one line for each workload, separated by tabs:
#	size NAME RING-EVENTS RING-BYTES RING-LOST FILE-EVENTS FILE-BYTES FILE-LOST
set -euo pipefail
cd "$(dirname "$0")"

all_classes=0x1e

# numbers PROGRAM: print the numbers in "BYTES bytes, EVENTS events, LOST lost", the
# program's last line.
numbers() {
	sed -n "s/^$1:.* \([0-9]*\) bytes, \([0-9]*\) events, \([0-9]*\) lost\$/\2\t\1\t\3/p" /tmp/log
}

# measure NAME COMMAND...: print the line of one workload.
measure() {
	local name=$1 ring
	shift

	echo "file_size: $name" >&2
	"$@" >/dev/null	# puts the workload's files into the page cache
	./ring_count $all_classes "$@" >/dev/null 2>/tmp/log
	ring=$(numbers ring_count)
	ipcprobe record -a -o /tmp/size.data -- "$@" >/dev/null 2>/tmp/log
	printf 'size\t%s\t%s\t%s\n' "$name" "$ring" "$(numbers ipcprobe)"
	rm -f /tmp/size.data
}

head -c 64M /dev/zero >/tmp/big
measure pingpong ./pingpong 3000
if command -v hackbench >/dev/null; then
	measure 'hackbench -p' hackbench -p -g 2 -f 5 -l 100
fi
measure 'cat | cat, 64 MiB' sh -c 'cat /tmp/big | cat >/tmp/big.out'
