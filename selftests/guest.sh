#!/bin/bash
# guest.sh [-p PART/PARTS] [PROGRAM...]: in a guest, run the guest tests (default:
# each *_test and *_test.sh here, with -p one part of them) and print KTAP. After each
# test, the module must be unloaded or unload, the kernel log since the test began
# must be clean, and this shell must have the processors that it had before.
set -euo pipefail
cd "$(dirname "$0")"
. ./ktap.sh
. vm/leaks.sh

processors=$(nproc)
limit=${TEST_TIMEOUT:-1200}
[ "${IPCPROBE_KERNEL-}" != debug ] || limit=$((limit * 4))

# log_since MARKER: print the kernel's log from that line on, or the whole log if
# newer lines have overwritten that line.
log_since() { dmesg | tac | sed "/$1/q" | tac; }

# Judge what the test left behind, for ktap_program.
judge() {
	local marker=$1 error complaints verdict=0

	if [ -d /sys/module/ipcprobe ] && ! error=$(rmmod ipcprobe 2>&1); then
		echo "$error"
		verdict=1
	fi
	complaints=$(log_since "$marker" | grep -E -B 2 -A 40 -f vm/dirty-log || true)
	if [ -n "$complaints" ]; then
		echo "$complaints"
		echo "the kernel log is not clean"
		verdict=1
	fi
	if [ "$(nproc)" != "$processors" ]; then
		echo "$(nproc) of $processors processors are left: the others are offline, or this shell may not use them"
		verdict=1
	fi
	if leak_detector_is_off; then
		echo "the leak detector is off"
		verdict=1
	fi
	return $verdict
}

part=1 parts=1
if [ "${1-}" = -p ]; then
	part=${2%/*} parts=${2#*/}
	shift 2
fi
if [ $# -gt 0 ]; then
	programs=("$@")
else
	mapfile -t programs < <(make -s print-guest | grep . |
		awk -v part="$part" -v parts="$parts" 'NR % parts == part % parts')
fi
echo "KTAP version 1"
if [ ${#programs[@]} = 0 ]; then
	echo "1..0 # SKIP there are no guest tests"
	exit "$KSFT_SKIP"
fi
echo "1..${#programs[@]}"

# A kernel that is locked down does not look for leaks: so look before.
leaks_before_lockdown() {
	local found

	found=$(leaks)
	[ -n "$found" ] || return 0
	echo "# before lockdown_test the leak detector found:"
	echo "# ${found//$'\n'/$'\n'# }"
	failures=$((failures + 1))
}

number=0 failures=0
for program in "${programs[@]}"; do
	number=$((number + 1))
	[ "$(basename "$program")" != lockdown_test ] || leaks_before_lockdown
	marker="ktap: $number $(basename "$program") begins"
	echo "$marker" >/dev/kmsg
	ktap_program $number "$limit" "./$program" judge "$marker" ||
		failures=$((failures + 1))
done
[ $failures = 0 ]
