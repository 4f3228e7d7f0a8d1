# Sourced by the *_test.sh: print TAP with one line for each sentence that is proved.
# shellcheck shell=bash
# shellcheck disable=SC2034 # for those who source this

set -uo pipefail

tracing=/sys/kernel/tracing
series=$(uname -r | cut -d. -f-2)
tap_results=0 tap_failed=0

# Kill what a test left running, with its process group if it has one.
end_jobs() {
	local pid

	for pid in $(jobs -p); do
		kill -KILL -- "-$pid" "$pid" 2>/dev/null || true	# it may have ended
	done
	wait
}

# prove SENTENCE COMMAND...: the sentence holds if the command, run with errexit in a
# subshell, succeeds. Its output is shown if it fails. It may call skip.
prove() {
	local sentence=$1 status
	shift

	tap_results=$((tap_results + 1))
	rm -f "$work/skipped"
	(
		trap end_jobs EXIT
		set -e
		"$@"
	) >"$work/printed" 2>&1
	status=$?
	[ -z "${TAP_TIMES-}" ] || echo "# $SECONDS s"
	if [ $status = 0 ]; then
		echo "ok $tap_results $sentence"
	elif [ -e "$work/skipped" ]; then
		echo "ok $tap_results $sentence # SKIP $(<"$work/skipped")"
	else
		echo "not ok $tap_results $sentence"
		sed 's/^/# /' "$work/printed"
		echo "# exit status $status"
		tap_failed=1
	fi
}

# on KERNELS COMMAND...: prove what depends little on the kernel. "make check", which
# tests all of Debian's kernels, sets SPREAD: then only these kernels prove it.
on() {
	local kernels=$1
	shift

	[[ -n ${SPREAD-} && " $kernels " != *" $series "* ]] || "$@"
}

# skip REASON: end the present test; it cannot be proved here.
skip() {
	echo "$1" >"$work/skipped"
	exit 4
}

prove_end() {
	echo "1..$tap_results"
	exit $tap_failed
}

# equal WHAT WANTED SEEN: both must be equal.
equal() {
	[ "$2" = "$3" ] && return
	echo "$1: wanted '$2', seen '$3'"
	return 1
}

# fails COMMAND...: the command must fail.
fails() {
	if "$@"; then
		echo "this succeeded: $*"
		return 1
	fi
}

# True if functions of the kernel are hooked.
hooked() { grep -q . "$tracing/enabled_functions"; }

# Wait, with a bound, until the command succeeds.
await() {
	local deadline=$((SECONDS + 120))

	[ "${IPCPROBE_KERNEL-}" != debug ] || deadline=$((SECONDS + 240))
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $deadline ]; then
			echo "this never came true: $*"
			return 1
		fi
	done
}

need() {
	local program

	for program; do
		if ! command -v "$program" >/dev/null; then
			echo "# $program is not installed"
			exit 4
		fi
	done
}

# kselftest's install puts the tool and the module beside the tests.
[ ! -x ./ipcprobe ] || PATH=$PWD:$PATH
export IPCPROBE_KO=${IPCPROBE_KO-$PWD/ipcprobe.ko}

load_module() {
	[ -d /sys/module/ipcprobe ] || insmod "$IPCPROBE_KO"
}

# A module that was not loaded before the test is unloaded after it. The runner of the
# tests checks that.
[ -d /sys/module/ipcprobe ] && was_loaded=1 || was_loaded=0
leave() {
	[ "$was_loaded" = 1 ] || rmmod ipcprobe 2>/dev/null
	rm -rf "$work"
}

work=$(mktemp -d)
trap leave EXIT
