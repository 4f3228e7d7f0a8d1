#!/bin/bash
# One CPU's full ring makes only the queues unknown that lost records are about: while
# the rings are not read, a load keeps one CPU busy, and the other CPUs' queues stay
# known.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq taskset
here=$(realpath "$(dirname "$0")")
PATH=$here:$PATH
load_module
cd "$work" || exit 1
busy=$(($(nproc) - 1))
workqueues=/sys/devices/virtual/workqueue/cpumask

# Move each task that can be moved to one CPU, kernel threads included.
gather() {
	local task

	cp "$workqueues" workqueues
	printf '%x\n' $((1 << busy)) >"$workqueues"
	for task in /proc/[0-9]*/task/[0-9]*; do
		taskset -pc "$busy" "${task##*/}" >>moved 2>&1 || true
	done
}

# Let the tasks run again where they could before.
scatter() {
	local tid cpus

	cat workqueues >"$workqueues"
	sed -n "s/^pid \([0-9]*\)'s current affinity list: /\1 /p" moved |
		while read -r tid cpus; do
			taskset -pc "$cpus" "$tid" >>restored 2>&1 || true
		done
}

nr_snapshots() { ipcprobe script -e rq_snapshot_end -i loss.data 2>/dev/null | grep -c .; }
more_snapshots() { [ "$(nr_snapshots)" -ge $(((busy + 1) * $1)) ]; }

# Stop the reader until a ring has overflown.
overflow() {
	local reader

	[ "$busy" -gt 0 ] || skip "there is one CPU"
	trap 'end_jobs; scatter' EXIT
	gather
	ipcprobe record -e sched -m 64k -o loss.data 2>loss.err &
	reader=$!
	await more_snapshots 1
	kill -STOP "$reader"
	rq_load mix 2000
	kill -CONT "$reader"
	await more_snapshots 2
	kill -INT "$reader"
	wait "$reader"
	cat loss.err
	ipcprobe runq -J -i loss.data >loss.runq
	ipcprobe script -J -e lost -i loss.data >lost.out
	jq -c '.fields' lost.out
	jq -c '.cpus[] | [.cpu, .known_share, .figures]' loss.runq
	jq -e '[.cpus[] | select(.cpu == '"$busy"') | .known_share < 1 and .figures == "at least"] == [true]' \
		loss.runq
}

# Print the mask of all queues that the lost records name.
touched() {
	local queues mask=0

	for queues in $(jq -r 'select(.fields.class_id == 4 or .fields.class_id == "sched") |
			.fields.queues // "-1"' lost.out); do
		mask=$((mask | queues))
	done
	echo "$mask"
}

# Each other CPU's queue is known all the time, unless a lost record names it.
others_known() {
	local mask cpu nr=0 share

	mask=$(touched)
	printf 'queues named: 0x%x\n' "$mask"
	[ $((mask >> busy & 1)) = 1 ]
	for ((cpu = 0; cpu < busy; cpu++)); do
		share=1
		[ $((mask >> cpu & 1)) = 0 ] || share=0
		nr=$((nr + share))
		jq -e ".cpus[] | select(.cpu == $cpu) |
			if $share == 1 then .known_share == 1 and .figures == \"exact\"
			else .known_share < 1 and .figures == \"at least\" end" loss.runq
	done
	[ "$nr" -gt 0 ]
}

# The same between the first lost event and its lost record.
known_in_gap() {
	local middle cpu mask

	mask=$(touched)
	middle=$(jq -s '[.[] | select(.fields.class_id == 4 or .fields.class_id == "sched")][0] |
		(.ts_ns + .fields.begin_ns) / 2e9 * 1e6 | floor / 1e6' lost.out)
	ipcprobe runq -J --at "@$middle" -i loss.data >gap.at
	jq -c '.cpus[] | [.cpu, .known]' gap.at
	jq -e "[.cpus[] | select(.cpu == $busy) | .known] == [false]" gap.at
	for ((cpu = 0; cpu < busy; cpu++)); do
		[ $((mask >> cpu & 1)) = 1 ] ||
			jq -e "[.cpus[] | select(.cpu == $cpu) | .known] == [true]" gap.at
	done
}

audits_agree() {
	[ -e /sys/kernel/btf/vmlinux ] || skip "the kernel has no BTF"
	jq -c '.audits | del(.checks)' loss.runq
	jq -e '(.audits | .total > 0 and .agreed == .total and .queues_same == .queues_compared) and
		([.audits.checks[] | .failed == 0] | all) and .figures == "at least"' loss.runq
}

prove "one CPU's ring overflows, and its queue is unknown for a time" overflow
[ "$busy" -gt 0 ] || prove_end
prove "the queues that the loss does not name are known all the time, at least one" others_known
prove "also in the middle of the gap" known_in_gap
prove "all audits and checks agree, before, in and after the gap" audits_agree
prove_end
