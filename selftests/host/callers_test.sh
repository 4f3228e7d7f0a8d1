#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A hooked function may exist and yet not be what runs: the compiler inlines it into
# some of its callers, and there the hook is not called. So this test compares the
# callers of each hooked function in the kernels' binaries with lists that were
# checked by hand: callers/KERNEL. If the function was inlined into a caller, this
# caller is missing; a new caller may be a call that the hook does not expect. If a
# difference is correct (write the reason in Documentation/hooks.rst),
# "callers_test.sh --update" updates the lists.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/../tap.sh"
cd "$(dirname "$0")" || exit 1

KERNELS=(6.1 6.12 7.2)
functions=$(awk '$2 == "fn" { print $1 }' ../../Documentation/hooks.rst | LC_ALL=C sort -u)

# For functions that half the kernel calls: the callers that matter here.
matter='
mutex_unlock			pipe|fifo|splice|tee$
finish_wait			pipe|fifo|unix|sock_alloc_send|skb_wait
prepare_to_wait_event		pipe|fifo
prepare_to_wait			unix|sock_alloc_send|skb_wait
prepare_to_wait_exclusive	unix|skb_wait
fd_install			unix|scm|accept|receive_fd
skb_copy_datagram_iter		unix
skb_copy_datagram_from_iter	unix
skb_queue_tail			unix
alloc_file_pseudo		pipe
'

# callers VMLINUX: print a line for each function with its callers that matter.
callers() {
	# shellcheck disable=SC2086 # words
	python3 ../vmlinux_callers.py "$1" $functions | awk -v matter="$matter" '
	BEGIN {
		split(matter, lines, "\n")
		for (i in lines)
			if (split(lines[i], words, "\t+") == 2)
				wanted[words[1] ":"] = words[2]
	}
	{
		line = $1
		for (i = 2; i <= NF; i++)
			if (!($1 in wanted) || $i ~ wanted[$1])
				line = line " " $i
		print line
	}'
}

binary_of() { echo "$(../vm/kernel.sh "$1")/vmlinux"; }

as_reviewed() {
	callers "$(binary_of "$1")" >"$work/callers"
	diff -U 0 <(grep -v '^#' "../callers/$1") "$work/callers" | sed '1,2d; /^@@/d' >"$work/diff"
	cat "$work/diff"
	[ ! -s "$work/diff" ]
}

# Each function that hooks.rst lists for a kernel exists there, and its name is
# unique. (A function may exist and not be hooked.)
as_documented() {
	awk -v kernel="$1" '
	FNR == NR && $2 == "fn" {
		has[$1 ":"] = $3
		name = $1 ":"
		next
	}
	FNR == NR { # "6.1," and in the next line "6.12"
		if (NF && has[name] ~ /,$/)
			has[name] = has[name] $1
		next
	}
	/^#/ { next }
	$2 == "ambiguous" { print $1, "several functions have this name" }
	$2 == "absent" && "," has[$1] "," ~ ",(all|" kernel "),"  {
		print $1, "hooks.rst says", has[$1] ", kernel", kernel, "lacks it"
	}' ../../Documentation/hooks.rst "../callers/$1" >"$work/wrong"
	cat "$work/wrong"
	[ ! -s "$work/wrong" ]
}

if [ "${1-}" = --update ]; then
	for kernel in "${KERNELS[@]}"; do
		{
			grep '^#' "../callers/$kernel"
			callers "$(binary_of "$kernel")"
		} >"$work/new"
		mv "$work/new" "../callers/$kernel"
	done
	exit
fi
for kernel in "${KERNELS[@]}"; do
	prove "hooked functions of $kernel have the callers in the list" as_reviewed "$kernel"
	prove "hooks.rst lists the functions that $kernel has" as_documented "$kernel"
done
prove_end
