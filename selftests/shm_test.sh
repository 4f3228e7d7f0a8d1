#!/bin/bash
# Shared memory under real programs: the number of calls, and of failed calls, is that
# of strace, which looks at the same run.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe strace stress-ng
load_module
cd "$work" || exit 1

# strace_counts CALL: print "CALLS ERRORS" in log, of calls that returned.
strace_counts() {
	sed -n -E "s/^[0-9]+ +(<\.\.\. )?$1( resumed>|\().* = (-1|0x|[0-9]).*/\3/p" log |
		awk '{ nr++; bad += $1 == "-1" } END { print nr + 0, bad + 0 }'
}

# event_counts EVENT [FIELD=VALUE]: print the same of events.
event_counts() {
	grep " $1:" events | grep -w -e "${2-}" |
		awk '{ nr++; bad += / ret=-/ } END { print nr + 0, bad + 0 }'
}

agree() {
	ipcprobe record -e task,shm -m 16M -o data -- \
		strace -f -o log -e trace=shmget,shmat,shmdt,memfd_create \
		-e signal=none "$@" 2>err >/dev/null || { cat err; return 1; }
	grep -q ' 0 lost$' err || { cat err; return 1; }
	ipcprobe script -i data >events
	equal "shmget" "$(strace_counts shmget)" "$(event_counts shm_create call=shmget)"
	equal "memfd_create" "$(strace_counts memfd_create)" \
		"$(event_counts shm_create call=memfd_create)"
	equal "shmat" "$(strace_counts shmat)" "$(event_counts shm_attach)"
	equal "shmdt" "$(strace_counts shmdt)" "$(event_counts shm_detach)"
}

# A segment is removed at its record.
none_left() {
	local made gone

	made=$(grep ' shm_create:' events | grep -c 'call=shmget is_new=1' || true)
	gone=$(grep -c ' shm_destroy:' events || true)
	[ ! -e /sys/kernel/btf/vmlinux ] || equal "segments" "$made" "$gone"
}

prove "System V segments of stress-ng" agree stress-ng --shm-sysv 1 --shm-sysv-ops 10 \
	--shm-sysv-bytes 1M
prove "each segment that it made was removed" none_left
prove "memfds of stress-ng" agree stress-ng --memfd 1 --memfd-ops 4 --memfd-bytes 4M
prove "POSIX shared memory of stress-ng" agree stress-ng --shm 1 --shm-ops 10 --shm-bytes 1M
prove_end
