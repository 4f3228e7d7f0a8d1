#!/bin/bash
# Loading and unloading, idle and under load; what keeps the module loaded and what
# does not; and a killed reader leaves nothing behind.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe hackbench

# How often; make check-all does it more often.
LOADS=${LOADS:-12}
LOADS_UNDER_LOAD=${LOADS_UNDER_LOAD:-2}

not_hooked() { fails hooked; }
loaded() { [ -d /sys/module/ipcprobe ]; }

unload() {
	rmmod ipcprobe
	fails loaded
	[ ! -e /dev/ipcprobe ]
	[ ! -e "$tracing/events/ipcprobe" ]
	not_hooked
}

load_and_unload() {
	local n

	for ((n = 0; n < $1; n++)); do
		insmod "$IPCPROBE_KO"
		[ -c /dev/ipcprobe ]
		unload
	done
}

start_load() {
	setsid hackbench -p -g 1 -f 2 -l 100000000 >/dev/null 2>&1 &
	load=$!
}

stop_load() {
	kill -KILL -- "-$load"
	wait "$load" || true
}

# Open a session of all classes for a moment.
use_session() { ipcprobe check >/dev/null; }

use_tracepoint() {
	echo 1 >"$tracing/events/ipcprobe/$1/enable"
	await hooked
	echo 0 >"$tracing/events/ipcprobe/$1/enable"
}

under_load() {
	local n tracepoints=(pipe_write rq_enqueue file_read rq_switch)

	start_load
	for ((n = 0; n < LOADS_UNDER_LOAD; n++)); do
		insmod "$IPCPROBE_KO"
		if [ $((n % 2)) = 0 ]; then
			use_session
		else
			use_tracepoint "${tracepoints[n / 2 % 4]}"
		fi
		unload
	done
	stop_load
}

in_use() {
	local error

	error=$(rmmod ipcprobe 2>&1) && return 1
	echo "$error"
	[[ "$error" == *"in use"* ]]
	loaded
}

open_session_keeps_it() {
	exec 9<>/dev/ipcprobe
	in_use
	exec 9>&-
}

tracepoint_user_keeps_it() {
	echo 1 >"$tracing/events/ipcprobe/pipe_write/enable"
	in_use
	await hooked
	in_use
	echo 0 >"$tracing/events/ipcprobe/pipe_write/enable"
	await not_hooked
}

# Record everything under load, and kill the reader.
kill_reader() {
	start_load
	ipcprobe record -a -o "$work/data" -m 64k &
	await hooked
	await test -s "$work/data"
	kill -KILL $!
	wait $! || true
	await not_hooked
	stop_load
}

# ftrace cannot be switched off under a running session: hits would be lost.
ftrace_stays_on() {
	local record

	ipcprobe record -a -e task,pipe -o "$work/data" &
	record=$!
	await hooked
	fails sysctl -qw kernel.ftrace_enabled=0
	equal ftrace_enabled 1 "$(</proc/sys/kernel/ftrace_enabled)"
	kill -INT "$record"
	wait "$record"
	not_hooked
}

# From memory, and without sections that only a debugger needs.
cp "$IPCPROBE_KO" "$work/ipcprobe.ko"
strip --strip-debug "$work/ipcprobe.ko"
IPCPROBE_KO=$work/ipcprobe.ko

# depmod prints a module's name only to complain.
depmod_is_silent() {
	local folder

	folder=$work/depmod/lib/modules/$(uname -r)

	mkdir -p "$folder"
	cp "$IPCPROBE_KO" "$folder/"
	touch "$folder/modules.order" "$folder/modules.builtin" "$folder/modules.builtin.modinfo"
	depmod -b "$work/depmod" "$(uname -r)" >"$work/said" 2>&1
	cat "$work/said"
	[ ! -s "$work/said" ]
	grep -q ipcprobe "$folder/modules.dep"
}

loaded && rmmod ipcprobe
prove "depmod has no complaint about the module" depmod_is_silent
prove "the module loads and unloads $LOADS times" load_and_unload "$LOADS"
prove "and $LOADS_UNDER_LOAD times under hackbench, used by a session or a tracepoint" under_load
load_module
prove "an open session keeps the module" open_session_keeps_it
prove "an enabled tracepoint keeps the module" tracepoint_user_keeps_it
prove "nothing is hooked while the module has no user" not_hooked
prove "a reader killed under load leaves no hook behind" kill_reader
prove "then the module unloads" unload
load_module
prove "ftrace cannot be switched off while hooks are attached" ftrace_stays_on
prove "without users the module unloads" unload
prove_end
