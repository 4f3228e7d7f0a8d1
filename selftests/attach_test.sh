#!/bin/bash
# Attaching when another user of tracing blocks it: a user who cannot be served gets
# an error, and nothing counts as attached that is not.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe python3

events=$tracing/events/ipcprobe

# Hooks are detached a moment after their last user has gone, and ftrace cannot be
# switched off before that.
ftrace() {
	[ "$1" = 1 ] || await fails hooked
	sysctl -qw "kernel.ftrace_enabled=$1"
}

# A recording of one byte through a pipe has the write and the read.
records_a_byte() {
	local seen

	ipcprobe record -e pipe -o "$work/data" -- sh -c 'echo -n x | cat >/dev/null'
	seen=$(ipcprobe script -i "$work/data")
	echo "$seen"
	grep -q 'pipe_write: .* ret=1 ' <<<"$seen"
	grep -q 'pipe_read: .* ret=1 ' <<<"$seen"
}

# enable EVENT: print the shell's error message if the event cannot be enabled.
enable() { { echo 1 >"$events/$1/enable"; } 2>&1; }

user_hears_it() {
	local said

	ftrace 0
	trap 'ftrace 1' EXIT
	said=$(enable pipe_write) && return 1
	echo "$said"
	[[ "$said" == *"Device or resource busy"* ]]
	equal enabled 0 "$(<"$events/pipe_write/enable")"
	enable signal_send # needs no hooked function
	equal enabled 1 "$(<"$events/signal_send/enable")"
	echo 0 >"$events/signal_send/enable"
}

all_events_without_ftrace() {
	local said

	ftrace 0
	trap 'ftrace 1' EXIT
	said=$({ echo 1 >"$events/enable"; } 2>&1) && return 1
	echo "$said"
	[[ "$said" == *"Device or resource busy"* ]]
	fails hooked
}

# The events that need no hooked function are still enabled by the test before.
session_is_served() {
	trap 'echo 0 >"$events/enable"' EXIT
	records_a_byte
}

session_without_ftrace() {
	local said

	ftrace 0
	trap 'ftrace 1' EXIT
	said=$(ipcprobe record -e pipe -o "$work/data" -- true 2>&1) && return 1
	echo "$said"
	grep -q 'ftrace.* is switched off.*sysctl kernel.ftrace_enabled=1' <<<"$said"
	fails hooked
	ipcprobe record -e task,signal -o "$work/data" -- true
}

user_is_served_at_once() {
	enable pipe_write
	hooked
	echo x | cat >/dev/null
	echo 0 >"$events/pipe_write/enable"
	await fails hooked
}

# Events may be enabled before the module is loaded: then it cannot refuse them.
early_user_is_served_late() {
	rmmod ipcprobe
	if ! echo ':mod:ipcprobe' >"$tracing/set_event" 2>/dev/null; then
		insmod "$IPCPROBE_KO"
		skip "this kernel enables no events of modules to come"
	fi
	ftrace 0
	insmod "$IPCPROBE_KO"
	fails hooked
	dmesg | grep 'ipcprobe: cannot attach hooks for a tracepoint.s user: -16'
	ftrace 1
	await hooked
	await sh -c 'dmesg | grep "ipcprobe: the hooks for a tracepoint.s user are attached now"'
	echo 0 >"$events/enable"
	await fails hooked
}

# Make a second module that differs only in its name: its netlink family exists
# already, so loading fails in one of the last steps.
make_twin() {
	python3 - "$IPCPROBE_KO" "$work/twin.ko" <<'END'
import re
import sys
image = open(sys.argv[1], "rb").read()
twin = re.sub(rb"ipcprobe", b"ipctwins", image)
# The family's name is in an array of a struct: zeroes fill it up to 16 bytes.
names = [m.start() for m in re.finditer(rb"ipcprobe\0{8}", image)]
for at in names:
    before = image[at - 8:at]
    if before[4:] == b"\0\0\0\0":
        twin = twin[:at] + image[at:at + 8] + twin[at + 8:]
open(sys.argv[2], "wb").write(twin)
END
}

failed_load_leaves_nothing() {
	local n said

	make_twin
	( set +e; while :; do echo 1 >"$tracing/events/ipctwins/enable"; done 2>/dev/null ) &
	for ((n = 0; n < 5; n++)); do
		said=$(insmod "$work/twin.ko" 2>&1) && return 1
		echo "$said"
		[[ "$said" == *"File exists"* ]]
		[ ! -e /sys/module/ipctwins ]
		[ ! -e "$tracing/events/ipctwins" ]
	done
	kill $!
	records_a_byte
}

cp "$IPCPROBE_KO" "$work/ipcprobe.ko"
strip --strip-debug "$work/ipcprobe.ko"
IPCPROBE_KO=$work/ipcprobe.ko
load_module
prove "a user's functions are hooked when the event is enabled" user_is_served_at_once
prove "without ftrace an event that needs it is refused, and no other" user_hears_it
prove "all events at once: the user gets an error if some were refused" all_events_without_ftrace
prove "with ftrace back a session that starts then has every hook" session_is_served
prove "without ftrace a session of class pipe does not start, of task and signal it does" \
	session_without_ftrace
prove "an event enabled before the module came is served as soon as ftrace is back" \
	early_user_is_served_late
prove "a load that fails at its end leaves nothing, whatever was enabled meanwhile" \
	failed_load_leaves_nothing
prove_end
