#!/bin/bash
# leaks.sh: in a guest, for other scripts: the debug kernel's leak detector. A kernel that
# is locked down refuses each command for it, so guest.sh looks for leaks before that.
kmemleak=/sys/kernel/debug/kmemleak

has_leak_detector() {
	[ -e $kmemleak ] && ! grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown
}

# The leak detector switches itself off for good when it gets no memory for its
# records, and it cannot wait for memory: so the kernel keeps some memory free for it.
leaks_start() { ! has_leak_detector || echo 262144 >/proc/sys/vm/min_free_kbytes; }

# The detector stays off once it is off, and then refuses each command.
leak_detector_is_off() {
	local error

	has_leak_detector || return 1
	error=$({ echo dump=0 >$kmemleak; } 2>&1) || true
	[[ "$error" == *'Operation not permitted'* ]]
}

# leaks: print what was allocated and is not reachable, if there is a leak detector. A
# leak counts only if it is 5 s old and two scans agree.
leaks() {
	local error

	has_leak_detector || return 0
	if ! error=$({ echo scan >$kmemleak; } 2>&1); then
		echo "kmemleak does not scan: ${error##*: }"
		return
	fi
	sleep 6
	echo scan >$kmemleak
	cat $kmemleak
}
