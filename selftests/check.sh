#!/bin/bash
# check.sh [-a] [-H] [-p] [-c] [-b KERNEL]... [KERNEL[:PART/PARTS]...]: run the tests
# and print KTAP, with "N passed, N failed, N skipped" at the end.
#
#	-a		every proof on each KERNEL, and the long ones; without it, if all
#			three of Debian's kernels are tested, what depends little on the
#			kernel is proved on one of them ("on" in tap.sh); the debug kernel,
#			a 6.12, proves the part of 6.12
#	-H		run the host tests, too
#	-p		for each KERNEL boot a second guest, whose processors run at once
#	-c		for each KERNEL boot one more guest, which counts time in instructions
#	-b KERNEL	build the module for it
#	KERNEL		build the module for it and boot a guest with the guest tests;
#			with :1/2 the first half of them, and so on
#
# The host tests and each guest keep one processor busy. As many of them run at once as
# there are processors, and their output is printed in order.
#
# GUEST_LIMIT (seconds, 4200) bounds one guest; the debug kernel's guest has twice
# that. Progress is on stderr.
set -euo pipefail
cd "$(dirname "$0")"
. ./ktap.sh

# Tests that a thread for each processor may make fail, the loads of the last one, and
# how often a guest of that kind may be booted again after the emulator lost it.
PARALLEL='./device_test ./configure_test ./ring_map_test ./ring_test ./storm_test.sh ./rq_exact_test.sh'
PARALLEL_LOADS='hackbench-p$|affinity|policy|hotplug|loss'
# Each kernel's part of them, and of the loads
declare -A parallel_part=(
	[6.1]='./device_test ./configure_test ./ring_map_test'
	[6.12]='./ring_test ./storm_test.sh'
	[7.2]='./rq_exact_test.sh'
)
parallel_loads='affinity|hotplug|loss'
PARALLEL_BOOTS=3
# Tests of time, which must not depend on the load of this machine.
COUNTED='./sched_counted.sh'
# Exit statuses of vm/run.sh
RACED=123
LOST=125
DIRTY=126

# Progress, also of functions whose own output goes to a file.
exec {progress}>&2
say() { echo "check: $*" >&"$progress"; }

all=0 host=0 parallel=0 counted=0 builds=()
while getopts aHpcb: option; do
	case $option in
	a) all=1 ;;
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

# Variables of each guest's tests: proofs are spread if all kernels are tested.
spread=0 variables=''
if [ $all = 1 ]; then
	variables='LOADS=80 LOADS_UNDER_LOAD=20'
elif [[ " ${names[*]%:*} " == *' debug '* ]] ||
	[ "$(printf '%s\n' "${names[@]}" | grep -cxE '6\.1|6\.12|7\.2')" = 3 ]; then
	spread=1 variables='SPREAD=1'
fi

# start OUT COMMAND...: run the command in the background when those started before it
# have begun and a processor is free for it. Its pid is in $!.
turn=0
start() {
	local out=$1
	shift

	turn=$((turn + 1))
	: >"$out"	# it may be read before the command writes to it
	in_turn "$@" >"$out" 2>&1 &
}

in_turn() {
	local status=0

	until [ "$turn" = 1 ] || [ -e "$folder/begun-$((turn - 1))" ]; do
		sleep 1
	done
	read -r -n 1 -u "$turns"
	: >"$folder/begun-$turn"
	"$@" || status=$?
	printf . >&"$turns"
	return $status
}

open_turns() {
	mkfifo "$folder/turns"
	exec {turns}<>"$folder/turns"
	head -c "$(nproc)" /dev/zero | tr '\0' . >&"$turns"
}

run_host() {
	local programs program nested=0 failures=0

	say "host tests"
	mapfile -t programs < <(make -s print-host | grep .)
	echo "  1..${#programs[@]}"
	for program in "${programs[@]}"; do
		nested=$((nested + 1))
		ktap_program $nested "${TEST_TIMEOUT:-600}" "./$program" |
			sed -u 's/^/  /' || failures=$((failures + 1))
	done
	[ $failures = 0 ]
}

start_host() {
	start "$folder/host" run_host
	host_pid=$!
}

check_host() {
	local verdict=ok

	echo "# section host"
	tail -n +1 -f --pid="$host_pid" "$folder/host"
	wait "$host_pid" || verdict='not ok'
	number=$((number + 1))
	echo "$verdict $number host"
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

run_guest() {
	local kernel=${1%:*} part=${1#"${1%:*}"} limit=${GUEST_LIMIT:-4200} size

	size=(-s 4 -m 2G -t "$limit")
	[ "$kernel" != debug ] || size=(-s 2 -m 8G -t $((2 * limit)))
	say "guest tests on $1"
	# The tests load the module themselves: -n.
	vm/run.sh -n -k "$kernel" "${size[@]}" -- "$variables ./guest.sh ${part:+-p ${part#:}}"
}

start_guest() {
	vm/kernel-selftests.sh "${1%:*}" >/dev/null
	vm/trace-tools.sh >/dev/null
	start "$(output_of "$1")" run_guest "$1"
	guests[$1]=$!
}

# output_of NAME: print the name of the file with that guest's output
output_of() { echo "$folder/${1//[:\/]/-}"; }

# boot_parallel KERNEL: write the output of the last boot to parallel-KERNEL, and print
# the outputs of the boots before it, which the emulator lost.
boot_parallel() {
	local out=$folder/parallel-$1 boot status tests=$PARALLEL loads=$PARALLEL_LOADS

	if [ $spread = 1 ]; then
		tests=${parallel_part[$1]} loads=$parallel_loads
	fi
	say "guest tests on $1, processors in parallel"
	for ((boot = 1; boot <= PARALLEL_BOOTS; boot++)); do
		status=0
		VM_TCG_THREAD=multi vm/run.sh -n -k "$1" -s 2 -m 2G \
			-t "${GUEST_LIMIT:-4200}" -- \
			"RQ_LOADS='$loads' ./guest.sh $tests" >"$out" 2>&1 || status=$?
		[ $status = $RACED ] || break
		echo "boot $boot of $PARALLEL_BOOTS was lost by the emulator:"
		tail -n 90 "$out"
	done
	return $status
}

start_parallel() {
	start "$folder/parallel-$1.raced" boot_parallel "$1"
	parallels[$1]=$!
}

run_counted() {
	say "guest tests on $1, instructions counted"
	vm/run.sh -n -c -k "$1" -m 2G -t "${GUEST_LIMIT:-4200}" -- "./guest.sh $COUNTED"
}

start_counted() {
	start "$folder/counted-$1" run_counted "$1"
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
	open_turns
	for kernel in "${builds[@]}"; do
		check_build "$kernel" || continue
		for name in "${names[@]}"; do
			[ "${name%:*}" != "$kernel" ] || start_guest "$name"
		done
	done
	# The longest run first.
	[ $host = 0 ] || start_host
	for name in "${names[@]}"; do
		[ -n "${guests[$name]-}" ] || continue
		[ $parallel = 0 ] || start_parallel "$name"
		[ $counted = 0 ] || start_counted "$name"
	done
	check_guests "${names[@]}"
	[ $host = 0 ] || check_host
}

declare -A guests parallels counteds
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

check_all | ktap_count expected-skips
