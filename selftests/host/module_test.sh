#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Errors that the module's sources raise at compile time.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/../tap.sh"
CC=${CC:-cc}
module=$(dirname "$0")/../../module

# compile OPTION...: print the compiler's messages about an empty file.
compile() { "$CC" -fsyntax-only -x c "$@" /dev/null 2>&1; }

refuses_realtime() {
	local said

	said=$(compile -DCONFIG_PREEMPT_RT -include "$module/compat.h") && return 1
	echo "$said"
	grep -q 'does not support PREEMPT_RT: its probes' <<<"$said"
}

# Define a record that has a hole, with the macros of module/record.h.
refuses_holes() {
	local said

	compile -I"$module/uapi" -include linux/types.h -include linux/ioctl.h \
		-Werror=padded -include linux/ipcprobe.h
	sed 's/^\(struct ipcprobe_stats {\)/\1 __u8 hole;/' \
		"$module/uapi/linux/ipcprobe.h" >"$work/holed.h"
	said=$(compile -I"$module/uapi" -include linux/types.h -include linux/ioctl.h \
		-Werror=padded -include "$work/holed.h") && return 1
	echo "$said"
	grep -q 'padding struct' <<<"$said"
	grep -q '#pragma GCC diagnostic error "-Wpadded"' "$module/record.h"
}

prove "a PREEMPT_RT kernel is refused with the reason" refuses_realtime
prove "no record or argument of the UAPI has a hole, and one that had would not compile" refuses_holes
prove_end
