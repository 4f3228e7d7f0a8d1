#!/bin/bash
# run.sh [PART...]: run the benchmarks. For each of KERNELS (6.1 6.12) print a table
# on stdout and to build/bench-KERNEL.txt; the measurements are in
# build/bench-KERNEL.raw. Then measure the analysis, into build/bench-analysis.txt.
# PART is one of ops, sizes, peers, sched, analysis (default: all of these), or
# prints: the cost of fingerprints, with a second module that takes none. Progress is
# on stderr.
set -euo pipefail
cd "$(dirname "$0")"

read -ra kernels <<<"${KERNELS:-6.1 6.12}"
limit=${BENCH_LIMIT:-900}
build=../../build
vm=../vm

say() { echo "bench: $*" >&2; }

# table NAME KERNEL: make the table of build/bench-NAME.raw.
table() {
	awk -v kernel="$2" -f table.awk "$build/bench-$1.raw" | tee "$build/bench-$1.txt"
	echo
}

# Build the module as it is, and one without fingerprints.
build_both() {
	local module=../../build/$1/module/ipcprobe.ko

	$vm/modules.sh "$1" >/dev/null
	cp "$module" "$build/bench-with-$1.ko"
	$vm/modules.sh "$1" KCFLAGS='-Werror -DIPCPROBE_HAS_PRINTS=0' >/dev/null
	mv "$module" "$build/bench-without-$1.ko"
}

# -n: the first measurements are done without the module.
bench_kernel() {
	local status=0

	say "kernel $1: ${guest_parts[*]}"
	case " ${guest_parts[*]} " in
	*" prints "*) build_both "$1" ;;
	esac
	$vm/modules.sh "$1" >/dev/null
	$vm/run.sh -n -c -k "$1" -t "$limit" -- ./guest.sh "${guest_parts[@]}" \
		>"$build/bench-$1.raw" || status=$?
	table "$1" "$1"
	[ $status = 0 ] || say "kernel $1: the guest ended with status $status"
	return $status
}

parts=("$@")
[ $# -gt 0 ] || parts=(ops sizes peers sched analysis)
guest_parts=() analysis='' failed=0
for part in "${parts[@]}"; do
	case $part in
	analysis) analysis=1 ;;
	*) guest_parts+=("$part") ;;
	esac
done

make -s -C .
make -s -C ../../tools
mkdir -p $build
if [ ${#guest_parts[@]} -gt 0 ]; then
	for kernel in "${kernels[@]}"; do
		bench_kernel "$kernel" || failed=1
	done
fi
if [ -n "$analysis" ]; then
	./analysis.sh >"$build/bench-analysis.raw" || failed=1
	table analysis ''
fi
exit $failed
