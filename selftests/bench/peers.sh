#!/bin/bash
# peers.sh [ROUNDS]: in a guest with one processor, run the same ping-pong bare and
# under each recorder of system calls and scheduling that is installed; each recorder
# writes to a file in /tmp.
#
# Output, one line for each recorder, separated by tabs:
#	peer NAME ROUNDS ELAPSED-NS EVENTS FILE-BYTES LOST
# and "skip NAME REASON" for recorders that are not installed. The bytes and events of
# an (almost) empty run are subtracted.
set -euo pipefail
cd "$(dirname "$0")"

rounds=${1:-3000}
repeats=3
strace_rounds=20
events=(sched:sched_switch sched:sched_wakeup sched:sched_migrate_task
	syscalls:sys_enter_read syscalls:sys_exit_read
	syscalls:sys_enter_write syscalls:sys_exit_write)
trace_cmd_events=("${events[@]/#/-e}")
stats=/sys/kernel/tracing/per_cpu/cpu0/stats

say() { echo "peers: $*" >&2; }

# Each function record_NAME ROUNDS runs the ping-pong, keeps its stdout in /tmp/ns,
# writes /tmp/NAME.data, and sets nr_events and lost.

record_bare() {
	./pingpong "$1" >/tmp/ns
	: >/tmp/bare.data
	nr_events=0 lost=0
}

# Record with the module and a minimal reader.
record_module() {
	./ring_count 0x14 ./pingpong "$1" >/tmp/ns 2>/tmp/log
	: >/tmp/module.data
	nr_events=$(sed -n 's/^ring_count:.* \([0-9]*\) events.*/\1/p' /tmp/log)
	lost=$(sed -n 's/^ring_count:.* \([0-9]*\) lost.*/\1/p' /tmp/log)
}

record_ipcprobe() {
	ipcprobe record -e pipe,sched -o /tmp/ipcprobe.data -- ./pingpong "$1" >/tmp/ns 2>/tmp/log
	nr_events=$(sed -n 's/^ipcprobe:.* \([0-9]*\) events.*/\1/p' /tmp/log)
	lost=$(sed -n 's/^ipcprobe:.* \([0-9]*\) lost.*/\1/p' /tmp/log)
}

# -k keeps the kernel's counters after the recording. trace-cmd would compress after
# the run: this takes no measured time, but changes the bytes.
record_trace-cmd() {
	trace-cmd record -k -b 16384 --compression none "${trace_cmd_events[@]}" -o /tmp/trace-cmd.data \
		./pingpong "$1" 2>/tmp/log | grep -E '^[0-9]+$' >/tmp/ns
	nr_events=$(awk '/^(read events|entries):/ { n += $NF } END { print n }' $stats)
	lost=$(awk '/^(overrun|commit overrun|dropped events):/ { n += $NF } END { print n }' $stats)
	trace-cmd reset >/dev/null 2>&1
}

record_perf() {
	local list

	list=$(IFS=,; echo "${events[*]}")
	perf record -q -a -m 16M -e "$list" -o /tmp/perf.data -- ./pingpong "$1" >/tmp/ns 2>/tmp/log
	perf report --stats --stdio -i /tmp/perf.data >/tmp/stats 2>>/tmp/log
	nr_events=$(awk '$1 == "SAMPLE" { print $3; exit }' /tmp/stats)
	lost=$(awk '/LOST_SAMPLES|LOST events/ { n += $3 } END { print n + 0 }' /tmp/stats)
}

record_strace() {
	strace -f -e trace=read,write -o /tmp/strace.data ./pingpong "$1" >/tmp/ns 2>/tmp/log
	nr_events=$(wc -l </tmp/strace.data)
	lost=0
}

# measure NAME ROUNDS: print one line for each repetition.
measure() {
	local name=$1 rounds=$2 empty_events empty_bytes i

	say "$name"
	"record_$name" 1
	empty_events=$nr_events
	empty_bytes=$(stat -c %s "/tmp/$name.data")
	for ((i = 0; i < repeats; i++)); do
		"record_$name" "$rounds"
		printf 'peer\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$rounds" "$(</tmp/ns)" \
			$((nr_events - empty_events)) \
			$(($(stat -c %s "/tmp/$name.data") - empty_bytes)) "$lost"
		rm -f "/tmp/$name.data" "/tmp/$name.data.old"
	done
}

# try NAME PROGRAM ROUNDS: measure the recorder if it is installed and works.
try() {
	local error

	if ! command -v "$2" >/dev/null; then
		printf 'skip\t%s\t%s is not installed\n' "$1" "$2"
	elif ! error=$(set +o pipefail; "record_$1" 1 2>&1 && [ -s /tmp/ns ] || tail -n 3 /tmp/log 2>&1); then
		printf 'skip\t%s\t%s\n' "$1" "${error//$'\n'/; }"
	elif [ -n "$error" ]; then
		printf 'skip\t%s\t%s\n' "$1" "${error//$'\n'/; }"
	else
		measure "$1" "$3"
	fi
}

# The first run warms up the page cache for all later ones.
record_bare "$rounds"
try bare ./pingpong "$rounds"
try module ./ring_count "$rounds"
try ipcprobe ipcprobe "$rounds"
try trace-cmd trace-cmd "$rounds"
try perf perf "$rounds"
try strace strace "$strace_rounds"
