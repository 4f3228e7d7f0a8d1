#!/bin/bash
# The events as tracepoints: perf, trace-cmd and bpftrace use them while no session is
# open, and count the events.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need perf trace-cmd bpftrace
load_module

events=$tracing/events/ipcprobe
nr=1000 bytes=100

# Make nr writes of so many bytes each to a pipe.
cat >"$work/writes" <<END
#!/bin/sh
dd if=/dev/zero bs=$bytes count=$nr status=none | cat >/dev/null
END
chmod +x "$work/writes"

# Attaching takes a moment after the first user came. An ftrace instance is that first
# user: it enables one event of two classes, and shows when hooks work.
hold=$tracing/instances/ipcprobe-hold
fires() {
	echo x | cat
	grep -q pipe_write "$hold/trace"
}

hold_hooks() {
	mkdir "$hold"
	echo 1 >"$hold/events/ipcprobe/rq_change/enable"
	echo 1 >"$hold/events/ipcprobe/pipe_write/enable"
	await fires
	echo >"$hold/trace"
}

release_hooks() {
	echo 0 >"$hold/events/ipcprobe/enable"
	rmdir "$hold"
}

every_event_has_a_format() {
	local name

	equal "number of events" "$(find "$events" -mindepth 1 -type d | wc -l)" \
		"$(cat "$events"/*/format | grep -c '^name:')"
	for name in pipe_write pipe_read file_read rq_enqueue rq_switch task_fork; do
		grep -q "^name: $name$" "$events/$name/format"
	done
	grep -q 'field:.* pos;' "$events/pipe_write/format"
	grep -q 'field:.* nr_running;' "$events/rq_enqueue/format"
}

first_user_attaches() {
	echo 1 >"$events/pipe_write/enable"
	await grep -q pipe_write "$tracing/enabled_functions"
	echo 0 >"$events/pipe_write/enable"
	await fails hooked
	echo >"$tracing/trace"
}

perf_stat() {
	perf stat -x, -o "$work/stat" -e ipcprobe:pipe_write -- \
		dd if=/dev/zero bs="$bytes" count="$nr" status=none |
		cat >/dev/null
	cat "$work/stat"
	equal "writes" "$nr" "$(grep -o '^[0-9]*' "$work/stat")"
}

perf_record() {
	perf record -q -o "$work/perf.data" -e ipcprobe:pipe_write -- "$work/writes"
	perf script -i "$work/perf.data" -F comm,event,trace >"$work/script"
	head -n 3 "$work/script"
	equal "writes" "$nr" "$(grep -c '^ *dd .*pipe_write' "$work/script")"
	equal "of so many bytes" "$nr" "$(grep -c "^ *dd .*ret=$bytes\b" "$work/script")"
}

# In one task's context both count the same switches.
perf_switches() {
	perf stat -x, -o "$work/stat" -e '{ipcprobe:rq_switch,sched:sched_switch}' -- "$work/writes"
	cat "$work/stat"
	mapfile -t counts < <(grep -o '^[0-9]*' "$work/stat")
	[ "${counts[0]}" -gt 0 ]
	equal "switches" "${counts[1]}" "${counts[0]}"
}

trace_cmd() {
	trace-cmd record -q -o "$work/trace.dat" -e ipcprobe:pipe_write "$work/writes" >/dev/null
	trace-cmd report -i "$work/trace.dat" 2>/dev/null >"$work/report"
	head -n 5 "$work/report"
	equal "writes" "$nr" "$(grep -c '^ *dd-.*pipe_write:' "$work/report")"
	equal "of so many bytes" "$nr" "$(grep '^ *dd-' "$work/report" | grep -c "ret=$bytes\b")"
}

bpftrace_counts() {
	[ -e /proc/sys/kernel/unprivileged_bpf_disabled ] || skip "the kernel has no bpf(2)"
	bpftrace -q -c "/bin/sh $work/writes" -e '
		tracepoint:ipcprobe:pipe_write /comm == "dd"/ {
			@n = count(); @bytes = sum(args->ret);
		}' >"$work/bpftrace"
	cat "$work/bpftrace"
	grep -qx "@n: $nr" "$work/bpftrace"
	grep -qx "@bytes: $((nr * bytes))" "$work/bpftrace"
}

nothing_is_left() {
	await fails hooked
	rmmod ipcprobe
}

prove "every event has a format" every_event_has_a_format
prove "the first user attaches the hooks, the last one takes them away" first_user_attaches
prove "an ftrace instance gets events" hold_hooks
prove "perf stat counts every write" perf_stat
prove "perf record has every write with its result" perf_record
prove "perf counts as many rq_switch as sched_switch" perf_switches
prove "trace-cmd has every write with its result" trace_cmd
prove "bpftrace counts every write and byte" bpftrace_counts
prove "the instance goes away" release_hooks
prove "after that nothing is hooked and the module unloads" nothing_is_left
prove_end
