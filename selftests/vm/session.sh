#!/bin/bash
# Guest, second stage, process 1 on the host's root: run the command, then report its
# result on a port of its own. Programs start slowly under emulation, so before the
# command only builtins are used.
set -u
# shellcheck source=/dev/null
. /run/vm/variables
# shellcheck source=/dev/null
. /run/vm/leaks.sh
command=$(</run/vm/command)
patterns=$(</run/vm/dirty-log)

# port NAME: print the device of that virtio-serial port; the driver makes the devices
# some time after it was loaded.
port() {
	local entry name

	while :; do
		for entry in /sys/class/virtio-ports/*; do
			if read -r name <"$entry/name" && [ "$name" = "$1" ]; then
				echo "/dev/${entry##*/}"
				return
			fi
		done
		sleep 0.05
	done 2>/dev/null
}

# A port can be opened only once, so a command that opens its own /dev/stdout needs a
# pipe before the port.
relay_start() {
	cat /run/stdout >"$(port stdout)" 3>&- &
	relays=$!
	cat /run/stderr >"$(port stderr)" 3>&- &
	relays+=" $!"
}

# A process that the command left behind may hold the pipes open for ever.
relay_stop() {
	local tries

	for ((tries = 0; tries < 20; tries++)); do
		# shellcheck disable=SC2086 # process ids
		kill -0 $relays 2>/dev/null || return
		sleep 0.1
	done
}

run_command() {
	cd "$VM_CWD" || return
	if [ -n "$VM_INTERACTIVE" ]; then
		stty rows "$VM_ROWS" cols "$VM_COLUMNS" </dev/ttyS0
		setsid --ctty --wait bash -c "$command" \
			</dev/ttyS0 >/dev/ttyS0 2>&1 3>&-
		return
	fi
	relay_start
	setsid --wait bash -c "$command" </dev/null >/run/stdout 2>/run/stderr 3>&-
	status=$?
	relay_stop
	return $status
}

unload() {
	local error

	[ -d /sys/module/ipcprobe ] || return 0
	error=$(rmmod ipcprobe 2>&1) || echo "ipcprobe does not unload: $error"
}

# The kernel keeps only the end of its log: write all of it to a file. Processes that
# are left of the command are killed, and this one with them.
log_start() {
	stdbuf -oL dmesg --follow >/run/kernel.log 2>&1 3>&- &
}

log_stop() {
	local tries

	echo 'vm: command has ended' >/dev/kmsg
	for ((tries = 0; tries < 50; tries++)); do
		grep -q 'vm: command has ended' /run/kernel.log && return
		sleep 0.1
	done
}

complaints() {
	grep -q 'vm: command has ended' /run/kernel.log ||
		echo "the kernel's log was not kept to its end"
	{ sed '1,/vm: session begins/d' /run/kernel.log
	dmesg | sed '1,/vm: command has ended/d'; } |
		grep -E -B 2 -A 40 -e "$patterns"
}

verdict() {
	local log

	log=$(unload; leaks; complaints)
	echo "status $1"
	if [ -n "$log" ]; then
		echo "log dirty"
		echo "$log"
	else
		echo "log clean"
	fi
	echo end
}

# Sometimes an emulated CPU comes up without its timer: a sleep on it would never end.
# Builtins that read only the clock wait for such sleeps to end.
check_timers() {
	local cpu sleepers='' pid end=$((SECONDS + 15))

	for cpu in /sys/devices/system/cpu/cpu[0-9]*; do
		taskset -c "${cpu##*cpu}" sleep 0.01 &
		sleepers+=" $!"
	done
	for pid in $sleepers; do
		while kill -0 "$pid" 2>/dev/null; do
			[ $SECONDS -lt $end ] || return 1
		done
	done
	wait
}

exec </dev/null >/dev/console 2>&1 3>"$(port verdict)"
if ! check_timers; then
	echo 'vm: a CPU has no timer' >/dev/kmsg
	echo b >/proc/sysrq-trigger
fi
leaks_start
log_start
echo 'vm: session begins' >/dev/kmsg

export HOME=/root TERM=$VM_TERM LANG=C.UTF-8 PATH=$VM_PATH
export IPCPROBE_KERNEL=$VM_KERNEL IPCPROBE_KO=/run/vm/ipcprobe.ko
# Before this point none of our code has run, see boot() in run.sh.
echo started >&3
if [ -n "$VM_LOAD" ] && ! insmod "$IPCPROBE_KO"; then
	echo "vm: ipcprobe.ko does not load" >/dev/kmsg
	echo "unloadable" >&3
else
	run_command
	status=$?
	log_stop
	kill -KILL -1
	[ -z "$VM_OUT" ] || sync "$VM_OUT"
	verdict $status >&3
fi
# Close the port, which waits until the host has read it.
exec 3>&-
echo o >/proc/sysrq-trigger
# The host's files may be out of reach by now, so use only builtins.
while :; do :; done
