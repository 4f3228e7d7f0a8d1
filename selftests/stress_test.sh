#!/bin/bash
# stress-ng's stressors of pipes, FIFOs, splice and similar calls, sockets and
# eventfds: one operation of a stressor is a known number of calls, and each is
# recorded.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe stress-ng
load_module
cd "$work" || exit 1

OPS=300

# stress STRESSOR: record $OPS operations into events; no record is lost
stress() {
	ipcprobe record -m 16M -e task,pipe,file,unix,eventfd -o data -- \
		stress-ng --"$1" 1 --"$1-ops" "$OPS" --metrics >out 2>&1 || { cat out; return 1; }
	grep -q ' 0 lost$' out || { cat out; return 1; }
	grep -q -E "metrc:.* $1 +$OPS " out || { cat out; return 1; }
	ipcprobe script -i data >events
}

# number EVENT [PATTERN]: print the number of calls that moved bytes
number() { grep -c -E " $1: .*${2-}.* ret=[1-9]" events || true; }

# calls EVENT CALL: print the number of these calls that moved bytes
calls() { grep -E " $1: .* call=$2( |$)" events | grep -c -E ' ret=[1-9]' || true; }

# Print the object FIELD that most events of EVENT have: stress-ng has pipes of its own.
busiest() {
	sed -n -E "s/.* $1: .*( $2=[0-9]+) .*/\1/p" events | sort | uniq -c | sort -rn |
		awk 'NR == 1 { print $2 }'
}

# In by vmsplice and out by splice, in by write and out by vmsplice.
vm_splice() {
	stress vm-splice
	equal "vmsplice" $((2 * OPS)) "$(calls pipe_splice vmsplice)"
	equal "splice" "$OPS" "$(calls pipe_splice splice)"
}

tee_ops() {
	stress tee
	equal "tee" "$OPS" "$(calls pipe_splice tee)"
	equal "splice" "$OPS" "$(calls pipe_splice splice)"
}

# The stressor tries two more before the loop.
sendfile_ops() {
	stress sendfile
	equal "sendfile" $((OPS + 2)) "$(calls file_copy sendfile)"
}

sockpair_ops() {
	stress sockpair
	equal "write" "$OPS" "$(calls unix_send write)"
}

# One more byte ends the reader, which is killed at once.
pipe_ops() {
	local pipe

	stress pipe
	pipe=$(busiest pipe_write pipe)
	equal "write" $((OPS + 1)) "$(number pipe_write "$pipe ")"
}

fifo_ops() {
	stress fifo
	equal "write" "$OPS" "$(grep ' pipe_write: .*FIFO' events | grep -c ' ret=8 ')"
	equal "read" "$OPS" "$(grep ' pipe_read: .*FIFO' events | grep -c ' ret=8 ')"
}

# Both processes write and read each time.
eventfd_ops() {
	stress eventfd
	equal "write" $((2 * OPS)) "$(number eventfd_write)"
	equal "read" $((2 * OPS)) "$(number eventfd_read)"
}

on 6.1 prove "stress-ng --vm-splice: two vmsplice and a splice each" vm_splice
on 6.12 prove "stress-ng --tee: a tee and a splice each" tee_ops
on 7.2 prove "stress-ng --sendfile: a sendfile each" sendfile_ops
on 6.12 prove "stress-ng --sockpair: a write each" sockpair_ops
on 7.2 prove "stress-ng --pipe: a write each" pipe_ops
on 6.1 prove "stress-ng --fifo: a write and a read each" fifo_ops
on 7.2 prove "stress-ng --eventfd: two writes and two reads each" eventfd_ops
prove_end
