#!/bin/bash
# leaks.sh: in a guest, for other scripts: what the debug kernel's leak detector finds.

is_locked_down() { grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown; }

# leaks: print what was allocated and is not reachable, if there is a leak detector. A
# leak counts only if it is 5 s old and two scans agree.
leaks() {
	local kmemleak=/sys/kernel/debug/kmemleak error

	[ -e $kmemleak ] || return 0
	if ! error=$({ echo scan >$kmemleak; } 2>&1); then
		echo "kmemleak does not scan: ${error##*: }"
		return
	fi
	sleep 6
	echo scan >$kmemleak
	cat $kmemleak
}
