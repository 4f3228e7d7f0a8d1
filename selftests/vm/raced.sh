#!/bin/bash
# raced.sh CONSOLE: succeed if the guest that left this console was lost because the
# emulator executed a breakpoint of the kernel's own code patching that no longer
# existed.
#
# With a thread for each processor, one that has translated code just before another
# patches it may go on with the old code. No real processor does that: the kernel
# waits for all of them between two steps of patching. An oops at int3 shows the
# instruction's bytes as they are in memory: the byte before <the next one> is the
# breakpoint, 0xcc, unless it was removed. An oops at a breakpoint that is there (a
# wild jump, for instance) is the guest's own fault.
set -euo pipefail

[ $# = 1 ] || { echo "usage: raced.sh CONSOLE" >&2; exit 2; }
sed -n '/ int3: 0000 \[#1\]/,/ Code: /p' "$1" |
	grep -E ' Code: .* ([0-9abd-f].|c[0-9abd-f]) <' >/dev/null
