#!/bin/bash
# check.sh [-H] [-p] [-c] [-b KERNEL]... [KERNEL[:PART/PARTS]...]: run the tests and
# print KTAP, with "N passed, N failed, N skipped" at the end.
#
#	-H		run the host tests, too
#	-p		for each KERNEL boot a second guest, whose processors run at once
#	-c		for each KERNEL boot one more guest, which counts time in instructions
#	-b KERNEL	build the module for it
#	KERNEL		build the module for it and boot a guest with the guest tests;
#			with :1/2 the first half of them, and so on
#
# GUEST_LIMIT (seconds, 4200) bounds one guest; the debug kernel's guest has twice
# that. Progress is on stderr.
set -euo pipefail
cd "$(dirname "$0")"
. ./ktap.sh

# Tests that a thread for each processor may make fail, and how often a guest of that
# kind may be booted again after the emulator lost it.
PARALLEL='./device_test ./configure_test ./ring_map_test ./ring_test ./storm_test.sh ./rq_exact_test.sh'
PARALLEL_LOADS='hackbench-p$|affinity|policy|hotplug|loss'
PARALLEL_BOOTS=3
# Tests of time, which must not depend on the load of this machine.
COUNTED='./sched_counted.sh'
# Exit statuses of vm/run.sh
RACED=123
LOST=125
DIRTY=126

say() { echo "check: $*" >&2; }

host=0 parallel=0 counted=0 builds=()
while getopts Hpcb: option; do
	case $option in
	H) host=1 ;;
	p) parallel=1 ;;
	c) counted=1 ;;
	b) builds+=("$OPTARG") ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
names=("$@")
for name in "${names[@]}"; do
	[[ " ${builds[*]-} " == *" ${name%:*} "* ]] || builds+=("${name%:*}")
done
number=0

check_host() {
	local programs program nested=0 failures=0

	say "host tests"
	mapfile -t programs < <(make -s print-host | grep .)
	echo "# section host"
	echo "  1..${#programs[@]}"
	for program in "${programs[@]}"; do
		nested=$((nested + 1))
		ktap_program $nested "${TEST_TIMEOUT:-600}" "./$program" |
			sed -u 's/^/  /' || failures=$((failures + 1))
	done
	number=$((number + 1))
	if [ $failures = 0 ]; then
		echo "ok $number host"
	else
		echo "not ok $number host"
	fi
}

# What guests need is prepared while the host tests run, which keep one processor busy.
# Whatever fails here fails again, with its message, in check_build() or start_guest().
prepare_guests() {
	local kernel

	for kernel in "${builds[@]}"; do
		vm/modules.sh "$kernel"
	done
	for kernel in "${names[@]%:*}"; do
		vm/kernel-selftests.sh "$kernel"
		vm/trace-tools.sh
	done
}

check_build() {
	local log

	say "the module for $1"
	number=$((number + 1))
	echo "# section $1"
	if log=$(vm/modules.sh "$1" 2>&1); then
		echo "ok $number build-$1"
	else
		printf '# %s\n' "${log//$'\n'/$'\n# '}"
		echo "not ok $number build-$1"
		return 1
	fi
}

# Each guest keeps one processor busy, so guests run side by side, and their output is
# printed in order.
start_guest() {
	local kernel=${1%:*} part=${1#"${1%:*}"} limit=${GUEST_LIMIT:-4200} out size

	out=$(output_of "$1")
	size=(-s 4 -m 2G -t "$limit")
	[ "$kernel" != debug ] || size=(-s 2 -m 8G -t $((2 * limit)))
	vm/kernel-selftests.sh "$kernel" >/dev/null
	vm/trace-tools.sh >/dev/null
	say "guest tests on $1"
	: >"$out"	# check_guest() may read it before the guest's process writes it
	# The tests load the module themselves: -n.
	vm/run.sh -n -k "$kernel" "${size[@]}" -- ./guest.sh ${part:+-p "${part#:}"} \
		>"$out" 2>&1 &
	guests[$1]=$!
}

# output_of NAME: print the name of the file with that guest's output
output_of() { echo "$folder/${1//[:\/]/-}"; }

# boot_parallel KERNEL: write the output of the last boot to parallel-KERNEL, and the
# outputs of the boots before it, which the emulator lost, to parallel-KERNEL.raced.
boot_parallel() {
	local out=$folder/parallel-$1 boot status

	: >"$out.raced"
	for ((boot = 1; boot <= PARALLEL_BOOTS; boot++)); do
		status=0
		VM_TCG_THREAD=multi vm/run.sh -n -k "$1" -s 2 -m 2G \
			-t "${GUEST_LIMIT:-4200}" -- \
			"RQ_LOADS='$PARALLEL_LOADS' ./guest.sh $PARALLEL" >"$out" 2>&1 || status=$?
		[ $status = $RACED ] || break
		echo "boot $boot of $PARALLEL_BOOTS was lost by the emulator:" >>"$out.raced"
		tail -n 90 "$out" >>"$out.raced"
	done
	return $status
}

# A guest with parallel processors keeps two processors busy, so it waits until the
# other such guest has ended.
start_parallel() {
	(
		tail -f /dev/null --pid="${guests[$1]}"
		say "guest tests on $1, processors in parallel"
		boot_parallel "$1"
	) &
	parallels[$1]=$!
}

# Time stands still in a counted guest while others use the processor, so it need not wait.
start_counted() {
	say "guest tests on $1, instructions counted"
	: >"$folder/counted-$1"
	vm/run.sh -n -c -k "$1" -m 2G -t "${GUEST_LIMIT:-4200}" -- "./guest.sh $COUNTED" \
		>"$folder/counted-$1" 2>&1 &
	counteds[$1]=$!
}

# guest_result NAME STATUS: print the result of a guest whose tests were printed.
guest_result() {
	local reason=''

	case $2 in
	0 | 1) ;;
	"$KSFT_SKIP") reason=' # SKIP there are no guest tests' ;;
	"$RACED") reason=" # lost by the emulator, $PARALLEL_BOOTS times" ;;
	"$LOST") reason=' # guest lost' ;;
	"$DIRTY") reason=' # the kernel log is not clean at the end' ;;
	*) reason=" # exit status $2" ;;
	esac
	number=$((number + 1))
	case $2 in
	0 | "$KSFT_SKIP") echo "ok $number $1$reason" ;;
	*) echo "not ok $number $1$reason" ;;
	esac
}

check_guest() {
	local status=0

	echo "# section ${1%:*}"
	tail -n +1 -f --pid="${guests[$1]}" "$(output_of "$1")" | ktap_nest
	wait "${guests[$1]}" || status=$?
	guest_result "guest-$1" $status
}

check_counted() {
	local status=0

	echo "# section $1"
	wait "${counteds[$1]}" || status=$?
	ktap_nest <"$folder/counted-$1"
	guest_result "counted-$1" $status
}

# A boot that the emulator lost has no results: its output is printed as comments.
check_parallel() {
	local status=0

	echo "# section $1"
	wait "${parallels[$1]}" || status=$?
	sed 's/^/# /' "$folder/parallel-$1.raced"
	[ $status = $RACED ] || ktap_nest <"$folder/parallel-$1"
	guest_result "parallel-$1" $status
}

# no_guest NAME: print the failure of a guest that could not be booted.
no_guest() {
	number=$((number + 1))
	echo "not ok $number $1 # the module did not build"
}

check_guests() {
	local name kernel

	for name; do
		if [ -n "${guests[$name]-}" ]; then
			check_guest "$name"
		else
			no_guest "guest-$name"
		fi
	done
	for kernel; do
		[ $counted = 1 ] || break
		if [ -n "${counteds[$kernel]-}" ]; then
			check_counted "$kernel"
		else
			no_guest "counted-$kernel"
		fi
	done
	for kernel; do
		[ $parallel = 1 ] || break
		if [ -n "${parallels[$kernel]-}" ]; then
			check_parallel "$kernel"
		else
			no_guest "parallel-$kernel"
		fi
	done
}

check_all() {
	local kernel name

	echo "KTAP version 1"
	echo "1..$((host + ${#builds[@]} + (1 + parallel + counted) * ${#names[@]}))"
	if [ $host = 1 ]; then
		prepare_guests >/dev/null 2>&1 &
		check_host
		wait
	fi
	for kernel in "${builds[@]}"; do
		check_build "$kernel" || continue
		for name in "${names[@]}"; do
			[ "${name%:*}" = "$kernel" ] || continue
			start_guest "$name"
			[ $counted = 0 ] || start_counted "$name"
			[ $parallel = 0 ] || start_parallel "$name"
		done
	done
	check_guests "${names[@]}"
}

declare -A guests parallels counteds
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

check_all | ktap_count expected-skips
