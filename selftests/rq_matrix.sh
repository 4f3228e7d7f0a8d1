#!/bin/bash
# rq_matrix.sh [KERNEL...]: run the loads of rq_exact_test.sh on guests with 1, 2, 4
# and 8 CPUs (RQ_CPUS) of each kernel (6.1, 6.12 and 7.2), and print a table:
#
#	KERNEL CPUS LOAD AUDITS AGREED LOST RESULT
#
# RQ_LOADS: run only loads whose names match this regular expression. Takes about 5
# minutes for each guest. Fails if any load fails.
set -euo pipefail
cd "$(dirname "$0")"

read -ra cpus <<<"${RQ_CPUS:-1 2 4 8}"
[ $# -gt 0 ] || set -- 6.1 6.12 7.2

# A load's numbers come before its result; a result without numbers is shown if it fails.
rows() {
	awk -v kernel="$1" -v cpus="$2" '
	function row(load, audits, agreed, lost, result) {
		printf "%-6s %4s %-12s %8s %8s %6s %s\n", kernel, cpus, load, audits, agreed, lost, result
		fflush()
	}
	/^# [a-z-]+: [0-9]+ audits, / {
		load = $2
		sub(":", "", load)
		audits = $3; agreed = $5; lost = $7
		failing = 0
	}
	/^(not )?ok / {
		result = /# SKIP/ ? "skipped" : /^not/ ? "FAILED" : "ok"
		if (load != "")
			row(load, audits, agreed, lost, result)
		else if (result != "ok")
			row("-", "-", "-", "-", result)
		if (result != "ok")
			print "# " $0
		load = ""
		failing = result == "FAILED"
		next
	}
	failing && /^#/'
}

status=0
printf '%-6s %4s %-12s %8s %8s %6s %s\n' KERNEL CPUS LOAD AUDITS AGREED LOST RESULT
for kernel; do
	vm/modules.sh "$kernel" >/dev/null
	for nr in "${cpus[@]}"; do
		vm/run.sh -n -k "$kernel" -s "$nr" -m 2G -t 1200 -- \
			"RQ_LOADS='${RQ_LOADS-}' ./rq_exact_test.sh" | rows "$kernel" "$nr" || status=1
	done
done
exit $status
