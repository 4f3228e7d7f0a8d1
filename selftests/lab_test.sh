#!/bin/bash
# ipcprobe lab copies: the trace shows the well-known number of copies of each transport.
# shellcheck disable=SC2317,SC2016 # prove calls the functions; jq has variables, too
. "$(dirname "$0")/tap.sh"
need ipcprobe jq
load_module
cd "$work" || exit 1

size=4194304
mountpoint -q "$tracing" || mount -t tracefs none "$tracing"

# true_of FILTER...: each jq filter is true.
true_of() {
	local filter

	for filter; do
		jq -e "$filter" lab.json >/dev/null && continue
		echo "not true: $filter"
		jq -c '.transports[] | del(.path)' lab.json
		return 1
	done
}

# row NAME FILTER...: each filter is true of one transport, unless the module lacks its class.
row() {
	local name=$1 filter
	shift

	for filter; do
		true_of ".transports[] | select(.transport == \"$name\") |
			(.note // \"\" | test(\"^the module does not record class\")) or ($filter)"
	done
}

runs() {
	ipcprobe lab copies --size "$size" -J >lab.json
	true_of '[.transports[] | .verified != false] | all' \
		'[.transports[] | select(.note == null) | .lost == []] | all' \
		'[.transports[].transport] == ["pipe", "fifo", "msg", "mq", "unix", "shm",
			"posix-shm", "memfd", "splice", "sendfile", "vmsplice", "procvm", "io_uring"]'
	[ -z "$(ls -d "${TMPDIR:-/tmp}"/ipcprobe-lab.* 2>/dev/null)" ]
}

# has_copies NUMBER NAME...: exactly so many copies of each byte, on one path.
has_copies() {
	local copies=$1 name
	shift

	for name; do
		row "$name" ".copies == $copies" \
			".delivered_bytes == $size and .copied_bytes == $copies * $size" \
			".amplification == $copies and .grade == \"exact\" and .paths == 1" \
			'.path.hops[0].process.comm == "server" and .path.hops[-1].process.comm == "client"'
	done
}

posix_queue() {
	grep -q ' do_mq_timedsend$' /proc/kallsyms ||
		skip "the kernel has inlined do_mq_timedsend"
	has_copies 4 mq
}

# All bytes moved by requests, and none by a call.
requests() {
	has_copies 4 io_uring
	row io_uring '[.path.hops[].calls == ["io_uring"]] | all' \
		".path.hops | map(.nr_calls) | min >= $((size / 65536))"
}

# The path goes through the shared memory, and through nothing else.
shared_objects() {
	row shm '.path.hops | length == 2 and .[0].to.type == "shm" and .[0].to == .[1].from'
	row posix-shm '.path.hops[0].to.path | startswith("/dev/shm/ipcprobe-lab.")'
	row memfd '.path.hops[0].to.path | startswith("/memfd:ipcprobe-lab")'
}

# The kernel counts switches from when a task asks, the trace counts them by time.
counts() {
	local name

	for name in pipe fifo msg mq unix shm posix-shm splice procvm; do
		row "$name" '([.server, .client | .kernel_context_switches] | add) as $kernel |
			.context_switches >= $kernel - 4 and .context_switches <= $kernel + 4' \
			"[.server, .client | .system_calls] | min >= $((size / 65536))"
	done
}

# Two copies of 2 MiB do not fit into the file system.
no_room() {
	mkdir small
	mount -t tmpfs -o size=3m none small
	# shellcheck disable=SC2064 # the present folder
	# shellcheck disable=SC2064 # the folder of now
	trap "umount '$PWD/small'" EXIT
	fails env TMPDIR=small ipcprobe lab copies --size 2M --only pipe >printed 2>errors
	cat errors
	grep -q 'No space left on device' errors
	equal "what is left" '' "$(ls small)"
}

text() {
	ipcprobe lab copies --size 256k --block 16k --only shm,pipe,pipe --hops >table
	equal rows 2 "$(grep -c -E '^(pipe|shm) ' table)"
	grep -q '^pipe *16.0KiB *4 *1.0MiB *×4.00' table
	grep -q '→ server\[[0-9]*\] → pipe:\[[0-9]*\] → client\[[0-9]*\] →' table
}

bad_options() {
	local status

	for options in '' 'copies --only pipes' 'copies --size 0' 'copies --block 1G' 'copy'; do
		status=0
		# shellcheck disable=SC2086 # several words
		ipcprobe lab $options >printed 2>errors || status=$?
		equal "status of '$options'" 2 "$status"
		[ -s errors ]
	done
}

on 6.12 prove "every transport hands the file over, and nothing is left behind" runs
on 6.12 prove "pipe, FIFO, System V queue, socket: 4 copies" has_copies 4 pipe fifo msg unix
on 6.12 prove "requests of io_uring: 4 copies" requests
on 6.12 prove "POSIX queue: 4 copies" posix_queue
on 6.12 prove "shared memory: 2 copies" has_copies 2 shm posix-shm memfd
on 6.12 prove "splice: 1 copy" has_copies 1 splice
on 6.12 prove "sendfile: 2 copies" has_copies 2 sendfile
on 6.12 prove "vmsplice, process_vm_readv: 3 copies" has_copies 3 vmsplice procvm
on 6.12 prove "the shared object is on the way" shared_objects
on 6.12 prove "switches as the kernel counts them, system calls for every block" counts
on 6.1 prove "a run that fails is an error" no_room
on 6.12 prove "a table, and the hops" text
on 7.2 prove "bad options are refused" bad_options
prove_end
