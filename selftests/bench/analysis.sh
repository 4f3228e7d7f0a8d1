#!/bin/bash
# analysis.sh [MILLIONS]: measure on this machine how fast the analyses read, and how
# much memory they need.
#
# Output: the lines of analysis_bench, then, separated by tabs, for each view
#	view NAME EVENTS FILE-BYTES CPU-SECONDS MAX-RSS-KIB
set -euo pipefail
cd "$(dirname "$0")"

millions=${1:-10}
ipcprobe=../../tools/ipcprobe
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

say() { echo "analysis: $*" >&2; }

# Measure CPU time, so that other work on this machine does not count.
view() {
	local numbers

	say "ipcprobe $*"
	/usr/bin/time -o "$folder/time" -f '%U %S %M' "$ipcprobe" "$@" -i "$folder/data" >/dev/null
	numbers=$(awk '{ printf "%.3f\t%d\n", $1 + $2, $3 }' "$folder/time")
	printf 'view\t%s\t%s\t%s\t%s\n' "$*" "$nr_events" "$(stat -c %s "$folder/data")" "$numbers"
}

if [ -x analysis_bench ]; then
	say "the models alone, $millions million records of each workload"
	./analysis_bench "$millions"
fi
say "a file of $millions million events"
nr_events=$(./generate "$millions" "$folder/data")
view copies
view runq
view sched latency
view sched latency --antagonists
view sched timehist
view sched timehist --precise
view sched stat
view sched explain --worst 10
view sched map
view sched migrations
