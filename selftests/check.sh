#!/bin/bash
# check.sh [-H] [-b KERNEL]... [KERNEL...]: run the tests and print KTAP, with
# "N passed, N failed, N skipped" at the end.
#
#	-H		the host tests too
#	-b KERNEL	build the module for it
#	KERNEL		build the module for it and boot a guest with the guest tests
#
# GUEST_LIMIT (seconds, 4200) bounds one guest, twice that the debug kernel's.
# Which step is under way is said on stderr.
set -euo pipefail
cd "$(dirname "$0")"
. ./ktap.sh

say() { echo "check: $*" >&2; }

host=0 builds=()
while getopts Hb: option; do
	case $option in
	H) host=1 ;;
	b) builds+=("$OPTARG") ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
kernels=("$@")
for kernel in "${kernels[@]}"; do
	[[ " ${builds[*]-} " == *" $kernel "* ]] || builds+=("$kernel")
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
		ktap_program $nested "${TEST_TIMEOUT:-180}" "./$program" |
			sed -u 's/^/  /' || failures=$((failures + 1))
	done
	number=$((number + 1))
	if [ $failures = 0 ]; then
		echo "ok $number host"
	else
		echo "not ok $number host"
	fi
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

# Each guest keeps one processor busy, so they run side by side, and what they
# print follows in order.
start_guest() {
	local limit=${GUEST_LIMIT:-4200} size

	size=(-s 4 -m 2G -t "$limit")
	[ "$1" != debug ] || size=(-s 2 -m 4G -t $((2 * limit)))
	[ "$1" = debug ] || vm/kernel-selftests.sh "$1" >/dev/null
	say "guest tests on $1"
	# The tests load the module themselves: -n.
	vm/run.sh -n -k "$1" "${size[@]}" -- ./guest.sh >"$folder/$1" 2>&1 &
	guests[$1]=$!
}

check_guest() {
	local status=0 reason=''

	number=$((number + 1))
	echo "# section $1"
	tail -n +1 -f --pid="${guests[$1]}" "$folder/$1" | ktap_nest
	wait "${guests[$1]}" || status=$?
	case $status in
	0 | 1) ;;
	"$KSFT_SKIP") reason=' # SKIP there are no guest tests' ;;
	125) reason=' # guest lost' ;;
	126) reason=' # the kernel log is not clean at the end' ;;
	*) reason=" # exit status $status" ;;
	esac
	case $status in
	0 | "$KSFT_SKIP") echo "ok $number guest-$1$reason" ;;
	*) echo "not ok $number guest-$1$reason" ;;
	esac
}

check_all() {
	local kernel

	echo "KTAP version 1"
	echo "1..$((host + ${#builds[@]} + ${#kernels[@]}))"
	[ $host = 0 ] || check_host
	for kernel in "${builds[@]}"; do
		check_build "$kernel" || continue
		[[ " ${kernels[*]-} " != *" $kernel "* ]] || start_guest "$kernel"
	done
	for kernel in "${kernels[@]}"; do
		if [ -n "${guests[$kernel]-}" ]; then
			check_guest "$kernel"
		else
			number=$((number + 1))
			echo "not ok $number guest-$kernel # the module did not build"
		fi
	done
}

declare -A guests
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

check_all | ktap_count expected-skips
