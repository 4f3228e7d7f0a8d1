#!/bin/bash
# The tracepoints in perf, trace-cmd and bpftrace: this machine's and Debian 13's
# programs parse each print format, and print, for one event of each kind, the values
# that the program which caused the events knows: numbers as numbers and names as
# names.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need perf trace-cmd bpftrace python3 ipcprobe
load_module

events=$tracing/events/ipcprobe
each=$PWD/one_of_each names=$PWD/tracepoint_names.py
newer=${XDG_CACHE_HOME:-$HOME/.cache}/ipcprobe/trace-tools/run

# A first user of the tracepoints, so that hooks are attached before the recording: it
# enables one event of each class, a rare one of the scheduler's.
hold=$tracing/instances/ipcprobe-hold
classes='task_comm file_copy rq_change shm_seal sem_undo msg_destroy futex_wake_op
unix_pair signal_take eventfd_close procvm dl_params pipe_write'
fires() {
	echo x | cat
	grep -q pipe_write "$hold/trace"
}

hold_hooks() {
	local event

	mkdir "$hold"
	for event in $classes; do
		echo 1 >"$hold/events/ipcprobe/$event/enable"
	done
	await fires
}

release_hooks() {
	echo 0 >"$hold/events/ipcprobe/enable"
	rmdir "$hold"
}

# A parser that does not understand a format prints a message on standard error.
silent() {
	grep -v 'not valid for .* events. Ignoring' "$1" | grep . || return 0
	return 1
}

# On Linux 6.1 and 6.12 perf's events of a task end before its exit reaches a
# tracepoint; this is so for the kernel's own events, too.
hears_of_exits() {
	"$@" perf record -q -o "$work/own.data" -e sched:sched_process_exit -- \
		sh -c '(exit 7); true' >/dev/null
	"$@" perf script -i "$work/own.data" 2>/dev/null | grep sched_process_exit >/dev/null
}

# by_perf [RUN]: RUN runs another perf than this machine's.
by_perf() {
	"$@" perf record -q -o "$work/perf.data" -e 'ipcprobe:*' -- "$each" >"$work/truth"
	hears_of_exits "$@" || sed -i '/^task_exit /d' "$work/truth"
	"$@" perf script -i "$work/perf.data" -F comm,event,trace >"$work/seen" 2>"$work/errors"
	silent "$work/errors"
	python3 "$names" "$work/truth" "$work/seen"
}

by_trace_cmd() {
	"$@" trace-cmd record -q -o "$work/trace.dat" -e ipcprobe "$each" >"$work/truth"
	"$@" trace-cmd report -i "$work/trace.dat" >"$work/seen" 2>"$work/errors"
	silent "$work/errors"
	python3 "$names" "$work/truth" "$work/seen"
}

# Parse each format, also of events that are not recorded here.
parses() {
	"$@" trace-cmd check-events 2>&1 | grep ipcprobe >"$work/errors" || true
	silent "$work/errors"
}

# Only numbers, with one event for each kind of number.
some='signal_send pipe_read futex_wait sem_op mq_notify unix_pair'
probe_of() {
	local event=$1 field fields=() args=''

	mapfile -t fields < <(sed -n 's/.*field:[^;]* \([a-z_0-9]*\);.*signed:.*/\1/p' \
		"$events/$event/format" | grep -v '^common_')
	printf 'tracepoint:ipcprobe:%s { printf("%s:' "$event" "$event"
	for field in "${fields[@]}"; do
		printf ' %s=%%lld' "$field"
		args+=", args->$field"
	done
	printf '\\n"%s); }\n' "$args"
}

probes() {
	local event

	for event in $some; do
		probe_of "$event"
	done
}

by_bpftrace() {
	[ -e /proc/sys/kernel/unprivileged_bpf_disabled ] || skip "the kernel has no bpf(2)"
	probes >"$work/script.bt"
	"$@" bpftrace -q -c "$each" "$work/script.bt" >"$work/both"
	grep '^[a-z_]*: tid=' "$work/both" >"$work/seen"
	grep -E "^(${some// /|}) " "$work/both" >"$work/truth"
	python3 "$names" "$work/truth" "$work/seen" numbers
}

# Compare with what the session's own tool prints of the events.
by_ipcprobe() {
	ipcprobe record -o "$work/data" -- "$each" >"$work/truth"
	# it records class shm, so a change of a file's size on tmpfs is shm_resize
	sed -i '/^file_resize .*is_shm=1/d' "$work/truth"
	ipcprobe script -v -i "$work/data" >"$work/seen"
	python3 "$names" "$work/truth" "$work/seen"
}

formats_are_plain() {
	grep -l 'sizeof\|IPCPROBE_' "$events"/*/format && return 1
	grep -q '__print_symbolic(REC->sig ' "$events/signal_send/format"
	grep -q '__print_flags(REC->flags, "|" ' "$events/pipe_read/format"
}

with_newer() {
	[ -x "$newer" ] || skip "Debian 13's tools are not there (selftests/vm/trace-tools.sh)"
	"$1" "$newer"
}

prove "formats hold nothing that only a compiler understands" formats_are_plain
prove "an ftrace instance gets events" hold_hooks
prove "ipcprobe script prints what happened" by_ipcprobe
on 6.1 prove "perf script prints it with the same names" by_perf
on 7.2 prove "trace-cmd report prints it with the same names" by_trace_cmd
on 6.12 prove "bpftrace sees its numbers" by_bpftrace
on 6.12 prove "trace-cmd parses every format" parses
on 6.12 prove "Debian 13's perf script prints it with the same names" with_newer by_perf
on 6.1 prove "Debian 13's trace-cmd report prints it with the same names" with_newer by_trace_cmd
on 7.2 prove "Debian 13's bpftrace sees its numbers" with_newer by_bpftrace
on 7.2 prove "Debian 13's trace-cmd parses every format" with_newer parses
prove "the instance goes away" release_hooks
prove_end
