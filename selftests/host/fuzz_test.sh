#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fuzz each reader of recordings for FUZZ_SECONDS (60), from seeds that are made here.
# An input that fails is kept in selftests/fuzz/found.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/../tap.sh"
need clang
fuzz=$(realpath "$(dirname "$0")/../fuzz")
export ASAN_OPTIONS=malloc_context_size=8:quarantine_size_mb=8

build() {
	make -s -C "$fuzz"
	mkdir -p "$work/seeds" "$fuzz/found"
	"$fuzz/fuzz" --seeds "$work/seeds"
}

commands() {
	local wanted

	wanted=$("$fuzz/fuzz" --commands | awk '{ print $2 }' | sort -u | tr '\n' ' ')
	equal "commands fuzzed" "copies path runq sched script stat " "$wanted"
	wanted=$("$fuzz/fuzz" --commands | awk '$2 == "sched" { print $3 }' | sort -u | tr '\n' ' ')
	equal "of sched" "explain latency map migrations stat timehist " "$wanted"
}

# The sanitizers print what an input did to this script's output.
run() {
	local status=0 executions

	"$fuzz/fuzz" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=1024 \
		-max_len=16384 -close_fd_mask=3 -verbosity=0 -print_final_stats=1 \
		-artifact_prefix="$fuzz/found/" "$work/seeds" >"$work/log" 2>&1 || status=$?
	if [ "$status" != 0 ]; then
		tail -n 60 "$work/log"
		echo "try: selftests/fuzz/fuzz selftests/fuzz/found/INPUT"
		return "$status"
	fi
	executions=$(awk '/number_of_executed_units/ { print $2 }' "$work/log")
	echo "$executions executions" >"$work/executions"
	[ "$executions" -gt 100 ]
}

prove "the fuzzer builds, and makes its seeds" build
prove "it runs every command that reads a recording" commands
prove "no input crashes a command, hangs it, or takes 1 GiB" run
sed 's/^/# /' "$work/executions" 2>/dev/null
prove_end
