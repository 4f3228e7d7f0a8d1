#!/bin/bash
# sched.sh [ROUNDS]: in a guest with one processor, run "perf bench sched pipe" bare,
# recorded with all classes that explain the scheduler's choices by a minimal reader
# (module) and into a file (ipcprobe), and under "perf sched record". The number of
# rounds is such that the records fit into the buffers: with more rounds, both
# recorders compete for the one processor, ipcprobe to compress its file.
#
# Output, one line for each run, separated by tabs:
#	sched NAME ROUNDS ELAPSED-NS EVENTS LOST
# or "skip sched REASON".
set -euo pipefail

rounds=${1:-4000}
repeats=3

say() { echo "sched: $*" >&2; }

workload=(perf bench -f simple sched pipe -l "$rounds")

# Each function record_NAME sets seconds, nr_events and lost.

record_bare() {
	seconds=$("${workload[@]}")
	nr_events=0 lost=0
}

record_module() {
	seconds=$(./ring_count 0x2012 "${workload[@]}" 2>/tmp/log)
	nr_events=$(sed -n 's/^ring_count:.* \([0-9]*\) events.*/\1/p' /tmp/log)
	lost=$(sed -n 's/^ring_count:.* \([0-9]*\) lost.*/\1/p' /tmp/log)
}

record_ipcprobe() {
	seconds=$(ipcprobe record -a -e sched,pick -m 16M -o /tmp/ipcprobe.data -- "${workload[@]}" 2>/tmp/log)
	nr_events=$(sed -n 's/^ipcprobe:.* \([0-9]*\) events.*/\1/p' /tmp/log)
	lost=$(sed -n 's/^ipcprobe:.* \([0-9]*\) lost.*/\1/p' /tmp/log)
}

record_perf() {
	seconds=$(perf sched record -q -m 16M -o /tmp/perf.data -- "${workload[@]}" 2>/tmp/log)
	perf report --stats --stdio -i /tmp/perf.data >/tmp/stats 2>>/tmp/log
	nr_events=$(awk '$1 == "SAMPLE" { print $3; exit }' /tmp/stats)
	lost=$(awk '/LOST_SAMPLES|LOST events/ { n += $3 } END { print n + 0 }' /tmp/stats)
}

if ! command -v perf >/dev/null || ! "${workload[@]}" >/dev/null 2>/tmp/log; then
	printf 'skip\tsched\tperf bench: %s\n' "$(tail -n 1 /tmp/log 2>/dev/null || echo not installed)"
	exit
fi
for ((i = 0; i < repeats; i++)); do
	for name in bare module ipcprobe perf; do
		say "$name"
		"record_$name"
		printf 'sched\t%s\t%s\t%s\t%s\t%s\n' "$name" "$rounds" \
			"$(awk -v s="$seconds" 'BEGIN { printf "%.0f", s * 1e9 }')" "$nr_events" "$lost"
	done
done
