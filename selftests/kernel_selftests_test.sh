#!/bin/bash
# The kernel's own selftests of hooked subsystems give the same results with all
# classes recorded as without the module, failures included. mqueue's mq_perf_tests is
# left out: it measures for minutes and has no verdict.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe
kernel=${IPCPROBE_KERNEL-}
built=$PWD/../build/${kernel/debug/6.12}/kernel-selftests
if [ ! -d "$built" ]; then
	echo "# the kernel's own selftests are not built (selftests/vm/kernel-selftests.sh)"
	exit 4
fi

# verdicts FOLDER PROGRAM: run it and print its verdicts, without what differs each time:
# numbers, and the error number that a failed check found left by an earlier call.
verdicts() {
	local status=0

	cd "$built/$1"
	timeout 120 "./$2" >"$work/out" 2>&1 || status=$?
	echo "exit status $status"
	sed -nE '/^(not )?ok |PASS|FAIL|SKIP|DONE/{s/[0-9]+(\.[0-9]+)?/N/g
		s/^(not ok .* returned: N) .*/\1/;p}' "$work/out"
}

# names FILE, failures FILE: the results in it, whatever they are; what failed
names() { sed -nE 's/^(not )?ok //p' "$1" | sort -u; }
failures() { grep -E '^not ok|FAIL' "$1" | sort -u; }

# With the module there are the same results, and only what fails without it, too, fails.
compare() {
	[ ! -d /sys/module/ipcprobe ] || rmmod ipcprobe
	(verdicts "$@") >"$work/without"
	failures "$work/without" >>"$work/known" || true
	insmod "$IPCPROBE_KO"
	# shellcheck disable=SC2016 # for the inner shell
	ipcprobe record -o "$work/data" -- bash -c 'verdicts "$@"' - "$@" >"$work/with"
	diff <(names "$work/without") <(names "$work/with") &&
		grep -qE '^(ok |exit status [03]$)' "$work/with" && fails_as_before
}

# Nothing fails with the module that was not seen to fail without it.
fails_as_before() {
	comm -13 <(sort -u "$work/known") <(failures "$work/with") >"$work/new"
	[ ! -s "$work/new" ] || { cat "$work/new"; return 1; }
}

# Some of these tests sleep for milliseconds and expect that other tasks are ready
# then: on a slow machine they fail now and then, recorded or not.
same_with() {
	local tries

	export built work
	export -f verdicts
	: >"$work/known"
	for tries in 1 2 3 4; do
		! compare "$@" || break
		[ "$tries" -lt 4 ]
	done
	sed -n 's/^not ok/# also without the module: &/p' "$work/with"
	# The run was really recorded.
	ipcprobe script -i "$work/data" >"$work/script"
	grep -q "task_exec.*${2:0:15}" "$work/script"
}

# prove_same FOLDER PROGRAM
prove_same() { prove "$1/$2" same_with "$@"; }

on 6.12 prove_same ipc msgque
on 6.1 prove_same mqueue mq_open_tests
on 6.1 prove_same splice default_file_splice_read.sh
on 7.2 prove_same splice short_splice_read.sh
on 6.12 prove_same memfd memfd_test
on 6.1 prove_same memfd run_hugetlbfs_test.sh
on 7.2 prove_same futex/functional run.sh
prove_end
