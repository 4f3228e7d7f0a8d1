#!/bin/bash
# ipcprobe sched: in a guest that counts instructions (vm/run.sh -c), its times agree
# with the kernel's, to a few thousand instructions for each switch.
#
# The kernel reads its clock when schedule() begins, and the record of the switch is
# made when schedule() ends, 1000 to 2500 instructions later. Time is instructions
# here, so no load of the host comes in between, as it does in other guests.
# shellcheck disable=SC2317 # prove calls the functions
. "$(dirname "$0")/tap.sh"
need ipcprobe jq python3
here=$(realpath "$(dirname "$0")")
load_module
cd "$work" || exit 1

SWITCH_NS=4000
group=/sys/fs/cgroup/sched_counted

# record NAME COMMAND...: record the command; no record is lost, and all queues are known.
record() {
	ipcprobe record -e task,sched -m 32M -o "$1.data" -- "${@:2}" >"$1.out" 2>err ||
		{ cat err; return 1; }
	ipcprobe sched stat -J -i "$1.data" >"$1.stat"
	jq -e '.lost == [] and .figures == "exact"' "$1.stat" >/dev/null && return
	jq -c '.lost, .audits' "$1.stat"
	return 1
}

sums_agree() {
	record truth "$here/sched_truth.py" all
	ipcprobe sched latency -J -i truth.data >truth.latency
	ipcprobe script -J -e rq_switch -i truth.data >truth.switches
	"$here/sched_sums.py" truth.out truth.stat truth.latency truth.switches "$SWITCH_NS"
}

# throttled NAME CPU...: run a task on each CPU, in a group with a quota of 20 ms of 100.
throttled() {
	local status=0

	echo +cpu >/sys/fs/cgroup/cgroup.subtree_control || skip "no cgroup cpu controller"
	mkdir "$group"
	echo 20000 100000 >"$group/cpu.max"
	record "$1" "$here/sched_group.py" "$group" "${@:2}" || status=1
	rmdir "$group"
	return "$status"
}

# near WHAT KERNEL-US OURS-NS THROTTLES: the times agree to a switch for each throttling
near() {
	local off=$(($3 - $2 * 1000))

	echo "$1: kernel $2 us, here $3 ns, $4 times"
	[ "${off#-}" -le $((SWITCH_NS * ($4 + 1))) ]
}

# On one CPU the group is throttled as often, and as long, as its task that lives
# longest. (The kernel counts periods; in each period the group is throttled once
# here. Since Linux 6.18 its tasks are taken off their queue one by one, with a switch
# for each.)
group_agrees() {
	local times nr us nr_tasks

	times=$(ipcprobe script -J -e rq_throttle -i "$1.data" |
		jq -s '[.[] | select(.fields.is_throttled == 1)] | length')
	nr=$(jq .stat.nr_throttled "$1.out")
	us=$(jq .stat.throttled_usec "$1.out")
	nr_tasks=$(jq '.pids | length' "$1.out")
	# the last one may come as the tasks end: the kernel counts it when the period ends
	[ "$times" = $((nr + 1)) ] || equal "times throttled" "$nr" "$times"
	[ "$nr" -ge 5 ]
	near "longest" "$us" "$(jq --slurpfile truth "$1.out" '[.tasks[] |
		select(.task.tid | IN($truth[0].pids[])).throttled_ns] | max' "$1.stat")" \
		$((nr * nr_tasks))
}

one_task() {
	throttled one 0
	group_agrees one
	# the group's whole wait is in the delays of its switches
	near "by cgroup" "$(jq .stat.throttled_usec one.out)" "$(ipcprobe sched latency -J \
		--by cgroup -i one.data | jq --arg group "${group#/sys/fs/cgroup}" \
		'.rows[] | select(.cgroup == $group).parts_ns.throttled')" "$(jq .stat.nr_throttled one.out)"
}

several_tasks() {
	throttled three 0 0 0
	group_agrees three
}

prove "each task's runs, time on CPU and time waiting are those of /proc/PID/schedstat" sums_agree
prove "a task is throttled as often and as long as its group is by cpu.stat" one_task
prove "of several tasks of a group none is throttled longer than it" several_tasks
prove_end
