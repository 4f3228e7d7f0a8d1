#!/bin/bash
# A storm of sessions, right and wrong ones, killed and started again, while the
# module is loaded and unloaded, tracepoints are switched and all hooked calls are in
# use. STORM_SECONDS (10) sets its length, STORM_SEED its random choices.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe stress-ng pkill

seconds=${STORM_SECONDS:-10}
storm=$PWD/storm
cd "$work" || exit 1

stressors=(pipe fork futex sem-sysv msg mq shm-sysv memfd shm sockpair sockfd eventfd
	splice vm-splice tee sendfile fifo io-uring aio switch signal kill sem vm-rw
	affinity clone exec)

# Run a few stressors at a time for some seconds, over and over. All at once would
# leave the sessions no time.
load() {
	local i options

	while :; do
		options=()
		for ((i = 0; i < 4; i++)); do
			options+=(--"${stressors[RANDOM % ${#stressors[@]}]}" 1)
		done
		nice stress-ng --temp-path "$work" --timeout $((2 + RANDOM % 8)) \
			--memfd-bytes 8M --shm-bytes 1M --shm-sysv-bytes 1M \
			--vm-rw-bytes 1M "${options[@]}" >"$work/load" 2>&1 || true
	done
}

# Enable tracepoints two at a time, as the tools do.
switch_tracepoints() {
	local names

	while :; do
		names=("$tracing"/events/ipcprobe/*/enable)
		echo 1 >"${names[RANDOM % ${#names[@]}]}" || true
		echo $((RANDOM % 2)) >"${names[RANDOM % ${#names[@]}]}" || true
		sleep 0.0$((RANDOM % 10))
		echo 0 >"$tracing/events/ipcprobe/enable" || true
		[ $((RANDOM % 8)) != 0 ] || timeout 2 ipcprobe ls >/dev/null || true
		[ $((RANDOM % 8)) != 0 ] || timeout 2 ipcprobe check >/dev/null || true
		sleep 0.$((RANDOM % 10))
	done 2>/dev/null
}

gone() {
	rmmod ipcprobe
	[ ! -d /sys/module/ipcprobe ]
}

survives() {
	local seed=${STORM_SEED:-$RANDOM} job jobs=() replaced

	echo "STORM_SEED=$seed" | tee /dev/kmsg
	RANDOM=$seed
	for job in load switch_tracepoints; do
		$job &
		jobs+=($!)
	done
	replaced=$("$storm" "$seconds" "$seed")
	echo "ipcprobe was replaced $replaced times" | tee /dev/kmsg
	kill -KILL "${jobs[@]}"
	wait "${jobs[@]}" || true
	pkill -KILL stress-ng || true
	echo 0 >"$tracing/events/ipcprobe/enable" || true
	insmod "$IPCPROBE_KO" 2>/dev/null || true
	await gone
	fails hooked
}

# From memory.
cp "$IPCPROBE_KO" "$work/ipcprobe.ko"
strip --strip-debug "$work/ipcprobe.ko"
export IPCPROBE_KO=$work/ipcprobe.ko

load_module
prove "$seconds s of a storm leave nothing behind" survives
prove_end
