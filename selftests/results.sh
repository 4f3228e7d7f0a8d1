# Sourced by host/*.sh in their folder: print TAP whose results are counted as they
# come; sets the program, and a folder $dir that is removed at the end.
# shellcheck shell=bash
# shellcheck disable=SC2034 # for those who source this

ipcprobe=$PWD/../../tools/ipcprobe
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
number=0 failures=0

result() {	# ok|'not ok' SENTENCE
	number=$((number + 1))
	[ "$1" = ok ] || failures=$((failures + 1))
	echo "$1 $number $2"
}

# Call this last: it sets the exit status.
results_end() {
	echo "1..$number"
	[ $failures = 0 ]
}
