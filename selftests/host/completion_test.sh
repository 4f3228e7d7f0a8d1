#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Completion for bash: each command, each option that --usage lists, and the words
# that options take.
set -u
cd "$(dirname "$0")" || exit 1

. ../results.sh
. ../../tools/completion/ipcprobe.bash

# completes WORD...: print what bash offers for the last word, one a line.
completes() {
	COMP_WORDS=("$ipcprobe" "$@")
	COMP_CWORD=$#
	_ipcprobe
	printf '%s\n' "${COMPREPLY[@]}" | sort -u
}

# same SENTENCE WANTED SEEN: the sentence holds if both are equal.
same() {
	if [ "$2" = "$3" ]; then
		result ok "$1"
	else
		diff <(echo "$2") <(echo "$3") | sed 's/^/# /'
		result 'not ok' "$1"
	fi
}

# Print the options in argp's summary of a command: "[-bJ?V] [-o FILE] [--bytes] ...".
options_of() {
	local usage

	usage=$("$ipcprobe" "$@" --usage | tr -d '\n')
	{
		grep -oE '\[--[a-z-]+' <<<"$usage" | tr -d '['
		grep -oE '\[-[A-Za-z?]+' <<<"$usage" | sed 's/\[-//' | grep -o . | sed 's/^/-/'
		echo -h
	} | sort -u
}

echo "KTAP version 1"
commands=$(ls ../../Documentation/man/ipcprobe-*.1 | sed 's/.*ipcprobe-//; s/\.1$//'; echo help)
same 'every command that has a manual page is completed' "$(sort <<<"$commands")" \
	"$(completes '' | grep -v ^-)"
same 'the commands of sched are completed' \
	"$(printf '%s\n' explain latency map migrations stat timehist)" \
	"$(completes sched '' | grep -v ^-)"
for command in check copies lab ls path record runq script stat vm 'sched explain' 'sched latency' \
	'sched map' 'sched migrations' 'sched stat' 'sched timehist'; do
	# shellcheck disable=SC2086 # words of a command
	same "every option of $command is completed" "$(options_of $command)" "$(completes $command -)"
done
same 'ls -t takes types' "$(printf '%s\n' pipe posix-sem posix-shm)" "$(completes ls -t p)"
same 'ls --columns takes columns' "$(printf 'TYPE,%s\n' PID PROCESS PUID PUSER | sort)" \
	"$(completes ls --columns TYPE,P | grep -E ',P[RIU]' | grep -v PROTO)"
same 'vm --columns takes columns' SIZE "$(completes vm --columns SI)"
same 'runq --columns takes columns' RUNNING "$(completes runq --columns RUN)"
same 'sched latency --columns takes columns' THROTTLED "$(completes sched latency --columns TH)"
same 'lab --columns takes columns' ELAPSED "$(completes lab copies --columns EL)"
same 'record -e takes classes' "$(printf 'task,%s\n' pick pipe procvm)" "$(completes record -e task,p)"
same 'script -e takes classes' futex "$(completes script -e fu)"
same 'lab --only takes transports' splice "$(completes lab copies --only spl)"
same 'sched latency --by takes its keys' cgroup "$(completes sched latency --by cg)"
same 'so it does with an equals sign' cpu "$(completes sched latency --by = cp)"
same 'copies --grade takes grades' exact "$(completes copies --grade ex)"
same 'script --clock takes clocks' "$(printf '%s\n' mono start wall)" "$(completes script --clock '')"
same 'record -p takes processes' "$$" "$(completes record -p "$$")"
same 'runq -i takes files' completion_test.sh "$(completes runq -i completion_t)"
same 'behind -- there are commands' true "$(completes record -- tru | grep -x true)"
same 'help takes commands' runq "$(completes help ru)"
results_end
