#!/bin/bash
# Marks: what a user or a program writes is in every recording, at the time when it was
# written, and limits the time that the tools show.
# shellcheck disable=SC2317,SC2016 # prove calls the functions; sh expands
. "$(dirname "$0")/tap.sh"
need ipcprobe python3 perf

# Write a mark three times, each between two looks at the clock: "BEFORE AFTER TEXT".
cat >"$work/marks.py" <<'END_OF_PROGRAM'
import os
import time

device = os.open("/dev/ipcprobe", os.O_WRONLY)
for text in ("one", "zwei: ü, \"quoted\"", "x" * 255):
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    parts = [b"", text.encode()[:2], text.encode()[2:]] + ([b"\n"] if text == "one" else [])
    written = os.writev(device, parts)
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    print(before, after, written, text)
END_OF_PROGRAM

# The marks of the program, in its recording and in one of another process.
has_marks() {
	python3 - "$1" "$work/truth" <<'END_OF_CHECK'
import json
import sys

seen = [json.loads(line) for line in open(sys.argv[1])]
truth = [line.rstrip("\n").split(" ", 3) for line in open(sys.argv[2])]
assert len(seen) == len(truth) == 3, (seen, truth)
for mark, (before, after, written, text) in zip(seen, truth):
    assert mark["fields"]["text"] == text, (mark, text)
    assert int(before) <= mark["ts_ns"] <= int(after), (mark, before, after)
    assert mark["comm"] == "python3", mark
END_OF_CHECK
}

is_in_each_recording() {
	ipcprobe record -o "$work/other" -- sh -c 'echo $$ >"$0"; exec sleep 1000' "$work/pid" &
	await test -s "$work/pid"
	await hooked
	ipcprobe record -o "$work/own" -- python3 "$work/marks.py" >"$work/truth"
	kill "$(<"$work/pid")"
	wait $! || true
	cat "$work/truth"
	for recording in own other; do
		ipcprobe script -J -e task_mark -i "$work/$recording" >"$work/seen"
		has_marks "$work/seen"
	done
}

limits_the_time() {
	local bytes

	ipcprobe record -o "$work/data" -- sh -c '
		head -c 1000 /dev/zero >"$0"; ipcprobe mark begin of it
		head -c 20000 /dev/zero >"$0"; ipcprobe mark end
		head -c 300000 /dev/zero >"$0"; ipcprobe mark begin of it' "$work/file"
	for window in 'mark:begin of it,mark:end=20000' ',mark:begin of it=1000' \
			'mark:end,=300000' 'mark:end,mark:begin of it=300000'; do
		bytes=$(ipcprobe script -J -e file_write --time "${window%=*}" -i "$work/data" |
			python3 -c 'import json, sys
print(sum(max(0, json.loads(line)["fields"]["ret"]) for line in sys.stdin
	  if json.loads(line)["comm"] == "head"))')
		equal "bytes in ${window%=*}" "${window##*=}" "$bytes"
	done
}

is_a_line() {
	local command

	for command in 'sched timehist' 'sched map' 'sched migrations' 'runq --map'; do
		# shellcheck disable=SC2086 # words
		ipcprobe $command -i "$work/data" >"$work/seen"
		equal "marks in $command" 3 "$(grep -cE 'mark.* "(begin of it|end)" \(ipcprobe\[' "$work/seen")"
	done
	for command in runq 'sched map'; do
		# shellcheck disable=SC2086 # words
		ipcprobe $command --svg "$work/picture" -i "$work/data"
		equal "marks in $command --svg" 3 "$(grep -o 'class="mark"' "$work/picture" | wc -l)"
	done
}

unknown_is_refused() {
	fails ipcprobe stat --time mark:nothing, -i "$work/data"
	equal status 1 "$(ipcprobe stat --time mark:end,mark:end -i "$work/data" \
		2>"$work/error" >&2; echo $?)"
	grep -q "no mark 'end' after START" "$work/error"
}

# write_error BYTES: the name of the error of a write of so many bytes, or of this text.
write_error() {
	python3 -c 'import errno, os, sys
device = os.open("/dev/ipcprobe", os.O_WRONLY)
try:
	os.write(device, sys.argv[1].encode().decode("unicode_escape").encode())
except OSError as error:
	print(errno.errorcode[error.errno])' "$1"
}

bad_text_is_refused() {
	equal 'no text' EINVAL "$(write_error '\n')"
	equal 'a zero byte' EINVAL "$(write_error 'a\0b')"
	equal '256 bytes' EMSGSIZE "$(write_error "$(printf %256s x)")"
	equal '1000 bytes' EMSGSIZE "$(write_error "$(printf %1000s x)")"
	equal '255 bytes' '' "$(write_error "$(printf %255s x)")"
	equal '255 bytes and a line feed' '' "$(write_error "$(printf %255s x)\\n")"
}

# Where no further session can be opened, a descriptor for marks can, and it does
# nothing else but mark.
only_marks() {
	python3 - <<'END_OF_PROGRAM'
import errno
import fcntl
import os
import resource
import sys

resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
sessions = []
try:
    while len(sessions) < 4000:
        sessions.append(os.open("/dev/ipcprobe", os.O_RDWR))
except OSError as error:
    assert error.errno == errno.EUSERS, error
print(len(sessions), "sessions")
assert 1 < len(sessions) < 4000
IOC_INFO = 2 << 30 | 64 << 16 | 0xb7 << 8
fcntl.ioctl(sessions[0], IOC_INFO, bytearray(64))
device = os.open("/dev/ipcprobe", os.O_WRONLY)
os.write(device, b"mark")
try:
    fcntl.ioctl(device, IOC_INFO, bytearray(64))
except OSError as error:
    assert error.errno == errno.ENOTTY, error
else:
    sys.exit("a session's ioctl succeeded")
END_OF_PROGRAM
}

nobody_records() {
	equal status 1 "$(ipcprobe mark x 2>"$work/error"; echo $?)"
	grep -q 'nothing is being recorded' "$work/error"
	equal status 2 "$(ipcprobe mark 2>"$work/error"; echo $?)"
}

others_may_not() {
	local who

	for who in '--reuid 65534 --clear-groups' '--bounding-set=-all --inh-caps=-all'; do
		# shellcheck disable=SC2086 # words
		equal "status with $who" 1 \
			"$(setpriv $who ipcprobe mark x 2>"$work/error"; echo $?)"
		grep -q 'not permitted' "$work/error"
	done
}

perf_sees_it() {
	perf record -q -o "$work/perf.data" -e ipcprobe:task_mark -- ipcprobe mark for perf
	perf script -i "$work/perf.data" -F comm,event,trace >"$work/seen" 2>/dev/null
	cat "$work/seen"
	grep -q 'ipcprobe *ipcprobe:task_mark: *.*text=for perf' "$work/seen"
}

load_module
prove 'a mark is in each recording, as it was written, at its time' is_in_each_recording
prove 'two marks limit the time' limits_the_time
prove 'a mark is a line in every view over time' is_a_line
prove 'a mark that is not there is refused' unknown_is_refused
prove 'a text that cannot be a mark is refused' bad_text_is_refused
prove 'a descriptor for marks is no session' only_marks
prove 'a mark that nobody records is an error' nobody_records
prove 'a user who may not record may not mark' others_may_not
prove 'the tracepoint of marks works in perf' perf_sees_it
prove_end
